use super::*;

#[test]
fn shares_and_counts_are_scikit_learns() {
    let features = [
        MaxFeatures::All,
        MaxFeatures::Sqrt,
        MaxFeatures::Log2,
        MaxFeatures::Share(0.3),
        MaxFeatures::Count(9),
    ];
    assert_eq!(features.map(|f| f.of(10)), [10, 3, 3, 3, 9]);
    assert_eq!(features.map(|f| f.of(1)), [1, 1, 1, 1, 1]);
    let samples = [
        MaxSamples::All,
        MaxSamples::Share(0.25),
        MaxSamples::Count(7),
    ];
    assert_eq!(samples.map(|s| s.of(10)), [10, 2, 7]);
    assert_eq!(samples.map(|s| s.of(1)), [1, 1, 1]);
}

#[test]
fn settings_at_their_limits_are_taken_and_those_beyond_named() {
    type Change = fn(&mut Settings);
    let changed = |change: Change| {
        let mut settings = Settings::forest();
        change(&mut settings);
        settings.check("F")
    };
    let good: [Change; 12] = [
        |_| {},
        |s| s.n_estimators = 1,
        |s| s.n_estimators = MOST_TREES,
        |s| s.max_depth = Some(1),
        |s| s.max_features = Some(MaxFeatures::Share(1.0)),
        |s| s.max_features = Some(MaxFeatures::Count(1)),
        |s| s.max_leaf_nodes = Some(2),
        |s| s.max_samples = MaxSamples::Share(1.0),
        |s| s.max_samples = MaxSamples::Count(1),
        |s| s.bootstrap = false,
        |s| s.class_weight = Some(ClassWeight::Each(vec![1e-9, 2.0])),
        |s| s.max_bin = 2,
    ];
    for (k, change) in good.into_iter().enumerate() {
        assert!(changed(change).is_ok(), "{k}");
    }
    let bad: [(&str, &str, Change); 23] = [
        ("n_estimators", "0", |s| s.n_estimators = 0),
        ("n_estimators", "16777217", |s| {
            s.n_estimators = MOST_TREES + 1
        }),
        ("max_depth", "0", |s| s.max_depth = Some(0)),
        ("min_samples_split", "1", |s| s.min_samples_split = 1),
        ("min_samples_leaf", "0", |s| s.min_samples_leaf = 0),
        ("max_features", "0.0", |s| {
            s.max_features = Some(MaxFeatures::Share(0.0))
        }),
        ("max_features", "1.5", |s| {
            s.max_features = Some(MaxFeatures::Share(1.5))
        }),
        ("max_features", "NaN", |s| {
            s.max_features = Some(MaxFeatures::Share(f64::NAN))
        }),
        ("max_features", "0", |s| {
            s.max_features = Some(MaxFeatures::Count(0))
        }),
        ("max_leaf_nodes", "1", |s| s.max_leaf_nodes = Some(1)),
        ("ccp_alpha", "-1", |s| s.ccp_alpha = -1.0),
        ("ccp_alpha", "inf", |s| s.ccp_alpha = f64::INFINITY),
        ("max_samples", "0.0", |s| {
            s.max_samples = MaxSamples::Share(0.0)
        }),
        ("max_samples", "1.5", |s| {
            s.max_samples = MaxSamples::Share(1.5)
        }),
        ("max_samples", "0", |s| s.max_samples = MaxSamples::Count(0)),
        ("max_samples", "`bootstrap` is off", |s| {
            (s.bootstrap, s.max_samples) = (false, MaxSamples::Count(3));
        }),
        ("oob_score", "`bootstrap` is off", |s| {
            (s.bootstrap, s.oob_score) = (false, true);
        }),
        ("class_weight", "-1", |s| {
            s.class_weight = Some(ClassWeight::Each(vec![1.0, -1.0]))
        }),
        ("class_weight", "0.0", |s| {
            s.class_weight = Some(ClassWeight::Each(vec![1.0, 0.0]))
        }),
        ("class_weight", "inf", |s| {
            s.class_weight = Some(ClassWeight::Each(vec![f64::INFINITY, 1.0]));
        }),
        ("max_bin", "1", |s| s.max_bin = 1),
        ("max_bin", "256", |s| s.max_bin = 256),
        ("max_depth", "None or at least 1", |s| s.max_depth = Some(0)),
    ];
    for (name, word, change) in bad {
        let said = changed(change).unwrap_err().to_string();
        assert!(
            said.contains(&format!("`{name}`")) && said.contains(word),
            "{said}"
        );
    }
}

#[test]
fn shares_and_counts_are_rounded_and_clamped() {
    let share = |s: f64, n| (MaxFeatures::Share(s).of(n), MaxSamples::Share(s).of(n));
    // Columns are cut, rows rounded, halves to the even number; one is the least.
    assert_eq!(
        [share(0.39, 10), share(0.35, 10), share(0.45, 10)],
        [(3, 4), (3, 4), (4, 4)]
    );
    assert_eq!([share(0.01, 10), share(1.0, 10)], [(1, 1), (10, 10)]);
    assert_eq!(
        [0, 1, 10, 11].map(|k| MaxSamples::Count(k).of(10)),
        [1, 1, 10, 10]
    );
    assert_eq!(
        [0, 1, 10, 11].map(|k| MaxFeatures::Count(k).of(10)),
        [1, 1, 10, 10]
    );
    assert_eq!(
        [0, 1, 2, 15, 16, 17].map(|n| MaxFeatures::Sqrt.of(n)),
        [1, 1, 1, 3, 4, 4]
    );
    assert_eq!(
        [0, 1, 2, 7, 8, 9].map(|n| MaxFeatures::Log2.of(n)),
        [1, 1, 1, 2, 3, 3]
    );
    assert_eq!(MaxFeatures::All.of(0), 1);
}
