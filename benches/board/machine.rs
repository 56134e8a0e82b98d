//! The machine that a board was measured on.

use super::line::Line;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Processor, caches, memory, system and versions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    /// `L1d 48 KB`, `L2 1 MB`, ...
    pub(crate) caches: Vec<String>,
    pub(crate) memory_gb: f64,
    pub(crate) system: String,
    /// `rustc`, `python` and the like.
    pub(crate) tools: BTreeMap<String, String>,
    /// When the run began, UTC.
    pub(crate) at: String,
    /// Load average when it began, where the system tells it.
    pub(crate) load: Option<f64>,
    /// Factor of the numbers of rows, users and queries.
    pub(crate) scale: f64,
    pub(crate) quick: bool,
    /// The commit of our side; several where a run was resumed with another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) commits: Vec<String>,
}

impl Machine {
    /// The machine of the lines `op: machine`; none where there are none.
    pub(crate) fn told(lines: &[Line]) -> Option<Self> {
        let mut all = lines
            .iter()
            .filter(|l| l.text("op") == "machine")
            .filter_map(|l| serde_json::from_value::<Self>(l.get("machine")?.clone()).ok());
        let mut first = all.next()?;
        for commit in all.flat_map(|later| later.commits) {
            if !first.commits.contains(&commit) {
                first.commits.push(commit);
            }
        }
        Some(first)
    }

    /// The machine of the lines, or an unknown one.
    pub(crate) fn of(lines: &[Line]) -> Self {
        Self::told(lines).unwrap_or_default()
    }

    /// Why results of this machine and of another do not belong on one board; none where they do.
    pub(crate) fn differs(&self, other: &Self) -> Option<String> {
        let size = |m: &Self| if m.quick { "quick" } else { "full" };
        let told = [
            ("processor", self.processor.clone(), other.processor.clone()),
            ("scale", self.scale.to_string(), other.scale.to_string()),
            ("kind of run", size(self).into(), size(other).into()),
        ];
        let (what, old, new) = told.into_iter().find(|(_, old, new)| old != new)?;
        Some(format!("the {what} was `{old}` and is `{new}`"))
    }

    /// One line of text, without what is not known.
    pub(crate) fn text(&self) -> String {
        let mut parts = vec![self.processor.clone()];
        let cores = if self.cores == 1 { "core" } else { "cores" };
        parts.push(match self.caches.as_slice() {
            [] => format!("{} {cores}", self.cores),
            caches => format!("{} {cores} ({})", self.cores, caches.join(", ")),
        });
        if self.memory_gb > 0.0 {
            parts.push(format!("{:.0} GB", self.memory_gb));
        }
        parts.push(self.system.clone());
        parts.retain(|part| !part.is_empty());
        let commits = match self.commits.as_slice() {
            [] => String::new(),
            [commit] => format!("; commit {commit}"),
            several => format!("; resumed, of commits {}", several.join(" and ")),
        };
        format!("{}; {}{commits}", parts.join(", "), self.at)
    }
}
