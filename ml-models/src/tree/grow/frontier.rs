//! In which order leaves are split, and by whom.
//!
//! Leaf-wise growth splits the leaf that gains most, again and again. What the children of a leaf look like depends on its
//! own rows only, so threads need not wait for each other: each takes the most promising leaf there is and splits it. When as
//! many leaves are split as the tree may have, the order is played back: the leaf with the highest gain first, and a leaf that
//! was split too early stays one. So the tree does not depend on the number of threads.

use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard};

use super::leaf::{Leaf, Round};
use super::split::Split;
use super::sprout::{Node, Sprout};

/// A leaf that became a node, or may.
struct Entry<'s> {
    count: u64,
    bounds: [f64; 2],
    above: Option<f64>,
    split: Option<Split>,
    children: Option<[usize; 2]>,
    /// The leaf itself, unless it is split or being split.
    leaf: Option<Leaf<'s>>,
}

/// A place in the queue: the highest gain first, of equals the first column, then the oldest.
#[derive(PartialEq)]
struct Claim {
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
        gain.then(other.column.cmp(&self.column))
            .then(other.age.cmp(&self.age))
    }
}

impl PartialOrd for Claim {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Claim {
    fn new(split: &Split, age: usize, entry: usize) -> Self {
        Self {
            gain: split.gain,
            column: split.column,
            age,
            entry,
        }
    }
}

/// All leaves of a tree so far.
pub(super) struct Frontier<'s, 'r> {
    round: &'r Round<'r>,
    threads: usize,
    /// Splits that the tree may have.
    splits: usize,
    state: Mutex<State<'s>>,
}

struct State<'s> {
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

/// What became of the leaves: the tree, and the rows of each leaf.
pub(super) struct Grown<'s> {
    pub(super) sprout: Sprout,
    pub(super) rows: Vec<Vec<&'s mut [u32]>>,
}

impl<'s, 'r> Frontier<'s, 'r> {
    pub(super) fn new(round: &'r Round<'r>, root: Leaf<'s>, threads: usize) -> Self {
        let mut state = State {
            entries: Vec::with_capacity(2 * round.params.num_leaves.min(1 << 16)),
            ready: BinaryHeap::new(),
            begun: 0,
            busy: 0,
            workers: 1,
        };
        state.add(root);
        Self {
            round,
            threads,
            splits: round.params.num_leaves - 1,
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
            round,
            threads,
            splits,
            state,
        } = self;
        let mut state = state.into_inner().unwrap_or_else(|e| e.into_inner());
        let (sprout, leaves) = state.play_back(round, threads, splits);
        let rows = leaves.iter().map(|&entry| state.rows(entry)).collect();
        for entry in &mut state.entries {
            if let Some(leaf) = &mut entry.leaf {
                leaf.forget(round.pool);
            }
        }
        Grown { sprout, rows }
    }

    /// Splits leaves as long as there are any, and calls others if there are more than one. Nobody waits for leaves to come: a
    /// thread that waits for its part of a split may be given this very work, and would wait for itself.
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
            let children = job.leaf.split(self.round, &job.split, threads, open);
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
        let at = self.entries.len();
        if let Some(split) = &leaf.best {
            self.ready.push(Claim::new(split, at, at));
        }
        self.entries.push(Entry {
            count: leaf.count,
            bounds: leaf.bounds,
            above: leaf.above,
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

    /// How many more workers there should be.
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

    /// Splits the leaves again in their order, now only on paper; those that are needed and not yet split are split now.
    /// Returns the tree and the entry of each leaf.
    fn play_back(
        &mut self,
        round: &Round<'_>,
        threads: usize,
        splits: usize,
    ) -> (Sprout, Vec<usize>) {
        let mut sprout = Sprout::default();
        let (mut leaves, mut above) = (vec![0], vec![None]);
        let mut queue = BinaryHeap::new();
        if let Some(split) = &self.entries[0].split {
            queue.push(Claim::new(split, 0, 0));
        }
        while sprout.nodes.len() < splits {
            let Some(Claim { age, entry, .. }) = queue.pop() else {
                break;
            };
            let last = sprout.nodes.len() + 1 == splits;
            let Some((split, children)) = self.children_of(entry, round, threads, !last) else {
                break;
            };
            let (node, new) = (sprout.nodes.len(), leaves.len());
            if let Some((parent, is_left)) = above[age] {
                let parent: &mut Node = &mut sprout.nodes[parent];
                *(if is_left {
                    &mut parent.left
                } else {
                    &mut parent.right
                }) = node as i32;
            }
            let missing_left = if round.source.layout.columns[split.column as usize].missing {
                split.missing_left
            } else {
                2 * self.entries[children[0]].count >= self.entries[entry].count
            };
            sprout.nodes.push(Node {
                column: split.column,
                bin: split.bin,
                set: split.set,
                extra_l2: split.extra_l2,
                missing_left,
                left: !(age as i32),
                right: !(new as i32),
                gain: split.gain,
                count: self.entries[entry].count,
                above: self.entries[entry].above,
            });
            leaves[age] = children[0];
            leaves.push(children[1]);
            above[age] = Some((node, true));
            above.push(Some((node, false)));
            for (age, child) in [(age, children[0]), (new, children[1])] {
                if let Some(split) = &self.entries[child].split {
                    queue.push(Claim::new(split, age, child));
                }
            }
        }
        sprout.bounds = leaves.iter().map(|&l| self.entries[l].bounds).collect();
        sprout.above = leaves.iter().map(|&l| self.entries[l].above).collect();
        sprout.counts = leaves.iter().map(|&l| self.entries[l].count).collect();
        (sprout, leaves)
    }

    /// The split of an entry and its children, which are open if they must be.
    fn children_of(
        &mut self,
        entry: usize,
        round: &Round<'_>,
        threads: usize,
        open: bool,
    ) -> Option<(Split, [usize; 2])> {
        let split = self.entries[entry].split.clone()?;
        let children = match self.entries[entry].children {
            Some(children) => children,
            None => {
                let leaf = self.entries[entry].leaf.take()?;
                self.busy += 1;
                let children = leaf.split(round, &split, threads, open);
                self.put(entry, children);
                self.entries[entry].children?
            }
        };
        if open {
            let leaves = children.map(|c| self.entries[c].leaf.take());
            if let [Some(left), Some(right)] = leaves {
                let mut both = [left, right];
                if both.iter().any(|leaf| !leaf.open) {
                    Leaf::open(round, None, &mut both, threads);
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
