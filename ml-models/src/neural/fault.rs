//! Errors of rows, of parameters and of the course of a training.

/// The engine's own refusal; the contract layer names columns and turns it into the public error.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// A dense input is NaN or infinite.
    NotFinite {
        row: usize,
        column: usize,
        value: f64,
    },
    /// An id is negative, fractional or infinite.
    NotAnId {
        row: usize,
        column: usize,
        value: f64,
    },
    /// A training id is not below the cardinality.
    IdTooLarge {
        row: usize,
        column: usize,
        value: f64,
        cardinality: usize,
    },
    /// A parameter does not fit the others or the data.
    Parameter {
        name: &'static str,
        value: String,
        rule: &'static str,
    },
    /// The training loss became NaN or infinite.
    Diverged { epoch: usize },
}

impl Fault {
    /// A parameter out of its range.
    pub(super) fn parameter(
        name: &'static str,
        value: impl std::fmt::Debug,
        rule: &'static str,
    ) -> Self {
        Self::Parameter {
            name,
            value: format!("{value:?}"),
            rule,
        }
    }
}
