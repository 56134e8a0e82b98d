//! Drift tests of one column: the list of them, and the contract that each fulfils.
//!
//! A new test is a file with a type that implements [`ColumnTest`], and three lines here: its
//! module, its export, its place in the list.

mod chi_square;
mod contract;
mod jensen_shannon;
mod kolmogorov_smirnov;
mod psi;
mod registry;

pub use chi_square::ChiSquare;
pub(crate) use contract::unsupported;
pub use contract::{CategoryCounts, ColumnTest, DriftRule, NumericSamples, TestOutcome};
pub use jensen_shannon::{JensenShannon, jensen_shannon};
pub use kolmogorov_smirnov::KolmogorovSmirnov;
pub use psi::{Psi, PsiThreshold};

use ml_data::Result;
use serde::{Deserialize, Serialize};

use super::values::ValueKind;

registry::column_tests! {
    /// Two-sample Kolmogorov-Smirnov test of numbers; the effect size is `D`.
    KolmogorovSmirnov,
    /// Pearson's chi-square test of categories; the effect size is Cramer's V.
    ChiSquare,
    /// Population stability index of numbers or categories; the effect size is the index.
    Psi,
    /// Jensen-Shannon distance of numbers or categories; the effect size is the distance.
    JensenShannon,
}
