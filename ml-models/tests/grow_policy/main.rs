//! Growth policies: leaf-wise, depth-wise and symmetric trees.
#![allow(clippy::unwrap_used, clippy::panic)]

mod reference;
mod search;
mod shape;
mod ways;

use std::ops::ControlFlow;

use ml_data::contract::{Fit, Predict};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Relevance,
    RelevanceLabels, Sample, Target, Train,
};
use ml_models::boost::{
    Boost, Boosting, DataSampleStrategy, FittedBoost, FittedBoostClassifier, GrowPolicy,
};
use ml_models::interchange::lightgbm;
use ml_models::tree::{Child, Tree};

const POLICIES: [GrowPolicy; 3] = [
    GrowPolicy::Lossguide,
    GrowPolicy::Depthwise,
    GrowPolicy::SymmetricTree,
];

/// Rows of few levels: three columns of numbers, two of them with missing values, and a column of
/// categories.
#[derive(Debug)]
struct Data {
    rows: Vec<[f64; 4]>,
    y: Vec<f64>,
    weights: Vec<f64>,
}

/// Kinds of weights.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    One,
    Whole,
    Quarters,
}

const CATEGORIES: usize = 3;

impl Data {
    fn new(seed: u64, n: usize, kind: Kind) -> Self {
        let mut rng = generator(seed, "growth", 0);
        let mut data = Self {
            rows: Vec::new(),
            y: Vec::new(),
            weights: Vec::new(),
        };
        for _ in 0..n {
            let mut level = |n: u32| f64::from(1 + rng.random_range(0..n));
            let mut row = [level(7), level(5), level(4), level(3)];
            for (c, share) in [(1, 0.2), (2, 0.1), (3, 0.1)] {
                if rng.random::<f64>() < share {
                    row[c] = f64::NAN;
                }
            }
            let f = row[0] * if row[3] == 2.0 { 1.0 } else { -1.0 } + row[1].max(2.0);
            data.rows.push(row);
            data.y.push(f + f64::from(rng.random_range(0..4_u32)));
            data.weights.push(match kind {
                Kind::One => 1.0,
                Kind::Whole => f64::from(1 + rng.random_range(0..3_u32)),
                Kind::Quarters => f64::from(2 + rng.random_range(0..7_u32)) / 4.0,
            });
        }
        data
    }

    fn sample(&self) -> Sample<Dense<f64>, Real, Train> {
        let x = Dense::from_rows(4, self.rows.concat()).unwrap();
        let y = RealLabels::new(self.y.clone()).unwrap();
        let data = Dataset::<_, Real>::new(x, y).unwrap();
        data.with_weights(self.weights.clone())
            .unwrap()
            .into_train()
    }

    /// Sum of gradients at a score of 0, and of hessians.
    fn sums(&self, rows: &[usize]) -> [f64; 2] {
        let add =
            |s: [f64; 2], &i: &usize| [s[0] - self.weights[i] * self.y[i], s[1] + self.weights[i]];
        rows.iter().fold([0.0; 2], add)
    }
}

/// Rows that a split sends left.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Test {
    UpTo(f64, bool),
    Equals(f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    column: usize,
    test: Test,
}

impl Candidate {
    fn left(&self, row: &[f64; 4]) -> bool {
        let value = row[self.column];
        match self.test {
            Test::UpTo(_, missing_left) if value.is_nan() => missing_left,
            Test::UpTo(threshold, _) => value <= threshold,
            Test::Equals(category) => value == category,
        }
    }

    /// All of them; of equal gains the first one wins.
    fn all(data: &Data) -> Vec<Self> {
        let mut all = Vec::new();
        for column in 0..4 {
            let mut levels: Vec<f64> = data.rows.iter().map(|r| r[column]).collect();
            let missing = levels.iter().any(|v| v.is_nan());
            levels.retain(|v| !v.is_nan());
            if column == CATEGORIES {
                // Frequent ones first.
                let count = |v: &f64| -> f64 {
                    let rows = data.rows.iter().zip(&data.weights);
                    let whole = data.weights.iter().all(|w| w.fract() == 0.0);
                    rows.filter(|(r, _)| r[column] == *v)
                        .map(|(_, w)| if whole { *w } else { 1.0 })
                        .sum()
                };
                levels.sort_by(f64::total_cmp);
                levels.dedup();
                levels.sort_by(|a, b| count(b).total_cmp(&count(a)));
                let tests = levels.iter().map(|&v| Test::Equals(v));
                all.extend(tests.map(|test| Self { column, test }));
                continue;
            }
            // Zeros have a bin, even where there are none.
            levels.push(0.0);
            levels.sort_by(f64::total_cmp);
            levels.dedup();
            let last = levels.len() - 1;
            let with = levels[..last].iter().rev().map(|&t| Test::UpTo(t, true));
            all.extend(with.map(|test| Self { column, test }));
            if missing {
                let without = levels.iter().map(|&t| Test::UpTo(t, false));
                all.extend(without.map(|test| Self { column, test }));
            }
        }
        all
    }
}

/// Limits of growth.
#[derive(Debug, Clone, Copy)]
struct Limits {
    leaves: usize,
    depth: usize,
    min_data: f64,
    min_hessian: f64,
    l2: f64,
}

/// A node in the order of growth: its split, its rows, and those that go left.
#[derive(Debug, PartialEq)]
struct Grown {
    column: usize,
    rows: Vec<usize>,
    left: Vec<usize>,
}

struct Brute<'a> {
    data: &'a Data,
    limits: Limits,
    all: Vec<Candidate>,
}

impl Brute<'_> {
    fn parts(&self, rows: &[usize], candidate: &Candidate) -> (Vec<usize>, Vec<usize>) {
        rows.iter()
            .partition(|&&i| candidate.left(&self.data.rows[i]))
    }

    fn enough(&self, rows: &[usize], of: f64) -> bool {
        let [_, h] = self.data.sums(rows);
        h >= of * self.limits.min_hessian.max(self.limits.min_data) && h > 0.0
    }

    fn own(&self, rows: &[usize]) -> f64 {
        let [g, h] = self.data.sums(rows);
        g * g / (h + self.limits.l2)
    }

    /// Parts of both sides, if the split is allowed.
    fn gain(&self, rows: &[usize], candidate: &Candidate) -> Option<f64> {
        let (left, right) = self.parts(rows, candidate);
        if !self.enough(&left, 1.0) || !self.enough(&right, 1.0) {
            return None;
        }
        let ([a, ah], [b, bh]) = (self.data.sums(&left), self.data.sums(&right));
        let (ah, bh) = (ah + self.limits.l2, bh + self.limits.l2);
        Some(match candidate.test {
            Test::UpTo(..) => (a * a * bh + b * b * ah) / (ah * bh),
            Test::Equals(_) => a * a / ah + b * b / bh,
        })
    }

    fn best(&self, rows: &[usize], depth: usize) -> Option<(f64, Candidate)> {
        if depth == self.limits.depth || !self.enough(rows, 2.0) {
            return None;
        }
        let mut best: Option<(f64, Candidate)> = None;
        for candidate in &self.all {
            if let Some(gain) = self.gain(rows, candidate)
                && best.is_none_or(|b| gain > b.0)
            {
                best = Some((gain, *candidate));
            }
        }
        let own = self.own(rows);
        best.filter(|b| b.0 - own > 1e-12 * own)
            .map(|(gain, candidate)| (gain - own, candidate))
    }

    /// Splits the leaf that gains most, on the highest level first if `by_depth`.
    fn best_first(&self, by_depth: bool) -> (Vec<Grown>, Vec<Vec<usize>>) {
        let all: Vec<usize> = (0..self.data.rows.len()).collect();
        let (mut nodes, mut leaves) = (Vec::new(), vec![(all, 0)]);
        while leaves.len() < self.limits.leaves {
            let mut next: Option<(usize, f64, Candidate)> = None;
            for (at, (rows, depth)) in leaves.iter().enumerate() {
                let Some((gain, candidate)) = self.best(rows, *depth) else {
                    continue;
                };
                let wins = next.is_none_or(|(best, most, chosen)| {
                    let level = |at: usize| if by_depth { leaves[at].1 } else { 0 };
                    let order = level(best).cmp(&level(at)).then(gain.total_cmp(&most));
                    order.then(chosen.column.cmp(&candidate.column)).is_gt()
                });
                if wins {
                    next = Some((at, gain, candidate));
                }
            }
            let Some((at, _, candidate)) = next else {
                break;
            };
            let (rows, depth) = leaves[at].clone();
            let (left, right) = self.parts(&rows, &candidate);
            leaves[at] = (left.clone(), depth + 1);
            leaves.push((right, depth + 1));
            nodes.push(Grown {
                column: candidate.column,
                rows,
                left,
            });
        }
        (nodes, leaves.into_iter().map(|l| l.0).collect())
    }

    /// Splits all leaves of a level alike.
    fn symmetric(&self) -> (Vec<Grown>, Vec<Vec<usize>>) {
        let all: Vec<usize> = (0..self.data.rows.len()).collect();
        let (mut nodes, mut leaves) = (Vec::new(), vec![all]);
        for _ in 0..self.limits.depth {
            let open = || leaves.iter().filter(|rows| self.enough(rows, 2.0));
            let own = open().fold(0.0, |sum, rows| sum + self.own(rows));
            let mut best: Option<(f64, Candidate)> = None;
            for candidate in &self.all {
                let part = |rows: &Vec<usize>| {
                    self.gain(rows, candidate).unwrap_or_else(|| self.own(rows))
                };
                let gain = open().fold(0.0, |sum, rows| sum + part(rows));
                if best.is_none_or(|b| gain > b.0) {
                    best = Some((gain, *candidate));
                }
            }
            let Some((_, candidate)) = best.filter(|b| b.0 - own > 1e-12 * own) else {
                break;
            };
            let mut below = Vec::new();
            for rows in leaves {
                let splits = self.enough(&rows, 2.0) && self.gain(&rows, &candidate).is_some();
                if splits {
                    let (left, right) = self.parts(&rows, &candidate);
                    below.extend([left.clone(), right]);
                    nodes.push(Grown {
                        column: candidate.column,
                        rows,
                        left,
                    });
                } else {
                    below.push(rows);
                }
            }
            leaves = below;
        }
        (nodes, leaves)
    }
}

/// Nodes of a tree with the rows that come to them, and the rows of its leaves.
fn trace(tree: &Tree, data: &Data) -> (Vec<Grown>, Vec<Vec<usize>>) {
    let mut rows = vec![Vec::new(); tree.nodes().len()];
    let mut leaves = vec![Vec::new(); tree.leaves().len()];
    let all: Vec<usize> = (0..data.rows.len()).collect();
    match tree.root() {
        Child::Node(_) => rows[0] = all,
        Child::Leaf(_) => leaves[0] = all,
    }
    let mut nodes = Vec::new();
    for (at, node) in tree.nodes().iter().enumerate() {
        let here = std::mem::take(&mut rows[at]);
        let value = |i: &usize| data.rows[*i][node.feature as usize];
        let (left, right): (Vec<_>, Vec<_>) = here.iter().partition(|i| node.goes_left(value(i)));
        for (child, part) in [(node.left, &left), (node.right, &right)] {
            match child {
                Child::Node(n) => rows[n as usize] = part.clone(),
                Child::Leaf(l) => leaves[l as usize] = part.clone(),
            }
        }
        nodes.push(Grown {
            column: node.feature as usize,
            rows: here,
            left,
        });
    }
    (nodes, leaves)
}

/// Rows whose label depends on all columns, some missing, one of categories.
fn numbers(n: usize, seed: u64) -> (Dense<f64>, Vec<f64>) {
    let mut rng = generator(seed, "policies", 0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let u: [f64; 4] = std::array::from_fn(|_| rng.random::<f64>() * 2.0 - 1.0);
        let category = (u[3] * 6.0).abs().floor();
        let hole = if u[2] > 0.7 { f64::NAN } else { u[2] };
        x.extend([u[0], u[1], hole, category]);
        let f = 2.0 * u[0] + (3.0 * u[1]).sin() + if hole.is_nan() { 1.0 } else { hole * u[0] };
        let of = [0.5, -1.0, 0.0, 2.0, -0.3, 0.8][category as usize];
        y.push(f + of + 0.2 * rng.random::<f64>());
    }
    (Dense::from_rows(4, x).unwrap(), y)
}

fn real(n: usize, seed: u64) -> Dataset<Dense<f64>, Real> {
    let (x, y) = numbers(n, seed);
    Dataset::new(x, RealLabels::new(y).unwrap()).unwrap()
}

fn boost(policy: GrowPolicy) -> Boost {
    Boost::new()
        .grow_policy(policy)
        .num_iterations(30)
        .max_depth(Some(5))
        .min_data_in_leaf(5)
        .min_data_per_group(10)
        .categorical_feature(["x3"])
}

/// Every way of boosting that growth has a part in.
fn ways(policy: GrowPolicy) -> Vec<(&'static str, Boost)> {
    let boost = || boost(policy);
    vec![
        ("plain", boost()),
        ("one category", boost().max_cat_to_onehot(10)),
        (
            "penalties",
            boost().lambda_l1(0.5).lambda_l2(3.0).min_gain_to_split(0.1),
        ),
        ("columns", boost().feature_fraction(0.7)),
        ("nodes", boost().feature_fraction_bynode(0.6)),
        ("random", boost().extra_trees(true)),
        ("bag", boost().bagging_freq(1).bagging_fraction(0.6)),
        (
            "goss",
            boost().data_sample_strategy(DataSampleStrategy::Goss),
        ),
        ("dart", boost().boosting(Boosting::Dart).drop_rate(0.2)),
        (
            "forest",
            boost()
                .boosting(Boosting::Rf)
                .bagging_freq(1)
                .bagging_fraction(0.6),
        ),
        ("smooth", boost().path_smooth(5.0)),
        ("step", boost().max_delta_step(0.5)),
        ("monotone", boost().monotone_constraints([1, 0, -1, 0])),
        (
            "meetings",
            boost().interaction_constraints([vec!["x0", "x1"], vec!["x2", "x3"]]),
        ),
        ("levels", boost().use_quantized_grad(true)),
    ]
}

fn bits(model: &impl serde::Serialize) -> String {
    serde_json::to_string(model).unwrap()
}

/// Whether all nodes of a level ask the same: nodes are in the order of levels.
fn levels(tree: &Tree) -> usize {
    let mut levels: Vec<String> = Vec::new();
    for node in tree.nodes() {
        let asked = format!("{} {:?} {}", node.feature, node.test, node.missing_left);
        if levels.last() != Some(&asked) {
            levels.push(asked);
        }
    }
    levels.len()
}

#[derive(serde::Deserialize)]
struct Golden {
    x: Vec<Vec<Option<f64>>>,
    y: Vec<f64>,
    two: Vec<u8>,
    steps: Vec<u8>,
    weights: Vec<f64>,
    cases: Vec<GoldenCase>,
}

#[derive(serde::Deserialize)]
struct GoldenCase {
    name: String,
    policy: String,
    weighted: bool,
    labels: String,
    columns: Vec<usize>,
    params: std::collections::BTreeMap<String, f64>,
    leaves: Option<Vec<usize>>,
    scores: Vec<f64>,
}

fn weighted<Y: Target>(
    data: Dataset<Dense<f64>, Y>,
    weights: Option<&Vec<f64>>,
) -> Dataset<Dense<f64>, Y> {
    match weights {
        Some(weights) => data.with_weights(weights.clone()).unwrap(),
        None => data,
    }
}
