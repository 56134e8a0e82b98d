//! The multi-layer perceptron behind the contracts: what it learns, what it refuses, what stays the same.
#![allow(clippy::unwrap_used)] // helpers of tests

use std::ops::ControlFlow;

use ml_data::prelude::*;
use ml_data::random::{RngExt, generator};
use ml_data::sample::{BinaryLabels, RealLabels, RelevanceLabels};
use ml_models::neural::{Activation, Embedding, FittedMlp, Mlp};

/// `n` rows of `width` uniform columns.
fn noise(n: usize, width: usize, seed: u64) -> Vec<f64> {
    let mut rng = generator(seed, "test", 0);
    (0..n * width)
        .map(|_| rng.random_range(-1.0..1.0))
        .collect()
}

fn binary(width: usize, x: Vec<f64>, y: Vec<u8>) -> Dataset<Dense<f64>, Binary> {
    Dataset::new(
        Dense::from_rows(width, x).unwrap(),
        BinaryLabels::new(y, "1").unwrap(),
    )
    .unwrap()
}

fn real(width: usize, x: Vec<f64>, y: Vec<f64>) -> Dataset<Dense<f64>, Real> {
    Dataset::new(
        Dense::from_rows(width, x).unwrap(),
        RealLabels::new(y).unwrap(),
    )
    .unwrap()
}

fn product(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let x = noise(n, 3, seed);
    let y = x.chunks(3).map(|r| 2.0 * r[0] * r[1] + r[2]).collect();
    (x, y)
}

fn predict(model: &FittedMlp, width: usize, x: &[f64]) -> Vec<f64> {
    model
        .predict(View::all(&Dense::from_rows(width, x.to_vec()).unwrap()))
        .unwrap()
        .0
}

#[test]
fn learns_a_product_that_a_linear_model_cannot() {
    let ((x, y), (tx, ty)) = (product(3000, 1), product(500, 2));
    let error = |sizes: &[usize]| {
        let mlp = Mlp::new()
            .hidden_layer_sizes(sizes)
            .learning_rate(0.01)
            .epochs(15);
        let model: FittedMlp = mlp
            .fit(&real(3, x.clone(), y.clone()).into_train())
            .unwrap();
        let p = predict(&model, 3, &tx);
        p.iter().zip(&ty).map(|(p, y)| (p - y).powi(2)).sum::<f64>() / ty.len() as f64
    };
    let (deep, linear) = (error(&[32, 32]), error(&[]));
    assert!(deep < 0.01, "{deep}");
    assert!((0.35..0.6).contains(&linear), "{linear}"); // the variance of 2 x0 x1 is 4/9
}

#[test]
fn rows_equal_batches_within_the_stated_tolerance_and_f32_equals_f64() {
    let x = noise(700, 5, 3)
        .into_iter()
        .map(|v| f64::from(v as f32))
        .collect::<Vec<_>>();
    let y: Vec<u8> = x
        .chunks(5)
        .map(|r| u8::from(r[0] + r[1] * r[2] > 0.0))
        .collect();
    let mlp = Mlp::new().hidden_layer_sizes([70, 20]).epochs(3);
    let model: FittedMlp = mlp
        .fit(&binary(5, x.clone(), y.clone()).into_train())
        .unwrap();
    let batch = predict(&model, 5, &x);
    let (mut scratch, mut p) = (Default::default(), 0.0);
    for (row, want) in x.chunks(5).zip(&batch) {
        Predict::<Dense<f64>>::predict_row(&model, row, &mut scratch, &mut p).unwrap();
        assert!((p - want).abs() < 1e-5, "{p} {want}");
    }
    let small = Dense::from_rows(5, x.iter().map(|&v| v as f32).collect()).unwrap();
    assert_eq!(model.predict(View::all(&small)).unwrap().0, batch);
    let labels = BinaryLabels::new(y, "1").unwrap();
    let again: FittedMlp = mlp
        .fit(
            &Dataset::<_, Binary>::new(small, labels)
                .unwrap()
                .into_train(),
        )
        .unwrap();
    assert_eq!(again, model);
}

#[test]
fn views_of_rows_predict_as_the_whole() {
    let (x, y) = product(600, 4);
    let model: FittedMlp = Mlp::new()
        .epochs(1)
        .fit(&real(3, x.clone(), y).into_train())
        .unwrap();
    let all = predict(&model, 3, &x);
    let dense = Dense::from_rows(3, x).unwrap();
    let list: Vec<u32> = (0..600).rev().step_by(7).collect();
    let picked = model
        .predict(View::new(&dense, RowSet::List(&list)))
        .unwrap()
        .0;
    for (i, p) in list.iter().zip(&picked) {
        assert!((all[*i as usize] - p).abs() < 1e-5);
    }
    assert_eq!(
        model
            .predict(View::new(&dense, RowSet::Range(0, 512)))
            .unwrap()
            .0,
        all[..512]
    );
    assert!(
        model
            .predict(View::new(&dense, RowSet::Range(5, 5)))
            .unwrap()
            .0
            .is_empty()
    );
}

#[test]
fn missing_and_infinite_cells_are_refused_by_name() {
    let (x, y) = product(20, 5);
    let good: FittedMlp = Mlp::new()
        .epochs(1)
        .fit(&real(3, x.clone(), y.clone()).into_train())
        .unwrap();
    for bad in [f64::NAN, f64::INFINITY, 1e300] {
        let mut broken = x.clone();
        broken[7 * 3 + 1] = bad;
        let text = |e: Error| {
            let s = e.to_string();
            assert!(
                s.contains("`x1`") && s.contains("finite") && s.contains(&bad.to_string()),
                "{s}"
            );
            s
        };
        let fit = Mlp::new().fit(&real(3, broken.clone(), y.clone()).into_train());
        assert!(text(fit.map(|m: FittedMlp| m).unwrap_err()).contains("row 7"));
        let train = real(3, x.clone(), y.clone()).into_train();
        let valid = real(3, broken.clone(), y.clone()).into_valid();
        assert!(
            text(
                Mlp::new()
                    .fit_valid(&train, &valid)
                    .map(|m: FittedMlp| m)
                    .unwrap_err()
            )
            .contains("row 7")
        );
        let dense = Dense::from_rows(3, broken.clone()).unwrap();
        assert!(text(good.predict(View::all(&dense)).unwrap_err()).contains("row 7"));
        text(
            Predict::<Dense>::predict_row(&good, dense.row(7), &mut Default::default(), &mut 0.0)
                .unwrap_err(),
        );
    }
}

#[test]
fn odd_samples() {
    let fit = |d: Dataset<Dense<f64>, Real>| {
        Mlp::new()
            .epochs(2)
            .fit(&d.into_train())
            .map(|m: FittedMlp| m)
    };
    assert!(matches!(fit(real(2, vec![], vec![])), Err(Error::Empty(_))));
    let one = fit(real(2, vec![0.5, 1.0], vec![3.0])).unwrap();
    assert!(predict(&one, 2, &[0.5, 1.0])[0].is_finite());
    assert!(matches!(
        fit(real(1, vec![1.0, 2.0], vec![1e300, 1.0])),
        Err(Error::Cell { row: 0, .. })
    ));
    assert!(RealLabels::new(vec![f64::INFINITY]).is_err());
    for class in [0u8, 1] {
        let d = binary(2, noise(300, 2, 1), vec![class; 300]);
        let model: FittedMlp = Mlp::new()
            .learning_rate(0.05)
            .epochs(20)
            .fit(&d.into_train())
            .unwrap();
        let p = predict(&model, 2, &[0.1, 0.2])[0];
        assert!((p - f64::from(class)).abs() < 0.05, "{p}");
    }
    let weighted = real(1, vec![1.0, 2.0], vec![1.0, 1.0])
        .with_weights(vec![0.0, 0.0])
        .unwrap();
    assert!(matches!(fit(weighted), Err(Error::ZeroWeights { .. })));
    let valid = real(1, vec![1.0], vec![1.0])
        .with_weights(vec![0.0])
        .unwrap()
        .into_valid();
    let train = real(1, vec![1.0, 2.0], vec![1.0, 1.0]).into_train();
    assert!(matches!(
        Mlp::new().fit_valid(&train, &valid).map(|m: FittedMlp| m),
        Err(Error::ZeroWeights { .. })
    ));
    let diverging = Mlp::new()
        .learning_rate(1e30)
        .epochs(9)
        .fit(&real(1, vec![1.0; 600], noise(600, 1, 2)).into_train());
    let e = diverging.map(|m: FittedMlp| m).unwrap_err().to_string();
    assert!(e.contains("learning_rate"), "{e}");
}

#[test]
fn other_columns_are_refused() {
    let (x, y) = product(20, 5);
    let model: FittedMlp = Mlp::new()
        .epochs(1)
        .fit(&real(3, x.clone(), y.clone()).into_train())
        .unwrap();
    let wide = Dense::from_rows(4, noise(2, 4, 1)).unwrap();
    assert!(matches!(
        model.predict(View::all(&wide)),
        Err(Error::Schema(_))
    ));
    let e = Predict::<Dense>::predict_row(&model, wide.row(0), &mut Default::default(), &mut 0.0);
    assert!(matches!(
        e,
        Err(Error::Length {
            expected: 3,
            found: 4,
            ..
        })
    ));
    let train = real(3, x, y).into_train();
    let valid = real(2, vec![1.0, 2.0], vec![1.0]).into_valid();
    assert!(matches!(
        Mlp::new().fit_valid(&train, &valid).map(|m: FittedMlp| m),
        Err(Error::Schema(_))
    ));
}

#[test]
fn parameters_outside_their_domain_are_named() {
    let pair = || {
        Mlp::new()
            .embedding(Embedding::new(0, 3, 2))
            .embedding(Embedding::new(1, 3, 4))
    };
    for (name, mlp) in [
        ("hidden_layer_sizes", Mlp::new().hidden_layer_sizes([3, 0])),
        ("batch_size", Mlp::new().batch_size(0)),
        ("epochs", Mlp::new().epochs(0)),
        ("patience", Mlp::new().patience(0)),
        ("learning_rate", Mlp::new().learning_rate(0.0)),
        ("learning_rate", Mlp::new().learning_rate(f64::NAN)),
        ("beta_1", Mlp::new().beta_1(1.0)),
        ("beta_2", Mlp::new().beta_2(-0.1)),
        ("epsilon", Mlp::new().epsilon(0.0)),
        ("weight_decay", Mlp::new().weight_decay(-1.0)),
        ("dropout", Mlp::new().dropout(1.0)),
        ("unknown_rate", Mlp::new().unknown_rate(f64::NAN)),
        ("tol", Mlp::new().tol(f64::INFINITY)),
        (
            "embedding.dim",
            Mlp::new().embedding(Embedding::new(0, 3, 0)),
        ),
        ("dot", pair().dot(0, 1)),
        ("dot", pair().dot(0, 2)),
        ("dot", pair().dot(0, 0)),
    ] {
        match mlp.check() {
            Err(Error::Parameter { name: found, .. }) => assert_eq!(found, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    let train = real(2, vec![1.0, 2.0], vec![1.0]).into_train();
    for column in [Embedding::new(2, 3, 2), Embedding::new("user", 3, 2)] {
        let fit = Mlp::new()
            .embedding(column)
            .fit(&train)
            .map(|m: FittedMlp| m);
        assert!(matches!(fit, Err(Error::NoColumn { .. })));
    }
    let bare = Mlp::new()
        .fit(&real(0, vec![], vec![]).into_train())
        .map(|m: FittedMlp| m);
    assert!(matches!(bare, Err(Error::Empty(_))));
}

#[test]
fn ids_are_checked_and_unknown_ones_have_a_vector() {
    let mut rng = generator(1, "test", 1);
    let users: Vec<f64> = (0..4000)
        .map(|_| f64::from(rng.random_range(0..20u32)))
        .collect();
    // Users below 15 always say yes, the others never: the base rate is 0.75.
    let y: Vec<u8> = users.iter().map(|&u| u8::from(u < 15.0)).collect();
    let mlp = Mlp::new()
        .hidden_layer_sizes([8])
        .learning_rate(0.01)
        .epochs(20)
        .unknown_rate(0.05);
    let mlp = mlp.embedding(Embedding::new("x0", 20, 4));
    let model: FittedMlp = mlp
        .fit(&binary(1, users.clone(), y.clone()).into_train())
        .unwrap();
    let p = predict(&model, 1, &[3.0, 17.0, f64::NAN, 20.0, 1e9]);
    assert!(p[0] > 0.97 && p[1] < 0.03, "{p:?}");
    assert!((p[2] - 0.75).abs() < 0.1, "{p:?}");
    assert_eq!((p[3], p[4]), (p[2], p[2]));
    assert_eq!(model.embedding(0).unwrap().dim(), (21, 4));
    for (bad, says) in [
        (-1.0, "whole number"),
        (0.5, "whole number"),
        (f64::INFINITY, "whole number"),
        (20.0, "cardinality 20"),
    ] {
        let mut broken = users.clone();
        broken[9] = bad;
        let e = mlp
            .fit(&binary(1, broken.clone(), y.clone()).into_train())
            .map(|m: FittedMlp| m)
            .unwrap_err()
            .to_string();
        assert!(e.contains("`x0`, row 9") && e.contains(says), "{e}");
        let e = model.predict(View::all(&Dense::from_rows(1, broken).unwrap()));
        assert_eq!(e.is_err(), bad != 20.0);
    }
}

/// Users and items with hidden vectors; yes if their dot product is positive.
fn pairs(n: usize, seed: u64) -> (Vec<f64>, Vec<u8>) {
    let vectors = noise(60, 3, 99);
    let mut rng = generator(seed, "test", 2);
    let ids: Vec<f64> = (0..n)
        .flat_map(|_| {
            [
                f64::from(rng.random_range(0..30u32)),
                f64::from(rng.random_range(0..30u32)),
            ]
        })
        .collect();
    let vector = |i: usize| &vectors[i * 3..i * 3 + 3];
    let dot = |p: &[f64]| {
        vector(p[0] as usize)
            .iter()
            .zip(vector(30 + p[1] as usize))
            .map(|(a, b)| a * b)
            .sum::<f64>()
    };
    let y = ids.chunks(2).map(|p| u8::from(dot(p) > 0.0)).collect();
    (ids, y)
}

#[test]
fn the_dot_product_term_factorises() {
    let ((x, y), (tx, ty)) = (pairs(4000, 1), pairs(500, 2));
    let accuracy = |dot: bool| {
        let mlp = Mlp::new()
            .hidden_layer_sizes([])
            .learning_rate(0.02)
            .epochs(40)
            .unknown_rate(0.0);
        let mlp = mlp
            .embedding(Embedding::new(0, 30, 4).init_std(0.3))
            .embedding(Embedding::new(1, 30, 4).init_std(0.3));
        let mlp = if dot { mlp.dot(0, 1) } else { mlp };
        let model: FittedMlp = mlp
            .fit(&binary(2, x.clone(), y.clone()).into_train())
            .unwrap();
        let p = predict(&model, 2, &tx);
        p.iter()
            .zip(&ty)
            .filter(|(p, y)| (**p > 0.5) == (**y == 1))
            .count() as f64
            / ty.len() as f64
    };
    let (with, without) = (accuracy(true), accuracy(false));
    assert!(with > 0.93, "{with}");
    assert!(without < 0.75, "{without}");
}

#[test]
fn weight_zero_is_the_row_removed_and_only_ratios_count() {
    let (x, y) = product(700, 6);
    let w: Vec<f64> = (0..700).map(|i| f64::from(i % 4)).collect();
    let mlp = Mlp::new().epochs(3).dropout(0.1);
    let fit = |x: &[f64], y: &[f64], w: Vec<f64>| -> FittedMlp {
        mlp.fit(
            &real(3, x.to_vec(), y.to_vec())
                .with_weights(w)
                .unwrap()
                .into_train(),
        )
        .unwrap()
    };
    let full = fit(&x, &y, w.clone());
    let kept: Vec<usize> = (0..700).filter(|i| i % 4 > 0).collect();
    let fewer_x: Vec<f64> = kept
        .iter()
        .flat_map(|&i| x[i * 3..i * 3 + 3].to_vec())
        .collect();
    let fewer_y: Vec<f64> = kept.iter().map(|&i| y[i]).collect();
    let fewer = fit(&fewer_x, &fewer_y, kept.iter().map(|&i| w[i]).collect());
    assert_eq!(full, fewer);
    assert_eq!(full, fit(&x, &y, w.iter().map(|w| w * 1024.0).collect()));
    // A cell that must not count may not change anything either, and weights must.
    let mut garbage = y.clone();
    (0..700)
        .filter(|i| i % 4 == 0)
        .for_each(|i| garbage[i] = 1e6);
    assert_eq!(full, fit(&x, &garbage, w));
    assert_ne!(full, fit(&x, &y, vec![1.0; 700]));
}

#[test]
fn early_stopping_restores_the_best_epoch() {
    // Labels are noise: every epoch past the first few fits the training rows and nothing else.
    let labels = |n, seed| noise(n, 1, seed);
    let train = || real(4, noise(80, 4, 1), labels(80, 2)).into_train();
    let valid = || real(4, noise(200, 4, 3), labels(200, 4)).into_valid();
    let mlp = Mlp::new()
        .hidden_layer_sizes([64])
        .learning_rate(0.01)
        .epochs(60)
        .batch_size(16)
        .patience(5);
    let model: FittedMlp = mlp.fit_valid(&train(), &valid()).unwrap();
    let h = model.history();
    let losses: Vec<f64> = h.epochs().iter().map(|e| e.valid_loss.unwrap()).collect();
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(h.restored() && losses.len() < 60 && h.best_epoch() < losses.len());
    assert_eq!(losses[h.best_epoch() - 1], best);
    let (x, y) = (noise(200, 4, 3), labels(200, 4));
    let mse = |m: &FittedMlp| {
        predict(m, 4, &x)
            .iter()
            .zip(&y)
            .map(|(p, y)| (p - y).powi(2))
            .sum::<f64>()
            / 200.0
    };
    assert!((mse(&model) - best).abs() < 1e-6);
    let last: FittedMlp = mlp
        .restore_best(false)
        .fit_valid(&train(), &valid())
        .unwrap();
    assert!(!last.history().restored());
    assert!((mse(&last) - losses[losses.len() - 1]).abs() < 1e-6);
    assert!(mse(&last) > best);
}

#[test]
fn the_callback_sees_each_epoch_and_can_stop() {
    let (x, y) = product(300, 7);
    let (train, valid) = (
        real(3, x.clone(), y.clone()).into_train(),
        real(3, x, y).into_valid(),
    );
    let mut seen = Vec::new();
    let mut on = |r: Round<'_>| {
        seen.push((
            r.round,
            r.of,
            r.metric.to_string(),
            r.train.is_some(),
            r.valid.is_some(),
        ));
        if r.round == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let model: FittedMlp = Mlp::new()
        .epochs(9)
        .fit_watched(&train, &valid, &mut on)
        .unwrap();
    assert_eq!(model.history().epochs().len(), 3);
    assert_eq!(
        seen,
        (1..=3)
            .map(|r| (r, 9, "squared_error".to_string(), true, true))
            .collect::<Vec<_>>()
    );
}

#[test]
fn serde_round_trip_and_refusal_of_contradicting_lengths() {
    let (x, y) = pairs(200, 3);
    let mlp = Mlp::new()
        .hidden_layer_sizes([5, 4])
        .activation(Activation::Tanh)
        .epochs(2)
        .seed(9);
    let mlp = mlp
        .embedding(Embedding::new("x0", 30, 2))
        .embedding(Embedding::new(1, 30, 2))
        .dot(0, 1);
    assert_eq!(
        serde_json::from_str::<Mlp>(&serde_json::to_string(&mlp).unwrap()).unwrap(),
        mlp
    );
    let model: FittedMlp = mlp.fit(&binary(2, x.clone(), y).into_train()).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    let back: FittedMlp = serde_json::from_str(&text).unwrap();
    assert_eq!(back, model);
    assert_eq!(predict(&back, 2, &x), predict(&model, 2, &x));
    for (from, to) in [
        ("\"cardinality\":30", "\"cardinality\":31"),
        ("\"outputs\":5", "\"outputs\":6"),
        ("\"dots\":[[0,1]]", "\"dots\":[[0,7]]"),
    ] {
        assert!(text.contains(from));
        assert!(
            serde_json::from_str::<FittedMlp>(&text.replacen(from, to, 1)).is_err(),
            "{to}"
        );
    }
}

#[test]
fn relevance_learns_grades_row_by_row() {
    let x = noise(1500, 2, 8);
    let grades: Vec<f32> = x
        .chunks(2)
        .map(|r| {
            if r[0] > 0.3 {
                2.0
            } else if r[0] > -0.3 {
                1.0
            } else {
                0.0
            }
        })
        .collect();
    let queries: Vec<u32> = (0..1500).map(|i| i / 10).collect();
    let labels = RelevanceLabels::new(grades, queries).unwrap();
    let data: Dataset<Dense<f64>, Relevance> =
        Dataset::new(Dense::from_rows(2, x).unwrap(), labels).unwrap();
    let model: FittedMlp = Mlp::new()
        .learning_rate(0.01)
        .fit(&data.into_train())
        .unwrap();
    let s = predict(&model, 2, &[-0.8, 0.0, 0.0, 0.0, 0.8, 0.0]);
    assert!(s[0] < -1.0 && s[1].abs() < 0.6 && s[2] > 1.0, "{s:?}");
}

#[test]
fn dropout_and_weight_decay_change_training_and_seeds_repeat() {
    let (x, y) = product(400, 9);
    let fit = |mlp: Mlp| -> FittedMlp {
        mlp.epochs(2)
            .fit(&real(3, x.clone(), y.clone()).into_train())
            .unwrap()
    };
    let base = fit(Mlp::new());
    assert_eq!(base, fit(Mlp::new()));
    for other in [
        Mlp::new().seed(1),
        Mlp::new().dropout(0.3),
        Mlp::new().weight_decay(1.0),
        Mlp::new().shuffle(false),
    ] {
        assert_ne!(base, fit(other));
    }
    let norm = |m: &FittedMlp| m.layer(0).unwrap().0.iter().map(|w| w * w).sum::<f32>();
    assert!(norm(&fit(Mlp::new().weight_decay(50.0))) < 0.9 * norm(&base));
}
