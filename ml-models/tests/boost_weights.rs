//! Weights: medians and quantiles at the least weighted loss, weights as repeated rows for every
//! loss and what validation measures, and weights that no sum holds.
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::Error;
use ml_data::contract::{Fit, Predict};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Relevance,
    RelevanceLabels, Target,
};
use ml_models::boost::{Boost, FitBinned, FittedBoost, FittedBoostClassifier, Objective};
use ml_models::forest::{FittedForest, RandomForest};

const ROWS: usize = 120;

const NUMBERS: [Objective; 9] = [
    Objective::Regression,
    Objective::RegressionL1,
    Objective::Huber,
    Objective::Fair,
    Objective::Poisson,
    Objective::Quantile,
    Objective::Mape,
    Objective::Gamma,
    Objective::Tweedie,
];

/// Rows and labels above 0.
fn numbers(seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = generator(seed, "weights", 0);
    let x: Vec<f64> = (0..2 * ROWS)
        .map(|_| f64::from(rng.random_range(0..12)))
        .collect();
    let y = x
        .chunks(2)
        .map(|x| 0.2 + x[0] * 0.3 + (x[1] - 4.0).abs() * 0.2 + rng.random::<f64>());
    let y = y.collect();
    (x, y)
}

fn whole(seed: u64) -> Vec<f64> {
    let mut rng = generator(seed, "whole weights", 0);
    (0..ROWS)
        .map(|_| f64::from(rng.random_range(1..5)))
        .collect()
}

fn dataset<Y: Target>(x: &[f64], labels: Y::Labels) -> Dataset<Dense<f64>, Y> {
    Dataset::new(Dense::from_rows(2, x.to_vec()).unwrap(), labels).unwrap()
}

fn real(x: &[f64], y: &[f64]) -> Dataset<Dense<f64>, Real> {
    dataset(x, RealLabels::new(y).unwrap())
}

fn repeat<T: Copy>(values: &[T], each: usize, times: &[f64]) -> Vec<T> {
    let rows = values.chunks(each).zip(times);
    rows.flat_map(|(row, &n)| row.repeat(n as usize)).collect()
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(6)
        .num_leaves(5)
        .min_data_in_leaf(1)
        .min_data_in_bin(1)
        .min_sum_hessian_in_leaf(0.0)
        .learning_rate(0.3)
}

fn near(got: &[f64], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (g, w) in got.iter().zip(want) {
        assert!(
            (g - w).abs() <= tolerance * w.abs().max(1.0),
            "{what}: {g} is not {w}"
        );
    }
}

fn all(x: &[f64]) -> Dense<f64> {
    Dense::from_rows(2, x.to_vec()).unwrap()
}

/// With the quantile, where the objective reads one.
fn with_alpha(boost: Boost, alpha: f64) -> Boost {
    match boost.params().objective {
        Some(Objective::Huber | Objective::Quantile) => boost.alpha(alpha),
        _ => boost,
    }
}

/// The start of a model of weighted labels that has no column to split.
fn constant(objective: Objective, alpha: f64, labels: &[f64], weights: Option<&[f64]>) -> f64 {
    let x = Dense::from_rows(1, vec![0.0; labels.len()]).unwrap();
    let mut data = Dataset::<_, Real>::new(x, RealLabels::new(labels).unwrap()).unwrap();
    if let Some(weights) = weights {
        data = data.with_weights(weights).unwrap();
    }
    let boost = with_alpha(boost().objective(objective), alpha);
    let model: FittedBoost = boost.fit(&data.into_train()).unwrap();
    assert!(model.trees().is_empty());
    model.base_score()
}

/// Values and losses by hand: of 1, 3, 10 with .2 .5 .3 the absolute error is 3.7 at 1 and 2.5 at
/// 3; of 10 .. 50 the relative one is 2.72 at 10, 2.43 at 20, 3.17 at 30.
#[test]
fn case_m2_weighted_quantiles_have_the_least_loss() {
    use Objective::{Mape, Quantile, RegressionL1};
    let five: Vec<f64> = (1..=5).map(f64::from).collect();
    type Case<'a> = (Objective, f64, &'a [f64], Option<&'a [f64]>, f64);
    let cases: [Case<'_>; 10] = [
        (
            RegressionL1,
            0.9,
            &[1.0, 3.0, 10.0],
            Some(&[0.2, 0.5, 0.3]),
            3.0,
        ),
        (RegressionL1, 0.9, &five, Some(&[0.5; 5]), 3.0),
        (RegressionL1, 0.9, &five, Some(&[0.1; 5]), 3.0),
        (RegressionL1, 0.9, &five[..4], Some(&[0.1; 4]), 2.0),
        (Quantile, 0.9, &five, Some(&[0.5; 5]), 5.0),
        (Quantile, 0.2, &five, Some(&[0.7; 5]), 1.0),
        (Mape, 0.9, &[10.0, 20.0, 30.0, 40.0, 50.0], None, 20.0),
        (Mape, 0.9, &[0.1, 0.2, 0.3], Some(&[1.0, 3.0, 1.0]), 0.2),
        // Without weights, between neighbours, as NumPy and LightGBM have it.
        (Quantile, 0.9, &five, None, 4.6),
        (RegressionL1, 0.9, &five[..4], None, 2.5),
    ];
    for (objective, alpha, labels, weights, want) in cases {
        let got = constant(objective, alpha, labels, weights);
        assert!(
            (got - want).abs() < 1e-12,
            "{objective:?} {labels:?} {weights:?}: {got}"
        );
    }
    let mixed = [0.5, 0.0, 1e-14, 0.0, 0.5];
    assert_eq!(constant(RegressionL1, 0.9, &five, Some(&mixed)), 3.0);
}

/// The smallest label at which the weighted loss is least, by trying all.
fn least(objective: Objective, alpha: f64, rows: &[(f64, f64)]) -> f64 {
    let loss = |at: f64| -> f64 {
        let each = rows.iter().map(|&(y, w)| match objective {
            Objective::Quantile if y >= at => w * alpha * (y - at),
            Objective::Quantile => w * (1.0 - alpha) * (at - y),
            Objective::Mape => w * (y - at).abs() / y.abs().max(1.0),
            _ => w * (y - at).abs(),
        });
        each.sum()
    };
    let lowest = rows.iter().map(|r| loss(r.0)).fold(f64::INFINITY, f64::min);
    let of_least = rows
        .iter()
        .map(|r| r.0)
        .filter(|&y| loss(y) <= lowest * (1.0 + 1e-12));
    of_least.fold(f64::INFINITY, f64::min)
}

/// With learning rate 1 the first tree predicts the quantile of each leaf.
#[test]
fn case_m2_leaves_have_the_least_loss() {
    let objectives = [
        (Objective::RegressionL1, 0.5),
        (Objective::Quantile, 0.9),
        (Objective::Quantile, 0.25),
        (Objective::Mape, 0.5),
    ];
    for seed in 0..12 {
        let (x, mut y) = numbers(seed);
        if seed % 2 == 0 {
            y.iter_mut().for_each(|y| *y = (*y * 2.0).round());
        }
        let mut rng = generator(seed, "fractions", 0);
        let unit = [0.1, 0.25, 1e-9, 0.3][seed as usize % 4];
        let weights: Vec<f64> = (0..ROWS)
            .map(|_| unit * f64::from(rng.random_range(0..7)))
            .collect();
        let data = real(&x, &y)
            .with_weights(weights.clone())
            .unwrap()
            .into_train();
        for (objective, alpha) in objectives {
            let boost = boost()
                .num_iterations(1)
                .learning_rate(1.0)
                .objective(objective);
            let boost = with_alpha(boost, alpha);
            let model: FittedBoost = boost.fit(&data).unwrap();
            let rows: Vec<usize> = (0..ROWS).filter(|&i| weights[i] > 0.0).collect();
            let of = |rows: &[usize]| -> Vec<(f64, f64)> {
                rows.iter().map(|&i| (y[i], weights[i])).collect()
            };
            assert_eq!(
                model.base_score(),
                least(objective, alpha, &of(&rows)),
                "{objective:?} {seed}"
            );
            let x = all(&x);
            let leaves = model.ensemble().leaves(View::all(&x)).unwrap();
            let predicted = model.predict(&x).unwrap().0;
            assert!(leaves.iter().any(|l| *l != leaves[0]));
            for &i in &rows {
                let same: Vec<usize> = rows
                    .iter()
                    .copied()
                    .filter(|&k| leaves[k] == leaves[i])
                    .collect();
                let want = least(objective, alpha, &of(&same));
                assert!(
                    (predicted[i] - want).abs() < 1e-9,
                    "{objective:?} {seed}: {} {want}",
                    predicted[i]
                );
            }
        }
    }
}

/// Fits on weighted and on repeated rows, with weighted and repeated validation rows: predictions
/// and what validation measured.
macro_rules! weights_repeat {
    ($name:expr, $boost:expr, $model:ty, $data:expr, $labels:expr) => {{
        let ((x, y), (vx, vy)) = (numbers(1), numbers(2));
        let (w, vw) = (whole(1), whole(2));
        let weighted =
            |x: &[f64], y: &[f64], w: &[f64]| $data(x, $labels(y)).with_weights(w).unwrap();
        let repeated =
            |x: &[f64], y: &[f64], w: &[f64]| $data(&repeat(x, 2, w), $labels(&repeat(y, 1, w)));
        let a: $model = $boost
            .fit_valid(
                &weighted(&x, &y, &w).into_train(),
                &weighted(&vx, &vy, &vw).into_valid(),
            )
            .unwrap();
        let b: $model = $boost
            .fit_valid(
                &repeated(&x, &y, &w).into_train(),
                &repeated(&vx, &vy, &vw).into_valid(),
            )
            .unwrap();
        let plain = $boost.fit_valid(
            &weighted(&x, &y, &w).into_train(),
            &$data(&vx, $labels(&vy)).into_valid(),
        );
        let plain: $model = plain.unwrap();
        let rows = all(&x);
        near(
            &a.raw_scores(View::all(&rows)).unwrap(),
            &b.raw_scores(View::all(&rows)).unwrap(),
            1e-6,
            $name,
        );
        near(a.history(), b.history(), 1e-6, $name);
        near(
            a.evals_result().training(),
            b.evals_result().training(),
            1e-6,
            $name,
        );
        assert!(
            a.history()
                .iter()
                .zip(plain.history())
                .all(|(a, p)| (a - p).abs() > 1e-5),
            "{}: unweighted",
            $name
        );
        a
    }};
}

#[test]
fn whole_weights_are_repeated_rows_for_every_loss() {
    let boost = boost().is_provide_training_metric(true);
    for objective in NUMBERS {
        let boost = boost.clone().objective(objective);
        let labels = |y: &[f64]| RealLabels::new(y).unwrap();
        weights_repeat!(
            &format!("{objective:?}"),
            boost,
            FittedBoost,
            dataset::<Real>,
            labels
        );
    }
    let two = |y: &[f64]| {
        let y: Vec<u8> = y.iter().map(|y| u8::from(*y > 2.5)).collect();
        BinaryLabels::new(y, "yes").unwrap()
    };
    let steep = boost.clone().sigmoid(1.7);
    weights_repeat!("binary", steep, FittedBoost, dataset::<Binary>, two);
    let three = |y: &[f64]| {
        let codes: Vec<u32> = y
            .iter()
            .map(|y| u32::from(*y > 2.0) + u32::from(*y > 3.0))
            .collect();
        ClassLabels::new(codes, ["a", "b", "c"].map(Box::from).to_vec()).unwrap()
    };
    weights_repeat!(
        "classes",
        boost,
        FittedBoostClassifier,
        dataset::<Class>,
        three
    );
    let ova = steep.objective(Objective::MulticlassOva);
    weights_repeat!(
        "one against all",
        ova,
        FittedBoostClassifier,
        dataset::<Class>,
        three
    );
}

#[test]
fn half_weights_learn_what_whole_ones_do() {
    let (x, y) = numbers(3);
    let w = whole(3);
    let half: Vec<f64> = w.iter().map(|w| w / 2.0).collect();
    let renewed = [
        Objective::RegressionL1,
        Objective::Quantile,
        Objective::Mape,
    ];
    for objective in NUMBERS.into_iter().filter(|o| !renewed.contains(o)) {
        let fit = |w: &[f64]| -> Vec<f64> {
            let data = real(&x, &y).with_weights(w).unwrap().into_train();
            let model: FittedBoost = boost().objective(objective).fit(&data).unwrap();
            model.predict(&all(&x)).unwrap().0
        };
        near(&fit(&half), &fit(&w), 1e-4, &format!("{objective:?}"));
    }
}

/// Lists of ten rows, each list as often as its weight says.
#[test]
fn lists_of_a_weight_are_measured_as_repeated_lists() {
    let (x, y) = numbers(5);
    let (vx, vy) = numbers(6);
    let grades = |y: &[f64], most: f64| -> Vec<f32> {
        y.iter()
            .map(|y| (y - 2.2).round().clamp(0.0, most) as f32)
            .collect()
    };
    let list_weights: Vec<f64> = whole(6)[..ROWS / 10].to_vec();
    let row_weights: Vec<f64> = list_weights.iter().flat_map(|&w| [w; 10]).collect();
    for (objective, most) in [
        (Objective::Lambdarank, 3.0),
        (Objective::RankXendcg, 3.0),
        (Objective::YetiRank, 3.0),
        (Objective::RankMap, 1.0),
    ] {
        let lists = |x: &[f64], y: &[f64]| {
            let queries: Vec<u32> = (0..y.len() as u32).map(|i| i / 10).collect();
            dataset::<Relevance>(x, RelevanceLabels::new(grades(y, most), queries).unwrap())
        };
        let train = lists(&x, &y).into_train();
        let history = |valid: Dataset<Dense<f64>, Relevance>| {
            let boost = boost().objective(objective).eval_at(3);
            let model: FittedBoost = boost.fit_valid(&train, &valid.into_valid()).unwrap();
            model.history().to_vec()
        };
        let weighted = history(lists(&vx, &vy).with_weights(row_weights.clone()).unwrap());
        let repeated = history(lists(
            &repeat(&vx, 20, &list_weights),
            &repeat(&vy, 10, &list_weights),
        ));
        near(&weighted, &repeated, 1e-12, "lists");
        assert_ne!(weighted, history(lists(&vx, &vy)));
    }
}

/// Sizes of equal weights that sums of products do not hold.
const FAR: [f64; 8] = [f64::MAX, 1e300, 1e154, 1e30, 1e-12, 1e-30, 1e-300, 5e-324];

#[test]
fn case_m7_weights_beyond_all_sums_learn_what_their_ratios_say() {
    let ((x, y), (vx, vy)) = (numbers(7), numbers(8));
    let boost = Boost::new()
        .num_iterations(5)
        .min_data_in_leaf(5)
        .lambda_l2(1.0);
    let text = |m: &FittedBoost| serde_json::to_string(m).unwrap();
    let weigh =
        |data: Dataset<Dense<f64>, Real>, far: f64| data.with_weights(vec![far; ROWS]).unwrap();
    let (plain, valid) = (real(&x, &y).into_train(), real(&vx, &vy).into_valid());
    for objective in [
        Objective::Regression,
        Objective::RegressionL1,
        Objective::Poisson,
        Objective::Mape,
    ] {
        let boost = boost.clone().objective(objective);
        let want: FittedBoost = boost.fit_valid(&plain, &valid).unwrap();
        assert_eq!(want.trees().len(), 5);
        for far in FAR {
            let (train, valid) = (
                weigh(real(&x, &y), far).into_train(),
                weigh(real(&vx, &vy), far).into_valid(),
            );
            let got: FittedBoost = boost.fit_valid(&train, &valid).unwrap();
            near(got.history(), want.history(), 1e-12, "history");
            let got: FittedBoost = boost.fit(&train).unwrap();
            let want: FittedBoost = boost.fit(&plain).unwrap();
            assert_eq!(text(&got), text(&want), "{objective:?} {far}");
            let binned = boost.fit_binned(&boost.bin_rows(&train).unwrap()).unwrap();
            assert_eq!(text(&binned), text(&want), "{objective:?} {far}");
            let refit = boost.clone().refit(want.clone());
            // The smaller ones are sums of small numbers only, where the penalty decides.
            if far != 1e-12 {
                assert_eq!(
                    text(&refit.fit(&train).unwrap()),
                    text(&refit.fit(&plain).unwrap())
                );
            }
        }
    }
    let ratios: Vec<f64> = (0..ROWS).map(|i| [1.0, 0.5][i % 2]).collect();
    let far: Vec<f64> = ratios.iter().map(|r| r * 1e300).collect();
    let fit = |w: Vec<f64>| -> FittedBoost {
        boost
            .fit(&real(&x, &y).with_weights(w).unwrap().into_train())
            .unwrap()
    };
    assert_eq!(text(&fit(far)), text(&fit(ratios)));
}

#[test]
fn case_m7_forests_too() {
    let (x, y) = numbers(9);
    let forest = RandomForest::new().n_estimators(5).oob_score(true).seed(1);
    let fit = |w: Option<f64>| -> FittedForest {
        let mut data = real(&x, &y);
        if let Some(w) = w {
            data = data.with_weights(vec![w; ROWS]).unwrap();
        }
        forest.fit(&data.into_train()).unwrap()
    };
    let want = serde_json::to_string(&fit(None)).unwrap();
    for far in FAR.into_iter().filter(|&f| f != 1e-12) {
        assert_eq!(
            serde_json::to_string(&fit(Some(far))).unwrap(),
            want,
            "{far}"
        );
    }
}

#[test]
fn case_m7_gradients_that_overflow_are_refused() {
    let (x, y) = numbers(10);
    let y: Vec<f64> = y.iter().map(|y| y * 1e29).collect();
    let weights: Vec<f64> = (0..ROWS).map(|i| 1e12 + i as f64 / 2.0).collect();
    let train = real(&x, &y).with_weights(weights).unwrap().into_train();
    let refused: Result<FittedBoost, Error> = boost().fit(&train);
    let message = refused.unwrap_err().to_string();
    assert!(
        message.contains("gradients of round 1") && message.contains("weights"),
        "{message}"
    );
}
