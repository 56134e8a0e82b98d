//! Against the definition: means over all orders of features.

use ml_data::repr::{Dense, Names, Rows, View};
use proptest::prelude::*;

use super::*;
use crate::tree::{Child, Combine, Ensemble, EnsembleParts, Link, Tree, predict};

/// The score of a tree where only some features are known: others follow the training rows.
fn known(tree: &Tree, child: Child, row: &[f64], features: u32) -> f64 {
    let n = match child {
        Child::Leaf(l) => return tree.leaves[l as usize].value,
        Child::Node(n) => n as usize,
    };
    let node = &tree.nodes[n];
    let count = |child: Child| match child {
        Child::Leaf(l) => tree.leaves[l as usize].count,
        Child::Node(n) => tree.nodes[n as usize].count,
    };
    let [left, right] = [node.left, node.right].map(|c| known(tree, c, row, features));
    if features >> node.feature & 1 == 1 {
        if node.goes_left(row[node.feature as usize]) {
            left
        } else {
            right
        }
    } else {
        let (l, r) = (count(node.left) as f64, count(node.right) as f64);
        (l * left + r * right) / (l + r)
    }
}

/// Weight of a set of so many features among others.
fn weight(size: u32, all: usize) -> f64 {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let size = size as usize;
    factorial(size) * factorial(all - 1 - size) / factorial(all)
}

fn ensemble(seed: u64, odd: u64, outputs: usize, features: usize) -> Ensemble {
    let mut draw = predict::tests::draws(seed);
    let mut trees: Vec<Tree> = (0..2 * outputs)
        .map(|_| {
            let leaves = 1 + (draw() % 24) as usize;
            predict::tests::tree(leaves, predict::tests::kind(features, odd), &mut draw)
        })
        .collect();
    // Counts that fit together.
    for tree in &mut trees {
        for leaf in &mut tree.leaves {
            leaf.count = 1 + draw() % 50;
        }
        for n in (0..tree.nodes.len()).rev() {
            let count = |child: Child| match child {
                Child::Leaf(l) => tree.leaves[l as usize].count,
                Child::Node(n) => tree.nodes[n as usize].count,
            };
            tree.nodes[n].count = count(tree.nodes[n].left) + count(tree.nodes[n].right);
        }
    }
    Ensemble::new(EnsembleParts {
        names: Names::numbered(features),
        outputs,
        trees,
        base_score: vec![0.25; outputs],
        combine: if seed.is_multiple_of(2) {
            Combine::Sum
        } else {
            Combine::Mean
        },
        link: Link::Identity,
        objective: "regression".into(),
    })
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn values_equal_the_mean_over_all_orders(seed in 1_u64.., odd in prop::sample::select(vec![0_u64, 40]), outputs in 1_usize..3) {
        let features = 5;
        let ensemble = ensemble(seed, odd, outputs, features);
        let mut draw = predict::tests::draws(seed ^ 99);
        let cells = (0..19 * features).map(|_| predict::tests::cell(predict::tests::kind(features, odd), &mut draw));
        let x = Dense::from_rows(features, cells.collect()).unwrap();
        let explainer = Explainer::new(&ensemble);
        let shap = explainer.shap(View::all(&x)).unwrap();
        let pairs = explainer.interactions(View::all(&x)).unwrap();
        let raw = ensemble.raw_scores(View::all(&x)).unwrap();
        for i in 0..19 {
            for k in 0..outputs {
                let trees: Vec<&Tree> = ensemble.trees().iter().skip(k).step_by(outputs).collect();
                let factor = if ensemble.parts().combine == Combine::Sum { 1.0 } else { 1.0 / trees.len() as f64 };
                let score = |set: u32| factor * (0.25 + trees.iter().map(|t| known(t, t.root(), x.row(i), set)).sum::<f64>());
                let got = shap.get(i, k).unwrap();
                prop_assert!((got[features] - score(0)).abs() < 1e-11);
                prop_assert!((got.iter().sum::<f64>() - raw[i * outputs + k]).abs() < 1e-10);
                for (f, &value) in got[..features].iter().enumerate() {
                    let without = (0_u32..1 << features).filter(|s| s >> f & 1 == 0);
                    let want: f64 = without.map(|s| weight(s.count_ones(), features) * (score(s | 1 << f) - score(s))).sum();
                    prop_assert!((value - want).abs() < 1e-10, "feature {f}: {value} {want}");
                    let row: f64 = (0..features).map(|g| pairs.get(i, k, f, g).unwrap()).sum();
                    prop_assert!((row - value).abs() < 1e-10);
                    for g in 0..f {
                        let without = (0_u32..1 << features).filter(|s| s >> f & 1 == 0 && s >> g & 1 == 0);
                        let (f_bit, g_bit) = (1 << f, 1 << g);
                        let want: f64 = without.map(|s| {
                            let both = score(s | f_bit | g_bit) - score(s | f_bit) - score(s | g_bit) + score(s);
                            weight(s.count_ones(), features - 1) * both / 2.0
                        }).sum();
                        prop_assert!((pairs.get(i, k, f, g).unwrap() - want).abs() < 1e-10);
                        prop_assert_eq!(pairs.get(i, k, f, g), pairs.get(i, k, g, f));
                    }
                }
            }
        }
    }
}

#[test]
fn parts_of_long_ways_add_up() {
    let features = 40;
    let ensemble = ensemble(8, 0, 1, features);
    let mut draw = predict::tests::draws(5);
    let cells = (0..700 * features)
        .map(|_| predict::tests::cell(predict::tests::kind(features, 0), &mut draw) as f32);
    let x = Dense::from_rows(features, cells.collect()).unwrap();
    let shap = ensemble.shap(View::all(&x)).unwrap();
    let raw = ensemble.raw_scores(View::all(&x)).unwrap();
    assert_eq!(shap.len(), 700);
    for (i, raw) in raw.iter().enumerate() {
        assert!((shap.get(i, 0).unwrap().iter().sum::<f64>() - raw).abs() < 1e-10);
    }
    assert_eq!(shap.get(700, 0), None);
    assert_eq!(shap.get(0, 1), None);
    let explainer = Explainer::new(&ensemble);
    let all = explainer.attributions(["score"], View::all(&x)).unwrap();
    let (parts, why) = (shap.get(9, 0).unwrap(), all.explanation(9, 0).unwrap());
    let place = |name: &str| x.names().iter().position(|n| n == name).unwrap();
    for (reason, next) in why.reasons().iter().zip(&why.reasons()[1..]) {
        assert!(reason.attribution.abs() >= next.attribution.abs());
        assert_eq!(reason.attribution, parts[place(&reason.column)]);
    }
    assert_eq!(all.get(9, 0).unwrap(), &parts[..features]);
    assert_eq!(why.expected(), parts[features]);
    assert!(explainer.attributions(["a", "b"], View::all(&x)).is_err());
}
