//! Validation rows: when they are needed, and which are refused.

use super::*;

/// LightGBM: "For early stopping, at least one dataset and eval metric is required for evaluation".
#[test]
fn case_m10_early_stopping_needs_validation_rows() {
    let (x, y) = rows(2);
    let data = || dataset::<Real>(&x, RealLabels::new(&y[..]).unwrap());
    let (train, valid) = (data().into_train(), data().into_valid());
    let plain = boost().num_iterations(3);
    let early = plain.clone().early_stopping_round(Some(2));
    let half: FittedBoost = plain.clone().num_iterations(1).fit(&train).unwrap();
    let bins = plain.bin_rows(&train).unwrap();
    let refused = [
        message(early.fit::<_, FittedBoost>(&train)),
        message(early.fit_binned(&bins)),
        message(early.clone().metric(Bias).fit::<_, FittedBoost>(&train)),
        message(early.clone().metric(Bias).fit_binned(&bins)),
        message(
            early
                .clone()
                .custom_objective(Cubic)
                .fit::<_, FittedBoost>(&train),
        ),
        message(early.clone().init_model(half.clone()).fit(&train)),
        message(
            early
                .clone()
                .checkpoint("never/written", 1)
                .fit::<_, FittedBoost>(&train),
        ),
    ];
    for refused in refused {
        assert!(
            refused.contains("early_stopping_round") && refused.contains("validation"),
            "{refused}"
        );
    }
    let stopped: FittedBoost = early.fit_valid(&train, &valid).unwrap();
    assert!(stopped.best_iteration().is_some());
    assert!(early.fit_binned_valid(&bins, &valid).is_ok());
    // A refit has no rounds to stop.
    assert!(early.refit(half).fit(&train).is_ok());
}

#[test]
fn no_validation_rows_are_refused() {
    let (x, y) = rows(3);
    let train = dataset::<Real>(&x, RealLabels::new(&y[..]).unwrap()).into_train();
    let none = || dataset::<Real>(&[], RealLabels::new(Vec::new()).unwrap()).into_valid();
    assert!(
        message(boost().fit_valid::<_, FittedBoost>(&train, &none())).contains("validation sample")
    );
    let watched = boost().metric(Bias);
    assert!(
        message(watched.fit_valid::<_, FittedBoost>(&train, &none())).contains("validation sample")
    );
}

/// Columns in another order are other columns: a training that is watched on them would stop by
/// chance.
#[test]
fn validation_rows_of_other_columns_are_refused() {
    let named = |names: [&str; 4]| {
        let (x, y) = rows(3);
        let x = Dense::from_rows(4, x).unwrap();
        let x = x.with_names(Names::new(names)).unwrap();
        Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap()).unwrap()
    };
    let train = named(["a", "b", "c", "d"]).into_train();
    let fit = |valid: Dataset<Dense<f64>, Real>| {
        boost().fit_valid::<_, FittedBoost>(&train, &valid.into_valid())
    };
    assert!(fit(named(["a", "b", "c", "d"])).is_ok());
    let e = fit(named(["b", "a", "c", "d"])).unwrap_err();
    assert!(e.is_schema(), "{e}");
}

/// A model that was fitted without validation rows goes on with them: its rounds are `NaN` in the
/// record, the best round is one of those that were measured, and a checkpoint goes on the same
/// way.
#[test]
fn rounds_of_an_earlier_model_that_were_not_measured_are_nan() {
    let (x, y) = rows(3);
    let (vx, vy) = rows(4);
    let real = |x: &[f64], y: &[f64]| dataset::<Real>(x, RealLabels::new(y).unwrap());
    let (train, valid) = (real(&x, &y).into_train(), real(&vx, &vy).into_valid());
    let first: FittedBoost = boost()
        .num_iterations(5)
        .learning_rate(0.05)
        .fit(&train)
        .unwrap();
    let more = || {
        boost()
            .num_iterations(40)
            .learning_rate(0.3)
            .early_stopping_round(Some(4))
    };
    let model: FittedBoost = more()
        .init_model(first.clone())
        .fit_valid(&train, &valid)
        .unwrap();
    let history = model.history();
    assert!(history[..5].iter().all(|m| m.is_nan()) && history[5..].iter().all(|m| m.is_finite()));
    let best = model.best_iteration().unwrap();
    assert!(best > 5, "{best}");
    let least = history[5..].iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(model.best_score(), Some(least));
    assert_eq!(history[best - 1], least);
    assert_eq!(model.trees().len(), best);
    // Another metric than the earlier model was watched by says nothing of the new one.
    let watched: FittedBoost = boost().num_iterations(3).fit_valid(&train, &valid).unwrap();
    let other = more().metric(Bias).init_model(watched.clone());
    let other: FittedBoost = other.fit_valid(&train, &valid).unwrap();
    assert!(other.history()[..3].iter().all(|m| m.is_nan()));
    let same: FittedBoost = more()
        .init_model(watched.clone())
        .fit_valid(&train, &valid)
        .unwrap();
    assert_eq!(same.history()[..3], watched.history()[..3]);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training");
    let stopped: FittedBoost = more()
        .num_iterations(8)
        .checkpoint(&path, 1)
        .init_model(first.clone())
        .fit_valid(&train, &valid)
        .unwrap();
    assert_eq!(stopped.history().len(), 8);
    let resumed = more().checkpoint(&path, 1).init_model(first);
    let resumed: FittedBoost = resumed.fit_valid(&train, &valid).unwrap();
    assert_eq!(resumed.ensemble(), model.ensemble());
    assert_eq!(resumed.best_score(), model.best_score());
}
