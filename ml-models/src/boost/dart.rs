//! Dropout: rounds that are grown as if some earlier trees were not there.
//!
//! Rashmi and Gilad-Bachrach, *DART: dropouts meet multiple additive regression trees*, AISTATS
//! 2015, [arXiv:1505.01866](https://arxiv.org/abs/1505.01866).

use ml_data::random::{RngExt, generator};

use super::data::TrainingSet;
use super::params::BoostParams;
use super::state::State;
use crate::tree::Tree;
use crate::tree::grow::BinnedTree;

/// Dropping rounds, and what each counts for.
pub(super) struct Dart<'a> {
    params: &'a BoostParams,
    training: &'a TrainingSet<'a>,
}

impl<'a> Dart<'a> {
    pub(super) fn new(params: &'a BoostParams, training: &'a TrainingSet<'a>) -> Self {
        Self { params, training }
    }

    /// Chooses rounds and takes them out of the scores.
    pub(super) fn drop(&self, iteration: usize, state: &mut State) -> Vec<usize> {
        let mut rng = generator(self.params.seed, "boost dart", iteration as u64);
        if rng.random::<f64>() < self.params.skip_drop {
            return Vec::new();
        }
        let weights = &state.weights;
        let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        let chance = |w: f64| self.params.drop_rate * w / mean;
        let drawn = (0..weights.len()).filter(|&r| rng.random::<f64>() < chance(weights[r]));
        let dropped: Vec<usize> = drawn.take(self.params.max_drop).collect();
        for &round in &dropped {
            self.add(round, -state.weights[round], state);
        }
        dropped
    }

    /// Puts dropped rounds back as they were.
    pub(super) fn put_back(&self, dropped: &[usize], state: &mut State) {
        for &round in dropped {
            self.add(round, state.weights[round], state);
        }
    }

    /// Shares the weight of the dropped rounds with the newest, which the scores contain. Returns
    /// by what the weights have changed.
    pub(super) fn normalise(&self, dropped: &[usize], state: &mut State) -> Vec<(usize, f64)> {
        let k = dropped.len() as f64;
        let last = state.grown.len() - 1;
        state.weights.push(1.0 / (1.0 + k));
        let mut changes = vec![(last, state.weights[last] - 1.0)];
        self.add(last, state.weights[last] - 1.0, state);
        for &round in dropped {
            let before = state.weights[round];
            state.weights[round] *= k / (k + 1.0);
            self.add(round, state.weights[round], state);
            changes.push((round, state.weights[round] - before));
        }
        changes.retain(|c| c.1 != 0.0);
        changes
    }

    fn add(&self, round: usize, factor: f64, state: &mut State) {
        let TrainingSet { cells, layout, .. } = self.training;
        if factor != 0.0 {
            let trees: &[BinnedTree] = &state.grown[round];
            for (tree, scores) in trees.iter().zip(state.scores.chunks_mut(cells.rows)) {
                tree.add_to(scores, factor, cells, layout);
            }
        }
    }
}

/// Multiplies what each round counts for into its trees.
pub(super) fn scale(trees: &mut [Tree], weights: &[f64], outputs: usize) {
    for (round, &weight) in trees.chunks_mut(outputs).zip(weights) {
        round.iter_mut().for_each(|tree| tree.scale(weight));
    }
}
