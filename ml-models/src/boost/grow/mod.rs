//! Growing one tree: gradients as integers ([`quantise`]), histograms ([`histograms`]), the best split of a leaf ([`split`]),
//! and the order in which leaves are split ([`grower`]).

mod grower;
mod histograms;
mod quantise;
mod split;
mod sprout;

pub(crate) use grower::Grower;
pub(crate) use quantise::Gradients;
pub(crate) use sprout::Sprout;
