//! Saving pipelines and loading them without spelling their types.

use super::{Artifact, ArtifactError};
use crate::contract::{Estimator, Predict, Predictor, structure};
use crate::error::Result;
use crate::sample::{Prediction, Target};
use crate::table::{Schema, Table};
use std::sync::Arc;

/// A fitted pipeline as artifact bytes, with the columns it reads, the kind of target it was
/// trained on and its type in words.
///
/// # Errors
/// A state that can not be written.
pub fn save<P: Prediction>(kind: &str, model: &dyn Predictor<Table, P>) -> Result<Vec<u8>> {
    Artifact::from_payload(kind, model.payload()?)
        .with_schema(model.trained_on())
        .with_type(model.target(), model.structure())
        .to_bytes()
}

/// Loads what `make` would fit. `make` is never called: it names the type.
///
/// # Errors
/// Damaged bytes, another kind, another kind of target, other steps or another model, or (when
/// `rows` are given) another schema.
pub fn load_as<E, Y>(
    _make: impl FnOnce() -> E,
    kind: &str,
    bytes: &[u8],
    rows: Option<&Schema>,
) -> Result<E::Model>
where
    E: Estimator<Table, Y>,
    Y: Target,
{
    let artifact = Artifact::from_bytes(bytes)?;
    check_rows(&artifact, rows)?;
    pipeline::<E, Y>(&artifact, kind)
}

/// The pipeline of an artifact, which has to be what `E` fits on `Y`. Artifacts of earlier versions
/// do not say; their columns and parts still have to fit together.
fn pipeline<E, Y>(artifact: &Artifact, kind: &str) -> Result<E::Model>
where
    E: Estimator<Table, Y>,
    Y: Target,
{
    let expected = structure::<E::Model>();
    // Another kind is the first thing to say, and `state` says it.
    if artifact.kind() == kind {
        if let Some(found) = artifact.target().filter(|t| *t != Y::NAME) {
            return Err(ArtifactError::Target {
                found: found.into(),
                expected: Y::NAME.into(),
            }
            .into());
        }
        if let Some(found) = artifact.structure().filter(|s| *s != expected) {
            return Err(ArtifactError::Structure {
                found: found.into(),
                expected,
            }
            .into());
        }
    }
    let mut model = artifact.state::<E::Model>(kind)?;
    match artifact.schema() {
        Some(schema) if schema != &**model.input() => Err(ArtifactError::Fingerprint.into()),
        _ => {
            model.set_target(Y::NAME);
            Ok(model)
        }
    }
}

fn check_rows(artifact: &Artifact, rows: Option<&Schema>) -> Result<(), ArtifactError> {
    match (rows, artifact.schema()) {
        (Some(rows), Some(trained)) if !rows.codes_like(trained) => {
            Err(ArtifactError::Schema(rows.difference(trained)))
        }
        _ => Ok(()),
    }
}

type Load<Y> = Box<
    dyn Fn(&Artifact) -> Result<Arc<dyn Predictor<Table, <Y as Target>::Prediction>>> + Send + Sync,
>;

/// The pipelines a program can load, by kind. No globals: the program says what it knows.
pub struct Loader<Y: Target> {
    kinds: Vec<(&'static str, Load<Y>)>,
}

impl<Y: Target> Default for Loader<Y> {
    fn default() -> Self {
        Self { kinds: Vec::new() }
    }
}

impl<Y: Target> std::fmt::Debug for Loader<Y> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.kinds.iter().map(|k| k.0))
            .finish()
    }
}

impl<Y: Target> Loader<Y> {
    /// A loader that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Teaches it a kind. `make` is never called: it names the type.
    #[must_use]
    pub fn with<E: Estimator<Table, Y> + 'static>(
        mut self,
        kind: &'static str,
        _make: impl FnOnce() -> E,
    ) -> Self {
        let load: Load<Y> = Box::new(move |a| Ok(Arc::new(pipeline::<E, Y>(a, kind)?)));
        self.kinds.push((kind, load));
        self
    }

    /// Loads a fitted pipeline.
    ///
    /// # Errors
    /// Damaged bytes, a kind it does not know, another kind of target, other steps or another model
    /// than that kind has, or (when `rows` are given) another schema.
    pub fn load(
        &self,
        bytes: &[u8],
        rows: Option<&Schema>,
    ) -> Result<Arc<dyn Predictor<Table, Y::Prediction>>> {
        let artifact = Artifact::from_bytes(bytes)?;
        check_rows(&artifact, rows)?;
        match self.kinds.iter().find(|(kind, _)| *kind == artifact.kind()) {
            Some((_, load)) => load(&artifact),
            None => Err(ArtifactError::Kind {
                found: artifact.kind().into(),
                expected: self.kinds.iter().map(|(k, _)| (*k).to_string()).collect(),
            }
            .into()),
        }
    }
}
