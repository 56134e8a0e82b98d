//! The rounds of boosting.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::Boost;
use super::objective::{Loss, Measure};
use crate::tree::Tree;
use crate::tree::bin::{Cells, Layout};
use crate::tree::grow::{Gradients, Grower, Growth, Sprout};
use crate::tree::sampling::choose;
use crate::tree::weights::Weights;
use ml_data::Result;

/// Training rows, binned.
#[derive(Debug)]
pub(crate) struct Training<'a> {
    pub(crate) layout: Layout,
    pub(crate) cells: Cells,
    pub(crate) loss: Box<dyn Loss + 'a>,
    pub(crate) weights: Weights,
}

type Evaluate<'a> = dyn Fn(&[f64]) -> Result<f64> + 'a;

/// Validation rows, in the bins of the training rows.
pub(crate) struct Validation<'a> {
    pub(crate) cells: Cells,
    pub(crate) measure: Measure<'a>,
    /// The metric of the scores, one output after the other.
    pub(crate) evaluate: Box<Evaluate<'a>>,
}

/// What a finished round reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Progress {
    /// Rounds finished, from 1.
    pub(crate) iteration: usize,
    /// The validation metric, if there are validation rows.
    pub(crate) metric: Option<f64>,
}

/// What training learned.
#[derive(Debug)]
pub(crate) struct Trained {
    /// The scores every row starts from.
    pub(crate) start: Vec<f64>,
    /// One tree an output and round.
    pub(crate) trees: Vec<Tree>,
    /// The round with the best validation metric, counted from 1; later trees are dropped. Only with early stopping.
    pub(crate) best_iteration: Option<usize>,
    /// The validation metric after each round.
    pub(crate) history: Vec<f64>,
}

/// Boosts until the rounds are up, nothing gains any more, validation stops improving, or `on_round` breaks.
pub(crate) fn train(
    params: &Boost,
    training: &Training<'_>,
    validation: Option<&Validation<'_>>,
    on_round: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Trained> {
    let n = training.cells.rows;
    let outputs = training.loss.outputs();
    let factors = training.weights.factors();
    let start = if params.boost_from_average {
        training.loss.start(factors.as_deref())
    } else {
        vec![0.0; outputs]
    };
    let mut scores: Vec<f64> = start
        .iter()
        .flat_map(|&s| std::iter::repeat_n(s, n))
        .collect();
    let mut watch = validation.map(|v| Watch::new(params, v, &start));
    let growth = params.growth();
    let mut rounds = Rounds {
        training,
        growth: &growth,
        gradients: Gradients::new(n),
        all: vec![[0.0; 2]; if outputs > 1 { n * outputs } else { 0 }],
        grower: Grower::new(
            &growth,
            &training.layout,
            &training.cells,
            &training.weights,
        ),
    };
    let mut draws = Draws {
        params,
        rows: n,
        columns: training.layout.columns.len(),
        bag: None,
    };
    let mut trees = Vec::new();
    for iteration in 1..=params.num_iterations {
        let sprouts = in_pool(|| rounds.round(iteration, &mut draws, &mut scores));
        if sprouts.iter().all(|s| s.nodes.is_empty()) && !draws.random() {
            break;
        }
        trees.extend(sprouts.iter().map(|s| s.tree(&training.layout, &growth)));
        let metric = match &mut watch {
            Some(watch) => Some(watch.round(&sprouts, &training.layout, iteration)?),
            None => None,
        };
        let goes_on = on_round(Progress { iteration, metric }).is_continue();
        if !goes_on || watch.as_ref().is_some_and(|w| w.stops(iteration)) {
            break;
        }
    }
    let best_iteration = watch
        .as_ref()
        .filter(|_| params.early_stopping_round.is_some())
        .and_then(|w| w.best.map(|b| b.0));
    trees.truncate(best_iteration.map_or(usize::MAX, |b| b * outputs));
    Ok(Trained {
        start,
        trees,
        best_iteration,
        history: watch.map_or_else(Vec::new, |w| w.history),
    })
}

/// What the rounds share.
struct Rounds<'a> {
    training: &'a Training<'a>,
    growth: &'a Growth,
    gradients: Gradients,
    /// Pairs of all outputs, where there are several.
    all: Vec<[f32; 2]>,
    grower: Grower<'a>,
}

impl Rounds<'_> {
    /// Grows one tree an output and adds them to the scores.
    fn round(
        &mut self,
        iteration: usize,
        draws: &mut Draws<'_>,
        scores: &mut [f64],
    ) -> Vec<Sprout> {
        let Training { loss, weights, .. } = self.training;
        let n = self.training.cells.rows;
        let columns = draws.round(iteration);
        if self.all.is_empty() {
            loss.gradients(scores, iteration - 1, &mut self.gradients.pairs);
        } else {
            loss.gradients(scores, iteration - 1, &mut self.all);
        }
        let mut sprouts = Vec::with_capacity(loss.outputs());
        for (k, scores) in scores.chunks_mut(n).enumerate() {
            if !self.all.is_empty() {
                self.gradients
                    .pairs
                    .copy_from_slice(&self.all[k * n..][..n]);
            }
            self.gradients.quantise(weights, loss.unit_hessian());
            let bag = draws.bag.as_deref();
            let mut sprout = self.grower.grow(&self.gradients, bag, columns.as_deref());
            if let Some(renewal) = loss.renewal() {
                let rows = self.grower.rows_of_leaves(sprout.values.len(), bag);
                sprout.values = rows
                    .par_iter()
                    .map(|rows| renewal.value(rows, scores, weights) * self.growth.shrinkage)
                    .collect();
            }
            self.grower.add_to(&sprout, scores);
            sprouts.push(sprout);
        }
        sprouts
    }
}

/// Runs a step on the thread pool, so that its many short parallel parts start without waking it up each time.
fn in_pool<T: Send>(step: impl FnOnce() -> T + Send) -> T {
    rayon::join(step, || ()).0
}

/// The random rows and columns of each round.
#[derive(Debug)]
struct Draws<'a> {
    params: &'a Boost,
    rows: usize,
    columns: usize,
    bag: Option<Vec<u32>>,
}

impl Draws<'_> {
    /// Draws rows if it is time to, and this round's columns.
    fn round(&mut self, iteration: usize) -> Option<Vec<u32>> {
        let (p, index) = (self.params, iteration as u64 - 1);
        if p.bags() && index.is_multiple_of(p.bagging_freq as u64) {
            let k = ((self.rows as f64 * p.bagging_fraction) as usize).max(1);
            self.bag = Some(choose(
                self.rows,
                k,
                p.seed,
                "boost rows",
                index / p.bagging_freq as u64,
            ));
        }
        let k = ((self.columns as f64 * p.feature_fraction).round() as usize).max(1);
        (k < self.columns).then(|| choose(self.columns, k, p.seed, "boost columns", index))
    }

    /// Whether rounds differ by what is drawn.
    fn random(&self) -> bool {
        self.params.bags() || self.params.feature_fraction < 1.0
    }
}

/// Follows the validation metric.
struct Watch<'a> {
    params: &'a Boost,
    validation: &'a Validation<'a>,
    scores: Vec<f64>,
    history: Vec<f64>,
    /// Round and metric.
    best: Option<(usize, f64)>,
}

impl<'a> Watch<'a> {
    fn new(params: &'a Boost, validation: &'a Validation<'a>, start: &[f64]) -> Self {
        let n = validation.cells.rows;
        Self {
            params,
            validation,
            scores: start
                .iter()
                .flat_map(|&s| std::iter::repeat_n(s, n))
                .collect(),
            history: Vec::new(),
            best: None,
        }
    }

    /// The metric with one round more.
    fn round(&mut self, sprouts: &[Sprout], layout: &Layout, iteration: usize) -> Result<f64> {
        let v = self.validation;
        for (sprout, scores) in sprouts.iter().zip(self.scores.chunks_mut(v.cells.rows)) {
            sprout.add_to(scores, &v.cells, layout);
        }
        let metric = (v.evaluate)(&self.scores)?;
        let sign = if v.measure.higher_is_better {
            1.0
        } else {
            -1.0
        };
        if self
            .best
            .is_none_or(|(_, b)| sign * (metric - b) > self.params.early_stopping_min_delta)
        {
            self.best = Some((iteration, metric));
        }
        self.history.push(metric);
        Ok(metric)
    }

    fn stops(&self, iteration: usize) -> bool {
        let patience = self.params.early_stopping_round;
        self.best
            .zip(patience)
            .is_some_and(|((best, _), patience)| iteration - best >= patience)
    }
}
