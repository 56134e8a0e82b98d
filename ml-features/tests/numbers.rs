//! Steps on finite numbers that overflow, cancel or differ by rounding alone, and what random seeds
//! decide. Values by hand, or from scikit-learn where a test says so.
#![allow(clippy::unwrap_used)]

use ml_data::contract::{Apply, Transformer};
use ml_data::prelude::*;
use ml_data::repr::Names;
use ml_features::aggregate::{AsOf, EventLog, LoggedEvent, Of, days};
use ml_features::prelude::*;

fn train(x: &[f64], weights: Option<Vec<f64>>) -> Sample<Table, Unlabelled, Train> {
    let table = Table::new([("x", Column::num(x.iter().copied()))]).unwrap();
    let data = table.unlabelled().unwrap();
    match weights {
        Some(w) => data.with_weights(w).unwrap().into_train(),
        None => data.into_train(),
    }
}

fn scaled(x: &[f64], weights: Option<Vec<f64>>) -> Result<(f64, f64, Vec<f64>)> {
    let (fitted, out) = StandardScaler::new().fit_transform(&train(x, weights))?;
    let learned = fitted.column("x").unwrap();
    Ok((learned.mean(), learned.scale(), out.into_values()))
}

#[test]
fn case_m9_a_variance_that_overflows_is_refused() {
    for x in [[1e300, -1e300], [1e200, 0.0], [f64::MAX, -f64::MAX]] {
        let e = scaled(&x, None).unwrap_err().to_string();
        assert_eq!(
            e,
            "StandardScaler: column `x` is too large: its variance is not a number"
        );
        // The mean alone is a number.
        let centred = StandardScaler::new().with_std(false);
        let (fitted, _) = centred.fit_transform(&train(&x, None)).unwrap();
        let mean = fitted.column("x").unwrap().mean();
        assert_eq!(mean, x[0] / 2.0 + x[1] / 2.0);
    }
}

#[test]
fn case_m9_constant_columns_become_zero_however_large() {
    for value in [1e300, 1e100, f64::MAX, -1e250, 0.1, 1e-300, 1e9 + 0.001] {
        for n in [3, 10, 1000] {
            for weights in [None, Some((0..n).map(|i| 0.1 + (i % 7) as f64).collect())] {
                let (mean, scale, out) = scaled(&vec![value; n], weights).unwrap();
                assert_eq!((mean, scale), (value, 1.0));
                assert!(out.iter().all(|v| *v == 0.0), "{value}: {out:?}");
            }
        }
    }
}

/// scikit-learn: -.99988079..., 1.00011920...: the mean is the number nearest to the middle, and
/// there is no nearer one.
#[test]
fn case_m9_close_large_values_are_centred() {
    let x: Vec<f64> = (0..1000).map(|i| 1e9 + f64::from(i % 2) * 0.001).collect();
    for weights in [None, Some(vec![0.3; 1000])] {
        let (_, _, out) = scaled(&x, weights).unwrap();
        assert!((out[0] + 1.0).abs() < 2e-4, "{}", out[0]);
        assert!((out[1] - 1.0).abs() < 2e-4, "{}", out[1]);
    }
}

/// scikit-learn takes .1 + .2 and .3 as one value: scale 1.
#[test]
fn columns_that_differ_by_rounding_alone_are_constant() {
    let (_, scale, out) = scaled(&[0.1 + 0.2, 0.3], None).unwrap();
    assert_eq!(scale, 1.0);
    assert!(out.iter().all(|v| v.abs() < 1e-15), "{out:?}");
    // A thousand times further apart they are not.
    let (_, scale, _) = scaled(&[0.3 + 6e-14, 0.3], None).unwrap();
    assert!((scale / 3e-14 - 1.0).abs() < 0.01, "{scale}");
}

fn filled<T: Transformer<Table, Unlabelled, Out = Dense<f64>>>(step: &T, x: &[f64]) -> f64 {
    let out = step.fit_transform(&train(x, None)).unwrap().1;
    out.values()[x.iter().position(|v| v.is_nan()).unwrap()]
}

#[test]
fn case_m9_means_of_large_values_are_finite() {
    let mean = |x: &[f64]| filled(&SimpleImputer::mean(), x);
    assert_eq!(mean(&[1e308, 1e308, 1e308, f64::NAN]), 1e308);
    assert_eq!(mean(&[f64::MAX, -f64::MAX, f64::NAN]), 0.0);
    let three = mean(&[f64::MAX, f64::MAX, f64::NAN, -f64::MAX]);
    assert!((three / (f64::MAX / 3.0) - 1.0).abs() < 1e-15, "{three}");
    let median = |x: &[f64]| filled(&SimpleImputer::median(), x);
    assert_eq!(median(&[1e308, 1.2e308, f64::NAN]), 1.1e308);
}

#[test]
fn case_m7_weights_of_any_size_count_by_their_ratios() {
    for unit in [1e308, 1e300, 1.0, 1e-300, 5e-324] {
        let weights = || Some(vec![unit, unit, 0.0]);
        let (mean, scale, _) = scaled(&[1.0, 3.0, 9.0], weights()).unwrap();
        assert_eq!((mean, scale), (2.0, 1.0), "{unit}");
        let x = [1.0, 3.0, 9.0, 4.0];
        let sample = train(&x, Some(vec![unit; 4]));
        let (fitted, _) = SimpleImputer::median().fit_transform(&sample).unwrap();
        assert_eq!(fitted.column("x").unwrap().value(), 3.5, "{unit}");
        let (fitted, _) = SimpleImputer::mean().fit_transform(&sample).unwrap();
        assert_eq!(fitted.column("x").unwrap().value(), 4.25, "{unit}");
    }
}

fn shops(y: &[f64]) -> Sample<Table, Real, Train> {
    let shop = |i: usize| Some(["a", "b"][i % 2]);
    let table = Table::new([
        ("shop", Column::cat((0..y.len()).map(shop))),
        ("y", Column::num(y.iter().copied())),
    ]);
    table.unwrap().regression("y").unwrap().into_train()
}

#[test]
fn case_m9_targets_that_overflow_are_refused_with_the_column() {
    let wide: Vec<f64> = (0..12).map(|i| [1e300, -1e300][i / 6]).collect();
    let e = TargetEncoder::new()
        .fit_transform(&shops(&wide))
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "TargetEncoder: column `shop`: the target is too large: its variance is not a finite number"
    );
    let widest: Vec<f64> = wide.iter().map(|y| y * 1.7e8).collect();
    let ordered = OrderedTargetEncoder::new();
    let e = ordered.fit_transform(&shops(&widest)).unwrap_err();
    assert_eq!(
        e.to_string(),
        "OrderedTargetEncoder: column `shop`: the target is too large: a sum of it is not a finite number"
    );
    // A constant target has a mean, however large.
    let (fitted, out) = ordered.fit_transform(&shops(&[1.7e308; 12])).unwrap();
    assert_eq!(fitted.column("shop").unwrap().prior(), 1.7e308);
    assert!(out.values().iter().all(|v| *v == 1.7e308));
}

#[test]
fn case_m9_sums_of_events_that_overflow_are_refused() {
    let buy = |time: i64| LoggedEvent {
        user: 0,
        item: time as u32,
        time,
        value: 1e308,
        kind: 0,
    };
    let log = EventLog::new(vec![buy(1), buy(2)]).unwrap();
    let e = AsOf::new().rfm(Of::User).build(&log).unwrap_err();
    assert_eq!(
        e.to_string(),
        "AsOf: values of events are too large: their sum is not a finite number"
    );
    assert!(AsOf::new().rfm(Of::Item).build(&log).is_ok());
    assert!(
        AsOf::new()
            .velocity(Of::User, days(1.0))
            .build(&log)
            .is_ok()
    );
}

/// One level: the encoding of a row is the mean of the other folds, of which there are five.
fn encodings(seed: u64) -> Vec<f64> {
    let table = Table::new([
        ("shop", Column::cat([Some("a"); 100])),
        ("y", Column::num((0..100).map(f64::from))),
    ]);
    let train = table.unwrap().regression("y").unwrap().into_train();
    let step = TargetEncoder::new().smooth(Smooth::Fixed(0.0)).seed(seed);
    let (fitted, out) = step.fit_transform(&train).unwrap();
    // Of new rows the encoding is the mean, whatever the seed.
    let mean = fitted.column("shop").unwrap().outputs()[0].encoding(0);
    assert!((mean - 49.5).abs() < 1e-12, "{mean}");
    out.into_values()
}

fn distinct(values: &[f64]) -> usize {
    let mut bits: Vec<u64> = values.iter().map(|v| v.to_bits()).collect();
    bits.sort_unstable();
    bits.dedup();
    bits.len()
}

#[test]
fn target_encoding_folds_are_shuffled_by_the_seed() {
    let one = encodings(1);
    assert_eq!(one, encodings(1));
    assert_ne!(one, encodings(2));
    assert_eq!(distinct(&one), 5);
    // Folds of 20 rows each, spread over all rows: contiguous ones would give the first 20 rows one
    // value.
    assert!(distinct(&one[..20]) >= 3, "{:?}", &one[..20]);
    for value in &one {
        assert_eq!(one.iter().filter(|v| *v == value).count(), 20);
    }
}

#[test]
fn steps_are_called_what_they_are() {
    use ml_data::contract::Params;
    let all: [(&dyn Params, &str); 8] = [
        (&StandardScaler::new(), "StandardScaler"),
        (&Passthrough, "Passthrough"),
        (&SimpleImputer::constant(1.0), "SimpleImputer"),
        (&OrdinalEncoder::new(), "OrdinalEncoder"),
        (&OrderedTargetEncoder::new(), "OrderedTargetEncoder"),
        (&OneHotEncoder::new(), "OneHotEncoder"),
        (&TargetEncoder::new(), "TargetEncoder"),
        (&Calendar::new(), "Calendar"),
    ];
    for (step, name) in all {
        assert_eq!(step.name(), name);
    }
}

/// A short row names the columns it lacks.
#[test]
fn a_row_that_is_too_short_names_what_it_lacks() {
    let x = Dense::from_rows(3, vec![1.0, 2.0, 3.0, 5.0, 7.0, 9.0]).unwrap();
    let names = Names::new(["a", "b", "c"]);
    let x = x.with_names(names).unwrap();
    let train = Dataset::unlabelled(x).unwrap().into_train();
    let (fitted, _) = StandardScaler::new().fit_transform(&train).unwrap();
    let mut out = Vec::new();
    let e = Apply::<Dense>::apply_row(&fitted, &[4.0], &mut (), &mut out);
    assert_eq!(
        e.unwrap_err().to_string(),
        "schema changed: StandardScaler: expected at least 3 columns, found 1: no `b`, `c`"
    );
}
