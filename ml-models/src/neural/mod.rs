//! Neural networks.

mod activation;
#[cfg(test)]
mod checks;
mod embedding;
mod estimator;
mod fault;
mod fitted;
mod forward;
mod gemm;
mod history;
mod kernel;
mod loss;
mod mlp;
mod network;
mod optimizer;
mod rng;
mod rows;
mod shard;
mod train;

pub use activation::Activation;
pub use embedding::{ColumnRef, Embedding};
pub use history::{Epoch, History};
pub use fitted::{FittedMlp, MlpScratch};
pub use mlp::Mlp;
