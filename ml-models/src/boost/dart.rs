//! Dropout: rounds that are grown as if some earlier trees were not there.
//!
//! Rashmi and Gilad-Bachrach, *DART: dropouts meet multiple additive regression trees*, AISTATS 2015,
//! [arXiv:1505.01866](https://arxiv.org/abs/1505.01866).

use ml_data::random::{RngExt, generator};

use super::Boost;
use crate::tree::Tree;
use crate::tree::bin::{Cells, Layout};
use crate::tree::grow::Sprout;

/// All rounds so far and what each counts for.
pub(super) struct Dart<'a> {
    params: &'a Boost,
    rounds: Vec<Vec<Sprout>>,
    weights: Vec<f64>,
}

impl<'a> Dart<'a> {
    pub(super) fn new(params: &'a Boost) -> Self {
        Self {
            params,
            rounds: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// Chooses rounds and takes them out of the scores.
    pub(super) fn drop(
        &self,
        iteration: usize,
        scores: &mut [f64],
        cells: &Cells,
        layout: &Layout,
    ) -> Vec<usize> {
        let mut rng = generator(self.params.seed, "boost dart", iteration as u64);
        if rng.random::<f64>() < self.params.skip_drop {
            return Vec::new();
        }
        let mean = self.weights.iter().sum::<f64>() / self.weights.len().max(1) as f64;
        let chance = |w: f64| self.params.drop_rate * w / mean;
        let drawn =
            (0..self.rounds.len()).filter(|&r| rng.random::<f64>() < chance(self.weights[r]));
        let dropped: Vec<usize> = drawn.take(self.params.max_drop).collect();
        for &round in &dropped {
            self.add(round, -self.weights[round], scores, cells, layout);
        }
        dropped
    }

    /// Puts dropped rounds back as they were.
    pub(super) fn put_back(
        &self,
        dropped: &[usize],
        scores: &mut [f64],
        cells: &Cells,
        layout: &Layout,
    ) {
        for &round in dropped {
            self.add(round, self.weights[round], scores, cells, layout);
        }
    }

    /// Takes a new round, which the scores contain, and shares the weight of the dropped ones with it. Returns by what the
    /// weights have changed.
    pub(super) fn normalise(
        &mut self,
        new: Vec<Sprout>,
        dropped: &[usize],
        scores: &mut [f64],
        cells: &Cells,
        layout: &Layout,
    ) -> Vec<(&[Sprout], f64)> {
        let k = dropped.len() as f64;
        self.rounds.push(new);
        self.weights.push(1.0 / (1.0 + k));
        let last = self.rounds.len() - 1;
        let mut changes = vec![(last, self.weights[last] - 1.0)];
        self.add(last, self.weights[last] - 1.0, scores, cells, layout);
        for &round in dropped {
            let before = self.weights[round];
            self.weights[round] *= k / (k + 1.0);
            self.add(round, self.weights[round], scores, cells, layout);
            changes.push((round, self.weights[round] - before));
        }
        changes
            .into_iter()
            .filter(|c| c.1 != 0.0)
            .map(|(round, by)| (&self.rounds[round][..], by))
            .collect()
    }

    fn add(&self, round: usize, factor: f64, scores: &mut [f64], cells: &Cells, layout: &Layout) {
        if factor != 0.0 {
            for (sprout, scores) in self.rounds[round].iter().zip(scores.chunks_mut(cells.rows)) {
                sprout.add_to(scores, factor, cells, layout);
            }
        }
    }

    /// Multiplies the weights into the trees.
    pub(super) fn scale(&self, trees: &mut [Tree], outputs: usize) {
        for (round, &weight) in trees.chunks_mut(outputs).zip(&self.weights) {
            round.iter_mut().for_each(|tree| tree.scale(weight));
        }
    }
}
