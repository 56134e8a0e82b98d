//! Texts of the goals, and the bounds of their rules. Values by hand.
#![allow(clippy::unwrap_used)] // tests may

use ml_data::contract::Direction::{HigherIsBetter, LowerIsBetter};
use ml_eval::bootstrap::{BootstrapResult, Estimate, Interval, IntervalMethod};
use ml_eval::goal::{
    Concern, Criterion, Explainability, Feasibility, FeasibilityReport, FeatureValues, Limits,
    Measured, NoiseFloor, Outcome, Privacy, Roi, Signal, Statistic, SuccessCriteria, ValueModel,
};
use ml_eval::holdout::{RankingBoard, RankingRow};

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

fn estimate(value: f64, lower: f64, upper: f64) -> Estimate {
    let level = 0.9;
    let interval = Interval {
        lower,
        upper,
        level,
    };
    Estimate { value, interval }
}

#[test]
fn intervals_hold_their_ends_and_print_with_any_precision() {
    let found = estimate(0.5, -0.25, 1.0);
    let interval = found.interval;
    assert!(interval.contains(-0.25) && interval.contains(1.0) && interval.contains(0.0));
    assert!(!interval.contains(-0.2501) && !interval.contains(1.0001));
    assert_eq!(
        format!("{interval} {interval:+.1}"),
        "[-0.2500, 1.0000] [-0.2, +1.0]"
    );
    assert_eq!(found.to_string(), "0.5000 [-0.2500, 1.0000]");
    assert_eq!(format!("{found:+}"), "+0.5000 [-0.2500, +1.0000]");
    assert_eq!(
        format!("{found:+.1} {found:.2}"),
        "+0.5 [-0.2, +1.0] 0.50 [-0.25, 1.00]"
    );
    let words = [
        (IntervalMethod::Percentile, "percentile"),
        (IntervalMethod::PercentileT, "t-corrected percentile"),
        (IntervalMethod::Bca, "BCa"),
        (IntervalMethod::BcaT, "t-corrected BCa"),
        (IntervalMethod::Wilson, "Wilson"),
    ];
    for (method, word) in words {
        assert_eq!(method.to_string(), word);
    }
}

fn row(model: &str) -> RankingRow {
    RankingRow {
        model: model.into(),
        ndcg: estimate(0.5, 0.25, 0.75),
        map: 0.125,
        recall: 0.375,
        precision: 0.0625,
        coverage: 0.5,
        answered: 0.875,
        p50_us: 12.5,
        p95_us: 2500.0,
        p99_us: 150.25,
        against_first: None,
        against_previous: None,
        method: None,
        difference_method: None,
        trusted: true,
    }
}

fn board() -> RankingBoard {
    let second = RankingRow {
        against_first: Some(estimate(0.25, 0.125, 0.375)),
        against_previous: Some(estimate(-0.25, -0.375, -0.125)),
        ..row("second")
    };
    let third = RankingRow {
        trusted: false,
        ..second.clone()
    };
    RankingBoard {
        part: "test".into(),
        k: 7,
        queries: 30,
        users: 20,
        items: 40,
        rows: vec![
            row("first"),
            second,
            RankingRow {
                model: "third".into(),
                ..third
            },
        ],
    }
}

#[test]
fn boards_print_in_columns_and_in_markdown() {
    let title = "test: 30 queries of 20 users, 40 items; 90% intervals by user";
    let tail = [
        "0.1250", "0.3750", "0.0625", "0.500", "0.875", "12.5", "150.2",
    ];
    let ndcg = "0.5000 [0.2500, 0.7500]";
    let up = "+0.2500 [+0.1250, +0.3750]";
    let down = "-0.2500 [-0.3750, -0.1250]";
    let head = [
        "model",
        "ndcg@7",
        "against first",
        "against previous",
        "map@7",
        "recall@7",
        "precision@7",
        "coverage",
        "answered",
        "p50 us",
        "p99 us",
    ];
    let line = |name: &str, first: &str, previous: &str| -> Vec<String> {
        let all = [name, ndcg, first, previous].into_iter().chain(tail);
        all.map(str::to_owned).collect()
    };
    let rows = [
        head.map(str::to_owned).to_vec(),
        line("first", "-", "-"),
        line("second", up, down),
        line("third", &format!("{up} ?"), &format!("{down} ?")),
    ];
    let widths = [6, 23, 28, 28, 6, 8, 11, 8, 8, 6, 6];
    let mut plain = title.to_owned();
    let mut markdown = format!("{title}\n\n");
    for (i, cells) in rows.iter().enumerate() {
        plain += &format!("\n{:<6}", cells[0]);
        for (cell, w) in cells.iter().zip(widths).skip(1) {
            plain += &format!("  {cell:>w$}");
        }
        markdown += &format!("| {} |\n", cells.join(" | "));
        if i == 0 {
            markdown +=
                "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
        }
    }
    assert_eq!(board().to_string(), plain);
    assert_eq!(board().to_markdown(), markdown);
    let mut named = board();
    named.rows[0].method = Some(IntervalMethod::BcaT);
    let text = named.to_string();
    assert!(
        text.starts_with(&format!("{title} (t-corrected BCa)\n")),
        "{text}"
    );
    named.rows[1].difference_method = Some(IntervalMethod::PercentileT);
    let methods = "(t-corrected BCa; differences: t-corrected percentile)\n";
    assert!(named.to_string().starts_with(&format!("{title} {methods}")));
}

#[test]
fn boards_say_what_the_gate_reads() {
    let board = board();
    assert!(board.measured("fourth").is_none() && board.row("fourth").is_none());
    let rest = |m: Measured| {
        m.metric("map@7", 0.125)
            .metric("recall@7", 0.375)
            .metric("precision@7", 0.0625)
            .metric("coverage", 0.5)
            .p95_latency_ms(2.5)
    };
    let first = rest(Measured::new().metric("ndcg@7", 0.5));
    assert_eq!(board.measured("first"), Some(first));
    let difference = estimate(0.25, 0.125, 0.375);
    let second = rest(Measured::new().compared("ndcg@7", 0.5, difference));
    assert_eq!(board.measured("second"), Some(second));
    assert_eq!(board.row("third").unwrap().model, "third");
    // Boards written before there were marks are trusted.
    let mut json = serde_json::to_value(&board).unwrap();
    json["rows"][2].as_object_mut().unwrap().remove("trusted");
    let read: RankingBoard = serde_json::from_value(json).unwrap();
    assert!(read.rows[2].trusted);
}

#[test]
fn an_estimate_is_trusted_from_ten_effective_successes_on() {
    let json = |effective: f64, method: IntervalMethod| {
        let estimate = serde_json::to_value(estimate(0.5, 0.25, 0.75)).unwrap();
        let method = serde_json::to_value(method).unwrap();
        let all =
            serde_json::json!({"estimate": estimate, "method": method, "effective": effective});
        serde_json::from_value::<BootstrapResult>(all).unwrap()
    };
    let at = json(10.0, IntervalMethod::Bca);
    assert!(at.trusted() && !json(9.99, IntervalMethod::Bca).trusted());
    assert!(json(0.0, IntervalMethod::Wilson).trusted());
    assert_eq!(at.to_string(), "0.5000 [0.2500, 0.7500] (BCa)");
    let below = json(9.75, IntervalMethod::Percentile).to_string();
    let warned = "(percentile; not to be trusted: 9.8 effective successes, below 10)";
    assert_eq!(below, format!("0.5000 [0.2500, 0.7500] {warned}"));
}
