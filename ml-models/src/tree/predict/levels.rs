//! Symmetric trees as tables: the answers to the questions of all levels, as the bits of a number,
//! say which entry is a row's leaf.
//!
//! A tree of depth 6 has 63 nodes and 6 questions: a block of rows answers these 6 and looks its
//! leaves up. A leaf that its level did not part has one entry for both answers, and so has every
//! tree in which few questions follow each other on all ways down: whether a tree is such a table
//! is seen from its nodes.

use super::outputs::add_in_turn;
use super::ranks::Questions;
use crate::tree::kernel::{LEAVES, Question};
use crate::tree::{Child, Tree};

/// A tree as a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LevelTable {
    /// The question of each level, the root's first.
    pub(super) questions: Vec<Question>,
    /// The leaf of each combination of answers: the root's answer is the highest bit, and no is 1.
    pub(super) leaves: Vec<u32>,
}

/// Entries of a table that may stand for any number of leaves: larger ones take longer to look up.
const SMALL: usize = 64;

impl LevelTable {
    /// The table of a tree, none if it has too many questions; `question` says what a node asks.
    pub(super) fn new(tree: &Tree, question: impl Fn(usize) -> Question) -> Option<Self> {
        let most = if tree.leaves.len() > SMALL {
            LEAVES
        } else {
            SMALL
        };
        let (mut questions, mut entries) = (Vec::new(), vec![tree.root()]);
        // Nodes come after their parents, and in trees that were grown level by level those of a
        // level after those above: the first node that waits asks the next level's question.
        while let Some(first) = entries.iter().filter_map(node).min() {
            if 2 * entries.len() > most {
                return None;
            }
            let asked = question(first);
            let below = |&entry: &Child| match node(&entry).filter(|&n| question(n) == asked) {
                Some(n) => [tree.nodes[n].left, tree.nodes[n].right],
                None => [entry; 2],
            };
            entries = entries.iter().flat_map(below).collect();
            questions.push(asked);
        }
        let leaf = |entry| match entry {
            Child::Leaf(leaf) | Child::Node(leaf) => leaf,
        };
        Some(Self {
            questions,
            leaves: entries.into_iter().map(leaf).collect(),
        })
    }
}

/// The tables of all trees, for single rows.
#[derive(Debug, Clone)]
pub(super) struct LevelRows {
    /// The first level and the number of levels of each tree, and its first value.
    trees: Vec<(u32, u32, u32)>,
    levels: Vec<Level>,
    values: Vec<f64>,
}

/// A question of a level: a rank, plus `shift` (mod 256), up to the limit goes left.
#[derive(Debug, Clone, Copy)]
struct Level {
    slot: u32,
    shift: u8,
    limit: u8,
}

impl LevelRows {
    /// None if a tree is no table, or a node asks about a set.
    pub(super) fn new(trees: &[Tree], questions: &Questions) -> Option<Self> {
        let mut rows = Self {
            trees: Vec::with_capacity(trees.len()),
            levels: Vec::new(),
            values: Vec::new(),
        };
        for (tree, asked) in trees.iter().zip(&questions.trees) {
            let table = LevelTable::new(tree, |n| asked[n].of_bytes(&questions.sets))?;
            let depth = table.questions.len() as u32;
            let place = (rows.levels.len() as u32, depth, rows.values.len() as u32);
            rows.trees.push(place);
            for question in table.questions {
                let Question::Limit { slot, shift, limit } = question else {
                    return None;
                };
                rows.levels.push(Level { slot, shift, limit });
            }
            let values = table.leaves.iter().map(|&l| tree.leaves[l as usize].value);
            rows.values.extend(values);
        }
        Some(rows)
    }

    /// Adds the leaf values of a row of ranks, trees taking turns over the outputs.
    pub(super) fn add(&self, ranks: &[u8], out: &mut [f64]) {
        let value = |&(first, depth, values): &(u32, u32, u32)| {
            let levels = &self.levels[first as usize..][..depth as usize];
            let right = |level: &Level| {
                usize::from(ranks[level.slot as usize].wrapping_add(level.shift) > level.limit)
            };
            let entry = levels.iter().fold(0, |at, level| 2 * at + right(level));
            self.values[values as usize + entry]
        };
        add_in_turn(out, self.trees.iter().map(value));
    }
}

/// The node, unless it is a leaf.
fn node(child: &Child) -> Option<usize> {
    match child {
        Child::Node(n) => Some(*n as usize),
        Child::Leaf(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Condition, Leaf, MissingType, Node};

    fn tree(nodes: &[(u32, Child, Child)]) -> Tree {
        let nodes = nodes.iter().map(|&(feature, left, right)| Node {
            feature,
            test: Condition::Threshold(0.5),
            missing: MissingType::Nan,
            missing_left: false,
            left,
            right,
            gain: 1.0,
            value: 0.0,
            weight: 1.0,
            count: 1,
        });
        let nodes: Vec<Node> = nodes.collect();
        let leaf = Leaf {
            value: 1.0,
            weight: 1.0,
            count: 1,
        };
        let leaves = vec![leaf; nodes.len() + 1];
        Tree::new(nodes, leaves, 1.0).unwrap()
    }

    fn table(tree: &Tree) -> Option<LevelTable> {
        LevelTable::new(tree, |n| Question::Limit {
            slot: tree.nodes[n].feature,
            shift: 0,
            limit: 0,
        })
    }

    #[test]
    fn leaves_that_their_level_did_not_part_have_several_entries() {
        use Child::{Leaf, Node};
        // The second level leaves the right side whole, the third parts it.
        let tree = tree(&[
            (4, Node(1), Node(3)),
            (2, Leaf(0), Node(2)),
            (7, Leaf(1), Leaf(2)),
            (7, Leaf(3), Leaf(4)),
        ]);
        let table = table(&tree).unwrap();
        let slot = |q: &Question| match q {
            Question::Limit { slot, .. } | Question::Set { slot, .. } => *slot,
        };
        let slots: Vec<u32> = table.questions.iter().map(slot).collect();
        assert_eq!(slots, [4, 2, 7]);
        assert_eq!(table.leaves, [0, 0, 1, 2, 3, 4, 3, 4]);
    }

    #[test]
    fn trees_of_many_questions_are_no_tables() {
        let chain = |n: u32| {
            let right = |k: u32| {
                if k + 1 < n {
                    Child::Node(k + 1)
                } else {
                    Child::Leaf(n)
                }
            };
            let nodes: Vec<_> = (0..n).map(|k| (k, Child::Leaf(k), right(k))).collect();
            tree(&nodes)
        };
        assert_eq!(table(&chain(6)).unwrap().leaves.len(), 64);
        assert_eq!(table(&chain(7)), None);
        assert_eq!(table(&tree(&[])).unwrap().leaves, [0]);
    }
}
