//! Rows, columns, ids and parameters that are refused by name.

use super::*;

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
        assert!(text(good.predict(&dense).unwrap_err()).contains("row 7"));
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
    assert!(matches!(model.predict(&wide), Err(Error::Schema(_))));
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
        let e = model.predict(&Dense::from_rows(1, broken).unwrap());
        assert_eq!(e.is_err(), bad != 20.0);
    }
}
