//! Batches: every node of a tree is visited once for a whole block of rows; rows go down the
//! largest trees one by one.
//!
//! Nodes of all trees ask a few thousand different questions at most, as the thresholds of a
//! feature are few: each is answered once for the block, and the nodes only combine answers.

use std::collections::{HashMap, HashSet};

use super::levels::LevelTable;
use super::ranks;
use super::walk::Walk;
use crate::tree::kernel::{self, Bits, Bytes, Few, Fork, Many, Reached};
use crate::tree::{Child, Tree};

pub(super) use crate::tree::kernel::ROWS;

/// The trees, in stretches whose answers stay in the cache of a core.
#[derive(Debug, Clone)]
pub(super) struct Block {
    groups: Vec<Group>,
    trees: usize,
}

/// Trees one after the other, and what their nodes ask.
#[derive(Debug, Clone, Default)]
struct Group {
    questions: kernel::Questions,
    trees: Vec<Plan>,
}

/// Method of finding a tree's leaves.
#[derive(Debug, Clone)]
enum Plan {
    /// By its nodes, parents before their children; leaves have their own numbers.
    Forks(Vec<Fork>, Values),
    /// By the question of each level, for a symmetric tree; leaves by the answers, and their
    /// numbers.
    Levels(Vec<u32>, Values, Vec<u32>),
    /// Row by row, for trees of more than 256 leaves.
    Walk,
}

/// Values of leaves.
#[derive(Debug, Clone)]
enum Values {
    Few(Box<Few>),
    Many(Box<Many>),
}

/// Buffers of one thread.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) ranks: Vec<Bytes>,
    answers: Vec<Bits>,
    reached: Box<Reached>,
    /// One score a row, output by output.
    scores: Vec<[f64; ROWS]>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            ranks: Vec::new(),
            answers: Vec::new(),
            reached: Box::new([Bits::NONE; 2 * kernel::LEAVES]),
            scores: Vec::new(),
        }
    }
}

/// Questions of a group, at most, unless one tree has more.
const QUESTIONS: usize = 8192;

impl Block {
    pub(super) fn new(trees: &[Tree], questions: &ranks::Questions) -> Self {
        let (mut groups, mut from) = (Vec::new(), 0);
        let mut known = HashSet::new();
        for t in 0..=trees.len() {
            let asked: HashSet<_> = (trees.get(t).filter(|tree| small(tree)).into_iter())
                .flat_map(|_| &questions.trees[t])
                .map(|asked| asked.of_bytes(&questions.sets))
                .collect();
            let new = asked.difference(&known).count();
            if t == trees.len() || (t > from && known.len() + new > QUESTIONS) {
                let known = std::mem::take(&mut known);
                groups.push(Group::new(&trees[from..t], from, known, questions));
                from = t;
            }
            known.extend(asked);
        }
        Self {
            groups,
            trees: trees.len(),
        }
    }

    /// Adds every tree's leaf values to the scores of a block whose ranks are in the scratch,
    /// `outputs` scores a row.
    pub(super) fn add_scores(
        &self,
        walk: &Walk,
        scratch: &mut Scratch,
        outputs: usize,
        out: &mut [f64],
    ) {
        let mut scores = std::mem::take(&mut scratch.scores);
        scores.resize(outputs, [0.0; ROWS]);
        for (i, row) in out.chunks_exact(outputs).enumerate() {
            for (scores, &score) in scores.iter_mut().zip(row) {
                scores[i] = score;
            }
        }
        self.find(walk, scratch, |t, found| {
            let scores = &mut scores[t % outputs];
            match found {
                Found::Ids(ids, Values::Few(values), _) => kernel::add_few(values, ids, scores),
                Found::Ids(ids, Values::Many(values), _) => kernel::add_many(values, ids, scores),
                Found::At(at) => {
                    for (score, &at) in scores.iter_mut().zip(at) {
                        *score += walk.value(at);
                    }
                }
            }
        });
        for (i, row) in out.chunks_exact_mut(outputs).enumerate() {
            for (scores, score) in scores.iter().zip(row) {
                *score = scores[i];
            }
        }
        scratch.scores = scores;
    }

    /// The leaf of each row of the block in each tree, row after row.
    pub(super) fn leaves(&self, walk: &Walk, scratch: &mut Scratch, out: &mut [u32]) {
        self.find(walk, scratch, |t, found| {
            let out = out[t..].iter_mut().step_by(self.trees);
            match found {
                Found::Ids(ids, _, None) => {
                    out.zip(ids).for_each(|(out, &id)| *out = u32::from(id));
                }
                Found::Ids(ids, _, Some(leaves)) => {
                    out.zip(ids)
                        .for_each(|(out, &id)| *out = leaves[usize::from(id)]);
                }
                Found::At(at) => out.zip(at).for_each(|(out, &at)| *out = walk.leaf(at)),
            }
        });
    }

    /// Finds the rows' leaves, tree after tree.
    fn find(&self, walk: &Walk, scratch: &mut Scratch, mut each: impl FnMut(usize, Found<'_>)) {
        let Scratch {
            ranks,
            answers,
            reached,
            ..
        } = scratch;
        let (mut ids, mut at, mut t) = ([0; ROWS], [0; ROWS], 0);
        for group in &self.groups {
            if answers.len() < group.questions.len() {
                answers.resize(group.questions.len(), Bits::NONE);
            }
            group.questions.answer(ranks, answers);
            for tree in &group.trees {
                match tree {
                    Plan::Forks(forks, values) => {
                        kernel::leaves(forks, answers, reached, &mut ids);
                        each(t, Found::Ids(&ids, values, None));
                    }
                    Plan::Levels(levels, values, leaves) => {
                        kernel::number_by_answers(levels, answers, &mut ids);
                        each(t, Found::Ids(&ids, values, Some(leaves)));
                    }
                    Plan::Walk => {
                        walk.block(t, ranks, &mut at);
                        each(t, Found::At(&at));
                    }
                }
                t += 1;
            }
        }
    }
}

/// The leaves of a block in a tree.
enum Found<'a> {
    /// Their places among the values, and their numbers if these are others.
    Ids(&'a Bytes, &'a Values, Option<&'a [u32]>),
    /// Their positions among the steps of the walk.
    At(&'a [u32; ROWS]),
}

/// Whether bytes can tell the leaves apart.
fn small(tree: &Tree) -> bool {
    tree.leaves.len() <= kernel::LEAVES
}

impl Group {
    /// Of trees from the one at `from` on.
    fn new(
        trees: &[Tree],
        from: usize,
        known: HashSet<kernel::Question>,
        questions: &ranks::Questions,
    ) -> Self {
        let mut known: Vec<_> = known.into_iter().collect();
        known.sort_unstable();
        let numbers: HashMap<_, _> = known.iter().zip(0..).collect();
        let trees = (trees.iter().zip(&questions.trees[from..]))
            .map(|(tree, asked)| {
                let ask = |n: usize| asked[n].of_bytes(&questions.sets);
                if !small(tree) {
                    return Plan::Walk;
                }
                match LevelTable::new(tree, ask) {
                    Some(table) => Plan::of_levels(tree, table, |q| numbers[q]),
                    None => Plan::of_nodes(tree, |n| numbers[&ask(n)]),
                }
            })
            .collect();
        Self {
            questions: kernel::Questions::new(&known),
            trees,
        }
    }
}

impl Plan {
    /// A tree's nodes, level by level: neighbours do not wait for each other.
    fn of_nodes(tree: &Tree, question: impl Fn(usize) -> u32) -> Self {
        let mut forks: Vec<Fork> = Vec::with_capacity(tree.nodes.len());
        let mut nodes: Vec<usize> = (0..tree.nodes.len().min(1)).collect();
        while let Some(&n) = nodes.get(forks.len()) {
            let mut place = |child: Child| match child {
                Child::Leaf(leaf) => leaf as u16,
                Child::Node(node) => {
                    nodes.push(node as usize);
                    (kernel::LEAVES + nodes.len() - 1) as u16
                }
            };
            let (left, right) = (place(tree.nodes[n].left), place(tree.nodes[n].right));
            forks.push(Fork {
                question: question(n),
                left,
                right,
            });
        }
        let value = |leaf: usize| tree.leaves.get(leaf).map_or(0.0, |l| l.value);
        Self::Forks(forks, Values::new(tree.leaves.len(), value))
    }

    /// The table of a symmetric tree.
    fn of_levels(
        tree: &Tree,
        table: LevelTable,
        question: impl Fn(&kernel::Question) -> u32,
    ) -> Self {
        let LevelTable { questions, leaves } = table;
        let value = |at: usize| {
            leaves
                .get(at)
                .map_or(0.0, |&l| tree.leaves[l as usize].value)
        };
        let values = Values::new(leaves.len(), value);
        Self::Levels(questions.iter().map(question).collect(), values, leaves)
    }
}

impl Values {
    fn new(count: usize, value: impl Fn(usize) -> f64) -> Self {
        if count <= 64 {
            Self::Few(Box::new(std::array::from_fn(value)))
        } else {
            Self::Many(Box::new(std::array::from_fn(value)))
        }
    }
}
