//! Kinds that a source reads a column as.

use crate::schema::Kind;
use crate::time::TimeFormat;
use serde::{Deserialize, Serialize};

/// Kind that a column of text becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum As {
    /// Numbers: the nearest `f64` to a fraction, whole numbers exactly. A whole number past 2^53
    /// that `f64` does not hold is none, and where the type is only guessed, neither is a code that
    /// begins with a zero: such a column becomes categories. Of words, `inf` and `infinity` are
    /// numbers in any case, and `NaN`, `nan`, `-NaN`, `-nan` missing ones, as in pandas.
    Num,
    /// Categories: one code for each distinct text.
    Cat,
    /// Free text.
    Text,
    /// Times written in this format, UTC where they carry no zone.
    Time(TimeFormat),
    /// Truth values: `true/false`, `t/f`, `yes/no`, `y/n`, `1/0`, in any case.
    Bool,
}

impl As {
    /// The kind of column it makes.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Num => Kind::Num,
            Self::Cat => Kind::Cat,
            Self::Text => Kind::Text,
            Self::Time(_) => Kind::Time,
            Self::Bool => Kind::Bool,
        }
    }
}
