//! Drift: has the data a model sees moved away from the data it was trained on?
//!
//! [`ReferenceProfile`] is made once from the training columns and travels inside the model's artifact. [`DriftDetector`]
//! compares current columns with it and gives a [`DriftReport`]. The tests themselves are public too: [`ks_2samp`],
//! [`chi_square`], [`psi_2samp`] with its calibrated thresholds ([`PsiNullMethod`]), [`adjust_p_values`].

mod chi2;
mod compare;
mod correction;
mod detector;
mod ks;
mod pool;
mod profile;
mod psi;
mod report;
mod values;

pub use chi2::{ChiSquareTest, LOW_EXPECTED, chi_square};
pub use correction::{Correction, adjust_p_values};
pub use detector::{CategoryTest, DriftDetector, NumericTest, PsiTest, PsiThreshold};
pub use ks::{KsMethod, KsTest, MAX_AUTO_EXACT, ks_2samp};
pub use profile::{ColumnProfile, ReferenceProfile};
pub use psi::{PsiBins, PsiNullDistribution, PsiNullMethod, psi, psi_2samp};
pub use report::{ColumnDrift, DriftReport, MissingDrift, TestKind};
pub use values::{ColumnRole, ColumnSet, ValueKind, Values};
