//! The build that wrote an artifact.

use serde::{Deserialize, Serialize};

/// Compiler, target and features of the program that wrote an artifact, and its dependencies where
/// it says so: what is needed to make the same program again.
///
/// ```
/// use ml_data::artifact::{Artifact, digest};
/// // `digest(include_bytes!("../Cargo.lock"))` in a program that has one.
/// let lock = digest(b"version = 4");
/// let bytes = Artifact::new("mean/1", &5.0)?.with_lock(&lock).to_bytes()?;
/// let read = Artifact::from_bytes(&bytes)?;
/// let build = read.build().expect("written by this version");
/// assert!(build.rustc.starts_with("rustc 1."));
/// assert_eq!(build.lock.as_deref(), Some(lock.as_str()));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Build {
    /// The compiler, as `rustc --version` prints it.
    pub rustc: String,
    /// The target triple.
    pub target: String,
    /// Features of `ml-data`, in the order of the alphabet.
    pub features: Vec<String>,
    /// SHA-256 of the program's `Cargo.lock`, as hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<String>,
}

impl Build {
    /// The build of this program.
    #[must_use]
    pub fn current() -> Self {
        let features = [
            ("csv", cfg!(feature = "csv")),
            ("parquet", cfg!(feature = "parquet")),
            ("progress", cfg!(feature = "progress")),
            ("synth", cfg!(feature = "synth")),
            ("table", cfg!(feature = "table")),
            ("testkit", cfg!(feature = "testkit")),
            ("zstd", cfg!(feature = "zstd")),
        ];
        let on = features.iter().filter(|f| f.1);
        Self {
            rustc: env!("ML_DATA_RUSTC").into(),
            target: env!("ML_DATA_TARGET").into(),
            features: on.map(|f| f.0.into()).collect(),
            lock: None,
        }
    }
}
