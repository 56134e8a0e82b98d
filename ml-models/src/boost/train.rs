//! The rounds of boosting.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::Boost;
use super::dart::Dart;
use super::draws::Draws;
use super::objective::{Loss, Measure};
use super::params::{Boosting, DataSampleStrategy};
use super::watch::Watch;
use crate::tree::Tree;
use crate::tree::bin::{Cells, Layout};
use crate::tree::grow::{Gradients, Grower, Growth, Sprout};
use crate::tree::weights::Weights;
use ml_data::Result;

/// Training rows, binned.
#[derive(Debug)]
pub(crate) struct Training<'a> {
    pub(crate) layout: Layout,
    pub(crate) cells: Cells,
    pub(crate) loss: Box<dyn Loss + 'a>,
    pub(crate) weights: Weights,
    /// Where each query begins, and the end; empty without queries.
    pub(crate) starts: Vec<u32>,
    /// What scores start from, one output after the other.
    pub(crate) init_score: Option<Vec<f64>>,
    /// What an earlier model says, one output after the other.
    pub(crate) before: Option<Before>,
}

/// An earlier model that training goes on from.
#[derive(Debug)]
pub(crate) struct Before {
    /// Its rounds.
    pub(crate) rounds: usize,
    pub(crate) start: Vec<f64>,
    /// Its scores of the rows, their initial scores included.
    pub(crate) train: Vec<f64>,
    pub(crate) valid: Vec<f64>,
    pub(crate) history: Vec<f64>,
}

/// Validation rows, in the bins of the training rows.
pub(crate) struct Validation<'a> {
    pub(crate) cells: Cells,
    /// What scores start from, one output after the other.
    pub(crate) init_score: Option<Vec<f64>>,
    pub(crate) measure: Measure<'a>,
    /// The metric of the scores, one output after the other.
    pub(crate) evaluate: Box<Evaluate<'a>>,
}

type Evaluate<'a> = dyn Fn(&[f64]) -> Result<f64> + 'a;

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
    /// One tree an output and round; those of an earlier model are left out.
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
    growth: &Growth,
    on_round: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Trained> {
    let n = training.cells.rows;
    let outputs = training.loss.outputs();
    let start = start(params, training);
    let repeat = |rows: usize, init_score: Option<&Vec<f64>>| -> Vec<f64> {
        let constant = start.iter().flat_map(|&s| vec![s; rows]);
        match init_score {
            Some(init) => constant.zip(init).map(|(s, i)| s + i).collect(),
            None => constant.collect(),
        }
    };
    let before = training.before.as_ref();
    let done = before.map_or(0, |b| b.rounds);
    let mut scores = before.map_or_else(
        || repeat(n, training.init_score.as_ref()),
        |b| b.train.clone(),
    );
    let mut watch = validation.map(|v| match before {
        Some(b) => Watch::new(params, v, b.valid.clone(), b.history.clone()),
        None => Watch::new(
            params,
            v,
            repeat(v.cells.rows, v.init_score.as_ref()),
            Vec::new(),
        ),
    });
    let mut rounds = Rounds {
        training,
        params,
        growth,
        gradients: Gradients::new(n),
        all: vec![[0.0; 2]; if outputs > 1 { n * outputs } else { 0 }],
        grower: Grower::new(growth, &training.layout, &training.cells, &training.weights),
        draws: Draws::new(params, n, training.layout.columns.len(), &training.starts),
    };
    let forest = params.boosting == Boosting::Rf;
    let mut dart = (params.boosting == Boosting::Dart).then(|| Dart::new(params));
    let mut trees = Vec::new();
    for iteration in done + 1..=params.num_iterations {
        let dropped = dart
            .as_mut()
            .map(|d| d.drop(iteration, &mut scores, &training.cells, &training.layout));
        let sprouts = in_pool(|| rounds.round(iteration, &mut scores))?;
        if sprouts.iter().all(|s| s.nodes.is_empty()) && !rounds.draws.random() {
            if let (Some(dart), Some(dropped)) = (&mut dart, dropped) {
                dart.put_back(&dropped, &mut scores, &training.cells, &training.layout);
            }
            break;
        }
        if let Some(watch) = &mut watch {
            watch.add(&sprouts, 1.0, &training.layout);
        }
        trees.extend(sprouts.iter().map(|s| s.tree(&training.layout, growth)));
        if let (Some(dart), Some(dropped)) = (&mut dart, &dropped) {
            let changes = dart.normalise(
                sprouts,
                dropped,
                &mut scores,
                &training.cells,
                &training.layout,
            );
            if let Some(watch) = &mut watch {
                for (sprouts, factor) in changes {
                    watch.add(sprouts, factor, &training.layout);
                }
            }
        }
        let metric = watch.as_mut().map(|w| w.round(iteration)).transpose()?;
        let goes_on = on_round(Progress { iteration, metric }).is_continue();
        if !goes_on || watch.as_ref().is_some_and(|w| w.stops(iteration)) {
            break;
        }
    }
    if let Some(dart) = &dart {
        dart.scale(&mut trees, outputs);
    }
    if forest {
        for (tree, start) in trees.iter_mut().zip(start.iter().cycle()) {
            tree.shift(*start);
        }
    }
    let best_iteration = watch.as_ref().and_then(Watch::best_iteration);
    trees.truncate(best_iteration.map_or(usize::MAX, |b| b.saturating_sub(done) * outputs));
    Ok(Trained {
        start: if forest { vec![0.0; outputs] } else { start },
        trees,
        best_iteration,
        history: watch.map_or_else(Vec::new, |w| w.history),
    })
}

/// The scores every row starts from.
fn start(params: &Boost, training: &Training<'_>) -> Vec<f64> {
    if let Some(before) = &training.before {
        return before.start.clone();
    }
    let factors = training.weights.factors();
    if params.boost_from_average && training.init_score.is_none() {
        training.loss.start(factors.as_deref())
    } else {
        vec![0.0; training.loss.outputs()]
    }
}

/// What the rounds share.
struct Rounds<'a> {
    training: &'a Training<'a>,
    params: &'a Boost,
    growth: &'a Growth,
    gradients: Gradients,
    /// Pairs of all outputs, where there are several.
    all: Vec<[f32; 2]>,
    grower: Grower<'a>,
    draws: Draws<'a>,
}

impl Rounds<'_> {
    /// Grows one tree an output and adds them to the scores; trees of a forest stand for themselves.
    fn round(&mut self, iteration: usize, scores: &mut [f64]) -> Result<Vec<Sprout>> {
        let Training { loss, weights, .. } = self.training;
        let (n, outputs) = (self.training.cells.rows, loss.outputs());
        let columns = self.draws.columns(iteration);
        let several = outputs > 1;
        let pairs = if several {
            &mut self.all
        } else {
            &mut self.gradients.pairs
        };
        loss.gradients(scores, iteration - 1, pairs);
        loss.check(pairs)?;
        self.draws.rows(iteration, pairs);
        let bag = self.draws.bag();
        let unit =
            loss.unit_hessian() && self.params.data_sample_strategy == DataSampleStrategy::Bagging;
        let mut sprouts = Vec::with_capacity(outputs);
        for (k, scores) in scores.chunks_mut(n).enumerate() {
            if several {
                self.gradients
                    .pairs
                    .copy_from_slice(&self.all[k * n..][..n]);
            }
            self.gradients.quantise(weights, unit);
            let number = ((iteration - 1) * outputs + k) as u64;
            let mut sprout = self
                .grower
                .grow(number, &self.gradients, bag, columns.as_deref());
            if let Some(renewal) = loss.renewal() {
                let rows = self.grower.rows_of_leaves(sprout.values.len(), bag);
                sprout.values = rows
                    .par_iter()
                    .map(|rows| renewal.value(rows, scores, weights) * self.growth.shrinkage)
                    .collect();
            }
            if self.params.boosting != Boosting::Rf {
                self.grower.add_to(&sprout, scores);
            }
            sprouts.push(sprout);
        }
        Ok(sprouts)
    }
}

/// Runs a step on the thread pool, so that its many short parallel parts start without waking it up each time.
fn in_pool<T: Send>(step: impl FnOnce() -> T + Send) -> T {
    rayon::join(step, || ()).0
}
