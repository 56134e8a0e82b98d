//! Growing one tree of a forest.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use ml_data::random::{Xoshiro256PlusPlus, generator};

use super::binned::Binned;
use super::impurity::Impurity;
use super::search::{Cut, Entry, Search, Wanted};
use crate::tree::{Child, Condition, Leaf, MissingType, Node, Tree};

/// Bounds of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) max_depth: usize,
    pub(super) min_samples_split: usize,
    pub(super) max_leaf_nodes: Option<usize>,
    pub(super) wanted: Wanted,
    pub(super) seed: u64,
}

/// A node that will be split, unless there are enough leaves.
struct Open<S> {
    place: Place,
    cut: Cut<S>,
    sums: S,
    /// The highest is split first.
    rank: f64,
    age: usize,
}

impl<S> PartialEq for Open<S> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<S> Eq for Open<S> {}

impl<S> PartialOrd for Open<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S> Ord for Open<S> {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = self.rank.total_cmp(&other.rank);
        rank.then(other.age.cmp(&self.age))
    }
}

/// Nodes that wait: the best first where leaves are numbered, else the latest.
enum Waiting<S> {
    Latest(Vec<Open<S>>),
    Best(BinaryHeap<Open<S>>),
}

impl<S> Waiting<S> {
    fn push(&mut self, open: Open<S>) {
        match self {
            Self::Latest(all) => all.push(open),
            Self::Best(all) => all.push(open),
        }
    }

    fn pop(&mut self) -> Option<Open<S>> {
        match self {
            Self::Latest(all) => all.pop(),
            Self::Best(all) => all.pop(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Latest(all) => all.len(),
            Self::Best(all) => all.len(),
        }
    }
}

/// Where a node's rows are, how deep it is and what it hangs from.
#[derive(Debug, Clone, Copy)]
struct Place {
    from: usize,
    to: usize,
    depth: usize,
    /// The node above, and whether this is its left child.
    above: Option<(usize, bool)>,
}

/// A tree that grows.
pub(super) struct Grower<'a, I: Impurity> {
    binned: &'a Binned,
    impurity: &'a I,
    limits: Limits,
    search: Search<'a, I>,
    rng: Xoshiro256PlusPlus,
    entries: Vec<Entry<I::Item>>,
    spare: Vec<Entry<I::Item>>,
    open: Waiting<I::Sums>,
    age: usize,
    /// One tree an output, of equal shape.
    nodes: Vec<Vec<Node>>,
    leaves: Vec<Vec<Leaf>>,
}

impl<'a, I: Impurity> Grower<'a, I> {
    pub(super) fn new(binned: &'a Binned, impurity: &'a I, limits: Limits, tree: u64) -> Self {
        Self {
            binned,
            impurity,
            limits,
            search: Search::new(binned, impurity, limits.wanted),
            rng: generator(limits.seed, "forest nodes", tree),
            entries: Vec::new(),
            spare: Vec::new(),
            open: match limits.max_leaf_nodes {
                Some(_) => Waiting::Best(BinaryHeap::new()),
                None => Waiting::Latest(Vec::new()),
            },
            age: 0,
            nodes: vec![Vec::new(); impurity.outputs()],
            leaves: vec![Vec::new(); impurity.outputs()],
        }
    }

    /// Grows a tree of these rows, at least one; returns one of equal splits for each output.
    pub(super) fn grow(mut self, entries: Vec<Entry<I::Item>>) -> Vec<Tree> {
        self.spare.clone_from(&entries);
        self.entries = entries;
        let mut sums = self.impurity.zero();
        for entry in &self.entries {
            self.impurity.add(&entry.item, sums.as_mut());
        }
        let root = Place {
            from: 0,
            to: self.entries.len(),
            depth: 0,
            above: None,
        };
        self.consider(root, sums);
        while let Some(open) = self.open.pop() {
            let leaves = self.leaves[0].len() + self.open.len() + 1;
            match self.limits.max_leaf_nodes {
                Some(most) if leaves >= most => self.leaf(open.place, open.sums.as_ref(), false),
                _ => self.split(open),
            }
        }
        let trees = self.nodes.into_iter().zip(self.leaves);
        trees
            .map(|(nodes, leaves)| Tree {
                nodes,
                leaves,
                shrinkage: 1.0,
            })
            .collect()
    }

    /// Finds the best split of some rows; if there is none they are a leaf.
    fn consider(&mut self, place: Place, sums: I::Sums) {
        let entries = &self.entries[place.from..place.to];
        let rows = entries.len();
        let pure = self
            .impurity
            .pure(sums.as_ref(), entries.iter().map(|e| e.row));
        let may_split = !pure
            && place.depth < self.limits.max_depth
            && rows >= self.limits.min_samples_split
            && rows >= 2 * self.limits.wanted.min_samples_leaf;
        let cut = may_split
            .then(|| self.search.best(entries, sums.as_ref(), &mut self.rng))
            .flatten();
        let Some(cut) = cut else {
            self.leaf(place, sums.as_ref(), pure);
            return;
        };
        self.age += 1;
        self.open.push(Open {
            place,
            rank: cut.score - self.impurity.alone(sums.as_ref()),
            age: self.age,
            cut,
            sums,
        });
    }

    fn hang(&mut self, above: Option<(usize, bool)>, child: Child) {
        if let Some((parent, is_left)) = above {
            for nodes in &mut self.nodes {
                let parent = &mut nodes[parent];
                *(if is_left {
                    &mut parent.left
                } else {
                    &mut parent.right
                }) = child;
            }
        }
    }

    fn leaf(&mut self, place: Place, sums: &[i64], pure: bool) {
        self.hang(place.above, Child::Leaf(self.leaves[0].len() as u32));
        let (weight, count) = (self.impurity.weight(sums), self.impurity.count(sums));
        let row = self.entries[place.from].row;
        for (k, leaves) in self.leaves.iter_mut().enumerate() {
            let value = if pure {
                self.impurity.only(sums, row, k)
            } else {
                self.impurity.value(sums, k)
            };
            leaves.push(Leaf {
                value,
                weight,
                count,
            });
        }
    }

    fn split(&mut self, open: Open<I::Sums>) {
        let Open {
            place, cut, sums, ..
        } = open;
        let middle = place.from + self.partition(place.from, place.to, &cut);
        let node = self.nodes[0].len();
        self.hang(place.above, Child::Node(node as u32));
        let left = cut.left;
        let mut right = sums.clone();
        for (right, left) in right.as_mut().iter_mut().zip(left.as_ref()) {
            *right = right.wrapping_sub(*left);
        }
        let (all, l, r) = (sums.as_ref(), left.as_ref(), right.as_ref());
        let count = self.impurity.count(all);
        let heavier = 2 * self.impurity.count(l) >= count;
        for (k, nodes) in self.nodes.iter_mut().enumerate() {
            let part = |sums: &[i64]| self.impurity.part(sums, k);
            let test = cut.threshold.map(Condition::Threshold);
            nodes.push(Node {
                feature: self.binned.layout.columns[cut.column].source,
                test: test.unwrap_or(Condition::Present),
                missing: MissingType::Nan,
                missing_left: cut.missing_left.unwrap_or(heavier),
                // Until the children are hung.
                left: Child::Leaf(0),
                right: Child::Leaf(0),
                gain: (part(l) + part(r) - part(all)).max(0.0),
                value: self.impurity.value(all, k),
                weight: self.impurity.weight(all),
                count,
            });
        }
        let below = |from: usize, to: usize, is_left: bool| Place {
            from,
            to,
            depth: place.depth + 1,
            above: Some((node, is_left)),
        };
        self.consider(below(middle, place.to, false), right);
        self.consider(below(place.from, middle, true), left);
    }

    /// Brings the rows that go left to the front, all in their old order; returns how many there
    /// are.
    fn partition(&mut self, from: usize, to: usize, cut: &Cut<I::Sums>) -> usize {
        let bins = self.binned.bins(cut.column);
        // The bin of missing values is the last; without any in the node nothing is in it.
        let missing = self.binned.layout.columns[cut.column].values();
        let missing_left = cut.missing_left == Some(true);
        let entries = &mut self.entries[from..to];
        let spare = &mut self.spare[..to - from];
        let (mut left, mut right) = (0, 0);
        // Each row is written to both sides and stays where it belongs: no branch to guess.
        for at in 0..entries.len() {
            let entry = entries[at];
            let bin = bins.bin(entry.row);
            let goes_left = (bin <= cut.bin) | (missing_left & (usize::from(bin) == missing));
            entries[left] = entry;
            spare[right] = entry;
            left += usize::from(goes_left);
            right += usize::from(!goes_left);
        }
        entries[left..].copy_from_slice(&spare[..right]);
        left
    }
}
