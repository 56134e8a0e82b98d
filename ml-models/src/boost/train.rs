//! The rounds of boosting.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::checkpoint::CheckpointWriter;
use super::choices::{Boosting, DataSampleStrategy};
use super::dart::{self, Dart};
use super::data::{TrainingSet, ValidationSet};
use super::early_stopping::{EarlyStopping, training_metric};
use super::params::{BoostParams, STEP};
use super::rules::TREES_DIFFER;
use super::sampling::Sampler;
use super::state::State;
use crate::progress::RoundReport;
use crate::tree::Tree;
use crate::tree::grow::{BinnedTree, Gradients, Grower, TreeParams};
use ml_data::{Error, Result};

/// Side effects of each round.
pub(crate) struct Hooks<'a> {
    /// Called after each round; may stop training.
    pub(crate) on_round: &'a mut dyn FnMut(RoundReport) -> ControlFlow<()>,
    /// Keeps the state on disk.
    pub(crate) saver: Option<&'a CheckpointWriter>,
}

/// Result of the rounds.
#[derive(Debug)]
pub(crate) struct Trained {
    /// The scores every row starts from.
    pub(crate) base_score: Vec<f64>,
    /// One tree an output and round; those of an earlier model are left out.
    pub(crate) trees: Vec<Tree>,
    /// The round with the best validation metric, counted from 1; later trees are dropped. Only
    /// with early stopping.
    pub(crate) best_iteration: Option<usize>,
    /// The metric of the training rows, and of the validation rows, after each round.
    pub(crate) train_history: Vec<f64>,
    pub(crate) history: Vec<f64>,
}

/// Boosts until the rounds are up, nothing gains any more, validation stops improving, or
/// `on_round` breaks.
pub(crate) fn train(
    params: &BoostParams,
    training: &TrainingSet<'_>,
    validation: Option<&ValidationSet<'_>>,
    tree_params: &TreeParams,
    mut state: State,
    hooks: &mut Hooks<'_>,
) -> Result<Trained> {
    let n = training.cells.rows;
    let outputs = training.loss.outputs();
    let factors = training.weights.factors();
    let mut watch = validation.map(|v| EarlyStopping::new(params, v, &state));
    let mut booster = Booster {
        training,
        params,
        tree_params,
        gradients: Gradients::new(n),
        all: vec![[0.0; 2]; if outputs > 1 { n * outputs } else { 0 }],
        grower: Grower::new(
            tree_params,
            &training.layout,
            &training.cells,
            &training.weights,
        ),
        sampler: Sampler::new(
            params,
            n,
            training.layout.columns.len(),
            &training.query_offsets,
        ),
    };
    if params.boosting == Boosting::Rf && !booster.sampler.random() {
        return Err(Error::parameter(STEP, "boosting", "Rf", TREES_DIFFER));
    }
    let dart = (params.boosting == Boosting::Dart).then(|| Dart::new(params, training));
    let stops = |watch: &Option<EarlyStopping<'_>>, state: &State| {
        watch.as_ref().is_some_and(|w| w.stops(state.rounds))
    };
    while state.rounds < params.num_iterations && !stops(&watch, &state) {
        let iteration = state.rounds + 1;
        let dropped = dart.as_ref().map(|d| d.drop(iteration, &mut state));
        let trees = in_pool(|| booster.round(iteration, &mut state))?;
        let drops = dart.as_ref().is_some_and(|d| d.may_drop(&state));
        let random = booster.sampler.random() || training.loss.random() || drops;
        if trees.iter().all(|s| s.nodes.is_empty()) && !random {
            break;
        }
        if let Some(watch) = &watch {
            watch.add(&trees, 1.0, &training.layout, &mut state.valid_scores);
        }
        state.trees.push(trees);
        state.rounds = iteration;
        if let (Some(dart), Some(dropped)) = (&dart, &dropped) {
            normalise(dart, dropped, watch.as_ref(), training, &mut state);
        }
        let progress = RoundReport {
            iteration,
            train: training_metric(training, factors.as_deref(), &mut state),
            valid: watch.as_mut().map(|w| w.round(&mut state)).transpose()?,
            best: watch.as_ref().and_then(EarlyStopping::best_iteration),
        };
        let goes_on = (hooks.on_round)(progress).is_continue();
        if let Some(saver) = hooks.saver {
            saver.after_round(&state, !goes_on)?;
        }
        if !goes_on {
            break;
        }
    }
    let best = watch.as_ref().and_then(EarlyStopping::best_iteration);
    Ok(trained(params, training, tree_params, state, best))
}

/// Trees in the features' own values, from the last state.
/// Gives the trees that were dropped, and the new one, their weights, also in validation scores.
fn normalise(
    dart: &Dart<'_>,
    dropped: &[usize],
    watch: Option<&EarlyStopping<'_>>,
    training: &TrainingSet<'_>,
    state: &mut State,
) {
    let changes = dart.normalise(dropped, state);
    let Some(watch) = watch else { return };
    for (round, by) in changes {
        let trees = &state.trees[round];
        watch.add(trees, by, &training.layout, &mut state.valid_scores);
    }
}

fn trained(
    params: &BoostParams,
    training: &TrainingSet<'_>,
    tree_params: &TreeParams,
    state: State,
    best_iteration: Option<usize>,
) -> Trained {
    let outputs = state.base_score.len();
    let done = training.warm_start.as_ref().map_or(0, |b| b.rounds);
    let kept = best_iteration.map_or(usize::MAX, |b| b.saturating_sub(done));
    let trees: Vec<&BinnedTree> = state.trees.iter().take(kept).flatten().collect();
    let mut trees: Vec<Tree> = trees
        .into_par_iter()
        .map(|s| s.tree(&training.layout, tree_params))
        .collect();
    dart::scale(&mut trees, &state.tree_weights, outputs);
    let forest = params.boosting == Boosting::Rf;
    if forest {
        for (tree, base_score) in trees.iter_mut().zip(state.base_score.iter().cycle()) {
            tree.shift(*base_score);
        }
    }
    Trained {
        base_score: if forest {
            vec![0.0; outputs]
        } else {
            state.base_score
        },
        trees,
        best_iteration,
        train_history: state.train_history,
        history: state.valid_history,
    }
}

/// Grower of a round's trees, with what all rounds share.
struct Booster<'a> {
    training: &'a TrainingSet<'a>,
    params: &'a BoostParams,
    tree_params: &'a TreeParams,
    gradients: Gradients,
    /// Pairs of all outputs, where there are several.
    all: Vec<[f32; 2]>,
    grower: Grower<'a>,
    sampler: Sampler<'a>,
}

impl Booster<'_> {
    /// Grows one tree an output and adds them to the scores; trees of a forest stand for
    /// themselves.
    fn round(&mut self, iteration: usize, state: &mut State) -> Result<Vec<BinnedTree>> {
        let TrainingSet { loss, weights, .. } = self.training;
        let (n, outputs) = (self.training.cells.rows, loss.outputs());
        let columns = self.sampler.columns(iteration);
        let several = outputs > 1;
        let pairs = if several {
            &mut self.all
        } else {
            &mut self.gradients.pairs
        };
        loss.gradients(&state.scores, iteration - 1, pairs);
        loss.check(pairs)?;
        self.sampler.rows(iteration, pairs);
        let bag = self.sampler.bag();
        let unit =
            loss.unit_hessian() && self.params.data_sample_strategy == DataSampleStrategy::Bagging;
        let mut trees = Vec::with_capacity(outputs);
        for (k, scores) in state.scores.chunks_mut(n).enumerate() {
            if several {
                self.gradients
                    .pairs
                    .copy_from_slice(&self.all[k * n..][..n]);
            }
            let number = ((iteration - 1) * outputs + k) as u64;
            let levels = self.params.quantized_levels(number);
            if !self.gradients.quantise(weights, unit, levels) {
                return Err(overflow(iteration));
            }
            let mut tree = self
                .grower
                .grow(number, &self.gradients, bag, columns.as_deref());
            if let Some(renewal) = loss.renewal() {
                let rows = self.grower.rows_of_leaves(tree.values.len(), bag);
                tree.values = rows
                    .par_iter()
                    .map(|rows| renewal.value(rows, scores, weights) * self.tree_params.shrinkage)
                    .collect();
            }
            if self.params.boosting != Boosting::Rf {
                self.grower.add_to(&tree, scores);
            } else if let Some(sums) = state.forest_scores.get_mut(k * n..(k + 1) * n) {
                self.grower.add_to(&tree, sums);
            }
            trees.push(tree);
        }
        Ok(trees)
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

/// Runs a step on the thread pool, so that its many short parallel parts start without waking it up
/// each time.
fn in_pool<T: Send>(step: impl FnOnce() -> T + Send) -> T {
    rayon::join(step, || ()).0
}
