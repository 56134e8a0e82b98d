//! The ground of the `ml-pipeline` family: tables, samples with roles, the contracts that steps,
//! models, rankers and metrics meet, artifacts, sources, cleaning and splits.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "table")]
pub mod arrow;
pub mod artifact;
#[cfg(feature = "table")]
pub mod clean;
pub mod contract;
pub mod error;
pub mod event;
mod figure;
pub mod health;
#[cfg(any(feature = "csv", feature = "parquet"))]
pub mod limits;
#[cfg(feature = "table")]
mod number;
pub mod prelude;
#[cfg(feature = "table")]
pub mod quality;
pub mod random;
pub mod repr;
pub mod sample;
pub mod schema;
pub mod simd;
#[cfg(feature = "table")]
pub mod source;
pub mod sums;
#[cfg(feature = "synth")]
pub mod synth;
#[cfg(feature = "table")]
pub mod table;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod time;
pub mod validate;

pub use error::{Error, Result};
pub use figure::figure;
#[cfg(feature = "progress")]
pub use indicatif;
pub use ndarray;
