//! Shapes of depth-wise and symmetric trees.

use super::*;

#[test]
fn levels_of_symmetric_trees_have_one_split_each() {
    let train = real(2000, 3).into_train();
    for (way, boost) in ways(GrowPolicy::SymmetricTree) {
        let model: FittedBoost = boost.fit(&train).unwrap();
        for tree in model.trees() {
            assert!(levels(tree) <= 5, "{way}");
            assert!(tree.leaves().iter().all(|leaf| leaf.count > 0), "{way}");
        }
        let most = model.trees().iter().map(|t| t.leaves().len()).max();
        assert!(most > Some(10), "{way} {most:?}");
    }
    let six: FittedBoost = boost(GrowPolicy::SymmetricTree)
        .max_depth(None)
        .num_leaves(4)
        .fit(&train)
        .unwrap();
    assert!(
        six.trees()
            .iter()
            .any(|tree| tree.depth() == 6 && tree.leaves().len() > 32)
    );
}

#[test]
fn depth_wise_trees_of_few_leaves_fill_their_levels() {
    let train = real(2000, 6).into_train();
    let model: FittedBoost = boost(GrowPolicy::Depthwise)
        .max_depth(None)
        .num_leaves(21)
        .fit(&train)
        .unwrap();
    let tree = &model.trees()[0];
    assert_eq!((tree.leaves().len(), tree.depth()), (21, 5));
    let mut depths = vec![0; tree.nodes().len()];
    for (at, node) in tree.nodes().iter().enumerate() {
        for child in [node.left, node.right] {
            if let Child::Node(n) = child {
                depths[n as usize] = depths[at] + 1;
            }
        }
    }
    assert!(depths.is_sorted());
    let gains = |depth: usize| {
        let nodes = tree.nodes().iter().zip(&depths);
        let gains = nodes
            .filter(move |(_, d)| **d == depth)
            .map(|(n, _)| n.gain);
        gains.collect::<Vec<f64>>()
    };
    for depth in 0..5 {
        assert!(gains(depth).is_sorted_by(|a, b| a >= b));
    }
}

#[test]
fn policies_have_names_and_symmetric_trees_a_greatest_depth() {
    for (name, policy) in [
        ("Lossguide", GrowPolicy::Lossguide),
        ("lossguide", GrowPolicy::Lossguide),
        ("depthwise", GrowPolicy::Depthwise),
        ("SymmetricTree", GrowPolicy::SymmetricTree),
        ("symmetric", GrowPolicy::SymmetricTree),
        ("oblivious", GrowPolicy::SymmetricTree),
    ] {
        let boost = Boost::new().set("grow_policy", name).unwrap();
        assert_eq!(boost.params().grow_policy, policy);
    }
    let e = Boost::new().set("grow_policy", "sideways").unwrap_err();
    assert!(
        e.to_string()
            .contains("Lossguide, Depthwise or SymmetricTree"),
        "{e}"
    );
    let train = real(100, 10).into_train();
    let deep = boost(GrowPolicy::SymmetricTree).max_depth(Some(17));
    let e = deep.fit(&train).map(|_: FittedBoost| ()).unwrap_err();
    let text = e.to_string();
    assert!(
        text.contains("max_depth") && text.contains("at most 16"),
        "{text}"
    );
}
