//! Growth of a whole tree, in one order of leaves or another.

use super::binned_tree::BinnedTree;
use super::leaf::{Leaf, TreeContext};

/// A way to grow a tree from its root.
pub(super) trait Strategy {
    /// Splits the root and its descendants, on at most `threads` threads. The tree does not depend
    /// on their number.
    fn grow<'s>(&self, context: &TreeContext<'_>, root: Leaf<'s>, threads: usize) -> Grown<'s>;
}

/// A grown tree, and the rows of each of its leaves.
pub(super) struct Grown<'s> {
    pub(super) tree: BinnedTree,
    pub(super) rows: Vec<Vec<&'s mut [u32]>>,
}
