//! Publishing, promoting, rolling back, loading.

use super::aliases::{Alias, AliasMove, AliasMoveKind, Aliases, describe, to_json};
use super::checks::{
    check_alias, check_metadata, check_name, list, plain_folder, published_sum, read, regular,
    verify,
};
use super::files::{Lock, not_writable, scratch_name, sweep, sync_folder, write_synced};
use super::manifest::{GateOutcome, Manifest, Metadata, Version, VersionSelector};
use super::numbers::{next, remember};
use crate::error::{Error, Result};
use ml_data::artifact::digest;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const ARTIFACT: &str = "artifact.bin";
const MANIFEST: &str = "manifest.json";
const SUMS: &str = "SHA256SUMS";

/// A version, loaded and verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The version.
    pub version: Version,
    /// Its description.
    pub manifest: Manifest,
    /// The bytes that were published.
    pub artifact: Vec<u8>,
}

/// A registry in a folder. Cheap to clone; any number of processes of one machine may use the same folder.
///
/// ```
/// use ml_serve::registry::{GateOutcome, Metadata, Registry};
/// # let folder = tempfile::tempdir().expect("a temporary folder");
/// let registry = Registry::open(folder.path())?.by("release job");
/// let v1 = registry.publish("recommender", b"first model", Metadata::default().metric("ndcg@10", 0.61))?;
/// let v2 = registry.publish("recommender", b"second model", Metadata::default().metric("ndcg@10", 0.68))?;
/// registry.promote("recommender", v1, "champion", &GateOutcome::pass(["first model"]))?;
/// registry.promote("recommender", v2, "champion", &GateOutcome::pass(["ndcg@10 rose by 0.07"]))?;
/// assert_eq!(registry.load("recommender", "champion")?.artifact, b"second model");
/// assert_eq!(registry.rollback("recommender", "champion")?, v1);
/// assert_eq!(registry.history("recommender")?.len(), 3);
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Registry {
    root: PathBuf,
    by: String,
    patience: Duration,
}

impl Registry {
    /// Opens a folder, making it when it is not there.
    ///
    /// # Errors
    /// [`Error::NotWritable`] when there is no such folder and it can not be made.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self> {
        let root = dir.into();
        if !root.is_dir() {
            fs::create_dir_all(&root).map_err(not_writable(&root))?;
        }
        Ok(Self {
            root,
            by: "unknown".into(),
            patience: crate::limits::PATIENCE,
        })
    }

    /// Names who acts, for the history (default `unknown`).
    #[must_use]
    pub fn by(mut self, who: impl Into<String>) -> Self {
        self.by = who.into();
        self
    }

    /// How long to wait for another writer (default 10 s).
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Stores an artifact as the next version. It gets no alias; nothing about it can change later.
    /// The number of a version that was deleted is not given out again.
    ///
    /// # Errors
    /// A name with other characters than letters, digits, `-`, `_`, `.`; a metric that is not finite; an empty artifact;
    /// [`Error::NotWritable`]; [`Error::VersionsExhausted`].
    pub fn publish(&self, model: &str, artifact: &[u8], metadata: Metadata) -> Result<Version> {
        check_name("model", model)?;
        check_metadata(artifact, &metadata)?;
        let versions = self.root.join(model).join("versions");
        fs::create_dir_all(&versions).map_err(not_writable(&versions))?;
        let _lock = self.lock(model)?;
        let home = self.root.join(model);
        sweep(&versions).and_then(|()| sweep(&home))?;
        let version = next(model, &home, self.numbers(&versions)?.last().copied())?;
        let manifest = Manifest {
            model: model.into(),
            version,
            published_at: now(),
            published_by: self.by.clone(),
            bytes: artifact.len() as u64,
            sha256: digest(artifact),
            metadata,
        };
        let scratch = versions.join(scratch_name());
        let done = write_version(&scratch, artifact, &manifest).and_then(|()| {
            remember(&home, version)?;
            let home = versions.join(version.to_string());
            fs::rename(&scratch, &home).map_err(not_writable(&home))?;
            sync_folder(&versions)
        });
        if done.is_err() {
            let _ = fs::remove_dir_all(&scratch);
        }
        done.map(|()| version)
    }

    /// The models there are, by name.
    ///
    /// # Errors
    /// A folder that can not be read.
    pub fn models(&self) -> Result<Vec<String>> {
        let mut names: Vec<String> = list(&self.root)?
            .into_iter()
            .filter(|n| self.root.join(n).join("versions").is_dir())
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The versions of a model, oldest first.
    ///
    /// # Errors
    /// An unknown model.
    pub fn versions(&self, model: &str) -> Result<Vec<Version>> {
        self.numbers(&self.home(model)?.join("versions"))
    }

    /// The description of a version, verified.
    ///
    /// # Errors
    /// An unknown model, version or alias; a manifest that is truncated or damaged.
    pub fn manifest(&self, model: &str, which: impl Into<VersionSelector>) -> Result<Manifest> {
        let (version, state) = self.find(model, which.into())?;
        let manifest = self.read_manifest(model, version)?.0;
        let path = self.version_home(model, version)?.join(ARTIFACT);
        state.map_or(Ok(()), |s| s.pinned(version, &manifest.sha256, &path))?;
        Ok(manifest)
    }

    /// The artifact of a version or alias, verified against its SHA-256.
    ///
    /// # Errors
    /// An unknown model, version or alias; [`Error::Damaged`] when a byte was changed, or when the
    /// version is not the one that the alias was pointed at; [`Error::Manifest`] when the manifest
    /// is truncated; [`Error::FileKind`] when a link or a pipe lies in the version.
    pub fn load(&self, model: &str, which: impl Into<VersionSelector>) -> Result<Published> {
        let (version, state) = self.find(model, which.into())?;
        let (manifest, expected) = self.read_manifest(model, version)?;
        let path = self.version_home(model, version)?.join(ARTIFACT);
        state.map_or(Ok(()), |s| s.pinned(version, &expected, &path))?;
        // The length first: a file that grew is not read to its end.
        let length = regular(&path)?;
        if length != manifest.bytes {
            return Err(Error::Damaged {
                path,
                expected: format!("{} bytes", manifest.bytes),
                found: format!("{length} bytes"),
            });
        }
        let artifact = read(&path)?;
        verify(&path, &artifact, &expected)?;
        Ok(Published {
            version,
            manifest,
            artifact,
        })
    }

    /// Points an alias at a version, if the gate allows it and the version is undamaged. Returns where it pointed before.
    /// A refusal is written to the history too.
    ///
    /// # Errors
    /// [`Error::Refused`] with the gate's reasons; [`Error::Undecided`] when it passes without one;
    /// an unknown or damaged version; a bad alias name.
    pub fn promote(
        &self,
        model: &str,
        version: Version,
        alias: &str,
        gate: &GateOutcome,
    ) -> Result<Option<Version>> {
        check_alias(alias)?;
        if gate.promoted && !gate.decided() {
            let (model, version, alias) = (model.into(), version.to_string(), alias.into());
            return Err(Error::Undecided {
                model,
                version,
                alias,
            });
        }
        let found = self.load(model, version)?.manifest.sha256;
        let (_lock, path) = (self.lock(model)?, self.aliases_path(model)?);
        let mut state = Aliases::read(&path)?;
        let artifact = self.version_home(model, version)?.join(ARTIFACT);
        state.pinned(version, &found, &artifact)?;
        let from = state.aliases.get(alias).map(|a| a.version);
        let kind = if gate.promoted {
            AliasMoveKind::Promoted
        } else {
            AliasMoveKind::Refused
        };
        state
            .history
            .push(self.entry(alias, kind, from, version, gate.reasons.clone()));
        if gate.promoted {
            state.digests.insert(version, found);
            let before = state
                .aliases
                .remove(alias)
                .map_or_else(Vec::new, |a| pushed(a, version));
            state
                .aliases
                .insert(alias.into(), Alias { version, before });
        }
        state.write(&path)?;
        if gate.promoted {
            return Ok(from);
        }
        let (model, version, alias) = (model.into(), version.to_string(), alias.into());
        Err(Error::Refused {
            model,
            version,
            alias,
            reasons: gate.reasons.clone(),
        })
    }

    /// Points an alias back at the version before, which is returned. Called again, it goes back one more.
    ///
    /// # Errors
    /// An unknown alias; [`Error::NothingToRollBack`]; a damaged earlier version (the alias then stays where it is).
    pub fn rollback(&self, model: &str, alias: &str) -> Result<Version> {
        let path = self.aliases_path(model)?;
        let _lock = self.lock(model)?;
        let mut state = Aliases::read(&path)?;
        let Some(held) = state.aliases.get_mut(alias) else {
            return Err(unknown_alias(model, alias, &state));
        };
        let from = held.version;
        let Some(to) = held.before.pop() else {
            return Err(Error::NothingToRollBack {
                model: model.into(),
                alias: alias.into(),
            });
        };
        let found = self.load(model, to)?.manifest.sha256;
        held.version = to;
        let artifact = self.version_home(model, to)?.join(ARTIFACT);
        state.pinned(to, &found, &artifact)?;
        state.history.push(self.entry(
            alias,
            AliasMoveKind::RolledBack,
            Some(from),
            to,
            Vec::new(),
        ));
        state.write(&path)?;
        Ok(to)
    }

    /// Where the aliases of a model point.
    ///
    /// # Errors
    /// An unknown model; an alias file that is truncated or damaged.
    pub fn aliases(&self, model: &str) -> Result<BTreeMap<String, Version>> {
        let state = Aliases::read(&self.aliases_path(model)?)?;
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
        Ok(Aliases::read(&self.aliases_path(model)?)?.history)
    }

    /// The version meant by a number or an alias.
    ///
    /// # Errors
    /// An unknown model, version or alias.
    pub fn resolve(&self, model: &str, which: VersionSelector) -> Result<Version> {
        Ok(self.find(model, which)?.0)
    }

    /// The version that is meant, with the state of the aliases when it was named by one.
    fn find(&self, model: &str, which: VersionSelector) -> Result<(Version, Option<Aliases>)> {
        let name = match which {
            VersionSelector::Version(v) => return self.version_home(model, v).map(|_| (v, None)),
            VersionSelector::Alias(name) => name,
        };
        let state = Aliases::read(&self.aliases_path(model)?)?;
        match state.aliases.get(&name).map(|a| a.version) {
            Some(version) => Ok((version, Some(state))),
            None => Err(unknown_alias(model, &name, &state)),
        }
    }

    /// Where [`rollback`](Self::rollback) would point an alias.
    ///
    /// # Errors
    /// An unknown model or alias; [`Error::NothingToRollBack`].
    pub fn previous(&self, model: &str, alias: &str) -> Result<Version> {
        let state = Aliases::read(&self.aliases_path(model)?)?;
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

    fn home(&self, model: &str) -> Result<PathBuf> {
        check_name("model", model)?;
        let home = self.root.join(model);
        if home.join("versions").is_dir() {
            return Ok(home);
        }
        Err(Error::UnknownModel {
            model: model.into(),
            known: self.models()?,
        })
    }

    fn version_home(&self, model: &str, version: Version) -> Result<PathBuf> {
        let versions = self.home(model)?.join("versions");
        let home = versions.join(version.to_string());
        if home.is_dir() {
            return Ok(home);
        }
        let known = self
            .numbers(&versions)?
            .iter()
            .map(Version::to_string)
            .collect();
        Err(Error::UnknownVersion {
            model: model.into(),
            version: version.to_string(),
            known,
        })
    }

    fn aliases_path(&self, model: &str) -> Result<PathBuf> {
        Ok(self.home(model)?.join("aliases.json"))
    }

    fn lock(&self, model: &str) -> Result<Lock> {
        Lock::take(self.root.join(model).join(".lock"), self.patience)
    }

    fn numbers(&self, versions: &Path) -> Result<Vec<Version>> {
        let mut found: Vec<Version> = list(versions)?
            .iter()
            .filter_map(|n| Version::parse(n))
            .collect();
        found.sort_unstable();
        Ok(found)
    }

    /// The manifest, and the published digest of the artifact.
    fn read_manifest(&self, model: &str, version: Version) -> Result<(Manifest, String)> {
        let home = self.version_home(model, version)?;
        plain_folder(&home)?;
        let (sums_path, path) = (home.join(SUMS), home.join(MANIFEST));
        let sums = String::from_utf8_lossy(&read(&sums_path)?).into_owned();
        let bytes = read(&path)?;
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
        Ok((manifest, sum))
    }

    fn entry(
        &self,
        alias: &str,
        kind: AliasMoveKind,
        from: Option<Version>,
        to: Version,
        reasons: Vec<String>,
    ) -> AliasMove {
        AliasMove {
            at: now(),
            by: self.by.clone(),
            alias: alias.into(),
            kind,
            from,
            to,
            reasons,
        }
    }
}

/// Promoting the version that is already there must not make it its own predecessor.
fn pushed(mut alias: Alias, next: Version) -> Vec<Version> {
    if alias.version != next {
        alias.before.push(alias.version);
    }
    alias.before
}

fn write_version(folder: &Path, artifact: &[u8], manifest: &Manifest) -> Result<()> {
    fs::create_dir(folder).map_err(not_writable(folder))?;
    let description = to_json(manifest, &folder.join(MANIFEST))?;
    let sums = format!(
        "{}  {ARTIFACT}\n{}  {MANIFEST}\n",
        manifest.sha256,
        digest(&description)
    );
    write_synced(&folder.join(ARTIFACT), artifact)?;
    write_synced(&folder.join(MANIFEST), &description)?;
    write_synced(&folder.join(SUMS), sums.as_bytes())?;
    sync_folder(folder)
}

fn unknown_alias(model: &str, alias: &str, state: &Aliases) -> Error {
    let known = state.aliases.keys().cloned().collect();
    Error::UnknownAlias {
        model: model.into(),
        alias: alias.into(),
        known,
    }
}

fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
