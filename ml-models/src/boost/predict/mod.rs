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

use super::tree::Tree;
use bits::Bits;
use ml_data::repr::{Dense, Float, View};
use ranks::Ranks;
use walk::Walk;

/// An ensemble, ready to predict.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    start: f64,
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

/// Rows of a batch that one task predicts.
const BLOCK: usize = 4096;

impl Compiled {
    /// Fails if a feature has more than 254 different thresholds.
    pub(crate) fn new(trees: &[Tree], start: f64) -> Result<Self, &'static str> {
        let ranks = Ranks::new(trees)?;
        let walk = Walk::new(trees, &ranks);
        let leaves = trees.iter().map(|t| t.values.len()).max().unwrap_or(1);
        let row = match leaves {
            0..=32 => RowEngine::Bits32(Bits::new(trees, &ranks)),
            33..=64 => RowEngine::Bits64(Bits::new(trees, &ranks)),
            _ => RowEngine::Walk,
        };
        let block = (leaves <= 256).then(|| block::Block::new(trees, &ranks));
        Ok(Self {
            start,
            ranks,
            row,
            walk,
            block,
        })
    }

    /// The score of a row.
    pub(crate) fn score<F: Float>(&self, row: &[F], scratch: &mut Scratch) -> f64 {
        self.ranks
            .of_row(row, &mut scratch.values, &mut scratch.ranks);
        self.score_ranks(scratch)
    }

    fn score_ranks(&self, scratch: &mut Scratch) -> f64 {
        match &self.row {
            RowEngine::Bits32(bits) => bits.score(
                self.start,
                &scratch.ranks,
                &mut scratch.at,
                &mut scratch.words32,
            ),
            RowEngine::Bits64(bits) => bits.score(
                self.start,
                &scratch.ranks,
                &mut scratch.at,
                &mut scratch.words64,
            ),
            RowEngine::Walk => self.walk.score(self.start, &scratch.ranks, &mut scratch.at),
        }
    }

    /// The scores of all rows.
    pub(crate) fn scores<F: Float>(&self, x: View<'_, Dense<F>>) -> Vec<f64> {
        let mut out = vec![self.start; x.len()];
        out.par_chunks_mut(BLOCK)
            .enumerate()
            .for_each(|(k, out)| match &self.block {
                Some(block) => {
                    let mut scratch = block::Scratch::default();
                    for (part, out) in out.chunks_mut(block::ROWS).enumerate() {
                        self.ranks.of_block(
                            x,
                            k * BLOCK + part * block::ROWS,
                            out.len(),
                            &mut scratch.ranks,
                        );
                        block.add_scores(&mut scratch, out);
                    }
                }
                None => {
                    let mut scratch = Scratch::default();
                    for (i, out) in out.iter_mut().enumerate() {
                        *out = self.score(x.row(k * BLOCK + i), &mut scratch);
                    }
                }
            });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boost::tree::{Child, Node};
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
                threshold: (!r.is_multiple_of(23)).then(|| ((r >> 20) % 100) as f64 / 7.0 - 7.0),
                missing_left: r >> 40 & 1 == 0,
                left: Child::Leaf(k as u32),
                right: Child::Leaf(leaf),
                gain: 1.0,
                count: 1,
            });
        }
        let values = (0..leaves)
            .map(|_| (draw() % 1000) as f64 / 333.0 - 1.5)
            .collect();
        Tree {
            nodes,
            values,
            counts: vec![1; leaves],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_engine_equals_the_plain_walk(seed in 1_u64.., most in prop::sample::select(vec![1_usize, 2, 31, 32, 50, 64, 70, 256, 300]), count in 0_usize..40) {
            let mut state = seed;
            let mut draw = || { state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407); state >> 3 };
            let features = 9;
            let trees: Vec<Tree> = (0..count).map(|_| { let n = 1 + (draw() % most as u64) as usize; tree(n, features, &mut draw) }).collect();
            prop_assert!(trees.iter().all(|t| t.flaw(features).is_none()));
            let rows = 300;
            let x: Vec<f64> = (0..rows * features).map(|_| match draw() % 11 {
                0 => f64::NAN,
                1 => f64::INFINITY,
                2 => f64::NEG_INFINITY,
                3 => ((draw() % 100) as f64) / 7.0 - 7.0,
                _ => (draw() % 2000) as f64 / 100.0 - 10.0,
            }).collect();
            let compiled = Compiled::new(&trees, 0.25).unwrap();
            let m = Dense::from_rows(features, x).unwrap();
            let batch = compiled.scores(View::all(&m));
            let mut scratch = Scratch::default();
            for (i, batch) in batch.iter().enumerate() {
                let row = View::all(&m).row(i);
                let plain = trees.iter().fold(0.25, |s, t| s + t.values[t.leaf(|f| row[f])]);
                prop_assert_eq!(plain, *batch);
                prop_assert_eq!(plain, compiled.score(row, &mut scratch));
                prop_assert_eq!(plain, compiled.walk.score(0.25, &scratch.ranks, &mut scratch.at));
            }
        }
    }
}
