//! Descriptions of versions: numbers, metadata, lineage.

use ml_eval::goal::GateDecision;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The number of a version, written `v3`. Numbers start at 1 and are never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl Version {
    /// Reads `v3`; anything else is not a version.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('v')?;
        let plain = !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        plain.then(|| digits.parse().ok().map(Self))?
    }
}

impl TryFrom<String> for Version {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a version like v3"))
    }
}

impl From<Version> for String {
    fn from(v: Version) -> Self {
        v.to_string()
    }
}

/// A version by its number, or the one that an alias points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionSelector {
    /// This version.
    Version(Version),
    /// The version the alias points at.
    Alias(String),
}

impl From<Version> for VersionSelector {
    fn from(v: Version) -> Self {
        Self::Version(v)
    }
}

impl From<&str> for VersionSelector {
    /// `v3` is a version, every other text an alias.
    fn from(text: &str) -> Self {
        Version::parse(text).map_or_else(|| Self::Alias(text.into()), Self::Version)
    }
}

/// The answer of a promotion gate, whoever ran it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateOutcome {
    /// True when the version may be promoted.
    pub passed: bool,
    /// Reasons, in sentences; kept in the history.
    pub reasons: Vec<String>,
}

impl GateOutcome {
    /// The gate was passed, for these reasons. Without any, nobody decided, and
    /// [`Registry::promote`](super::Registry::promote) refuses.
    pub fn pass(reasons: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            passed: true,
            reasons: reasons.into_iter().map(Into::into).collect(),
        }
    }
    /// The decision of a promotion gate: passed for the criteria that are met, or refused for those
    /// that are not.
    ///
    /// ```
    /// use ml_data::contract::Direction;
    /// use ml_eval::bootstrap::{Estimate, Interval};
    /// use ml_eval::goal::{Criterion, Gate, Measured, SuccessCriteria};
    /// use ml_serve::registry::GateOutcome;
    /// let auc = Criterion::new("auc", Direction::HigherIsBetter, 0.5, 0.7, 0.8);
    /// let gate = Gate::new(SuccessCriteria::new().model(auc))?;
    /// let interval = Interval { lower: 0.01, upper: 0.03, level: 0.95 };
    /// let gain = Estimate { value: 0.02, interval };
    /// let outcome = GateOutcome::of(&gate.decide(&Measured::new().compared("auc", 0.75, gain)));
    /// let reason = "auc: measured 0.75, at least 0.7, \
    ///     difference to the baseline +0.0200 [+0.0100, +0.0300]";
    /// assert_eq!(outcome, GateOutcome::pass([reason]));
    /// let outcome = GateOutcome::of(&gate.decide(&Measured::new().compared("auc", 0.65, gain)));
    /// assert_eq!(outcome, GateOutcome::refuse(["auc: measured 0.65, minimum 0.7"]));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn of(decision: &GateDecision) -> Self {
        if decision.passed {
            Self::pass(decision.met.iter().cloned())
        } else {
            Self::refuse(decision.reasons.iter().map(ToString::to_string))
        }
    }
    /// True when somebody gave a reason.
    pub(super) fn decided(&self) -> bool {
        self.reasons.iter().any(|r| !r.trim().is_empty())
    }
    /// The gate refused.
    pub fn refuse(reasons: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            passed: false,
            reasons: reasons.into_iter().map(Into::into).collect(),
        }
    }
}

/// Origin of a version: enough to train it again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lineage {
    /// Digest of the training data.
    pub data_digest: String,
    /// Version of the code that trained it.
    pub code_version: String,
    /// Parameters of the training.
    #[serde(default)]
    pub parameters: Value,
    /// Seed of every random draw.
    pub seed: u64,
}

/// Metrics, gate report and lineage of a version, as its publisher states them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Offline metrics by name; finite numbers.
    #[serde(default)]
    pub metrics: BTreeMap<String, f64>,
    /// The decision of the evaluation gate, as its report wrote it.
    #[serde(default)]
    pub gate: Value,
    /// Its origin.
    #[serde(default)]
    pub lineage: Lineage,
}

impl Metadata {
    /// Adds a metric.
    #[must_use]
    pub fn metric(mut self, name: &str, value: f64) -> Self {
        self.metrics.insert(name.into(), value);
        self
    }
    /// Sets the gate's report.
    #[must_use]
    pub fn gate(mut self, decision: Value) -> Self {
        self.gate = decision;
        self
    }
    /// Sets the lineage.
    #[must_use]
    pub fn lineage(mut self, lineage: Lineage) -> Self {
        self.lineage = lineage;
        self
    }
}

/// The description stored beside an artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The model's name.
    pub model: String,
    /// Its version.
    pub version: Version,
    /// Moment of publication, ISO 8601 in UTC.
    pub published_at: String,
    /// Person or job that published it.
    pub published_by: String,
    /// Length of the artifact in bytes.
    pub bytes: u64,
    /// SHA-256 of the artifact, hexadecimal.
    pub sha256: String,
    /// The publisher's statements about it.
    #[serde(flatten)]
    pub metadata: Metadata,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_keeps_what_it_is_told() {
        let lineage = Lineage {
            seed: 7,
            ..Lineage::default()
        };
        let metadata = Metadata::default()
            .metric("auc", 0.5)
            .lineage(lineage.clone())
            .gate(serde_json::json!("met"));
        assert_eq!(metadata.metrics["auc"], 0.5);
        assert_eq!(
            (&metadata.lineage, metadata.gate.as_str()),
            (&lineage, Some("met"))
        );
        let last = Metadata::default().metric("auc", 0.5).lineage(lineage);
        assert_eq!((last.metrics.len(), last.lineage.seed), (1, 7));
    }

    #[test]
    fn versions_are_v_and_a_number() {
        assert_eq!(Version::parse("v12"), Some(Version(12)));
        for bad in [
            "",
            "v",
            "v0",
            "v01",
            "12",
            "V1",
            "v1.2",
            "v99999999999",
            "v+1",
        ] {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
        assert_eq!(serde_json::to_string(&Version(3)).unwrap(), "\"v3\"");
        assert!(serde_json::from_str::<Version>("\"3\"").is_err());
        assert_eq!(
            VersionSelector::from("v3"),
            VersionSelector::Version(Version(3))
        );
        assert_eq!(
            VersionSelector::from("champion"),
            VersionSelector::Alias("champion".into())
        );
    }
}
