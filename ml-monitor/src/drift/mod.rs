//! Drift: has the data a model sees moved away from the data it was trained on?
//!
//! [`ReferenceProfile`] is made once from the training columns and travels inside the model's
//! artifact. [`DriftDetector`] compares current columns with it, each by a [`DriftTest`], and gives
//! a [`DriftReport`]. The statistics themselves are public too: [`ks_2samp`], [`chi_square()`],
//! [`psi_2samp`] with its calibrated thresholds ([`NullMethod`]), [`jensen_shannon()`],
//! [`adjust_p_values`].

mod chi_square;
mod chi_square_columns;
mod code_counts;
mod column_test;
mod compare;
mod correction;
mod detector;
mod few_codes;
mod from_matrix;
#[cfg(feature = "table")]
mod from_table;
mod ks;
mod pool;
mod profile;
mod psi;
mod report;
mod values;

pub use chi_square::{ChiSquareResult, LOW_EXPECTED, chi_square, chi_square_2samp};
pub use chi_square_columns::chi_square_columns;
pub use column_test::*;
pub use correction::{Correction, adjust_p_values};
pub use detector::DriftDetector;
pub use ks::{KsMethod, KsResult, MAX_AUTO_EXACT, ks_2samp};
pub use profile::{ColumnProfile, ReferenceProfile};
pub use psi::{NullDistribution, NullMethod, PsiBins, psi, psi_2samp};
pub use report::{ColumnDrift, DriftReport, MissingDrift};
pub use values::{ColumnRole, ColumnSet, ValueKind, Values};
