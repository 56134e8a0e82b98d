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

/// The `alpha` quantile of values with their weights. Where weights are numbers of repeats it interpolates between neighbours
/// of the repeated values, as NumPy does; else it is the last value up to which the weights are at most `alpha` of the total.
pub(crate) fn percentile(items: &mut [(f64, f64)], alpha: f64, repeated: bool) -> f64 {
    items.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let Some(last) = items.last().copied() else {
        return 0.0;
    };
    let total: f64 = items.iter().map(|i| i.1).sum();
    let mut below = 0.0;
    if repeated {
        let at = (total - 1.0) * alpha;
        let (low, part) = (at.floor(), at.fract());
        let mut lower = None;
        for &(value, weight) in &*items {
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
        return last.0;
    }
    let threshold = total * alpha;
    let mut before = None;
    for &(value, weight) in &*items {
        below += weight;
        if below > threshold {
            return before.unwrap_or(value);
        }
        before = Some(value);
    }
    last.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_count_as_values() {
        let of = |items: &[(f64, f64)], alpha| percentile(&mut items.to_vec(), alpha, true);
        let items = [(3.0, 1.0), (1.0, 2.0), (10.0, 1.0)];
        assert_eq!(of(&items, 0.5), 2.0);
        assert_eq!([of(&items, 0.0), of(&items, 1.0)], [1.0, 10.0]);
        assert!((of(&items, 0.9) - 7.9).abs() < 1e-12);
        assert_eq!(of(&[(4.0, 1.0)], 0.3), 4.0);
    }

    #[test]
    fn fractions_pass_a_share_of_the_total() {
        let of = |alpha| percentile(&mut [(3.0, 0.5), (1.0, 0.2), (10.0, 0.3)], alpha, false);
        assert_eq!([of(0.1), of(0.5), of(0.75), of(1.0)], [1.0, 1.0, 3.0, 10.0]);
    }
}
