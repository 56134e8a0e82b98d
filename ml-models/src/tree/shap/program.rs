//! A tree, ready for Shapley values.

use super::paths::{self, Edge};
use super::quadrature::gauss_legendre;
use crate::tree::kernel::{self, Bits, Buffers, Factors, Lanes, Op, Step};
use crate::tree::predict::Asked;
use crate::tree::predict::Set;
use crate::tree::{Child, Tree};

/// The edges of a tree with their factors, and the questions that decide which of them a row obeys.
#[derive(Debug, Clone)]
pub(super) struct Program {
    questions: kernel::Questions,
    turns: Vec<Turn>,
    ops: Vec<Op>,
    table: kernel::Table,
    depth: usize,
    /// The mean of the training rows' leaf values.
    pub(super) expected: f64,
}

/// The rows that obey an edge.
#[derive(Debug, Clone, Copy)]
struct Turn {
    question: u32,
    left: bool,
    /// The nearest edge of the same feature above.
    above: Option<u32>,
}

/// Buffers of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    answers: Vec<Bits>,
    hot: Vec<Bits>,
    buffers: Buffers,
}

impl Program {
    /// `feature` says where a feature's values go.
    pub(super) fn new(
        tree: &Tree,
        asked: &[Asked],
        sets: &[Set],
        feature: impl Fn(u32) -> u32,
    ) -> Self {
        let question = |node: usize| asked[node].of_bytes(sets);
        let mut all: Vec<_> = (0..tree.nodes.len()).map(question).collect();
        all.sort_unstable();
        all.dedup();
        let (mut turns, mut ops, mut edges, mut depth) = (Vec::new(), Vec::new(), Vec::new(), 0);
        paths::visit(tree, |number, edge, done| {
            if !done {
                turns.push(Turn {
                    question: all.partition_point(|q| *q < question(edge.node)) as u32,
                    left: edge.left,
                    above: edge.above.map(|e| e as u32),
                });
                edges.push(*edge);
                depth = depth.max(edge.depth + 1);
            }
            let (step, value) = match edge.child {
                Child::Leaf(l) => (Step::Leaf, tree.leaves[l as usize].value),
                Child::Node(_) if done => (Step::Leave, 0.0),
                Child::Node(_) => (Step::Enter, 0.0),
            };
            ops.push(Op {
                step,
                edge: number as u32,
                depth: edge.depth as u32,
                feature: feature(edge.feature),
                above: edge.above.unwrap_or(number) as u32,
                value,
            });
        });
        Self {
            questions: kernel::Questions::new(&all),
            turns,
            ops,
            table: table(&edges, paths::most_features(tree)),
            depth,
            expected: paths::expected(tree),
        }
    }

    /// Adds the values of a block of rows: `features` numbers for each eight of them.
    pub(super) fn add(
        &self,
        ranks: &[kernel::Bytes],
        scratch: &mut Scratch,
        features: usize,
        values: &mut [Lanes],
    ) {
        let Scratch {
            answers,
            hot,
            buffers,
        } = scratch;
        answers.resize(self.questions.len().max(answers.len()), Bits::NONE);
        self.questions.answer(ranks, answers);
        hot.clear();
        for turn in &self.turns {
            let yes = &answers[turn.question as usize];
            let mut rows = if turn.left { *yes } else { yes.not() };
            if let Some(above) = turn.above {
                rows = rows.and(&hot[above as usize]);
            }
            hot.push(rows);
        }
        buffers.reserve(self.depth);
        kernel::shapley(&self.ops, &self.table, hot, features, buffers, values);
    }
}

/// The factors of all edges, for a quadrature that is exact on ways of so many features.
fn table(edges: &[Edge], features: usize) -> kernel::Table {
    let points = features.div_ceil(2).max(1);
    let stretches = points.div_ceil(kernel::POINTS);
    match points.div_ceil(stretches) {
        1 => kernel::Table::One(factors(edges, stretches)),
        2 => kernel::Table::Two(factors(edges, stretches)),
        3 => kernel::Table::Three(factors(edges, stretches)),
        _ => kernel::Table::Four(factors(edges, stretches)),
    }
}

fn factors<const Q: usize>(edges: &[Edge], stretches: usize) -> Vec<Factors<Q>> {
    let rule = gauss_legendre(Q * stretches);
    let (rules, _) = rule.as_chunks::<Q>();
    let one = |edge: &Edge, rule: &[(f64, f64); Q]| {
        let (above, share) = (edge.above.map_or(1.0, |e| edges[e].share), edge.share);
        // The feature's factor in the product: above the edge, and below it for rows that obey it
        // and for others.
        let before = rule.map(|(t, _)| above * (1.0 - t) + t);
        let hot = rule.map(|(t, _)| share * (1.0 - t) + t);
        let cold = rule.map(|(t, _)| share * (1.0 - t));
        // The edge adds its own part, and takes away what those above have given for the leaves
        // below it.
        let worth = |q: usize, after: f64, gain: f64| {
            rule[q].1 * (gain - (1.0 - above) * after / before[q]) / before[q]
        };
        Factors {
            hot: std::array::from_fn(|q| hot[q] / before[q]),
            cold: std::array::from_fn(|q| cold[q] / before[q]),
            never: share / above,
            worth_hot: std::array::from_fn(|q| worth(q, hot[q], 1.0 - share)),
            worth_cold: std::array::from_fn(|q| worth(q, cold[q], -share)),
        }
    };
    rules
        .iter()
        .flat_map(|rule| edges.iter().map(move |edge| one(edge, rule)))
        .collect()
}
