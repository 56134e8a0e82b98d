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
    /// Load average when it began.
    pub(crate) load: f64,
    /// What the numbers of rows, users and queries are multiplied by.
    pub(crate) scale: f64,
    pub(crate) quick: bool,
}

impl Machine {
    /// The last one told by a line `op: machine`.
    pub(crate) fn of(lines: &[Line]) -> Self {
        lines
            .iter()
            .rev()
            .find(|l| l.text("op") == "machine")
            .and_then(|l| serde_json::from_value(l.get("machine")?.clone()).ok())
            .unwrap_or_default()
    }

    /// One line of text.
    pub(crate) fn text(&self) -> String {
        let cores = if self.cores == 1 { "core" } else { "cores" };
        let caches = self.caches.join(", ");
        format!(
            "{}, {} {cores} ({caches}), {:.0} GB, {}; {}",
            self.processor, self.cores, self.memory_gb, self.system, self.at
        )
    }
}
