//! The leaves that may be split, in an order, and the threads that split them.
//!
//! Leaf-wise growth splits the leaf that gains most, again and again; depth-wise growth the leaf
//! that gains most on the highest level. What the children of a leaf look like depends on its own
//! rows only, so threads need not wait for each other: each takes the most promising leaf there is
//! and splits it. When as many leaves are split as the tree may have, the order is played back: the
//! first leaf of the order first, and a leaf that was split too early stays one. So the tree does
//! not depend on the number of threads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard};

use super::binned_tree::{BinnedTree, Node, Side};
use super::leaf::{Leaf, TreeContext};
use super::split::Split;
use super::strategy::Grown;

/// A leaf that became a node, or may.
struct Entry<'s> {
    level: usize,
    count: u64,
    value_bounds: [f64; 2],
    parent_output: Option<f64>,
    split: Option<Split>,
    children: Option<[usize; 2]>,
    /// The leaf itself, unless it is split or being split.
    leaf: Option<Leaf<'s>>,
}

/// A place in the queue: the lowest level first, then the highest gain, of equals the first column,
/// then the oldest.
#[derive(PartialEq)]
struct Claim {
    level: usize,
    gain: f64,
    column: u32,
    /// Position among the leaves.
    age: usize,
    entry: usize,
}

impl Eq for Claim {}

impl Ord for Claim {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let gain = self.gain.total_cmp(&other.gain);
        Reverse(self.level)
            .cmp(&Reverse(other.level))
            .then(gain)
            .then(other.column.cmp(&self.column))
            .then(other.age.cmp(&self.age))
    }
}

impl PartialOrd for Claim {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Claim {
    fn new(level: usize, split: &Split, age: usize, entry: usize) -> Self {
        Self {
            level,
            gain: split.gain,
            column: split.column,
            age,
            entry,
        }
    }
}

/// All leaves of a tree so far.
pub(super) struct Frontier<'s, 'r> {
    context: &'r TreeContext<'r>,
    threads: usize,
    /// Splits that the tree may have.
    splits: usize,
    state: Mutex<State<'s>>,
}

struct State<'s> {
    /// The level that a leaf of some depth is taken on.
    level: fn(usize) -> usize,
    entries: Vec<Entry<'s>>,
    ready: BinaryHeap<Claim>,
    /// Leaves that are split or being split, and the latter alone.
    begun: usize,
    busy: usize,
    /// Threads that take leaves.
    workers: usize,
}

/// A leaf to be split.
struct Job<'s> {
    entry: usize,
    leaf: Box<Leaf<'s>>,
    split: Split,
    threads: usize,
    open: bool,
}

impl<'s, 'r> Frontier<'s, 'r> {
    /// `level` says of the depth of a leaf on which level it waits to be split.
    pub(super) fn new(
        context: &'r TreeContext<'r>,
        root: Leaf<'s>,
        threads: usize,
        level: fn(usize) -> usize,
    ) -> Self {
        let mut state = State {
            level,
            entries: Vec::with_capacity(2 * context.params.num_leaves.min(1 << 16)),
            ready: BinaryHeap::new(),
            begun: 0,
            busy: 0,
            workers: 1,
        };
        state.add(root);
        Self {
            context,
            threads,
            splits: context.params.num_leaves - 1,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<'s>> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Splits leaves until the tree is full.
    pub(super) fn grow(self) -> Grown<'s> {
        rayon::scope(|scope| self.work(scope));
        let Self {
            context,
            threads,
            splits,
            state,
        } = self;
        let mut state = state.into_inner().unwrap_or_else(|e| e.into_inner());
        let (tree, leaves) = state.play_back(context, threads, splits);
        let rows = leaves.iter().map(|&entry| state.rows(entry)).collect();
        for entry in &mut state.entries {
            if let Some(leaf) = &mut entry.leaf {
                leaf.release_histogram(context.pool);
            }
        }
        Grown { tree, rows }
    }

    /// Splits leaves as long as there are any, and calls others if there are more than one. Nobody
    /// waits for leaves to come: a thread that waits for its part of a split may be given this very
    /// work, and would wait for itself.
    fn work<'scope>(&'scope self, scope: &rayon::Scope<'scope>)
    where
        's: 'scope,
        'r: 'scope,
    {
        loop {
            let Some(job) = self.state().next(self.threads, self.splits) else {
                return;
            };
            let (entry, threads, open) = (job.entry, job.threads, job.open);
            let children = job.leaf.split(self.context, &job.split, threads, open);
            let called = {
                let mut state = self.state();
                state.put(entry, children);
                state.call(self.threads, self.splits)
            };
            (0..called).for_each(|_| scope.spawn(|scope| self.work(scope)));
        }
    }
}

impl<'s> State<'s> {
    fn add(&mut self, leaf: Leaf<'s>) -> usize {
        let (at, level) = (self.entries.len(), (self.level)(leaf.depth));
        if let Some(split) = &leaf.best {
            self.ready.push(Claim::new(level, split, at, at));
        }
        self.entries.push(Entry {
            level,
            count: leaf.count,
            value_bounds: leaf.value_bounds,
            parent_output: leaf.parent_output,
            split: leaf.best.clone(),
            children: None,
            leaf: Some(leaf),
        });
        at
    }

    /// The most promising leaf; without one the worker goes.
    fn next(&mut self, threads: usize, splits: usize) -> Option<Job<'s>> {
        if self.begun < splits
            && let Some(Claim { entry, .. }) = self.ready.pop()
        {
            let found = &mut self.entries[entry];
            if let (Some(leaf), Some(split)) = (found.leaf.take(), found.split.clone()) {
                self.begun += 1;
                self.busy += 1;
                let others = self.busy - 1 + self.ready.len().min(splits - self.begun);
                return Some(Job {
                    entry,
                    leaf: Box::new(leaf),
                    split,
                    threads: threads.saturating_sub(others).max(1),
                    open: self.begun < splits,
                });
            }
        }
        self.workers -= 1;
        None
    }

    /// Number of workers that there should be besides those there are.
    fn call(&mut self, threads: usize, splits: usize) -> usize {
        // One leaf is for the worker that asks.
        let leaves = self.ready.len().min(splits - self.begun).saturating_sub(1);
        let called = leaves.min(threads.saturating_sub(self.workers));
        self.workers += called;
        called
    }

    fn put(&mut self, entry: usize, [left, right]: [Leaf<'s>; 2]) {
        let children = [self.add(left), self.add(right)];
        self.entries[entry].children = Some(children);
        self.busy -= 1;
    }

    /// Splits the leaves again in their order, now only on paper; those that are needed and not yet
    /// split are split now. Returns the tree and the entry of each leaf.
    fn play_back(
        &mut self,
        context: &TreeContext<'_>,
        threads: usize,
        splits: usize,
    ) -> (BinnedTree, Vec<usize>) {
        let mut tree = BinnedTree::default();
        let (mut leaves, mut above) = (vec![0], vec![None]);
        let mut queue = BinaryHeap::new();
        if let Some(split) = &self.entries[0].split {
            queue.push(Claim::new(0, split, 0, 0));
        }
        while tree.nodes.len() < splits {
            let Some(Claim { age, entry, .. }) = queue.pop() else {
                break;
            };
            let last = tree.nodes.len() + 1 == splits;
            let Some((split, children)) = self.children_of(entry, context, threads, !last) else {
                break;
            };
            let (node, new) = (tree.nodes.len(), leaves.len());
            tree.link(above[age], node as i32);
            let missing_left = if context.source.layout.columns[split.column as usize].missing {
                split.missing_left
            } else {
                2 * self.entries[children[0]].count >= self.entries[entry].count
            };
            tree.nodes.push(Node {
                column: split.column,
                bin: split.bin,
                set: split.set,
                extra_l2: split.extra_l2,
                missing_left,
                left: !(age as i32),
                right: !(new as i32),
                gain: split.gain,
                count: self.entries[entry].count,
                parent_output: self.entries[entry].parent_output,
            });
            leaves[age] = children[0];
            leaves.push(children[1]);
            above[age] = Some((node, Side::Left));
            above.push(Some((node, Side::Right)));
            for (age, child) in [(age, children[0]), (new, children[1])] {
                let Entry { level, split, .. } = &self.entries[child];
                if let Some(split) = split {
                    queue.push(Claim::new(*level, split, age, child));
                }
            }
        }
        tree.value_bounds = leaves
            .iter()
            .map(|&l| self.entries[l].value_bounds)
            .collect();
        tree.parent_output = leaves
            .iter()
            .map(|&l| self.entries[l].parent_output)
            .collect();
        tree.counts = leaves.iter().map(|&l| self.entries[l].count).collect();
        (tree, leaves)
    }

    /// The split of an entry and its children, which are open if they must be.
    fn children_of(
        &mut self,
        entry: usize,
        context: &TreeContext<'_>,
        threads: usize,
        open: bool,
    ) -> Option<(Split, [usize; 2])> {
        let split = self.entries[entry].split.clone()?;
        let children = match self.entries[entry].children {
            Some(children) => children,
            None => {
                let leaf = self.entries[entry].leaf.take()?;
                self.busy += 1;
                let children = leaf.split(context, &split, threads, open);
                self.put(entry, children);
                self.entries[entry].children?
            }
        };
        if open {
            let leaves = children.map(|c| self.entries[c].leaf.take());
            if let [Some(left), Some(right)] = leaves {
                let mut both = [left, right];
                if both.iter().any(|leaf| !leaf.open) {
                    Leaf::open(context, None, &mut both, threads);
                }
                for (child, leaf) in children.into_iter().zip(both) {
                    self.entries[child].split = leaf.best.clone();
                    self.entries[child].leaf = Some(leaf);
                }
            } else {
                for (child, leaf) in children.into_iter().zip(leaves) {
                    if leaf.is_some() {
                        self.entries[child].leaf = leaf;
                    }
                }
            }
        }
        Some((split, children))
    }

    /// The rows of an entry, wherever its descendants have them.
    fn rows(&mut self, entry: usize) -> Vec<&'s mut [u32]> {
        let (mut rows, mut todo) = (Vec::new(), vec![entry]);
        while let Some(at) = todo.pop() {
            match (self.entries[at].children, &mut self.entries[at].leaf) {
                (Some(children), _) => todo.extend(children),
                (None, Some(leaf)) => rows.push(std::mem::take(&mut leaf.rows)),
                (None, None) => {}
            }
        }
        rows
    }
}
