//! Saving fitted models and pipelines, and loading them without spelling their types.

use super::{Artifact, ArtifactError};
use crate::contract::{Estimator, Predict, Predictor, structure};
use crate::error::Result;
use crate::repr::Repr;
use crate::sample::{Prediction, Target};
use std::sync::Arc;

/// A fitted model or pipeline as artifact bytes, with the columns it reads, the kind of target it
/// was trained on and its type in words. [`load_as`] reads them back, [`Loader`] where a program
/// loads models of several types; [`save_file`](super::save_file) writes them to a file. What is no
/// model of rows is saved by [`save_state`](super::save_state).
///
/// # Errors
/// A state that can not be written, or a matrix with two columns of one name.
pub fn save<R: Repr, P: Prediction>(kind: &str, model: &dyn Predictor<R, P>) -> Result<Vec<u8>> {
    Artifact::of_model(kind, model)?.to_bytes()
}

impl Artifact {
    /// The artifact that [`save`] writes, for those who say more in it: the profile of the training
    /// data, the program's dependencies.
    ///
    /// # Errors
    /// As [`save`].
    pub fn of_model<R: Repr, P: Prediction>(
        kind: &str,
        model: &dyn Predictor<R, P>,
    ) -> Result<Self> {
        let schema = R::schema_of(model.trained_on())?;
        Ok(Self::from_payload(kind, model.payload()?)
            .with_schema(&schema)
            .with_type(model.target(), model.structure()))
    }
}

/// Loads what `make` would fit on rows `R` for a target `Y`. `make` is never called: it names the
/// type.
///
/// ```
/// use ml_data::artifact::{load_as, save};
/// use ml_data::prelude::*;
/// # #[derive(Debug, Clone)]
/// # struct Mean;
/// # #[derive(Debug, serde::Serialize, serde::Deserialize)]
/// # struct FittedMean(Names, f64);
/// # impl Params for Mean {}
/// # impl Estimator<Dense, Real> for Mean {
/// #     type Model = FittedMean;
/// #     fn learn(&self, train: &Sample<Dense, Real, Train>) -> Result<FittedMean> {
/// #         let y = train.y().values();
/// #         let mean = y.iter().sum::<f64>() / y.len() as f64;
/// #         Ok(FittedMean(train.header().clone(), mean))
/// #     }
/// # }
/// # impl Predict<Dense> for FittedMean {
/// #     type Prediction = Scores;
/// #     type Scratch = ();
/// #     fn input(&self) -> &Names { &self.0 }
/// #     fn predict_row(&self, _: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
/// #         *out = self.1;
/// #         Ok(())
/// #     }
/// # }
/// let x = Dense::from_rows(1, vec![1.0, 2.0, 3.0])?;
/// let train = Dataset::regression(x, vec![2.0, 4.0, 9.0])?.into_train();
/// let bytes = save("prices/1", &Mean.fit(&train)?)?;
///
/// let model = load_as::<Dense<f64>, Real, _>(|| Mean, "prices/1", &bytes, None)?;
/// assert_eq!(model.predict(train.x())?.0, [5.0, 5.0, 5.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Errors
/// Damaged bytes, another kind, another kind of target, other steps or another model, or (when
/// `rows` are given) another schema.
pub fn load_as<R, Y, E>(
    _make: impl FnOnce() -> E,
    kind: &str,
    bytes: &[u8],
    rows: Option<&R::Header>,
) -> Result<E::Model>
where
    R: Repr,
    Y: Target,
    E: Estimator<R, Y>,
{
    let artifact = Artifact::from_bytes(bytes)?;
    check_rows::<R>(&artifact, rows)?;
    model::<R, Y, E>(&artifact, kind)
}

/// The model of an artifact, which has to be what `E` fits on `Y`. Artifacts of earlier versions
/// do not say; their columns and parts still have to fit together.
pub(super) fn model<R, Y, E>(artifact: &Artifact, kind: &str) -> Result<E::Model>
where
    R: Repr,
    Y: Target,
    E: Estimator<R, Y>,
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
        Some(schema) if *schema != R::schema_of(model.input())? => {
            Err(ArtifactError::Fingerprint.into())
        }
        _ => {
            model.set_target(Y::NAME);
            Ok(model)
        }
    }
}

pub(super) fn check_rows<R: Repr>(artifact: &Artifact, rows: Option<&R::Header>) -> Result<()> {
    let (Some(rows), Some(trained)) = (rows, artifact.schema()) else {
        return Ok(());
    };
    let rows = R::schema_of(rows)?;
    if rows.codes_like(trained) {
        return Ok(());
    }
    Err(ArtifactError::Schema(rows.difference(trained)).into())
}

type Load<R, Y> = Box<
    dyn Fn(&Artifact) -> Result<Arc<dyn Predictor<R, <Y as Target>::Prediction>>> + Send + Sync,
>;

/// The models of rows `R` and a target `Y` that a program can load, by kind. No globals: the
/// program says what it knows. One program so loads whichever of several types of models was
/// promoted, behind one pointer.
///
/// ```
/// use ml_data::artifact::{Loader, save};
/// use ml_data::prelude::*;
/// # #[derive(Debug, Clone)]
/// # struct Mean;
/// # #[derive(Debug, serde::Serialize, serde::Deserialize)]
/// # struct FittedMean(Names, f64);
/// # impl Params for Mean {}
/// # impl Estimator<Dense, Real> for Mean {
/// #     type Model = FittedMean;
/// #     fn learn(&self, train: &Sample<Dense, Real, Train>) -> Result<FittedMean> {
/// #         let y = train.y().values();
/// #         let mean = y.iter().sum::<f64>() / y.len() as f64;
/// #         Ok(FittedMean(train.header().clone(), mean))
/// #     }
/// # }
/// # impl Predict<Dense> for FittedMean {
/// #     type Prediction = Scores;
/// #     type Scratch = ();
/// #     fn input(&self) -> &Names { &self.0 }
/// #     fn predict_row(&self, _: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
/// #         *out = self.1;
/// #         Ok(())
/// #     }
/// # }
/// # #[derive(Debug, Clone)]
/// # struct Median;
/// # #[derive(Debug, serde::Serialize, serde::Deserialize)]
/// # struct FittedMedian(Names, f64);
/// # impl Params for Median {}
/// # impl Estimator<Dense, Real> for Median {
/// #     type Model = FittedMedian;
/// #     fn learn(&self, train: &Sample<Dense, Real, Train>) -> Result<FittedMedian> {
/// #         let mut y = train.y().values().to_vec();
/// #         y.sort_by(f64::total_cmp);
/// #         Ok(FittedMedian(train.header().clone(), y[y.len() / 2]))
/// #     }
/// # }
/// # impl Predict<Dense> for FittedMedian {
/// #     type Prediction = Scores;
/// #     type Scratch = ();
/// #     fn input(&self) -> &Names { &self.0 }
/// #     fn predict_row(&self, _: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
/// #         *out = self.1;
/// #         Ok(())
/// #     }
/// # }
/// let x = Dense::from_rows(1, vec![1.0, 2.0, 3.0])?;
/// let train = Dataset::regression(x, vec![2.0, 4.0, 9.0])?.into_train();
/// let mean = save("mean/1", &Mean.fit(&train)?)?;
/// let median = save("median/1", &Median.fit(&train)?)?;
///
/// let loader = Loader::<Dense, Real>::new()
///     .with("mean/1", || Mean)
///     .with("median/1", || Median);
/// for (bytes, expected) in [(&mean, 5.0), (&median, 4.0)] {
///     let model = loader.load(bytes, None)?; // an `Arc<dyn Predictor<Dense, Scores>>`
///     assert_eq!(model.predict_single(&[1.0])?, expected);
/// }
/// # Ok::<(), ml_data::Error>(())
/// ```
pub struct Loader<R: Repr, Y: Target> {
    kinds: Vec<(&'static str, Load<R, Y>)>,
}

impl<R: Repr, Y: Target> Default for Loader<R, Y> {
    fn default() -> Self {
        Self { kinds: Vec::new() }
    }
}

impl<R: Repr, Y: Target> std::fmt::Debug for Loader<R, Y> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.kinds.iter().map(|k| k.0))
            .finish()
    }
}

impl<R: Repr, Y: Target> Loader<R, Y> {
    /// A loader that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Teaches it a kind. `make` is never called: it names the type.
    #[must_use]
    pub fn with<E: Estimator<R, Y> + 'static>(
        mut self,
        kind: &'static str,
        _make: impl FnOnce() -> E,
    ) -> Self {
        let load: Load<R, Y> = Box::new(move |a| Ok(Arc::new(model::<R, Y, E>(a, kind)?)));
        self.kinds.push((kind, load));
        self
    }

    /// Loads a fitted model.
    ///
    /// # Errors
    /// Damaged bytes, a kind it does not know, another kind of target, other steps or another model
    /// than that kind has, or (when `rows` are given) another schema.
    pub fn load(
        &self,
        bytes: &[u8],
        rows: Option<&R::Header>,
    ) -> Result<Arc<dyn Predictor<R, Y::Prediction>>> {
        self.model(&Artifact::from_bytes(bytes)?, rows)
    }

    pub(super) fn model(
        &self,
        artifact: &Artifact,
        rows: Option<&R::Header>,
    ) -> Result<Arc<dyn Predictor<R, Y::Prediction>>> {
        check_rows::<R>(artifact, rows)?;
        match self.kinds.iter().find(|(kind, _)| *kind == artifact.kind()) {
            Some((_, load)) => load(artifact),
            None => Err(ArtifactError::Kind {
                found: artifact.kind().into(),
                expected: self.kinds.iter().map(|(k, _)| (*k).to_string()).collect(),
            }
            .into()),
        }
    }
}
