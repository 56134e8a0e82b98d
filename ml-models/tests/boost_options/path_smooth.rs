//! Smoothed paths.

use super::*;

#[test]
fn smoothing_draws_leaves_to_the_node_above() {
    let train = real(0.0).into_train();
    let fit = |smooth: f64| -> FittedBoost {
        let one = boost()
            .num_iterations(1)
            .learning_rate(1.0)
            .min_data_in_leaf(2);
        one.path_smooth(smooth).fit(&train).unwrap()
    };
    let spread = |m: &FittedBoost| {
        let leaves = m.trees()[0].leaves().iter().map(|l| l.value.abs());
        leaves.fold(0.0, f64::max)
    };
    assert!(spread(&fit(1e6)) < 0.01 * spread(&fit(0.0)));
    assert!(spread(&fit(10.0)) < spread(&fit(0.0)));
    // The definition, from the rows of each leaf: a mean of residuals, and of what the node above
    // says.
    let model = fit(10.0);
    let (tree, leaf_of) = (
        &model.trees()[0],
        model.ensemble().leaves(train.x()).unwrap(),
    );
    for node in tree.nodes() {
        for child in [node.left, node.right] {
            let Child::Leaf(leaf) = child else { continue };
            let rows = (0..N).filter(|&i| leaf_of[i] == leaf);
            let residuals: Vec<f64> = rows
                .map(|i| train.y().values()[i] - model.base_score())
                .collect();
            let sum: f64 = residuals.iter().sum();
            let want = (sum + 10.0 * node.value) / (residuals.len() as f64 + 10.0);
            let got = tree.leaves()[leaf as usize].value;
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
    }
    let refused = boost().min_data_in_leaf(1).path_smooth(1.0);
    assert!(message(refused.fit::<_, FittedBoost>(&train)).contains("path_smooth"));
    let refused = boost().path_smooth(f64::NAN);
    assert!(message(refused.fit::<_, FittedBoost>(&train)).contains("path_smooth"));
}
