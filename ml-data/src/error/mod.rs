//! One error type for the whole family: it names the place, what was expected and what was found.

mod artifact;
mod hint;
mod make;
mod predicates;
#[cfg(test)]
mod tests;

pub use artifact::ArtifactError;
pub use hint::hint;
#[cfg(feature = "table")]
pub(crate) use make::casts;

use crate::schema::kind::Kind;
use crate::schema::role::Role;
use std::fmt;

/// Result of every fallible call in the family.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure, with the step, column or row it happened in.
///
/// `Debug` prints the message, as `Display` does, so that `fn main() -> Result<()>` ends with a
/// line that people can read. Callers that go on differently for different failures match the
/// variants, or ask for their kind. An error has one kind at most:
///
/// | kind | to be changed | variants |
/// |---|---|---|
/// | [`is_parameter`](Self::is_parameter) | the program | `Parameter` |
/// | [`is_schema`](Self::is_schema) | the columns | `NoColumn`, `ExtraColumns`, `ColumnKind`, `RoleKind`, `ArrowType`, `Schema`, and `Artifact` of other rows |
/// | [`is_data`](Self::is_data) | the values | `Cell`, `Empty`, `Length`, `Field`, `Value`, `Duplicate`, `Unknown`, `TooFew`, `ZeroWeights`, `Undefined`, `Required`, `BadRows`, `Source` |
/// | [`is_limit`](Self::is_limit) | the limit, or the size | `Limit`, `Memory`, `TooMany` |
/// | [`is_io`](Self::is_io) | nothing: try again, or look at the system | `Io` |
/// | none | | `Artifact`, `Model`, `Unsupported`, `Fit`, `Answer`, `Encode`, `Other` |
///
/// `Source` is of the values: the file was read, and what is in it can not be used. A file that can
/// not be read is `Io`.
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
    /// Columns that nothing reads, where none may be left over.
    #[error("{step}: {} not expected: {advice}", named(columns))]
    ExtraColumns {
        /// Who met them.
        step: String,
        /// Their names.
        columns: Vec<String>,
        /// Why, or how to have them read or left out.
        advice: String,
    },
    /// A column has another kind than the step reads.
    #[error("{step}: column `{column}` is {found}, expected {expected}{advice}")]
    ColumnKind {
        /// Who reads it.
        step: String,
        /// The column.
        column: String,
        /// The kind that was expected.
        expected: Kind,
        /// The kind it has.
        found: Kind,
        /// Nothing, or the call that reads or converts it, after a semicolon.
        advice: String,
    },
    /// A column has a kind that can not bear its role.
    #[error(
        "column `{column}` is {found}, the role `{role}` takes {}; `Table::cast` it first",
        kinds(expected)
    )]
    RoleKind {
        /// The column.
        column: String,
        /// The role.
        role: Role,
        /// The kinds that can bear it.
        expected: &'static [Kind],
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
        /// The expected value.
        expected: String,
        /// The value found.
        found: String,
    },
    /// Nothing to work on.
    #[error("{0} is empty")]
    Empty(String),
    /// Two things that belong together differ in length.
    #[error("{what}: expected {expected} entries, found {found}")]
    Length {
        /// The entries that were counted.
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
        /// The value sent.
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
        /// The fault.
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
        /// The number found, or as much of it as was seen before giving up.
        found: u64,
        /// The way to raise the limit.
        raise: String,
    },
    /// There is not enough memory for what was asked.
    #[error("{place}: not enough memory for {bytes} more bytes; {advice}")]
    Memory {
        /// The thing that was being read or made.
        place: String,
        /// Bytes that were asked for and refused.
        bytes: u64,
        /// A way that needs less.
        advice: &'static str,
    },
    /// A model that another library wrote can not be read.
    #[error("{format} model, {at}: expected {expected}, found {found}")]
    Model {
        /// Whose model it is.
        format: &'static str,
        /// The line, byte or key.
        at: String,
        /// The expected value.
        expected: String,
        /// The value found.
        found: String,
    },
    /// The operating system refused.
    #[error("{context}: {source}")]
    Io {
        /// The attempt, with its path or address.
        context: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The object can not honour what the data carries (weights, groups, missing values).
    #[error("{step} does not support {what}: {why}")]
    Unsupported {
        /// The step, model or metric.
        step: &'static str,
        /// The thing that it can not do.
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
    /// A value or a setting of the data that can not be used, and that has no row.
    #[error("{what}: expected {expected}, found {found}")]
    Value {
        /// The value, with who reads it.
        what: String,
        /// The expected value.
        expected: String,
        /// The value found.
        found: String,
    },
    /// Two things that are told apart by their name have the same one.
    #[error("duplicate {what} `{name}`, at {first} and {second}")]
    Duplicate {
        /// Their kind: `column`, `model`, `alert rule`.
        what: String,
        /// The name.
        name: String,
        /// Position of the first, counted from 0.
        first: usize,
        /// Position of the second.
        second: usize,
    },
    /// A name that nothing has.
    #[error("no {what} is called `{name}`; there is {}", listed(known))]
    Unknown {
        /// The kind of thing looked for: `alert rule`, `level of column ..`.
        what: String,
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Fewer than are needed.
    #[error("{what}: at least {needed} are needed, found {found}")]
    TooFew {
        /// The things counted, with who needs them.
        what: String,
        /// The fewest that will do.
        needed: usize,
        /// The number found.
        found: usize,
    },
    /// More than can be numbered: a bound of the representation, which no limit raises.
    #[error("{what}: at most {most} are supported, found {found}")]
    TooMany {
        /// The things counted, with who counts them.
        what: String,
        /// The most that are supported.
        most: u64,
        /// The number found.
        found: u64,
    },
    /// No row counts.
    #[error("{what}: every row has weight 0")]
    ZeroWeights {
        /// The rows, or who reads them.
        what: String,
    },
    /// A figure that these rows do not determine: one class only, no spread, an overflow.
    #[error("{what} is not defined: {why}")]
    Undefined {
        /// The metric or statistic.
        what: String,
        /// The thing that the rows lack.
        why: String,
    },
    /// Something has to be given that was not.
    #[error("{who} needs {what}: {how}")]
    Required {
        /// Who needs it.
        who: String,
        /// The thing needed.
        what: String,
        /// Its form in the input.
        how: String,
    },
    /// A column of an Arrow type that is not read, or whose values do not convert.
    #[error("column `{column}` of Arrow type {found}: {reason}")]
    ArrowType {
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The fault.
        reason: String,
    },
    /// Rows of a file that can not be read, asked for as if all could.
    #[error("{report}")]
    BadRows {
        /// Their number.
        count: usize,
        /// Their number, the first ones with line and reason.
        report: String,
    },
    /// A model answered a query with an error, or with what is no answer.
    #[error("model `{model}`, query {query}: {reason}")]
    Answer {
        /// The model's name.
        model: String,
        /// The query's number, counted from 0.
        query: usize,
        /// The fault of the answer.
        reason: String,
    },
    /// Something can not be written in the form that was asked for.
    #[error("{what} can not be written: {reason}")]
    Encode {
        /// The thing to be written, and its form.
        what: String,
        /// The message of the writer.
        reason: String,
    },
    /// An error of the code around the library: of a closure, of a model of the user's own, of a
    /// crate above this one.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

/// `a, b`, or `none`.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".into();
    }
    names.join(", ")
}

/// `numeric or boolean`.
fn kinds(kinds: &[Kind]) -> String {
    let names: Vec<String> = kinds.iter().map(Kind::to_string).collect();
    names.join(" or ")
}

/// ``column `a` is``, or ``columns `a`, `b` are``.
fn named(columns: &[String]) -> String {
    match columns {
        [one] => format!("column `{one}` is"),
        _ => format!("columns `{}` are", columns.join("`, `")),
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
