//! Models of the `ml-pipeline` family: popularity baselines, implicit matrix factorisation,
//! forests, gradient boosting, neural networks and ensembles, all behind the contracts of
//! `ml-data`.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod baseline;
pub mod boost;
pub mod ensemble;
pub mod factor;
pub mod forest;
pub mod interchange;
pub mod limits;
#[cfg(feature = "linalg")]
pub mod neural;
mod progress;
pub mod tree;
