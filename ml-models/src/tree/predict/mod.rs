//! Prediction: trees compiled once into tables, the same bits a row at a time and in batches.
//!
//! First each value becomes a rank among the thresholds its feature has anywhere in the ensemble
//! ([`numbers`]), or the class of its category ([`classes`]); from there on everything is bytes
//! ([`ranks`]), and every node, whatever it asks of a value, asks whether a byte is below a limit,
//! or in a set ([`question`]). One row runs through bit vectors of leaves ([`bits`]) where trees
//! have at most 64, else down the trees several at a time ([`walk`]). Batches visit all nodes of a
//! tree for a block of rows, without a branch ([`block`]). Symmetric trees are tables, which few
//! answers index ([`levels`]). The largest trees go without ranks ([`direct`]). All of them only
//! find leaves; leaf values are always added in the order of the trees.

mod bits;
mod block;
mod classes;
mod direct;
mod levels;
mod numbers;
mod outputs;
mod pool;
mod question;
mod ranks;
pub(super) mod rows;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod walk;

use rayon::prelude::*;

use super::link::Combine;
use super::shape::Tree;
use bits::Bits;
use direct::Direct;
use levels::LevelRows;
use ml_data::repr::{Dense, Float, View};
pub(super) use question::{Asked, Set};
pub(super) use ranks::Ranks;
use walk::Walk;

/// An ensemble, ready to predict.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    base_score: Vec<f64>,
    /// Divisor of sums of leaf values.
    divisor: f64,
    trees: usize,
    engine: Engine,
}

/// Method of finding leaves.
#[derive(Debug, Clone)]
enum Engine {
    Ranked(Box<Ranked>),
    Direct(Direct),
}

/// By the ranks of values.
#[derive(Debug, Clone)]
struct Ranked {
    ranks: Ranks,
    row: RowEngine,
    walk: Walk,
    block: block::Block,
    pool: pool::Pool,
}

/// Method of finding the leaves of a single row.
#[derive(Debug, Clone)]
enum RowEngine {
    /// At most 32 leaves a tree.
    Bits32(Bits<u32>),
    /// At most 64.
    Bits64(Bits<u64>),
    /// Symmetric trees of 33 to 64 leaves: of more, the walk is faster.
    Levels(LevelRows),
    Walk,
}

/// Buffers of one prediction, reused by the next.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    ranks: Vec<u8>,
    at: Vec<u32>,
    words32: Vec<u32>,
    words64: Vec<u64>,
    /// For a row without its zeros: zeros, whenever it is not in use.
    pub(super) zeros: Vec<f64>,
}

/// Rows of a batch that one task predicts.
const BLOCK: usize = 2 * block::ROWS;
/// So few rows are faster one by one.
const FEW: usize = 24;

impl Compiled {
    /// One starting score an output; the trees take turns.
    pub(crate) fn new(trees: &[Tree], base_score: &[f64], combine: Combine) -> Self {
        let rounds = (trees.len() / base_score.len()).max(1);
        Self {
            base_score: base_score.to_vec(),
            divisor: match combine {
                Combine::Sum => 1.0,
                Combine::Mean => rounds as f64,
            },
            trees: trees.len(),
            engine: match Direct::new(trees) {
                Some(direct) => Engine::Direct(direct),
                None => Engine::Ranked(Box::new(Ranked::new(trees))),
            },
        }
    }

    /// The scores of a row, one an output.
    pub(crate) fn row<F: Float>(&self, row: &[F], scratch: &mut Scratch, out: &mut [f64]) {
        out.copy_from_slice(&self.base_score);
        match &self.engine {
            Engine::Ranked(ranked) => ranked.add(row, scratch, out),
            Engine::Direct(direct) => direct.add(row, &mut scratch.at, out),
        }
        self.finish(out);
    }

    /// The scores of all rows, row after row.
    pub(crate) fn scores<F: Float>(&self, x: View<'_, Dense<F>>) -> Vec<f64> {
        let outputs = self.base_score.len();
        let mut out = self.base_score.repeat(x.len());
        if x.len() <= FEW {
            let mut scratch = Scratch::default();
            for (i, out) in out.chunks_exact_mut(outputs).enumerate() {
                self.row(x.row(i), &mut scratch, out);
            }
            return out;
        }
        match &self.engine {
            Engine::Ranked(ranked) => ranked.blocks(x, outputs, &mut out, |scratch, out| {
                ranked.block.add_scores(&ranked.walk, scratch, outputs, out);
            }),
            Engine::Direct(direct) => direct.add_all(x, outputs, &mut out),
        }
        self.finish(&mut out);
        out
    }

    /// The leaf of every row in every tree, row after row.
    pub(crate) fn leaves<F: Float>(&self, x: View<'_, Dense<F>>) -> Vec<u32> {
        let mut out = vec![0; self.trees * x.len()];
        match &self.engine {
            Engine::Ranked(ranked) => ranked.blocks(x, self.trees, &mut out, |scratch, out| {
                ranked.block.leaves(&ranked.walk, scratch, out);
            }),
            Engine::Direct(direct) => direct.leaves(x, &mut out),
        }
        out
    }

    fn finish(&self, out: &mut [f64]) {
        if self.divisor != 1.0 {
            out.iter_mut().for_each(|s| *s /= self.divisor);
        }
    }
}

impl Ranked {
    fn new(trees: &[Tree]) -> Self {
        let (ranks, questions) = Ranks::new(trees);
        let leaves = trees.iter().map(|t| t.leaves.len()).max().unwrap_or(1);
        let row = match leaves {
            0..=32 => Bits::new(trees, ranks.len(), &questions).map(RowEngine::Bits32),
            33..=64 => LevelRows::new(trees, &questions)
                .map(RowEngine::Levels)
                .or_else(|| Bits::new(trees, ranks.len(), &questions).map(RowEngine::Bits64)),
            _ => None,
        };
        Self {
            row: row.unwrap_or(RowEngine::Walk),
            walk: Walk::new(trees, &questions),
            block: block::Block::new(trees, &questions),
            pool: pool::Pool::default(),
            ranks,
        }
    }

    /// Adds the leaf values of a row.
    fn add<F: Float>(&self, row: &[F], scratch: &mut Scratch, out: &mut [f64]) {
        self.ranks.of_row(row, &mut scratch.ranks);
        let (ranks, at) = (&scratch.ranks, &mut scratch.at);
        match &self.row {
            RowEngine::Bits32(bits) => bits.add(ranks, at, &mut scratch.words32, out),
            RowEngine::Bits64(bits) => bits.add(ranks, at, &mut scratch.words64, out),
            RowEngine::Levels(levels) => levels.add(ranks, out),
            RowEngine::Walk => self.walk.add(ranks, at, out),
        }
    }

    /// Calls for blocks of rows, whose ranks are in the scratch, with their part of `out`, which
    /// has `width` numbers a row.
    fn blocks<F: Float, T: Send>(
        &self,
        x: View<'_, Dense<F>>,
        width: usize,
        out: &mut [T],
        each: impl Fn(&mut block::Scratch, &mut [T]) + Sync,
    ) {
        // Nothing is written without trees.
        let width = width.max(1);
        out.par_chunks_mut(BLOCK * width)
            .enumerate()
            .for_each(|(k, out)| {
                self.pool.with(|scratch| {
                    for (part, out) in out.chunks_mut(block::ROWS * width).enumerate() {
                        let first = k * BLOCK + part * block::ROWS;
                        self.ranks
                            .of_block(x, first, out.len() / width, &mut scratch.ranks);
                        each(scratch, out);
                    }
                });
            });
    }
}
