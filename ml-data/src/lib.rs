//! The ground of the `ml-pipeline` family: tables, samples with roles, the contracts that steps,
//! models, rankers and metrics meet, artifacts, sources, cleaning and splits.

pub mod artifact;
pub mod clean;
pub mod contract;
pub mod error;
pub mod event;
mod figure;
mod kind;
pub mod limits;
pub mod prelude;
pub mod quality;
pub mod random;
pub mod repr;
pub mod sample;
pub mod simd;
pub mod source;
pub mod sums;
pub mod synth;
pub mod table;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod validate;

pub use arrow;
pub use error::{Error, Result};
pub use figure::figure;
pub use ndarray;
