//! Values as ranks: bytes that say all that the trees want to know of a value.
//!
//! A feature has one slot of ranks or more: up to 254 cut points fit into a slot of numbers, up to
//! 254 classes of categories into one of categories, and each node asks one slot.

use super::classes::Classes;
use super::numbers::Numbers;
use super::question::{Asked, Question, Set, Sets};
use crate::tree::kernel::{Bytes, ROWS, Thresholds, ranks_of_column, ranks_of_row};
use crate::tree::{Condition, Tree};
use ml_data::repr::{Dense, Float, View};

/// The slots: first those of numbers, then those of categories.
#[derive(Debug, Clone)]
pub(in crate::tree) struct Ranks {
    /// The slots of numbers, each with its feature.
    numbers: Vec<(usize, Box<Thresholds>)>,
    /// The slots of categories, each with its feature.
    classes: Vec<(usize, Classes)>,
}

/// The questions of all nodes.
#[derive(Debug, Clone)]
pub(in crate::tree) struct Questions {
    /// Of each tree, what its nodes ask.
    pub(in crate::tree) trees: Vec<Vec<Asked>>,
    /// The sets of ranks they ask about.
    pub(in crate::tree) sets: Vec<Set>,
    /// Whether a node asks about a set.
    pub(super) any_set: bool,
}

/// Rows that stay in the nearest cache while their columns are read one after the other.
const TILE: usize = 64;

impl Ranks {
    pub(in crate::tree) fn new(trees: &[Tree]) -> (Self, Questions) {
        let nobody = Asked {
            slot: 0,
            question: Question::Set(u32::MAX),
        };
        let mut asked = vec![nobody; trees.iter().map(|t| t.nodes.len()).sum()];
        let nodes = trees.iter().flat_map(|t| &t.nodes).enumerate();
        let (mut classed, mut compared): (Vec<_>, Vec<_>) = nodes
            .map(|(at, node)| (node, at))
            .partition(|(node, _)| matches!(node.test, Condition::Categories(_)));
        let mut ranks = Self {
            numbers: Vec::new(),
            classes: Vec::new(),
        };
        let mut sets = Sets::default();
        compared.sort_by_key(|(node, _)| node.feature);
        for nodes in compared.chunk_by_mut(|a, b| a.0.feature == b.0.feature) {
            let (divided, mut nodes) = (Numbers::divide(nodes), &*nodes);
            for (numbers, len) in divided {
                let (these, rest) = nodes.split_at(len);
                for &(node, at) in these {
                    asked[at] = Asked {
                        slot: ranks.numbers.len() as u32,
                        question: numbers.question(node, &mut sets),
                    };
                }
                nodes = rest;
                if let Some((node, _)) = these.first() {
                    ranks
                        .numbers
                        .push((node.feature as usize, numbers.thresholds()));
                }
            }
        }
        classed.sort_by_key(|(node, _)| node.feature);
        for nodes in classed.chunk_by(|a, b| a.0.feature == b.0.feature) {
            let mut nodes = nodes;
            for (classes, len) in Classes::divide(nodes) {
                let (these, rest) = nodes.split_at(len);
                for &(node, at) in these {
                    asked[at] = Asked {
                        slot: (ranks.numbers.len() + ranks.classes.len()) as u32,
                        question: classes.question(node, &mut sets),
                    };
                }
                nodes = rest;
                if let Some((node, _)) = these.first() {
                    ranks.classes.push((node.feature as usize, classes));
                }
            }
        }
        (ranks, Questions::new(trees, asked, sets))
    }

    /// Number of slots.
    pub(super) fn len(&self) -> usize {
        self.numbers.len() + self.classes.len()
    }

    /// Ranks of a row's values.
    pub(super) fn of_row<F: Float>(&self, row: &[F], out: &mut Vec<u8>) {
        out.resize(self.len(), 0);
        let (numbers, categories) = out.split_at_mut(self.numbers.len());
        ranks_of_row(&self.numbers, row, numbers);
        for (out, (feature, classes)) in categories.iter_mut().zip(&self.classes) {
            *out = classes.rank(row[*feature].f64());
        }
    }

    /// Ranks of `count` rows from `first` on, slot by slot.
    pub(in crate::tree) fn of_block<F: Float>(
        &self,
        x: View<'_, Dense<F>>,
        first: usize,
        count: usize,
        out: &mut Vec<Bytes>,
    ) {
        out.resize(self.len(), [0; ROWS]);
        let (numbers, categories) = out.split_at_mut(self.numbers.len());
        for start in (0..count).step_by(TILE) {
            let mut rows: [&[F]; TILE] = [&[]; TILE];
            let rows = &mut rows[..TILE.min(count - start)];
            for (i, row) in rows.iter_mut().enumerate() {
                *row = x.row(first + start + i);
            }
            for ((feature, thresholds), out) in self.numbers.iter().zip(numbers.iter_mut()) {
                ranks_of_column(thresholds, rows, *feature, &mut out[start..]);
            }
        }
        for (out, (feature, classes)) in categories.iter_mut().zip(&self.classes) {
            for (i, out) in out[..count].iter_mut().enumerate() {
                *out = classes.rank(x.row(first + i)[*feature].f64());
            }
        }
    }
}

impl Questions {
    fn new(trees: &[Tree], asked: Vec<Asked>, sets: Sets) -> Self {
        let any_set = asked.iter().any(|a| matches!(a.question, Question::Set(_)));
        let mut asked = asked.into_iter();
        let of_tree = |tree: &Tree| asked.by_ref().take(tree.nodes.len()).collect();
        Self {
            trees: trees.iter().map(of_tree).collect(),
            sets: sets.into_sets(),
            any_set,
        }
    }
}
