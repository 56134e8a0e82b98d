//! Depth-wise growth: all leaves of a level before those of the next (XGBoost's `depthwise`).

use super::frontier::Frontier;
use super::leaf::{Leaf, TreeContext};
use super::strategy::{Grown, Strategy};

/// Breadth-first growth, of the leaves of a level the one that gains most first.
#[derive(Debug)]
pub(super) struct DepthWise;

impl Strategy for DepthWise {
    fn grow<'s>(&self, context: &TreeContext<'_>, root: Leaf<'s>, threads: usize) -> Grown<'s> {
        Frontier::new(context, root, threads, |depth| depth).grow()
    }
}
