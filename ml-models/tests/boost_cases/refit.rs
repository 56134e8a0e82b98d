//! Refits of models without splits.

use super::*;

/// LightGBM 4.7: 7 and 3.85 of squared error. Of other losses it takes one step from 0, to 1
/// (absolute error) or 19.7 (Poisson); their best constant of labels 7 is 7.
#[test]
fn case_m4_refit_without_splits() {
    let of = |y: f64| flat::<Real>(RealLabels::new(vec![y; 30]).unwrap());
    let losses = [
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
    for objective in losses {
        // With random rows, each round has a tree of one leaf.
        for boost in [
            boost(),
            boost().boost_from_average(false),
            boost().bagging_freq(1).bagging_fraction(0.5),
        ] {
            let boost = boost.objective(objective);
            let old: FittedBoost = boost.fit(&of(3.5).into_train()).unwrap();
            let refit = |decay: f64| {
                let refit = boost.clone().refit_decay_rate(decay).refit(old.clone());
                predicted(&refit.fit(&of(7.0).into_train()).unwrap())
            };
            assert!(
                (refit(0.0) - 7.0).abs() < 1e-9,
                "{objective:?}: {}",
                refit(0.0)
            );
            assert!((refit(1.0) - predicted(&old)).abs() < 1e-9, "{objective:?}");
        }
    }
    let old: FittedBoost = boost().fit(&of(3.5).into_train()).unwrap();
    let tenth = boost()
        .refit(old.clone())
        .fit(&of(7.0).into_train())
        .unwrap();
    assert!((predicted(&tenth) - 3.85).abs() < 1e-12);
    // Weighted, and on top of initial scores: (7 * 1 + 1 * 2) / 3, and 7 - 2.
    let labels = || RealLabels::new(vec![7.0, 1.0]).unwrap();
    let zero = boost().refit_decay_rate(0.0).refit(old);
    let weighted = flat::<Real>(labels())
        .with_weights(vec![0.5, 1.0])
        .unwrap()
        .into_train();
    assert!((predicted(&zero.fit(&weighted).unwrap()) - 3.0).abs() < 1e-12);
    let scored = of(7.0).with_init_score(vec![2.0; 30]).unwrap().into_train();
    assert!((predicted(&zero.fit(&scored).unwrap()) - 5.0).abs() < 1e-12);
}

#[test]
fn case_m4_refit_of_classes_without_splits() {
    let two = |yes: usize| {
        let labels: Vec<u8> = (0..10).map(|i| u8::from(i < yes)).collect();
        flat::<Binary>(BinaryLabels::new(labels, "yes").unwrap()).into_train()
    };
    let zero = boost().refit_decay_rate(0.0);
    let old: FittedBoost = zero.fit(&two(5)).unwrap();
    assert!(
        (predicted(&zero.clone().refit(old.clone()).fit(&two(2)).unwrap()) - 0.2).abs() < 1e-12
    );
    assert!(message(zero.clone().refit(old).fit(&two(10))).contains("one class"));

    let three = |counts: [usize; 3]| {
        let codes: Vec<u32> = (0..3).flat_map(|c| vec![c; counts[c as usize]]).collect();
        let names = ["a", "b", "c"].map(Box::from).to_vec();
        flat::<Class>(ClassLabels::new(codes, names).unwrap()).into_train()
    };
    for objective in [Objective::Multiclass, Objective::MulticlassOva] {
        let zero = zero.clone().objective(objective);
        let old: FittedBoostClassifier = zero.fit(&three([4, 3, 3])).unwrap();
        let new: FittedBoostClassifier = zero.refit(old).fit(&three([1, 2, 7])).unwrap();
        let x = Dense::from_rows(1, vec![0.0]).unwrap();
        let shares = new.ensemble().predictions(View::all(&x)).unwrap();
        for (got, want) in shares.iter().zip([0.1, 0.2, 0.7]) {
            assert!((got - want).abs() < 1e-9, "{objective:?} {shares:?}");
        }
    }
}
