//! Errors between a model file and a shopper.

use std::fmt;
use std::path::PathBuf;

/// Result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure, naming the file, version, request field or address. `Debug` prints the message, as
/// `Display` does.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused: an address in use, a file that can not be read.
    #[error("{context}: {source}")]
    Io {
        /// The operation, with its path or address.
        context: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The registry folder can not be written: read-only, no permission, not a folder, disk full.
    #[error("the registry can not write {}: {source}", path.display())]
    NotWritable {
        /// The path that could not be written.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Another process kept the registry's lock for too long.
    #[error("{} is locked by another writer; gave up after {waited_ms} ms", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Time it was waited for.
        waited_ms: u64,
    },
    /// A user's routes overlap with those of the service.
    #[error("routes beside those of the service: {reason}")]
    Routes {
        /// The route that is there twice.
        reason: String,
    },
    /// A name that can not be used for a model or an alias.
    #[error("{what} `{name}`: must be {rule}")]
    Name {
        /// `model` or `alias`.
        what: &'static str,
        /// The name that was given.
        name: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// The registry has no such model.
    #[error("no model `{model}` in the registry{}", have(known))]
    UnknownModel {
        /// The model asked for.
        model: String,
        /// The models there are.
        known: Vec<String>,
    },
    /// The model has no such version.
    #[error("model `{model}` has no version {version}{}", have(known))]
    UnknownVersion {
        /// The model.
        model: String,
        /// The version asked for.
        version: String,
        /// The versions there are.
        known: Vec<String>,
    },
    /// The model has no such alias.
    #[error("model `{model}` has no alias `{alias}`{}", have(known))]
    UnknownAlias {
        /// The model.
        model: String,
        /// The alias asked for.
        alias: String,
        /// The aliases there are.
        known: Vec<String>,
    },
    /// The alias never pointed anywhere else.
    #[error("alias `{alias}` of model `{model}` has no earlier version to go back to")]
    NothingToRollBack {
        /// The model.
        model: String,
        /// The alias.
        alias: String,
    },
    /// A stored file is not what was published.
    #[error("{} is damaged: {found} does not match the published {expected}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The published SHA-256 or length.
        expected: String,
        /// Length or digest that the file has now.
        found: String,
    },
    /// A link, pipe or folder lies where the registry keeps something else.
    #[error("{} is {found}, expected {expected}", path.display())]
    FileKind {
        /// The path.
        path: PathBuf,
        /// Kind that should be there.
        expected: &'static str,
        /// Kind that is there.
        found: &'static str,
    },
    /// Every version number of the model was given out: the highest is there, or was.
    #[error(
        "model `{model}` had version {last}, the highest there can be; publish under another name"
    )]
    VersionsExhausted {
        /// The model.
        model: String,
        /// The highest number.
        last: String,
    },
    /// A promotion that nobody decided: the gate's outcome passes without a reason.
    #[error(
        "version {version} of `{model}` was not promoted to `{alias}`: \
         the gate passed it without a reason, so nobody decided"
    )]
    Undecided {
        /// The model.
        model: String,
        /// The version.
        version: String,
        /// The alias it should have got.
        alias: String,
    },
    /// A manifest, checksum list or alias file can not be read as one.
    #[error("{} can not be read: {reason}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Fault of its contents.
        reason: String,
    },
    /// The promotion gate said no.
    #[error("version {version} of `{model}` was not promoted to `{alias}`: {}", reasons.join("; "))]
    Refused {
        /// The model.
        model: String,
        /// The version.
        version: String,
        /// The alias it should have got.
        alias: String,
        /// The gate's reasons.
        reasons: Vec<String>,
    },
    /// Parts of a bundle that do not fit together, or that can not be stored.
    #[error("the bundle does not fit together: {part}: expected {expected}, found {found}")]
    Bundle {
        /// The part at fault.
        part: String,
        /// What would have been right.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The request is not JSON.
    #[error("the request is not valid JSON: {0}")]
    Malformed(String),
    /// A field of a request can not be used.
    #[error("request field `{field}` is {found}, expected {expected}")]
    Request {
        /// Path of the field, as `filters.price_max`.
        field: String,
        /// Values that would have been right.
        expected: String,
        /// Value that was sent.
        found: String,
    },
    /// No model is loaded.
    #[error("no model is loaded yet")]
    NotReady,
    /// Every rung of the chain failed.
    #[error("no rung could answer: {}", causes(tried))]
    NoAnswer {
        /// Each rung and why it did not answer.
        tried: Vec<(String, String)>,
    },
    /// The server stopped before these requests were finished.
    #[error("stopped with requests still open after waiting {waited_ms} ms")]
    DrainTimeout {
        /// Time it waited for them.
        waited_ms: u64,
    },
    /// A parameter, model or ranker error of the layers below.
    #[error(transparent)]
    Data(#[from] ml_data::Error),
}

fn causes(tried: &[(String, String)]) -> String {
    let causes: Vec<String> = tried.iter().map(|(n, e)| format!("{n}: {e}")).collect();
    causes.join("; ")
}

fn have(known: &[String]) -> String {
    if known.is_empty() {
        "; there are none".into()
    } else {
        format!("; there are: {}", known.join(", "))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    pub(crate) fn io(context: impl Into<String>, source: std::io::Error) -> Self {
        Self::Io {
            context: context.into(),
            source,
        }
    }
    pub(crate) fn request(
        field: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::Request {
            field: field.into(),
            expected: expected.into(),
            found: found.into(),
        }
    }
    /// The request field at fault, when the request is at fault.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Request { field, .. } => Some(field),
            _ => None,
        }
    }
    /// True when the caller sent something wrong; false when the service is at fault.
    pub fn is_request(&self) -> bool {
        matches!(self, Self::Request { .. } | Self::Malformed(_))
    }
}

impl From<Error> for ml_data::Error {
    /// So that a program can use one error type for the whole pipeline.
    fn from(e: Error) -> Self {
        match e {
            Error::Data(e) => e,
            Error::Io { context, source } => Self::Io { context, source },
            Error::Request {
                field,
                expected,
                found,
            } => Self::Field {
                field,
                expected,
                found,
            },
            other => Self::other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_there_is() {
        let e = Error::UnknownAlias {
            model: "m".into(),
            alias: "champ".into(),
            known: vec!["champion".into()],
        };
        assert_eq!(
            e.to_string(),
            "model `m` has no alias `champ`; there are: champion"
        );
        let e: ml_data::Error = Error::request("user_id", "a name", "empty").into();
        assert_eq!(
            e.to_string(),
            "request field `user_id` is empty, expected a name"
        );
    }
}
