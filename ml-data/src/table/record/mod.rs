//! Records: structs (or JSON objects, or maps) of the program around, whose fields are columns.
//!
//! Every type with serde's `Serialize` is a record; no other trait has to be implemented. What a
//! field holds decides the kind of its column:
//!
//! | field | column |
//! |---|---|
//! | `f32`, `f64`, integers of any width | numbers; an integer that `f64` does not hold exactly is refused by name |
//! | `bool` | booleans |
//! | an enum without data | categories, the variants' names |
//! | `String`, `&str`, `char` | text where most differ and are long, else categories: the rule of CSV files |
//! | [`Micros`](crate::time::Micros) | times |
//! | `Option<..>` | as what is inside; `None` is missing, as are `NaN` and `()` |
//! | a newtype (`struct Euro(f64)`) | as what is inside |
//!
//! Fields of nested structs become columns with `#[serde(flatten)]`; lists are refused.

mod bind;
mod columns;
#[cfg(feature = "csv")]
mod names;
mod rows;
mod serializer;
mod skip;

pub use bind::RowBinder;
#[cfg(feature = "csv")]
pub(crate) use names::field_names;

/// The value of a field, before it becomes a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Raw<'a> {
    Num(f64),
    Int(i128),
    /// Text, and whether it is the name of a variant.
    Str(&'a str, bool),
    Bool(bool),
    Time(i64),
    Missing,
    /// A value that no cell holds, in words.
    Other(&'static str),
}

impl Raw<'_> {
    fn word(&self) -> &'static str {
        match self {
            Raw::Num(_) | Raw::Int(_) => "a number",
            Raw::Str(_, false) => "a string",
            Raw::Str(_, true) => "a variant of an enum",
            Raw::Bool(_) => "a boolean",
            Raw::Time(_) => "a time",
            Raw::Missing => "null",
            Raw::Other(word) => word,
        }
    }
}

/// The `f64` that is the integer.
fn exact(v: i128) -> Option<f64> {
    let x = v as f64;
    // The largest `i128` rounds up, and comes back as itself.
    (x as i128 == v && x.abs() < 2f64.powi(127)).then_some(x)
}
