//! Artifacts of pipelines: what a program can load is what it expects.
#![allow(missing_docs, clippy::unwrap_used)]

mod toys;

use ml_data::artifact::{
    Artifact, ArtifactError, Loader, load_as, load_file, load_state, read_file, save, save_file,
    save_state, write_file,
};
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

#[test]
fn files_are_replaced_whole_and_errors_name_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toy.mlp");
    let train = table(30).regression("y").unwrap().into_train();
    let model = pipeline().fit(&train).unwrap();
    save_file(&path, "toy/1", &model).unwrap();
    assert_eq!(read_file(&path).unwrap(), save("toy/1", &model).unwrap());
    save_file(&path, "toy/1", &model).unwrap();
    let names = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(names.count(), 1, "no file of another name is left");
    let header = train.x().data().schema();
    let back = load_file::<Table, Real, _>(&path, pipeline, "toy/1", Some(header)).unwrap();
    let expected = model.predict(train.x()).unwrap();
    assert_eq!(back.predict(train.x()).unwrap(), expected);
    let loader = Loader::<Table, Real>::new().with("toy/1", pipeline);
    let served = loader.load_file(&path, Some(header)).unwrap();
    assert_eq!(served.predict_view(train.x()).unwrap(), expected);

    let named = |e: Error, reason: &str| {
        let expected = format!("{}: {reason}", path.display());
        assert!(e.to_string().contains(&expected), "{e}");
        e
    };
    let kind = "artifact holds `toy/1`, the program expects one of: toy/2";
    named(
        load_file::<Table, Real, _>(&path, pipeline, "toy/2", None).unwrap_err(),
        kind,
    );
    let other = Loader::<Table, Real>::new().with("toy/2", pipeline);
    named(other.load_file(&path, None).err().unwrap(), kind);
    let narrow = table(30).drop(&["city", "y"]).unwrap();
    let rows = Some(narrow.schema());
    let e = load_file::<Table, Real, _>(&path, pipeline, "toy/1", rows).unwrap_err();
    assert!(named(e, "artifact was trained on other rows").is_schema());
    write_file(&path, b"something else").unwrap();
    let e = named(
        Artifact::read(&path).unwrap_err(),
        "not an ml-pipeline artifact",
    );
    assert!(matches!(&e, Error::Artifact(f) if *f.fault() == ArtifactError::Magic));
    assert!(!e.is_schema() && !e.is_io());
    std::fs::remove_file(&path).unwrap();
    assert!(named(read_file(&path).unwrap_err(), "").is_io());
    let absent = folder.path().join("absent/toy.mlp");
    let e = save_file(&absent, "toy/1", &model).unwrap_err();
    assert!(e.is_io() && e.to_string().contains("absent"), "{e}");
    assert!(write_file(folder.path(), b"a folder").is_err());
    assert!(write_file("..", b"no name").unwrap_err().is_io());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A reader sees one of the contents, whole, while others write.
#[test]
fn a_file_is_whole_at_every_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let content = |n: u8| vec![n; 100_000];
    write_file(&path, content(0)).unwrap();
    std::thread::scope(|scope| {
        for n in 1..4 {
            let path = &path;
            scope.spawn(move || (0..20).for_each(|_| write_file(path, content(n)).unwrap()));
        }
        for _ in 0..200 {
            let found = read_file(&path).unwrap();
            assert_eq!(found, content(found[0]));
        }
    });
}

#[test]
fn a_state_is_saved_under_its_kind() {
    let bytes = save_state("names/1", &vec!["a".to_owned()]).unwrap();
    assert_eq!(load_state::<Vec<String>>("names/1", &bytes).unwrap(), ["a"]);
    assert!(load_state::<Vec<String>>("names/2", &bytes).is_err());
    assert!(load_state::<u64>("names/1", &bytes).is_err());
    assert!(load_state::<Vec<String>>("names/1", &bytes[1..]).is_err());
}
