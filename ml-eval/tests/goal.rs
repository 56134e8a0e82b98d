//! Criteria, measured figures and returns: texts, and the bounds of their rules. Values by hand.
#![allow(clippy::unwrap_used)] // tests may

use ml_data::contract::Direction::{HigherIsBetter, LowerIsBetter};
use ml_eval::bootstrap::{Estimate, Interval};
use ml_eval::goal::{
    Criterion, Explainability, Limits, Measured, Privacy, Roi, SuccessCriteria, ValueModel,
};

fn primary() -> Criterion {
    Criterion::new("rmse", LowerIsBetter, 3.0, 2.5, 2.0)
}

fn criteria() -> SuccessCriteria {
    SuccessCriteria::new().model(primary())
}

fn text<T: std::fmt::Debug>(result: ml_data::Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn criteria_read_as_a_table() {
    let limits = Limits {
        p95_latency_ms: Some(20.5),
        model_size_mb: Some(50.0),
        explainability: Some(Explainability::PerPrediction),
        fairness_gap: Some(0.05),
        privacy: Some(Privacy::Anonymised),
    };
    let coverage = Criterion::new("coverage", HigherIsBetter, 0.5, 0.3, 0.6);
    let found = criteria()
        .model(coverage.guardrail())
        .business(Criterion::new("revenue", HigherIsBetter, 10.0, 11.0, 12.5).unit("EUR"))
        .limits(limits)
        .milestone("first test", "2030-03-01")
        .milestone("launch", "2030-06-30");
    assert!(found.check().is_ok());
    let expected = "\
metric                         baseline    minimum     target  unit
revenue +                            10         11       12.5  EUR [business]
rmse -                                3        2.5          2   [model]
coverage +                          0.5        0.3        0.6   (guardrail) [model]
p95 latency                 at most 20.5 ms
model size                  at most 50 MB
explainability              at least per prediction
fairness gap                at most 0.05
privacy                     at least anonymised
2030-03-01                  first test
2030-06-30                  launch
";
    assert_eq!(found.to_string(), expected);
    assert_eq!(criteria().to_string().lines().count(), 2);
    let words = [Explainability::Opaque, Explainability::Global].map(|e| e.to_string());
    assert_eq!(words, ["opaque", "global"]);
    let words = [Privacy::Identified, Privacy::Pseudonymised].map(|p| p.to_string());
    assert_eq!(words, ["identified", "pseudonymised"]);
}

#[test]
fn criteria_at_their_bounds_pass_and_beyond_are_refused() {
    let new = |direction, baseline, minimum, target| {
        criteria().model(Criterion::new("m", direction, baseline, minimum, target))
    };
    // Exactly the baseline, exactly the minimum.
    assert!(new(HigherIsBetter, 0.5, 0.5, 0.5).check().is_ok());
    assert!(new(LowerIsBetter, 0.5, 0.5, 0.5).check().is_ok());
    let e = text(new(HigherIsBetter, 0.5, 0.5, 0.4).check());
    assert!(
        e.contains("target of metric `m`: expected one at least as good as the minimum, found 0.4"),
        "{e}"
    );
    let e = text(new(LowerIsBetter, 0.5, 0.6, 0.4).check());
    assert!(
        e.contains("minimum of metric `m`: expected one at least as good as the baseline"),
        "{e}"
    );
    for bad in [f64::NAN, f64::INFINITY] {
        for numbers in [[bad, 1.0, 1.0], [1.0, bad, 1.0], [1.0, 1.0, bad]] {
            let [baseline, minimum, target] = numbers;
            let e = text(new(HigherIsBetter, baseline, minimum, target).check());
            assert!(e.contains("expected a finite number"), "{e}");
        }
    }
    // A business metric is checked too, and may not have a model metric's name.
    let wrong = Criterion::new("orders", HigherIsBetter, 1.0, 0.5, 2.0);
    assert!(text(criteria().business(wrong).check()).contains("metric `orders`: expected"));
    let twice = text(criteria().model(primary()).check());
    assert!(
        twice.contains("duplicate metric of SuccessCriteria `rmse`"),
        "{twice}"
    );
    let alone = SuccessCriteria::new().model(primary().guardrail());
    assert!(text(alone.check()).contains("needs a primary model metric"));
}

#[test]
fn every_limit_must_be_a_positive_number() {
    type Set = fn(f64) -> Limits;
    let set: [(&str, Set); 3] = [
        ("p95_latency_ms", |v| Limits {
            p95_latency_ms: Some(v),
            ..Limits::default()
        }),
        ("model_size_mb", |v| Limits {
            model_size_mb: Some(v),
            ..Limits::default()
        }),
        ("fairness_gap", |v| Limits {
            fairness_gap: Some(v),
            ..Limits::default()
        }),
    ];
    for (name, limit) in set {
        for good in [0.01, 7.0] {
            assert!(criteria().limits(limit(good)).check().is_ok(), "{name}");
        }
        for bad in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            let e = text(criteria().limits(limit(bad)).check());
            assert!(e.contains(name) && e.contains(&bad.to_string()), "{e}");
        }
    }
}

#[test]
fn milestones_are_days_of_the_calendar() {
    let due = |day: &str| criteria().milestone("launch", day).check();
    let days = [
        "2030-01-01",
        "2030-01-31",
        "2030-02-28",
        "2028-02-29",
        "2000-02-29",
        "2030-03-31",
        "2030-04-30",
        "2030-05-31",
        "2030-06-30",
        "2030-07-31",
        "2030-08-31",
        "2030-09-30",
        "2030-10-31",
        "2030-11-30",
        "2030-12-31",
    ];
    for day in days {
        assert!(due(day).is_ok(), "{day}");
    }
    let none = [
        "2030-01-32",
        "2030-02-29",
        "1900-02-29",
        "2100-02-29",
        "2028-02-30",
        "2030-03-32",
        "2030-04-31",
        "2030-05-32",
        "2030-06-31",
        "2030-07-32",
        "2030-08-32",
        "2030-09-31",
        "2030-10-32",
        "2030-11-31",
        "2030-12-32",
        "2030-00-10",
        "2030-13-10",
        "2030-05-00",
        "2030-05",
        "2030-05-10-1",
        "30-05-10",
        "2030-5-10",
        "2030-05-1",
        "2030-05-1x",
        "+030-05-10",
        "2030-+5-10",
        "2030-05-+1",
        "",
    ];
    for day in none {
        let e = text(due(day));
        assert!(e.contains("a day, YYYY-MM-DD") && e.contains(day), "{e}");
    }
    // The first good one does not hide a bad one.
    let second = criteria()
        .milestone("a", "2030-01-01")
        .milestone("b", "soon");
    assert!(text(second.check()).contains("soon"));
}

#[test]
fn what_was_measured_is_kept() {
    let against = estimate(0.2, 0.1, 0.3);
    let found = Measured::new()
        .metric("auc", 0.7)
        .compared("ndcg", 0.4, against)
        .p95_latency_ms(12.0)
        .model_size_mb(3.0)
        .explainability(Explainability::Global)
        .fairness_gap(0.02)
        .privacy(Privacy::Pseudonymised);
    let expected = Measured {
        metrics: vec![
            ("auc".into(), 0.7, None),
            ("ndcg".into(), 0.4, Some(against)),
        ],
        p95_latency_ms: Some(12.0),
        model_size_mb: Some(3.0),
        explainability: Some(Explainability::Global),
        fairness_gap: Some(0.02),
        privacy: Some(Privacy::Pseudonymised),
    };
    assert_eq!(found, expected);
}

#[test]
fn returns_are_gains_less_costs_over_costs() {
    let c = Criterion::new("conversion", HigherIsBetter, 0.03, 0.04, 0.07);
    let value = ValueModel::new(10_000.0)
        .build_cost(100.0)
        .run_cost(25.0)
        .periods(4);
    let roi = value.roi(&c).unwrap();
    let expected = Roi {
        metric: "conversion".into(),
        cost: 200.0,
        gain_at_minimum: 400.0,
        gain_at_target: 1600.0,
        at_minimum: 1.0,
        at_target: 7.0,
        break_even: 0.035,
    };
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9 * b.abs(), "{a} {b}");
    near(roi.cost, expected.cost);
    near(roi.gain_at_minimum, expected.gain_at_minimum);
    near(roi.gain_at_target, expected.gain_at_target);
    near(roi.at_minimum, expected.at_minimum);
    near(roi.at_target, expected.at_target);
    near(roi.break_even, expected.break_even);
    assert_eq!(
        expected.to_string(),
        "return on 200: +100 % at the minimum, +700 % at the target; conversion breaks even at \
         0.035000"
    );
    // Running alone may cost, building alone too; nothing at all is no investment.
    assert!(ValueModel::new(1.0).run_cost(1.0).roi(&c).is_ok());
    assert!(ValueModel::new(1.0).build_cost(1.0).roi(&c).is_ok());
    let refused = |value: ValueModel, name: &str| {
        let e = text(value.roi(&c));
        assert!(e.contains(&format!("`{name}`")), "{e}");
    };
    let paid = |value: f64| ValueModel::new(value).build_cost(1.0);
    for bad in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        refused(paid(bad), "value_per_unit");
    }
    for bad in [-1.0, f64::INFINITY, f64::NAN] {
        refused(paid(1.0).build_cost(bad), "build_cost");
        refused(paid(1.0).run_cost(bad), "run_cost");
    }
    refused(paid(1.0).periods(0), "periods");
    refused(ValueModel::new(1.0), "build_cost");
}

fn estimate(value: f64, lower: f64, upper: f64) -> Estimate {
    let level = 0.9;
    let interval = Interval {
        lower,
        upper,
        level,
    };
    Estimate { value, interval }
}
