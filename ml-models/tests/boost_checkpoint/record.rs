//! The record and the bar of a training.

use super::*;

#[test]
fn the_record_has_the_metric_of_training_and_validation_rows() {
    let (_, valid) = parts();
    let weights: Vec<f64> = (0..600).map(|i| f64::from(i % 4) * 0.75).collect();
    let train = real(600, 1).with_weights(weights).unwrap().into_train();
    for way in ["bagging", "goss", "dart", "forest", "random"] {
        let boost = boost(way)
            .early_stopping_round(None)
            .is_provide_training_metric(true);
        let mut told = Vec::new();
        let mut note = |round: Round<'_>| {
            assert_eq!(round.metric, "l2");
            told.push((round.train.unwrap(), round.valid.unwrap()));
            ControlFlow::Continue(())
        };
        let model: FittedBoost = boost.fit_valid_watched(&train, &valid, &mut note).unwrap();
        let record = model.evals_result();
        assert_eq!((record.metric(), record.higher_is_better()), ("l2", false));
        assert_eq!(
            (record.training().len(), record.valid().len()),
            (ROUNDS, ROUNDS)
        );
        let kept: Vec<_> = record
            .training()
            .iter()
            .copied()
            .zip(record.valid().iter().copied())
            .collect();
        assert_eq!(kept, told);
        let found = [
            l2(&model, train.x(), train.y().values(), train.weights()),
            l2(&model, valid.x(), valid.y().values(), None),
        ];
        for (found, kept) in found.iter().zip([kept[ROUNDS - 1].0, kept[ROUNDS - 1].1]) {
            assert!((found - kept).abs() < 1e-9 * found, "{way}: {found} {kept}");
        }
        let alone: FittedBoost = boost.fit(&train).unwrap();
        assert_eq!(alone.evals_result().training(), record.training());
        assert!(alone.evals_result().valid().is_empty());
    }
    let plain: FittedBoost = boost("random").fit(&train).unwrap();
    assert!(plain.evals_result().training().is_empty() && plain.best_score().is_none());
    let early = boost("bagging")
        .early_stopping_round(Some(5))
        .num_iterations(500);
    let early: FittedBoost = early.fit_valid(&train, &valid).unwrap();
    let best = early
        .history()
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    assert_eq!(early.best_score(), Some(best));
}

#[test]
fn a_bar_shows_rounds_and_metrics() {
    let (train, valid) = parts();
    let bar = ProgressBar::hidden();
    let _: FittedBoost = boost("random")
        .progress_bar(bar.clone())
        .fit(&train)
        .unwrap();
    assert_eq!(
        (bar.position(), bar.length(), bar.message().as_str()),
        (60, Some(60), "")
    );
    let bar = ProgressBar::hidden();
    let early = boost("bagging")
        .early_stopping_round(Some(5))
        .num_iterations(500);
    let shown = early
        .is_provide_training_metric(true)
        .progress_bar(bar.clone());
    let model: FittedBoost = shown.fit_valid(&train, &valid).unwrap();
    assert_eq!(bar.position(), model.history().len() as u64);
    let (best, score) = (model.best_iteration().unwrap(), model.best_score().unwrap());
    let message = bar.message();
    assert!(
        message.contains(&format!("best {score:.6} (round {best})")),
        "{message}"
    );
    assert!(message.starts_with("training l2 "), "{message}");
}
