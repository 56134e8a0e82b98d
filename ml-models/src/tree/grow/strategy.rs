//! Growth of a whole tree, in one order of leaves or another.

use super::binned_tree::BinnedTree;
use super::leaf::{Leaf, TreeContext};
use super::params::TreeParams;

/// A way to grow a tree from its root.
pub(super) trait Strategy: std::fmt::Debug + Sync {
    /// Splits the root and its descendants, on at most `threads` threads. The tree does not depend
    /// on their number.
    fn grow<'s>(&self, context: &TreeContext<'_>, root: Leaf<'s>, threads: usize) -> Grown<'s>;

    /// Leaves of a tree, at most.
    fn most_leaves(&self, params: &TreeParams) -> usize {
        params.num_leaves
    }

    /// Whether each leaf's own best split is sought as soon as there is the leaf.
    fn leaf_search(&self) -> bool {
        true
    }
}

/// A grown tree, and the rows of each of its leaves.
pub(super) struct Grown<'s> {
    pub(super) tree: BinnedTree,
    pub(super) rows: Vec<Vec<&'s mut [u32]>>,
}
