//! Growing one tree: gradients as integers ([`quantise`]), histograms ([`histograms`]), the best split of a leaf ([`split`]),
//! splitting a leaf ([`leaf`]), and the order in which leaves are split ([`frontier`]).

mod bounded;
mod categorical;
mod decision;
mod frontier;
mod grower;
mod histograms;
mod leaf;
mod params;
mod pool;
mod quantise;
mod route;
mod scan;
mod split;
mod sprout;

pub(crate) use grower::Grower;
pub(crate) use params::{Categorical, Growth};
pub(crate) use quantise::{Gradients, Levels, Pair};
pub(crate) use sprout::Sprout;
