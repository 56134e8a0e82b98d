//! Down the trees, several at a time, so that one's loads hide another's: a row goes down several
//! trees, or several rows go down a tree.

use super::outputs::add_in_turn;
use super::question::Set;
use super::ranks::Questions;
use super::table::Table;
use crate::tree::Tree;
use crate::tree::kernel::{Bytes, ROWS, Rule};

/// All trees' nodes, by the ranks of their values.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    table: Table<Step>,
    /// The first one is empty.
    sets: Vec<Set>,
    any_set: bool,
}

/// A row goes left if its rank obeys the rule or else is in the set, but not if both are so: nodes
/// have the empty set, or a rule that all obey and the ranks that go right.
#[derive(Debug, Clone, Copy)]
struct Step {
    slot: u32,
    set: u32,
    /// Position of the left child; the right one is next.
    left: u32,
    rule: Rule,
}

impl Step {
    /// Stays.
    fn leaf(here: u32) -> Self {
        Self {
            slot: 0,
            set: 0,
            left: here,
            rule: any(),
        }
    }

    #[inline(always)]
    fn next<const SETS: bool>(&self, sets: &[Set], rank: u8) -> u32 {
        let mut right = u32::from(!self.rule.left(rank));
        if SETS {
            let word = sets[self.set as usize][rank as usize / 64];
            right ^= (word >> (rank % 64)) as u32 & 1;
        }
        self.left + right
    }
}

/// A rule that all ranks obey.
fn any() -> Rule {
    Rule::new(255, 255, false)
}

/// Trees that a row goes down together.
const TREES: usize = 8;
/// Rows that go down a tree together.
const LANES: usize = 16;

impl Walk {
    pub(super) fn new(trees: &[Tree], questions: &Questions) -> Self {
        let complement = |set: &Set| set.map(|word| !word);
        let step = |t: usize, n: usize, left| {
            let asked = questions.trees[t][n];
            Step {
                slot: asked.slot,
                set: asked.set().map_or(0, |set| set + 1),
                left,
                rule: asked.rule().unwrap_or(any()),
            }
        };
        Self {
            table: Table::new(trees, Step::leaf, step),
            sets: [[0; 4]]
                .into_iter()
                .chain(questions.sets.iter().map(complement))
                .collect(),
            any_set: questions.any_set,
        }
    }

    /// Adds the leaf values of a row of ranks, trees taking turns over the outputs; `at` is
    /// scratch.
    pub(super) fn add(&self, ranks: &[u8], at: &mut Vec<u32>, out: &mut [f64]) {
        at.clear();
        at.extend_from_slice(&self.table.roots);
        if self.any_set {
            self.down_trees::<true>(ranks, at);
        } else if !ranks.is_empty() {
            self.down_trees::<false>(ranks, at);
        }
        add_in_turn(out, at.iter().map(|&a| self.value(a)));
    }

    fn down_trees<const SETS: bool>(&self, ranks: &[u8], at: &mut [u32]) {
        let (groups, rest) = at.as_chunks_mut::<TREES>();
        for at in groups {
            while self.advance::<SETS, TREES>(at, |slot, _| ranks[slot]) {}
        }
        for at in rest {
            while self.advance::<SETS, 1>(std::array::from_mut(at), |slot, _| ranks[slot]) {}
        }
    }

    /// The leaf of each row of a block, by the position of its node.
    pub(super) fn block(&self, tree: usize, ranks: &[Bytes], at: &mut [u32; ROWS]) {
        at.fill(self.table.roots[tree]);
        if self.any_set {
            self.down_rows::<true>(ranks, at);
        } else if !ranks.is_empty() {
            self.down_rows::<false>(ranks, at);
        }
    }

    fn down_rows<const SETS: bool>(&self, ranks: &[Bytes], at: &mut [u32; ROWS]) {
        for (group, at) in at.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let first = group * LANES;
            while self.advance::<SETS, LANES>(at, |slot, k| ranks[slot][first + k]) {}
        }
    }

    /// One step down; false if all were at leaves.
    #[inline(always)]
    fn advance<const SETS: bool, const N: usize>(
        &self,
        at: &mut [u32; N],
        rank: impl Fn(usize, usize) -> u8,
    ) -> bool {
        let mut moved = 0;
        for (k, at) in at.iter_mut().enumerate() {
            let step = &self.table.steps[*at as usize];
            let next = step.next::<SETS>(&self.sets, rank(step.slot as usize, k));
            moved |= next ^ *at;
            *at = next;
        }
        moved != 0
    }

    /// The value of the leaf at a position.
    #[inline(always)]
    pub(super) fn value(&self, at: u32) -> f64 {
        self.table.value(at)
    }

    /// The number within its tree of the leaf at a position.
    #[inline(always)]
    pub(super) fn leaf(&self, at: u32) -> u32 {
        self.table.leaf(at)
    }
}
