//! The feasibility check against SciPy and scikit-learn; `golden/feasibility.py` made the values.
#![allow(clippy::unwrap_used, clippy::panic)] // tests may

use ml_data::contract::Direction;
use ml_eval::goal::{
    Concern, Criterion, Feasibility, FeasibilityReport, FeatureValues, Outcome, Statistic,
    ValueModel,
};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

fn golden() -> Value {
    ml_data::testkit::golden!("feasibility").unwrap()
}

fn columns(golden: &Value) -> (Vec<Vec<f64>>, Vec<bool>, Vec<f64>, Vec<u32>) {
    let x = golden["x"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let y = golden["y"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_bool().unwrap())
        .collect();
    let level = golden["level"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_u64().unwrap() as u32)
        .collect();
    (x, y, numbers(&golden["real"]), level)
}

fn features<'a>(x: &'a [Vec<f64>], level: &'a [u32]) -> Vec<(&'static str, FeatureValues<'a>)> {
    vec![
        ("a", FeatureValues::Numeric(&x[0])),
        ("b", FeatureValues::Numeric(&x[1])),
        ("c", FeatureValues::Numeric(&x[2])),
        ("level", FeatureValues::Categorical(level)),
    ]
}

#[test]
fn statistics_equal_scipy_and_p_values_agree_with_the_rank_test() {
    let golden = golden();
    let (x, y, _, level) = columns(&golden);
    let report = Feasibility::new()
        .permutations(4_999)
        .check(&features(&x, &level), Outcome::Binary(&y))
        .unwrap();
    let (auc, p) = (numbers(&golden["auc"]), numbers(&golden["mannwhitney_p"]));
    for j in 0..3 {
        assert_eq!(report.signals[j].statistic, Statistic::RocAuc);
        assert!((report.signals[j].value - auc[j]).abs() < 1e-12);
        // the permutation p-value has a standard error of sqrt(p (1 - p) / 4999); the rank test
        // uses a normal approximation
        let tolerance = 4.0 * (p[j] * (1.0 - p[j]) / 4999.0).sqrt() + 0.01;
        assert!(
            (report.signals[j].p_value - p[j]).abs() < tolerance,
            "{} against {}",
            report.signals[j].p_value,
            p[j]
        );
        assert!(report.signals[j].adjusted_p_value >= report.signals[j].p_value);
    }
    assert_eq!(report.signals[3].statistic, Statistic::CramersV);
    assert!((report.signals[3].value - golden["cramers_v"].as_f64().unwrap()).abs() < 1e-12);
}

#[test]
fn real_outcomes_equal_scipy() {
    let golden = golden();
    let (x, _, real, level) = columns(&golden);
    let report = Feasibility::new()
        .check(&features(&x, &level), Outcome::Real(&real))
        .unwrap();
    for (signal, rho) in report.signals.iter().zip(numbers(&golden["spearman"])) {
        assert_eq!(signal.statistic, Statistic::Spearman);
        assert!((signal.value - rho).abs() < 1e-12);
    }
    assert!((report.signals[3].value - golden["eta"].as_f64().unwrap()).abs() < 1e-12);
}

#[test]
fn neighbours_equal_scikit_learn() {
    let golden = golden();
    let (_, y, real, _) = columns(&golden);
    let two: Vec<Vec<f64>> = golden["two"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let features = [
        ("p", FeatureValues::Numeric(&two[0])),
        ("q", FeatureValues::Numeric(&two[1])),
    ];
    let noise = Feasibility::new()
        .check(&features, Outcome::Binary(&y))
        .unwrap()
        .noise;
    assert!((noise.neighbour - golden["neighbour_error"].as_f64().unwrap()).abs() < 1e-12);
    let noise = Feasibility::new()
        .check(&features, Outcome::Real(&real))
        .unwrap()
        .noise;
    assert!((noise.neighbour - golden["neighbour_rmse"].as_f64().unwrap()).abs() < 1e-12);
    assert_eq!((noise.duplicated_rows, noise.duplicates), (0, None));
}

/// Useless features: what the check must not be fooled by.
fn useless(rows: usize, features: usize) -> (Vec<Vec<f64>>, Vec<bool>) {
    use ml_data::random::{RngExt, generator};
    let columns = (0..features)
        .map(|f| {
            (0..rows)
                .map(|r| generator(f as u64, "useless", r as u64).random::<f64>())
                .collect()
        })
        .collect();
    let y = (0..rows)
        .map(|r| generator(99, "outcome", r as u64).random::<f64>() < 0.4)
        .collect();
    (columns, y)
}

#[test]
fn many_useless_features_do_not_look_useful() {
    let mut alarms = 0;
    for run in 0..20 {
        let (columns, y) = useless(150, 20);
        let y: Vec<bool> = y.iter().cycle().skip(run * 7).take(150).copied().collect();
        let names: Vec<String> = (0..20).map(|i| format!("f{i}")).collect();
        let features: Vec<(&str, FeatureValues<'_>)> = names
            .iter()
            .zip(&columns)
            .map(|(n, c)| (n.as_str(), FeatureValues::Numeric(c)))
            .collect();
        let report = Feasibility::new()
            .permutations(99)
            .check(&features, Outcome::Binary(&y))
            .unwrap();
        let silent = report
            .concerns
            .iter()
            .any(|c| matches!(c, Concern::NoSignal { .. }));
        alarms += usize::from(!silent);
        // uncorrected, one of twenty would be called useful in most runs
    }
    assert!(alarms <= 4, "{alarms} of 20 runs found a signal in noise");
}

/// Eight useless features, numbers and levels: some is called useful in at most `alpha` of the
/// tables, and one alone too.
#[test]
fn the_level_holds_over_all_features() {
    use ml_data::random::{RngExt, generator};
    let (tables, rows) = (300u64, 60usize);
    let (mut family, mut single) = (0.0, 0.0);
    for table in 0..tables {
        let mut rng = generator(table, "level", 0);
        let numbers: Vec<Vec<f64>> = (0..5)
            .map(|_| (0..rows).map(|_| rng.random::<f64>().powi(3)).collect())
            .collect();
        let levels: Vec<Vec<u32>> = (0..3)
            .map(|_| (0..rows).map(|_| rng.random_range(0..4u32)).collect())
            .collect();
        let y: Vec<bool> = (0..rows).map(|_| rng.random::<f64>() < 0.4).collect();
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let columns = (numbers.iter().map(|c| FeatureValues::Numeric(c)))
            .chain(levels.iter().map(|c| FeatureValues::Categorical(c)));
        let features: Vec<(&str, FeatureValues<'_>)> = names.into_iter().zip(columns).collect();
        let report = Feasibility::new()
            .permutations(99)
            .seed(table)
            .check(&features, Outcome::Binary(&y))
            .unwrap();
        let useful = |p: f64| f64::from(u8::from(p <= 0.05));
        let least = report.signals.iter().map(|s| s.adjusted_p_value);
        family += useful(least.fold(1.0, f64::min));
        single += useful(report.signals[0].p_value);
    }
    let n = tables as f64;
    let slack = 4.0 * (0.05 * 0.95 / n).sqrt();
    assert!(family / n <= 0.05 + slack, "{}", family / n);
    assert!((single / n - 0.05).abs() <= slack, "{}", single / n);
}

#[test]
fn several_classes_and_missing_values() {
    let x: Vec<f64> = (0..300)
        .map(|i| {
            if i % 10 == 9 {
                f64::NAN
            } else {
                f64::from(i % 3) + f64::from(i % 7) * 0.05
            }
        })
        .collect();
    let y: Vec<u32> = (0..300).map(|i| (i % 3) * 10).collect();
    let report = Feasibility::new()
        .check(&[("x", FeatureValues::Numeric(&x))], Outcome::Classes(&y))
        .unwrap();
    assert_eq!(report.classes, [(0, 100), (10, 100), (20, 100)]);
    // class 0 lies wholly below the others, class 20 above; the first of equals is reported
    assert_eq!(report.signals[0].value, 0.0);
    assert!(report.feasible(), "{report}");
    let text = report.to_string();
    assert!(
        text.starts_with("feasible: 300 rows (100 of class 0"),
        "{text}"
    );
}

#[test]
fn case_s7_two_features_of_one_name_are_refused() {
    let x = [1.0, 2.0, 3.0];
    let twice = [
        ("a", FeatureValues::Numeric(&x)),
        ("a", FeatureValues::Numeric(&x)),
    ];
    let text = Feasibility::new()
        .check(&twice, Outcome::Binary(&[true, false, true]))
        .unwrap_err()
        .to_string();
    assert!(text.contains("duplicate feature `a`, at 0 and 1"), "{text}");
}

#[test]
fn concerns_hold_their_numbers() {
    let (columns, y) = useless(40, 5);
    let names = ["a", "b", "c", "d", "e"];
    let features: Vec<(&str, FeatureValues<'_>)> = names
        .iter()
        .zip(&columns)
        .map(|(n, c)| (*n, FeatureValues::Numeric(c)))
        .collect();
    let report = Feasibility::new()
        .check(&features, Outcome::Binary(&y))
        .unwrap();
    assert!(!report.feasible());
    let positives = y.iter().filter(|v| **v).count();
    assert!(report.concerns.contains(&Concern::FewRows {
        class: Some(1),
        rows: positives,
        required: 50
    }));
    let smallest = positives.min(40 - positives);
    assert!(report.concerns.contains(&Concern::FewRowsPerFeature {
        rows: smallest,
        features: 5,
        required: 50
    }));
    let criterion = Criterion::new("conversion", Direction::HigherIsBetter, 0.03, 0.032, 0.036);
    let poor = ValueModel::new(1000.0).build_cost(60.0);
    let report = report.with_value(&poor, &criterion).unwrap();
    assert!(
        report.concerns.iter().any(
            |c| matches!(c, Concern::NoReturn { at_target } if (at_target + 0.9).abs() < 1e-9)
        )
    );
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(
        serde_json::from_str::<FeasibilityReport>(&json).unwrap(),
        report
    );
}

#[test]
fn same_report_for_any_pool_and_large_data_is_sampled() {
    let (columns, y) = useless(3_000, 2);
    let features = [
        ("a", FeatureValues::Numeric(&columns[0])),
        ("b", FeatureValues::Numeric(&columns[1])),
    ];
    let check = Feasibility::new()
        .permutations(49)
        .max_rows(500)
        .neighbour_rows(200);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| check.check(&features, Outcome::Binary(&y)).unwrap())
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(4));
    assert_eq!(run(1).noise.rows, 200);
    assert_eq!(run(1).rows, 3_000);
}

#[test]
fn bad_input_is_named() {
    let text = |f: &[(&str, FeatureValues<'_>)], y: Outcome<'_>| {
        Feasibility::new().check(f, y).unwrap_err().to_string()
    };
    let y = [true, false, true];
    assert!(text(&[], Outcome::Binary(&y)).contains("features"));
    assert!(
        text(
            &[("a", FeatureValues::Numeric(&[1.0]))],
            Outcome::Binary(&y)
        )
        .contains("`a`")
    );
    assert!(
        text(
            &[("a", FeatureValues::Numeric(&[1.0, f64::INFINITY, 1.0]))],
            Outcome::Binary(&y)
        )
        .contains("row 1")
    );
    assert!(
        text(
            &[("a", FeatureValues::Numeric(&[1.0, 2.0, 1.0]))],
            Outcome::Binary(&[true; 3])
        )
        .contains("one class")
    );
    assert!(
        text(
            &[("a", FeatureValues::Numeric(&[1.0, 2.0]))],
            Outcome::Real(&[1.0, f64::NAN])
        )
        .contains("row 1")
    );
    assert!(
        text(
            &[("a", FeatureValues::Numeric(&[1.0]))],
            Outcome::Real(&[1.0])
        )
        .contains("at least 2")
    );
    let all_missing = Feasibility::new()
        .check(
            &[("a", FeatureValues::Numeric(&[f64::NAN; 3]))],
            Outcome::Binary(&y),
        )
        .unwrap();
    assert_eq!(
        (all_missing.signals[0].value, all_missing.signals[0].p_value),
        (0.5, 1.0)
    );
    assert!(
        Feasibility::new()
            .alpha(0.0)
            .check(
                &[("a", FeatureValues::Numeric(&[1.0, 2.0, 1.0]))],
                Outcome::Binary(&y)
            )
            .is_err()
    );
}
