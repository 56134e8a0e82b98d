//! Population stability index: a distance between two histograms, and how large it gets when
//! nothing has changed.

mod null;
mod quantiles;
mod select;

pub use null::{NullDistribution, NullMethod};
pub(crate) use quantiles::PooledNumbers;

use ml_data::simd::widest;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::ks::unkey;
use crate::limits;

/// Bins of numbers for the index, and the share that an empty bin counts as.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PsiBins {
    /// Bins of about equal share of the reference (default 10). Ties make fewer.
    pub bins: usize,
    /// Shares below this count as this much (default 1e-4), so that an empty bin does not make the
    /// index infinite.
    pub epsilon: f64,
}

impl Default for PsiBins {
    fn default() -> Self {
        PsiBins {
            bins: 10,
            epsilon: 1e-4,
        }
    }
}

impl PsiBins {
    /// Refuses parameters outside their domain.
    pub(crate) fn check(&self) -> Result<()> {
        check_bins("psi", self.bins)?;
        if self.epsilon > 0.0 && self.epsilon < 0.5 {
            return Ok(());
        }
        Err(Error::parameter(
            "psi",
            "epsilon",
            self.epsilon,
            "in (0, 0.5)",
        ))
    }
}

/// Refuses numbers of quantile bins outside their domain.
pub(crate) fn check_bins(step: &'static str, bins: usize) -> Result<()> {
    if (2..=limits::BINS).contains(&bins) {
        return Ok(());
    }
    let rule = "2 to 100,000 (limits::BINS)";
    Err(Error::parameter(step, "bins", bins, rule))
}

/// Population stability index of two histograms over the same bins.
///
/// 0 means equal shares; it has no upper end. The customary marks 0.1 and 0.25 ignore the sample
/// sizes: with 100 rows and ten bins, unchanged data exceeds 0.1 most of the time, with a million
/// rows a change worth knowing stays far below it. [`NullMethod`] gives the mark that unchanged
/// data exceeds with a chosen probability.
///
/// # Formula
/// With the shares `p` of the reference and `q` of the current counts, each at least `epsilon`,
///
/// ```text
/// sum (q - p) ln(q / p)
/// ```
///
/// # Errors
/// Slices of different lengths, a histogram without any count, `epsilon` outside (0, 0.5).
///
/// # Example
/// ```
/// use ml_monitor::drift::psi;
/// let index = psi(&[50, 50], &[40, 60], 1e-4)?;
/// assert!((index - 0.1 * (0.6f64 / 0.5).ln() + 0.1 * (0.4f64 / 0.5).ln()).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub fn psi(reference: &[u64], current: &[u64], epsilon: f64) -> Result<f64> {
    check(reference, current, epsilon)?;
    Ok(index(reference, current, epsilon))
}

/// Refuses histograms that have no index.
fn check(reference: &[u64], current: &[u64], epsilon: f64) -> Result<()> {
    Error::check_len("current counts of psi", reference.len(), current.len())?;
    check_epsilon(epsilon)?;
    for (counts, which) in [(reference, "reference"), (current, "current")] {
        if counts.iter().all(|&c| c == 0) {
            return Err(Error::Empty(format!("{which} counts of psi")));
        }
    }
    Ok(())
}

fn check_epsilon(epsilon: f64) -> Result<()> {
    PsiBins {
        epsilon,
        ..PsiBins::default()
    }
    .check()
}

/// The sum of counts; a sum of integers could wrap.
pub(crate) fn total(counts: &[u64]) -> f64 {
    counts.iter().map(|&c| c as f64).sum()
}

/// The index of counts already checked.
pub(crate) fn index(reference: &[u64], current: &[u64], epsilon: f64) -> f64 {
    let (n, m) = (total(reference), total(current));
    sum_of_shares(
        reference.iter().copied().zip(current.iter().copied()),
        n,
        m,
        epsilon,
    )
}

/// The index of two histograms whose last bin is that of missing rows, and whose levels that the
/// reference lacks count as one.
pub(crate) fn index_of_levels(reference: &[u64], current: &[u64], epsilon: f64) -> f64 {
    let last = reference.len().saturating_sub(1);
    let mut unseen = 0u64;
    let seen = reference
        .iter()
        .zip(current)
        .enumerate()
        .filter_map(|(i, (&a, &b))| {
            if a > 0 || i == last {
                return Some((a, b));
            }
            unseen = unseen.saturating_add(b);
            None
        });
    let (n, m) = (total(reference), total(current));
    let known = sum_of_shares(seen, n, m, epsilon);
    known + sum_of_shares(std::iter::once((0, unseen)), n, m, epsilon)
}

fn sum_of_shares(bins: impl Iterator<Item = (u64, u64)>, n: f64, m: f64, epsilon: f64) -> f64 {
    let share = |count: u64, size: f64| (count as f64 / size).max(epsilon);
    bins.map(|(a, b)| (share(a, n), share(b, m)))
        .map(|(p, q)| (q - p) * (q / p).ln())
        .sum()
}

/// Population stability index of two samples of numbers, binned at quantiles of the reference.
///
/// # Missing values
/// NaN is missing and has a bin of its own, so a change of the missing share counts.
///
/// # Errors
/// An empty sample, a reference of missing values only, parameters outside their domain.
///
/// # Example
/// ```
/// use ml_monitor::drift::{PsiBins, psi_2samp};
/// let reference: Vec<f64> = (0..1000).map(f64::from).collect();
/// let shifted: Vec<f64> = (100..1100).map(f64::from).collect();
/// // Deciles hold 100 each; the shift empties the first and doubles the last.
/// let by_hand = (1e-4 - 0.1) * (1e-4f64 / 0.1).ln() + (0.2 - 0.1) * 2f64.ln();
/// assert!((psi_2samp(&reference, &shifted, PsiBins::default())? - by_hand).abs() < 1e-12);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub fn psi_2samp(reference: &[f64], current: &[f64], bins: PsiBins) -> Result<f64> {
    bins.check()?;
    let (edges, counts) = select::quantile_bins(bins.bins, reference)
        .ok_or_else(|| Error::Empty("reference sample of psi".into()))?;
    if current.is_empty() {
        return Err(Error::Empty("current sample of psi".into()));
    }
    Ok(index(&counts, &count(&edges, current), bins.epsilon))
}

/// Inner bin borders: the distinct quantiles `1/bins, 2/bins, ...` of a sample whose smallest value
/// is `least`.
///
/// A value belongs to the bin of the first border that is not below it. When the smallest value is
/// itself a border, values below it get a bin of their own: without it, a constant or zero-heavy
/// column could fall unseen.
pub(crate) fn edges(bins: usize, least: f64, quantile: impl Fn(f64) -> f64) -> Vec<f64> {
    let width = 1.0 / bins as f64;
    let mut edges: Vec<f64> = (1..bins).map(|i| quantile(i as f64 * width)).collect();
    edges.dedup();
    if edges.first() == Some(&least) && least.is_finite() {
        edges.insert(0, least.next_down());
    }
    edges
}

/// Quantile bin borders of sorted keys, at least one.
pub(crate) fn edges_of_sorted(bins: usize, sorted: &[u64]) -> Vec<f64> {
    let at = |rank: u64| unkey(sorted[rank as usize]);
    edges(bins, at(0), |q| quantile(q, sorted.len() as u64, at))
}

/// Quantile (`q` in [0, 1]) by linear interpolation between order statistics, as NumPy's default.
pub(crate) fn quantile(q: f64, n: u64, at: impl Fn(u64) -> f64) -> f64 {
    let position = q * (n - 1) as f64;
    let rank = position.floor() as u64;
    let part = position - rank as f64;
    let (a, b) = (at(rank), at((rank + 1).min(n - 1)));
    if part == 0.0 {
        a
    } else if !(a.is_finite() && b.is_finite()) {
        b
    } else if part >= 0.5 {
        b - (b - a) * (1.0 - part)
    } else {
        a + (b - a) * part
    }
}

/// Up to so many borders are compared with every value; a search among more is faster.
const COMPARED: usize = 24;
/// Values that stay in the first-level cache while they are compared with every border.
const BLOCK: usize = 1024;

/// Values per bin, then missing values.
pub(crate) fn count(edges: &[f64], values: &[f64]) -> Vec<u64> {
    if edges.len() <= COMPARED {
        return widest(
            #[inline(always)]
            || count_compared(edges, values),
        );
    }
    count_searched(edges, values)
}

/// By the values above each border: those of a bin are the difference of two.
#[inline(always)]
fn count_compared(edges: &[f64], values: &[f64]) -> Vec<u64> {
    let mut above = vec![0u64; edges.len()];
    let mut missing = 0;
    for block in values.chunks(BLOCK) {
        missing += sum(block, |x| x.is_nan());
        for (above, &edge) in above.iter_mut().zip(edges) {
            *above += sum(block, |x| x > edge);
        }
    }
    let mut counts = Vec::with_capacity(edges.len() + 2);
    let mut rest = values.len() as u64 - missing;
    for above in above {
        counts.push(rest - above);
        rest = above;
    }
    counts.extend([rest, missing]);
    counts
}

/// Values that something holds for.
#[inline(always)]
fn sum(block: &[f64], holds: impl Fn(f64) -> bool) -> u64 {
    block.iter().map(|&x| u64::from(holds(x))).sum()
}

fn count_searched(edges: &[f64], values: &[f64]) -> Vec<u64> {
    let mut counts = vec![0u64; edges.len() + 2];
    for &x in values {
        let bin = if x.is_nan() {
            edges.len() + 1
        } else {
            edges.partition_point(|&e| e < x)
        };
        counts[bin] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::super::ks::sorted_keys;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parameters_and_samples_are_checked() {
        let ok = PsiBins::default();
        assert!(
            psi_2samp(&[1.0], &[1.0], PsiBins { bins: 1, ..ok })
                .unwrap_err()
                .to_string()
                .contains("bins")
        );
        assert!(psi_2samp(&[1.0], &[1.0], PsiBins { epsilon: 0.0, ..ok }).is_err());
        assert!(
            psi_2samp(&[f64::NAN], &[1.0], ok)
                .unwrap_err()
                .to_string()
                .contains("reference")
        );
        assert!(
            psi_2samp(&[1.0], &[], ok)
                .unwrap_err()
                .to_string()
                .contains("current")
        );
        let bins = usize::MAX;
        assert!(psi_2samp(&[1.0], &[1.0], PsiBins { bins, ..ok }).is_err());
        assert!(psi(&[0, 0], &[1, 2], 1e-4).is_err());
        assert!(psi(&[1], &[1, 2], 1e-4).is_err());
    }

    #[test]
    fn epsilons_end_below_a_half() {
        for (epsilon, fine) in [(0.0, false), (1e-300, true), (0.4999, true), (0.5, false)] {
            assert_eq!(psi(&[1], &[1], epsilon).is_ok(), fine, "{epsilon}");
            let null = NullMethod::Asymptotic.distribution(&[1], 1, epsilon);
            assert_eq!(null.is_ok(), fine, "{epsilon}");
        }
    }

    /// By hand: levels that the reference lacks are one bin of 15 %, the missing rows another.
    #[test]
    fn unseen_levels_count_as_one_and_missing_rows_apart() {
        let term = |p: f64, q: f64| (q - p) * (q / p).ln();
        let (reference, current) = ([60, 40, 0, 0, 0], [30, 50, 10, 5, 5]);
        let want = term(0.6, 0.3) + term(0.4, 0.5) + term(0.01, 0.15) + term(0.01, 0.05);
        let found = index_of_levels(&reference, &current, 0.01);
        assert!((found - want).abs() < 1e-14, "{found} {want}");
    }

    /// NumPy's `quantile`, to the bit; an infinite neighbour is reached by any part of the way.
    #[test]
    fn quantiles_are_those_of_numpy() {
        let inf = f64::INFINITY;
        for (q, values, want) in [
            (0.8, vec![0.1, 0.9], 0.74), // from below it would be 0.7400000000000001
            (0.25, vec![0.0, 4.0, 6.0], 2.0),
            (0.5, vec![0.0, 4.0, inf], 4.0),
            (0.75, vec![0.0, 4.0, inf], inf),
            (0.25, vec![-inf, 4.0, 6.0], 4.0),
            (0.5, vec![inf, inf], inf),
            (0.3, vec![7.0], 7.0),
            (1.0, vec![1.0, 2.0, 3.0], 3.0),
        ] {
            let found = quantile(q, values.len() as u64, |rank| values[rank as usize]);
            assert_eq!(found, want, "{q} {values:?}");
        }
    }

    /// Sums of counts do not wrap.
    #[test]
    fn case_s6_counts_at_the_end_of_the_range() {
        assert_eq!(psi(&[u64::MAX; 2], &[1, 1], 1e-4).unwrap(), 0.0);
        assert_eq!(psi(&[1, 1], &[u64::MAX; 2], 1e-4).unwrap(), 0.0);
        let twice = psi(&[u64::MAX, u64::MAX, 0], &[1, 1, 0], 1e-4).unwrap();
        assert_eq!(twice, 0.0);
        for null in [NullMethod::Asymptotic, NullMethod::default()] {
            let d = null.distribution(&[u64::MAX; 2], u64::MAX, 1e-4).unwrap();
            assert!(d.p_value(0.0) == 1.0 && d.p_value(0.1) < 1e-6);
            let d = null.pooled(&[u64::MAX; 2], &[u64::MAX; 2], 1e-4).unwrap();
            assert!(d.p_value(0.0) == 1.0 && d.p_value(0.1) < 1e-6);
        }
    }

    /// A constant column shows a change in either direction, and none when there is none.
    #[test]
    fn constant_reference_sees_both_directions() {
        let constant = [3.0; 40];
        for (now, changed) in [
            (3.0, false),
            (2.9, true),
            (3.1, true),
            (f64::NAN, true),
            (f64::NEG_INFINITY, true),
        ] {
            let index = psi_2samp(&constant, &[now; 40], PsiBins::default()).unwrap();
            assert_eq!(index > 1.0, changed, "{now}: {index}");
            assert!(changed || index == 0.0);
        }
    }

    #[test]
    fn infinities_are_binned() {
        let reference = [
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
            0.0,
            1.0,
            f64::INFINITY,
            f64::INFINITY,
        ];
        assert_eq!(
            psi_2samp(&reference, &reference, PsiBins::default()).unwrap(),
            0.0
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn symmetric_and_never_negative(pairs in prop::collection::vec((0u64..50, 0u64..50), 1..12)) {
            let (a, b): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
            prop_assume!(a.iter().sum::<u64>() > 0 && b.iter().sum::<u64>() > 0);
            let (ab, ba) = (psi(&a, &b, 1e-4).unwrap(), psi(&b, &a, 1e-4).unwrap());
            prop_assert!(ab >= 0.0 && (ab - ba).abs() <= 1e-12 * ab.max(1.0));
            prop_assert_eq!(psi(&a, &a, 1e-4).unwrap(), 0.0);
        }

        #[test]
        fn bins_hold_every_value(v in prop::collection::vec(-50i32..50, 1..200), bins in 2usize..25) {
            let v: Vec<f64> = v.into_iter().map(|x| f64::from(x) / 8.0).collect();
            let sorted = sorted_keys(&v);
            let edges = edges_of_sorted(bins, &sorted);
            prop_assert!(edges.windows(2).all(|w| w[0] < w[1]));
            let counts = count(&edges, &v);
            prop_assert_eq!(counts.iter().sum::<u64>(), v.len() as u64);
            prop_assert_eq!(&counts, &count_searched(&edges, &v));
            prop_assert_eq!(&counts, &count_compared(&edges, &v));
            for (i, &count) in counts.iter().enumerate() {
                let slow = v.iter().filter(|x| edges.iter().filter(|e| *e < x).count() == i).count();
                prop_assert_eq!(count, slow as u64);
            }
        }
    }
}
