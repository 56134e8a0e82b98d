//! How large the index gets when nothing has changed.

use ml_data::random::generator;
use ml_data::{Error, Result};
use rand_distr::{Binomial, Distribution, Gamma};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Gamma as GammaTail};

use super::super::chi2;

/// Which approximation to the index under no drift is used.
///
/// Both depend on the sizes of the two samples and on the reference histogram, never on a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PsiNull {
    /// `(1/n + 1/m)` times chi-square with (bins in use - 1) degrees of freedom. Right when every bin holds dozens of rows of
    /// both samples; too low a mark below that.
    Asymptotic,
    /// Histograms of `m` rows drawn anew from what the reference of `n` rows may have come from; right for small samples
    /// too, at the price of `draws` simulated histograms a column.
    Simulated {
        /// Number of histograms.
        draws: usize,
        /// Seed of the draws.
        seed: u64,
    },
}

impl Default for PsiNull {
    fn default() -> Self {
        PsiNull::Simulated {
            draws: 2000,
            seed: 0,
        }
    }
}

/// The distribution of the index for unchanged data, made by [`PsiNull::distribution`].
#[derive(Debug, Clone)]
pub struct NullPsi(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Asymptotic {
        scale: f64,
        dof: usize,
    },
    /// Sorted draws, and a gamma distribution of the same mean and variance for what lies beyond them.
    Simulated {
        sorted: Vec<f64>,
        tail: Option<GammaTail>,
    },
}

impl PsiNull {
    /// The distribution of [`psi`](super::psi) between `reference` counts and `n_current` rows from the same source.
    ///
    /// Simulation draws the unknown true shares given the reference counts (gamma variables, normalised: for bins cut at
    /// order statistics of a continuous column this is their exact distribution, whatever the column's), then counts of
    /// `n_current` rows with those shares. A bin the reference never filled stays empty, so rows in it always count as a
    /// change. With fewer than ten reference rows a bin the mark is on the safe side: false alarms are rarer than asked.
    ///
    /// # Errors
    /// No reference count, no current row, no draw, `epsilon` outside (0, 0.5).
    ///
    /// # Example
    /// ```
    /// use ml_monitor::drift::PsiNull;
    ///
    /// // 100 reference rows in ten equal bins against 100 current rows: one unchanged column in twenty exceeds 0.38,
    /// // and most exceed the customary mark of 0.1.
    /// let null = PsiNull::default().distribution(&[10; 10], 100, 1e-4)?;
    /// assert!((null.quantile(0.95) - 0.38).abs() < 0.03);
    /// assert!(null.p_value(0.1) > 0.8);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn distribution(&self, reference: &[u64], n_current: u64, epsilon: f64) -> Result<NullPsi> {
        super::PsiBins {
            epsilon,
            ..super::PsiBins::default()
        }
        .check()?;
        let n: u64 = reference.iter().sum();
        if n == 0 {
            return Err(Error::Empty("reference counts of psi".into()));
        }
        if n_current == 0 {
            return Err(Error::Empty("current sample of psi".into()));
        }
        match *self {
            PsiNull::Asymptotic => Ok(NullPsi(Kind::Asymptotic {
                scale: 1.0 / n as f64 + 1.0 / n_current as f64,
                dof: reference.iter().filter(|&&c| c > 0).count() - 1,
            })),
            PsiNull::Simulated { draws: 0, .. } => {
                Err(Error::parameter("PsiNull", "draws", 0, "at least 1"))
            }
            PsiNull::Simulated { draws, seed } => {
                let mut sorted: Vec<f64> = (0..draws)
                    .map(|i| one_draw(reference, n_current, epsilon, seed, i as u64))
                    .collect::<Result<_>>()?;
                sorted.sort_unstable_by(f64::total_cmp);
                let tail = fitted_tail(&sorted);
                Ok(NullPsi(Kind::Simulated { sorted, tail }))
            }
        }
    }
}

/// One index of unchanged data.
fn one_draw(reference: &[u64], m: u64, epsilon: f64, seed: u64, index: u64) -> Result<f64> {
    let failed = |e: &dyn std::fmt::Display| Error::Fit {
        step: "PsiNull",
        reason: e.to_string(),
    };
    let mut rng = generator(seed, "psi-null", index);
    let mut shares = Vec::with_capacity(reference.len());
    for &count in reference {
        shares.push(match count {
            0 => 0.0,
            c => Gamma::new(c as f64, 1.0)
                .map_err(|e| failed(&e))?
                .sample(&mut rng),
        });
    }
    // A multinomial draw is a chain of binomial draws over what is left.
    let (mut rows, mut mass) = (m, shares.iter().sum::<f64>());
    let mut current = vec![0u64; reference.len()];
    let last = reference.iter().rposition(|&c| c > 0).unwrap_or(0);
    for (bin, &share) in shares.iter().enumerate().take(last) {
        if rows > 0 && share > 0.0 && mass > 0.0 {
            current[bin] = Binomial::new(rows, (share / mass).min(1.0))
                .map_err(|e| failed(&e))?
                .sample(&mut rng);
            rows -= current[bin];
            mass -= share;
        }
    }
    current[last] += rows;
    Ok(super::index(reference, &current, epsilon))
}

/// Gamma distribution with the draws' mean and variance; none when they do not vary.
fn fitted_tail(draws: &[f64]) -> Option<GammaTail> {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    GammaTail::new(mean * mean / variance, mean / variance).ok()
}

impl NullPsi {
    /// The mark that unchanged data stays at or below with probability `level` (0.95: one false alarm in twenty looks).
    ///
    /// `level` is taken into [0, 1].
    #[must_use]
    pub fn quantile(&self, level: f64) -> f64 {
        let level = if level.is_nan() {
            1.0
        } else {
            level.clamp(0.0, 1.0)
        };
        match &self.0 {
            Kind::Asymptotic { dof: 0, .. } => 0.0,
            Kind::Asymptotic { scale, dof } => GammaTail::new(*dof as f64 / 2.0, 0.5)
                .map_or(f64::NAN, |chi2| scale * chi2.inverse_cdf(level)),
            Kind::Simulated { sorted, .. } => {
                let rank = (level * sorted.len() as f64).ceil() as usize;
                sorted[rank.clamp(1, sorted.len()) - 1]
            }
        }
    }

    /// Probability of an index at least as large as `observed` on unchanged data.
    ///
    /// Beyond the largest simulated value a gamma distribution fitted to the draws stands in, so that a correction for many
    /// columns has something to rank; the result never exceeds `1 / (draws + 1)` there.
    #[must_use]
    pub fn p_value(&self, observed: f64) -> f64 {
        match &self.0 {
            Kind::Asymptotic { scale, dof } => chi2::tail(observed / scale, *dof),
            Kind::Simulated { sorted, tail } => {
                let draws = sorted.len();
                let above = draws - sorted.partition_point(|&x| x < observed);
                let counted = (above + 1) as f64 / (draws + 1) as f64;
                match tail {
                    Some(gamma) if above == 0 => gamma.sf(observed).min(counted),
                    _ => counted,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::{PsiBins, psi, psi_2samp};
    use ml_data::random::RngExt;

    #[test]
    fn simulation_meets_the_asymptote_for_large_samples() {
        let reference = [20_000u64; 10];
        let simulated = PsiNull::Simulated {
            draws: 4000,
            seed: 1,
        }
        .distribution(&reference, 100_000, 1e-4)
        .unwrap();
        let asymptotic = PsiNull::Asymptotic
            .distribution(&reference, 100_000, 1e-4)
            .unwrap();
        for level in [0.5, 0.9, 0.95, 0.99] {
            approx::assert_relative_eq!(
                simulated.quantile(level),
                asymptotic.quantile(level),
                max_relative = 0.06
            );
        }
        let far = asymptotic.quantile(0.999_999_9);
        assert!(simulated.p_value(far) < 1e-5 && simulated.p_value(far) > 1e-9);
        assert!((asymptotic.p_value(asymptotic.quantile(0.95)) - 0.05).abs() < 1e-9);
    }

    #[test]
    fn same_seed_same_threshold_other_seed_another() {
        let threshold = |seed| {
            PsiNull::Simulated { draws: 200, seed }
                .distribution(&[7, 9, 4], 30, 1e-4)
                .unwrap()
                .quantile(0.9)
        };
        assert_eq!(threshold(3), threshold(3));
        assert_ne!(threshold(3), threshold(4));
    }

    #[test]
    fn one_bin_never_alarms() {
        for null in [
            PsiNull::Asymptotic,
            PsiNull::Simulated { draws: 50, seed: 0 },
        ] {
            let d = null.distribution(&[0, 40, 0], 10, 1e-4).unwrap();
            assert_eq!((d.quantile(0.99), d.p_value(0.0)), (0.0, 1.0));
        }
        assert!(
            PsiNull::Simulated { draws: 0, seed: 0 }
                .distribution(&[1], 1, 1e-4)
                .is_err()
        );
        assert!(PsiNull::Asymptotic.distribution(&[0], 1, 1e-4).is_err());
        assert!(PsiNull::Asymptotic.distribution(&[1], 0, 1e-4).is_err());
    }

    /// On unchanged continuous data the calibrated mark alarms as often as asked; the fixed mark does not.
    #[test]
    fn false_alarms_come_at_the_rate_asked_for() {
        let (alpha, trials) = (0.1, 1000);
        for (n, m) in [(100usize, 100usize), (1000, 60), (300, 1000)] {
            let bins = PsiBins::default();
            // With distinct values the reference histogram, and with it the null distribution, is always the same.
            let ranks: Vec<f64> = (0..n).map(|r| r as f64).collect();
            let sorted = crate::drift::ks::sorted_keys(&ranks);
            let counts =
                super::super::count(&super::super::edges_of_sorted(bins.bins, &sorted), &ranks);
            let null = PsiNull::default()
                .distribution(&counts, m as u64, bins.epsilon)
                .unwrap();
            let mark = null.quantile(1.0 - alpha);
            let (mut calibrated, mut fixed) = (0, 0);
            for trial in 0..trials {
                let mut rng = generator(11, "trial", trial);
                let mut draw = |k: usize| -> Vec<f64> {
                    (0..k).map(|_| rng.random::<f64>().powi(3)).collect()
                };
                let index = psi_2samp(&draw(n), &draw(m), bins).unwrap();
                calibrated += u32::from(index > mark);
                fixed += u32::from(index > 0.1);
            }
            let rate = f64::from(calibrated) / trials as f64;
            assert!((rate - alpha).abs() < 0.03, "n {n} m {m}: {rate}");
            // 0.1 is exceeded by most unchanged columns of the first two, and by hardly any of the last.
            let fixed_rate = f64::from(fixed) / trials as f64;
            assert!(
                if m < 1000 {
                    fixed_rate > 0.5
                } else {
                    fixed_rate < alpha / 5.0
                },
                "n {n} m {m}: {fixed_rate}"
            );
        }
    }

    /// The same for categories with uneven shares, where each trial has its own reference histogram.
    #[test]
    fn false_alarms_on_categories() {
        let (alpha, trials, n, m) = (0.1, 400, 400usize, 250usize);
        let mut alarms = 0;
        for trial in 0..trials {
            let mut rng = generator(12, "trial", trial);
            let mut draw = |k: usize| {
                let mut counts = [0u64; 5];
                for _ in 0..k {
                    let u: f64 = rng.random();
                    counts[[0.4, 0.7, 0.85, 0.95, 1.0]
                        .iter()
                        .position(|&c| u < c)
                        .unwrap()] += 1;
                }
                counts
            };
            let (a, b) = (draw(n), draw(m));
            let null = PsiNull::Simulated {
                draws: 300,
                seed: trial,
            }
            .distribution(&a, m as u64, 1e-4)
            .unwrap();
            alarms += u32::from(psi(&a, &b, 1e-4).unwrap() > null.quantile(1.0 - alpha));
        }
        let rate = f64::from(alarms) / trials as f64;
        assert!((rate - alpha).abs() < 0.05, "{rate}");
    }
}
