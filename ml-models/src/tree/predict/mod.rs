//! Prediction: trees compiled once into tables, the same bits a row at a time and in batches.
//!
//! First each value becomes a rank among the thresholds its feature has anywhere in the ensemble ([`ranks`]); from there on
//! everything is bytes. One row runs through bit vectors of leaves ([`bits`]) where trees have at most 64, else down the
//! trees several at a time ([`walk`]). Batches visit all nodes of a tree for a block of rows, without a branch ([`block`]).
//! All of them only find leaves; leaf values are always added in the order of the trees.

mod bits;
mod block;
mod ranks;
mod walk;

use rayon::prelude::*;

use super::ensemble::Combine;
use super::shape::Tree;
use bits::Bits;
use ml_data::repr::{Dense, Float, View};
use ranks::Ranks;
use walk::Walk;

/// An ensemble, ready to predict.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    start: Vec<f64>,
    /// What sums of leaf values are multiplied by.
    factor: f64,
    ranks: Ranks,
    row: RowEngine,
    walk: Walk,
    block: Option<block::Block>,
}

/// How a single row finds its leaves.
#[derive(Debug, Clone)]
enum RowEngine {
    /// At most 32 leaves a tree.
    Bits32(Bits<u32>),
    /// At most 64.
    Bits64(Bits<u64>),
    Walk,
}

/// Buffers of one prediction, reused by the next.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    values: Vec<f64>,
    ranks: Vec<u8>,
    at: Vec<u32>,
    words32: Vec<u32>,
    words64: Vec<u64>,
}

/// Adds values to the outputs in turn.
#[inline(always)]
fn add_in_turn(out: &mut [f64], values: impl Iterator<Item = f64>) {
    if let [out] = out {
        *out = values.fold(*out, |sum, v| sum + v);
        return;
    }
    let mut k = 0;
    for value in values {
        out[k] += value;
        k = if k + 1 == out.len() { 0 } else { k + 1 };
    }
}

/// Rows of a batch that one task predicts.
const BLOCK: usize = 4096;

impl Compiled {
    /// One starting score an output; the trees take turns.
    pub(crate) fn new(
        trees: &[Tree],
        start: &[f64],
        combine: Combine,
    ) -> Result<Self, &'static str> {
        let ranks = Ranks::new(trees)?;
        let walk = Walk::new(trees, &ranks);
        let leaves = trees.iter().map(|t| t.leaves.len()).max().unwrap_or(1);
        let row = match leaves {
            0..=32 => RowEngine::Bits32(Bits::new(trees, &ranks)),
            33..=64 => RowEngine::Bits64(Bits::new(trees, &ranks)),
            _ => RowEngine::Walk,
        };
        let block = (leaves <= 256).then(|| block::Block::new(trees, &ranks));
        let rounds = (trees.len() / start.len()).max(1);
        Ok(Self {
            start: start.to_vec(),
            factor: match combine {
                Combine::Sum => 1.0,
                Combine::Mean => 1.0 / rounds as f64,
            },
            ranks,
            row,
            walk,
            block,
        })
    }

    /// The scores of a row, one an output.
    pub(crate) fn row<F: Float>(&self, row: &[F], scratch: &mut Scratch, out: &mut [f64]) {
        self.ranks
            .of_row(row, &mut scratch.values, &mut scratch.ranks);
        out.copy_from_slice(&self.start);
        let (ranks, at) = (&scratch.ranks, &mut scratch.at);
        match &self.row {
            RowEngine::Bits32(bits) => bits.add(ranks, at, &mut scratch.words32, out),
            RowEngine::Bits64(bits) => bits.add(ranks, at, &mut scratch.words64, out),
            RowEngine::Walk => self.walk.add(ranks, at, out),
        }
        self.finish(out);
    }

    /// The scores of all rows, row after row.
    pub(crate) fn scores<F: Float>(&self, x: View<'_, Dense<F>>) -> Vec<f64> {
        let outputs = self.start.len();
        let mut out = self.start.repeat(x.len());
        out.par_chunks_mut(BLOCK * outputs)
            .enumerate()
            .for_each(|(k, out)| match &self.block {
                Some(block) => {
                    let mut scratch = block::Scratch::default();
                    for (part, out) in out.chunks_mut(block::ROWS * outputs).enumerate() {
                        self.ranks.of_block(
                            x,
                            k * BLOCK + part * block::ROWS,
                            out.len() / outputs,
                            &mut scratch.ranks,
                        );
                        block.add_scores(&mut scratch, outputs, out);
                        self.finish(out);
                    }
                }
                None => {
                    let mut scratch = Scratch::default();
                    for (i, out) in out.chunks_mut(outputs).enumerate() {
                        self.row(x.row(k * BLOCK + i), &mut scratch, out);
                    }
                }
            });
        out
    }

    fn finish(&self, out: &mut [f64]) {
        if self.factor != 1.0 {
            out.iter_mut().for_each(|s| *s *= self.factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Child, Leaf, Missing, Node, Test};
    use proptest::prelude::*;

    /// A random tree over `features` features: each step splits a random leaf.
    fn tree(leaves: usize, features: usize, draw: &mut impl FnMut() -> u64) -> Tree {
        let (mut nodes, mut open) = (Vec::<Node>::new(), vec![None]);
        while open.len() < leaves {
            let (k, leaf) = ((draw() % open.len() as u64) as usize, open.len() as u32);
            let parent: Option<(usize, bool)> = open[k];
            if let Some((p, left)) = parent {
                let link = Child::Node(nodes.len() as u32);
                *(if left {
                    &mut nodes[p].left
                } else {
                    &mut nodes[p].right
                }) = link;
            }
            let r = draw();
            open[k] = Some((nodes.len(), true));
            open.push(Some((nodes.len(), false)));
            nodes.push(Node {
                feature: (r % features as u64) as u32,
                test: if r.is_multiple_of(23) {
                    Test::Present
                } else {
                    Test::Threshold(((r >> 20) % 100) as f64 / 7.0 - 7.0)
                },
                missing: Missing::Nan,
                missing_left: r >> 40 & 1 == 0,
                left: Child::Leaf(k as u32),
                right: Child::Leaf(leaf),
                gain: 1.0,
                value: 0.0,
                weight: 1.0,
                count: 1,
            });
        }
        let leaves = (0..leaves)
            .map(|_| Leaf {
                value: (draw() % 1000) as f64 / 333.0 - 1.5,
                weight: 1.0,
                count: 1,
            })
            .collect();
        Tree::new(nodes, leaves, 1.0).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_engine_equals_the_plain_walk(seed in 1_u64.., most in prop::sample::select(vec![1_usize, 2, 31, 32, 50, 64, 70, 256, 300]), count in 0_usize..40) {
            let mut state = seed;
            let mut draw = || { state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407); state >> 3 };
            let features = 9;
            let trees: Vec<Tree> = (0..count).map(|_| { let n = 1 + (draw() % most as u64) as usize; tree(n, features, &mut draw) }).collect();
                        let rows = 300;
            let x: Vec<f64> = (0..rows * features).map(|_| match draw() % 11 {
                0 => f64::NAN,
                1 => f64::INFINITY,
                2 => f64::NEG_INFINITY,
                3 => ((draw() % 100) as f64) / 7.0 - 7.0,
                _ => (draw() % 2000) as f64 / 100.0 - 10.0,
            }).collect();
            let outputs = if count % 2 == 0 { 2 } else { 1 };
            let start = vec![0.25; outputs];
            let compiled = Compiled::new(&trees, &start, Combine::Sum).unwrap();
            let m = Dense::from_rows(features, x).unwrap();
            let batch = compiled.scores(View::all(&m));
            let mut scratch = Scratch::default();
            for (i, batch) in batch.chunks(outputs).enumerate() {
                let row = View::all(&m).row(i);
                let mut plain = start.clone();
                for (t, tree) in trees.iter().enumerate() {
                    plain[t % outputs] += tree.leaves[tree.leaf_of(|f| row[f])].value;
                }
                prop_assert_eq!(&plain[..], batch);
                let mut one = start.clone();
                compiled.row(row, &mut scratch, &mut one);
                prop_assert_eq!(&plain, &one);
                let mut walked = start.clone();
                compiled.walk.add(&scratch.ranks, &mut scratch.at, &mut walked);
                prop_assert_eq!(&plain, &walked);
            }
        }
    }
}
