//! A toy pipeline through every contract: composition, roles, weights, sessions, conformance.
#![allow(missing_docs, clippy::unwrap_used)]

mod toys;

use ml_data::artifact::{Loader, load_as, save};
use ml_data::contract::ScoreRow;
use ml_data::prelude::*;
use ml_data::sample::{BinaryLabels, KFold, RealLabels};
use ml_data::table::{RowBinder, RowBuf, TableRow};
use ml_data::testkit::{
    Claims, CountingAllocator, Fixture, Weights, check_metric, check_model, check_step,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use toys::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn fixture() -> Fixture<Table, RealLabels> {
    let rows = |n: usize| table(n).drop(&["y"]).unwrap();
    let labels = |n: usize| {
        RealLabels::new((0..n).map(|i| (i * 13 % 29) as f64).collect::<Vec<_>>()).unwrap()
    };
    let train = rows(60);
    let strange = Table::new([
        ("x", Column::num([f64::INFINITY])),
        ("city", Column::cat([Some("Lima")])),
    ])
    .unwrap();
    let strange = strange.conform(train.schema()).unwrap();
    Fixture {
        train,
        labels: labels(60),
        valid: rows(20),
        valid_labels: labels(20),
        strange,
    }
}

#[test]
fn the_toy_step_and_model_conform() {
    let report = check_step::<Table, Real, _>(&Mean, &fixture(), Claims::default());
    assert!(report.passed(), "{report}");
    assert!(report.checked().len() >= 10);
    let report = check_model::<Table, Real, _>(&pipeline(), &fixture(), Claims::default());
    assert!(report.passed(), "{report}");
}

#[test]
fn the_suite_notices_a_broken_step() {
    #[derive(Debug, Clone)]
    struct Forgetful;
    #[derive(Debug, Serialize, Deserialize)]
    struct FittedForgetful {
        #[serde(skip)]
        constant: f64,
    }
    impl Params for Forgetful {
        fn name(&self) -> &'static str {
            "Forgetful"
        }
    }
    impl Transformer<Table, Real> for Forgetful {
        type Out = Dense;
        type Fitted = FittedForgetful;
        fn fit_transform(
            &self,
            t: &Sample<Table, Real, Train>,
        ) -> Result<(FittedForgetful, Dense)> {
            Ok((
                FittedForgetful { constant: 3.0 },
                Dense::from_rows(1, vec![3.0; t.len()])?,
            ))
        }
    }
    impl Apply<Table> for FittedForgetful {
        type Out = Dense;
        type Scratch = ();
        fn header(&self, _: &Arc<ml_data::table::Schema>) -> Names {
            Names::new(["c"])
        }
        fn apply_row(&self, _: TableRow<'_>, _: &mut (), out: &mut Vec<f64>) -> Result<()> {
            out.push(self.constant + vec![1.0].len() as f64);
            Ok(())
        }
    }
    let text = check_step::<Table, Real, _>(&Forgetful, &fixture(), Claims::default()).to_string();
    for broken in [
        "serde round trip",
        "empty input",
        "no allocation on a warm row",
    ] {
        assert!(text.contains(broken), "{text}");
    }
}

#[test]
fn the_toy_metric_conforms() {
    let truth = RealLabels::new((0..30).map(f64::from).collect::<Vec<_>>()).unwrap();
    let report = check_metric::<Real>(
        &Mae,
        &truth,
        &Scores((0..30).map(|i| f64::from(i % 7)).collect()),
        Weights::Honoured(1e-12),
    );
    assert!(report.passed(), "{report}");
}

#[test]
fn case_s7_a_pipeline_fits_scores_saves_and_serves() {
    let TrainValidTest { train, valid, test } = table(100)
        .regression("y")
        .unwrap()
        .split(Split::random(0.2, 0.2))
        .unwrap();
    let model = pipeline().fit(&train).unwrap();
    let board = valid.score(&[("shift", &model)], &[&Mae]).unwrap();
    assert_eq!((&*board.part, board.rows.len()), ("valid", 1));
    let json = serde_json::to_string(&board).unwrap();
    assert_eq!(serde_json::from_str::<Scoreboard>(&json).unwrap(), board);
    let twice = valid.score(&[("shift", &model), ("shift", &model)], &[&Mae]);
    let text = twice.unwrap_err().to_string();
    assert!(text.contains("duplicate model `shift`"), "{text}");
    let twice = valid.score(&[("shift", &model)], &[&Mae, &Mae]);
    let text = twice.unwrap_err().to_string();
    assert!(text.contains("duplicate metric `mae`"), "{text}");
    let board = test.evaluate(&[("shift", &model)], &[&Mae]).unwrap();
    assert!(board.to_string().starts_with("test "), "{board}");
    for (train, valid) in train.folds(&KFold::new(3)).unwrap() {
        let model = pipeline().fit(&train).unwrap();
        assert!(
            valid
                .score(&[("fold", &model)], &[&Mae])
                .unwrap()
                .get("fold", "mae")
                .unwrap()
                > 0.0
        );
    }

    let bytes = save("toy/1", &model).unwrap();
    let typed = load_as::<Table, Real, _>(pipeline, "toy/1", &bytes, None).unwrap();
    let served = Loader::<Table, Real>::new()
        .with("toy/1", pipeline)
        .load(&bytes, None)
        .unwrap();
    // Behind the pointer stands the same model, and the board holds its scores.
    let predicted = model.predict(valid.x()).unwrap();
    assert_eq!(predicted.len(), valid.len());
    assert_eq!(served.predict_view(valid.x()).unwrap(), predicted);
    let by_hand = Mae.score(valid.y(), &predicted, None).unwrap();
    let of_rows = MetricFn::mean::<Real>("mae", Direction::LowerIsBetter, |y, p| (y - p).abs());
    let found = of_rows.score(valid.y(), &predicted, None).unwrap();
    assert!((found - by_hand).abs() < 1e-12 * by_hand);
    let board = valid.score(&[("other", &model)], &[&Mae]).unwrap();
    assert_eq!(board.get("other", "mae"), Some(by_hand));
    assert_eq!(
        [board.get("shift", "mae"), board.get("other", "rmse")],
        [None; 2]
    );
    let binder = RowBinder::new(served.trained_on());
    let mut session = served.clone().session();
    let (mut row, object) = (
        RowBuf::default(),
        serde_json::json!({"x": 4.0, "city": "Lima"}),
    );
    let answer = session
        .predict(binder.fill(&object, &mut row).unwrap())
        .unwrap();
    let mut direct = 0.0;
    typed
        .predict_row(Table::view(&row), &mut Default::default(), &mut direct)
        .unwrap();
    assert_eq!(answer, direct);
}

#[test]
fn weights_times_and_groups_travel_with_rows() {
    let t = table(50)
        .with_column("w", Column::num((0..50).map(|i| f64::from(i % 3))))
        .unwrap()
        .with_column("at", Column::time((0..50).map(|i| Some(i64::from(i)))))
        .unwrap()
        .with_role("w", Role::Weight)
        .unwrap()
        .with_role("at", Role::Time)
        .unwrap();
    let TrainValidTest { train, test, .. } = t
        .regression("y")
        .unwrap()
        .split(Split::temporal(30, 40))
        .unwrap();
    assert_eq!(train.times().unwrap(), (0..30).collect::<Vec<i64>>());
    assert_eq!(train.weights().unwrap()[4], 1.0);
    assert_eq!(train.header().len(), 2, "x and city stay features");
    assert_eq!(test.len(), 10);
    let (_, rows) = Mean.fit_transform(&train).unwrap();
    assert_eq!(train.with_x(rows).unwrap().weights(), train.weights());
}

#[test]
fn bad_labels_and_empty_samples_are_named() {
    let e = table(10)
        .with_column("y", Column::num([f64::NAN; 10]))
        .unwrap()
        .regression("y")
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "column `y`, row 0: expected a finite number, found NaN"
    );
    let e = table(10).binary("city", "Lima").unwrap_err();
    assert_eq!(
        e.to_string(),
        "no level of column `city` is called `Lima`; there is Oslo, Riga, Rome"
    );
    let e = table(10).regression("yy").unwrap_err();
    assert_eq!(
        e.to_string(),
        "regression: no column `yy` (is it `y`?)".replace("regression", "Table")
    );
    let none = Dataset::<Table, Real>::new(table(0), RealLabels::new(Vec::new()).unwrap()).unwrap();
    assert_eq!(
        pipeline().fit(&none.into_train()).unwrap_err().to_string(),
        "training sample is empty"
    );
    assert!(BinaryLabels::new(vec![0, 2], "yes").is_err());
}

#[test]
fn predicting_other_columns_is_refused() {
    let train = table(30).regression("y").unwrap().into_train();
    let model = pipeline().fit(&train).unwrap();
    let other = Table::new([("z", Column::num([1.0]))]).unwrap();
    let e = model.predict(&other).unwrap_err().to_string();
    assert!(
        e.contains("`x` (numeric): missing") && e.contains("`z` (numeric): not expected"),
        "{e}"
    );
}

fn scores(rows: &[(&str, f64)]) -> Scoreboard {
    let row = |(model, score): &(&str, f64)| ScoreRow {
        model: (*model).into(),
        scores: vec![0.5, *score],
    };
    Scoreboard {
        part: "valid".into(),
        metrics: vec![
            ("auc".into(), Direction::HigherIsBetter),
            ("mae".into(), Direction::LowerIsBetter),
        ],
        rows: rows.iter().map(row).collect(),
    }
}

#[test]
fn the_best_of_a_board_is_a_number_and_the_first_of_equal_ones() {
    let board = scores(&[("a", f64::NAN), ("b", 2.0), ("c", 1.0), ("d", 1.0)]);
    assert_eq!(board.best("mae").unwrap(), "c");
    assert_eq!(board.best("auc").unwrap(), "a");
    let e = board.best("rmse").unwrap_err();
    assert_eq!(
        e.to_string(),
        "no metric of the board is called `rmse`; there is auc, mae"
    );
    assert!(e.is_data());
    let none = scores(&[("a", f64::NAN)]);
    assert!(none.best("mae").is_err() && scores(&[]).best("mae").is_err());
    assert!(
        board
            .to_string()
            .ends_with("\n+ higher is better, - lower is better")
    );
}

#[test]
fn a_mean_over_rows_names_what_it_can_not_score() {
    let root = MetricFn::mean::<Real>("root", Direction::LowerIsBetter, |y, p| (y - p).sqrt());
    let truth = RealLabels::new([1.0, 2.0]).unwrap();
    let score = |p: &[f64], w: Option<&[f64]>| root.score(&truth, &Scores(p.to_vec()), w);
    assert_eq!(score(&[0.0, 1.0], None).unwrap(), 1.0);
    let e = score(&[0.0, 3.0], None).unwrap_err().to_string();
    assert_eq!(
        e,
        "column `prediction`, row 1: expected a value that is a number, found NaN of the \
         prediction 3"
    );
    // A row of weight 0 is not looked at.
    assert_eq!(score(&[0.0, 3.0], Some(&[2.0, 0.0])).unwrap(), 1.0);
    assert!(score(&[0.0, 3.0], Some(&[0.0, 0.0])).is_err());
    assert_eq!(format!("{root:?}"), "MetricFn(root-)");
}

#[test]
fn a_step_without_a_name_has_that_of_its_type() {
    struct Plain;
    struct Around<T>(T);
    impl Params for Plain {}
    impl<T: Send + Sync> Params for Around<T> {}
    assert_eq!(Plain.name(), "Plain");
    let around = Around(Around(Plain));
    assert_eq!((around.name(), around.0.name()), ("Around", "Around"));
    let erased: &dyn Params = &around.0.0;
    assert_eq!(erased.name(), "Plain");
}

#[test]
fn weights_of_rows_are_one_without_weights() {
    let x = || Dense::from_rows(1, vec![1.0, 2.0]).unwrap();
    let data = || Dataset::regression(x(), vec![0.0, 1.0]).unwrap();
    let plain = data().into_train();
    let weighted = data().with_weights(vec![0.0, 2.5]).unwrap().into_train();
    assert_eq!([plain.weight(0), plain.weight(1)], [1.0, 1.0]);
    assert_eq!([weighted.weight(0), weighted.weight(1)], [0.0, 2.5]);
}

#[test]
fn a_pointer_of_ones_own_to_a_ranker_tells_no_counts() {
    use ml_data::contract::{AnyRanker, ByUser, Candidates, RankFn, RankSession, Scored};
    struct Own;
    impl AnyRanker<ByUser> for Own {
        fn session(self: Arc<Self>) -> Box<dyn RankSession<ByUser>> {
            let none = |_: u32, _: Candidates<'_>, _: usize, _: &mut Vec<Scored>| Ok(());
            AnyRanker::session(Arc::new(RankFn::<ByUser, _>::new(none)))
        }
    }
    assert_eq!((Own.item_count(), Own.user_count()), (None, None));
    assert!(Arc::new(Own).session().rank(0, 3).unwrap().is_empty());
}
