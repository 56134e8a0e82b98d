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
        let dropped = dropped_rounds(self.params, iteration, &state.tree_weights);
        for &round in &dropped {
            self.add(round, -state.tree_weights[round], state);
        }
        dropped
    }

    /// Whether earlier rounds may be dropped: rounds then differ by what is.
    pub(super) fn may_drop(&self, state: &State) -> bool {
        let p = self.params;
        !state.tree_weights.is_empty() && p.drop_rate > 0.0 && p.skip_drop < 1.0
    }

    /// Shares the weight of the dropped rounds with the newest, which the scores contain. Returns
    /// by what the weights have changed.
    pub(super) fn normalise(&self, dropped: &[usize], state: &mut State) -> Vec<(usize, f64)> {
        let k = dropped.len() as f64;
        let last = state.trees.len() - 1;
        state.tree_weights.push(1.0 / (1.0 + k));
        let mut changes = vec![(last, state.tree_weights[last] - 1.0)];
        self.add(last, state.tree_weights[last] - 1.0, state);
        for &round in dropped {
            let before = state.tree_weights[round];
            state.tree_weights[round] *= k / (k + 1.0);
            self.add(round, state.tree_weights[round], state);
            changes.push((round, state.tree_weights[round] - before));
        }
        changes.retain(|c| c.1 != 0.0);
        changes
    }

    fn add(&self, round: usize, factor: f64, state: &mut State) {
        let TrainingSet { cells, layout, .. } = self.training;
        if factor != 0.0 {
            let trees: &[BinnedTree] = &state.trees[round];
            for (tree, scores) in trees.iter().zip(state.scores.chunks_mut(cells.rows)) {
                tree.add_to(scores, factor, cells, layout);
            }
        }
    }
}

/// The rounds to drop, ascending: each with a chance that grows with its weight, so many of them on
/// average that `max_drop` is not passed, and never more.
fn dropped_rounds(params: &BoostParams, iteration: usize, weights: &[f64]) -> Vec<usize> {
    let mut rng = generator(params.seed, "boost dart", iteration as u64);
    if rng.random::<f64>() < params.skip_drop {
        return Vec::new();
    }
    let rounds = weights.len().max(1) as f64;
    let mean = weights.iter().sum::<f64>() / rounds;
    // A limit alone would always take the earliest rounds.
    let most = match params.max_drop {
        0 => usize::MAX,
        most => most,
    };
    let rate = params.drop_rate.min(most as f64 / rounds);
    let drawn = (0..weights.len()).filter(|&r| rng.random::<f64>() < rate * weights[r] / mean);
    drawn.take(most).collect()
}

/// Multiplies what each round counts for into its trees.
pub(super) fn scale(trees: &mut [Tree], weights: &[f64], outputs: usize) {
    for (round, &weight) in trees.chunks_mut(outputs).zip(weights) {
        round.iter_mut().for_each(|tree| tree.scale(weight));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boost::{Boost, Boosting};

    #[test]
    fn drops_are_spread_over_all_rounds_and_bounded() {
        let weights = vec![0.5; 2000];
        let draws = |max_drop: usize| -> Vec<Vec<usize>> {
            let boost = Boost::new().boosting(Boosting::Dart).skip_drop(0.0);
            let boost = boost.drop_rate(0.1).max_drop(max_drop);
            let draw = |i| dropped_rounds(boost.params(), i, &weights);
            (1..=200).map(draw).collect()
        };
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let counts = |draws: &[Vec<usize>]| mean(draws.iter().map(|d| d.len() as f64).collect());
        let few = draws(50);
        assert!(few.iter().all(|d| d.len() <= 50));
        // Binomial with a mean of 50, cut off above it: 47 to 48.
        assert!((46.0..49.0).contains(&counts(&few)), "{}", counts(&few));
        let places = few.iter().flatten().map(|&r| r as f64).collect();
        assert!((930.0..1030.0).contains(&mean(places)));
        // No limit.
        assert!((190.0..210.0).contains(&counts(&draws(0))));
    }
}
