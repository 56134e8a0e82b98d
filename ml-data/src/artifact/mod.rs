//! Artifacts: fitted objects as bytes that say what they are, what rows they read, and whether they
//! are whole.
//!
//! | to save | bytes | a file |
//! |---|---|---|
//! | a fitted model or pipeline | [`save`], [`load_as`] | [`save_file`], [`load_file`] |
//! | one of several types of models | [`save`], [`Loader::load`] | [`save_file`], [`Loader::load_file`] |
//! | state that is no model of rows: a recommender, a catalogue | [`save_state`], [`load_state`] | [`Artifact::write`], [`Artifact::read`] |
//!
//! Layout (integers little-endian): magic `MLPIPE\r\n`, format version `u16`, header length `u32`,
//! header (JSON: kind, library version, schema, schema fingerprint, kind of target, type of the
//! pipeline, build, lengths), training profile and payload (postcard), SHA-256 of everything
//! before. The magic's line ending shows transfers that rewrote it.

mod build;
mod file;
mod loader;

pub use crate::contract::structure;
pub use crate::error::ArtifactError;
pub use build::Build;
pub use file::{load_file, read_file, save_file, write_file};
pub use loader::{Loader, load_as, save};
use loader::{check_rows, model};

use crate::error::Result;
use crate::schema::Schema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"MLPIPE\r\n";
/// The format this version writes, and the newest it reads.
pub const FORMAT: u16 = 1;
const CHECKSUM: usize = 32;

#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    library: String,
    fingerprint: Option<String>,
    schema: Option<Schema>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    structure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    build: Option<Build>,
    profile_len: u64,
    payload_len: u64,
}

/// A state that is no model of rows as artifact bytes: a recommender, a catalogue, settings. Models
/// and pipelines go through [`save`], which keeps their columns and their target as well.
///
/// ```
/// use ml_data::artifact::{Artifact, load_state, save_state};
/// let names = vec!["oak".to_owned(), "yew".to_owned()];
/// let bytes = save_state("trees/1", &names)?;
/// assert_eq!(load_state::<Vec<String>>("trees/1", &bytes)?, names);
/// let e = load_state::<Vec<String>>("trees/2", &bytes).unwrap_err();
/// assert_eq!(e.to_string(), "artifact holds `trees/1`, the program expects one of: trees/2");
///
/// # let path = std::env::temp_dir().join(format!("trees-{}.mlp", std::process::id()));
/// // The same in a file.
/// Artifact::new("trees/1", &names)?.write(&path)?;
/// let read: Vec<String> = Artifact::read(&path)?.state("trees/1")?;
/// # std::fs::remove_file(&path).unwrap();
/// # assert_eq!(read, names);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Errors
/// A state that can not be written.
pub fn save_state<T: Serialize>(kind: &str, state: &T) -> Result<Vec<u8>> {
    Artifact::new(kind, state)?.to_bytes()
}

/// The state that [`save_state`] wrote.
///
/// # Errors
/// Damaged bytes, another kind, or a payload that is not of this type.
pub fn load_state<T: DeserializeOwned>(kind: &str, bytes: &[u8]) -> Result<T> {
    Ok(Artifact::from_bytes(bytes)?.state(kind)?)
}

/// Content of an artifact, after all checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    kind: String,
    library: String,
    schema: Option<Schema>,
    /// The kind of target and the type of a pipeline; artifacts of earlier versions have neither.
    target: Option<String>,
    structure: Option<String>,
    build: Option<Build>,
    profile: Vec<u8>,
    payload: Vec<u8>,
}

impl Artifact {
    /// An artifact of a kind (`"shop/1"`: a name and the version of the code that fills it).
    ///
    /// # Errors
    /// A state that can not be written.
    pub fn new<T: Serialize>(kind: &str, state: &T) -> Result<Self> {
        let payload =
            postcard::to_stdvec(state).map_err(|e| ArtifactError::Payload(e.to_string()))?;
        Ok(Self::from_payload(kind, payload))
    }

    pub(crate) fn from_payload(kind: &str, payload: Vec<u8>) -> Self {
        let library = env!("CARGO_PKG_VERSION").into();
        Self {
            kind: kind.into(),
            library,
            schema: None,
            target: None,
            structure: None,
            build: Some(Build::current()),
            profile: Vec::new(),
            payload,
        }
    }

    /// The same artifact around another payload, which is what the test kit damages.
    #[cfg(feature = "testkit")]
    pub(crate) fn with_payload(mut self, payload: Vec<u8>) -> Self {
        self.payload = payload;
        self
    }

    /// Says which rows the state reads.
    #[must_use]
    pub fn with_schema(mut self, schema: &Schema) -> Self {
        self.schema = Some(schema.clone());
        self
    }

    /// Says what kind of target the state was trained on, and of which type it is.
    pub(crate) fn with_type(mut self, target: Option<&str>, structure: String) -> Self {
        self.target = target.map(Into::into);
        self.structure = Some(structure);
        self
    }

    /// Says which dependencies the program has: the [`digest`] of its `Cargo.lock`.
    #[must_use]
    pub fn with_lock(mut self, digest: &str) -> Self {
        self.build.get_or_insert_with(Build::current).lock = Some(digest.into());
        self
    }

    /// Adds the profile of the training data, against which drift is measured.
    ///
    /// # Errors
    /// A profile that can not be written.
    pub fn with_profile<T: Serialize>(mut self, profile: &T) -> Result<Self> {
        self.profile =
            postcard::to_stdvec(profile).map_err(|e| ArtifactError::Payload(e.to_string()))?;
        Ok(self)
    }

    /// The kind it was saved under.
    pub fn kind(&self) -> &str {
        &self.kind
    }
    /// The library version that wrote it.
    pub fn library(&self) -> &str {
        &self.library
    }
    /// The build that wrote it; artifacts of earlier versions do not say.
    pub fn build(&self) -> Option<&Build> {
        self.build.as_ref()
    }
    /// The kind of target it was trained on, when it is a pipeline that knows.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }
    /// The type of a saved pipeline in words: its steps and its model.
    pub fn structure(&self) -> Option<&str> {
        self.structure.as_deref()
    }
    /// The rows it reads: the columns of tables, or of matrices as numbers.
    pub fn schema(&self) -> Option<&Schema> {
        self.schema.as_ref()
    }

    /// The state.
    ///
    /// # Errors
    /// Another kind, or a payload that is not of this type.
    pub fn state<T: DeserializeOwned>(&self, kind: &str) -> Result<T, ArtifactError> {
        if self.kind != kind {
            return Err(ArtifactError::Kind {
                found: self.kind.clone(),
                expected: vec![kind.into()],
            });
        }
        whole(&self.payload)
    }

    /// The profile of the training data, if there is one.
    ///
    /// # Errors
    /// A profile that is not of this type.
    pub fn profile<T: DeserializeOwned>(&self) -> Result<Option<T>, ArtifactError> {
        if self.profile.is_empty() {
            return Ok(None);
        }
        whole(&self.profile).map(Some)
    }

    /// As bytes.
    ///
    /// # Errors
    /// A header that can not be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let header = Header {
            kind: self.kind.clone(),
            library: self.library.clone(),
            fingerprint: self.schema.as_ref().map(|s| hex(&s.fingerprint())),
            schema: self.schema.clone(),
            target: self.target.clone(),
            structure: self.structure.clone(),
            build: self.build.clone(),
            profile_len: self.profile.len() as u64,
            payload_len: self.payload.len() as u64,
        };
        let header =
            serde_json::to_vec(&header).map_err(|e| ArtifactError::Payload(e.to_string()))?;
        let mut out =
            Vec::with_capacity(header.len() + self.profile.len() + self.payload.len() + 64);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&(header.len() as u32).to_le_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(&self.profile);
        out.extend_from_slice(&self.payload);
        let checksum = Sha256::digest(&out);
        out.extend_from_slice(&checksum);
        Ok(out)
    }

    /// From bytes, checking magic, format, length, checksum and schema fingerprint in that order.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtifactError> {
        const FIXED: usize = 14;
        let truncated = |expected: usize| ArtifactError::Truncated {
            expected,
            found: bytes.len(),
        };
        if bytes.len() < FIXED + CHECKSUM {
            let looks = bytes.len() >= 8 && bytes.starts_with(MAGIC);
            return Err(if looks || bytes.is_empty() {
                truncated(FIXED + CHECKSUM)
            } else {
                ArtifactError::Magic
            });
        }
        if !bytes.starts_with(MAGIC) {
            return Err(ArtifactError::Magic);
        }
        let format = u16::from_le_bytes([bytes[8], bytes[9]]);
        if format > FORMAT || format == 0 {
            return Err(ArtifactError::Format {
                found: format,
                newest: FORMAT,
            });
        }
        let header_len = u32::from_le_bytes([bytes[10], bytes[11], bytes[12], bytes[13]]) as usize;
        let body = FIXED.saturating_add(header_len);
        if bytes.len() < body.saturating_add(CHECKSUM) {
            return Err(truncated(body.saturating_add(CHECKSUM)));
        }
        let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
        if Sha256::digest(content)[..] != *checksum {
            return Err(Self::damaged(bytes, body));
        }
        let header: Header = serde_json::from_slice(&bytes[FIXED..body])
            .map_err(|e| ArtifactError::Payload(e.to_string()))?;
        let (profile, payload) = (header.profile_len as usize, header.payload_len as usize);
        let expected = body
            .saturating_add(profile)
            .saturating_add(payload)
            .saturating_add(CHECKSUM);
        if expected != bytes.len() {
            return Err(truncated(expected));
        }
        if header.schema.as_ref().map(|s| hex(&s.fingerprint())) != header.fingerprint {
            return Err(ArtifactError::Fingerprint);
        }
        Ok(Self {
            kind: header.kind,
            library: header.library,
            schema: header.schema,
            target: header.target,
            structure: header.structure,
            build: header.build,
            profile: bytes[body..body + profile].to_vec(),
            payload: bytes[body + profile..body + profile + payload].to_vec(),
        })
    }

    /// A wrong checksum on a file that is shorter than its header says is a truncated file.
    fn damaged(bytes: &[u8], body: usize) -> ArtifactError {
        let expected = serde_json::from_slice::<Header>(&bytes[14..body]).map(|h| {
            (body as u64)
                .saturating_add(h.profile_len)
                .saturating_add(h.payload_len)
                + CHECKSUM as u64
        });
        match expected {
            Ok(expected) if expected > bytes.len() as u64 => ArtifactError::Truncated {
                expected: expected as usize,
                found: bytes.len(),
            },
            _ => ArtifactError::Checksum,
        }
    }
}

/// A value from all of the bytes: what is left over belongs to another type.
fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ArtifactError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(ArtifactError::Payload(format!(
            "{} bytes are left over: it holds another type",
            rest.len()
        ))),
        Err(e) => Err(ArtifactError::Payload(e.to_string())),
    }
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The SHA-256 of bytes, as hexadecimal: the digest of data and models in reports.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;
