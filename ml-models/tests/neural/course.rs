//! The course of a training, and the two paths of a fitted network.

use super::*;

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
    assert_eq!(model.predict(&small).unwrap().0, batch);
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
        .fit_valid_watched(&train, &valid, &mut on)
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
