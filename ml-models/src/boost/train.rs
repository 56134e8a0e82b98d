//! The rounds of boosting.

use std::ops::ControlFlow;
use std::sync::Arc;

use rayon::prelude::*;

use super::BoostParams;
use super::checkpoint::Saver;
use super::dart::{self, Dart};
use super::draws::Draws;
use super::evals::EvalsResult;
use super::fit::STEP;
use super::objective::{Loss, Measure};
use super::params::{Boosting, DataSampleStrategy};
use super::state::State;
use super::watch::{Watch, training_metric};
use crate::tree::Tree;
use crate::tree::bin::{Cells, Layout};
use crate::tree::grow::{Gradients, Grower, Growth, Sprout};
use crate::tree::weights::Weights;
use ml_data::{Error, Result};

/// Training rows, binned.
#[derive(Debug)]
pub(crate) struct Training<'a> {
    pub(crate) layout: Arc<Layout>,
    pub(crate) cells: Arc<Cells>,
    pub(crate) loss: Box<dyn Loss + 'a>,
    pub(crate) weights: Weights,
    /// Where each query begins, and the end; empty without queries.
    pub(crate) starts: Vec<u32>,
    /// What scores start from, one output after the other.
    pub(crate) init_score: Option<Vec<f64>>,
    /// Whether the metric of these rows is wanted after each round.
    pub(crate) measured: bool,
    /// What an earlier model says, one output after the other.
    pub(crate) warm_start: Option<WarmStart>,
}

/// An earlier model that training goes on from.
#[derive(Debug)]
pub(crate) struct WarmStart {
    /// Its rounds.
    pub(crate) rounds: usize,
    pub(crate) start: Vec<f64>,
    /// Its scores of the rows, their initial scores included.
    pub(crate) train: Vec<f64>,
    pub(crate) valid: Vec<f64>,
    pub(crate) evals: EvalsResult,
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
    /// The metric of the training rows, where it is asked for.
    pub(crate) train: Option<f64>,
    /// The validation metric, if there are validation rows.
    pub(crate) valid: Option<f64>,
    /// The best round so far, where training stops early by it.
    pub(crate) best: Option<usize>,
}

/// What happens besides the rounds.
pub(crate) struct Hooks<'a> {
    /// Called after each round; may stop training.
    pub(crate) on_round: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    /// Keeps the state on disk.
    pub(crate) saver: Option<&'a Saver>,
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
    /// The metric of the training rows, and of the validation rows, after each round.
    pub(crate) train_history: Vec<f64>,
    pub(crate) history: Vec<f64>,
}

/// Boosts until the rounds are up, nothing gains any more, validation stops improving, or `on_round` breaks.
pub(crate) fn train(
    params: &BoostParams,
    training: &Training<'_>,
    validation: Option<&Validation<'_>>,
    growth: &Growth,
    mut state: State,
    hooks: &mut Hooks<'_>,
) -> Result<Trained> {
    let n = training.cells.rows;
    let outputs = training.loss.outputs();
    let factors = training.weights.factors();
    let mut watch = validation.map(|v| Watch::new(params, v, &state));
    let mut rounds = Rounds {
        training,
        params,
        growth,
        gradients: Gradients::new(n),
        all: vec![[0.0; 2]; if outputs > 1 { n * outputs } else { 0 }],
        grower: Grower::new(growth, &training.layout, &training.cells, &training.weights),
        draws: Draws::new(params, n, training.layout.columns.len(), &training.starts),
    };
    let dart = (params.boosting == Boosting::Dart).then(|| Dart::new(params, training));
    let stops = |watch: &Option<Watch<'_>>, state: &State| {
        watch.as_ref().is_some_and(|w| w.stops(state.rounds))
    };
    while state.rounds < params.num_iterations && !stops(&watch, &state) {
        let iteration = state.rounds + 1;
        let dropped = dart.as_ref().map(|d| d.drop(iteration, &mut state));
        let sprouts = in_pool(|| rounds.round(iteration, &mut state))?;
        if sprouts.iter().all(|s| s.nodes.is_empty()) && !rounds.draws.random() {
            if let (Some(dart), Some(dropped)) = (&dart, dropped) {
                dart.put_back(&dropped, &mut state);
            }
            break;
        }
        if let Some(watch) = &watch {
            watch.add(&sprouts, 1.0, &training.layout, &mut state.valid);
        }
        state.grown.push(sprouts);
        state.rounds = iteration;
        if let (Some(dart), Some(dropped)) = (&dart, &dropped) {
            let changes = dart.normalise(dropped, &mut state);
            if let Some(watch) = &watch {
                for (round, by) in changes {
                    watch.add(&state.grown[round], by, &training.layout, &mut state.valid);
                }
            }
        }
        let progress = Progress {
            iteration,
            train: training_metric(training, factors.as_deref(), &mut state),
            valid: watch.as_mut().map(|w| w.round(&mut state)).transpose()?,
            best: watch.as_ref().and_then(Watch::best_iteration),
        };
        let goes_on = (hooks.on_round)(progress).is_continue();
        if let Some(saver) = hooks.saver {
            saver.after_round(&state, !goes_on)?;
        }
        if !goes_on {
            break;
        }
    }
    let best = watch.as_ref().and_then(Watch::best_iteration);
    Ok(trained(params, training, growth, state, best))
}

/// From the last state to trees in the features' own values.
fn trained(
    params: &BoostParams,
    training: &Training<'_>,
    growth: &Growth,
    state: State,
    best_iteration: Option<usize>,
) -> Trained {
    let outputs = state.start.len();
    let done = training.warm_start.as_ref().map_or(0, |b| b.rounds);
    let kept = best_iteration.map_or(usize::MAX, |b| b.saturating_sub(done));
    let sprouts: Vec<&Sprout> = state.grown.iter().take(kept).flatten().collect();
    let mut trees: Vec<Tree> = sprouts
        .into_par_iter()
        .map(|s| s.tree(&training.layout, growth))
        .collect();
    dart::scale(&mut trees, &state.weights, outputs);
    let forest = params.boosting == Boosting::Rf;
    if forest {
        for (tree, start) in trees.iter_mut().zip(state.start.iter().cycle()) {
            tree.shift(*start);
        }
    }
    Trained {
        start: if forest {
            vec![0.0; outputs]
        } else {
            state.start
        },
        trees,
        best_iteration,
        train_history: state.train_history,
        history: state.history,
    }
}

/// What the rounds share.
struct Rounds<'a> {
    training: &'a Training<'a>,
    params: &'a BoostParams,
    growth: &'a Growth,
    gradients: Gradients,
    /// Pairs of all outputs, where there are several.
    all: Vec<[f32; 2]>,
    grower: Grower<'a>,
    draws: Draws<'a>,
}

impl Rounds<'_> {
    /// Grows one tree an output and adds them to the scores; trees of a forest stand for themselves.
    fn round(&mut self, iteration: usize, state: &mut State) -> Result<Vec<Sprout>> {
        let Training { loss, weights, .. } = self.training;
        let (n, outputs) = (self.training.cells.rows, loss.outputs());
        let columns = self.draws.columns(iteration);
        let several = outputs > 1;
        let pairs = if several {
            &mut self.all
        } else {
            &mut self.gradients.pairs
        };
        loss.gradients(&state.scores, iteration - 1, pairs);
        loss.check(pairs)?;
        self.draws.rows(iteration, pairs);
        let bag = self.draws.bag();
        let unit =
            loss.unit_hessian() && self.params.data_sample_strategy == DataSampleStrategy::Bagging;
        let mut sprouts = Vec::with_capacity(outputs);
        for (k, scores) in state.scores.chunks_mut(n).enumerate() {
            if several {
                self.gradients
                    .pairs
                    .copy_from_slice(&self.all[k * n..][..n]);
            }
            let number = ((iteration - 1) * outputs + k) as u64;
            let levels = self.params.levels(number);
            if !self.gradients.quantise(weights, unit, levels) {
                return Err(overflow(iteration));
            }
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
            } else if let Some(sums) = state.forest.get_mut(k * n..(k + 1) * n) {
                self.grower.add_to(&sprout, sums);
            }
            sprouts.push(sprout);
        }
        Ok(sprouts)
    }
}

/// Gradients that `f32` does not hold.
fn overflow(iteration: usize) -> Error {
    Error::Fit {
        step: STEP,
        reason: format!(
            "the gradients of round {iteration} are beyond 3.4e38: scale labels or weights down, or lower `learning_rate`"
        ),
    }
}

/// Runs a step on the thread pool, so that its many short parallel parts start without waking it up each time.
fn in_pool<T: Send>(step: impl FnOnce() -> T + Send) -> T {
    rayon::join(step, || ()).0
}
