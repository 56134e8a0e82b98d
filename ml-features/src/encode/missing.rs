//! The treatment of a missing category.

use serde::{Deserialize, Serialize};

/// The treatment of a missing category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HandleMissing {
    /// A level of its own, when training had missing values (scikit-learn's rule); otherwise as an
    /// unseen level.
    #[default]
    Level,
    /// No information: all zeros in one-hot columns, the mean of the target in target encoding.
    Ignore,
}
