//! The median of a column, weighted or not.

use crate::cell::NumColumn;

/// The median of the values that are there, `None` without any.
pub(super) fn median(column: &NumColumn<'_>) -> Option<f64> {
    if column.weights.is_some() {
        return weighted_median(column.present().collect());
    }
    let mut values: Vec<f64> = column
        .values
        .iter()
        .copied()
        .filter(|x| !x.is_nan())
        .collect();
    if values.is_empty() {
        return None;
    }
    let half = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    if odd {
        return Some(*upper);
    }
    let lower = below
        .iter()
        .copied()
        .max_by(f64::total_cmp)
        .unwrap_or(*upper);
    Some(middle(lower, *upper))
}

/// The middle of the two values that half of the weight lies below and above, else the value at the
/// half. Sums of `n` weights are rounded `n` times at most: a half within that is a half, so that
/// ten weights of a tenth have one.
fn weighted_median(mut pairs: Vec<(f64, f64)>) -> Option<f64> {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let total: f64 = pairs.iter().map(|p| p.1).sum();
    let rounding = pairs.len() as f64 * f64::EPSILON * total;
    let mut below = 0.0;
    for (i, (value, weight)) in pairs.iter().enumerate() {
        below += weight;
        if 2.0 * below >= total - rounding {
            let half = 2.0 * below <= total + rounding;
            let next = pairs.get(i + 1).filter(|_| half);
            return Some(next.map_or(*value, |(n, _)| middle(*value, *n)));
        }
    }
    pairs.last().map(|p| p.0)
}

fn middle(a: f64, b: f64) -> f64 {
    let m = (a + b) / 2.0;
    if m.is_finite() { m } else { a / 2.0 + b / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::impute::SimpleImputer;
    use ml_data::prelude::*;
    use proptest::prelude::*;

    /// Values by hand: half of the weight lies on either side, whatever the weights' unit.
    #[test]
    fn case_m2_medians_of_tenths_have_a_half() {
        let of = |n: usize, w: f64| weighted_median((1..=n).map(|v| (v as f64, w)).collect());
        for w in [0.1, 0.3, 0.7, 1.0, 1e-9, 3e200] {
            assert_eq!(
                [of(10, w), of(6, w), of(5, w)],
                [Some(5.5), Some(3.5), Some(3.0)],
                "{w}"
            );
        }
        let uneven = vec![(1.0, 0.2), (3.0, 0.5), (10.0, 0.3)];
        assert_eq!(weighted_median(uneven), Some(3.0));
        assert_eq!(
            weighted_median(vec![(1.0, 0.3), (2.0, 0.2), (9.0, 0.5)]),
            Some(5.5)
        );
    }

    #[test]
    fn an_empty_column_is_named() {
        let t = || {
            Table::new([
                ("a", Column::num([1.0, 2.0])),
                ("b", Column::num([f64::NAN; 2])),
            ])
            .unwrap()
        };
        let train = t().unlabelled().unwrap().into_train();
        let e = SimpleImputer::median()
            .fit_transform(&train)
            .unwrap_err()
            .to_string();
        assert!(e.contains("column `b` has no values to learn from"), "{e}");
        let (_, x) = SimpleImputer::median()
            .keep_empty_features(true)
            .fit_transform(&train)
            .unwrap();
        assert_eq!(x.values(), [1.0, 0.0, 2.0, 0.0]);
    }

    #[test]
    fn an_infinite_value_is_named_with_its_row() {
        let t = Table::new([("a", Column::num([1.0, f64::INFINITY]))]).unwrap();
        let e = SimpleImputer::median()
            .fit_transform(&t.unlabelled().unwrap().into_train())
            .unwrap_err();
        assert_eq!(
            e.to_string(),
            "column `a`, row 1: expected a finite number or a missing value, found inf"
        );
    }

    #[test]
    fn huge_values_do_not_overflow() {
        assert_eq!(middle(f64::MAX, f64::MAX), f64::MAX);
        assert_eq!(middle(1.0, 2.0), 1.5);
    }

    proptest! {
        #[test]
        fn whole_weights_are_repetitions(rows in prop::collection::vec((-5i32..5, 0usize..4), 1..20)) {
            let repeated: Vec<f64> = rows.iter().flat_map(|&(v, w)| vec![f64::from(v); w]).collect();
            let mut sorted = repeated.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let n = sorted.len();
            let plain = (n > 0).then(|| (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0);
            let pairs = rows.iter().map(|&(v, w)| (f64::from(v), w as f64)).filter(|p| p.1 > 0.0).collect();
            prop_assert_eq!(weighted_median(pairs), plain);
            let column = NumColumn { step: "t", name: "x", values: repeated.into(), weights: None };
            prop_assert_eq!(median(&column), plain);
        }
    }
}
