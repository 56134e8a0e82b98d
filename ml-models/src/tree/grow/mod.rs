//! Growing one tree: gradients as integers ([`quantise`]), histograms ([`histograms`]), the best
//! split of a leaf ([`search`], column by column in [`scan`] and [`categorical`]) or of a level of
//! leaves ([`level`]), splitting a leaf ([`leaf`]), and the order of the splits: leaf by leaf
//! ([`frontier`], for [`leaf_wise`] and [`depth_wise`]) or level by level ([`symmetric`]).
//!
//! One growth policy is one file with a [`Strategy`](strategy::Strategy); a new one is that file,
//! here its `mod` line and its arm in [`strategy_of`], and in [`policy`] its variant with its
//! names.

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

/// The strategy of a policy.
fn strategy_of(policy: GrowPolicy) -> &'static dyn strategy::Strategy {
    match policy {
        GrowPolicy::Lossguide => &leaf_wise::LeafWise,
        GrowPolicy::Depthwise => &depth_wise::DepthWise,
        GrowPolicy::SymmetricTree => &symmetric::Symmetric,
    }
}
