//! The record of what cleaning did.

use crate::quality::grid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Effect of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The rule in words.
    pub rule: String,
    /// Rows it looked at.
    pub rows: usize,
    /// Rows it removed.
    pub removed: usize,
    /// Rows it changed.
    pub changed: usize,
    /// The first row it touched, as a person reads it.
    pub example: Option<String>,
    /// The rows it touched, as numbers of the table that cleaning began with. Not stored with the
    /// record.
    #[serde(skip)]
    pub touched: Vec<u32>,
}

/// Effects of cleaning, rule by rule in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    entries: Vec<AuditEntry>,
}

impl Audit {
    pub(super) fn push(&mut self, entry: AuditEntry) {
        self.entries.push(entry);
    }
    /// One entry a rule, in the order in which they were applied.
    #[must_use]
    pub fn entries(&self) -> &[AuditEntry] {
        &self.entries
    }
    /// The first entry whose rule contains these words.
    #[must_use]
    pub fn find(&self, words: &str) -> Option<&AuditEntry> {
        self.entries.iter().find(|e| e.rule.contains(words))
    }
    /// Rows removed by all rules together.
    #[must_use]
    pub fn removed(&self) -> usize {
        self.entries.iter().map(|e| e.removed).sum()
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines =
            vec![["rule", "rows", "removed", "changed", "for example"].map(String::from)];
        lines.extend(self.entries.iter().map(|e| {
            let example = e.example.clone().unwrap_or_default();
            [
                e.rule.clone(),
                e.rows.to_string(),
                e.removed.to_string(),
                e.changed.to_string(),
                example,
            ]
        }));
        grid(f, &lines, &[1, 2, 3])
    }
}
