//! Promises that hold for every way of boosting: monotone predictions, refits of models without
//! splits, early stopping that has something to watch.
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::Result;
use ml_data::contract::{Direction, Fit, Metric, Params, Predict};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, Names, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Scores, Target,
};
use ml_models::boost::{
    Boost, Boosting, CustomObjective, DataSampleStrategy, FitBinned, FittedBoost,
    FittedBoostClassifier, Objective,
};

const ROWS: usize = 150;

fn message<T>(result: Result<T>) -> String {
    result.err().map_or_else(String::new, |e| e.to_string())
}

/// Four columns, the third with holes; labels rise with the first and fall with the second, on the
/// whole.
fn rows(seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = generator(seed, "cases", 0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..ROWS {
        let u: [f64; 4] = std::array::from_fn(|_| (rng.random::<f64>() * 10.0).floor());
        let hole = if u[2] > 7.0 { f64::NAN } else { u[2] };
        x.extend([u[0], u[1], hole, u[3]]);
        let wave = 2.0 * (u[0] + u[3]).sin() - (u[1] * 0.8).cos();
        y.push((6.0 + u[0] * 0.4 - u[1] * 0.3 + wave + 4.0 * rng.random::<f64>()).max(0.1));
    }
    (x, y)
}

fn dataset<Y: Target>(x: &[f64], labels: Y::Labels) -> Dataset<Dense<f64>, Y> {
    Dataset::new(Dense::from_rows(4, x.to_vec()).unwrap(), labels).unwrap()
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(8)
        .num_leaves(12)
        .min_data_in_leaf(2)
        .min_data_in_bin(1)
        .min_sum_hessian_in_leaf(0.0)
        .learning_rate(0.7)
}

const RENEWED: [Objective; 3] = [
    Objective::RegressionL1,
    Objective::Quantile,
    Objective::Mape,
];

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

/// A third of the squared error beyond the second power.
#[derive(Debug)]
struct Cubic;

impl CustomObjective for Cubic {
    fn gradients(&self, labels: &[f64], scores: &[f64], out: &mut [[f32; 2]]) {
        for ((out, y), s) in out.iter_mut().zip(labels).zip(scores) {
            let x = s - y;
            *out = [(x * x.abs()) as f32, (2.0 * x.abs()) as f32];
        }
    }
    fn evaluate(&self, labels: &[f64], scores: &[f64], _: Option<&[f64]>) -> f64 {
        let each = labels
            .iter()
            .zip(scores)
            .map(|(y, s)| (s - y).abs().powi(3));
        each.sum::<f64>() / labels.len() as f64
    }
    fn name(&self) -> &'static str {
        "cubic"
    }
}

/// Predictions rise along the first column and fall along the second, at other values of some rows.
fn assert_monotone(model: &FittedBoost, x: &[f64], what: &str) {
    for row in x.chunks(4).step_by(5) {
        for (column, sign) in [(0, 1.0), (1, -1.0)] {
            let grid = (-1..=10).flat_map(|k| {
                let mut cells = row.to_vec();
                cells[column] = f64::from(k) + 0.5;
                cells
            });
            let grid = Dense::from_rows(4, grid.collect()).unwrap();
            let raw = model.raw_scores(View::all(&grid)).unwrap();
            assert!(
                raw.windows(2).all(|w| sign * (w[1] - w[0]) >= 0.0),
                "{what}: column {column} {raw:?}"
            );
            let predicted = model.predict(View::all(&grid)).unwrap().0;
            assert!(
                predicted.windows(2).all(|w| sign * (w[1] - w[0]) >= 0.0),
                "{what}: column {column} {predicted:?}"
            );
        }
    }
}

fn ways() -> Vec<(&'static str, Boost)> {
    let boost = boost().monotone_constraints([1, -1, 0, 0]);
    let b = || boost.clone();
    vec![
        ("plain", b()),
        ("smooth", b().path_smooth(3.0)),
        ("step", b().max_delta_step(0.4)),
        ("both", b().path_smooth(30.0).max_delta_step(0.2)),
        ("penalties", b().lambda_l1(2.0).lambda_l2(3.0)),
        (
            "dart",
            b().boosting(Boosting::Dart)
                .skip_drop(0.0)
                .drop_rate(0.5)
                .path_smooth(1.0),
        ),
        (
            "forest",
            b().boosting(Boosting::Rf)
                .bagging_freq(1)
                .bagging_fraction(0.6),
        ),
        (
            "smooth forest",
            b().boosting(Boosting::Rf)
                .feature_fraction(0.5)
                .path_smooth(5.0),
        ),
        ("goss", b().data_sample_strategy(DataSampleStrategy::Goss)),
        ("random", b().extra_trees(true).feature_fraction_bynode(0.5)),
        ("few levels", b().use_quantized_grad(true)),
        ("from 0", b().boost_from_average(false).num_iterations(20)),
        (
            "categories",
            b().categorical_feature(["x3"])
                .min_data_per_group(5)
                .cat_smooth(1.0)
                .max_cat_to_onehot(2),
        ),
        ("hole", boost.clone().monotone_constraints([1, -1, 1, -1])),
    ]
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
            let custom: FittedBoost = boost.clone().custom(Cubic).fit(&train).unwrap();
            assert_monotone(&custom, &x, &format!("{way} cubic {seed}"));
        }
    }
}

/// Rows that nothing can split.
fn flat<Y: Target>(labels: Y::Labels) -> Dataset<Dense<f64>, Y> {
    use ml_data::sample::Labels;
    let n = labels.len();
    Dataset::new(Dense::from_rows(1, vec![0.0; n]).unwrap(), labels).unwrap()
}

fn predicted(model: &FittedBoost) -> f64 {
    let x = Dense::from_rows(1, vec![0.0]).unwrap();
    model.predict(View::all(&x)).unwrap().0[0]
}

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

#[derive(Debug, Clone)]
struct Bias;

impl Metric<Real> for Bias {
    fn name(&self) -> &'static str {
        "bias"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(&self, y: &RealLabels, predicted: &Scores, _: Option<&[f64]>) -> Result<f64> {
        let each = y.values().iter().zip(&predicted.0).map(|(y, p)| p - y);
        Ok(each.sum::<f64>().abs())
    }
}

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
        message(early.clone().custom(Cubic).fit::<_, FittedBoost>(&train)),
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
/// record, the best round is one of those that were measured, and a checkpoint goes on the same way.
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

/// Rows of weight 0 are left out: of the count of rows in errors they are not.
#[test]
fn errors_name_rows_of_the_sample() {
    #[derive(Debug, Clone)]
    struct Broken;
    impl CustomObjective for Broken {
        fn gradients(&self, _: &[f64], _: &[f64], out: &mut [[f32; 2]]) {
            out.fill([0.5, 1.0]);
            out[2] = [f32::NAN, 1.0];
        }
        fn evaluate(&self, _: &[f64], _: &[f64], _: Option<&[f64]>) -> f64 {
            0.0
        }
        fn name(&self) -> &'static str {
            "broken"
        }
    }
    let (x, mut y) = rows(3);
    let mut weights = vec![1.0; ROWS];
    (weights[0], weights[2]) = (0.0, 0.0);
    y[0] = 1e31; // left out with its row
    let sample = |y: &[f64]| dataset::<Real>(&x, RealLabels::new(y).unwrap());
    let weighted = |y: &[f64]| {
        sample(y)
            .with_weights(weights.clone())
            .unwrap()
            .into_train()
    };
    let e = boost().custom(Broken).fit(&weighted(&y)).unwrap_err();
    // The third of the rows 1, 3, 4.
    assert!(matches!(e, ml_data::Error::Cell { row: 4, .. }), "{e}");
    assert!(boost().fit::<_, FittedBoost>(&weighted(&y)).is_ok());
    y[1] = -1e31;
    let e = boost().fit::<_, FittedBoost>(&weighted(&y)).unwrap_err();
    assert!(matches!(e, ml_data::Error::Cell { row: 1, .. }), "{e}");
}
