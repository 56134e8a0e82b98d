//! Neural networks.

mod activation;
#[cfg(test)]
mod checks;
mod embedding;
mod fault;
mod forward;
mod gemm;
mod history;
mod kernel;
mod loss;
mod mlp;
mod network;
mod optimizer;
mod rng;
mod shard;
mod train;

pub use activation::Activation;
pub use embedding::Embedding;
pub use history::{Epoch, History};
pub use mlp::Mlp;
