//! Promises of boosting: the same bits for any number of threads, rows equal to batches, weights
//! equal to repetition, missing values, early stopping, and errors that name what is wrong.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::ops::ControlFlow;

use ml_data::Error;
use ml_data::contract::{Fit, Predict};
use ml_data::random::{RngExt, Xoshiro256PlusPlus, generator};
use ml_data::repr::{Dense, Float, View};
use ml_data::sample::{
    Binary, BinaryLabels, Dataset, Real, RealLabels, Relevance, RelevanceLabels, Sample, Train,
    Valid,
};
use ml_models::boost::{Boost, FittedBoost, Scratch};

fn gauss(rng: &mut Xoshiro256PlusPlus) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

/// `kind` 0: Gaussian label, 1: heavy-tailed label exp(4 N), 2: few distinct values and labels.
fn data<F: Float>(n: usize, cols: usize, kind: u64) -> (Dense<F>, Vec<f64>) {
    let mut rng = generator(11, "data", kind);
    let mut x: Vec<f64> = (0..n * cols)
        .map(|_| {
            if kind == 2 {
                rng.random_range(0..4).into()
            } else {
                gauss(&mut rng)
            }
        })
        .collect();
    for v in x.iter_mut().skip(1).step_by(7) {
        *v = f64::NAN;
    }
    let y = x.chunks(cols).map(|row| {
        let f =
            row[0] + row[1 % cols].abs().min(2.0) * if row[cols - 1] > 0.3 { 1.0 } else { -0.5 };
        let f = if f.is_nan() { 0.7 } else { f } + 0.3 * gauss(&mut rng);
        match kind {
            0 => f,
            1 => (4.0 * gauss(&mut rng)).exp() + f,
            _ => f.round(),
        }
    });
    let y = y.collect();
    (
        Dense::from_rows(cols, x.into_iter().map(F::of).collect()).unwrap(),
        y,
    )
}

fn real<F: Float>(x: Dense<F>, y: Vec<f64>) -> Dataset<Dense<F>, Real> {
    Dataset::new(x, RealLabels::new(y).unwrap()).unwrap()
}

fn binary<F: Float>(x: Dense<F>, y: &[f64]) -> Dataset<Dense<F>, Binary> {
    let labels: Vec<u8> = y.iter().map(|&y| u8::from(y > 0.5)).collect();
    Dataset::new(x, BinaryLabels::new(labels, "yes").unwrap()).unwrap()
}

/// Queries of 10 rows; rows of a query are `stride` apart.
fn ranked<F: Float>(x: Dense<F>, y: &[f64], interleaved: bool) -> Dataset<Dense<F>, Relevance> {
    let grades: Vec<f32> = y.iter().map(|y| y.round().clamp(0.0, 4.0) as f32).collect();
    let queries = (y.len() / 10) as u32;
    let query: Vec<u32> = (0..y.len() as u32)
        .map(|i| if interleaved { i % queries } else { i / 10 })
        .collect();
    Dataset::new(x, RelevanceLabels::new(grades, query).unwrap()).unwrap()
}

fn digest(model: &FittedBoost) -> String {
    serde_json::to_string(model).unwrap()
}

fn with_threads<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(f)
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let boost = Boost::new()
        .num_iterations(4)
        .num_leaves(12)
        .feature_fraction(0.8)
        .bagging_fraction(0.7)
        .bagging_freq(2);
    let plain = Boost::new().num_iterations(3).num_leaves(9);
    for kind in 0..3 {
        // Enough rows for every parallel path of the plain fit; enough columns for histograms by
        // column.
        let (n, cols) = if kind == 1 { (140_000, 2) } else { (9_000, 30) };
        let (x, y) = data::<f32>(n, cols, kind);
        let (real, binary, ranked) = (
            real(x.clone(), y.clone()).into_train(),
            binary(x.clone(), &y).into_train(),
            ranked(x, &y, true).into_train(),
        );
        let fits = || {
            let models: [FittedBoost; 4] = [
                plain.fit(&real).unwrap(),
                boost.fit(&real).unwrap(),
                boost.fit(&binary).unwrap(),
                plain.fit(&ranked).unwrap(),
            ];
            models.each_ref().map(digest)
        };
        let one = with_threads(1, fits);
        assert!(one.iter().all(|d| d.contains("missing_left")));
        assert!(
            one == with_threads(2, fits) && one == with_threads(4, fits),
            "kind {kind}"
        );
    }
}

#[test]
fn row_batch_training_and_reloaded_model_agree_to_the_bit() {
    for leaves in [4, 31, 60, 120] {
        let (x, y) = data::<f64>(2000, 5, 0);
        let narrow: Dense<f32> = x.cast();
        let model: FittedBoost = Boost::new()
            .num_iterations(20)
            .num_leaves(leaves)
            .min_data_in_leaf(3)
            .fit(&binary(x.clone(), &y).into_train())
            .unwrap();
        let batch = model.predict(&x).unwrap().0;
        let (mut scratch, mut out) = (Scratch::default(), 0.0);
        for (i, batch) in batch.iter().enumerate() {
            model
                .predict_row(
                    x.array().unwrap().row(i).as_slice().unwrap(),
                    &mut scratch,
                    &mut out,
                )
                .unwrap();
            assert_eq!(out, *batch);
        }
        let again: FittedBoost = serde_json::from_str(&digest(&model)).unwrap();
        assert_eq!(again, model);
        assert_eq!(again.predict(&x).unwrap().0, batch);
        let wide = model.predict(&narrow.cast::<f64>()).unwrap();
        assert_eq!(
            model.predict(&narrow).unwrap(),
            wide,
            "f32 rows are compared as f64 rows"
        );
    }
}

/// Training counts each row where prediction finds it, for both number types.
#[test]
fn leaf_counts_are_those_of_the_predicted_leaves() {
    fn check<F: Float>() {
        let (x, y) = data::<F>(3000, 4, 0);
        let model: FittedBoost = Boost::new()
            .num_iterations(1)
            .fit(&real(x.clone(), y).into_train())
            .unwrap();
        let tree = &model.trees()[0];
        let raw = model.raw_scores(View::all(&x)).unwrap();
        for ml_models::tree::Leaf { value, count, .. } in tree.leaves() {
            let at = raw
                .iter()
                .filter(|r| **r == model.base_score() + value)
                .count();
            assert_eq!(at as u64, *count);
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn weights_repeat_and_drop_rows() {
    let (x, y) = data::<f64>(900, 4, 0);
    let weights: Vec<f64> = (0..900).map(|i| f64::from(i % 4)).collect();
    let repeat = |values: &[f64], width: usize| -> Vec<f64> {
        let times = weights.iter().zip(values.chunks(width));
        times.flat_map(|(&w, v)| v.repeat(w as usize)).collect()
    };
    let (x2, y2) = (
        Dense::from_rows(4, repeat(x.values(), 4)).unwrap(),
        repeat(&y, 1),
    );
    let boost = Boost::new().num_iterations(10).learning_rate(0.3);
    fn check(a: &FittedBoost, b: &FittedBoost, x: &Dense<f64>) {
        for (a, b) in a.trees().iter().zip(b.trees()) {
            assert!(
                a.leaves()
                    .iter()
                    .map(|l| l.count)
                    .eq(b.leaves().iter().map(|l| l.count))
            );
        }
        let (a, b) = (
            a.raw_scores(View::all(x)).unwrap(),
            b.raw_scores(View::all(x)).unwrap(),
        );
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9));
    }
    let weighted = real(x.clone(), y.clone())
        .with_weights(weights.clone())
        .unwrap()
        .into_train();
    check(
        &boost.fit(&weighted).unwrap(),
        &boost
            .fit(&real(x2.clone(), y2.clone()).into_train())
            .unwrap(),
        &x,
    );
    let weighted = binary(x.clone(), &y)
        .with_weights(weights.clone())
        .unwrap()
        .into_train();
    check(
        &boost.fit(&weighted).unwrap(),
        &boost.fit(&binary(x2, &y2).into_train()).unwrap(),
        &x,
    );
    // Fractions of a weight only scale the loss of squared error.
    let scaled: Vec<f64> = weights.iter().map(|w| w * 0.37).collect();
    let scaled = real(x, y).with_weights(scaled).unwrap().into_train();
    assert!(boost.fit(&scaled).unwrap().trees().len() == 10);
}

#[test]
fn order_of_rows_only_matters_to_rounding_and_queries_need_not_be_adjacent() {
    let (x, y) = data::<f64>(1000, 4, 0);
    let boost = Boost::new().num_iterations(5);
    // Row i of the interleaved data is row i / 100 of query i % 100.
    let order: Vec<usize> = (0..1000).map(|i| i % 100 * 10 + i / 100).collect();
    let x2 = Dense::from_rows(
        4,
        order
            .iter()
            .flat_map(|&i| x.values()[i * 4..i * 4 + 4].to_vec())
            .collect(),
    )
    .unwrap();
    let y2: Vec<f64> = order.iter().map(|&i| y[i]).collect();
    let a: FittedBoost = boost.fit(&ranked(x, &y, false).into_train()).unwrap();
    let b: FittedBoost = boost.fit(&ranked(x2, &y2, true).into_train()).unwrap();
    assert_eq!(a, b);
}

#[test]
fn early_stopping_keeps_the_best_round_and_callbacks_can_stop() {
    let (x, y) = data::<f64>(1500, 4, 0);
    let (vx, vy) = data::<f64>(1500, 4, 3);
    let (train, valid): (Sample<_, _, Train>, Sample<_, _, Valid>) = (
        real(x, y).into_train(),
        real(vx.clone(), vy.clone()).into_valid(),
    );
    let boost = Boost::new()
        .num_iterations(400)
        .learning_rate(0.5)
        .early_stopping_round(Some(7));
    let mut seen = Vec::new();
    let model: FittedBoost = boost
        .fit_valid_watched(&train, &valid, &mut |r| {
            assert_eq!((r.of, r.metric, r.round), (400, "l2", seen.len() + 1));
            seen.push(r.valid.unwrap());
            ControlFlow::Continue(())
        })
        .unwrap();
    let best = model.best_iteration().unwrap();
    assert!(best < 300 && seen.len() == best + 7 && model.trees().len() == best);
    assert_eq!(model.history(), seen);
    assert!(seen.iter().all(|&s| s >= seen[best - 1]));
    let raw = model.raw_scores(View::all(&vx)).unwrap();
    let l2 = raw
        .iter()
        .zip(&vy)
        .map(|(r, y)| (r - y).powi(2))
        .sum::<f64>()
        / 1500.0;
    assert!((l2 - seen[best - 1]).abs() < 1e-12);
    let mut rounds = 0;
    let stopped: FittedBoost = boost
        .early_stopping_round(None)
        .fit_valid_watched(&train, &valid, &mut |_| {
            rounds += 1;
            if rounds == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
    assert_eq!((stopped.trees().len(), stopped.best_iteration()), (3, None));
}

#[test]
fn each_objective_learns() {
    let (x, y) = data::<f32>(4000, 6, 0);
    let (tx, ty) = data::<f32>(4000, 6, 4);
    let boost = Boost::new().num_iterations(50);
    let model: FittedBoost = boost.fit(&real(x.clone(), y.clone()).into_train()).unwrap();
    let mean = y.iter().sum::<f64>() / 4000.0;
    let error = |p: &dyn Fn(usize) -> f64| (0..4000).map(|i| (p(i) - ty[i]).powi(2)).sum::<f64>();
    let predicted = model.predict(&tx).unwrap().0;
    assert!(error(&|i| predicted[i]) < 0.2 * error(&|_| mean));
    let model: FittedBoost = boost.fit(&binary(x.clone(), &y).into_train()).unwrap();
    let predicted = model.predict(&tx).unwrap().0;
    let right = predicted
        .iter()
        .zip(&ty)
        .filter(|(p, y)| (**p > 0.5) == (**y > 0.5))
        .count();
    assert!(right > 3500, "{right}");
    let model: FittedBoost = boost.fit(&ranked(x, &y, false).into_train()).unwrap();
    let predicted = model.predict(&tx).unwrap().0;
    let (mut ordered, mut pairs) = (0, 0);
    for i in 0..2000 {
        let d = (ty[i] - ty[i + 2000], predicted[i] - predicted[i + 2000]);
        pairs += usize::from(d.0.abs() > 1.0);
        ordered += usize::from(d.0.abs() > 1.0 && d.0 * d.1 > 0.0);
    }
    assert!(ordered * 100 > 93 * pairs, "{ordered} of {pairs}");
}

#[test]
fn odd_columns_and_few_rows_work() {
    let n = 60;
    let column = |i: usize, c: usize| match c {
        0 => 7.0,
        1 => f64::NAN,
        2 => [f64::NEG_INFINITY, -1.0, 1.0, f64::INFINITY][i % 4],
        3 => f64::MAX * if i.is_multiple_of(2) { 1.0 } else { -1.0 },
        _ => f64::NAN,
    };
    let x = Dense::from_rows(5, (0..n * 5).map(|k| column(k / 5, k % 5)).collect()).unwrap();
    let y: Vec<f64> = (0..n).map(|i| (i % 4) as f64).collect();
    let boost = Boost::new()
        .min_data_in_leaf(1)
        .learning_rate(1.0)
        .num_iterations(3);
    let model: FittedBoost = boost.fit(&real(x.clone(), y.clone()).into_train()).unwrap();
    let predicted = model.predict(&x).unwrap().0;
    assert!(
        predicted.iter().zip(&y).all(|(p, y)| (p - y).abs() < 1e-5),
        "infinities are the two ends: {predicted:?}"
    );
    assert_eq!(model.split_importance()[1], 0);
    // One row, and no column to split on: the mean.
    for rows in [1, 3] {
        let x = Dense::from_rows(1, vec![4.0; rows]).unwrap();
        let model: FittedBoost = Boost::new()
            .fit(&real(x.clone(), vec![2.5; rows]).into_train())
            .unwrap();
        assert_eq!(
            (model.predict(&x).unwrap().0, model.trees().len()),
            (vec![2.5; rows], 0)
        );
    }
}

#[test]
fn wide_data_use_the_right_column() {
    let (n, cols) = (200, 700);
    let (mut x, _) = data::<f32>(n, cols, 0);
    let mut values =
        std::mem::replace(&mut x, Dense::from_rows(1, vec![0.0]).unwrap()).into_values();
    let y: Vec<f64> = (0..n)
        .map(|i| if i % 2 == 0 { 3.0 } else { -1.0 })
        .collect();
    (0..n).for_each(|i| values[i * cols + 612] = y[i] as f32 + (i % 3) as f32 * 0.1);
    let x = Dense::from_rows(cols, values).unwrap();
    let model: FittedBoost = Boost::new()
        .num_iterations(1)
        .learning_rate(1.0)
        .fit(&real(x.clone(), y.clone()).into_train())
        .unwrap();
    assert_eq!(
        (
            model.trees()[0].nodes().len(),
            model.trees()[0].nodes()[0].feature
        ),
        (1, 612)
    );
    assert_eq!(model.predict(&x).unwrap().0, y);
}

#[test]
fn errors_name_what_is_wrong() {
    let x = || Dense::from_rows(1, vec![1.0, 2.0, 3.0]).unwrap();
    let message = |r: Result<FittedBoost, Error>| r.unwrap_err().to_string();
    let ones = real(x(), vec![1.0; 3]).into_train();
    assert_eq!(
        message(Boost::new().learning_rate(0.0).fit(&ones)),
        "Boost: parameter `learning_rate` = 0: must be in (0, 1]"
    );
    assert_eq!(
        message(Boost::new().fit(&binary(x(), &[1.0; 3]).into_train())),
        "Boost: the training sample has one class only; at least two are needed"
    );
    assert_eq!(
        message(Boost::new().fit(&real(x(), vec![1.0, 1e31, 0.0]).into_train())),
        "column `label`, row 1: expected a number between -1e30 and 1e30, found 10000000000000000000000000000000"
    );
    let grades = RelevanceLabels::new(vec![0.0, 31.0, 1.0], vec![0, 0, 0]).unwrap();
    let graded = Dataset::<_, Relevance>::new(x(), grades)
        .unwrap()
        .into_train();
    assert_eq!(
        message(Boost::new().fit(&graded)),
        "column `grade`, row 1: expected a number from 0 to 30 (or set `label_gain`), found 31"
    );
    assert!(
        message(Boost::new().label_gain(Some(vec![0.0, 1.0])).fit(&graded)).contains("below 2")
    );
    assert!(
        message(
            Boost::new()
                .fit(&real(Dense::<f64>::from_rows(1, vec![]).unwrap(), vec![]).into_train())
        )
        .contains("empty")
    );
    let model: FittedBoost = Boost::new().fit(&ones).unwrap();
    let other = Dense::from_rows(2, vec![1.0; 4]).unwrap();
    assert!(model.predict(&other).is_err());
    assert!(
        model
            .predict_row(&[1.0, 2.0], &mut Scratch::default(), &mut 0.0)
            .is_err()
    );
    let damaged = digest(&model).replace(
        "\"trees\":[]",
        "\"trees\":[{\"nodes\":[],\"values\":[],\"counts\":[]}]",
    );
    assert!(serde_json::from_str::<FittedBoost>(&damaged).is_err());
}
