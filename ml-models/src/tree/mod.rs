//! Decision trees, whoever grows them: what a tree is, how it is grown from bins, how it predicts.
//!
//! * [`Node`], [`Tree`], [`Ensemble`]: what is kept, in the features' own values;
//! * `bin`: numbers become bytes, one a cell, with LightGBM's rules for the boundaries;
//! * `grow`: one tree, leaf by leaf, from histograms of integers, whose sums do not depend on the
//!   order of the rows;
//! * `predict`: trees compiled for one row and for batches, with equal results;
//! * [`Printer`]: trees as text and pictures;
//! * [`Explainer`]: what each feature adds to a prediction;
//! * `kernel`: the inner loops, for AVX-512, AVX2 and everything else.

pub(crate) mod bin;
mod categories;
mod cover;
mod ensemble;
mod gradient_pair;
pub(crate) mod grow;
pub(crate) mod kernel;
mod link;
pub(crate) mod math;
pub(crate) mod matrix;
mod node;
mod predict;
mod print;
pub(crate) mod prune;
pub(crate) mod sampling;
mod shap;
mod shape;
pub(crate) mod weights;

pub use categories::Categories;
pub use ensemble::{Ensemble, EnsembleParts};
pub(crate) use gradient_pair::GradientPair;
pub use grow::GrowPolicy;
pub use link::{Combine, Link};
pub use matrix::Matrix;
pub(crate) use node::ZERO;
pub use node::{Child, Condition, MissingType, Node};
pub use predict::Scratch;
pub(crate) use predict::rows::leaves_of_tree;
pub use print::Printer;
pub(crate) use shap::explains;
pub use shap::{Contributions, Explainer, InteractionValues};
pub use shape::{Leaf, Tree};
