//! LightGBM's text written by hand: what each line means, and what is said of a line that is wrong.

use ml_data::Error;
use ml_models::interchange::lightgbm;
use ml_models::tree::{Child, Combine, Condition, Ensemble, Link, MissingType};

/// Lines are counted in the comments; the second tree is a leaf.
const TEXT: &str = "\
tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=2
objective=binary sigmoid:0.5
feature_names=a b c
feature_infos=none none none
tree_sizes=1 1

Tree=0
num_leaves=5
num_cat=1
split_feature=0 1 2 0
split_gain=8 4 2 1
threshold=1.5 0 1e300 inf
decision_type=0 1 6 10
left_child=1 -1 -2 -3
right_child=2 -4 3 -5
leaf_value=0.5 -0.25 1 2 -3
leaf_weight=1 2 3 4 5
leaf_count=10 20 30 40 50
internal_value=0.1 0.2 0.3 0.4
internal_weight=15 5 10 8
internal_count=150 50 100 80
cat_boundaries=0 2
cat_threshold=5 1
is_linear=0
shrinkage=0.1


Tree=1
num_leaves=1
num_cat=0
leaf_value=7
shrinkage=1

end of trees
";

fn read(text: &str) -> Ensemble {
    lightgbm::from_str(text).unwrap()
}

#[test]
fn every_line_has_its_meaning() {
    let model = read(TEXT);
    let parts = model.parts();
    assert_eq!((parts.outputs, parts.link), (1, Link::Sigmoid(0.5)));
    assert_eq!(
        (parts.combine, &*parts.objective),
        (Combine::Sum, "binary sigmoid:0.5")
    );
    assert_eq!(parts.base_score, [0.0]);
    assert_eq!(model.names().iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    let [tree, leaf] = model.trees() else {
        unreachable!()
    };
    assert_eq!((tree.shrinkage(), leaf.shrinkage()), (0.1, 1.0));
    assert_eq!((leaf.nodes().len(), leaf.leaves()[0].value), (0, 7.0));
    let nodes = tree.nodes();
    let categories = Condition::Categories([0, 2, 32].into_iter().collect());
    let tests = nodes.iter().map(|n| n.test.clone()).collect::<Vec<_>>();
    let threshold = Condition::Threshold;
    assert_eq!(
        tests,
        [
            threshold(1.5),
            categories,
            threshold(1e300),
            Condition::Present
        ]
    );
    let missing = nodes
        .iter()
        .map(|n| (n.missing, n.missing_left))
        .collect::<Vec<_>>();
    let want = [
        (MissingType::Never, false),
        (MissingType::Nan, false),
        (MissingType::Zero, true),
        (MissingType::Nan, true),
    ];
    assert_eq!(missing, want);
    let sides = nodes.iter().map(|n| (n.left, n.right)).collect::<Vec<_>>();
    let (node, leaf) = (Child::Node, Child::Leaf);
    let want = [
        (node(1), node(2)),
        (leaf(0), leaf(3)),
        (leaf(1), node(3)),
        (leaf(2), leaf(4)),
    ];
    assert_eq!(sides, want);
    let about: Vec<_> = nodes
        .iter()
        .map(|n| (n.feature, n.gain, n.value, n.weight, n.count))
        .collect();
    let want = [
        (0, 8.0, 0.1, 15.0, 150),
        (1, 4.0, 0.2, 5.0, 50),
        (2, 2.0, 0.3, 10.0, 100),
        (0, 1.0, 0.4, 8.0, 80),
    ];
    assert_eq!(about, want);
    let leaves: Vec<_> = tree
        .leaves()
        .iter()
        .map(|l| (l.value, l.weight, l.count))
        .collect();
    let want = [
        (0.5, 1.0, 10),
        (-0.25, 2.0, 20),
        (1.0, 3.0, 30),
        (2.0, 4.0, 40),
        (-3.0, 5.0, 50),
    ];
    assert_eq!(leaves, want);
}

#[test]
fn what_writers_leave_out_has_a_default() {
    let mut text = TEXT.to_owned();
    for line in [
        "split_gain=8 4 2 1\n",
        "leaf_weight=1 2 3 4 5\n",
        "internal_count=150 50 100 80\n",
        "is_linear=0\n",
        "tree_sizes=1 1\n",
        "shrinkage=0.1\n",
        "objective=binary sigmoid:0.5\n",
    ] {
        assert!(text.contains(line));
        text = text.replacen(line, "", 1);
    }
    let text = text.replacen("leaf_count=10 20 30 40 50", "leaf_count=", 1);
    let model = read(&text.replace('\n', "\r\n"));
    let tree = &model.trees()[0];
    assert_eq!(
        (model.parts().link, &*model.parts().objective),
        (Link::Identity, "custom")
    );
    assert_eq!(
        (
            tree.shrinkage(),
            tree.nodes()[1].gain,
            tree.nodes()[1].count
        ),
        (1.0, 0.0, 0)
    );
    assert_eq!((tree.leaves()[1].weight, tree.leaves()[1].count), (0.0, 0));
    let mean = TEXT.replacen("tree_sizes", "average_output\ntree_sizes", 1);
    assert_eq!(read(&mean).parts().combine, Combine::Mean);
    for version in ["v2", "v3"] {
        read(&TEXT.replacen("v4", version, 1));
    }
}

#[test]
fn wrong_lines_are_told_with_their_number() {
    for (from, to, words) in [
        ("tree\n", "trees\n", ["line 1", "`tree`", "trees"]),
        (
            "version=v4",
            "version=v5",
            ["line 2", "version v2, v3 or v4", "v5"],
        ),
        (
            "version=v4\n",
            "",
            ["line 1", "`version=` below", "no such line"],
        ),
        (
            "num_class=1",
            "num_class=2",
            ["line 4", "the 2 of `num_class`", "1"],
        ),
        (
            "num_class=1",
            "num_class=x",
            ["line 3", "a number for `num_class`", "x"],
        ),
        (
            "num_class=1",
            "num_class=",
            ["line 3", "a number for `num_class`", "nothing"],
        ),
        ("idx=2", "idx=3", ["line 8", "each feature up to 3", "3"]),
        (
            "names=a b c",
            "names=",
            ["line 8", "each feature up to 2", "0"],
        ),
        (
            "sigmoid:0.5",
            "sigmoid:0",
            ["line 7", "a number above 0", "0"],
        ),
        (
            "sigmoid:0.5",
            "sigmoid:inf",
            ["line 7", "a number above 0", "inf"],
        ),
        (
            "=binary",
            "=ternary",
            ["line 7", "an objective of LightGBM", "ternary"],
        ),
        ("sizes=1 1", "sizes=1", ["line 39", "1 trees above", "2"]),
        (
            "sizes=1 1",
            "sizes=1 1 1",
            ["line 39", "3 trees above", "2"],
        ),
        (
            "num_leaves=5",
            "num_leaves=0",
            ["line 13", "at least one leaf", "0"],
        ),
        (
            "num_leaves=5",
            "num_leaves=4",
            ["line 21", "4 numbers after `leaf_value=`", "5"],
        ),
        (
            "threshold=1.5 0",
            "threshold=1.5 1",
            ["line 17", "one of 1 sets", "1"],
        ),
        (
            "threshold=1.5 0",
            "threshold=1.5 0.5",
            ["line 17", "one of 1 sets", "0.5"],
        ),
        (
            "type=0 1 6 10",
            "type=1 1 6 10",
            ["line 17", "one of 1 sets", "1.5"],
        ),
        (
            "type=0 1 6 10",
            "type=0 1 6 12",
            ["line 18", "a decision type", "12"],
        ),
        (
            "type=0 1 6 10",
            "type=0 1 6 16",
            ["line 18", "a decision type", "16"],
        ),
        (
            "boundaries=0 2",
            "boundaries=3 2",
            ["line 27", "ascending boundaries", "3 2"],
        ),
        (
            "boundaries=0 2",
            "boundaries=0 2 2",
            ["line 27", "2 numbers after", "3"],
        ),
        (
            "cat_threshold=5 1",
            "cat_threshold=5",
            ["line 28", "2 numbers after", "1"],
        ),
        (
            "child=1 -1",
            "child=1 1",
            ["line 12", "tree 0 to be a tree", ""],
        ),
        (
            "end of trees\n",
            "",
            ["line 38", "`end of trees` below", "the end"],
        ),
    ] {
        assert!(TEXT.contains(from), "{from}");
        let refused = lightgbm::from_str(&TEXT.replacen(from, to, 1)).unwrap_err();
        assert!(matches!(refused, Error::Model { .. }));
        let said = refused.to_string();
        assert!(words.iter().all(|w| said.contains(w)), "{to}: {said}");
    }
    // An empty model of very many outputs.
    let none = |outputs: usize| {
        let from = TEXT.find("tree_sizes").unwrap();
        let head = TEXT[..from].replace("num_class=1", &format!("num_class={outputs}"));
        let head = head.replace("iteration=1", &format!("iteration={outputs}"));
        lightgbm::from_str(&format!("{head}\nend of trees\n"))
    };
    assert!(none(1 << 16).is_ok());
    let refused = none((1 << 16) + 1).unwrap_err().to_string();
    assert!(
        refused.contains("trees") && refused.contains("found 0"),
        "{refused}"
    );
    let two = TEXT
        .replace("num_class=1", "num_class=3")
        .replace("iteration=1", "iteration=3");
    let refused = lightgbm::from_str(&two).unwrap_err().to_string();
    assert!(refused.contains("a multiple of 3 trees above"), "{refused}");
}

#[test]
fn objectives_have_their_links() {
    let link = |objective: &str| {
        let text = TEXT.replacen("binary sigmoid:0.5", objective, 1);
        lightgbm::from_str(&text).map(|m| m.parts().link)
    };
    for name in [
        "regression",
        "regression_l1",
        "huber",
        "fair",
        "quantile alpha:0.9",
        "mape",
        "lambdarank",
        "rank_xendcg",
        "custom",
    ] {
        assert_eq!(link(name).unwrap(), Link::Identity, "{name}");
    }
    for name in ["poisson", "gamma", "tweedie"] {
        assert_eq!(link(name).unwrap(), Link::Exp);
    }
    for name in ["binary", "cross_entropy", "multiclassova num_class:1"] {
        assert_eq!(link(name).unwrap(), Link::Sigmoid(1.0));
    }
    assert_eq!(
        link("multiclassova num_class:1 sigmoid:2").unwrap(),
        Link::Sigmoid(2.0)
    );
    for name in ["regression sqrt", "cross_entropy_lambda"] {
        assert!(
            matches!(link(name), Err(Error::Unsupported { .. })),
            "{name}"
        );
    }
}
