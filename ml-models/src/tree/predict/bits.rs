//! A row's leaves from bit vectors.
//!
//! Each tree has one bit a leaf, from left to right. A node that sends the row right rules out all
//! leaves under its left child; the row's leaf is the first one that no node rules out. Nodes of a
//! slot of ranks are sorted by threshold, so the nodes that send a row right are the first so many
//! of them: for every `group` of them the rulings of all trees are tabled together, and only the
//! few after the last full group are applied one by one.
//!
//! After Lucchese et al., *QuickScorer: a fast algorithm to rank documents with additive ensembles
//! of regression trees*, SIGIR 2015,
//! [doi:10.1145/2766462.2767733](https://doi.org/10.1145/2766462.2767733).

use std::ops::{BitAnd, BitAndAssign};

use super::outputs::add_in_turn;
use super::question::{MISSING, Question};
use super::ranks::Questions;
use crate::tree::{Child, Tree};

/// A bit vector of leaves.
pub(super) trait Word: Copy + BitAnd<Output = Self> + BitAndAssign + Send + Sync {
    const BITS: usize;
    const ALL: Self;
    /// All bits but those of a range of leaves.
    fn without(leaves: std::ops::Range<usize>) -> Self;
    fn first(self) -> usize;
}

macro_rules! word {
    ($type:ty) => {
        impl Word for $type {
            const BITS: usize = <$type>::BITS as usize;
            const ALL: Self = <$type>::MAX;
            fn without(leaves: std::ops::Range<usize>) -> Self {
                let ones = <$type>::MAX >> (<Self as Word>::BITS - leaves.len().max(1));
                if leaves.is_empty() {
                    Self::ALL
                } else {
                    !(ones << leaves.start)
                }
            }
            #[inline(always)]
            fn first(self) -> usize {
                self.trailing_zeros() as usize
            }
        }
    };
}
word!(u32);
word!(u64);

/// The tables.
#[derive(Debug, Clone)]
pub(super) struct Bits<W> {
    /// Number of trees, rounded up to a multiple of `LANES`.
    width: usize,
    /// Rulings of groups of nodes, `width` words a row.
    table: Vec<W>,
    /// Place of the rulings of each rank of each slot; 256 entries a slot.
    steps: Vec<Step>,
    /// Tree and ruling of single nodes, slot by slot, by ascending threshold.
    single: Vec<(u32, W)>,
    /// Leaf values from left to right, `W::BITS` a tree; no more trees than there are.
    values: Vec<f64>,
}

/// A row of the table, and the single nodes to add.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    row: u32,
    from: u32,
    to: u32,
}

/// Words kept in registers together.
const LANES: usize = 16;
/// Bytes that the table should not exceed: it should stay in the cache of a core.
const TABLE: usize = 1 << 19;
/// Least nodes of a group.
const GROUP: usize = 16;

/// The leaves that a node rules out when it sends the row right.
struct Ruling<W> {
    tree: usize,
    limit: u8,
    missing_left: bool,
    mask: W,
}

impl<W: Word> Bits<W> {
    /// None if a node asks about a set. Trees have at most `W::BITS` leaves.
    pub(super) fn new(trees: &[Tree], slots: usize, questions: &Questions) -> Option<Self> {
        let width = trees.len().next_multiple_of(LANES);
        let mut rulings: Vec<Vec<Ruling<W>>> = (0..slots).map(|_| Vec::new()).collect();
        let mut values = vec![0.0; trees.len() * W::BITS];
        for (t, tree) in trees.iter().enumerate() {
            let (order, under) = left_to_right(tree);
            for (at, &leaf) in order.iter().enumerate() {
                values[t * W::BITS + at] = tree.leaves[leaf].value;
            }
            for (asked, leaves) in questions.trees[t].iter().zip(under) {
                let Question::Prefix {
                    limit,
                    missing_left,
                } = asked.question
                else {
                    return None;
                };
                rulings[asked.slot as usize].push(Ruling {
                    tree: t,
                    limit,
                    missing_left,
                    mask: W::without(leaves),
                });
            }
        }
        let nodes: usize = rulings.iter().map(Vec::len).sum();
        let group = (nodes * width * size_of::<W>()).div_ceil(TABLE).max(GROUP);
        let mut bits = Self {
            width,
            table: Vec::new(),
            steps: Vec::new(),
            single: Vec::new(),
            values,
        };
        for slot in &mut rulings {
            slot.sort_by_key(|r| r.limit);
            bits.add_slot(slot, group);
        }
        Some(bits)
    }

    /// Appends the tables of one slot, its nodes sorted by threshold.
    fn add_slot(&mut self, rulings: &[Ruling<W>], group: usize) {
        let (first_row, first_single) = (self.table.len() / self.width, self.single.len());
        self.single
            .extend(rulings.iter().map(|r| (r.tree as u32, r.mask)));
        let mut row = vec![W::ALL; self.width];
        for (k, ruling) in rulings.iter().enumerate() {
            if k % group == 0 {
                self.table.extend_from_slice(&row);
            }
            row[ruling.tree] &= ruling.mask;
        }
        if rulings.len().is_multiple_of(group) {
            self.table.extend_from_slice(&row);
        }
        let missing_row = self.table.len() / self.width;
        let mut row = vec![W::ALL; self.width];
        rulings
            .iter()
            .filter(|r| !r.missing_left)
            .for_each(|r| row[r.tree] &= r.mask);
        self.table.extend_from_slice(&row);
        for rank in 0..=MISSING {
            let passed = rulings.partition_point(|r| r.limit < rank);
            let (row, from) = (
                first_row + passed / group,
                first_single + passed / group * group,
            );
            let single = Step {
                row: row as u32,
                from: from as u32,
                to: (first_single + passed) as u32,
            };
            self.steps.push(if rank == MISSING {
                Step {
                    row: missing_row as u32,
                    from: 0,
                    to: 0,
                }
            } else {
                single
            });
        }
    }

    /// Adds the leaf values of a row of ranks, trees taking turns over the outputs.
    pub(super) fn add(
        &self,
        ranks: &[u8],
        rows: &mut Vec<u32>,
        words: &mut Vec<W>,
        out: &mut [f64],
    ) {
        rows.clear();
        rows.extend(
            ranks
                .iter()
                .zip(self.steps.chunks_exact(256))
                .map(|(&rank, steps)| steps[rank as usize].row),
        );
        words.resize(self.width, W::ALL);
        for (chunk, words) in words.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let mut together = [W::ALL; LANES];
            for &row in rows.iter() {
                let from = row as usize * self.width + chunk * LANES;
                for (word, &ruling) in together.iter_mut().zip(&self.table[from..from + LANES]) {
                    *word &= ruling;
                }
            }
            *words = together;
        }
        for (&rank, steps) in ranks.iter().zip(self.steps.chunks_exact(256)) {
            let step = steps[rank as usize];
            for &(tree, ruling) in &self.single[step.from as usize..step.to as usize] {
                words[tree as usize] &= ruling;
            }
        }
        let leaves = words.iter().zip(self.values.chunks_exact(W::BITS));
        add_in_turn(out, leaves.map(|(word, values)| values[word.first()]));
    }
}

/// Leaves from left to right, and the stretch of them under the left child of each node.
fn left_to_right(tree: &Tree) -> (Vec<usize>, Vec<std::ops::Range<usize>>) {
    let (mut order, mut under) = (Vec::new(), vec![0..0; tree.nodes.len()]);
    /// Remaining steps, last first.
    enum Task {
        Visit(Child),
        LeftDone(usize),
    }
    let mut tasks = vec![Task::Visit(tree.root())];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Visit(Child::Leaf(leaf)) => order.push(leaf as usize),
            Task::Visit(Child::Node(n)) => {
                let node = &tree.nodes[n as usize];
                under[n as usize].start = order.len();
                tasks.push(Task::Visit(node.right));
                tasks.push(Task::LeftDone(n as usize));
                tasks.push(Task::Visit(node.left));
            }
            Task::LeftDone(n) => under[n].end = order.len(),
        }
    }
    (order, under)
}
