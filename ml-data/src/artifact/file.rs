//! Artifacts as files: written whole or not at all, with errors that name the path.

use super::{Artifact, ArtifactError, Loader, check_rows, model};
use crate::contract::{Estimator, Predictor};
use crate::error::{Error, Result};
use crate::repr::Repr;
use crate::sample::{Prediction, Target};
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// Writes a file whole or not at all: under another name in the same folder, synced to the disk,
/// and then renamed. Whoever reads at the same moment gets the old content or the new; a process
/// that is killed leaves the old one (and a hidden `.tmp` file). A symbolic link is replaced, not
/// followed.
///
/// # Errors
/// [`Error::Io`] with the path.
pub fn write_file(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Result<()> {
    let path = path.as_ref();
    replace(path, content.as_ref()).map_err(|e| Error::io(format!("writing {}", path.display()), e))
}

/// The content of a file.
///
/// # Errors
/// [`Error::Io`] with the path.
pub fn read_file(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let path = path.as_ref();
    fs::read(path).map_err(|e| Error::io(format!("reading {}", path.display()), e))
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no file name"));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Keyed anew by the system's generator, so that two writers never share one.
    let unique = RandomState::new().hash_one(std::process::id());
    let scratch = folder.join(format!(".{unique:016x}.tmp"));
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).open(&scratch)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&scratch, path)
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&scratch);
    }
    written?;
    // Only Unix can open a folder as a file; elsewhere the rename itself has to do.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Saves a fitted model or pipeline in a file: [`save`](super::save) and [`write_file`].
/// [`load_file`] reads it back.
///
/// ```
/// use ml_data::artifact::{load_file, save_file};
/// use ml_data::prelude::*;
/// # #[derive(Debug, Clone)]
/// # struct Mean;
/// # #[derive(Debug, serde::Serialize, serde::Deserialize)]
/// # struct FittedMean(Names, f64);
/// # impl Params for Mean {}
/// # impl Estimator<Dense, Real> for Mean {
/// #     type Model = FittedMean;
/// #     fn learn(&self, train: &Sample<Dense, Real, Train>) -> Result<FittedMean> {
/// #         Ok(FittedMean(train.header().clone(), 5.0))
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
/// # let folder = std::env::temp_dir().join(format!("save_file-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # let path = folder.join("prices.mlp");
/// let x = Dense::from_rows(1, vec![1.0, 2.0, 3.0])?;
/// let train = Dataset::regression(x, vec![2.0, 4.0, 9.0])?.into_train();
/// save_file(&path, "prices/1", &Mean.fit(&train)?)?;
///
/// let model = load_file::<Dense, Real, _>(&path, || Mean, "prices/1", None)?;
/// assert_eq!(model.predict(train.x())?.0, [5.0, 5.0, 5.0]);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Errors
/// As [`save`](super::save); a file that can not be written, by its path.
pub fn save_file<R: Repr, P: Prediction>(
    path: impl AsRef<Path>,
    kind: &str,
    model: &dyn Predictor<R, P>,
) -> Result<()> {
    Artifact::of_model(kind, model)?.write(path)
}

/// Loads from a file what `make` would fit on rows `R` for a target `Y`: [`load_as`] of the file's
/// bytes, with errors that name the path. `make` is never called: it names the type.
///
/// # Errors
/// A file that can not be read; as [`load_as`], inside [`ArtifactError::File`].
///
/// [`load_as`]: super::load_as
pub fn load_file<R, Y, E>(
    path: impl AsRef<Path>,
    _make: impl FnOnce() -> E,
    kind: &str,
    rows: Option<&R::Header>,
) -> Result<E::Model>
where
    R: Repr,
    Y: Target,
    E: Estimator<R, Y>,
{
    let path = path.as_ref();
    let artifact = Artifact::read(path)?;
    let loaded = check_rows::<R>(&artifact, rows).and_then(|()| model::<R, Y, E>(&artifact, kind));
    loaded.map_err(|e| of_file(path, e))
}

/// The same error, of a file.
fn of_file(path: &Path, error: Error) -> Error {
    match error {
        Error::Artifact(fault) => Error::Artifact(ArtifactError::File {
            path: path.display().to_string(),
            fault: Box::new(fault),
        }),
        other => other,
    }
}

impl Artifact {
    /// Writes the artifact to a file, whole or not at all: see [`write_file`].
    ///
    /// # Errors
    /// A header that can not be written; [`Error::Io`] with the path.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_file(path, self.to_bytes()?)
    }

    /// Reads an artifact from a file, with all checks of [`from_bytes`](Self::from_bytes).
    ///
    /// # Errors
    /// [`Error::Io`], or [`ArtifactError::File`] with the first check that fails; both name the
    /// path.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::from_bytes(&read_file(path)?).map_err(|fault| of_file(path, fault.into()))
    }
}

impl<R: Repr, Y: Target> Loader<R, Y> {
    /// Loads a fitted model from a file.
    ///
    /// # Errors
    /// A file that can not be read; as [`load`](Self::load), inside [`ArtifactError::File`].
    pub fn load_file(
        &self,
        path: impl AsRef<Path>,
        rows: Option<&R::Header>,
    ) -> Result<Arc<dyn Predictor<R, Y::Prediction>>> {
        let path = path.as_ref();
        let artifact = Artifact::read(path)?;
        self.model(&artifact, rows).map_err(|e| of_file(path, e))
    }
}
