//! Quantiles of labels and residuals.

use crate::tree::weights::Weights;

/// A leaf's value is the `alpha` quantile of its residuals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renewal<'a> {
    pub(crate) alpha: f64,
    pub(crate) labels: &'a [f64],
    /// Weights of the labels besides those of the rows.
    pub(crate) label_weights: Option<&'a [f64]>,
}

impl Renewal<'_> {
    /// The quantile of `label - score` over the listed rows.
    pub(crate) fn value(&self, rows: &[u32], scores: &[f64], weights: &Weights) -> f64 {
        let mut items: Vec<(f64, f64)> = rows
            .iter()
            .map(|&i| {
                let i = i as usize;
                let weight = weights.of(i) * self.label_weights.map_or(1.0, |w| w[i]);
                (self.labels[i] - scores[i], weight)
            })
            .collect();
        let repeated = self.label_weights.is_none() && !matches!(weights, Weights::Real(_));
        percentile(&mut items, self.alpha, repeated)
    }
}

/// The `alpha` quantile of values with their weights; 0 of none. Where weights are numbers of
/// repeats it lies between neighbours of the repeated values, as in NumPy; else it is the smallest
/// value at which the weighted loss is least.
pub(crate) fn percentile(items: &mut [(f64, f64)], alpha: f64, repeated: bool) -> f64 {
    items.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    if repeated {
        between_neighbours(items, alpha)
    } else {
        of_least_loss(items, alpha)
    }
}

/// The place `alpha (n - 1)`, counted from 0, among the `n` repeated values.
fn between_neighbours(sorted: &[(f64, f64)], alpha: f64) -> f64 {
    let total: f64 = sorted.iter().map(|i| i.1).sum();
    let at = (total - 1.0) * alpha;
    let (low, part) = (at.floor(), at.fract());
    let (mut below, mut lower) = (0.0, None);
    for &(value, weight) in sorted {
        below += weight;
        if lower.is_none() && below > low {
            lower = Some(value);
        }
        if let Some(lower) = lower
            && below > low + 1.0
        {
            return lower + (value - lower) * part;
        }
    }
    sorted.last().map_or(0.0, |i| i.0)
}

/// Shares of the total that are equal but for the rounding of `alpha` and of the weights.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// The first value up to which weights are at least `alpha` of the total: before it, the loss still
/// falls by `alpha` of what lies above and rises by the rest of what lies below.
fn of_least_loss(sorted: &[(f64, f64)], alpha: f64) -> f64 {
    let mut total = Sum::default();
    sorted.iter().for_each(|i| total.add(i.1));
    let share = alpha * total.value() * (1.0 - ROUNDING);
    let mut below = Sum::default();
    let reached = sorted.iter().find(|i| {
        below.add(i.1);
        below.value() >= share
    });
    reached.or(sorted.last()).map_or(0.0, |i| i.0)
}

/// A sum to the last bit: where weights of a tenth each are to reach a half, a rounding error would
/// pass over a value. Neumaier, *Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
/// Summen*, ZAMM 54 (1974),
/// [doi:10.1002/zamm.19740540106](https://doi.org/10.1002/zamm.19740540106).
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    fn add(&mut self, x: f64) {
        let high = self.high + x;
        let (larger, smaller) = if self.high >= x {
            (self.high, x)
        } else {
            (x, self.high)
        };
        self.low += larger - high + smaller;
        self.high = high;
    }

    fn value(&self) -> f64 {
        self.high + self.low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn repeats_count_as_values() {
        let of = |items: &[(f64, f64)], alpha| percentile(&mut items.to_vec(), alpha, true);
        let items = [(3.0, 1.0), (1.0, 2.0), (10.0, 1.0)];
        assert_eq!(of(&items, 0.5), 2.0);
        assert_eq!([of(&items, 0.0), of(&items, 1.0)], [1.0, 10.0]);
        assert!((of(&items, 0.9) - 7.9).abs() < 1e-12);
        assert_eq!(of(&[(4.0, 1.0)], 0.3), 4.0);
        assert_eq!(of(&[], 0.3), 0.0);
    }

    /// Losses by hand: of 1, 3, 10 with weights .2 .5 .3 the weighted absolute error is 3.7 at 1,
    /// 2.5 at 3, 5.3 at 10.
    #[test]
    fn fractions_pass_a_share_of_the_total() {
        let of = |alpha| percentile(&mut [(3.0, 0.5), (1.0, 0.2), (10.0, 0.3)], alpha, false);
        assert_eq!(
            [of(0.1), of(0.5), of(0.75), of(1.0)],
            [1.0, 3.0, 10.0, 10.0]
        );
        let equal = |w: f64, alpha| {
            let mut items: Vec<(f64, f64)> = (1..=5).map(|v| (f64::from(v), w)).collect();
            percentile(&mut items, alpha, false)
        };
        for w in [0.5, 0.1, 0.3, 1e-9, 7.7e200, 2e-300] {
            assert_eq!(
                [equal(w, 0.5), equal(w, 0.9), equal(w, 0.2)],
                [3.0, 5.0, 1.0]
            );
        }
        let tiny = [(1.0, 0.5), (2.0, 1e-14), (3.0, 0.5)];
        assert_eq!(percentile(&mut tiny.to_vec(), 0.5, false), 2.0);
        assert_eq!(
            percentile(&mut [(4.0, 0.0), (5.0, 0.25), (9.0, 0.0)], 0.5, false),
            5.0
        );
        assert_eq!(percentile(&mut [], 0.5, false), 0.0);
    }

    proptest! {
        /// All values are tried, in whole numbers; weights and `alpha` are tenths and eighths of
        /// them, which `f64` rounds or not.
        #[test]
        fn the_weighted_loss_is_least_at_the_value(
            items in prop::collection::vec((-4_i64..8, 0_i64..9), 1..40),
            (part, of) in prop_oneof![(1_i64..10).prop_map(|p| (p, 10)), (1_i64..8).prop_map(|p| (p, 8))],
            unit in prop_oneof![Just(0.1), Just(0.25), Just(1e-12), Just(3e-5), Just(1.0), Just(0.7)],
        ) {
            prop_assume!(items.iter().any(|i| i.1 > 0));
            let loss = |at: i64| -> i64 {
                let each = |&(v, w): &(i64, i64)| w * if v >= at { part * (v - at) } else { (of - part) * (at - v) };
                items.iter().map(each).sum()
            };
            let least = items.iter().map(|i| loss(i.0)).min();
            let want = items.iter().map(|i| i.0).filter(|&v| Some(loss(v)) == least).min();
            let mut weighted: Vec<(f64, f64)> = items.iter().map(|&(v, w)| (v as f64, w as f64 * unit)).collect();
            let got = percentile(&mut weighted, part as f64 / of as f64, false);
            prop_assert_eq!(Some(got as i64), want);
        }
    }
}
