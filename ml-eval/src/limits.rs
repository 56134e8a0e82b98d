//! Bounds of everything whose number a caller sets and memory and time pay for.
//!
//! They are far beyond what changes an answer; there is no need to raise them. Sizes that depend on
//! the data (classes, items, rows) have none: what memory does not hold is an error.

/// Resamples of a [`Bootstrap`](crate::bootstrap::Bootstrap): the ends move by less than a
/// thousandth of the width beyond.
pub const RESAMPLES: usize = 10_000_000;
/// Permutations of [`Feasibility`](crate::goal::Feasibility): p-values down to a millionth.
pub const PERMUTATIONS: usize = 1_000_000;
/// Repeats a column of [`PermutationImportance`](crate::explain::PermutationImportance).
pub const REPEATS: usize = 100_000;
