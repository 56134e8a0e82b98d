//! Ways of boosting beside the plain one: sampling by gradients, dropout, forests, constraints,
//! objectives and metrics of the user's own, training that goes on from a model; and the same bits
//! whatever computes them.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::ops::ControlFlow;
use std::process::Command;

use ml_data::contract::{Direction, Fit, Metric, Predict, Round};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Sample, Scores, Train,
    Valid,
};
use ml_models::boost::{Boost, Boosting, CustomObjective, DataSampleStrategy, FittedBoost};
use ml_models::tree::{Child, Tree};

const COLUMNS: usize = 5;

fn numbers(n: usize, seed: u64) -> (Dense<f64>, Vec<f64>) {
    let mut rng = generator(seed, "modes", 0);
    let mut x = Vec::new();
    let mut y = Vec::new();
    for _ in 0..n {
        let u: [f64; COLUMNS] = std::array::from_fn(|_| rng.random::<f64>() * 2.0 - 1.0);
        let category = (u[3] * 6.0).abs().floor();
        let hole = if u[2] > 0.7 { f64::NAN } else { u[2] };
        x.extend([u[0], u[1], hole, category, u[4]]);
        let f = 2.0 * u[0] + (3.0 * u[1]).sin() + if hole.is_nan() { 1.0 } else { hole * u[0] };
        y.push(f + [0.5, -1.0, 0.0, 2.0, -0.3, 0.8][category as usize] + 0.2 * rng.random::<f64>());
    }
    (Dense::from_rows(COLUMNS, x).unwrap(), y)
}

fn real(n: usize, seed: u64) -> Dataset<Dense<f64>, Real> {
    let (x, y) = numbers(n, seed);
    Dataset::new(x, RealLabels::new(y).unwrap()).unwrap()
}

type Rows<P> = Sample<Dense<f64>, Real, P>;

fn parts() -> (Rows<Train>, Rows<Valid>) {
    (real(900, 1).into_train(), real(300, 2).into_valid())
}

fn error(model: &FittedBoost, valid: &Sample<Dense<f64>, Real, Valid>) -> f64 {
    let predicted = model.predict(valid.x()).unwrap().0;
    let squares = predicted.iter().zip(valid.y().values());
    squares.map(|(p, y)| (p - y).powi(2)).sum::<f64>() / predicted.len() as f64
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(40)
        .num_leaves(12)
        .min_data_in_leaf(5)
        .categorical_feature(["x3"])
        .min_data_per_group(10)
}

/// The metric that was watched is that of the model's predictions.
fn consistent(boost: &Boost) -> f64 {
    let (train, valid) = parts();
    let model = boost.fit_valid(&train, &valid).unwrap();
    let (watched, found) = (*model.history().last().unwrap(), error(&model, &valid));
    assert!((watched - found).abs() < 1e-9 * found, "{watched} {found}");
    found
}

#[test]
fn every_way_of_boosting_learns_and_watches_what_it_predicts() {
    let plain = consistent(&boost());
    assert!(plain < 0.1, "{plain}");
    let goss = boost().data_sample_strategy(DataSampleStrategy::Goss);
    let dart = boost()
        .boosting(Boosting::Dart)
        .drop_rate(0.05)
        .num_iterations(120);
    let forest = boost()
        .boosting(Boosting::Rf)
        .bagging_freq(1)
        .bagging_fraction(0.6)
        .num_leaves(200)
        .min_data_in_leaf(2);
    let random = boost().extra_trees(true).num_iterations(120);
    let nodes = boost().feature_fraction_bynode(0.5);
    let ways = [
        ("goss", goss),
        ("dart", dart),
        ("forest", forest),
        ("random", random),
        ("nodes", nodes),
    ];
    for (name, boost) in ways {
        let loss = consistent(&boost);
        assert!(loss < 0.5, "{name}: {loss}"); // of a variance of 3
    }
}

#[test]
fn dropping_rounds_shares_their_weight() {
    let (train, _) = parts();
    let dart = boost()
        .boosting(Boosting::Dart)
        .skip_drop(0.0)
        .drop_rate(0.5);
    let model: FittedBoost = dart.fit(&train).unwrap();
    let shrinkages: Vec<f64> = model.trees().iter().map(Tree::shrinkage).collect();
    assert!(shrinkages.iter().all(|s| *s > 0.0 && *s <= 0.1));
    assert!(shrinkages.iter().any(|s| *s < 0.05));
}

#[test]
fn a_forest_needs_trees_that_differ_and_dart_does_not_stop_early() {
    let (train, valid) = parts();
    let message = |b: Boost| b.fit_valid(&train, &valid).unwrap_err().to_string();
    assert!(message(boost().boosting(Boosting::Rf)).contains("trees must differ"));
    // LightGBM 4.7 refuses bagging beside GOSS, and grows equal trees from a share that comes to
    // all columns: 0.94 * 5 = 4.7.
    let forest = boost().boosting(Boosting::Rf);
    assert!(message(forest.clone().feature_fraction(0.94)).contains("trees must differ"));
    assert!(forest.feature_fraction(0.8).fit(&train).is_ok());
    let goss = boost().data_sample_strategy(DataSampleStrategy::Goss);
    let goss = message(goss.bagging_freq(1).bagging_fraction(0.5));
    assert!(
        goss.contains("`bagging_freq` = 1") && goss.contains("GOSS"),
        "{goss}"
    );
    let dart = boost()
        .boosting(Boosting::Dart)
        .early_stopping_round(Some(3));
    assert!(message(dart).contains("early_stopping_round"));
    assert!(message(boost().categorical_feature(["colour"])).contains("colour"));
    assert!(message(boost().monotone_constraints([1, 0])).contains("monotone_constraints"));
    assert!(message(boost().interaction_constraints([["x0", "age"]])).contains("age"));
}

#[test]
fn monotone_predictions_never_turn() {
    let (train, _) = parts();
    let model: FittedBoost = boost()
        .monotone_constraints([1, 0, 0, 0, -1])
        .fit(&train)
        .unwrap();
    let (others, _) = numbers(50, 3);
    for row in 0..50 {
        for (column, sign) in [(0, 1.0), (4, -1.0)] {
            let mut grid = Vec::new();
            for k in 0..60 {
                let mut cells = View::all(&others).row(row).to_vec();
                cells[column] = f64::from(k) / 25.0 - 1.2;
                grid.extend(cells);
            }
            let grid = Dense::from_rows(COLUMNS, grid).unwrap();
            let predicted = model.predict(&grid).unwrap().0;
            assert!(predicted.windows(2).all(|w| sign * (w[1] - w[0]) >= 0.0));
        }
    }
}

#[test]
fn only_allowed_columns_meet_on_a_way_down() {
    let (train, _) = parts();
    let sets = [vec!["x0", "x1"], vec!["x2", "x3"]];
    let model: FittedBoost = boost().interaction_constraints(sets).fit(&train).unwrap();
    fn down(tree: &Tree, at: Child, met: &mut Vec<u32>) {
        let Child::Node(node) = at else { return };
        let node = &tree.nodes()[node as usize];
        met.push(node.feature);
        let within = |set: [u32; 2]| met.iter().all(|f| set.contains(f));
        assert!(within([0, 1]) || within([2, 3]), "{met:?}");
        down(tree, node.left, met);
        down(tree, node.right, met);
        met.pop();
    }
    for tree in model.trees() {
        down(tree, tree.root(), &mut Vec::new());
    }
    assert_eq!(
        model.split_importance()[4],
        0,
        "a column in no set is not used"
    );
}

#[test]
fn training_goes_on_as_if_it_had_not_stopped() {
    let (train, valid) = parts();
    let boost = boost()
        .bagging_freq(3)
        .bagging_fraction(0.7)
        .feature_fraction(0.8)
        .early_stopping_round(Some(30));
    let whole = boost.fit_valid(&train, &valid).unwrap();
    for stop in [1, 4, 17] {
        let mut stopping = |round: Round<'_>| {
            if round.round == stop {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let part = boost
            .clone()
            .early_stopping_round(None)
            .fit_valid_watched(&train, &valid, &mut stopping)
            .unwrap();
        assert_eq!(part.trees().len(), stop);
        let saved = serde_json::to_string(&part).unwrap();
        let part: FittedBoost = serde_json::from_str(&saved).unwrap();
        let gone_on = boost
            .clone()
            .init_model(part)
            .fit_valid(&train, &valid)
            .unwrap();
        assert_eq!(gone_on, whole, "stopped after {stop}");
    }
    let dart = boost.early_stopping_round(None).boosting(Boosting::Dart);
    assert!(dart.init_model(whole).fit(&train).is_err());
}

/// Half the squared error.
#[derive(Debug, Clone)]
struct Half;

impl CustomObjective for Half {
    fn gradients(&self, labels: &[f64], scores: &[f64], out: &mut [[f32; 2]]) {
        for ((out, y), s) in out.iter_mut().zip(labels).zip(scores) {
            *out = [(s - y) as f32, 1.0];
        }
    }
    fn base_score(&self, labels: &[f64], _: Option<&[f64]>) -> f64 {
        labels.iter().sum::<f64>() / labels.len() as f64
    }
    fn evaluate(&self, labels: &[f64], scores: &[f64], _: Option<&[f64]>) -> f64 {
        let squares = labels.iter().zip(scores).map(|(y, s)| (s - y).powi(2));
        squares.sum::<f64>() / labels.len() as f64
    }
    fn name(&self) -> &'static str {
        "half"
    }
}

/// A gradient that is no number, or a hessian below 0, in row 7.
#[derive(Debug, Clone)]
struct Broken([f32; 2]);

impl CustomObjective for Broken {
    fn gradients(&self, labels: &[f64], scores: &[f64], out: &mut [[f32; 2]]) {
        Half.gradients(labels, scores, out);
        out[7] = self.0;
    }
    fn evaluate(&self, labels: &[f64], scores: &[f64], weights: Option<&[f64]>) -> f64 {
        Half.evaluate(labels, scores, weights)
    }
    fn name(&self) -> &'static str {
        "broken"
    }
}

#[test]
fn a_broken_objective_is_refused_with_its_row() {
    let (train, _) = parts();
    for pair in [[f32::NAN, 1.0], [0.5, -1e6], [f32::INFINITY, 1.0]] {
        let message = boost()
            .custom_objective(Broken(pair))
            .fit(&train)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("broken") && message.contains('7'),
            "{message}"
        );
    }
}

#[derive(Debug, Clone)]
struct Worst;

impl Metric<Real> for Worst {
    fn name(&self) -> &str {
        "worst"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(
        &self,
        truth: &RealLabels,
        predicted: &Scores,
        _: Option<&[f64]>,
    ) -> ml_data::Result<f64> {
        let errors = truth
            .values()
            .iter()
            .zip(&predicted.0)
            .map(|(y, p)| (y - p).abs());
        Ok(errors.fold(0.0, f64::max))
    }
}

#[test]
fn objectives_and_metrics_of_the_users_own() {
    let (train, valid) = parts();
    let built_in = boost().fit_valid(&train, &valid).unwrap();
    let own = boost()
        .custom_objective(Half)
        .fit_valid(&train, &valid)
        .unwrap();
    let far = |a: &FittedBoost, b: &FittedBoost| {
        let (a, b) = (
            a.predict(valid.x()).unwrap().0,
            b.predict(valid.x()).unwrap().0,
        );
        a.iter()
            .zip(&b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max)
    };
    assert!(far(&own, &built_in) < 0.02);
    let mut names = Vec::new();
    let mut on = |round: Round<'_>| {
        names.push(round.metric.to_owned());
        ControlFlow::Continue(())
    };
    let watched = boost()
        .early_stopping_round(Some(5))
        .num_iterations(400)
        .metric(Worst)
        .fit_valid_watched(&train, &valid, &mut on)
        .unwrap();
    assert!(names.iter().all(|n| n == "worst") && names.len() < 400);
    let best = watched
        .history()
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    let predicted = watched.predict(valid.x()).unwrap();
    assert_eq!(Worst.score(valid.y(), &predicted, None).unwrap(), best);
}

/// Labels whose sums depend on the order of adding, and those with ties.
fn hard_labels(kind: &str, x: &Dense<f64>, y: &[f64]) -> Vec<f64> {
    let mut rng = generator(5, "hard", 0);
    let heavy = |rng: &mut ml_data::random::Xoshiro256PlusPlus| {
        let normal = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        (4.0 * normal).exp()
    };
    match kind {
        "gauss" => y.to_vec(),
        "heavy" => y.iter().map(|y| y + heavy(&mut rng)).collect(),
        _ => (0..y.len()).map(|i| View::all(x).row(i)[3]).collect(),
    }
}

/// All numbers of models of one kind of labels, as one.
fn digest(kind: &str) -> u64 {
    let (x, y) = numbers(6000, 9);
    let y = hard_labels(kind, &x, &y);
    let mut bits: Vec<u64> = Vec::new();
    let real = Dataset::<_, Real>::new(x.clone(), RealLabels::new(y.clone()).unwrap()).unwrap();
    let real = real.into_train();
    let small = boost().num_iterations(8).num_leaves(40);
    let goss = small
        .clone()
        .data_sample_strategy(DataSampleStrategy::Goss)
        .learning_rate(0.5);
    for boost in [
        small.clone(),
        goss,
        small.clone().feature_fraction_bynode(0.5).extra_trees(true),
    ] {
        let model: FittedBoost = boost.fit(&real).unwrap();
        bits.extend(
            model
                .predict(real.x())
                .unwrap()
                .0
                .iter()
                .map(|p| p.to_bits()),
        );
        bits.extend(
            model
                .trees()
                .iter()
                .flat_map(Tree::nodes)
                .map(|n| n.gain.to_bits()),
        );
    }
    let two: Vec<u8> = y.iter().map(|&y| u8::from(y > 1.0)).collect();
    let binary =
        Dataset::<_, Binary>::new(x.clone(), BinaryLabels::new(two, "1").unwrap()).unwrap();
    let binary = binary.into_train();
    let model: FittedBoost = small.fit(&binary).unwrap();
    bits.extend(
        model
            .predict(binary.x())
            .unwrap()
            .0
            .iter()
            .map(|p| p.to_bits()),
    );
    let codes: Vec<u32> = y.iter().map(|&y| y.clamp(0.0, 2.0) as u32).collect();
    let names = ["a", "b", "c"].map(Box::from).to_vec();
    let classes = Dataset::<_, Class>::new(x, ClassLabels::new(codes, names).unwrap()).unwrap();
    let classes = classes.into_train();
    let model = small.num_iterations(4).fit(&classes).unwrap();
    let scores = model.raw_scores(classes.x()).unwrap();
    bits.extend(scores.iter().map(|p| p.to_bits()));
    let mix = |h: u64, b: &u64| (h ^ b).wrapping_mul(0x0100_0000_01b3).rotate_left(17);
    bits.iter().fold(0xcbf2_9ce4_8422_2325, mix)
}

const KINDS: [&str; 3] = ["gauss", "heavy", "ties"];

/// Prints the digests; run by the test below in processes of its own.
#[test]
fn print_digests() {
    if std::env::var("PRINT_DIGESTS").is_ok() {
        for kind in KINDS {
            println!("digest {kind} {:016x}", digest(kind));
        }
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads_and_any_registers() {
    let run = |threads: &str, simd: &str| -> Vec<String> {
        let out = Command::new(std::env::current_exe().unwrap())
            .args(["print_digests", "--exact", "--nocapture"])
            .env("PRINT_DIGESTS", "1")
            .env("RAYON_NUM_THREADS", threads)
            .env("ML_PIPELINE_SIMD", simd)
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let lines = text
            .lines()
            .filter_map(|l| l.split_once("digest ").map(|d| d.1.to_owned()));
        lines.collect()
    };
    let want = run("1", "");
    assert_eq!(want.len(), KINDS.len(), "{want:?}");
    for threads in ["1", "2", "4", "8"] {
        for simd in ["baseline", "avx2", "avx512", ""] {
            assert_eq!(run(threads, simd), want, "{threads} threads, {simd}");
        }
    }
}

#[test]
fn many_trainings_share_a_pool() {
    // Enough rows that splits are shared, and more trainings than threads: each may meet parts of
    // any other.
    let rows = real(40_000, 3).into_train();
    let boost = boost().num_iterations(4).num_leaves(40);
    let alone = format!("{:?}", boost.fit(&rows).unwrap().trees());
    for threads in [2, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let same = pool.build().unwrap().install(|| {
            use rayon::prelude::*;
            let all = (0..48).into_par_iter();
            all.all(|_| format!("{:?}", boost.fit(&rows).unwrap().trees()) == alone)
        });
        assert!(same, "{threads} threads");
    }
}

#[test]
fn few_levels_of_gradients_are_drawn_by_the_seed() {
    let (x, y) = numbers(3000, 9);
    let y: Vec<u8> = y.iter().map(|&y| u8::from(y > 0.4)).collect();
    let train = Dataset::<_, Binary>::new(x, BinaryLabels::new(y, "1").unwrap()).unwrap();
    let train = train.into_train();
    let quantised = |seed| boost().use_quantized_grad(true).seed(seed);
    let fit = |boost: Boost| -> FittedBoost { boost.fit(&train).unwrap() };
    let model = fit(quantised(1));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let again = pool.build().unwrap().install(|| fit(quantised(1)));
        assert_eq!(again, model, "{threads} threads");
    }
    assert_ne!(model.trees(), fit(quantised(2)).trees());
    let nearest = |seed| fit(quantised(seed).stochastic_rounding(false));
    assert_eq!(nearest(1), nearest(2), "nothing is drawn");
    let loss = |model: &FittedBoost| {
        let p = model.predict(train.x()).unwrap().0;
        let rows = train.y().values().iter().zip(&p);
        rows.map(|(&y, &p)| (f64::from(y) - p).powi(2)).sum::<f64>() / p.len() as f64
    };
    let (exact, rough) = (loss(&fit(boost())), loss(&model));
    assert!(rough != exact && rough < 1.5 * exact, "{rough} {exact}");
    let fine = quantised(1).num_grad_quant_bins(1 << 16);
    let fine = loss(&fit(fine.stochastic_rounding(false)));
    assert!((fine / exact - 1.0).abs() < 0.1, "{fine} {exact}");
    let refused: ml_data::Result<FittedBoost> = quantised(1).num_grad_quant_bins(1).fit(&train);
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("num_grad_quant_bins"), "{said}");
}
