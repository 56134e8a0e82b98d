//! Why an artifact can not be loaded.

/// The first check that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The file is something else.
    #[error("not an ml-pipeline artifact: the first bytes differ")]
    Magic,
    /// Written by a later version.
    #[error("artifact format {found} is not readable: this version reads formats 1 to {newest}")]
    Format {
        /// The file's format.
        found: u16,
        /// The newest readable one.
        newest: u16,
    },
    /// The file ends early.
    #[error("artifact is truncated: expected {expected} bytes, found {found}")]
    Truncated {
        /// The length it should have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
    /// A byte was changed.
    #[error("artifact checksum differs: the file is damaged")]
    Checksum,
    /// The schema and its fingerprint disagree.
    #[error("artifact schema does not match its fingerprint")]
    Fingerprint,
    /// Saved by other code.
    #[error("artifact holds `{found}`, the program expects one of: {}", expected.join(", "))]
    Kind {
        /// The kind in the file.
        found: String,
        /// The kinds the program can load.
        expected: Vec<String>,
    },
    /// The rows to be predicted have another schema.
    #[error("artifact was trained on other rows: {0}")]
    Schema(String),
    /// Trained on another kind of target.
    #[error("artifact was trained on a {found} target, the program expects {expected}")]
    Target {
        /// The target it was trained on.
        found: String,
        /// The target of the program's pipeline.
        expected: String,
    },
    /// Another pipeline: other steps, another order, or another model.
    #[error("artifact holds a `{found}`, the program expects a `{expected}`")]
    Structure {
        /// The type of the saved pipeline.
        found: String,
        /// The type of the program's pipeline.
        expected: String,
    },
    /// The content is not of the type the kind promises.
    #[error("artifact payload can not be read: {0}")]
    Payload(String),
    /// One of the others, of a file.
    #[error("{path}: {fault}")]
    File {
        /// The file.
        path: String,
        /// Why it can not be loaded.
        fault: Box<ArtifactError>,
    },
}

impl ArtifactError {
    /// The fault itself, whether the bytes came from a file or not.
    #[must_use]
    pub fn fault(&self) -> &Self {
        match self {
            Self::File { fault, .. } => fault.fault(),
            other => other,
        }
    }
}
