//! Growing one tree: gradients as integers ([`quantise`]), histograms ([`histograms`]), the best
//! split of a leaf ([`split`]), splitting a leaf ([`leaf`]), and the order in which leaves are
//! split ([`frontier`]).

mod binned_tree;
mod categorical;
mod decision;
mod depth_wise;
mod frontier;
mod gain;
mod grower;
mod histograms;
mod leaf;
mod leaf_value;
mod leaf_wise;
mod level;
mod level_gains;
mod params;
mod policy;
mod pool;
mod quantise;
mod route;
mod rules;
mod scan;
mod search;
mod split;
mod strategy;
mod symmetric;

pub(crate) use binned_tree::BinnedTree;
pub(crate) use grower::Grower;
pub(crate) use params::{Categorical, TreeParams};
pub use policy::GrowPolicy;
pub(crate) use quantise::{Gradients, Levels};
