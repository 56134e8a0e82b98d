//! The rounds of boosting.

use std::ops::ControlFlow;

use super::Boost;
use super::bin::{Cells, Layout};
use super::grow::{Gradients, Grower, Sprout};
use super::objective::Objective;
use super::sampling::choose;
use super::tree::Tree;
use super::weights::Weights;

/// Training rows, binned.
#[derive(Debug)]
pub(crate) struct Training {
    pub(crate) layout: Layout,
    pub(crate) cells: Cells,
    pub(crate) objective: Objective,
    pub(crate) weights: Weights,
}

/// Validation rows, in the bins of the training rows.
#[derive(Debug)]
pub(crate) struct Validation {
    pub(crate) cells: Cells,
    pub(crate) objective: Objective,
    pub(crate) weights: Option<Vec<f64>>,
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
    /// The score every row starts from.
    pub(crate) start: f64,
    pub(crate) trees: Vec<Tree>,
    /// The round with the best validation metric, counted from 1; later trees are dropped. Only with early stopping.
    pub(crate) best_iteration: Option<usize>,
    /// The validation metric after each round.
    pub(crate) history: Vec<f64>,
}

/// Boosts until the rounds are up, nothing gains any more, validation stops improving, or `on_round` breaks.
pub(crate) fn train(
    params: &Boost,
    training: &Training,
    validation: Option<&Validation>,
    on_round: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Trained {
    let n = training.cells.rows;
    let factors = training.weights.factors();
    let start = if params.boost_from_average {
        training.objective.start(factors.as_deref())
    } else {
        0.0
    };
    let mut scores = vec![start; n];
    let mut watch = validation.map(|v| Watch::new(params, v, start));
    let mut gradients = Gradients::new(n);
    let mut grower = Grower::new(params, &training.layout, &training.cells, &training.weights);
    let mut draws = Draws {
        params,
        rows: n,
        columns: training.layout.columns.len(),
        bag: None,
    };
    let mut trees = Vec::new();
    for iteration in 1..=params.num_iterations {
        let sprout = in_pool(|| {
            gradients.update(&training.objective, &scores, &training.weights);
            let columns = draws.round(iteration);
            let sprout = grower.grow(&gradients, draws.bag.as_deref(), columns.as_deref());
            grower.add_to(&sprout, &mut scores);
            sprout
        });
        if sprout.nodes.is_empty() && !draws.random() {
            break;
        }
        trees.push(Tree::from_sprout(&sprout, &training.layout));
        let metric = watch
            .as_mut()
            .map(|w| w.round(&sprout, &training.layout, iteration));
        let goes_on = on_round(Progress { iteration, metric }).is_continue();
        if !goes_on || watch.as_ref().is_some_and(|w| w.stops(iteration)) {
            break;
        }
    }
    let best_iteration = watch
        .as_ref()
        .filter(|_| params.early_stopping_round.is_some())
        .and_then(|w| w.best.map(|b| b.0));
    trees.truncate(best_iteration.unwrap_or(usize::MAX));
    Trained {
        start,
        trees,
        best_iteration,
        history: watch.map_or_else(Vec::new, |w| w.history),
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
#[derive(Debug)]
struct Watch<'a> {
    params: &'a Boost,
    validation: &'a Validation,
    scores: Vec<f64>,
    history: Vec<f64>,
    /// Round and metric.
    best: Option<(usize, f64)>,
}

impl<'a> Watch<'a> {
    fn new(params: &'a Boost, validation: &'a Validation, start: f64) -> Self {
        Self {
            params,
            validation,
            scores: vec![start; validation.cells.rows],
            history: Vec::new(),
            best: None,
        }
    }

    /// The metric with one tree more.
    fn round(&mut self, sprout: &Sprout, layout: &Layout, iteration: usize) -> f64 {
        let v = self.validation;
        sprout.add_to(&mut self.scores, &v.cells, layout);
        let metric = v.objective.evaluate(&self.scores, v.weights.as_deref());
        let sign = if v.objective.measure().higher_is_better {
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
        metric
    }

    fn stops(&self, iteration: usize) -> bool {
        let patience = self.params.early_stopping_round;
        self.best
            .zip(patience)
            .is_some_and(|((best, _), patience)| iteration - best >= patience)
    }
}
