//! Trees against a search of all splits.

use super::*;

#[test]
fn every_policy_grows_what_a_search_of_all_splits_grows() {
    let (mut deepest, mut whole) = (0, 0);
    for seed in 0..60 {
        for kind in [Kind::One, Kind::Whole, Kind::Quarters] {
            let data = Data::new(seed, 40 + 3 * seed as usize, kind);
            for policy in POLICIES {
                // Rows are estimates where hessians differ.
                let estimated = kind == Kind::Quarters;
                let limits = Limits {
                    leaves: if seed % 3 == 0 { 6 } else { 40 },
                    depth: 2 + (seed % 4) as usize,
                    min_data: if estimated {
                        0.0
                    } else {
                        1.0 + (seed % 5) as f64
                    },
                    min_hessian: if estimated { 2.5 } else { 0.0 },
                    l2: (seed % 2) as f64,
                };
                let boost = Boost::new()
                    .grow_policy(policy)
                    .num_iterations(1)
                    .learning_rate(1.0)
                    .boost_from_average(false)
                    .num_leaves(limits.leaves)
                    .max_depth(Some(limits.depth))
                    .min_data_in_leaf(limits.min_data as usize)
                    .min_sum_hessian_in_leaf(limits.min_hessian)
                    .lambda_l2(limits.l2)
                    .min_data_in_bin(1)
                    .categorical_feature(["x3"]);
                let model: FittedBoost = boost.fit(&data.sample()).unwrap();
                let tree = &model.trees()[0];
                let brute = Brute {
                    data: &data,
                    limits,
                    all: Candidate::all(&data),
                };
                let (nodes, leaves) = match policy {
                    GrowPolicy::SymmetricTree => brute.symmetric(),
                    _ => brute.best_first(policy == GrowPolicy::Depthwise),
                };
                let (found, mut found_leaves) = trace(tree, &data);
                assert_eq!(found, nodes, "{policy:?} {kind:?} {seed}");
                for (leaf, rows) in tree.leaves().iter().zip(&found_leaves) {
                    let [g, h] = data.sums(rows);
                    let value = -g / (h + limits.l2);
                    assert!((leaf.value - value).abs() < 1e-12 * value.abs().max(1.0));
                }
                if policy == GrowPolicy::SymmetricTree {
                    // Leaves are numbered from left to right.
                    assert_eq!(found_leaves, leaves);
                    deepest = deepest.max(tree.depth());
                    whole += usize::from(leaves.len() < 1 << tree.depth());
                }
                found_leaves
                    .iter_mut()
                    .for_each(|rows| rows.sort_unstable());
            }
        }
    }
    assert!(deepest == 5 && whole > 20, "{deepest} {whole}");
}
