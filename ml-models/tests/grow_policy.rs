//! Growth policies against a grower that tries every split by the definition, and what every policy
//! keeps: the same bits for any number of threads, monotone constraints, saved models, explanations.
#![allow(clippy::unwrap_used, clippy::panic)]

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

/// What weights are.
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

/// What a split sends left.
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

#[test]
fn every_policy_learns_and_has_the_same_bits_for_any_number_of_threads() {
    let (train, valid) = (real(3000, 1).into_train(), real(300, 2).into_valid());
    for policy in POLICIES {
        for (way, boost) in ways(policy) {
            let fit = |threads: usize| -> FittedBoost {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                let pool = pool.build().unwrap();
                pool.install(|| boost.fit_valid(&train, &valid).unwrap())
            };
            let model = fit(1);
            assert_eq!(bits(&model), bits(&fit(4)), "{policy:?} {way}");
            let predicted = model.predict(valid.x()).unwrap().0;
            let errors = predicted.iter().zip(valid.y().values());
            let loss = errors.map(|(p, y)| (p - y).powi(2)).sum::<f64>() / 300.0;
            assert!(loss < 1.2, "{policy:?} {way}: {loss}"); // of a variance of 3
            // What was watched in bins is what the model predicts.
            let watched = *model.history().last().unwrap();
            assert!((watched - loss).abs() < 1e-9 * loss, "{policy:?} {way}");
            let explained = model.ensemble().shap(valid.x()).unwrap();
            let values = explained.values().chunks_exact(5);
            for (value, contributions) in predicted.iter().zip(values) {
                let sum: f64 = contributions.iter().sum();
                assert!((value - sum).abs() < 1e-9, "{policy:?} {way}");
            }
            let read: FittedBoost = serde_json::from_str(&bits(&model)).unwrap();
            assert_eq!(read.predict(valid.x()).unwrap().0, predicted);
        }
    }
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
fn constraints_hold_for_every_policy() {
    let train = real(2000, 4).into_train();
    for policy in POLICIES {
        let model: FittedBoost = boost(policy)
            .monotone_constraints([1, 0, -1, 0])
            .fit(&train)
            .unwrap();
        let mut rng = generator(5, "monotone", 0);
        for _ in 0..200 {
            let mut value = || rng.random::<f64>() * 2.0 - 1.0;
            let [a, b, c, d, e] = [value(), value(), value(), value(), value()];
            let rows = vec![a.min(d), b, c.max(e), 1.0, a.max(d), b, c.min(e), 1.0];
            let rows = Dense::from_rows(4, rows).unwrap();
            let said = model.predict(View::all(&rows)).unwrap().0;
            assert!(said[0] <= said[1] + 1e-12, "{policy:?} {said:?}");
        }
        let sets = [vec!["x0", "x1"], vec!["x2", "x3"]];
        let model: FittedBoost = boost(policy)
            .interaction_constraints(sets)
            .fit(&train)
            .unwrap();
        let mut used = [false; 2];
        for tree in model.trees() {
            let mut paths = vec![(tree.root(), [false; 2])];
            while let Some((child, mut met)) = paths.pop() {
                if let Child::Node(n) = child {
                    let node = &tree.nodes()[n as usize];
                    met[node.feature as usize / 2] = true;
                    assert!(met != [true; 2], "{policy:?}");
                    used[node.feature as usize / 2] = true;
                    paths.extend([(node.left, met), (node.right, met)]);
                }
            }
        }
        assert_eq!(used, [true; 2], "{policy:?}");
    }
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
fn classes_and_lists_grow_by_every_policy_too() {
    let (x, y) = numbers(900, 7);
    for policy in POLICIES {
        let codes: Vec<u32> = y.iter().map(|y| (y + 1.0).clamp(0.0, 2.0) as u32).collect();
        let labels = ClassLabels::new(codes, ["a", "b", "c"].map(Box::from).to_vec()).unwrap();
        let train = Dataset::<_, Class>::new(x.clone(), labels)
            .unwrap()
            .into_train();
        let model: FittedBoostClassifier = boost(policy).fit(&train).unwrap();
        assert_eq!(model.ensemble().outputs(), 3);
        let grades: Vec<f32> = y.iter().map(|y| y.round().clamp(0.0, 3.0) as f32).collect();
        let queries: Vec<u32> = (0..900).map(|i| i / 30).collect();
        let labels = RelevanceLabels::new(grades, queries).unwrap();
        let train = Dataset::<_, Relevance>::new(x.clone(), labels)
            .unwrap()
            .into_train();
        let model: FittedBoost = boost(policy).fit(&train).unwrap();
        let leaves = |t: &Tree| t.leaves().len();
        assert!(model.trees().iter().map(leaves).max() > Some(10));
    }
}

#[test]
fn trainings_go_on_and_are_refitted_under_every_policy() {
    let (train, valid) = (real(900, 8).into_train(), real(300, 9).into_valid());
    let dir = std::env::temp_dir().join(format!("ml-policies-{}", std::process::id()));
    for policy in POLICIES {
        let boost = boost(policy).bagging_freq(1).bagging_fraction(0.7);
        let whole: FittedBoost = boost.fit_valid(&train, &valid).unwrap();
        let kept = boost.clone().checkpoint(&dir, 5);
        let stopped: FittedBoost = kept
            .fit_watched(&train, &valid, &mut |round| match round.round {
                ..12 => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            })
            .unwrap();
        assert!(stopped.trees().len() < whole.trees().len());
        let resumed: FittedBoost = kept.fit_valid(&train, &valid).unwrap();
        assert_eq!(bits(&resumed), bits(&whole), "{policy:?}");
        std::fs::remove_file(&dir).unwrap();

        let refitted = boost
            .refit_decay_rate(0.5)
            .refit(whole.clone())
            .fit(&train)
            .unwrap();
        for (new, old) in refitted.trees().iter().zip(whole.trees()) {
            assert_eq!(new.nodes().len(), old.nodes().len());
        }
    }
}

#[test]
fn models_of_every_policy_go_to_lightgbms_file_and_back() {
    let (train, valid) = (real(900, 11).into_train(), real(300, 12).into_valid());
    for policy in POLICIES {
        let model: FittedBoost = boost(policy).fit(&train).unwrap();
        let scores = model.ensemble().raw_scores(valid.x()).unwrap();
        let text = lightgbm::to_string(model.ensemble()).unwrap();
        let read = lightgbm::from_str(&text).unwrap();
        assert_eq!(read.raw_scores(valid.x()).unwrap(), scores, "{policy:?}");
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

#[derive(serde::Deserialize)]
struct Golden {
    x: Vec<Vec<Option<f64>>>,
    y: Vec<f64>,
    two: Vec<u8>,
    weights: Vec<f64>,
    cases: Vec<GoldenCase>,
}

#[derive(serde::Deserialize)]
struct GoldenCase {
    name: String,
    policy: String,
    weighted: bool,
    two: bool,
    params: std::collections::BTreeMap<String, f64>,
    leaves: Option<Vec<usize>>,
    scores: Vec<f64>,
}

/// Columns that CatBoost's cases have: those without missing values.
const FULL: [usize; 3] = [0, 1, 3];

fn weighted<Y: Target>(
    data: Dataset<Dense<f64>, Y>,
    weights: Option<&Vec<f64>>,
) -> Dataset<Dense<f64>, Y> {
    match weights {
        Some(weights) => data.with_weights(weights.clone()).unwrap(),
        None => data,
    }
}

#[test]
fn depth_wise_trees_are_xgboosts_and_symmetric_ones_catboosts() {
    let golden: Golden = ml_data::testkit::golden!("grow_policy").unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for case in &golden.cases {
        let columns: &[usize] = if case.policy == "Depthwise" {
            &[0, 1, 2, 3]
        } else {
            &FULL
        };
        let cells = golden
            .x
            .iter()
            .flat_map(|row| columns.iter().map(|&c| row[c]));
        let x = cells.map(|cell| cell.unwrap_or(f64::NAN)).collect();
        let x = Dense::from_rows(columns.len(), x).unwrap();
        let boost = Boost::new()
            .set("grow_policy", &case.policy)
            .unwrap()
            .num_iterations(8)
            .num_leaves(1000)
            .min_data_in_leaf(0)
            .min_sum_hessian_in_leaf(0.0)
            .min_data_in_bin(1)
            .boost_from_average(false);
        let boost = (case.params.iter()).fold(boost, |b, (k, v)| b.set(k, &v.to_string()).unwrap());
        let model: FittedBoost = if case.two {
            let labels = BinaryLabels::new(golden.two.clone(), "1").unwrap();
            let data = Dataset::<_, Binary>::new(x.clone(), labels).unwrap();
            boost
                .fit(&weighted(data, case.weighted.then_some(&golden.weights)).into_train())
                .unwrap()
        } else {
            let labels = RealLabels::new(golden.y.clone()).unwrap();
            let data = Dataset::<_, Real>::new(x.clone(), labels).unwrap();
            boost
                .fit(&weighted(data, case.weighted.then_some(&golden.weights)).into_train())
                .unwrap()
        };
        if let Some(leaves) = &case.leaves {
            let found: Vec<usize> = model.trees().iter().map(|t| t.leaves().len()).collect();
            assert_eq!(&found, leaves, "{}", case.name);
        }
        let scores = model.ensemble().raw_scores(View::all(&x)).unwrap();
        for (row, (got, want)) in scores.iter().zip(&case.scores).enumerate() {
            let close = (got - want).abs() < 2e-5 * want.abs().max(1.0);
            assert!(close, "{} {row}: {got} {want}", case.name);
        }
        seen.insert(case.policy.as_str());
    }
    assert_eq!(seen.len(), 2);
}
