use super::super::objective::Objective;
use super::*;

#[test]
fn defaults_pass_and_each_bad_value_is_named() {
    assert_eq!(BoostParams::default().broken_rule(), None);
    let bad = [
        (Boost::new().num_iterations(0), "num_iterations"),
        (Boost::new().learning_rate(f64::NAN), "learning_rate"),
        (Boost::new().num_leaves(1), "num_leaves"),
        (Boost::new().max_depth(Some(0)), "max_depth"),
        (Boost::new().lambda_l2(-1.0), "lambda_l2"),
        (Boost::new().max_bin(65_536), "max_bin"),
        (Boost::new().feature_fraction(0.0), "feature_fraction"),
        (Boost::new().sigmoid(0.0), "sigmoid"),
        (Boost::new().num_grad_quant_bins(1), "num_grad_quant_bins"),
        (
            Boost::new().path_smooth(1.0).min_data_in_leaf(1),
            "path_smooth",
        ),
        (Boost::new().refit_decay_rate(1.5), "refit_decay_rate"),
        (Boost::new().label_gain(Some(vec![0.0, -1.0])), "label_gain"),
        (
            Boost::new().early_stopping_round(Some(0)),
            "early_stopping_round",
        ),
    ];
    for (boost, name) in bad {
        assert_eq!(boost.params().broken_rule().map(|r| r.0), Some(name));
    }
}

#[test]
fn every_name_and_alias_is_known_once() {
    let mut all: Vec<&str> = BoostParams::NAMES
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
        ("grow_policy", "depthwise"),
        ("categorical_feature", "name:a, b"),
        ("monotone_constraints", "1,-1,0"),
        ("label_gain", "0,1.5"),
        ("interaction_constraints", "[a,b],[c]"),
    ];
    let flags = [
        "extra_trees",
        "use_quantized_grad",
        "bagging_by_query",
        "is_unbalance",
        "is_provide_training_metric",
    ];
    for (name, aliases) in BoostParams::NAMES {
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
    let kinds = |name| set("boosting", name).params().boosting;
    assert_eq!(["gbdt", "gbrt", "gbtree"].map(kinds), [Boosting::Gbdt; 3]);
    assert_eq!(["rf", "random_forest"].map(kinds), [Boosting::Rf; 2]);
    assert_eq!(kinds("dart"), Boosting::Dart);
    for (name, other) in [("gbdt", Boosting::Rf), ("dart", Boosting::Gbdt)] {
        let of = Boost::new().boosting(other).set("boosting", name).unwrap();
        assert_ne!(of.params().boosting, other);
    }
    let drawn = |name| {
        set("data_sample_strategy", name)
            .params()
            .data_sample_strategy
    };
    assert_eq!(drawn("bagging"), DataSampleStrategy::Bagging);
    assert_eq!(drawn("goss"), DataSampleStrategy::Goss);
    let depth = |value| set("max_depth", value).params().max_depth;
    assert_eq!(
        ["-1", "0", "1", " 7 "].map(depth),
        [None, None, Some(1), Some(7)]
    );
    let rounds = |value| set("early_stopping", value).params().early_stopping_round;
    assert_eq!(
        ["-1", "0", "1", "30"].map(rounds),
        [None, None, Some(1), Some(30)]
    );
    let columns = |value| {
        set("cat_feature", value)
            .params()
            .categorical_feature
            .clone()
    };
    assert_eq!(columns("name:a, b"), ["a", "b"]);
    assert_eq!(columns("a,b"), ["a", "b"]);
    assert_eq!(
        set("mc", "1,-1, 0").params().monotone_constraints,
        [1, -1, 0]
    );
    assert_eq!(
        set("label_gain", "0,1.5").params().label_gain,
        Some(vec![0.0, 1.5])
    );
    for &objective in Objective::ALL {
        let names = objective.aliases();
        for name in names {
            assert_eq!(
                set("loss", name).params().objective,
                Some(objective),
                "{name}"
            );
        }
    }
}

#[test]
fn nonsense_is_refused_by_name() {
    let refused = |name: &str, value: &str| Boost::new().set(name, value).unwrap_err().to_string();
    assert!(refused("etta", "1").contains("etta"));
    assert!(refused("num_leaves", "-3").contains("num_leaves"));
    let objectives = refused("objective", "cubic");
    for objective in Objective::ALL {
        let name = objective.aliases()[0];
        assert!(
            objectives.contains(&format!(" {name},")),
            "{name}: {objectives}"
        );
    }
    assert!(refused("monotone_constraints", "1,x").contains("monotone_constraints"));
    for sets in ["a,b", "[a],b]", "[a] [b]"] {
        assert!(refused("interaction_constraints", sets).contains("interaction_constraints"));
    }
    assert!(refused("extra_trees", "yes").contains("true or false"));
    assert!(refused("boosting", "plain").contains("gbdt, dart or rf"));
    assert!(refused("data_sample_strategy", "all").contains("bagging or goss"));
}

#[test]
fn text_and_setters_give_the_same_parameters() {
    let text = [
        ("interaction_constraints", "[a, b], [c]"),
        ("extra_trees", "1"),
        ("categorical_feature", "name:a,b"),
        ("monotone_constraints", "1, -1"),
        ("label_gain", "0,1.5"),
        ("early_stopping_round", "7"),
        ("max_depth", "0"),
        ("boosting", "gbrt"),
        ("objective", "mae"),
        ("seed", " 3 "),
    ];
    let set = text
        .into_iter()
        .try_fold(Boost::new(), |b, (n, v)| b.set(n, v));
    let by_hand = Boost::new()
        .interaction_constraints([vec!["a", "b"], vec!["c"]])
        .extra_trees(true)
        .categorical_feature(["a", "b"])
        .monotone_constraints([1, -1])
        .label_gain(Some(vec![0.0, 1.5]))
        .early_stopping_round(Some(7))
        .objective(Objective::RegressionL1)
        .seed(3);
    assert_eq!(set.unwrap(), by_hand);
}

#[test]
fn rules_hold_at_their_bounds_and_not_beyond() {
    let fits = |b: Boost| b.params().broken_rule().is_none();
    assert!(fits(Boost::new().num_leaves(2)) && !fits(Boost::new().num_leaves(131_073)));
    assert!(fits(Boost::new().tweedie_variance_power(1.0)));
    assert!(!fits(Boost::new().tweedie_variance_power(2.0)));
    assert!(fits(Boost::new().learning_rate(1.0)) && !fits(Boost::new().learning_rate(1.01)));
    assert!(fits(Boost::new().drop_rate(0.0)) && !fits(Boost::new().drop_rate(-0.01)));
    assert!(fits(Boost::new().lambda_l1(0.0)) && !fits(Boost::new().lambda_l1(f64::INFINITY)));
    assert!(!fits(Boost::new().fair_c(0.0)) && !fits(Boost::new().fair_c(f64::INFINITY)));
    assert!(fits(Boost::new().eval_at(1)) && !fits(Boost::new().eval_at(0)));
    assert!(!fits(Boost::new().monotone_constraints([0, 2])));
    let quantile = Boost::new().objective(Objective::Quantile);
    assert!(fits(quantile.clone().alpha(0.99)) && !fits(quantile.alpha(1.0)));
    assert!(fits(Boost::new().alpha(1.0)));
    assert!(fits(Boost::new().top_rate(0.9)) && !fits(Boost::new().top_rate(0.91)));
    let unbalanced = Boost::new().is_unbalance(true);
    assert!(fits(unbalanced.clone()) && !fits(unbalanced.scale_pos_weight(2.0)));
    let dart = Boost::new().boosting(Boosting::Dart);
    assert!(fits(dart.clone()) && !fits(dart.early_stopping_round(Some(1))));
    let forest = Boost::new().boosting(Boosting::Rf);
    assert!(!fits(forest.clone()) && fits(forest.clone().feature_fraction_bynode(0.9)));
    assert!(fits(forest.clone().feature_fraction(0.9)));
    let bagging = |b: Boost| b.bagging_freq(1).bagging_fraction(0.9);
    assert!(fits(bagging(forest.clone())));
    // GOSS draws by gradients, without bagging; its first rounds see all rows, so that the trees
    // of a forest differ by their columns alone.
    let goss = |b: Boost| b.data_sample_strategy(DataSampleStrategy::Goss);
    assert!(fits(goss(Boost::new())) && !fits(goss(bagging(Boost::new()))));
    assert!(fits(goss(Boost::new().bagging_freq(1))));
    assert!(!fits(goss(forest.clone())) && fits(goss(forest.feature_fraction(0.9))));
    assert!(!fits(Boost::new().label_gain(Some(Vec::new()))));
}

#[test]
fn the_nearest_name_is_told_when_it_is_near() {
    let told = |name: &str| Boost::new().set(name, "1").unwrap_err().to_string();
    assert_eq!(
        told("num_leafs"),
        "Boost: parameter `name` = num_leafs (is it `num_leaf`?): must be a parameter of boosting \
         or an alias of one"
    );
    assert!(told("lerning_rate").contains("(is it `learning_rate`?)"));
    assert!(!told("quantum").contains("is it"));
}

#[test]
fn verbosity_is_refused_and_says_where_it_lives() {
    for name in ["verbosity", "verbose", "verbose_eval", "metric_freq"] {
        let e = Boost::new().set(name, "-1").unwrap_err();
        assert!(e.is_parameter());
        let text = e.to_string();
        assert!(text.contains("`verbosity` = -1"), "{text}");
        assert!(
            text.contains("`log_every`") && text.contains("`fit_watched`"),
            "{text}"
        );
    }
}
