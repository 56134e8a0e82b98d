#![allow(clippy::unwrap_used)]

use super::*;

/// The bound is n eps variance + (n mean eps)^2: here (15 eps)^2 = 1.109e-29.
#[test]
fn rounding_alone_explains_variances_up_to_the_bound() {
    assert!(constant(1.10e-29, 5.0, 3.0) && constant(1.10e-29, -5.0, 3.0));
    assert!(!constant(1.12e-29, 5.0, 3.0));
    assert!(constant(0.0, 0.0, 4.0) && constant(0.0, 5.0, 3.0));
    assert!(!constant(1e-9, 0.0, 10.0) && !constant(4.0, 0.0, 3.0));
    // So many rows that a variance cannot be told from its own rounding.
    assert!(constant(7.0, 0.0, 5e15) && !constant(7.0, 0.0, 4e15));
}

/// By hand: 1, 2, 6 of weights 1, 2, 1 have mean 11 / 4 and variance (49 + 18 + 169) / 64.
#[test]
fn weighted_scales_by_hand() {
    let weights = [1.0, 2.0, 0.0, 1.0];
    let column = NumColumn {
        step: "t",
        name: "x",
        values: [1.0, 2.0, 99.0, 6.0].as_slice().into(),
        weights: Some(&weights),
    };
    let both = StandardScaler::new().learn(&column).unwrap();
    assert_eq!(both.mean(), 2.75);
    assert!((both.scale() - f64::sqrt(236.0 / 64.0)).abs() < 1e-15);
    let mean = StandardScaler::new()
        .with_std(false)
        .learn(&column)
        .unwrap();
    assert_eq!((mean.mean(), mean.scale()), (2.75, 1.0));
    let scale = StandardScaler::new()
        .with_mean(false)
        .learn(&column)
        .unwrap();
    assert_eq!((scale.mean(), scale.scale()), (0.0, both.scale()));
    // In large units the result is the same but for the unit, and for the last bits.
    let large = |values: &[f64]| NumColumn {
        step: "t",
        name: "x",
        values: values.to_vec().into(),
        weights: None,
    };
    for unit in [1e149, 1e152] {
        let found = StandardScaler::new().learn(&large(&[unit, 2.0 * unit, 6.0 * unit]));
        let found = found.unwrap();
        assert!((found.mean() / unit - 3.0).abs() < 1e-14, "{unit}");
        assert!(
            (found.scale() / unit - f64::sqrt(14.0 / 3.0)).abs() < 1e-14,
            "{unit}"
        );
    }
    assert_eq!(Params::name(&StandardScaler::new()), "StandardScaler");
}
