//! Every engine against the plain way down the trees.

use super::*;
use crate::tree::{Child, Condition, Leaf, MissingType, Node};
use proptest::prelude::*;

/// Kinds of questions in a random tree.
#[derive(Debug, Clone, Copy)]
pub(in crate::tree) struct Kind {
    features: usize,
    /// Different thresholds a feature.
    thresholds: u64,
    /// Share of nodes in 100 that ask for categories; zero and never-missing come with it.
    odd: u64,
    categories: u64,
}

/// The kind of trees whose nodes ask for a share of categories.
pub(in crate::tree) fn kind(features: usize, odd: u64) -> Kind {
    Kind {
        features,
        thresholds: 100,
        odd,
        categories: 20,
    }
}

/// A stream of numbers.
pub(in crate::tree) fn draws(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 11
    }
}

fn test(r: u64, kind: Kind, draw: &mut impl FnMut() -> u64) -> Condition {
    if r % 100 < kind.odd {
        let size = draw() % 12;
        return Condition::Categories(
            (0..size)
                .map(|_| (draw() % kind.categories) as u32)
                .collect(),
        );
    }
    match r % 23 {
        0 => Condition::Present,
        1 => Condition::Threshold(
            [0.0, -0.0, 1e-36, -1e-36, 1e-35_f32 as f64][(r >> 30) as usize % 5],
        ),
        _ => Condition::Threshold(
            ((r >> 20) % kind.thresholds) as f64 / 7.0 - kind.thresholds as f64 / 14.0,
        ),
    }
}

/// A random tree: each step splits a random leaf.
pub(in crate::tree) fn tree(leaves: usize, kind: Kind, draw: &mut impl FnMut() -> u64) -> Tree {
    let (mut nodes, mut open) = (Vec::<Node>::new(), vec![None]);
    while open.len() < leaves {
        let (k, leaf) = ((draw() % open.len() as u64) as usize, open.len() as u32);
        let parent: Option<(usize, bool)> = open[k];
        if let Some((p, left)) = parent {
            let link = Child::Node(nodes.len() as u32);
            *(if left {
                &mut nodes[p].left
            } else {
                &mut nodes[p].right
            }) = link;
        }
        let r = draw();
        open[k] = Some((nodes.len(), true));
        open.push(Some((nodes.len(), false)));
        nodes.push(Node {
            feature: ((r >> 12) % kind.features as u64) as u32,
            test: test(r, kind, draw),
            missing: match (r >> 44) % 4 {
                0 if kind.odd > 0 => MissingType::Zero,
                1 if kind.odd > 0 => MissingType::Never,
                _ => MissingType::Nan,
            },
            missing_left: r >> 40 & 1 == 0,
            left: Child::Leaf(k as u32),
            right: Child::Leaf(leaf),
            gain: 1.0,
            value: 0.0,
            weight: 1.0,
            count: 1,
        });
    }
    let leaves = (0..leaves)
        .map(|_| Leaf {
            value: (draw() % 1000) as f64 / 333.0 - 1.5,
            weight: 1.0,
            count: 1,
        })
        .collect();
    Tree::new(nodes, leaves, 1.0).unwrap()
}

/// A random symmetric tree: each step asks one question of all leaves, and leaves some of them
/// whole.
fn symmetric(levels: usize, whole: u64, kind: Kind, draw: &mut impl FnMut() -> u64) -> Tree {
    let asked = tree(levels + 1, kind, draw).nodes;
    let (mut nodes, mut open) = (Vec::<Node>::new(), vec![None]);
    for level in asked {
        let mut below = Vec::new();
        for place in open {
            if draw() % 100 < whole {
                below.push(place);
                continue;
            }
            let at = nodes.len();
            link(&mut nodes, place, Child::Node(at as u32));
            nodes.push(level.clone());
            below.extend([Some((at, true)), Some((at, false))]);
        }
        open = below;
    }
    for (leaf, &place) in open.iter().enumerate() {
        link(&mut nodes, place, Child::Leaf(leaf as u32));
    }
    let leaf = |_| Leaf {
        value: (draw() % 1000) as f64 / 333.0 - 1.5,
        weight: 1.0,
        count: 1,
    };
    let leaves = (0..open.len()).map(leaf).collect();
    Tree::new(nodes, leaves, 1.0).unwrap()
}

fn link(nodes: &mut [Node], place: Option<(usize, bool)>, child: Child) {
    match place {
        Some((at, true)) => nodes[at].left = child,
        Some((at, false)) => nodes[at].right = child,
        None => {}
    }
}

/// A cell: thresholds and categories, and all that is special.
pub(in crate::tree) fn cell(kind: Kind, draw: &mut impl FnMut() -> u64) -> f64 {
    const SPECIAL: [f64; 16] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        1e-36,
        -1e-36,
        1e-35,
        -1e-35,
        1.1e-35,
        -0.5,
        -1.0,
        3e9,
        1e300,
        2.5,
        2_147_483_647.0,
    ];
    match draw() % 6 {
        0 | 1 => SPECIAL[(draw() % 16) as usize],
        2 => (draw() % kind.thresholds) as f64 / 7.0 - kind.thresholds as f64 / 14.0,
        3 => {
            (draw() % (kind.categories + 3)) as f64
                + if draw().is_multiple_of(3) { 0.75 } else { 0.0 }
        }
        _ => (draw() % 2000) as f64 / 100.0 - 10.0,
    }
}

fn agree<F: Float>(trees: &[Tree], x: &Dense<F>, outputs: usize) -> Result<(), TestCaseError> {
    let base_score = vec![0.25; outputs];
    let compiled = Compiled::new(trees, &base_score, Combine::Sum);
    let (batch, leaves) = (compiled.scores(View::all(x)), compiled.leaves(View::all(x)));
    prop_assert_eq!(leaves.len(), View::all(x).len() * trees.len());
    let mut scratch = Scratch::default();
    for (i, batch) in batch.chunks(outputs).enumerate() {
        let row = View::all(x).row(i);
        let mut plain = base_score.clone();
        for (t, tree) in trees.iter().enumerate() {
            let leaf = tree.leaf_of(|f| row[f].f64());
            prop_assert_eq!(leaves[i * trees.len() + t] as usize, leaf);
            plain[t % outputs] += tree.leaves[leaf].value;
        }
        prop_assert_eq!(&plain[..], batch);
        let mut one = base_score.clone();
        compiled.row(row, &mut scratch, &mut one);
        prop_assert_eq!(&plain, &one);
        let mut walked = base_score.clone();
        if let Engine::Ranked(ranked) = &compiled.engine {
            let walk = &ranked.walk;
            walk.add(&scratch.ranks, &mut scratch.at, &mut walked);
            prop_assert_eq!(&plain, &walked);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn every_engine_equals_the_plain_walk(
        seed in 1_u64..,
        most in prop::sample::select(vec![1_usize, 2, 31, 32, 50, 64, 70, 256, 300, 900]),
        count in 0_usize..24,
        odd in prop::sample::select(vec![0_u64, 30, 100]),
        thresholds in prop::sample::select(vec![100_u64, 3000]),
        categories in prop::sample::select(vec![20_u64, 1000]),
    ) {
        let mut draw = draws(seed);
        let kind = Kind { features: 1 + (draw() % 9) as usize, thresholds, odd, categories };
        let trees: Vec<Tree> = (0..count).map(|_| { let n = 1 + (draw() % most as u64) as usize; tree(n, kind, &mut draw) }).collect();
        let x: Vec<f64> = (0..530 * kind.features).map(|_| cell(kind, &mut draw)).collect();
        let outputs = [1, 2, 3].into_iter().rev().find(|o| count % o == 0).unwrap_or(1);
        agree(&trees, &Dense::from_rows(kind.features, x.iter().map(|&v| v as f32).collect()).unwrap(), outputs)?;
        agree(&trees, &Dense::from_rows(kind.features, x).unwrap(), outputs)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn symmetric_trees_equal_the_plain_walk(
        seed in 1_u64..,
        levels in prop::sample::select(vec![0_usize, 1, 5, 6, 7, 8, 9]),
        whole in prop::sample::select(vec![0_u64, 10, 40]),
        odd in prop::sample::select(vec![0_u64, 30, 100]),
        ordinary in 0_usize..3,
    ) {
        let mut draw = draws(seed);
        let kind = Kind { features: 1 + (draw() % 9) as usize, thresholds: 50, odd, categories: 20 };
        let mut trees: Vec<Tree> = (0..9).map(|_| symmetric(levels, whole, kind, &mut draw)).collect();
        trees.extend((0..ordinary).map(|_| tree(40, kind, &mut draw)));
        let x: Vec<f64> = (0..530 * kind.features).map(|_| cell(kind, &mut draw)).collect();
        agree(&trees, &Dense::from_rows(kind.features, x.iter().map(|&v| v as f32).collect()).unwrap(), 1)?;
        agree(&trees, &Dense::from_rows(kind.features, x).unwrap(), 1)?;
    }
}

#[test]
fn thousands_of_thresholds_and_leaves() {
    let mut draw = draws(3);
    let kind = Kind {
        features: 3,
        thresholds: 5000,
        odd: 10,
        categories: 600,
    };
    let trees: Vec<Tree> = (0..3).map(|_| tree(3000, kind, &mut draw)).collect();
    let x: Vec<f64> = (0..700 * 3).map(|_| cell(kind, &mut draw)).collect();
    let (ranks, _) = Ranks::new(&trees);
    assert!(ranks.len() > 30, "{}", ranks.len());
    agree(&trees, &Dense::from_rows(3, x).unwrap(), 1).unwrap();
}

#[test]
fn the_largest_trees_go_without_ranks() {
    let mut draw = draws(5);
    let kind = Kind {
        features: 3,
        thresholds: 20_000,
        odd: 0,
        categories: 1,
    };
    let mut trees: Vec<Tree> = (0..5).map(|_| tree(4000, kind, &mut draw)).collect();
    trees.push(tree(1, kind, &mut draw));
    let x: Vec<f64> = (0..1300 * 3).map(|_| cell(kind, &mut draw)).collect();
    let compiled = Compiled::new(&trees, &[0.0], Combine::Sum);
    assert!(matches!(compiled.engine, Engine::Direct(_)));
    let x = Dense::from_rows(3, x).unwrap();
    for outputs in [1, 2, 3] {
        agree(&trees, &x, outputs).unwrap();
        agree(&trees, &x.cast::<f32>(), outputs).unwrap();
    }
}
