//! Explanations of predictions: how much each column adds to a score.
//!
//! * [`Explain`]: models that say so, and pipelines, which say it of the columns that they read;
//! * [`Attributions`]: the numbers of some rows; [`Explanation`]: those of one, for people;
//! * [`FeatureImportances`] and [`Importances`]: columns by how much a model relies on them.

mod attributions;
mod explanation;
mod importances;
mod lines;
mod model;
mod origins;
mod pipeline;

pub use attributions::Attributions;
pub use explanation::{Explanation, Reason};
pub use importances::{FeatureImportances, Importance, ImportanceKind, Importances};
pub use model::Explain;
