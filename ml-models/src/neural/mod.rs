//! Neural networks: the multi-layer perceptron [`Mlp`] with [embeddings](Embedding) of id columns,
//! in `f32`.
//!
//! An engine that knows nothing of the contracts does the work on row-major slices: `network` holds
//! the weights, `forward` and `shard` take a fixed piece of a batch through the layers and back,
//! `optimizer` adds the shards' gradients in order and applies Adam, `train` runs the epochs.
//! `rows`, `estimator` and `fitted` meet the contracts. Matrix products are faer's on one thread
//! each; the elementwise loops are in `kernel`.

mod activation;
mod embedding;
mod estimator;
mod fault;
mod fitted;
mod forward;
mod gemm;
mod history;
mod init;
mod kernel;
mod loss;
mod mlp;
mod network;
mod optimizer;
mod rng;
mod rows;
mod shard;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_golden;
mod train;

pub use activation::Activation;
pub use embedding::{ColumnRef, Embedding};
pub use estimator::MlpTarget;
pub use fitted::{FittedMlp, FittedMlpClassifier, MlpScratch};
pub use history::{Epoch, History};
pub use init::Init;
pub use mlp::Mlp;
