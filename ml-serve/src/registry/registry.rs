//! The registry: publishing, promoting, rolling back, loading.

use super::aliases::{AliasMove, Aliases, describe, to_json};
use super::checks::{check_metadata, check_name, published_sum, verify};
use super::manifest::{Manifest, Metadata, Version, VersionSelector};
use super::numbers::allocate_version;
use super::store::{FolderStore, RegistryStore};
use crate::error::{Error, Result};
use ml_data::artifact::digest;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

const ARTIFACT: &str = "artifact.bin";
const MANIFEST: &str = "manifest.json";
const SUMS: &str = "SHA256SUMS";

/// A version, loaded and verified.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedVersion {
    /// The version.
    pub version: Version,
    /// Its description.
    pub manifest: Manifest,
    /// The bytes that were published.
    pub artifact: Vec<u8>,
}

/// Models in numbered versions, and aliases that point at them, in a [`RegistryStore`]. Cheap to
/// clone; clones share the store.
///
/// ```
/// use ml_serve::registry::{GateOutcome, Metadata, Registry};
/// # let folder = tempfile::tempdir().expect("a temporary folder");
/// let registry = Registry::open(folder.path())?.by("release job");
/// let metrics = |ndcg| Metadata::default().metric("ndcg@10", ndcg);
/// let v1 = registry.publish("recommender", b"first model", metrics(0.61))?;
/// let v2 = registry.publish("recommender", b"second model", metrics(0.68))?;
/// registry.promote("recommender", v1, "champion", &GateOutcome::pass(["first model"]))?;
/// registry.promote("recommender", v2, "champion", &GateOutcome::pass(["ndcg@10 rose by 0.07"]))?;
/// assert_eq!(registry.load("recommender", "champion")?.artifact, b"second model");
/// assert_eq!(registry.rollback("recommender", "champion")?, v1);
/// assert_eq!(registry.history("recommender")?.len(), 3);
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Registry {
    pub(super) store: Arc<dyn RegistryStore>,
    pub(super) by: String,
}

impl Registry {
    /// The registry in a folder, which is made when it is not there: [`FolderStore`]. Any number of
    /// processes of one machine may use the same folder.
    ///
    /// # Errors
    /// [`Error::NotWritable`] when there is no such folder and it can not be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self> {
        FolderStore::open(folder).map(Self::new)
    }

    /// The registry in a store.
    #[must_use]
    pub fn new(store: impl RegistryStore + 'static) -> Self {
        Self {
            store: Arc::new(store),
            by: "unknown".into(),
        }
    }

    /// Names who acts, for the history (default `unknown`).
    #[must_use]
    pub fn by(mut self, who: impl Into<String>) -> Self {
        self.by = who.into();
        self
    }

    /// Stores an artifact as the next version. It gets no alias; nothing about it can change later.
    /// The number of a version that was deleted is not given out again.
    ///
    /// # Errors
    /// A name with other characters than letters, digits, `-`, `_`, `.`; a metric that is not
    /// finite; an empty artifact; [`Error::NotWritable`]; [`Error::VersionsExhausted`].
    pub fn publish(&self, model: &str, artifact: &[u8], metadata: Metadata) -> Result<Version> {
        check_name("model", model)?;
        check_metadata(artifact, &metadata)?;
        let bytes = artifact.len() as u64;
        let sha256 = digest(artifact);
        let there = || Ok(self.numbers(model)?.last().copied());
        loop {
            let allocated = allocate_version(&*self.store, model, there)?;
            let version = allocated.version;
            let manifest = Manifest {
                model: model.into(),
                version,
                published_at: now(),
                published_by: self.by.clone(),
                bytes,
                sha256: sha256.clone(),
                metadata: metadata.clone(),
            };
            match self.put_version(&manifest, artifact) {
                Ok(true) => return Ok(version),
                // Something lies where the version should: the next number.
                Ok(false) => {}
                Err(e) => {
                    // A write that failed at its end may have left the version: then its number is
                    // taken.
                    if self.numbers(model).is_ok_and(|n| !n.contains(&version)) {
                        allocated.put_back(&*self.store);
                    }
                    return Err(e);
                }
            }
        }
    }

    fn put_version(&self, manifest: &Manifest, artifact: &[u8]) -> Result<bool> {
        let entry = entry_of(&manifest.model, manifest.version);
        let description = to_json(manifest, &self.part(&entry, MANIFEST))?;
        let sums = format!(
            "{}  {ARTIFACT}\n{}  {MANIFEST}\n",
            manifest.sha256,
            digest(&description)
        );
        let parts = [
            (ARTIFACT, artifact),
            (MANIFEST, &description),
            (SUMS, sums.as_bytes()),
        ];
        self.store.put(&entry, &parts)
    }

    /// The models there are, by name.
    ///
    /// # Errors
    /// A folder that can not be read.
    pub fn models(&self) -> Result<Vec<String>> {
        let mut models = Vec::new();
        for name in self.store.list("")? {
            // A folder of somebody else's that may not be read is no model of this registry; asked
            // for by its name, it is an error.
            if self.holds_versions(&name).unwrap_or(false) {
                models.push(name);
            }
        }
        Ok(models)
    }

    /// The versions of a model, oldest first.
    ///
    /// # Errors
    /// An unknown model.
    pub fn versions(&self, model: &str) -> Result<Vec<Version>> {
        self.check_model(model)?;
        self.numbers(model)
    }

    /// The description of a version, verified.
    ///
    /// # Errors
    /// An unknown model, version or alias; a manifest that is truncated or damaged.
    pub fn manifest(&self, model: &str, which: impl Into<VersionSelector>) -> Result<Manifest> {
        let (version, state) = self.find(model, which.into())?;
        let manifest = self.read_manifest(model, version)?;
        self.check_pinned(&state, &manifest)?;
        Ok(manifest)
    }

    /// The artifact of a version or alias, verified against its SHA-256.
    ///
    /// # Errors
    /// An unknown model, version or alias; [`Error::Damaged`] when a byte was changed, or when the
    /// version is not the one that the alias was pointed at; [`Error::Manifest`] when the manifest
    /// is truncated; [`Error::FileKind`] when a link or a pipe lies in the version.
    pub fn load(&self, model: &str, which: impl Into<VersionSelector>) -> Result<LoadedVersion> {
        let (version, state) = self.find(model, which.into())?;
        let manifest = self.read_manifest(model, version)?;
        self.check_pinned(&state, &manifest)?;
        let entry = entry_of(model, version);
        let path = self.part(&entry, ARTIFACT);
        // The length first: an artifact that grew is not read to its end.
        let length = self.store.size(&entry, ARTIFACT)?;
        let length = length.ok_or_else(|| missing(path.clone()))?;
        if length != manifest.bytes {
            return Err(Error::Damaged {
                path,
                expected: format!("{} bytes", manifest.bytes),
                found: format!("{length} bytes"),
            });
        }
        let artifact = self.read_part(&entry, ARTIFACT)?;
        verify(&path, &artifact, &manifest.sha256)?;
        Ok(LoadedVersion {
            version,
            manifest,
            artifact,
        })
    }

    /// Versions that the aliases of a model point at.
    ///
    /// # Errors
    /// An unknown model; an alias file that is truncated or damaged.
    pub fn aliases(&self, model: &str) -> Result<BTreeMap<String, Version>> {
        let state = self.read_aliases(model)?;
        Ok(state
            .aliases
            .into_iter()
            .map(|(name, a)| (name, a.version))
            .collect())
    }

    /// Everything that happened to the aliases of a model, oldest first.
    ///
    /// # Errors
    /// As [`aliases`](Self::aliases).
    pub fn history(&self, model: &str) -> Result<Vec<AliasMove>> {
        Ok(self.read_aliases(model)?.history)
    }

    /// The version meant by a number or an alias.
    ///
    /// # Errors
    /// An unknown model, version or alias.
    pub fn resolve(&self, model: &str, which: VersionSelector) -> Result<Version> {
        Ok(self.find(model, which)?.0)
    }

    /// The version that is meant, with the state of the aliases when it was named by one.
    fn find(&self, model: &str, which: VersionSelector) -> Result<(Version, Aliases)> {
        let name = match which {
            VersionSelector::Version(v) => {
                self.check_version(model, v)?;
                return Ok((v, Aliases::default()));
            }
            VersionSelector::Alias(name) => name,
        };
        let state = self.read_aliases(model)?;
        match state.aliases.get(&name).map(|a| a.version) {
            Some(version) => {
                self.check_version(model, version)?;
                Ok((version, state))
            }
            None => Err(unknown_alias(model, &name, &state)),
        }
    }

    /// The version that [`rollback`](Self::rollback) would point an alias at.
    ///
    /// # Errors
    /// An unknown model or alias; [`Error::NothingToRollBack`].
    pub fn previous(&self, model: &str, alias: &str) -> Result<Version> {
        let state = self.read_aliases(model)?;
        let held = state
            .aliases
            .get(alias)
            .ok_or_else(|| unknown_alias(model, alias, &state))?;
        let nothing = || Error::NothingToRollBack {
            model: model.into(),
            alias: alias.into(),
        };
        held.before.last().copied().ok_or_else(nothing)
    }

    fn holds_versions(&self, model: &str) -> Result<bool> {
        Ok(self.store.list(model)?.iter().any(|n| n == "versions"))
    }

    pub(super) fn check_model(&self, model: &str) -> Result<()> {
        check_name("model", model)?;
        if self.holds_versions(model)? {
            return Ok(());
        }
        Err(Error::UnknownModel {
            model: model.into(),
            known: self.models()?,
        })
    }

    fn check_version(&self, model: &str, version: Version) -> Result<()> {
        let known = self.versions(model)?;
        if known.contains(&version) {
            return Ok(());
        }
        Err(Error::UnknownVersion {
            model: model.into(),
            version: version.to_string(),
            known: known.iter().map(Version::to_string).collect(),
        })
    }

    /// The numbers that are there, ascending.
    fn numbers(&self, model: &str) -> Result<Vec<Version>> {
        let names = self.store.list(&format!("{model}/versions"))?;
        let mut found: Vec<Version> = names.iter().filter_map(|n| Version::parse(n)).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// The record of a model's aliases, and where it lies.
    pub(super) fn alias_record(&self, model: &str) -> (String, PathBuf) {
        let record = format!("{model}/aliases.json");
        let path = self.store.location(&record);
        (record, path)
    }

    fn read_aliases(&self, model: &str) -> Result<Aliases> {
        self.check_model(model)?;
        let (record, path) = self.alias_record(model);
        Aliases::parse(self.store.read(&record)?.as_deref(), &path)
    }

    /// Refuses a version whose bytes are not those an alias was pointed at.
    pub(super) fn check_pinned(&self, state: &Aliases, manifest: &Manifest) -> Result<()> {
        let entry = entry_of(&manifest.model, manifest.version);
        let path = self.part(&entry, ARTIFACT);
        state.check_digest(manifest.version, &manifest.sha256, &path)
    }

    /// The location of a part of an entry.
    fn part(&self, entry: &str, part: &str) -> PathBuf {
        self.store.location(entry).join(part)
    }

    fn read_part(&self, entry: &str, part: &str) -> Result<Vec<u8>> {
        let bytes = self.store.get(entry, part)?;
        bytes.ok_or_else(|| missing(self.part(entry, part)))
    }

    /// The manifest, verified: it is what was published, and describes this version.
    fn read_manifest(&self, model: &str, version: Version) -> Result<Manifest> {
        let entry = entry_of(model, version);
        let (sums_path, path) = (self.part(&entry, SUMS), self.part(&entry, MANIFEST));
        let sums = String::from_utf8_lossy(&self.read_part(&entry, SUMS)?).into_owned();
        let bytes = self.read_part(&entry, MANIFEST)?;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|e| Error::Manifest {
            path: path.clone(),
            reason: describe(&e, bytes.len()),
        })?;
        verify(&path, &bytes, &published_sum(&sums, MANIFEST, &sums_path)?)?;
        let sum = published_sum(&sums, ARTIFACT, &sums_path)?;
        if manifest.version != version || manifest.model != model || manifest.sha256 != sum {
            let reason = format!(
                "it describes {} {} with digest {}",
                manifest.model, manifest.version, manifest.sha256
            );
            return Err(Error::Manifest { path, reason });
        }
        Ok(manifest)
    }
}

/// The entry of a version.
fn entry_of(model: &str, version: Version) -> String {
    format!("{model}/versions/{version}")
}

fn missing(path: PathBuf) -> Error {
    Error::Manifest {
        path,
        reason: "the file is missing".into(),
    }
}

pub(super) fn unknown_alias(model: &str, alias: &str, state: &Aliases) -> Error {
    let known = state.aliases.keys().cloned().collect();
    Error::UnknownAlias {
        model: model.into(),
        alias: alias.into(),
        known,
    }
}

pub(super) fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
