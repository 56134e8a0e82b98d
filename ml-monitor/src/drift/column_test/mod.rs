//! Drift tests of one column: the list of them, and the contract that each fulfils.
//!
//! A new test is a file with a type that implements [`ColumnTest`], and three lines here: its
//! module, its export, its place in the list. A test outside the library needs none of them
//! ([`DriftTest::custom`]).

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

use std::sync::Arc;

use serde::{Deserialize, Serialize};

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

/// A [`ColumnTest`] of the user's own. Equal to its clones alone.
#[derive(Debug, Clone)]
pub struct CustomTest(Arc<dyn ColumnTest>);

impl PartialEq for CustomTest {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl DriftTest {
    /// A test of the user's own; see [`ColumnTest`] for an example.
    #[must_use]
    pub fn custom(test: impl ColumnTest + 'static) -> Self {
        Self::Custom(CustomTest(Arc::new(test)))
    }
}
