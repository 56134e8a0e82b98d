//! A toy pipeline through every contract: composition, roles, weights, sessions, artifacts, conformance.
#![allow(missing_docs, clippy::unwrap_used)]

use ml_data::artifact::{Artifact, ArtifactError, Loader, load_as, save};
use ml_data::prelude::*;
use ml_data::sample::{BinaryLabels, KFold, RealLabels};
use ml_data::table::{RowBinder, RowBuf, TableRow};
use ml_data::testkit::{
    Claims, CountingAllocator, Fixture, Weights, check_metric, check_model, check_step,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Numeric columns as they are, missing as the weighted mean.
#[derive(Debug, Clone)]
struct Mean;
#[derive(Debug, Clone, Serialize, Deserialize)]
struct FittedMean(Vec<(usize, f64)>);

impl Params for Mean {
    fn name(&self) -> &'static str {
        "Mean"
    }
}
impl<Y: Target> Transformer<Table, Y> for Mean {
    type Out = Dense;
    type Fitted = FittedMean;
    fn fit_transform(&self, train: &Sample<Table, Y, Train>) -> Result<(FittedMean, Dense)> {
        if train.is_empty() {
            return Err(Error::Empty("training sample".into()));
        }
        let x = train.x();
        let mean = |c: usize| {
            let cells = (0..x.len())
                .map(|i| (x.row(i).get(c).num(), train.weights().map_or(1.0, |w| w[i])));
            let (s, n) = cells
                .filter(|(v, _)| v.is_finite())
                .fold((0.0, 0.0), |(s, n), (v, w)| (s + v * w, n + w));
            (c, if n > 0.0 { s / n } else { 0.0 })
        };
        let fitted = FittedMean(
            x.data()
                .positions_of(Kind::Num)
                .into_iter()
                .map(mean)
                .collect(),
        );
        let rows = fitted.apply(x)?;
        Ok((fitted, rows))
    }
}
impl Apply<Table> for FittedMean {
    type Out = Dense;
    type Scratch = ();
    fn header(&self, input: &Arc<ml_data::table::Schema>) -> Names {
        Names::new(
            self.0
                .iter()
                .map(|(c, _)| input.field(*c).name().to_string()),
        )
    }
    fn apply_row(&self, row: TableRow<'_>, _: &mut (), out: &mut Vec<f64>) -> Result<()> {
        out.extend(self.0.iter().map(|(c, mean)| {
            let v = row.get(*c).num();
            if v.is_finite() { v } else { *mean }
        }));
        Ok(())
    }
}

/// Predicts the weighted mean label plus the first column.
#[derive(Debug, Clone)]
struct Shift;
#[derive(Debug, Clone, Serialize, Deserialize)]
struct FittedShift {
    input: Names,
    mean: f64,
}

impl Params for Shift {
    fn name(&self) -> &'static str {
        "Shift"
    }
}
impl<Y: AsReal<Prediction = Scores>> Estimator<Dense, Y> for Shift {
    type Model = FittedShift;
    fn learn(&self, train: &Sample<Dense, Y, Train>) -> Result<FittedShift> {
        let w = |i: usize| train.weights().map_or(1.0, |w| w[i]);
        let total: f64 = (0..train.len()).map(w).sum();
        let mean = (0..train.len())
            .map(|i| Y::real(train.y(), i) * w(i))
            .sum::<f64>()
            / total;
        Ok(FittedShift {
            input: train.header().clone(),
            mean,
        })
    }
}
impl Predict<Dense> for FittedShift {
    type Prediction = Scores;
    type Scratch = ();
    fn input(&self) -> &Names {
        &self.input
    }
    fn predict_row(&self, row: &[f64], _: &mut (), out: &mut f64) -> Result<()> {
        *out = self.mean + row.first().copied().unwrap_or(0.0);
        Ok(())
    }
}

struct Mae;
impl Metric<Real> for Mae {
    fn name(&self) -> &str {
        "mae"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(&self, truth: &RealLabels, p: &Scores, w: Option<&[f64]>) -> Result<f64> {
        Error::check_len("predictions", truth.len(), p.len())?;
        if truth.is_empty() {
            return Err(Error::Empty("truth".into()));
        }
        let w = |i: usize| w.map_or(1.0, |w| w[i]);
        let total: f64 = (0..truth.len()).map(w).sum();
        Ok((0..truth.len())
            .map(|i| (truth.values()[i] - p.0[i]).abs() * w(i))
            .sum::<f64>()
            / total)
    }
}

fn pipeline() -> Pipeline<Mean, Shift> {
    Mean.model(Shift)
}

fn table(n: usize) -> Table {
    let x = (0..n).map(|i| {
        if i % 7 == 3 {
            f64::NAN
        } else {
            (i * 37 % 101) as f64
        }
    });
    let city = (0..n).map(|i| Some(["Riga", "Oslo", "Rome"][i % 3]));
    let y = (0..n).map(|i| (i * 13 % 29) as f64);
    Table::new([
        ("x", Column::num(x)),
        ("city", Column::cat(city)),
        ("y", Column::num(y)),
    ])
    .unwrap()
}

fn fixture() -> Fixture<Table, RealLabels> {
    let rows = |n: usize| table(n).without(&["y"]).unwrap();
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
    let Parts { train, valid, test } = table(100)
        .regression("y")
        .unwrap()
        .split(Split::random(0.2, 0.2))
        .unwrap();
    let model = pipeline().fit(&train).unwrap();
    let board = valid.score(&[("shift", &model)], &[&Mae]).unwrap();
    assert_eq!((board.part, board.rows.len()), ("valid", 1));
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
    let typed = load_as::<_, Real>(pipeline, "toy/1", &bytes, None).unwrap();
    let served = Loader::<Real>::new()
        .with("toy/1", pipeline)
        .load(&bytes, None)
        .unwrap();
    // Behind the pointer stands the same model, and the board holds its scores.
    let predicted = model.predict(valid.x()).unwrap();
    assert_eq!(predicted.len(), valid.len());
    assert_eq!(served.predict_view(valid.x()).unwrap(), predicted);
    let by_hand = Mae.score(valid.y(), &predicted, None).unwrap();
    let board = valid.score(&[("other", &model)], &[&Mae]).unwrap();
    assert_eq!(board.get("other", "mae"), Some(by_hand));
    assert_eq!(
        [board.get("shift", "mae"), board.get("other", "rmse")],
        [None; 2]
    );
    let binder = RowBinder::json(served.trained_on());
    let mut session = served.clone().session();
    let (mut row, object) = (
        RowBuf::default(),
        serde_json::json!({"x": 4.0, "city": "Lima"}),
    );
    let answer = session
        .predict(
            binder
                .fill_json(object.as_object().unwrap(), &mut row)
                .unwrap(),
        )
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
        .with("w", Column::num((0..50).map(|i| f64::from(i % 3))))
        .unwrap()
        .with("at", Column::time((0..50).map(|i| Some(i64::from(i)))))
        .unwrap()
        .with_role("w", Role::Weight)
        .unwrap()
        .with_role("at", Role::Time)
        .unwrap();
    let Parts { train, test, .. } = t
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
        .with("y", Column::num([f64::NAN; 10]))
        .unwrap()
        .regression("y")
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "column `label`, row 0: expected a finite number, found NaN"
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
    let e = model.predict(View::all(&other)).unwrap_err().to_string();
    assert!(
        e.contains("`x` (numeric): missing") && e.contains("`z` (numeric): not expected"),
        "{e}"
    );
}

fn binary(n: usize) -> Sample<Table, Binary, Train> {
    let labels: Vec<u8> = (0..n).map(|i| u8::from(i % 3 == 0)).collect();
    let rows = table(n).without(&["y"]).unwrap();
    Dataset::new(rows, BinaryLabels::new(labels, "yes").unwrap())
        .unwrap()
        .into_train()
}

#[test]
fn case_v7_a_pipeline_of_another_target_is_refused() {
    let model = pipeline().fit(&binary(30)).unwrap();
    let bytes = save("toy/1", &model).unwrap();
    let words = "artifact was trained on a Binary target, the program expects Real";
    let e = load_as::<_, Real>(pipeline, "toy/1", &bytes, None).unwrap_err();
    assert_eq!(e.to_string(), words);
    assert!(matches!(e, Error::Artifact(ArtifactError::Target { .. })));
    let served = Loader::<Real>::new().with("toy/1", pipeline);
    let e = served.load(&bytes, None).err().unwrap();
    assert_eq!(e.to_string(), words);
    // The right one loads, and does not forget its target. What names the type may be a closure
    // that captures something.
    let captured = pipeline();
    let closure = || captured.clone();
    assert!(load_as::<_, Binary>(closure, "toy/1", &bytes, None).is_ok());
    let back = load_as::<_, Binary>(pipeline, "toy/1", &bytes, None).unwrap();
    let again = save("toy/1", &back).unwrap();
    assert_eq!(again, bytes);
    assert!(load_as::<_, Relevance>(pipeline, "toy/1", &again, None).is_err());
    // Another kind is said first.
    let e = load_as::<_, Real>(pipeline, "toy/2", &bytes, None).unwrap_err();
    assert!(e.to_string().starts_with("artifact holds `toy/1`"), "{e}");
}

/// [`Shift`] under another name: its state has the same layout.
#[derive(Debug, Clone)]
struct Lift;
#[derive(Debug, Clone, Serialize, Deserialize)]
struct FittedLift {
    input: Names,
    mean: f64,
}
impl Params for Lift {
    fn name(&self) -> &'static str {
        "Lift"
    }
}
impl Estimator<Dense, Real> for Lift {
    type Model = FittedLift;
    fn learn(&self, train: &Sample<Dense, Real, Train>) -> Result<FittedLift> {
        Ok(FittedLift {
            input: train.header().clone(),
            mean: 0.0,
        })
    }
}
impl Predict<Dense> for FittedLift {
    type Prediction = Scores;
    type Scratch = ();
    fn input(&self) -> &Names {
        &self.input
    }
    fn predict_row(&self, _: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
        *out = self.mean;
        Ok(())
    }
}

#[test]
fn case_v7_a_pipeline_of_another_structure_is_refused() {
    let train = table(30).regression("y").unwrap().into_train();
    let bytes = save("toy/1", &pipeline().fit(&train).unwrap()).unwrap();
    let other = || Mean.model(Lift);
    let e = load_as::<_, Real>(other, "toy/1", &bytes, None).unwrap_err();
    assert_eq!(
        e.to_string(),
        "artifact holds a `FittedPipeline<Table, FittedMean, FittedShift>`, \
         the program expects a `FittedPipeline<Table, FittedMean, FittedLift>`"
    );
    let loader = Loader::<Real>::new().with("toy/1", other);
    assert!(loader.load(&bytes, None).is_err());
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    assert_eq!(artifact.target(), Some("Real"));
    assert!(artifact.structure().unwrap().starts_with("FittedPipeline<"));
}

#[test]
fn case_v7_what_is_left_over_belongs_to_another_type() {
    let artifact = Artifact::new("pair/1", &(1_u8, 2_u8)).unwrap();
    let e = artifact.state::<u8>("pair/1").unwrap_err().to_string();
    assert!(
        e.ends_with("1 bytes are left over: it holds another type"),
        "{e}"
    );
    assert_eq!(artifact.state::<(u8, u8)>("pair/1").unwrap(), (1, 2));
}

/// An artifact of a pipeline without target and type is one of an earlier version: it loads, and
/// its next one has both.
#[test]
fn case_v7_artifacts_of_earlier_versions_load() {
    let train = table(30).regression("y").unwrap().into_train();
    let model = pipeline().fit(&train).unwrap();
    let earlier = Artifact::new("toy/1", &model)
        .unwrap()
        .with_schema(train.header())
        .to_bytes()
        .unwrap();
    let back = load_as::<_, Real>(pipeline, "toy/1", &earlier, None).unwrap();
    let now = Artifact::from_bytes(&save("toy/1", &back).unwrap()).unwrap();
    assert_eq!(now.target(), Some("Real"));
}

#[test]
fn case_v6_a_schema_beside_other_columns_is_refused() {
    let train = table(30).regression("y").unwrap().into_train();
    let model = pipeline().fit(&train).unwrap();
    let swapped = table(1).select(&["city", "x"]).unwrap();
    let bytes = Artifact::new("toy/1", &model)
        .unwrap()
        .with_schema(swapped.schema())
        .to_bytes()
        .unwrap();
    let e = load_as::<_, Real>(pipeline, "toy/1", &bytes, None).unwrap_err();
    assert!(
        matches!(e, Error::Artifact(ArtifactError::Fingerprint)),
        "{e}"
    );
}
