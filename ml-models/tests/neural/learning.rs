//! Learning, and settings that change it.

use super::*;

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
