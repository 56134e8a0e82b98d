//! Growth of symmetric trees: one split for all leaves of a level.

use rayon::prelude::*;

use super::binned_tree::{BinnedTree, Node, Side};
use super::leaf::{Leaf, TreeContext};
use super::level::LevelSearch;
use super::params::TreeParams;
use super::policy::GrowPolicy;
use super::split::Split;
use super::strategy::{Grown, Strategy};

/// Growth level by level, each level split by one feature at one threshold.
#[derive(Debug)]
pub(super) struct Symmetric;

impl Strategy for Symmetric {
    fn grow<'s>(&self, context: &TreeContext<'_>, mut root: Leaf<'s>, threads: usize) -> Grown<'s> {
        let levels = context.params.symmetric_depth();
        let mut search = LevelSearch::new(context, &mut root, threads);
        let mut tree = BinnedTree::default();
        let (mut leaves, mut above) = (vec![root], vec![None]);
        for level in 1..=levels {
            let Some(splits) = search.as_mut().and_then(|s| s.splits(&mut leaves)) else {
                break;
            };
            let parts = split_all(context, leaves, splits, threads, level < levels);
            let missing_left = missing_left(context, &parts);
            (leaves, above) = add_level(&mut tree, parts, above, missing_left);
        }
        finish(context, tree, leaves, above)
    }

    fn most_leaves(&self, params: &TreeParams) -> usize {
        1 << params.symmetric_depth().min(GrowPolicy::DEEPEST_SYMMETRIC)
    }

    fn leaf_search(&self) -> bool {
        false
    }
}

/// A leaf after the split of its level: two leaves, or the leaf itself.
enum Part<'s> {
    Split(Box<SplitLeaf<'s>>),
    Whole(Box<Leaf<'s>>),
}

/// A leaf that became a node.
struct SplitLeaf<'s> {
    split: Split,
    count: u64,
    parent_output: Option<f64>,
    children: [Leaf<'s>; 2],
}

/// Splits the leaves that have a split; with histograms for the next level if it is `open`.
fn split_all<'s>(
    context: &TreeContext<'_>,
    leaves: Vec<Leaf<'s>>,
    splits: Vec<Option<Split>>,
    threads: usize,
    open: bool,
) -> Vec<Part<'s>> {
    let rows: usize = leaves.iter().map(|leaf| leaf.rows.len()).sum();
    let part = |(leaf, split): (Leaf<'s>, Option<Split>)| match split {
        Some(split) => {
            let threads = (threads * leaf.rows.len()).div_ceil(rows.max(1)).max(1);
            Part::Split(Box::new(SplitLeaf {
                count: leaf.count,
                parent_output: leaf.parent_output,
                children: leaf.split(context, &split, threads, open),
                split,
            }))
        }
        None => Part::Whole(Box::new(leaf)),
    };
    if threads == 1 {
        leaves.into_iter().zip(splits).map(part).collect()
    } else {
        leaves.into_par_iter().zip(splits).map(part).collect()
    }
}

/// Whether the level sends missing values left: as the split says, and without any in training to
/// the side that most rows of the level go to.
fn missing_left(context: &TreeContext<'_>, parts: &[Part<'_>]) -> bool {
    let (mut left, mut all) = (0, 0);
    for part in parts {
        if let Part::Split(leaf) = part {
            if context.source.layout.columns[leaf.split.column as usize].missing {
                return leaf.split.missing_left;
            }
            left += leaf.children[0].count;
            all += leaf.count;
        }
    }
    2 * left >= all
}

/// The place of a leaf below a node.
type Above = Option<(usize, Side)>;

/// Adds the nodes of a level, from left to right; returns the leaves below it and their places.
fn add_level<'s>(
    tree: &mut BinnedTree,
    parts: Vec<Part<'s>>,
    above: Vec<Above>,
    missing_left: bool,
) -> (Vec<Leaf<'s>>, Vec<Above>) {
    let (mut leaves, mut places) = (Vec::new(), Vec::new());
    for (part, place) in parts.into_iter().zip(above) {
        match part {
            Part::Split(leaf) => {
                let SplitLeaf {
                    split,
                    count,
                    parent_output,
                    children,
                } = *leaf;
                let node = tree.nodes.len();
                tree.link(place, node as i32);
                tree.nodes.push(Node {
                    column: split.column,
                    bin: split.bin,
                    set: split.set,
                    extra_l2: split.extra_l2,
                    missing_left,
                    left: 0,
                    right: 0,
                    gain: split.gain,
                    count,
                    parent_output,
                });
                leaves.extend(children);
                places.extend([Side::Left, Side::Right].map(|side| Some((node, side))));
            }
            Part::Whole(leaf) => {
                leaves.push(*leaf);
                places.push(place);
            }
        }
    }
    (leaves, places)
}

/// The tree with its leaves, numbered from left to right.
fn finish<'s>(
    context: &TreeContext<'_>,
    mut tree: BinnedTree,
    leaves: Vec<Leaf<'s>>,
    above: Vec<Above>,
) -> Grown<'s> {
    let mut rows = Vec::with_capacity(leaves.len());
    for (label, (mut leaf, place)) in leaves.into_iter().zip(above).enumerate() {
        tree.link(place, !(label as i32));
        tree.value_bounds.push(leaf.value_bounds);
        tree.parent_output.push(leaf.parent_output);
        tree.counts.push(leaf.count);
        leaf.release_histogram(context.pool);
        rows.push(vec![leaf.rows]);
    }
    Grown { tree, rows }
}
