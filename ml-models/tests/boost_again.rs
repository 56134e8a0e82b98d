//! Refitted models, initial scores, smoothed paths and gradients of few levels against values computed by LightGBM (`golden/boost_again.py`), and what is refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::contract::{Estimator, Fit, Predict};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Relevance,
    RelevanceLabels, Split, Target,
};
use ml_data::table::{Column, Role, Table};
use ml_data::{Error, Result};
use ml_models::boost::{Boost, Boosting, FittedBoost, FittedBoostClassifier, Objective, Refit};
use ml_models::forest::IsolationForest;
use ml_models::tree::{Child, Ensemble};
use serde_json::Value;

fn numbers(v: &Value) -> Vec<f64> {
    let numbers = v.as_array().unwrap().iter();
    numbers.map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

/// Targets with their labels by name, and models that can be refitted.
trait Case: Target {
    type Model: Clone;
    fn labels(y: &[f64]) -> Self::Labels;
    fn ensemble(model: &Self::Model) -> &Ensemble;
    fn history(model: &Self::Model) -> &[f64];
}

macro_rules! case {
    ($target:ty, $model:ty, $y:ident => $labels:expr) => {
        impl Case for $target {
            type Model = $model;
            fn labels($y: &[f64]) -> Self::Labels {
                $labels
            }
            fn ensemble(model: &$model) -> &Ensemble {
                model.ensemble()
            }
            fn history(model: &$model) -> &[f64] {
                model.history()
            }
        }
    };
}
case!(Real, FittedBoost, y => RealLabels::new(y).unwrap());
case!(Binary, FittedBoost, y => {
    BinaryLabels::new(y.iter().map(|&y| y as u8).collect::<Vec<_>>(), "1").unwrap()
});
case!(Class, FittedBoostClassifier, y => {
    let names = ["a", "b", "c"].map(Box::from).to_vec();
    ClassLabels::new(y.iter().map(|&y| y as u32).collect::<Vec<_>>(), names).unwrap()
});

struct Golden {
    file: Value,
    x: Vec<f64>,
    rows: usize,
}

impl Golden {
    fn load() -> Self {
        let file: Value = ml_data::testkit::golden!("boost_again").unwrap();
        let x = file["x"].as_array().unwrap().iter().flat_map(numbers);
        Self {
            x: x.collect(),
            rows: file["rows"].as_u64().unwrap() as usize,
            file,
        }
    }

    fn boost(&self, name: &str) -> Boost {
        let case = &self.file["cases"][name];
        let boost = Boost::new()
            .num_iterations(self.file["rounds"].as_u64().unwrap() as usize)
            .num_leaves(10)
            .min_gain_to_split(1e-6);
        let params = case["params"].as_object().unwrap().iter();
        params.fold(boost, |b, (k, v)| b.set(k, v.as_str().unwrap()).unwrap())
    }

    /// Rows of one time.
    fn data<Y: Case>(&self, name: &str, later: bool) -> Dataset<Dense<f64>, Y> {
        let case = &self.file["cases"][name];
        let from = if later { self.rows } else { 0 };
        let rows = from..from + self.rows;
        let y = numbers(&self.file["labels"][case["label"].as_str().unwrap()]);
        let x = Dense::from_rows(4, self.x[rows.start * 4..rows.end * 4].to_vec()).unwrap();
        let mut data = Dataset::new(x, Y::labels(&y[rows.clone()])).unwrap();
        if case["weighted"] == true && !(case["kind"] == "init" && later) {
            let weights = numbers(&self.file["weights"])[rows.clone()].to_vec();
            data = data.with_weights(weights).unwrap();
        }
        if case["kind"] == "init" || (case["start"] == true && later) {
            let init = match case["label"].as_str().unwrap() {
                "three" => {
                    let rows = self.file["init3"].as_array().unwrap()[rows].iter();
                    rows.flat_map(numbers).collect()
                }
                _ => numbers(&self.file["init"])[rows].to_vec(),
            };
            data = data.with_init_score(init).unwrap();
        }
        data
    }

    fn close(&self, name: &str, what: &str, got: &[f64]) {
        let want = numbers(&self.file["cases"][name][what]);
        assert_eq!(got.len(), want.len(), "{name}: {what}");
        let scale = want.iter().map(|w| w.abs()).fold(0.0, f64::max);
        for (i, (g, w)) in got.iter().zip(&want).enumerate() {
            let near = (g - w).abs() <= 2e-5 * w.abs().max(0.05 * scale);
            assert!(near, "{name}: {what} {i}: {g} is not {w}");
        }
    }

    fn check_model(&self, name: &str, model: &Ensemble) {
        let x = Dense::from_rows(4, self.x.clone()).unwrap();
        let raw = model.raw_scores(View::all(&x)).unwrap();
        let every: Vec<f64> = raw
            .chunks(model.outputs())
            .step_by(3)
            .flatten()
            .copied()
            .collect();
        self.close(name, "raw", &every);
    }

    fn check_refit<Y: Case>(&self, name: &str)
    where
        Boost: Estimator<Dense<f64>, Y, Model = Y::Model>,
        Refit<Y::Model>: Estimator<Dense<f64>, Y, Model = Y::Model>,
    {
        let boost = self.boost(name);
        let old: Y::Model = boost
            .fit(&self.data::<Y>(name, false).into_train())
            .unwrap();
        let later = self.data::<Y>(name, true).into_train();
        let new: Y::Model = boost.refit(old.clone()).fit(&later).unwrap();
        self.check_model(name, Y::ensemble(&new));
        let splits = |m: &Y::Model| {
            let nodes = Y::ensemble(m)
                .trees()
                .iter()
                .flat_map(|t| t.nodes().to_vec());
            nodes
                .map(|n| (n.feature, n.test, n.left, n.right))
                .collect::<Vec<_>>()
        };
        assert_eq!(splits(&old), splits(&new));
    }

    fn check_fit<Y: Case>(&self, name: &str)
    where
        Boost: Estimator<Dense<f64>, Y, Model = Y::Model>,
    {
        let train = self.data::<Y>(name, false).into_train();
        let model: Y::Model = self.boost(name).fit(&train).unwrap();
        self.check_model(name, Y::ensemble(&model));
    }

    fn check_start<Y: Case>(&self, name: &str)
    where
        Boost: ml_data::contract::LearnValid<Dense<f64>, Y, Model = Y::Model>,
    {
        let (train, valid) = (self.data::<Y>(name, false), self.data::<Y>(name, true));
        let model = self
            .boost(name)
            .fit_valid(&train.into_train(), &valid.into_valid());
        let model: Y::Model = model.unwrap();
        assert!(Y::ensemble(&model).parts().start.iter().all(|&s| s == 0.0));
        self.check_model(name, Y::ensemble(&model));
        self.close(name, "history", Y::history(&model));
    }
}

#[test]
fn refitted_models_equal_lightgbm() {
    let golden = Golden::load();
    for name in ["refit", "refit_l2", "refit_zero", "refit_l1", "refit_huber"] {
        golden.check_refit::<Real>(name);
    }
    golden.check_refit::<Binary>("refit_binary");
    golden.check_refit::<Binary>("refit_binary_new");
    golden.check_refit::<Class>("refit_classes");
}

#[test]
fn initial_scores_equal_lightgbm() {
    let golden = Golden::load();
    golden.check_start::<Real>("init");
    golden.check_start::<Real>("init_l1");
    golden.check_start::<Binary>("init_binary");
    golden.check_start::<Class>("init_classes");
}

const N: usize = 240;

fn rows(shift: f64) -> (Dense<f64>, Vec<f64>) {
    let x: Vec<f64> = (0..2 * N)
        .map(|i| ((i * 7919) % 101) as f64 / 50.0)
        .collect();
    let y = x
        .chunks(2)
        .map(|r| (3.0 * r[0]).sin() + r[1] + shift)
        .collect();
    (Dense::from_rows(2, x).unwrap(), y)
}

fn real(shift: f64) -> Dataset<Dense<f64>, Real> {
    let (x, y) = rows(shift);
    Dataset::new(x, RealLabels::new(y).unwrap()).unwrap()
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(30)
        .num_leaves(8)
        .min_data_in_leaf(5)
}

fn message<T>(result: Result<T>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn a_refit_follows_the_new_rows_and_keeps_what_it_is_told_to() {
    let old: FittedBoost = boost().fit(&real(0.0).into_train()).unwrap();
    let moved = real(5.0).into_train();
    let mean = |decay: f64| {
        let new = boost()
            .refit_decay_rate(decay)
            .refit(old.clone())
            .fit(&moved)
            .unwrap();
        let p = new.predict(moved.x()).unwrap().0;
        p.iter().sum::<f64>() / N as f64
    };
    let truth = moved.y().values().iter().sum::<f64>() / N as f64;
    assert!((mean(0.0) - truth).abs() < 0.05, "{} {truth}", mean(0.0));
    assert!((mean(1.0) - (truth - 5.0)).abs() < 0.05);
    let (low, high) = (mean(0.95), mean(0.5));
    assert!(truth - 5.0 < low && low < high && high < truth);
    let kept = boost()
        .refit_decay_rate(1.0)
        .refit(old.clone())
        .fit(&moved)
        .unwrap();
    let (a, b) = (
        kept.predict(moved.x()).unwrap().0,
        old.predict(moved.x()).unwrap().0,
    );
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-12));
}

#[test]
fn a_refit_of_the_same_weights_as_repeats_is_the_same() {
    let (x, y) = rows(1.0);
    let old: FittedBoost = boost().fit(&real(0.0).into_train()).unwrap();
    let weights: Vec<f64> = (0..N).map(|i| (i % 3) as f64).collect();
    let weighted = real(1.0)
        .with_weights(weights.clone())
        .unwrap()
        .into_train();
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for i in 0..N {
        for _ in 0..weights[i] as usize {
            xs.extend_from_slice(View::all(&x).row(i));
            ys.push(y[i]);
        }
    }
    let repeated = Dense::from_rows(2, xs).unwrap();
    let repeated = Dataset::<_, Real>::new(repeated, RealLabels::new(ys).unwrap()).unwrap();
    let refit = boost().refit(old);
    let (a, b) = (
        refit.fit(&weighted).unwrap(),
        refit.fit(&repeated.into_train()).unwrap(),
    );
    let (a, b) = (
        a.predict(weighted.x()).unwrap().0,
        b.predict(weighted.x()).unwrap().0,
    );
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn what_can_not_be_refitted_is_refused() {
    let train = real(0.0).into_train();
    let old: FittedBoost = boost().fit(&train).unwrap();
    let decay = boost().refit_decay_rate(-0.1).refit(old.clone());
    assert!(message(decay.fit(&train)).contains("refit_decay_rate"));
    let (_, y) = rows(0.0);
    let two: Vec<u8> = y.iter().map(|&y| u8::from(y > 1.0)).collect();
    let binary = BinaryLabels::new(two, "1").unwrap();
    let binary = Dataset::<_, Binary>::new(rows(0.0).0, binary)
        .unwrap()
        .into_train();
    assert!(message(boost().refit(old.clone()).fit(&binary)).contains("binary"));
    let narrow = Dense::from_rows(1, vec![1.0; N]).unwrap();
    let narrow = Dataset::<_, Real>::new(narrow, RealLabels::new(y.clone()).unwrap()).unwrap();
    assert!(boost().refit(old).fit(&narrow.into_train()).is_err());
    let forest = boost()
        .boosting(Boosting::Rf)
        .bagging_freq(1)
        .bagging_fraction(0.5);
    let forest: FittedBoost = forest.fit(&train).unwrap();
    let refused = boost().refit(forest).fit(&train).unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused}");
    let classes = |names: [&str; 2]| {
        let codes: Vec<u32> = y.iter().map(|&y| u32::from(y > 1.0)).collect();
        let labels = ClassLabels::new(codes, names.map(Box::from).to_vec()).unwrap();
        Dataset::<_, Class>::new(rows(0.0).0, labels)
            .unwrap()
            .into_train()
    };
    let old: FittedBoostClassifier = boost().fit(&classes(["a", "b"])).unwrap();
    assert!(boost().refit(old.clone()).fit(&classes(["a", "b"])).is_ok());
    assert!(message(boost().refit(old).fit(&classes(["b", "a"]))).contains("classes"));
}

#[test]
fn initial_scores_travel_with_their_rows() {
    let scores: Vec<f64> = (0..2 * N).map(|i| i as f64).collect();
    let (x, y) = rows(0.0);
    let first = |x: View<'_, Dense<f64>>, i: usize| (x.row(i)[0], x.row(i)[1]);
    let all: Vec<(f64, f64)> = (0..N).map(|i| first(View::all(&x), i)).collect();
    let data = Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap()).unwrap();
    let data = data.with_init_score(scores).unwrap();
    let parts = data.split(Split::random(0.25, 0.25).seed(3)).unwrap();
    for (sample, scores) in [
        (parts.train.x(), parts.train.init_score().unwrap()),
        (parts.valid.x(), parts.valid.init_score().unwrap()),
    ] {
        assert_eq!(scores.len(), 2 * sample.len());
        for (i, pair) in scores.chunks(2).enumerate() {
            assert_eq!(pair[1], pair[0] + 1.0);
            assert_eq!(first(sample, i), all[pair[0] as usize / 2]);
        }
    }
    let moved = parts
        .train
        .with_x(Dense::from_rows(1, vec![0.0; parts.train.len()]).unwrap());
    assert_eq!(moved.unwrap().init_score(), parts.train.init_score());
}

#[test]
fn a_model_learns_what_initial_scores_leave() {
    let (x, y) = rows(2.0);
    let rest: Vec<f64> = x
        .values()
        .chunks(2)
        .map(|r| if r[0] < 1.0 { 0.5 } else { -1.5 })
        .collect();
    let scores: Vec<f64> = y.iter().zip(&rest).map(|(y, rest)| y - rest).collect();
    let train = real(2.0).with_init_score(scores).unwrap().into_train();
    let model: FittedBoost = boost().num_iterations(100).fit(&train).unwrap();
    let p = model.predict(View::all(&x)).unwrap().0;
    assert!(p.iter().zip(&rest).all(|(p, rest)| (p - rest).abs() < 1e-3));
}

#[test]
fn training_goes_on_from_initial_scores_with_the_same_bits() {
    let init: Vec<f64> = (0..N).map(|i| (i as f64 * 0.37).sin()).collect();
    let train = real(1.0)
        .with_init_score(init.clone())
        .unwrap()
        .into_train();
    let valid = real(1.5).with_init_score(init).unwrap().into_valid();
    let whole = boost().fit_valid(&train, &valid).unwrap();
    let part = boost()
        .num_iterations(11)
        .fit_valid(&train, &valid)
        .unwrap();
    assert_eq!(
        boost().init_model(part).fit_valid(&train, &valid).unwrap(),
        whole
    );
}

#[test]
fn initial_scores_that_can_not_be_used_are_refused() {
    let with = |scores: Vec<f64>| real(0.0).with_init_score(scores);
    assert!(matches!(
        with(vec![0.0; N - 1]).unwrap_err(),
        Error::Length { .. }
    ));
    assert!(matches!(with(vec![]).unwrap_err(), Error::Length { .. }));
    let mut scores = vec![0.0; N];
    scores[17] = f64::NAN;
    let refused = message(with(scores));
    assert!(
        refused.contains("init_score") && refused.contains("17"),
        "{refused}"
    );
    let two_each = with(vec![0.0; 2 * N]).unwrap().into_train();
    assert!(message(boost().fit::<_, FittedBoost>(&two_each)).contains("init_score"));
    let one = with(vec![0.0; N]).unwrap().into_train();
    let two_each = with(vec![0.0; 2 * N]).unwrap().into_valid();
    assert!(message(boost().fit_valid(&one, &two_each)).contains("init_score"));
    let forest = boost()
        .boosting(Boosting::Rf)
        .bagging_freq(1)
        .bagging_fraction(0.5);
    assert!(message(forest.fit::<_, FittedBoost>(&one)).contains("forest"));
    let unlabelled = Dataset::unlabelled(rows(0.0).0).unwrap();
    let unlabelled = unlabelled
        .with_init_score(vec![0.0; N])
        .unwrap()
        .into_train();
    let refused = IsolationForest::new().fit(&unlabelled).err().unwrap();
    assert!(
        matches!(refused, Error::Unsupported { .. }),
        "models that do not start from scores say so"
    );
}

#[test]
fn lists_start_from_scores_too() {
    let (x, y) = rows(0.0);
    let grades: Vec<f32> = y
        .iter()
        .map(|y| (y + 1.0).clamp(0.0, 3.0).floor() as f32)
        .collect();
    let queries: Vec<u32> = (0..N as u32).map(|i| (i * 7) % 12).collect();
    let labels = RelevanceLabels::new(grades, queries).unwrap();
    let data = Dataset::<_, Relevance>::new(x, labels).unwrap();
    let data = data.with_init_score(y).unwrap().into_train();
    let model: FittedBoost = boost().num_iterations(5).fit(&data).unwrap();
    let refitted = boost().refit(model.clone()).fit(&data).unwrap();
    assert_ne!(model, refitted);
}

/// What makes a document relevant, besides chance.
fn merit(row: &[f64]) -> f64 {
    2.0 * row[0] + (6.0 * row[1]).sin()
}

/// Queries of ten documents.
fn lists(n: usize, seed: u64) -> (Dense<f64>, Vec<f32>, Vec<u32>) {
    let mut rng = generator(seed, "lists", 0);
    let x: Vec<f64> = (0..2 * n).map(|_| rng.random()).collect();
    let relevant = |row: &[f64]| u8::from(merit(row) + rng.random::<f64>() > 2.2);
    let grades = x.chunks(2).map(relevant).map(f32::from).collect();
    let queries = (0..n as u32).map(|i| i / 10).collect();
    (Dense::from_rows(2, x).unwrap(), grades, queries)
}

fn graded(n: usize, seed: u64) -> Dataset<Dense<f64>, Relevance> {
    let (x, grades, queries) = lists(n, seed);
    Dataset::new(x, RelevanceLabels::new(grades, queries).unwrap()).unwrap()
}

#[test]
fn lambdamart_climbs_mean_average_precision() {
    let (train, valid) = (graded(2000, 1).into_train(), graded(1000, 5).into_valid());
    let map = boost().set("objective", "rank:map").unwrap().eval_at(10);
    assert_eq!(map, boost().objective(Objective::RankMap).eval_at(10));
    let model = map
        .clone()
        .num_iterations(60)
        .fit_valid(&train, &valid)
        .unwrap();
    let history = model.history();
    // Mean average precision of scores, by its definition.
    let of = |scores: &[f64]| {
        let lists = scores.chunks(10).zip(valid.y().grades().chunks(10));
        let each: Vec<f64> = lists
            .map(|(scores, grades)| {
                let mut order: Vec<usize> = (0..10).collect();
                order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
                let hits: Vec<usize> = (0..10).filter(|&k| grades[order[k]] == 1.0).collect();
                let sum: f64 = (1..)
                    .zip(&hits)
                    .map(|(h, k)| f64::from(h) / (k + 1) as f64)
                    .sum();
                if hits.is_empty() {
                    1.0
                } else {
                    sum / hits.len() as f64
                }
            })
            .collect();
        each.iter().sum::<f64>() / each.len() as f64
    };
    let (last, chance) = (history[history.len() - 1], of(&vec![0.0; 1000]));
    assert!((last - of(&model.predict(valid.x()).unwrap().0)).abs() < 1e-12);
    let truth: Vec<f64> = (0..1000).map(|i| merit(valid.x().row(i))).collect();
    let best = of(&truth);
    assert!(
        last > chance + 0.8 * (best - chance),
        "{chance} {last} {best}"
    );
    let stopped = map
        .clone()
        .num_iterations(500)
        .early_stopping_round(Some(10));
    let stopped = stopped.fit_valid(&train, &valid).unwrap();
    let best = stopped.history().iter().copied().fold(0.0, f64::max);
    assert_eq!(
        stopped.history()[stopped.best_iteration().unwrap() - 1],
        best
    );
    let refused = |grade: f32| {
        let (x, mut grades, queries) = lists(2000, 1);
        grades[13] = grade;
        let labels = RelevanceLabels::new(grades, queries).unwrap();
        let train = Dataset::<_, Relevance>::new(x, labels)
            .unwrap()
            .into_train();
        message(map.fit::<_, FittedBoost>(&train))
    };
    for grade in [2.0, 0.5] {
        assert!(refused(grade).contains("13"), "{}", refused(grade));
    }
    let numbers = message(map.fit::<_, FittedBoost>(&real(0.0).into_train()));
    assert!(numbers.contains("RankMap"), "{numbers}");
}

#[test]
fn gradients_of_few_levels_equal_lightgbm() {
    let golden = Golden::load();
    for name in ["levels", "levels_few", "levels_weighted"] {
        golden.check_fit::<Real>(name);
    }
    golden.check_fit::<Binary>("levels_binary");
    golden.check_fit::<Class>("levels_classes");
}

#[test]
fn smoothed_paths_equal_lightgbm() {
    let golden = Golden::load();
    for name in ["smooth", "smooth_much", "smooth_bounded", "smooth_monotone"] {
        golden.check_fit::<Real>(name);
    }
}

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
    // The definition, from the rows of each leaf: a mean of residuals, and of what the node above says.
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
                .map(|i| train.y().values()[i] - model.start())
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

#[test]
fn columns_of_a_table_are_initial_scores() {
    let numbers = |f: fn(f64) -> f64| Column::num((0..N).map(move |i| f(i as f64)));
    let table = |second: fn(f64) -> f64| {
        let columns = [
            ("x", numbers(|i| i % 17.0)),
            ("a", numbers(|i| i)),
            ("y", numbers(|i| i / 9.0)),
            ("b", numbers(second)),
        ];
        let table = Table::new(columns).unwrap().with_role("a", Role::InitScore);
        table.unwrap().with_role("b", Role::InitScore).unwrap()
    };
    let train = table(|i| -i).regression("y").unwrap().into_train();
    let want: Vec<f64> = (0..N).flat_map(|i| [i as f64, -(i as f64)]).collect();
    assert_eq!(train.init_score(), Some(&want[..]));
    assert_eq!(train.header().fields().len(), 1, "they are no features");
    let missing = table(|i| if i == 5.0 { f64::NAN } else { i }).regression("y");
    let refused = message(missing);
    assert!(
        refused.contains("init_score") && refused.contains('5'),
        "{refused}"
    );
}
