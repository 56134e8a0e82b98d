//! One error type for the whole family: it names the place, what was expected and what was found.

use crate::artifact::ArtifactError;
use crate::table::Kind;
use std::fmt;

/// Result of every fallible call in the family.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure, with the step, column or row it happened in.
///
/// `Debug` prints the message, as `Display` does, so that `fn main() -> Result<()>` ends with a
/// line that people can read. Callers that go on differently for different failures match the
/// variants, or ask for their kind: [`is_parameter`](Self::is_parameter),
/// [`is_schema`](Self::is_schema),
/// [`is_data`](Self::is_data), [`is_limit`](Self::is_limit), [`is_io`](Self::is_io).
///
/// ```
/// use ml_data::prelude::*;
/// let table = Table::new([("age", Column::num([31.0, 40.0]))])?;
/// let e = table.select(&["agee"]).unwrap_err();
/// assert!(e.is_schema() && !e.is_data());
/// assert_eq!(format!("{e:?}"), e.to_string());
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter is outside its domain; checked before any work is done.
    #[error("{step}: parameter `{name}` = {value}: must be {rule}")]
    Parameter {
        /// The step or model that has the parameter.
        step: &'static str,
        /// The parameter's name.
        name: &'static str,
        /// The value that was set.
        value: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A column was asked for that the table does not have.
    #[error("{step}: no column `{column}`{hint}")]
    NoColumn {
        /// Who asked.
        step: String,
        /// The missing name.
        column: String,
        /// Nothing, or ` (is it `x`?)`.
        hint: String,
    },
    /// A column has another kind than the step reads.
    #[error("{step}: column `{column}` is {found}, expected {expected}")]
    ColumnKind {
        /// Who reads it.
        step: String,
        /// The column.
        column: String,
        /// The kind that was expected.
        expected: Kind,
        /// The kind it has.
        found: Kind,
    },
    /// A value can not be used.
    #[error("column `{column}`, row {row}: expected {expected}, found {found}")]
    Cell {
        /// The column (or `prediction`, `label`, `weight`).
        column: String,
        /// Row number, counted from 0 in the data given.
        row: usize,
        /// What would have been right.
        expected: String,
        /// What was there.
        found: String,
    },
    /// Nothing to work on.
    #[error("{0} is empty")]
    Empty(String),
    /// Two things that belong together differ in length.
    #[error("{what}: expected {expected} entries, found {found}")]
    Length {
        /// What was counted.
        what: String,
        /// The number it should have.
        expected: usize,
        /// The number it has.
        found: usize,
    },
    /// The rows have another schema than the fitted object was trained on.
    #[error("schema changed: {0}")]
    Schema(String),
    /// A field of a request can not be read.
    #[error("request field `{field}` is {found}, expected {expected}")]
    Field {
        /// The field.
        field: String,
        /// The kind that was expected.
        expected: String,
        /// What was sent.
        found: String,
    },
    /// An artifact can not be loaded.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A file can not be read as what it claims to be.
    #[error("{path}{}: {reason}", line.map(|l| format!(", line {l}")).unwrap_or_default())]
    Source {
        /// The file.
        path: String,
        /// The line, counted from 1, when it is known.
        line: Option<u64>,
        /// What is wrong with it.
        reason: String,
    },
    /// There is more of something than a limit allows.
    #[error("{place}: {found} {}, more than the limit of {allowed}; raise it with {raise}", limit.replace('_', " "))]
    Limit {
        /// The file or step that met it.
        place: String,
        /// The limit's name.
        limit: &'static str,
        /// The most that is allowed.
        allowed: u64,
        /// What there is, or as much of it as was seen before giving up.
        found: u64,
        /// How to raise the limit.
        raise: String,
    },
    /// There is not enough memory for what was asked.
    #[error("{place}: not enough memory for {bytes} more bytes; {advice}")]
    Memory {
        /// What was being read or made.
        place: String,
        /// Bytes that were asked for and refused.
        bytes: u64,
        /// What needs less.
        advice: &'static str,
    },
    /// A model that another library wrote can not be read.
    #[error("{format} model, {at}: expected {expected}, found {found}")]
    Model {
        /// Whose model it is.
        format: &'static str,
        /// The line, byte or key.
        at: String,
        /// What would have been right.
        expected: String,
        /// What was there.
        found: String,
    },
    /// The operating system refused.
    #[error("{context}: {source}")]
    Io {
        /// What was tried, on which path or address.
        context: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The object can not honour what the data carries (weights, groups, missing values).
    #[error("{step} does not support {what}: {why}")]
    Unsupported {
        /// The step, model or metric.
        step: &'static str,
        /// What it can not do.
        what: String,
        /// Why, or what to use in its place.
        why: String,
    },
    /// Training was not possible or did not converge to numbers.
    #[error("{step}: {reason}")]
    Fit {
        /// The step or model.
        step: &'static str,
        /// Why.
        reason: String,
    },
    /// The data contradicts itself or the request.
    #[error("{0}")]
    Data(String),
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The kinds of failure.
impl Error {
    /// A parameter outside its domain: the program is to be changed.
    #[must_use]
    pub fn is_parameter(&self) -> bool {
        matches!(self, Self::Parameter { .. })
    }

    /// Columns other than the ones that were expected: missing ones, other kinds, another schema.
    #[must_use]
    pub fn is_schema(&self) -> bool {
        matches!(
            self,
            Self::NoColumn { .. } | Self::ColumnKind { .. } | Self::Schema(_)
        )
    }

    /// Values that can not be used: a cell, a field, lengths that disagree, nothing at all.
    #[must_use]
    pub fn is_data(&self) -> bool {
        matches!(
            self,
            Self::Cell { .. }
                | Self::Empty(_)
                | Self::Length { .. }
                | Self::Field { .. }
                | Self::Data(_)
        )
    }

    /// More than a limit, or the memory, allows.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::Limit { .. } | Self::Memory { .. })
    }

    /// The operating system refused.
    #[must_use]
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}

impl Error {
    /// A parameter error; `value` is printed with `Display`.
    pub fn parameter(
        step: &'static str,
        name: &'static str,
        value: impl ToString,
        rule: &'static str,
    ) -> Self {
        Self::Parameter {
            step,
            name,
            value: value.to_string(),
            rule,
        }
    }
    /// An I/O error with what was tried.
    pub fn io(context: impl Into<String>, source: std::io::Error) -> Self {
        Self::Io {
            context: context.into(),
            source,
        }
    }
    /// A bad cell.
    pub fn cell(
        column: impl Into<String>,
        row: usize,
        expected: impl Into<String>,
        found: impl ToString,
    ) -> Self {
        Self::Cell {
            column: column.into(),
            row,
            expected: expected.into(),
            found: found.to_string(),
        }
    }
    /// The same error in rows of which these were a part: so many came before.
    #[must_use]
    pub fn after(mut self, before: usize) -> Self {
        if let Self::Cell { row, .. } = &mut self {
            *row += before;
        }
        self
    }
    /// A length mismatch, as an error when the two differ.
    pub fn check_len(what: &str, expected: usize, found: usize) -> Result<()> {
        if expected == found {
            Ok(())
        } else {
            Err(Self::Length {
                what: what.into(),
                expected,
                found,
            })
        }
    }
    /// A missing column, with the nearest existing name as a hint.
    pub fn no_column<'a>(
        step: &str,
        column: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let hint = hint(column, names);
        Self::NoColumn {
            step: step.into(),
            column: column.into(),
            hint,
        }
    }
}

/// Nothing, or ` (is it `x`?)` with the nearest of the names when it is at most two edits away.
#[doc(hidden)]
pub fn hint<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let near = names
        .into_iter()
        .filter(|n| n.len().abs_diff(name.len()) <= 8 && n.len() <= 256)
        .map(|n| (distance(name, n), n))
        .min()
        .filter(|(d, _)| *d <= 2);
    near.map(|(_, n)| format!(" (is it `{n}`?)"))
        .unwrap_or_default()
}

/// Edit distance, for hints only.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_its_kind_and_prints_its_message() {
        let io = std::io::Error::other("full");
        let kinds = [
            (Error::parameter("S", "p", 3, "at most 2"), "parameter"),
            (Error::no_column("S", "a", ["b"]), "schema"),
            (Error::Schema("other columns".into()), "schema"),
            (Error::cell("a", 1, "a number", "x"), "data"),
            (Error::Empty("table".into()), "data"),
            (Error::check_len("rows", 1, 2).unwrap_err(), "data"),
            (Error::Data("contradiction".into()), "data"),
            (Error::io("writing", io), "io"),
        ];
        for (e, kind) in kinds {
            let found = [
                ("parameter", e.is_parameter()),
                ("schema", e.is_schema()),
                ("data", e.is_data()),
                ("limit", e.is_limit()),
                ("io", e.is_io()),
            ];
            let found: Vec<&str> = found.iter().filter(|f| f.1).map(|f| f.0).collect();
            assert_eq!(found, [kind], "{e}");
            assert_eq!(format!("{e:?}"), e.to_string());
        }
        let memory = Error::Memory {
            place: "reading".into(),
            bytes: 9,
            advice: "read in pieces",
        };
        assert!(memory.is_limit() && !memory.is_io());
        let model = Error::Model {
            format: "XGBoost",
            at: "line 1".into(),
            expected: "a tree".into(),
            found: "nothing".into(),
        };
        assert!(!model.is_data() && !model.is_parameter());
    }

    #[test]
    fn hints_name_the_nearest_column() {
        let e = Error::no_column("OneHotEncoder", "citi", ["city", "price"]);
        assert_eq!(
            e.to_string(),
            "OneHotEncoder: no column `citi` (is it `city`?)"
        );
        let e = Error::no_column("OneHotEncoder", "citi", ["amount"]);
        assert_eq!(e.to_string(), "OneHotEncoder: no column `citi`");
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
