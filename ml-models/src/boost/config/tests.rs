use super::*;

#[test]
fn every_name_and_alias_is_known_once() {
    let mut all: Vec<&str> = ALIASES
        .iter()
        .flat_map(|(name, aliases)| std::iter::once(name).chain(*aliases))
        .copied()
        .collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
    let values = [
        ("objective", "mae"),
        ("boosting", "dart"),
        ("data_sample_strategy", "goss"),
        ("categorical_feature", "name:a, b"),
        ("monotone_constraints", "1,-1,0"),
        ("label_gain", "0,1.5"),
    ];
    let flags = [
        "extra_trees",
        "use_quantized_grad",
        "bagging_by_query",
        "is_unbalance",
        "is_provide_training_metric",
    ];
    for (name, aliases) in ALIASES {
        let value = values.iter().find(|v| v.0 == *name).map_or("7", |v| v.1);
        let value = if flags.contains(name) { "true" } else { value };
        let on = [
            "boost_from_average",
            "lambdarank_norm",
            "enable_bundle",
            "stochastic_rounding",
        ];
        let value = if on.contains(name) { "false" } else { value };
        let set = Boost::new().set(name, value).unwrap();
        assert_ne!(set, Boost::new(), "{name} is set");
        for alias in *aliases {
            assert_eq!(Boost::new().set(alias, value).unwrap(), set, "{alias}");
        }
    }
}

#[test]
fn names_of_values_are_those_of_the_other_libraries() {
    let set = |name, value| Boost::new().max_depth(Some(9)).set(name, value).unwrap();
    let kinds = |name| set("boosting", name).boosting;
    assert_eq!(["gbdt", "gbrt", "gbtree"].map(kinds), [Boosting::Gbdt; 3]);
    assert_eq!(["rf", "random_forest"].map(kinds), [Boosting::Rf; 2]);
    assert_eq!(kinds("dart"), Boosting::Dart);
    for (name, other) in [("gbdt", Boosting::Rf), ("dart", Boosting::Gbdt)] {
        let of = Boost::new().boosting(other).set("boosting", name).unwrap();
        assert_ne!(of.boosting, other);
    }
    let drawn = |name| set("data_sample_strategy", name).data_sample_strategy;
    assert_eq!(drawn("bagging"), DataSampleStrategy::Bagging);
    assert_eq!(drawn("goss"), DataSampleStrategy::Goss);
    let depth = |value| set("max_depth", value).max_depth;
    assert_eq!(
        ["-1", "0", "1", " 7 "].map(depth),
        [None, None, Some(1), Some(7)]
    );
    let rounds = |value| set("early_stopping", value).early_stopping_round;
    assert_eq!(
        ["-1", "0", "1", "30"].map(rounds),
        [None, None, Some(1), Some(30)]
    );
    let columns = |value| set("cat_feature", value).categorical_feature;
    assert_eq!(columns("name:a, b"), ["a", "b"]);
    assert_eq!(columns("a,b"), ["a", "b"]);
    assert_eq!(set("mc", "1,-1, 0").monotone_constraints, [1, -1, 0]);
    assert_eq!(set("label_gain", "0,1.5").label_gain, Some(vec![0.0, 1.5]));
    for (objective, names) in OBJECTIVES {
        for name in *names {
            assert_eq!(set("loss", name).objective, Some(*objective), "{name}");
        }
    }
}

#[test]
fn nonsense_is_refused_by_name() {
    let refused = |name: &str, value: &str| Boost::new().set(name, value).unwrap_err().to_string();
    assert!(refused("etta", "1").contains("etta"));
    assert!(refused("num_leaves", "-3").contains("num_leaves"));
    assert!(refused("objective", "cubic").contains("cubic"));
    assert!(refused("monotone_constraints", "1,x").contains("monotone_constraints"));
    assert!(refused("boosting", "plain").contains("gbdt, dart or rf"));
    assert!(refused("data_sample_strategy", "all").contains("bagging or goss"));
}
