//! Distribution of the index when nothing has changed.

use ml_data::random::{Xoshiro256PlusPlus, generator};
use ml_data::{Error, Result};
use rand_distr::{Binomial, Distribution, Gamma};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Gamma as GammaTail};

use super::super::{chi_square, pool};
use super::quantiles::PooledNumbers;
use crate::limits;

/// Method for the null distribution of a statistic of two histograms, the population stability
/// index or Pearson's chi-square of rare levels: its distribution when both samples come from one
/// source, whatever that is.
///
/// It depends on the sizes of the samples and on the shares of their bins, never on a constant. A
/// bin that the reference left empty is rare, not impossible: how often rows should fall into it is
/// read from both samples together ([`pooled`](Self::pooled)) or, before there is a current sample,
/// from how many bins the reference filled only once ([`distribution`](Self::distribution)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NullMethod {
    /// `(1/n + 1/m)` times chi-square with (bins in use - 1) degrees of freedom. Right when every
    /// bin holds dozens of rows of both samples; too low a mark below that.
    Asymptotic,
    /// Statistics of simulated samples of the same sizes; right for small samples, rare levels and
    /// ties too.
    Simulated {
        /// Number of simulated pairs of samples.
        draws: usize,
        /// Seed of the draws.
        seed: u64,
    },
}

impl Default for NullMethod {
    fn default() -> Self {
        NullMethod::Simulated {
            draws: 2000,
            seed: 0,
        }
    }
}

/// The distribution of a statistic for unchanged data, made by [`NullMethod::pooled`] or
/// [`NullMethod::distribution`].
#[derive(Debug, Clone)]
pub struct NullDistribution(NullKind);

#[derive(Debug, Clone)]
enum NullKind {
    Asymptotic {
        scale: f64,
        dof: usize,
    },
    /// Sorted draws, and a gamma distribution of the same mean and variance for what lies beyond
    /// them.
    Simulated {
        sorted: Vec<f64>,
        tail: Option<GammaTail>,
    },
}

impl NullMethod {
    /// The distribution of [`psi`](super::psi) between two histograms over bins that were chosen
    /// without looking at either sample, such as the levels of a category.
    ///
    /// A permutation test: the pooled rows are dealt out again at random, into samples of the same
    /// sizes. Its level holds whatever the shares are, empty bins included (measured: see
    /// `DriftDetector`).
    ///
    /// # Errors
    /// Slices of different lengths, a sample without rows, no draw, `epsilon` outside (0, 0.5).
    ///
    /// # Example
    /// ```
    /// use ml_monitor::drift::{NullMethod, psi};
    ///
    /// // A value that the reference lacks turns up once in 50 rows: no sign of a change.
    /// let (reference, current) = ([50, 0], [49, 1]);
    /// let null = NullMethod::default().pooled(&reference, &current, 1e-4)?;
    /// assert_eq!(null.p_value(psi(&reference, &current, 1e-4)?), 1.0);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # References
    /// E. J. G. Pitman, Supplement to the Journal of the Royal Statistical Society 4 (1937),
    /// [doi:10.2307/2984124](https://doi.org/10.2307/2984124).
    pub fn pooled(
        &self,
        reference: &[u64],
        current: &[u64],
        epsilon: f64,
    ) -> Result<NullDistribution> {
        super::check(reference, current, epsilon)?;
        self.of_levels(reference, current, |a, b| super::index(a, b, epsilon))
    }

    /// The distribution of a statistic of two histograms under random splits of their rows.
    pub(crate) fn of_levels(
        &self,
        reference: &[u64],
        current: &[u64],
        statistic: impl FnMut(&[u64], &[u64]) -> f64,
    ) -> Result<NullDistribution> {
        match *self {
            NullMethod::Asymptotic => {
                let used = reference
                    .iter()
                    .zip(current)
                    .filter(|(a, b)| **a > 0 || **b > 0);
                Ok(asymptotic(
                    super::total(reference),
                    super::total(current),
                    used.count(),
                ))
            }
            NullMethod::Simulated { draws, seed } => {
                check_draws(draws)?;
                pool::split_levels(reference, current, draws, seed, statistic).map(simulated)
            }
        }
    }

    /// The same of numbers, whose bins are cut anew at the quantiles of every simulated reference.
    pub(crate) fn of_numbers(
        &self,
        pooled: Option<&PooledNumbers>,
        bins: super::PsiBins,
        counts: (&[u64], &[u64]),
    ) -> Result<NullDistribution> {
        match (*self, pooled) {
            (NullMethod::Simulated { draws, seed }, Some(pooled)) => {
                check_draws(draws)?;
                Ok(simulated(pooled.indices(bins, draws, seed)))
            }
            _ => self.pooled(counts.0, counts.1, bins.epsilon),
        }
    }

    /// The distribution of [`psi`](super::psi) between `reference` counts and `n_current` rows from
    /// the same source, before there are any: which mark to expect. With a current sample at hand
    /// use [`pooled`](Self::pooled).
    ///
    /// Simulation draws the unknown true shares given the reference counts (gamma variables,
    /// normalised: for bins cut at order statistics of a continuous column this is their exact
    /// distribution, whatever the column's), then counts of `n_current` rows with those shares.
    /// Bins that the reference left empty share, evenly, the weight of the bins that it filled once
    /// (Good and Turing's estimate of what was not seen), at least that of one row.
    ///
    /// # Errors
    /// No reference count, no current row, no draw, `epsilon` outside (0, 0.5).
    ///
    /// # Example
    /// ```
    /// use ml_monitor::drift::NullMethod;
    ///
    /// // 100 reference rows in ten equal bins against 100 current rows: one unchanged column in
    /// // twenty exceeds 0.38, and most exceed the customary mark of 0.1.
    /// let null = NullMethod::default().distribution(&[10; 10], 100, 1e-4)?;
    /// assert!((null.quantile(0.95) - 0.38).abs() < 0.03);
    /// assert!(null.p_value(0.1) > 0.8);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # References
    /// I. J. Good, Biometrika 40 (1953),
    /// [doi:10.1093/biomet/40.3-4.237](https://doi.org/10.1093/biomet/40.3-4.237).
    pub fn distribution(
        &self,
        reference: &[u64],
        n_current: u64,
        epsilon: f64,
    ) -> Result<NullDistribution> {
        super::check_epsilon(epsilon)?;
        let n = super::total(reference);
        if n == 0.0 {
            return Err(Error::Empty("reference counts of psi".into()));
        }
        if n_current == 0 {
            return Err(Error::Empty("current sample of psi".into()));
        }
        match *self {
            NullMethod::Asymptotic => Ok(asymptotic(n, n_current as f64, reference.len())),
            NullMethod::Simulated { draws, seed } => {
                check_draws(draws)?;
                let shapes = shapes(reference);
                let drawn = (0..draws).map(|i| {
                    let mut rng = generator(seed, "psi-null", i as u64);
                    let current = one_draw(&shapes, n_current, &mut rng)?;
                    Ok(super::index(reference, &current, epsilon))
                });
                drawn.collect::<Result<_>>().map(simulated)
            }
        }
    }
}

fn check_draws(draws: usize) -> Result<()> {
    match draws {
        1..=limits::DRAWS => Ok(()),
        _ => Err(Error::parameter(
            "NullMethod",
            "draws",
            draws,
            "1 to 1,000,000 (limits::DRAWS)",
        )),
    }
}

fn asymptotic(n: f64, m: f64, bins: usize) -> NullDistribution {
    NullDistribution(NullKind::Asymptotic {
        scale: 1.0 / n + 1.0 / m,
        dof: bins.saturating_sub(1),
    })
}

fn simulated(mut drawn: Vec<f64>) -> NullDistribution {
    drawn.sort_unstable_by(f64::total_cmp);
    let tail = fitted_tail(&drawn);
    NullDistribution(NullKind::Simulated {
        sorted: drawn,
        tail,
    })
}

/// Gamma shapes of the true shares given the reference counts.
fn shapes(reference: &[u64]) -> Vec<f64> {
    let with = |count: u64| reference.iter().filter(|&&c| c == count).count();
    let unseen = with(1).max(1) as f64 / with(0).max(1) as f64;
    let shape = |&c: &u64| if c == 0 { unseen } else { c as f64 };
    reference.iter().map(shape).collect()
}

/// Counts of `m` rows with shares drawn from gamma variables of these shapes.
fn one_draw(shapes: &[f64], m: u64, rng: &mut Xoshiro256PlusPlus) -> Result<Vec<u64>> {
    let failed = |e: &dyn std::fmt::Display| Error::Fit {
        step: "NullMethod",
        reason: e.to_string(),
    };
    let mut shares = Vec::with_capacity(shapes.len());
    for &shape in shapes {
        let gamma = Gamma::new(shape, 1.0).map_err(|e| failed(&e))?;
        shares.push(gamma.sample(rng));
    }
    // A multinomial draw is a chain of binomial draws over what is left.
    let (mut rows, mut mass) = (m, shares.iter().sum::<f64>());
    let mut current = vec![0u64; shapes.len()];
    let last = shapes.len() - 1;
    for (bin, &share) in shares.iter().enumerate().take(last) {
        // Rounding may leave less mass than the last share.
        let part = if mass > share { share / mass } else { 1.0 };
        current[bin] = Binomial::new(rows, part)
            .map_err(|e| failed(&e))?
            .sample(rng);
        rows -= current[bin];
        mass -= share;
    }
    current[last] += rows;
    Ok(current)
}

/// Gamma distribution with the draws' mean and variance; none when they do not vary.
fn fitted_tail(draws: &[f64]) -> Option<GammaTail> {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    GammaTail::new(mean * mean / variance, mean / variance).ok()
}

/// Indices closer than this, relatively, are the same: the order of a sum must not make a tie a
/// difference.
const TIE: f64 = 1e-9;

impl NullDistribution {
    /// The mark that unchanged data stays at or below with probability `level` (0.95: one false
    /// alarm in twenty looks).
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
            NullKind::Asymptotic { dof: 0, .. } => 0.0,
            NullKind::Asymptotic { scale, dof } => GammaTail::new(*dof as f64 / 2.0, 0.5)
                .map_or(f64::NAN, |chi2| scale * chi2.inverse_cdf(level)),
            NullKind::Simulated { sorted, .. } => {
                let rank = (level * sorted.len() as f64).ceil() as usize;
                sorted[rank.clamp(1, sorted.len()) - 1]
            }
        }
    }

    /// Probability of an index at least as large as `observed` on unchanged data.
    ///
    /// Beyond the largest simulated value a gamma distribution fitted to the draws stands in, so
    /// that a correction for many columns has something to rank; the result never exceeds
    /// `1 / (draws + 1)` there.
    #[must_use]
    pub fn p_value(&self, observed: f64) -> f64 {
        match &self.0 {
            NullKind::Asymptotic { scale, dof } => chi_square::tail(observed / scale, *dof),
            NullKind::Simulated { sorted, tail } => {
                let draws = sorted.len();
                let reached = observed - TIE * observed.abs();
                let above = draws - sorted.partition_point(|&x| x < reached);
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
mod tests;
