//! Headers of artifacts: the build that wrote them, and the columns of matrix models.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::artifact::{Artifact, ArtifactError, Loader, digest, load_as, save};
use ml_data::prelude::*;
use ml_data::sample::RealLabels;
use serde::{Deserialize, Serialize};

/// The mean of the labels, whatever the rows.
#[derive(Debug, Clone)]
struct Mean;

#[derive(Debug, Serialize, Deserialize)]
struct FittedMean(Names, f64);

impl Params for Mean {
    fn name(&self) -> &'static str {
        "Mean"
    }
}

impl<F: Float> Estimator<Dense<F>, Real> for Mean {
    type Model = FittedMean;
    fn learn(&self, train: &Sample<Dense<F>, Real, Train>) -> Result<FittedMean> {
        let y = train.y().values();
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        Ok(FittedMean(train.header().clone(), mean))
    }
}

impl<F: Float> Predict<Dense<F>> for FittedMean {
    type Prediction = Scores;
    type Scratch = ();
    fn input(&self) -> &Names {
        &self.0
    }
    fn predict_row(&self, _: &[F], (): &mut (), out: &mut f64) -> Result<()> {
        *out = self.1;
        Ok(())
    }
}

fn bytes() -> Vec<u8> {
    let x = Dense::new(Names::new(["rooms", "floor"]), vec![1.0f32, 2.0, 3.0, 4.0]).unwrap();
    let train = Dataset::<_, Real>::new(x, RealLabels::new(vec![2.0, 6.0]).unwrap()).unwrap();
    let model: FittedMean = Mean.fit(&train.into_train()).unwrap();
    save::<Dense<f32>, _>("mean/1", &model).unwrap()
}

#[test]
fn matrix_models_name_their_columns_and_refuse_others() {
    let artifact = Artifact::from_bytes(&bytes()).unwrap();
    let schema = artifact.schema().unwrap();
    let fields: Vec<_> = schema
        .fields()
        .iter()
        .map(|f| (f.name(), f.kind()))
        .collect();
    assert_eq!(fields, [("rooms", Kind::Num), ("floor", Kind::Num)]);

    let load =
        |rows: &Names| load_as::<Dense<f32>, Real, _>(|| Mean, "mean/1", &bytes(), Some(rows));
    assert_eq!(load(&Names::new(["rooms", "floor"])).unwrap().1, 4.0);
    let said = load(&Names::new(["rooms", "area"])).unwrap_err();
    assert!(matches!(said, Error::Artifact(ArtifactError::Schema(_))));
    assert!(said.to_string().contains("`floor`"), "{said}");

    let served = Loader::<Dense<f32>, Real>::new().with("mean/1", || Mean);
    let served = served.load(&bytes(), None).unwrap();
    let row = Dense::new(Names::new(["rooms", "floor"]), vec![7.0f32, 1.0]).unwrap();
    assert_eq!(served.predict_view(View::all(&row)).unwrap().0, [4.0]);
}

#[test]
fn two_columns_of_one_name_are_not_written() {
    let x = Dense::new(Names::new(["a", "a"]), vec![1.0, 2.0]).unwrap();
    let train = Dataset::<_, Real>::new(x, RealLabels::new(vec![2.0]).unwrap()).unwrap();
    let model: FittedMean = Mean.fit(&train.into_train()).unwrap();
    let said = save::<Dense<f64>, _>("mean/1", &model).unwrap_err();
    assert!(matches!(said, Error::Duplicate { .. }), "{said}");
}

#[test]
fn the_build_is_said_and_earlier_artifacts_have_none() {
    let read = Artifact::from_bytes(&bytes()).unwrap();
    let build = read.build().unwrap();
    assert!(build.rustc.starts_with("rustc 1."), "{}", build.rustc);
    assert!(build.target.contains('-'), "{}", build.target);
    assert!(build.features.contains(&"table".into()));
    assert_eq!(build.lock, None);

    let lock = digest(b"version = 4");
    let locked = Artifact::new("k", &1_u8).unwrap().with_lock(&lock);
    let again = Artifact::from_bytes(&locked.to_bytes().unwrap()).unwrap();
    assert_eq!(again, locked);
    assert_eq!(again.build().unwrap().lock.as_deref(), Some(&*lock));
}
