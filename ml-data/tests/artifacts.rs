//! Artifacts of pipelines: what a program can load is what it expects.
#![allow(missing_docs, clippy::unwrap_used)]

mod toys;

use ml_data::artifact::{Artifact, ArtifactError, Loader, load_as, save};
use ml_data::prelude::*;
use ml_data::sample::BinaryLabels;
use serde::{Deserialize, Serialize};
use toys::*;

fn binary(n: usize) -> Sample<Table, Binary, Train> {
    let labels: Vec<u8> = (0..n).map(|i| u8::from(i % 3 == 0)).collect();
    let rows = table(n).drop(&["y"]).unwrap();
    Dataset::new(rows, BinaryLabels::new(labels, "yes").unwrap())
        .unwrap()
        .into_train()
}

#[test]
fn case_v7_a_pipeline_of_another_target_is_refused() {
    let model = pipeline().fit(&binary(30)).unwrap();
    let bytes = save("toy/1", &model).unwrap();
    let words = "artifact was trained on a Binary target, the program expects Real";
    let e = load_as::<Table, Real, _>(pipeline, "toy/1", &bytes, None).unwrap_err();
    assert_eq!(e.to_string(), words);
    assert!(matches!(e, Error::Artifact(ArtifactError::Target { .. })));
    let served = Loader::<Table, Real>::new().with("toy/1", pipeline);
    let e = served.load(&bytes, None).err().unwrap();
    assert_eq!(e.to_string(), words);
    // The right one loads, and does not forget its target. What names the type may be a closure
    // that captures something.
    let captured = pipeline();
    let closure = || captured.clone();
    assert!(load_as::<Table, Binary, _>(closure, "toy/1", &bytes, None).is_ok());
    let back = load_as::<Table, Binary, _>(pipeline, "toy/1", &bytes, None).unwrap();
    let again = save("toy/1", &back).unwrap();
    assert_eq!(again, bytes);
    assert!(load_as::<Table, Relevance, _>(pipeline, "toy/1", &again, None).is_err());
    // Another kind is said first.
    let e = load_as::<Table, Real, _>(pipeline, "toy/2", &bytes, None).unwrap_err();
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
    let e = load_as::<Table, Real, _>(other, "toy/1", &bytes, None).unwrap_err();
    assert_eq!(
        e.to_string(),
        "artifact holds a `FittedPipeline<Table, FittedMean, FittedShift>`, \
         the program expects a `FittedPipeline<Table, FittedMean, FittedLift>`"
    );
    let loader = Loader::<Table, Real>::new().with("toy/1", other);
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
    let back = load_as::<Table, Real, _>(pipeline, "toy/1", &earlier, None).unwrap();
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
    let e = load_as::<Table, Real, _>(pipeline, "toy/1", &bytes, None).unwrap_err();
    assert!(
        matches!(e, Error::Artifact(ArtifactError::Fingerprint)),
        "{e}"
    );
}
