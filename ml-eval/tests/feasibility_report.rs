//! Reports of the feasibility check: texts, concerns and their bounds. Values by hand.
#![allow(clippy::unwrap_used)] // tests may

use ml_data::contract::Direction::HigherIsBetter;
use ml_eval::goal::{
    Concern, Criterion, Feasibility, FeasibilityReport, FeatureValues, NoiseFloor, Outcome, Signal,
    Statistic, ValueModel,
};

fn text<T: std::fmt::Debug>(result: ml_data::Result<T>) -> String {
    result.unwrap_err().to_string()
}

fn signal(feature: &str, p_value: f64, adjusted_p_value: f64) -> Signal {
    Signal {
        feature: feature.into(),
        statistic: Statistic::RocAuc,
        value: 0.25,
        p_value,
        adjusted_p_value,
    }
}

fn report(signals: Vec<Signal>, concerns: Vec<Concern>) -> FeasibilityReport {
    FeasibilityReport {
        rows: 60,
        classes: vec![(0, 40), (1, 20)],
        signals,
        noise: NoiseFloor {
            rows: 60,
            neighbour: 0.25,
            lower_bound: 0.125,
            uninformed: 0.5,
            duplicated_rows: 0,
            duplicates: None,
        },
        roi: None,
        concerns,
    }
}

#[test]
fn reports_list_concerns_and_the_ten_best_features() {
    let no_signal = Concern::NoSignal {
        feature: "b".into(),
        adjusted_p_value: 0.25,
        required: 0.05,
    };
    let concerns = vec![
        Concern::FewRows {
            class: Some(1),
            rows: 20,
            required: 50,
        },
        Concern::FewRows {
            class: None,
            rows: 9,
            required: 50,
        },
        Concern::FewRowsPerFeature {
            rows: 20,
            features: 12,
            required: 120,
        },
        no_signal,
        Concern::NoReturn { at_target: -0.125 },
    ];
    let signals = vec![
        signal("a", 0.5, 0.5),
        signal("b", 0.25, 0.25),
        signal("c", 0.125, 0.5),
    ];
    let expected = "\
doubtful: 60 rows (40 of class 0, 20 of class 1)
  class 1 has 20 rows, required 50
  9 rows, required 50
  20 rows in the smallest class for 12 features, required 120
  no feature is related to the outcome: the best, b, has p 0.250, required 0.05
  even the target returns -12 %
  b                         AUC   0.2500  p 0.250 (corrected 0.250)
  c                         AUC   0.2500  p 0.125 (corrected 0.500)
  a                         AUC   0.2500  p 0.500 (corrected 0.500)
  error of the nearest neighbour 0.2500 (at least 0.1250 remains; 0.5000 without features)
";
    let found = report(signals, concerns);
    assert!(!found.feasible());
    assert_eq!(found.to_string(), expected);
    let of = |n: usize| {
        let signals = (0..n).map(|i| signal(&format!("f{i}"), 0.5, 0.5)).collect();
        report(signals, Vec::new()).to_string()
    };
    assert!(of(13).contains("\n  and 3 features more\n"), "{}", of(13));
    assert!(!of(10).contains("features more"));
    let mut real = report(Vec::new(), Vec::new());
    real.classes.clear();
    let c = Criterion::new("orders", HigherIsBetter, 1.0, 2.0, 3.0);
    let value = ValueModel::new(1.0).build_cost(1.0);
    let real = real.with_value(&value, &c).unwrap();
    let text = real.to_string();
    assert!(text.starts_with("feasible: 60 rows\n"), "{text}");
    let end = "+0 % at the minimum, +100 % at the target; orders breaks even at 2.000000\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn a_target_that_just_pays_its_costs_is_no_return() {
    let c = Criterion::new("orders", HigherIsBetter, 1.0, 2.0, 3.0);
    let of = |report: FeasibilityReport, cost: f64| {
        let value = ValueModel::new(1.0).build_cost(cost);
        report.with_value(&value, &c).unwrap()
    };
    let first = of(report(Vec::new(), Vec::new()), 2.0);
    assert_eq!(first.concerns, [Concern::NoReturn { at_target: 0.0 }]);
    // Another value replaces the concern, and leaves others.
    let second = of(first.clone(), 4.0);
    assert_eq!(second.concerns, [Concern::NoReturn { at_target: -0.5 }]);
    let other = Concern::FewRows {
        class: None,
        rows: 1,
        required: 2,
    };
    let mut both = first;
    both.concerns.push(other.clone());
    assert_eq!(of(both, 1.0).concerns, [other]);
}

/// 8 rows of class 0, 12 of class 1; the feature orders them.
fn rows() -> (Vec<f64>, Vec<bool>) {
    let x = (0..20).map(f64::from).collect();
    (x, (0..20).map(|i| i >= 8).collect())
}

#[test]
fn concerns_begin_just_beyond_what_is_asked() {
    let (x, y) = rows();
    let features = [("x", FeatureValues::Numeric(&x))];
    let check = Feasibility::new().permutations(19).rows_per_feature(8);
    let of = |check: Feasibility| {
        check
            .check(&features, Outcome::Binary(&y))
            .unwrap()
            .concerns
    };
    assert_eq!(of(check.clone().min_rows_per_class(8)), []);
    let few = |class, rows, required| Concern::FewRows {
        class,
        rows,
        required,
    };
    assert_eq!(
        of(check.clone().min_rows_per_class(9)),
        [few(Some(0), 8, 9)]
    );
    let both = [few(Some(0), 8, 13), few(Some(1), 12, 13)];
    assert_eq!(of(check.clone().min_rows_per_class(13)), both);
    let check = check.min_rows_per_class(8);
    let per_feature = |rows, required| Concern::FewRowsPerFeature {
        rows,
        features: 1,
        required,
    };
    assert_eq!(of(check.clone().rows_per_feature(9)), [per_feature(8, 9)]);
    // With nineteen permutations no p-value is below .05; .05 is the level, .04 would ask for less.
    let strict = of(check.clone().alpha(0.04));
    let feature = "x".to_owned();
    assert_eq!(
        strict,
        [Concern::NoSignal {
            feature,
            adjusted_p_value: 0.05,
            required: 0.04
        }]
    );
    // A real outcome has no classes: all rows count.
    let real = |check: Feasibility| check.check(&features, Outcome::Real(&x)).unwrap().concerns;
    assert_eq!(real(check.clone().min_rows_per_class(20)), []);
    let check = check.min_rows_per_class(21).rows_per_feature(21);
    assert_eq!(real(check), [few(None, 20, 21), per_feature(20, 21)]);
}

#[test]
fn settings_of_the_check_are_kept_within_their_bounds() {
    let (x, y) = rows();
    let features = [("x", FeatureValues::Numeric(&x))];
    let of = |check: Feasibility| check.check(&features, Outcome::Binary(&y));
    let new = || Feasibility::new().permutations(19);
    assert!(of(new().max_rows(2)).is_ok() && of(new().neighbour_rows(2)).is_ok());
    assert!(of(new().alpha(0.999)).is_ok());
    let refused = |check: Feasibility, what: &str| {
        let e = text(of(check));
        assert!(e.contains(what), "{e}");
    };
    refused(new().permutations(18), "`permutations` = 18");
    refused(new().permutations(1_000_001), "`permutations` = 1000001");
    refused(new().max_rows(1), "`max_rows` = 1");
    refused(new().neighbour_rows(1), "`neighbour_rows` = 1");
    for alpha in [0.0, 1.0, -0.1, f64::NAN] {
        refused(new().alpha(alpha), "`alpha`");
    }
    // Fewer rows than there are: others by seed, the same for the same.
    let noisy: Vec<f64> = (0..20).map(|i| f64::from(i * 7 % 20)).collect();
    let features = [("x", FeatureValues::Numeric(&noisy))];
    let of = |seed| {
        let check = new().max_rows(9).neighbour_rows(9).seed(seed);
        check.check(&features, Outcome::Binary(&y)).unwrap()
    };
    assert_eq!(of(1), of(1));
    let values: Vec<f64> = (0..8).map(|s| of(s).signals[0].value).collect();
    assert!(values.iter().any(|v| *v != values[0]), "{values:?}");
    assert_eq!(of(1).noise.rows, 9);
    // Of two rows there is just one p-value: too few rows are refused, two are enough.
    let one = [("x", FeatureValues::Numeric(&x[..1]))];
    let e = text(new().check(&one, Outcome::Binary(&y[..1])));
    assert!(e.contains("rows: at least 2 are needed, found 1"), "{e}");
    let two = [("x", FeatureValues::Categorical(&[4, 5]))];
    assert!(new().check(&two, Outcome::Binary(&[true, false])).is_ok());
    let e = text(new().check(&two, Outcome::Classes(&[1, 2, 3])));
    assert!(e.contains("feature `x`") && e.contains("expected 3"), "{e}");
}
