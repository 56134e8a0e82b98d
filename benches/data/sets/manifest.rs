//! `manifest.json` of a folder: what made its files, their sizes and digests.

use super::draw::SEED;
use super::writer::Written;
use super::{GENERATOR, Scale};
use ml_pipeline::data::artifact::write_file;
use ml_pipeline::data::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The file's name.
pub(crate) const NAME: &str = "manifest.json";

/// Content of the file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// [`GENERATOR`] of the program that made the files.
    generator: u32,
    seed: u64,
    scale: f64,
    pub(crate) files: BTreeMap<String, Entry>,
    sets: BTreeMap<String, Files>,
}

/// A file that is there.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    bytes: u64,
    pub(crate) sha256: String,
}

/// The files of a set.
#[derive(Debug, Serialize, Deserialize)]
struct Files {
    /// Whether arrays have a CSV file beside them.
    csv: bool,
    names: Vec<String>,
}

impl Manifest {
    /// The manifest of a folder, a new one where there is none.
    ///
    /// # Errors
    /// One that can not be read, or files of another scale or of another version of the generator:
    /// a folder holds sets that belong together.
    pub(crate) fn open(folder: &Path, scale: Scale) -> Result<Self> {
        let path = path(folder);
        if !path.exists() {
            return Ok(Self {
                generator: GENERATOR,
                seed: SEED,
                scale: scale.0,
                files: BTreeMap::new(),
                sets: BTreeMap::new(),
            });
        }
        let name = path.display();
        let text =
            fs::read_to_string(&path).map_err(|e| Error::io(format!("reading {name}"), e))?;
        let found: Self = serde_json::from_str(&text).map_err(|e| {
            Error::other(format!("{name} can not be read ({e}): remove the folder"))
        })?;
        if (found.generator, found.seed) != (GENERATOR, SEED) || found.scale != scale.0 {
            let (made, by) = (found.scale, found.generator);
            return Err(Error::other(format!(
                "{name} is of scale {made} by version {by} of the generator, not of scale {} by \
                 version {GENERATOR}: remove the folder or name another",
                scale.0
            )));
        }
        Ok(found)
    }

    /// Whether a set is there, whole, with CSV files where they are asked for.
    pub(crate) fn has(&self, folder: &Path, set: &str, csv: bool) -> bool {
        let size = |name: &String| fs::metadata(folder.join(name)).ok().map(|m| m.len());
        let whole = |name| {
            self.files
                .get(name)
                .is_some_and(|e| size(name) == Some(e.bytes))
        };
        let files = self.sets.get(set).filter(|files| files.csv || !csv);
        files.is_some_and(|files| files.names.iter().all(whole))
    }

    /// Adds a set that is whole, and writes the file.
    pub(crate) fn add(
        &mut self,
        folder: &Path,
        set: &str,
        csv: bool,
        files: Vec<Written>,
    ) -> Result<()> {
        let names = files.iter().map(|f| f.name.clone()).collect();
        self.sets.insert(set.into(), Files { csv, names });
        let entries = files.into_iter().map(|f| {
            let entry = Entry {
                bytes: f.bytes,
                sha256: f.sha256,
            };
            (f.name, entry)
        });
        self.files.extend(entries);
        let text = serde_json::to_string_pretty(self).map_err(|e| Error::other(e.to_string()))?;
        write_file(path(folder), text + "\n")
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}
