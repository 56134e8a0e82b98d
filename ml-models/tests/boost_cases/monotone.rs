//! Monotone predictions.

use super::*;

/// LightGBM 4.7 refuses the three losses, too, and columns of categories.
#[test]
fn case_m1_monotone_constraints_with_renewed_leaves_are_refused() {
    let (x, y) = rows(1);
    let train = dataset::<Real>(&x, RealLabels::new(&y[..]).unwrap()).into_train();
    let ways = [
        boost(),
        boost().path_smooth(2.0),
        boost().boosting(Boosting::Dart),
        boost().boosting(Boosting::Rf).feature_fraction(0.5),
    ];
    for (boost, objective) in ways
        .iter()
        .flat_map(|b| RENEWED.map(|o| (b.clone().objective(o), o)))
    {
        let none = boost.clone().monotone_constraints([0, 0, 0, 0]);
        let model: FittedBoost = none.fit(&train).unwrap();
        for directions in [[1, 0, 0, 0], [0, 0, -1, 0]] {
            let boost = boost.clone().monotone_constraints(directions);
            let refused = message(boost.fit::<_, FittedBoost>(&train));
            assert!(
                refused.contains("monotone_constraints") && refused.contains("RegressionL1"),
                "{objective:?}: {refused}"
            );
            assert_eq!(message(boost.check()), refused);
            assert!(message(boost.bin_rows(&train)).contains("monotone_constraints"));
            assert!(
                message(boost.clone().refit(model.clone()).fit(&train))
                    .contains("monotone_constraints")
            );
            assert!(
                message(boost.init_model(model.clone()).fit(&train))
                    .contains("monotone_constraints")
            );
        }
    }
    let categories = boost()
        .categorical_feature(["x3"])
        .monotone_constraints([0, 0, 0, 1]);
    let refused = message(categories.fit::<_, FittedBoost>(&train));
    assert!(
        refused.contains("monotone_constraints") && refused.contains("`x3`"),
        "{refused}"
    );
}

#[test]
fn case_m1_monotone_predictions_never_turn() {
    let losses = [
        Objective::Regression,
        Objective::Huber,
        Objective::Fair,
        Objective::Poisson,
        Objective::Gamma,
        Objective::Tweedie,
    ];
    for seed in 0..3 {
        let (x, y) = rows(seed);
        let labels = RealLabels::new(&y[..]).unwrap();
        let positive: Vec<u8> = y.iter().map(|y| u8::from(*y > 7.0)).collect();
        let train = dataset::<Real>(&x, labels.clone()).into_train();
        let weights: Vec<f64> = (0..ROWS).map(|i| 0.1 + (i % 7) as f64).collect();
        let linear: Vec<f64> = x.chunks(4).map(|x| x[3] * 0.5 - x[0] * 0.1).collect();
        let started = dataset::<Real>(&x, labels).with_weights(weights).unwrap();
        let started = started.with_init_score(linear).unwrap().into_train();
        let later: Vec<f64> = y.iter().rev().copied().collect();
        let later = dataset::<Real>(&x, RealLabels::new(later).unwrap()).into_train();
        let binary = BinaryLabels::new(positive, "yes").unwrap();
        let binary = dataset::<Binary>(&x, binary).into_train();
        for (way, boost) in ways() {
            for objective in losses {
                let what = format!("{way} {objective:?} {seed}");
                let boost = boost.clone().objective(objective);
                let model: FittedBoost = boost.fit(&train).unwrap();
                // From 0, all gradients of Huber's loss are equal.
                let splits = model.split_importance().iter().sum::<u64>();
                assert!(splits > 0 || way == "from 0", "{what}");
                assert_monotone(&model, &x, &what);
                if way.contains("forest") {
                    continue;
                }
                let model: FittedBoost = boost.fit(&started).unwrap();
                assert_monotone(&model, &x, &format!("{what} from scores"));
                for decay in [0.0, 0.6] {
                    let refit = boost.clone().refit_decay_rate(decay).refit(model.clone());
                    assert_monotone(&refit.fit(&later).unwrap(), &x, &format!("{what} refit"));
                }
            }
            assert_monotone(
                &boost.fit(&binary).unwrap(),
                &x,
                &format!("{way} binary {seed}"),
            );
            let custom: FittedBoost = boost.clone().custom_objective(Cubic).fit(&train).unwrap();
            assert_monotone(&custom, &x, &format!("{way} cubic {seed}"));
        }
    }
}
