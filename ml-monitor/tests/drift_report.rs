//! Whole comparisons: what drifts, what does not, what is refused.
#![allow(clippy::unwrap_used)] // functions shared by tests, which the lint takes for library code

use ml_data::random::{RngExt, generator};
use ml_monitor::drift::{
    ChiSquare, ColumnSet, Correction, DriftDetector, DriftReport, JensenShannon, KolmogorovSmirnov,
    KsMethod, NullMethod, Psi, PsiThreshold, ReferenceProfile, Values, ks_2samp,
};

fn uniform(n: usize, shift: f64, index: u64) -> Vec<f64> {
    let mut rng = generator(1, "uniform", index);
    (0..n).map(|_| rng.random::<f64>() + shift).collect()
}

fn cities(n: usize, weights: &[(&str, f64)], index: u64) -> Vec<Option<String>> {
    let mut rng = generator(1, "cities", index);
    let total: f64 = weights.iter().map(|w| w.1).sum();
    (0..n)
        .map(|_| {
            let mut u = rng.random::<f64>() * total;
            weights.iter().find(|(_, w)| {
                u -= w;
                u < 0.0
            })
        })
        .map(|w| w.filter(|w| !w.0.is_empty()).map(|w| w.0.to_string()))
        .collect()
}

fn numeric(columns: &[(&str, Vec<f64>)]) -> ColumnSet<'static> {
    columns.iter().fold(ColumnSet::new(), |set, (name, v)| {
        set.with(*name, Values::Numeric(v.clone().into())).unwrap()
    })
}

fn compare(
    detector: &DriftDetector,
    reference: &ColumnSet<'_>,
    current: &ColumnSet<'_>,
) -> DriftReport {
    detector
        .compare(&ReferenceProfile::new(reference).unwrap(), current)
        .unwrap()
}

#[test]
fn values_missing_rows_and_unseen_categories() {
    let base = [("Riga", 5.0), ("Oslo", 3.0), ("Turku", 2.0)];
    let reference = numeric(&[
        ("price", uniform(2000, 0.0, 0)),
        ("age", uniform(2000, 0.0, 1)),
        ("gone", uniform(2000, 0.0, 2)),
    ])
    .with("city", Values::labels(cities(2000, &base, 0)))
    .unwrap()
    .with_prediction("score", Values::Numeric(uniform(2000, 0.0, 3).into()))
    .unwrap();
    let current = numeric(&[
        ("price", uniform(1500, 0.1, 4)),
        ("age", uniform(1500, 0.0, 5)),
        ("gone", vec![f64::NAN; 1500]),
    ])
    .with(
        "city",
        Values::labels(cities(
            1500,
            &[("Oslo", 3.0), ("Riga", 5.0), ("Bergen", 1.0), ("", 1.0)],
            6,
        )),
    )
    .unwrap()
    .with_prediction("score", Values::Numeric(uniform(1500, 0.0, 7).into()))
    .unwrap();
    let report = compare(&DriftDetector::new(), &reference, &current);
    let column = |name: &str| report.get(name).unwrap();

    let price = column("price");
    let direct = ks_2samp(
        &uniform(2000, 0.0, 0),
        &uniform(1500, 0.1, 4),
        KsMethod::Auto,
    )
    .unwrap();
    assert_eq!(
        (price.statistic, price.p_value),
        (Some(direct.statistic), Some(direct.p_value))
    );
    assert!(price.drifted && !price.missing.drifted && price.missing.p_value.is_none());

    assert!(!column("age").drifted && !column("score").drifted && !report.predictions_drifted());

    let gone = column("gone");
    assert_eq!(
        (gone.statistic, gone.p_value, gone.missing.current),
        (None, None, 1.0)
    );
    assert!(gone.drifted && gone.missing.drifted);

    let city = column("city");
    assert_eq!(
        (city.unseen.as_slice(), city.test.as_str()),
        (["Bergen".to_string()].as_slice(), "chi-square")
    );
    assert!(city.drifted && city.missing.drifted && city.unseen_rows > 100);

    assert_eq!(
        (report.drifted_share(), report.data_drifted()),
        (0.75, true)
    );
    let back: DriftReport = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(back, report);
}

/// 100 rows of two levels, and the same with 40 rows of a third: SciPy's `chi2_contingency` of both
/// tables.
#[test]
fn unseen_levels_alone_are_found() {
    let rows = |counts: [(&str, usize); 3]| {
        let labels = counts
            .into_iter()
            .flat_map(|(name, n)| std::iter::repeat_n(Some(name), n));
        ColumnSet::new()
            .with("city", Values::labels(labels))
            .unwrap()
    };
    let (a, b) = (("Riga", 50), ("Oslo", 50));
    let (before, now) = (rows([a, b, ("", 0)]), rows([a, b, ("Bergen", 40)]));
    let report = compare(&DriftDetector::new(), &before, &now);
    let city = report.get("city").unwrap();
    approx::assert_relative_eq!(
        city.statistic.unwrap(),
        34.285714285714285,
        max_relative = 1e-12
    );
    approx::assert_relative_eq!(city.p_value.unwrap(), 3.590e-8, max_relative = 1e-3);
    assert!(city.drifted && city.unseen == ["Bergen"] && city.unseen_rows == 40);
    let same = compare(&DriftDetector::new(), &before, &rows([a, b, ("", 0)]));
    assert_eq!(same.get("city").unwrap().statistic, Some(0.0));

    let psi = DriftDetector::new().category(Psi::default());
    let city = compare(&psi, &before, &now);
    let city = city.get("city").unwrap();
    // By hand: two levels from 1/2 to 50/140, the unseen ones from 1e-4 to 40/140, none missing.
    let term = |p: f64, q: f64| (q - p) * (q / p).ln();
    let want = 2.0 * term(0.5, 50.0 / 140.0) + term(1e-4, 40.0 / 140.0);
    approx::assert_relative_eq!(city.statistic.unwrap(), want, max_relative = 1e-12);
    assert!(city.drifted && city.p_value < Some(0.001));
    // Two unseen levels are one bin.
    let split = rows([("Bergen", 15), a, b]);
    let split = compare(&psi, &before, &split);
    let want = 2.0 * term(0.5, 50.0 / 115.0) + term(1e-4, 15.0 / 115.0);
    let found = split.get("city").unwrap().statistic.unwrap();
    approx::assert_relative_eq!(found, want, max_relative = 1e-12);
}

/// The least effect counts for the share of missing rows, too; an effect that equals it is enough.
#[test]
fn small_changes_of_the_missing_share_can_be_let_pass() {
    let column = |missing: usize| {
        let values = (0..4096).map(|i| {
            if i < missing {
                f64::NAN
            } else {
                (i % 64) as f64
            }
        });
        numeric(&[("x", values.collect())])
    };
    let (before, now) = (column(0), column(128));
    for (least, drifted) in [(0.0, true), (0.03125, true), (0.0313, false)] {
        let report = compare(&DriftDetector::new().min_effect(least), &before, &now);
        let missing = report.columns()[0].missing;
        assert!(missing.p_value < Some(1e-6));
        assert_eq!(
            (missing.drifted, report.columns()[0].drifted),
            (drifted, drifted),
            "{least}"
        );
    }
}

#[test]
fn prints_a_table() {
    let reference = numeric(&[
        ("price", (0..100).map(f64::from).collect()),
        ("age", (0..100).map(f64::from).collect()),
    ]);
    let mut late: Vec<f64> = (40..140).map(f64::from).collect();
    late[7] = f64::NAN;
    let report = compare(
        &DriftDetector::new(),
        &reference,
        &numeric(&[("price", late), ("age", (0..100).map(f64::from).collect())]),
    );
    let expected = "\
1 of 2 features drifted: the data drifted (share from 0.5); alpha 0.05, Benjamini-Hochberg
column  kind     test  effect       p  p adjusted  missing       drift
price   numeric  KS    0.4093  3.9e-8      1.2e-7  0.0% -> 1.0%  DRIFT
age     numeric  KS    0.0000   1.000       1.000  -             -
";
    assert_eq!(report.to_string(), expected);
}

#[test]
fn correction_tames_false_alarms_over_many_columns() {
    let names: Vec<String> = (0..60).map(|i| format!("x{i}")).collect();
    let set = |from: u64| {
        let columns: Vec<(&str, Vec<f64>)> = names
            .iter()
            .enumerate()
            .map(|(i, n)| (n.as_str(), uniform(300, 0.0, from + i as u64)))
            .collect();
        numeric(&columns)
    };
    let (reference, current) = (set(1000), set(2000));
    let alarms = |c| {
        compare(
            &DriftDetector::new().alpha(0.1).correction(c),
            &reference,
            &current,
        )
        .drifted()
        .count()
    };
    let (none, bh, bonferroni) = (
        alarms(Correction::None),
        alarms(Correction::BenjaminiHochberg),
        alarms(Correction::Bonferroni),
    );
    assert!(none >= 2, "with 60 tests at 0.1 some alarm falsely: {none}");
    assert_eq!((bh, bonferroni), (0, 0));
}

#[test]
fn effect_size_can_be_demanded() {
    let reference = numeric(&[("x", uniform(60_000, 0.0, 0))]);
    let current = numeric(&[("x", uniform(60_000, 0.02, 1))]);
    assert!(compare(&DriftDetector::new(), &reference, &current).data_drifted());
    let report = compare(&DriftDetector::new().min_effect(0.05), &reference, &current);
    assert!(report.columns()[0].p_value.unwrap() < 1e-6 && !report.data_drifted());
}

#[test]
fn psi_as_a_test() {
    let psi = |threshold| Psi {
        threshold,
        ..Psi::default()
    };
    let detector = |threshold| {
        DriftDetector::new()
            .numeric(psi(threshold))
            .category(psi(threshold))
    };
    let base = [("a", 5.0), ("b", 3.0)];
    let set = |n, shift, weights: &[(&str, f64)], index| {
        numeric(&[("x", uniform(n, shift, index))])
            .with("c", Values::labels(cities(n, weights, index)))
            .unwrap()
    };
    let (reference, same) = (set(120, 0.0, &base, 0), set(120, 0.0, &base, 9));
    let calibrated = compare(
        &detector(PsiThreshold::Calibrated(NullMethod::default())),
        &reference,
        &same,
    );
    assert!(calibrated.drifted().count() == 0, "{calibrated}");
    let x = calibrated.get("x").unwrap();
    assert!(
        x.statistic > Some(0.1) && x.threshold > Some(0.25),
        "a fixed mark of 0.1 would alarm: {x:?}"
    );
    assert!(x.p_value > Some(0.05));
    // A fixed mark gives no p-value and does alarm.
    let fixed = compare(&detector(PsiThreshold::Fixed(0.1)), &reference, &same);
    let x = fixed.get("x").unwrap();
    assert_eq!((x.p_value, x.threshold, x.drifted), (None, Some(0.1), true));
    // Real drift, in values, categories (one unseen) and missing rows, is found.
    let moved = set(120, 0.4, &[("a", 1.0), ("z", 1.0), ("", 1.0)], 2);
    for null in [NullMethod::Asymptotic, NullMethod::default()] {
        let report = compare(
            &detector(PsiThreshold::Calibrated(null)),
            &reference,
            &moved,
        );
        assert_eq!(report.drifted().count(), 2, "{report}");
        assert!(report.columns().iter().all(|c| c.p_value < Some(1e-6)));
    }
}

#[test]
fn constant_all_missing_and_single_values() {
    let nan = f64::NAN;
    let reference = numeric(&[
        ("constant", vec![2.0; 30]),
        ("void", vec![nan; 30]),
        ("filled", vec![nan; 30]),
    ]);
    let current = numeric(&[
        ("constant", vec![2.0; 25]),
        ("void", vec![nan; 25]),
        ("filled", vec![1.0; 25]),
    ]);
    for detector in [
        DriftDetector::new(),
        DriftDetector::new().numeric(Psi::default()),
        DriftDetector::new().numeric(JensenShannon::default()),
    ] {
        let report = compare(&detector, &reference, &current);
        let drifted: Vec<&str> = report.drifted().map(|c| c.name.as_str()).collect();
        assert_eq!(drifted, ["filled"], "{report}");
    }
    let one = numeric(&[
        ("constant", vec![2.0]),
        ("void", vec![nan]),
        ("filled", vec![0.0]),
    ]);
    let report = compare(&DriftDetector::new(), &reference, &one);
    assert_eq!(report.get("constant").unwrap().p_value, Some(1.0));
    let detector = DriftDetector::new().numeric(JensenShannon::default());
    let report = compare(&detector, &reference, &one);
    assert_eq!(report.get("constant").unwrap().statistic, Some(0.0));
}

/// Categories with an unseen level and missing rows, by hand: shares (1/2, 1/2, 0, 0) and (1/4,
/// 1/4, 1/4, 1/4).
#[test]
fn jensen_shannon_of_categories() {
    let rows = |counts: [(Option<&'static str>, usize); 4]| {
        let labels = (counts.into_iter()).flat_map(|(name, n)| std::iter::repeat_n(name, n));
        let labels = Values::labels(labels);
        ColumnSet::new().with("city", labels).unwrap()
    };
    let of = |riga, oslo, bergen, none| {
        rows([
            (Some("Riga"), riga),
            (Some("Oslo"), oslo),
            (Some("Bergen"), bergen),
            (None, none),
        ])
    };
    let detector = DriftDetector::new().category(JensenShannon::default());
    let report = compare(&detector, &of(50, 50, 0, 0), &of(20, 20, 20, 20));
    let city = report.get("city").unwrap();
    let both = 0.5 * (4.0f64 / 3.0).log2() + 0.25 * (2.0f64 / 3.0).log2();
    let want = ((2.0 * both + 2.0 * 0.25) / 2.0).sqrt();
    approx::assert_relative_eq!(city.statistic.unwrap(), want, max_relative = 1e-14);
    assert_eq!(city.test, "JS");
    assert_eq!(
        (city.p_value, city.p_adjusted, city.missing.p_value),
        (None, None, None)
    );
    assert_eq!(
        (city.threshold, city.drifted, city.unseen_rows),
        (Some(0.1), true, 20)
    );
    let same = compare(&detector, &of(50, 50, 0, 10), &of(5, 5, 0, 1));
    let same = same.get("city").unwrap();
    assert_eq!((same.statistic, same.drifted), (Some(0.0), false));
    // A distance at the threshold is not above it.
    let at = JensenShannon {
        threshold: city.statistic.unwrap(),
        ..JensenShannon::default()
    };
    let detector = DriftDetector::new().category(at);
    let report = compare(&detector, &of(50, 50, 0, 0), &of(20, 20, 20, 20));
    assert!(!report.columns()[0].drifted);
}

#[test]
fn a_test_of_another_kind_of_column_is_refused() {
    let set = numeric(&[("x", vec![1.0, 2.0])]);
    let profile = ReferenceProfile::new(&set).unwrap();
    for (detector, test, kind) in [
        (
            DriftDetector::new().numeric(ChiSquare),
            "chi-square",
            "numeric",
        ),
        (
            DriftDetector::new().category(KolmogorovSmirnov::default()),
            "KS",
            "category",
        ),
    ] {
        let text = detector.compare(&profile, &set).unwrap_err().to_string();
        assert!(text.contains(test) && text.contains(kind), "{text}");
    }
}

#[test]
fn differences_between_the_sets_are_named() {
    let profile = ReferenceProfile::new(&numeric(&[
        ("price", vec![1.0, 2.0]),
        ("age", vec![1.0, 2.0]),
    ]))
    .unwrap();
    let refuse = |set: ColumnSet<'_>| {
        DriftDetector::new()
            .compare(&profile, &set)
            .unwrap_err()
            .to_string()
    };
    let text = refuse(numeric(&[("price", vec![1.0])]));
    assert!(text.contains("no column `age`"), "{text}");
    let text = refuse(numeric(&[
        ("price", vec![1.0]),
        ("age", vec![1.0]),
        ("extra", vec![1.0]),
    ]));
    assert!(text.contains("`extra`"), "{text}");
    let text = refuse(
        numeric(&[("price", vec![1.0])])
            .with("age", Values::labels([Some("old")]))
            .unwrap(),
    );
    assert!(text.contains("`age`") && text.contains("numeric"), "{text}");
    let text = refuse(numeric(&[("price", vec![1.0]), ("age", vec![])]));
    assert!(text.contains("`age`") && text.contains("empty"), "{text}");
    let text = refuse(
        numeric(&[("price", vec![1.0])])
            .with_prediction("age", Values::numeric(&[1.0]))
            .unwrap(),
    );
    assert!(
        text.contains("`age`") && text.contains("prediction"),
        "{text}"
    );
}

#[test]
fn parameters_are_checked() {
    let set = numeric(&[("x", vec![1.0, 2.0])]);
    let profile = ReferenceProfile::new(&set).unwrap();
    let fixed = |mark| Psi {
        threshold: PsiThreshold::Fixed(mark),
        ..Psi::default()
    };
    for (detector, name) in [
        (DriftDetector::new().alpha(0.0), "alpha"),
        (DriftDetector::new().alpha(f64::NAN), "alpha"),
        (DriftDetector::new().drift_share(1.5), "drift_share"),
        (DriftDetector::new().min_effect(-1.0), "min_effect"),
        (DriftDetector::new().numeric(fixed(f64::NAN)), "threshold"),
        (DriftDetector::new().category(fixed(-1.0)), "threshold"),
    ] {
        let text = detector.compare(&profile, &set).unwrap_err().to_string();
        assert!(text.contains(name), "{text}");
    }
}

/// Columns are compared in parallel; the report does not depend on it.
#[test]
fn same_report_for_any_number_of_threads() {
    let names: Vec<String> = (0..9).map(|i| format!("x{i}")).collect();
    let set = |from: u64| {
        names
            .iter()
            .enumerate()
            .fold(ColumnSet::new(), |set, (i, n)| {
                set.with(
                    n.as_str(),
                    Values::Numeric(uniform(500, 0.0, from + i as u64).into()),
                )
                .unwrap()
            })
    };
    let psi = DriftDetector::new().numeric(Psi::default());
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            [
                compare(&DriftDetector::new(), &set(0), &set(50)),
                compare(&psi, &set(0), &set(50)),
            ]
        })
    };
    assert_eq!(with(1), with(4));
}
