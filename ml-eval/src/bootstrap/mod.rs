//! Confidence intervals by resampling users.

use crate::error::{self, Result};
use crate::reduce;
use ml_data::random::{Rng, Xoshiro256PlusPlus, generator};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A mean with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The mean over the users.
    pub estimate: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Confidence level, such as 0.95.
    pub level: f64,
}

impl Interval {
    /// Whether the interval holds `value`, ends included. A paired difference whose interval holds 0 is no evidence of a
    /// difference.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// `0.0910 [0.0895, 0.0926]`; the precision is the number of decimals, 4 by default.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let p = f.precision().unwrap_or(4);
        if f.sign_plus() {
            return write!(
                f,
                "{:+.p$} [{:+.p$}, {:+.p$}]",
                self.estimate, self.lower, self.upper
            );
        }
        write!(
            f,
            "{:.p$} [{:.p$}, {:.p$}]",
            self.estimate, self.lower, self.upper
        )
    }
}

/// Percentile bootstrap of a mean over independent units: users, sessions, queries.
///
/// Give one value a *user*, not one a row: rows of the same user are alike, and resampling them makes intervals too narrow.
/// Users are drawn with replacement, `n_resamples` times; the interval is between the percentiles of the resampled means
/// (linear interpolation, as in NumPy's `percentile`). Draw `i` has a generator of its own, so the interval has the same bits
/// for any number of threads.
///
/// ```
/// use ml_eval::bootstrap::Bootstrap;
/// let per_user: Vec<f64> = (0..400).map(|user| f64::from(user % 5) / 4.0).collect();
/// let interval = Bootstrap::new().mean(&per_user)?;
/// assert_eq!(interval.estimate, 0.5);
/// // the normal approximation is 0.5 +- 1.96 * 0.3536 / 20
/// assert!((interval.upper - 0.5346).abs() < 0.002);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Efron, Tibshirani: Bootstrap Methods for Standard Errors, Confidence Intervals, and Other Measures of Statistical
/// Accuracy. Statistical Science 1 (1986). <https://doi.org/10.1214/ss/1177013815>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap {
    n_resamples: usize,
    level: f64,
    seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            n_resamples: 2_000,
            level: 0.95,
            seed: 0,
        }
    }
}

impl Bootstrap {
    /// 2,000 resamples, level 0.95, seed 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How often the users are drawn.
    #[must_use]
    pub fn n_resamples(mut self, n: usize) -> Self {
        self.n_resamples = n;
        self
    }

    /// Confidence level of the interval, in (0, 1).
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Seed of the draws.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Interval of the mean of one value a user.
    ///
    /// # Errors
    /// Fewer than two users, a value that is not finite (the user is named), parameters out of range.
    pub fn mean(&self, values: &[f64]) -> Result<Interval> {
        let draws = self.resampled_means(&[values])?;
        Ok(self.interval(reduce::mean(values), draws.into_iter().flatten().collect()))
    }

    /// Interval of the mean difference `a - b` of two models on the same users, `a[u]` and `b[u]` being user `u`'s values.
    ///
    /// Much narrower than the two models' own intervals suggest, because what makes a user hard is hard for both.
    ///
    /// # Errors
    /// As [`mean`](Self::mean); a different number of users.
    pub fn paired(&self, a: &[f64], b: &[f64]) -> Result<Interval> {
        if a.len() != b.len() {
            return Err(error::length("the second model's users", a.len(), b.len()));
        }
        finite(a)?;
        finite(b)?;
        let difference: Vec<f64> = a.iter().zip(b).map(|(x, y)| x - y).collect();
        self.mean(&difference)
    }

    /// Resampled means of several columns under the same draws: `[resample][column]`.
    pub(crate) fn resampled_means(&self, columns: &[&[f64]]) -> Result<Vec<Vec<f64>>> {
        self.check()?;
        let n = columns.first().map_or(0, |c| c.len());
        if n < 2 {
            return Err(error::data(format!(
                "a bootstrap needs at least 2 users, found {n}"
            )));
        }
        columns.iter().try_for_each(|c| finite(c))?;
        let width = columns.len();
        // one user's values side by side: a draw touches one cache line whatever the number of models
        let rows: Vec<f64> = (0..n)
            .flat_map(|user| columns.iter().map(move |c| c[user]))
            .collect();
        let draw = |resample: usize| {
            let mut random = generator(self.seed, "bootstrap", resample as u64);
            let mut sums = vec![0.0; width];
            for _ in 0..n {
                let user = below(&mut random, n);
                for (sum, value) in sums.iter_mut().zip(&rows[user * width..][..width]) {
                    *sum += value;
                }
            }
            sums.iter_mut().for_each(|s| *s /= n as f64);
            sums
        };
        Ok((0..self.n_resamples).into_par_iter().map(draw).collect())
    }

    /// The percentile interval of resampled means.
    pub(crate) fn interval(&self, estimate: f64, mut means: Vec<f64>) -> Interval {
        means.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - self.level) / 2.0;
        Interval {
            estimate,
            lower: percentile(&means, tail),
            upper: percentile(&means, 1.0 - tail),
            level: self.level,
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.n_resamples < 100 {
            return Err(error::parameter(
                "Bootstrap",
                "n_resamples",
                self.n_resamples,
                "at least 100",
            ));
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(error::parameter(
                "Bootstrap",
                "level",
                self.level,
                "in (0, 1)",
            ));
        }
        Ok(())
    }
}

/// A number below `n` (multiply-shift: the bias is below n / 2^64).
#[inline(always)]
fn below(random: &mut Xoshiro256PlusPlus, n: usize) -> usize {
    ((u128::from(random.next_u64()) * n as u128) >> 64) as usize
}

fn finite(values: &[f64]) -> Result<()> {
    match values.iter().position(|v| !v.is_finite()) {
        Some(user) => Err(error::value(
            "value per user",
            user,
            values[user],
            "a finite number",
        )),
        None => Ok(()),
    }
}

/// Percentile of ascending values, linear between order statistics.
pub(crate) fn percentile(ascending: &[f64], q: f64) -> f64 {
    let last = ascending.len().saturating_sub(1);
    let at = q.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (
        ascending[at.floor() as usize],
        ascending[(at.ceil() as usize).min(last)],
    );
    below + (above - below) * at.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(n: usize) -> Vec<f64> {
        (0..n).map(|i| ((i * 37) % 101) as f64 / 100.0).collect()
    }

    #[test]
    fn close_to_the_normal_interval() {
        let values = users(5_050); // a whole number of periods: mean 0.5, known spread
        let mean = 0.5;
        let spread = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 5_050.0).sqrt();
        let half = 1.959_964 * spread / 5_050f64.sqrt();
        let interval = Bootstrap::new().mean(&values).unwrap();
        assert!((interval.estimate - mean).abs() < 1e-12);
        // the Monte Carlo error of an end is about 3 % of the half width at 2,000 resamples
        assert!(
            (interval.lower - (mean - half)).abs() < 0.12 * half,
            "{interval}"
        );
        assert!(
            (interval.upper - (mean + half)).abs() < 0.12 * half,
            "{interval}"
        );
        let wide = Bootstrap::new().level(0.99).mean(&values).unwrap();
        assert!(wide.lower < interval.lower && interval.upper < wide.upper);
    }

    #[test]
    fn same_bits_for_any_pool_and_another_seed_differs() {
        let values = users(3_000);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| Bootstrap::new().n_resamples(200).mean(&values).unwrap())
        };
        assert_eq!(run(1), run(2));
        assert_eq!(run(1), run(4));
        assert_ne!(
            run(1),
            Bootstrap::new()
                .n_resamples(200)
                .seed(1)
                .mean(&values)
                .unwrap()
        );
    }

    #[test]
    fn paired_difference_sees_what_two_intervals_do_not() {
        let a = users(1_000);
        let b: Vec<f64> = a
            .iter()
            .enumerate()
            .map(|(i, v)| v - 0.01 - 0.001 * (i % 3) as f64)
            .collect();
        let boot = Bootstrap::new().n_resamples(500);
        let difference = boot.paired(&a, &b).unwrap();
        assert!(
            !difference.contains(0.0) && difference.lower > 0.0,
            "{difference}"
        );
        let (one, two) = (boot.mean(&a).unwrap(), boot.mean(&b).unwrap());
        assert!(one.lower < two.upper, "the two intervals overlap");
    }

    #[test]
    fn percentile_is_numpy_linear() {
        let v = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(percentile(&v, 0.5), 3.0);
        assert!((percentile(&v, 0.025) - 1.075).abs() < 1e-12);
        assert!((percentile(&v, 0.975) - 7.7).abs() < 1e-12);
        assert_eq!(percentile(&v, 1.0), 8.0);
    }

    #[test]
    fn bad_input_is_named() {
        let text = |r: Result<Interval>| r.unwrap_err().to_string();
        assert!(text(Bootstrap::new().mean(&[])).contains("at least 2"));
        assert!(text(Bootstrap::new().mean(&[1.0])).contains("found 1"));
        assert!(text(Bootstrap::new().mean(&[1.0, f64::NAN])).contains("row 1"));
        assert!(text(Bootstrap::new().level(1.0).mean(&[1.0, 2.0])).contains("level"));
        assert!(text(Bootstrap::new().n_resamples(3).mean(&[1.0, 2.0])).contains("n_resamples"));
        assert!(text(Bootstrap::new().paired(&[1.0, 2.0], &[1.0])).contains("expected 2"));
    }
}
