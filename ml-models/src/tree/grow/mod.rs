//! Growing one tree: gradients as integers ([`quantise`]), histograms ([`histograms`]), the best split of a leaf ([`split`]),
//! and the order in which leaves are split ([`grower`]).

mod categorical;
mod decision;
mod grower;
mod histograms;
mod params;
mod quantise;
mod split;
mod sprout;

pub(crate) use grower::Grower;
pub(crate) use params::{Categorical, Growth};
pub(crate) use quantise::{Gradients, Pair};
pub(crate) use sprout::Sprout;
