//! Training that survives the end of its process.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use ml_data::artifact::Artifact;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::data::{TrainingSet, ValidationSet};
use super::params::{BoostParams, Checkpoint, STEP};
use super::state::State;

/// Kind of the artifact.
const KIND: &str = "boost-checkpoint/1";

/// Content of a file.
#[derive(Serialize, Deserialize)]
struct Stored<P, S> {
    params: P,
    /// Digest of the rows.
    rows: String,
    state: S,
}

/// Writes and reads the checkpoints of one training.
#[derive(Debug)]
pub(crate) struct CheckpointWriter {
    at: Checkpoint,
    params: BoostParams,
    /// Rounds planned.
    rounds: usize,
    rows: String,
}

impl CheckpointWriter {
    /// `rows` is a digest of everything that is learned from.
    pub(crate) fn new(at: &Checkpoint, params: &BoostParams, rows: String) -> Self {
        let rounds = params.num_iterations;
        let params = BoostParams {
            // Rounds may be added.
            num_iterations: BoostParams::default().num_iterations,
            ..params.clone()
        };
        Self {
            at: at.clone(),
            rounds,
            params,
            rows,
        }
    }

    /// The state on disk, or else a fresh one, which is written at once: a file that can not be
    /// written is found out early.
    pub(crate) fn resume_or(
        &self,
        fresh: impl FnOnce() -> State,
        training: &TrainingSet<'_>,
        validation: Option<&ValidationSet<'_>>,
    ) -> Result<State> {
        match fs::read(&self.at.path) {
            Ok(bytes) => self.read(&bytes, fresh(), training, validation),
            Err(e) if e.kind() == ErrorKind::NotFound => {
                let state = fresh();
                self.save(&state)?;
                Ok(state)
            }
            Err(e) => Err(Error::io(self.context("reading"), e)),
        }
    }

    /// Saves every so many rounds, and `now` in any case.
    pub(crate) fn after_round(&self, state: &State, now: bool) -> Result<()> {
        if now || state.rounds.is_multiple_of(self.at.every) {
            self.save(state)?;
        }
        Ok(())
    }

    fn context(&self, what: &str) -> String {
        format!("{what} the checkpoint {}", self.at.path.display())
    }

    fn save(&self, state: &State) -> Result<()> {
        let stored = Stored {
            params: &self.params,
            rows: self.rows.clone(),
            state,
        };
        let bytes = Artifact::new(KIND, &stored)?.to_bytes()?;
        replace(&self.at.path, &bytes).map_err(|e| Error::io(self.context("writing"), e))
    }

    fn refused(&self, reason: String) -> Error {
        Error::Source {
            path: self.at.path.display().to_string(),
            line: None,
            reason: format!("the checkpoint {reason}"),
        }
    }

    /// A parameter that does not go with what the checkpoint holds.
    fn differs(&self, name: &'static str, given: &str, held: &str, rule: &'static str) -> Error {
        let found = format!(
            "{given} (the checkpoint {} holds {held})",
            self.at.path.display()
        );
        Error::parameter(STEP, name, found, rule)
    }

    fn read(
        &self,
        bytes: &[u8],
        fresh: State,
        training: &TrainingSet<'_>,
        validation: Option<&ValidationSet<'_>>,
    ) -> Result<State> {
        let artifact = Artifact::from_bytes(bytes)?;
        let version = env!("CARGO_PKG_VERSION");
        if artifact.library() != version {
            let found = artifact.library();
            return Err(self.refused(format!("was made by version {found}, this is {version}")));
        }
        let Stored::<BoostParams, State> {
            params,
            rows,
            state,
        } = artifact.state(KIND)?;
        if let Some((name, given, stored)) = self.params.difference(&params) {
            let rule = "that of the checkpoint: another training needs a file of its own";
            return Err(self.differs(name, &given, &stored, rule));
        }
        if rows != self.rows {
            return Err(self.refused("was made with other rows, labels or weights".into()));
        }
        if state.rounds > self.rounds {
            let (given, held) = (self.rounds.to_string(), format!("{} rounds", state.rounds));
            let rule = "at least the rounds of the checkpoint";
            return Err(self.differs("num_iterations", &given, &held, rule));
        }
        if !fits(&state, &fresh, training, validation) {
            return Err(self.refused("contradicts itself".into()));
        }
        Ok(state)
    }
}

/// Whether all parts of a state have the sizes that the rows ask for, compared with a fresh one.
fn fits(
    state: &State,
    fresh: &State,
    training: &TrainingSet<'_>,
    validation: Option<&ValidationSet<'_>>,
) -> bool {
    let outputs = fresh.base_score.len();
    let added = state.trees.len();
    let dart = !state.tree_weights.is_empty();
    state.base_score.len() == outputs
        && state.scores.len() == fresh.scores.len()
        && state.forest_scores.len() == fresh.forest_scores.len()
        && state.valid_scores.len() == fresh.valid_scores.len()
        && state.rounds == fresh.rounds + added
        && (!dart || state.tree_weights.len() == added)
        && (validation.is_none() || state.valid_history.len() == fresh.valid_history.len() + added)
        && state.valid_history.len() <= state.rounds
        && state.train_history.len() <= state.rounds
        && state
            .trees
            .iter()
            .all(|round| round.len() == outputs && round.iter().all(|s| s.fits(&training.layout)))
}

/// Replaces a file by one rename, after its bytes are on the disk.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut scratch = path.as_os_str().to_owned();
    scratch.push(".tmp");
    let scratch = PathBuf::from(scratch);
    let write = || {
        let mut file = File::create(&scratch)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&scratch, path)?;
        sync_folder(path)
    };
    let done = write();
    if done.is_err() {
        let _ = fs::remove_file(&scratch);
    }
    done
}

/// Makes the rename durable. Only Unix can open a folder as a file; elsewhere the rename itself has
/// to do.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        File::open(folder_of(path))?.sync_all()
    } else {
        Ok(())
    }
}

/// The folder of a file; that of a bare name is the current one.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_lies_in_the_current_folder() {
        let of = |path| folder_of(Path::new(path)).to_str().unwrap().to_owned();
        assert_eq!(["fit.ckpt", "a/fit.ckpt", "/"].map(of), [".", "a", "."]);
    }
}
