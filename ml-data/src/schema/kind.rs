//! The kinds of a column's values, below everything that names one.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Kind {
    /// Numbers (`f64`; integers up to 2^53 are exact).
    Num,
    /// Categories: codes into a dictionary of levels.
    Cat,
    /// Free text.
    Text,
    /// Instants, microseconds since 1970-01-01 UTC.
    Time,
    /// True or false.
    Bool,
}

impl Kind {
    /// Whether texts are free text, and not categories: more than half of them differ and they have
    /// more than 20 characters on average. One rule for files and records.
    #[cfg(feature = "table")]
    pub(crate) fn is_free_text(distinct: usize, texts: usize, characters: usize) -> bool {
        const LONG: usize = 20;
        distinct * 2 > texts && characters > LONG * texts
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Num => "numeric",
            Kind::Cat => "categorical",
            Kind::Text => "text",
            Kind::Time => "time",
            Kind::Bool => "boolean",
        })
    }
}
