//! Random ensembles and rows that are hard to route.

use ml_data::repr::Names;
use ml_models::tree::{
    Child, Combine, Condition, Ensemble, EnsembleParts, Leaf, Link, MissingType, Node, Tree,
};

/// Numeric columns; the others hold categories.
pub(crate) const NUMERIC: u64 = 5;
pub(crate) const FEATURES: u64 = 7;

/// A linear congruential generator: the high bits are good enough to draw tests from.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 20
    }
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    pub(crate) fn unit(&mut self) -> f64 {
        self.next() as f64 / (1_u64 << 44) as f64
    }
}

/// Which nodes may come up.
#[derive(Clone, Copy)]
pub(crate) struct Kinds {
    pub(crate) categories: bool,
    /// Missing categories may go left.
    pub(crate) missing_left: bool,
    /// Zero may be missing.
    pub(crate) zero: bool,
}

fn test(feature: u64, draw: &mut Draw) -> Condition {
    if feature >= NUMERIC {
        let span = if draw.below(4) == 0 { 200 } else { 40 };
        let size = 1 + draw.below(12);
        return Condition::Categories((0..size).map(|_| draw.below(span) as u32).collect());
    }
    match draw.below(20) {
        0 => Condition::Present,
        1 => Condition::Threshold(f64::from(1e-35_f32)),
        2 => Condition::Threshold(-f64::from(1e-35_f32)),
        3 => Condition::Threshold(draw.below(3) as f64),
        4 => Condition::Threshold(draw.unit() * 1e300),
        _ => Condition::Threshold(draw.unit() * 4.0 - 2.0),
    }
}

fn node(kinds: Kinds, leaves: (u32, u32), draw: &mut Draw) -> Node {
    let columns = if kinds.categories { FEATURES } else { NUMERIC };
    let feature = draw.below(columns);
    let missing = match draw.below(6) {
        0 if kinds.zero && feature < NUMERIC => MissingType::Zero,
        1 if feature < NUMERIC => MissingType::Never,
        _ => MissingType::Nan,
    };
    Node {
        feature: feature as u32,
        test: test(feature, draw),
        missing,
        missing_left: draw.below(2) == 0 && (kinds.missing_left || feature < NUMERIC),
        left: Child::Leaf(leaves.0),
        right: Child::Leaf(leaves.1),
        gain: draw.unit() * 9.0,
        value: draw.unit() - 0.5,
        weight: 0.0,
        count: 0,
    }
}

/// Each step splits a random leaf, so the shapes vary.
pub(crate) fn tree(leaves: usize, kinds: Kinds, draw: &mut Draw) -> Tree {
    let (mut nodes, mut parents) = (Vec::<Node>::new(), vec![None]);
    while parents.len() < leaves {
        let at = draw.below(parents.len() as u64) as usize;
        let (new, this) = (parents.len() as u32, nodes.len());
        nodes.push(node(kinds, (at as u32, new), draw));
        if let Some((parent, left)) = parents[at] {
            let parent: &mut Node = &mut nodes[parent];
            *(if left {
                &mut parent.left
            } else {
                &mut parent.right
            }) = Child::Node(this as u32);
        }
        parents[at] = Some((this, true));
        parents.push(Some((this, false)));
    }
    let mut made = Vec::new();
    for _ in 0..leaves {
        let count = 1 + draw.below(99);
        made.push(Leaf {
            value: draw.unit() - 0.5,
            weight: count as f64 * 0.25,
            count,
        });
    }
    // Children come after their parents, so counting from the end adds them up.
    for i in (0..nodes.len()).rev() {
        let of = |child| match child {
            Child::Leaf(l) => made[l as usize].count,
            Child::Node(n) => nodes[n as usize].count,
        };
        nodes[i].count = of(nodes[i].left) + of(nodes[i].right);
        nodes[i].weight = nodes[i].count as f64 * 0.25;
    }
    Tree::new(nodes, made, 0.1).unwrap()
}

/// An ensemble of `rounds` rounds.
pub(crate) fn ensemble(
    rounds: usize,
    (outputs, link, combine): (usize, Link, Combine),
    kinds: Kinds,
    seed: u64,
) -> Ensemble {
    let mut draw = Draw(seed);
    let trees = (0..rounds * outputs)
        .map(|t| {
            tree(
                if t == 1 {
                    1
                } else {
                    2 + draw.below(31) as usize
                },
                kinds,
                &mut draw,
            )
        })
        .collect();
    Ensemble::new(EnsembleParts {
        names: Names::numbered(FEATURES as usize),
        outputs,
        trees,
        base_score: (0..outputs).map(|k| 0.3 + k as f64).collect(),
        combine,
        link,
        objective: "custom".into(),
    })
    .unwrap()
}

/// Rows with missing values, both zeros, infinities, values on and beside the thresholds, and odd
/// categories.
pub(crate) fn rows(n: usize, ensemble: &Ensemble, infinities: bool, seed: u64) -> Vec<f64> {
    let mut draw = Draw(seed);
    let thresholds: Vec<f64> = ensemble
        .trees()
        .iter()
        .flat_map(Tree::nodes)
        .filter_map(|n| match n.test {
            Condition::Threshold(t) => Some(t),
            _ => None,
        })
        .collect();
    let mut cell = |i: usize| {
        let numeric = (i as u64 % FEATURES) < NUMERIC;
        let kind = draw.below(16);
        match (kind, numeric) {
            (0, _) => f64::NAN,
            (1, _) => [0.0, -0.0][draw.below(2) as usize],
            (2, _) if infinities => [f64::INFINITY, f64::NEG_INFINITY][draw.below(2) as usize],
            (3..=5, true) if !thresholds.is_empty() => {
                let t = thresholds[draw.below(thresholds.len() as u64) as usize];
                let near = [t, t.next_up(), t.next_down()][draw.below(3) as usize];
                // What LightGBM calls zero, it takes for zero.
                if near.abs() <= f64::from(1e-35_f32) {
                    0.0
                } else {
                    near
                }
            }
            (_, true) => draw.unit() * 5.0 - 2.5,
            (3, false) => -(draw.below(50) as f64),
            (4, false) => draw.unit() * 45.0 - 0.9,
            (5, false) => draw.below(1 << 40) as f64,
            (_, false) => draw.below(48) as f64,
        }
    };
    (0..n * FEATURES as usize).map(&mut cell).collect()
}
