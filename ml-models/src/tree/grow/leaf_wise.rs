//! Leaf-wise growth: the leaf that gains most is split next (LightGBM's order).

use super::frontier::Frontier;
use super::leaf::{Leaf, TreeContext};
use super::strategy::{Grown, Strategy};

/// Best-first growth.
#[derive(Debug)]
pub(super) struct LeafWise;

impl Strategy for LeafWise {
    fn grow<'s>(&self, context: &TreeContext<'_>, root: Leaf<'s>, threads: usize) -> Grown<'s> {
        Frontier::new(context, root, threads, |_| 0).grow()
    }
}
