//! The errors of this crate, in one place: short names for the cases of `ml_data::Error` that
//! evaluation meets.

pub(crate) use ml_data::{Error, Result};

/// A parameter outside its range; `rule` follows "must be".
pub(crate) fn parameter(
    step: &'static str,
    name: &'static str,
    value: impl ToString,
    rule: &'static str,
) -> Error {
    Error::parameter(step, name, value, rule)
}

/// Two inputs that must be of the same length are not.
pub(crate) fn length(what: &str, expected: usize, found: usize) -> Error {
    Error::Length {
        what: what.into(),
        expected,
        found,
    }
}

/// A value that cannot be used, with its row.
pub(crate) fn value(what: &str, row: usize, found: impl ToString, expected: &str) -> Error {
    Error::cell(what, row, expected, found)
}

/// Nothing to work on.
pub(crate) fn empty(what: &str) -> Error {
    Error::Empty(what.into())
}
