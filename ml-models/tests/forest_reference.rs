//! Decision trees against a plain implementation that tries every cut of every column by summing
//! its rows.
#![allow(clippy::unwrap_used)]

use ml_data::prelude::*;
use ml_data::random::{RngExt, Xoshiro256PlusPlus, generator};
use ml_data::sample::{BinaryLabels, ClassLabels, RealLabels};
use ml_models::forest::{DecisionTree, FittedForest, FittedForestClassifier};
use ml_models::tree::{Child, Condition, Tree};

/// Rows, labels (numbers or codes of classes) and weights.
struct Data {
    width: usize,
    x: Vec<f64>,
    y: Vec<f64>,
    w: Vec<f64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Numbers,
    Two,
    Classes(usize),
}

#[derive(Clone, Copy)]
struct Limits {
    depth: usize,
    split: usize,
    leaf: usize,
    leaves: usize,
}

const FREE: Limits = Limits {
    depth: usize::MAX,
    split: 2,
    leaf: 1,
    leaves: usize::MAX,
};

/// A cut as the plain implementation finds it.
#[derive(Debug, Clone)]
struct Cut {
    column: usize,
    threshold: Option<f64>,
    missing_left: Option<bool>,
    score: f64,
    left: Vec<usize>,
    right: Vec<usize>,
}

struct Node {
    rows: Vec<usize>,
    cut: Option<(Cut, usize, usize)>,
}

struct Plain<'a> {
    data: &'a Data,
    kind: Kind,
    centre: f64,
    limits: Limits,
}

impl Plain<'_> {
    fn outputs(&self) -> usize {
        match self.kind {
            Kind::Classes(n) => n,
            _ => 1,
        }
    }

    fn weight(&self, rows: &[usize]) -> f64 {
        rows.iter().map(|&r| self.data.w[r]).sum()
    }

    /// The weighted sum of an output's numbers: distances from the centre, or ones of its class.
    fn sum(&self, rows: &[usize], output: usize) -> f64 {
        let number = |r: usize| match self.kind {
            Kind::Classes(_) => f64::from(u8::from(self.data.y[r] == output as f64)),
            _ => self.data.y[r] - self.centre,
        };
        rows.iter().map(|&r| self.data.w[r] * number(r)).sum()
    }

    fn part(&self, rows: &[usize], output: usize) -> f64 {
        self.sum(rows, output).powi(2) / self.weight(rows)
    }

    fn score(&self, rows: &[usize]) -> f64 {
        let squares: f64 = (0..self.outputs()).map(|k| self.sum(rows, k).powi(2)).sum();
        squares / self.weight(rows)
    }

    fn best(&self, rows: &[usize]) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        for column in 0..self.data.width {
            let value = |r: usize| self.data.x[r * self.data.width + column];
            let mut values: Vec<f64> = rows.iter().map(|&r| value(r)).collect();
            values.retain(|v| !v.is_nan());
            values.sort_by(f64::total_cmp);
            values.dedup();
            let missing = rows.iter().any(|&r| value(r).is_nan());
            for (at, &high) in values.iter().enumerate() {
                let next = values.get(at + 1);
                // Missing values go right, then left; all values against the missing ones is a
                // cut, too.
                let sides: &[bool] = match (missing, next) {
                    (false, None) => &[],
                    (true, Some(_)) => &[false, true],
                    _ => &[false],
                };
                for &side in sides {
                    let goes_left = |r: &usize| match value(*r) {
                        v if v.is_nan() => side,
                        v => v <= high,
                    };
                    let (left, right): (Vec<_>, Vec<_>) =
                        rows.iter().copied().partition(|r| goes_left(r));
                    if left.len() < self.limits.leaf || right.len() < self.limits.leaf {
                        continue;
                    }
                    let score = self.score(&left) + self.score(&right);
                    // Of equally good cuts the first column's lowest, missing values to the right.
                    if best.as_ref().is_none_or(|b| score > b.score) {
                        best = Some(Cut {
                            column,
                            threshold: next.map(|low| (high + low) / 2.0),
                            missing_left: missing.then_some(side),
                            score,
                            left,
                            right,
                        });
                    }
                }
            }
        }
        best
    }

    fn grow(&self) -> Vec<Node> {
        let kept: Vec<usize> = (0..self.data.w.len())
            .filter(|&r| self.data.w[r] > 0.0)
            .collect();
        let mut nodes: Vec<Node> = Vec::new();
        // Node, depth, cut and what it gains.
        let mut open: Vec<(usize, usize, Cut, f64)> = Vec::new();
        let consider =
            |nodes: &mut Vec<Node>, open: &mut Vec<_>, rows: Vec<usize>, depth: usize| {
                let pure = rows.iter().all(|&r| self.data.y[r] == self.data.y[rows[0]]);
                let may = !pure
                    && depth < self.limits.depth
                    && rows.len() >= self.limits.split
                    && rows.len() >= 2 * self.limits.leaf;
                if let Some(cut) = may.then(|| self.best(&rows)).flatten() {
                    let rank = cut.score - self.score(&rows);
                    open.push((nodes.len(), depth, cut, rank));
                }
                nodes.push(Node { rows, cut: None });
                nodes.len() - 1
            };
        consider(&mut nodes, &mut open, kept, 0);
        let mut leaves = 1;
        while leaves < self.limits.leaves && !open.is_empty() {
            // The first that gains most.
            let first = (1..open.len()).fold(0, |a, b| if open[b].3 > open[a].3 { b } else { a });
            let (node, depth, cut, _) = open.remove(first);
            let right = consider(&mut nodes, &mut open, cut.right.clone(), depth + 1);
            let left = consider(&mut nodes, &mut open, cut.left.clone(), depth + 1);
            nodes[node].cut = Some((cut, left, right));
            leaves += 1;
        }
        nodes
    }

    fn value(&self, rows: &[usize], output: usize) -> f64 {
        let centre = match self.kind {
            Kind::Classes(_) => 0.0,
            _ => self.centre,
        };
        centre + self.sum(rows, output) / self.weight(rows)
    }

    /// How often the rows count: whole weights are repeats.
    fn count(&self, rows: &[usize]) -> u64 {
        let whole = self.data.w.iter().all(|w| w.fract() == 0.0);
        rows.iter()
            .map(|&r| if whole { self.data.w[r] as u64 } else { 1 })
            .sum()
    }

    fn compare(&self, plain: &[Node], at: usize, tree: &Tree, child: Child, output: usize) {
        let rows = &plain[at].rows;
        let near = |what: &str, got: f64, want: f64| {
            let far = (got - want).abs() > 1e-9 * (1.0 + want.abs());
            assert!(!far, "{what}: {got} for {want}, rows {rows:?}");
        };
        let value = self.value(rows, output);
        let Child::Node(n) = child else {
            let Child::Leaf(l) = child else { return };
            assert!(plain[at].cut.is_none(), "a leaf of rows {rows:?}");
            let leaf = &tree.leaves()[l as usize];
            near("value", leaf.value, value);
            near("weight", leaf.weight, self.weight(rows));
            assert_eq!(leaf.count, self.count(rows));
            return;
        };
        let node = &tree.nodes()[n as usize];
        let (cut, left, right) = plain[at].cut.as_ref().unwrap();
        assert_eq!(node.feature as usize, cut.column, "rows {rows:?}");
        match (&node.test, cut.threshold) {
            (Condition::Threshold(got), Some(want)) => assert_eq!(*got, want),
            (Condition::Present, None) => {}
            other => unreachable!("{other:?}"),
        }
        let count = self.count(rows);
        let heavier = 2 * self.count(&cut.left) >= count;
        assert_eq!(node.missing_left, cut.missing_left.unwrap_or(heavier));
        let part = |rows: &[usize]| self.part(rows, output);
        let gain = part(&cut.left) + part(&cut.right) - part(rows);
        // Digits are lost in the difference.
        assert!((node.gain - gain.max(0.0)).abs() < 1e-9 * (1.0 + part(rows)));
        near("value", node.value, value);
        near("weight", node.weight, self.weight(rows));
        assert_eq!(node.count, count);
        self.compare(plain, *left, tree, node.left, output);
        self.compare(plain, *right, tree, node.right, output);
    }
}

fn check(data: &Data, kind: Kind, limits: Limits) -> usize {
    let some = |n: usize| (n < usize::MAX).then_some(n);
    let params = DecisionTree::new()
        .max_depth(some(limits.depth))
        .min_samples_split(limits.split)
        .min_samples_leaf(limits.leaf)
        .max_leaf_nodes(some(limits.leaves));
    let x = Dense::from_rows(data.width, data.x.clone()).unwrap();
    let weights = data.w.clone();
    let codes = || data.y.iter().map(|&y| y as u32);
    let trees: Vec<Tree> = match kind {
        Kind::Numbers => {
            let labels = RealLabels::new(data.y.clone()).unwrap();
            let all = Dataset::<_, Real>::new(x, labels).unwrap();
            let train = all.with_weights(weights).unwrap().into_train();
            let model: FittedForest = params.fit(&train).unwrap();
            model.trees().to_vec()
        }
        Kind::Two => {
            let labels = BinaryLabels::new(codes().map(|c| c as u8).collect::<Vec<_>>(), "1");
            let all = Dataset::<_, Binary>::new(x, labels.unwrap()).unwrap();
            let train = all.with_weights(weights).unwrap().into_train();
            let model: FittedForest = params.fit(&train).unwrap();
            model.trees().to_vec()
        }
        Kind::Classes(n) => {
            let names: Vec<Box<str>> = (0..n).map(|k| k.to_string().into()).collect();
            let labels = ClassLabels::new(codes().collect::<Vec<_>>(), names).unwrap();
            let all = Dataset::<_, Class>::new(x, labels).unwrap();
            let train = all.with_weights(weights).unwrap().into_train();
            let model: FittedForestClassifier = params.fit(&train).unwrap();
            model.trees().to_vec()
        }
    };
    let whole = data.w.iter().all(|w| w.fract() == 0.0);
    let kept = || {
        (0..data.w.len())
            .filter(|&r| data.w[r] > 0.0)
            .map(|r| data.y[r])
    };
    let (low, high) = kept().fold((f64::MAX, f64::MIN), |(l, h), y| (l.min(y), h.max(y)));
    let plain = Plain {
        data,
        kind,
        // Shares are counted from 0, numbers from the middle of the extremes.
        centre: match kind {
            Kind::Two if whole => 0.0,
            _ => f64::midpoint(low, high),
        },
        limits,
    };
    let nodes = plain.grow();
    assert_eq!(trees.len(), plain.outputs());
    for (output, tree) in trees.iter().enumerate() {
        let root = match tree.nodes().is_empty() {
            true => Child::Leaf(0),
            false => Child::Node(0),
        };
        plain.compare(&nodes, 0, tree, root, output);
    }
    trees[0].leaves().len()
}

#[derive(Clone, Copy)]
enum Weights {
    Ones,
    Whole,
    Real,
}

/// Columns of few values, some missing; labels that depend on two of them and on chance.
fn data(rng: &mut Xoshiro256PlusPlus, n: usize, width: usize, kind: Kind, w: Weights) -> Data {
    let mut x: Vec<f64> = (0..n * width)
        .map(|i| match rng.random_range(0..10) {
            0 if i % width % 3 == 1 => f64::NAN,
            _ => f64::from(rng.random_range(-3..4 + (i % width) as i32 % 5)),
        })
        .collect();
    for row in x.chunks_mut(width) {
        // Whether it is missing tells something, too.
        if row[0] > 1.0 {
            row[1] = f64::NAN;
        }
    }
    let label = |row: &[f64], chance: i32| {
        let last = row[row.len() - 1];
        let known = (if row[1].is_nan() { 2.0 } else { row[0] }) + last;
        let y = (known + f64::from(chance)).max(0.0);
        match kind {
            Kind::Numbers => y - 2.0,
            Kind::Two => f64::from(u8::from(y > 2.0)),
            Kind::Classes(k) => (y as usize % k) as f64,
        }
    };
    let y = x
        .chunks(width)
        .map(|row| label(row, rng.random_range(-1..2)))
        .collect();
    let weight = |rng: &mut Xoshiro256PlusPlus| match w {
        Weights::Ones => 1.0,
        Weights::Whole => f64::from(rng.random_range(0..4)),
        Weights::Real => f64::from(rng.random_range(0..9)) / 4.0,
    };
    let w = (0..n).map(|_| weight(rng)).collect();
    Data { width, x, y, w }
}

const KINDS: [Kind; 3] = [Kind::Numbers, Kind::Two, Kind::Classes(3)];

#[test]
fn small_trees_are_those_of_all_cuts_tried() {
    let mut rng = generator(5, "forest reference", 0);
    let limits = [
        FREE,
        Limits { leaf: 4, ..FREE },
        Limits { split: 12, ..FREE },
        Limits { depth: 3, ..FREE },
        Limits { leaves: 6, ..FREE },
    ];
    let mut leaves = 0;
    for round in 0..4 {
        for kind in KINDS {
            for weights in [Weights::Ones, Weights::Whole, Weights::Real] {
                let (n, width) = (50 + 7 * round, 2 + round);
                let data = data(&mut rng, n, width, kind, weights);
                for limits in limits {
                    leaves += check(&data, kind, limits);
                }
            }
        }
    }
    assert!(leaves > 1000, "{leaves}");
}

/// Nodes of more rows than bins are summed by another path than small ones, and matrices of more
/// than 64 columns lie column by column.
#[test]
fn large_and_wide_samples_have_the_same_trees() {
    let mut rng = generator(6, "forest reference", 0);
    for (n, width) in [(255, 3), (256, 3), (257, 7), (400, 4), (60, 64), (60, 65)] {
        for kind in KINDS {
            let data = data(&mut rng, n, width, kind, Weights::Real);
            let limits = Limits {
                depth: 4,
                leaf: 2,
                ..FREE
            };
            assert!(check(&data, kind, limits) > 4);
        }
    }
}
