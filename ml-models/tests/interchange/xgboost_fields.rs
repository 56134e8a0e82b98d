//! XGBoost's JSON written by hand: what each field means, and what is said of one that is wrong.

use ml_data::Error;
use ml_models::interchange::xgboost;
use ml_models::tree::{Child, Condition, Ensemble, Link, MissingType};

/// Node 1 sends categories 0 and 3 right; nodes 2 to 4 are leaves.
const TEXT: &str = r#"{"learner":{"feature_names":["a","b"],"gradient_booster":{"model":{
"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1"},"tree_info":[0],"trees":[{
"categories":[0,3],"categories_nodes":[1],"categories_segments":[0],"categories_sizes":[2],
"left_children":[1,3,-1,-1,-1],"right_children":[2,4,-1,-1,-1],"split_indices":[0,1,0,0,0],
"split_conditions":[1.5E0,1E-45,4E0,1E0,2E0],"default_left":[1,0,0,0,0],
"loss_changes":[8E0,3E0,0E0,0E0,0E0],"sum_hessian":[9E0,4E0,5E0,1E0,3E0],
"tree_param":{"num_nodes":"5","size_leaf_vector":"1"}}]},"name":"gbtree"},
"learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"2","num_target":"1"},
"objective":{"name":"reg:squarederror"}},"version":[3,0,0]}"#;

fn read(text: &str) -> Result<Ensemble, Error> {
    xgboost::from_slice(text.as_bytes())
}

fn changed(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from), "{from}");
    TEXT.replacen(from, to, 1)
}

#[test]
fn every_field_has_its_meaning() {
    let model = read(TEXT).unwrap();
    let parts = model.parts();
    assert_eq!(
        (parts.outputs, parts.link, &*parts.base_score),
        (1, Link::Identity, &[0.5][..])
    );
    assert_eq!(model.names().iter().collect::<Vec<_>>(), ["a", "b"]);
    let [tree] = model.trees() else {
        unreachable!()
    };
    let leaves: Vec<_> = tree
        .leaves()
        .iter()
        .map(|l| (l.value, l.weight, l.count))
        .collect();
    assert_eq!(leaves, [(4.0, 5.0, 0), (1.0, 1.0, 0), (2.0, 3.0, 0)]);
    let [root, below] = tree.nodes() else {
        unreachable!()
    };
    // What is less than 1.5 once rounded goes left.
    let Condition::Threshold(t) = root.test else {
        unreachable!()
    };
    assert!((t as f32) < 1.5 && t.next_up() as f32 >= 1.5, "{t}");
    assert_eq!((root.left, root.right), (Child::Node(1), Child::Leaf(0)));
    assert_eq!(
        (root.feature, root.missing, root.missing_left),
        (0, MissingType::Nan, true)
    );
    // Values are means of the leaves below, by their hessians.
    assert_eq!(
        (root.gain, root.value, root.weight, root.count),
        (8.0, 3.0, 9.0, 0)
    );
    let set = Condition::Categories([0, 3].into_iter().collect());
    assert_eq!((&below.test, below.feature), (&set, 1));
    assert_eq!((below.left, below.right), (Child::Leaf(2), Child::Leaf(1)));
    assert!(below.missing_left);
    assert_eq!((below.gain, below.value, below.weight), (3.0, 1.75, 4.0));
    // Without hessians, plain means.
    let none = changed("[9E0,4E0,5E0,1E0,3E0]", "[0,0,0,0,0]");
    let none = read(&none).unwrap();
    assert_eq!(none.trees()[0].nodes()[1].value, 1.5);
    let dropped = changed("\"name\":\"gbtree\"", "\"name\":\"dart\"");
    let dropped = dropped
        .replacen("{\"model\":{", "{\"gbtree\":{\"model\":{", 1)
        .replacen(
            "]},\"name\":\"dart\"",
            "]}},\"weight_drop\":[0.5],\"name\":\"dart\"",
            1,
        );
    let dropped = read(&dropped).unwrap();
    let halves: Vec<_> = dropped.trees()[0]
        .leaves()
        .iter()
        .map(|l| l.value)
        .collect();
    assert_eq!(halves, [2.0, 0.5, 1.0]);
    for (from, to) in [
        ("\"5E-1\"", "\"[5E-1]\""),
        (",\"num_target\":\"1\"", ""),
        ("_vector\":\"1\"", "_vector\":\"0\""),
    ] {
        assert!(read(&changed(from, to)).unwrap() == model, "{to}");
    }
    let highest = read(&changed(
        "\"categories\":[0,3]",
        "\"categories\":[0,16777215]",
    ));
    assert!(highest.is_ok());
    let unnamed = read(&changed("\"feature_names\":[\"a\",\"b\"],", "")).unwrap();
    assert_eq!(unnamed.names().iter().collect::<Vec<_>>(), ["x0", "x1"]);
}

#[test]
fn wrong_fields_are_told_with_their_place() {
    for (from, to, words) in [
        ("info\":[0]", "info\":[]", ["tree_info", "1 numbers", "0"]),
        (
            "info\":[0]",
            "info\":[-1]",
            ["tree_info", "outputs from 0 up", "less"],
        ),
        (
            "info\":[0]",
            "info\":[1]",
            ["learner", "trees of 1 outputs", "one of output 1"],
        ),
        (
            "trees\":\"1\"",
            "trees\":\"2\"",
            ["num_trees", "expected 1", "2"],
        ),
        (
            "feature\":\"2\"",
            "feature\":\"3\"",
            ["num_feature", "the 2 of the names", "3"],
        ),
        (
            "class\":\"0\"",
            "class\":\"3\"",
            ["learner", "0 trees for each of 3", "1 for output 0"],
        ),
        (
            "nodes\":[1]",
            "nodes\":[9]",
            ["categories_nodes", "nodes of the tree", "9"],
        ),
        (
            "nodes\":[1]",
            "nodes\":[-1]",
            ["categories_nodes", "nodes of the tree", "-1"],
        ),
        (
            "sizes\":[2]",
            "sizes\":[3]",
            ["categories_segments", "segments of `categories`", "0"],
        ),
        (
            "sizes\":[2]",
            "sizes\":[]",
            ["categories_segments", "segments of `categories`", "0"],
        ),
        (
            "[0,3]",
            "[0,-1]",
            ["categories", "from 0 to 16777215", "-1"],
        ),
        (
            "[0,3]",
            "[0,16777216]",
            ["categories", "from 0 to 16777215", "16777216"],
        ),
        (
            "left_children\":[1,3",
            "left_children\":[1,1",
            ["trees[0]", "form a tree", "child 1"],
        ),
        (
            "left_children\":[1,3",
            "left_children\":[1,7",
            ["trees[0]", "form a tree", "child 7"],
        ),
        (
            "left_children\":[1,3",
            "left_children\":[1,5",
            ["trees[0]", "form a tree", "child 5"],
        ),
        ("[1.5E0", "[NaN", ["trees[0]", "numbers to split at", "NaN"]),
        (
            "[1.5E0",
            "[-Infinity",
            ["trees[0]", "numbers to split at", "-inf"],
        ),
        (
            "indices\":[0",
            "indices\":[-1",
            ["trees[0]", "features from 0 up", "-1"],
        ),
        (
            "hessian\":[9E0,",
            "hessian\":[",
            ["sum_hessian", "5 numbers", "4"],
        ),
        ("left\":[1,", "left\":[", ["default_left", "5 numbers", "4"]),
        (
            "\"5E-1\"",
            "\"x\"",
            ["base_score", "1 or 1 base scores", "x"],
        ),
        (
            "\"5E-1\"",
            "\"inf\"",
            ["base_score", "1 or 1 base scores", "inf"],
        ),
        (
            "\"5E-1\"",
            "\"[1,2]\"",
            ["base_score", "1 or 1 base scores", "[1,2]"],
        ),
        (
            "\"name\":\"reg",
            "\"kind\":\"reg",
            ["objective", "a key `name`", "none"],
        ),
    ] {
        let refused = read(&changed(from, to)).map(|_| ()).unwrap_err();
        assert!(matches!(refused, Error::Model { .. }), "{refused}");
        let said = refused.to_string();
        assert!(words.iter().all(|w| said.contains(w)), "{to}: {said}");
    }
    for (from, to) in [
        ("\"name\":\"gbtree\"", "\"name\":\"gblinear\""),
        ("_vector\":\"1\"", "_vector\":\"2\""),
    ] {
        let refused = read(&changed(from, to)).map(|_| ());
        assert!(matches!(refused, Err(Error::Unsupported { .. })), "{to}");
    }
    // Two nodes may not have the same categories.
    let shared = |sizes: &str| {
        let text = changed("nodes\":[1]", "nodes\":[1,0]");
        let text = text.replacen("segments\":[0]", "segments\":[0,0]", 1);
        read(&text.replacen("sizes\":[2]", sizes, 1)).map(|_| ())
    };
    let said = shared("sizes\":[2,1]").unwrap_err().to_string();
    assert!(said.contains("segments of their own"), "{said}");
    assert!(shared("sizes\":[2,0]").is_ok());
}
