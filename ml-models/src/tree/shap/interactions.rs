//! Contributions of pairs of features, way by way.

use super::paths;
use super::quadrature::gauss_legendre;
use crate::tree::{Child, Tree};

/// The ways from the roots to the leaves.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    trees: Vec<Ways>,
}

#[derive(Debug, Clone)]
struct Ways {
    tree: Tree,
    ways: Vec<Way>,
    rule: Vec<(f64, f64)>,
}

/// A way to a leaf: its features, each once.
#[derive(Debug, Clone)]
struct Way {
    value: f64,
    features: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    feature: u32,
    /// Share of the training rows that obey all its edges.
    share: f64,
    /// Its edges: node, and whether the way goes left there.
    edges: Vec<(usize, bool)>,
}

impl Pairs {
    pub(super) fn new(trees: &[Tree]) -> Self {
        Self {
            trees: trees.iter().map(Ways::new).collect(),
        }
    }

    /// Adds what each pair of features adds to the scores of a row, half to either side of the
    /// diagonal.
    pub(super) fn add(
        &self,
        value: impl Fn(usize) -> f64,
        outputs: usize,
        features: usize,
        out: &mut [f64],
    ) {
        let square = features * features;
        let mut scratch = Vec::new();
        for (t, ways) in self.trees.iter().enumerate() {
            let out = &mut out[t % outputs * square..][..square];
            ways.add(&value, features, &mut scratch, out);
        }
    }
}

impl Ways {
    fn new(tree: &Tree) -> Self {
        let (mut path, mut ways): (Vec<paths::Edge>, Vec<Way>) = (Vec::new(), Vec::new());
        paths::visit(tree, |_, edge, done| {
            if done {
                return;
            }
            path.truncate(edge.depth);
            path.push(*edge);
            if let Child::Leaf(leaf) = edge.child {
                ways.push(Way::new(&path, tree.leaves[leaf as usize].value));
            }
        });
        let points = paths::most_features(tree).div_ceil(2).max(1);
        Self {
            tree: tree.clone(),
            ways,
            rule: gauss_legendre(points),
        }
    }

    fn add(
        &self,
        value: &impl Fn(usize) -> f64,
        features: usize,
        hot: &mut Vec<f64>,
        out: &mut [f64],
    ) {
        let left: Vec<bool> = (self.tree.nodes.iter())
            .map(|n| n.goes_left(value(n.feature as usize)))
            .collect();
        for way in &self.ways {
            hot.clear();
            hot.extend(way.features.iter().map(|part| {
                let obeys = part.edges.iter().all(|&(node, side)| left[node] == side);
                f64::from(u8::from(obeys))
            }));
            let gain = |i: usize| hot[i] - way.features[i].share;
            for i in 0..hot.len() {
                for j in 0..i {
                    let both = gain(i) * gain(j) * self.others(way, hot, i, j);
                    let half = way.value * both / 2.0;
                    let (a, b) = (way.features[i].feature, way.features[j].feature);
                    let (a, b) = (a as usize, b as usize);
                    out[a * features + b] += half;
                    out[b * features + a] += half;
                }
            }
        }
    }

    /// The integral of the other features' factors.
    fn others(&self, way: &Way, hot: &[f64], i: usize, j: usize) -> f64 {
        let integrand = |t: f64| {
            let parts = way.features.iter().zip(hot).enumerate();
            parts
                .filter(|(k, _)| *k != i && *k != j)
                .map(|(_, (part, hot))| part.share * (1.0 - t) + hot * t)
                .product::<f64>()
        };
        self.rule.iter().map(|(t, w)| w * integrand(*t)).sum()
    }
}

impl Way {
    fn new(path: &[paths::Edge], value: f64) -> Self {
        let mut features: Vec<Part> = Vec::new();
        for edge in path {
            let step = (edge.node, edge.left);
            match features.iter_mut().find(|p| p.feature == edge.feature) {
                // The share of the last edge has those above in it.
                Some(part) => {
                    part.share = edge.share;
                    part.edges.push(step);
                }
                None => features.push(Part {
                    feature: edge.feature,
                    share: edge.share,
                    edges: vec![step],
                }),
            }
        }
        Self { value, features }
    }
}
