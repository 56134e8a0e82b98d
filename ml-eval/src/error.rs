//! The errors of this crate, in one place.
/// Error.
#[derive(Debug, Clone, PartialEq)]
pub struct Error(pub String);
/// Result.
pub type Result<T> = std::result::Result<T, Error>;
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Error {}

/// A parameter outside its range.
pub(crate) fn parameter(name: &'static str, value: impl ToString, rule: &'static str) -> Error {
    Error(format!("parameter `{name}` = {}: {rule}", value.to_string()))
}
/// Two inputs that must be of the same length are not.
pub(crate) fn length(what: &'static str, expected: usize, found: usize) -> Error {
    Error(format!("{what}: expected {expected} rows, found {found}"))
}
/// A cell that cannot be used.
pub(crate) fn value(what: &str, row: usize, found: impl ToString, expected: &'static str) -> Error {
    Error(format!("{what}: row {row} is {}, expected {expected}", found.to_string()))
}
/// Data that cannot answer the question.
pub(crate) fn data(message: impl Into<String>) -> Error {
    Error(message.into())
}
