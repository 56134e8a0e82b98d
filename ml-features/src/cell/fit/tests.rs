#![allow(clippy::unwrap_used)]

use super::*;

fn column<'a>(values: &'a [f64], weights: Option<&'a [f64]>) -> NumColumn<'a> {
    NumColumn {
        step: "t",
        name: "x",
        values: values.into(),
        weights,
    }
}

#[test]
fn rows_of_no_weight_do_not_exist() {
    let nan = f64::NAN;
    let values = [nan, 2.0, f64::INFINITY, 8.0, nan];
    let weights = [0.0, 1.0, 0.0, 2.0, 0.0];
    let some = column(&values, Some(&weights));
    assert_eq!(some.present().collect::<Vec<_>>(), [(2.0, 1.0), (8.0, 2.0)]);
    assert_eq!(some.mean(), Some(6.0));
    assert!(!some.any_missing() && some.finite().is_ok());
    let all = column(&values, None);
    assert!(all.any_missing());
    let e = all.finite().unwrap_err().to_string();
    assert!(e.contains("column `x`, row 2") && e.contains("inf"), "{e}");
    assert_eq!(all.present().count(), 3);
    let none = column(&values[..1], None);
    assert_eq!(
        (none.mean(), column(&values, Some(&[0.0; 5])).mean()),
        (None, None)
    );
    let e = none.no_values(" here").to_string();
    assert_eq!(e, "t: column `x` has no values to learn from here");
    let there = column(&values[..2], Some(&[1.0, 1.0]));
    assert!(there.any_missing());
}

/// A mean lies between the least and the greatest value, whatever is rounded or overflows.
#[test]
fn means_stay_within_their_values() {
    let mean = |values: &[f64], weights: Option<&[f64]>| column(values, weights).mean().unwrap();
    assert_eq!(mean(&[0.1; 3], None), 0.1);
    assert_eq!(mean(&[f64::MAX; 7], Some(&[0.3; 7])), f64::MAX);
    assert_eq!(mean(&[f64::MAX, -f64::MAX], None), 0.0);
    let apart = mean(&[f64::MAX, f64::MAX, -f64::MAX], Some(&[1.0, 2.0, 1.0]));
    assert!((apart / (f64::MAX / 2.0) - 1.0).abs() < 1e-15, "{apart}");
    assert_eq!(mean(&[1.0, 2.0, 6.0], Some(&[1.0, 2.0, 1.0])), 2.75);
    assert_eq!(mean(&[-1.0, -4.0], None), -2.5);
    // A long sum that loses digits: the second pass finds them.
    let long = vec![0.1; 100_000];
    assert_eq!(mean(&long, None), 0.1);
    let mut uneven = long;
    uneven[0] = 0.3;
    let found = mean(&uneven, None);
    assert!((found - 0.100_002).abs() < 1e-15, "{found}"); // in one pass it is 2e-13 off
}

#[test]
fn weights_are_divided_only_where_products_could_leave_the_range() {
    let is = |w: &[f64]| matches!(balanced(Some(w)), Some(Cow::Borrowed(_)));
    assert!(balanced(None).is_none());
    assert!(is(&[0.0, 0.0]) && is(&[1e-100, 0.0]) && is(&[3.0, 9.9e99]));
    for far in [&[1e100, 5e99, 0.0], &[9.9e-101, 4.95e-101, 0.0]] {
        let found = balanced(Some(far)).unwrap();
        assert!((found[1] - 0.5).abs() < 1e-15 && found[0] == 1.0 && found[2] == 0.0);
    }
}

#[test]
fn times_of_rows_that_count() {
    let times = [9, MISSING_TIME, 7, 6, 5];
    let list = [4, 1, 2, 0];
    let of = |weights| {
        let column = TimeColumn {
            times: &times,
            rows: RowSet::List(&list),
            weights,
        };
        column.present().collect::<Vec<_>>()
    };
    assert_eq!(of(None), [5, 7, 9]);
    assert_eq!(of(Some(&[1.0, 1.0, 0.0, 0.5])), [5, 9]);
}

#[test]
fn rows_are_gathered_in_their_order() {
    let values = [1.0, 2.0, 3.0, 4.0];
    assert_eq!(*gather(&values, RowSet::Range(1, 3)), [2.0, 3.0]);
    assert_eq!(*gather(&values, RowSet::Range(3, 3)), [0.0; 0]);
    assert_eq!(*gather(&values, RowSet::List(&[3, 0, 3])), [4.0, 1.0, 4.0]);
}
