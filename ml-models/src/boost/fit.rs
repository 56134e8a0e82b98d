//! From samples to the training loop: checks labels, drops rows of weight 0, and brings queries together.

use std::ops::ControlFlow;

use ml_data::contract::Round;
use ml_data::repr::{Dense, Float, Names, RowSet, View};
use ml_data::sample::{BinaryLabels, ClassLabels, RealLabels, RelevanceLabels};
use ml_data::{Error, Result};

use super::Boost;
use super::objective::{
    Custom, CustomObjective, Kind, LambdaRank, Logistic, Loss, Measure, Objective, OneVsAll,
    Pointwise, Softmax, XeNdcg,
};
use super::params::Boosting;
use super::train::{Before, Progress, Trained, Training, Validation, train};
use crate::tree::bin::Layout;
use crate::tree::weights::Weights;
use crate::tree::{Combine, Ensemble, Link, Parts};

/// Name of the model in errors.
pub(crate) const STEP: &str = "Boost";
/// Labels beyond this are refused: sums of their squares must stay finite in `f32` gradients.
const LARGEST_LABEL: f64 = 1e30;
/// Grades beyond this are refused unless `label_gain` names their gains.
const LARGEST_GRADE: f32 = 30.0;
/// Row numbers and packed sums need so few rows.
const MOST_ROWS: usize = 1 << 29;

/// Labels of a target.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answers<'a> {
    Real(&'a RealLabels),
    Binary(&'a BinaryLabels),
    Class(&'a ClassLabels),
    Relevance(&'a RelevanceLabels),
}

/// Rows with what is known about them.
#[derive(Debug)]
pub(crate) struct Known<'a, F> {
    pub(crate) x: View<'a, Dense<F>>,
    pub(crate) answers: Answers<'a>,
    pub(crate) weights: Option<&'a [f64]>,
}

/// A metric of validation predictions: of all rows in the sample's order, row after row.
pub(crate) struct Judge<'a> {
    pub(crate) measure: Measure<'a>,
    pub(crate) score: &'a dyn Fn(Vec<f64>) -> Result<f64>,
}

/// What is fitted besides the parameters.
pub(crate) struct Task<'a, F> {
    pub(crate) train: Known<'a, F>,
    pub(crate) valid: Option<Known<'a, F>>,
    pub(crate) custom: Option<&'a dyn CustomObjective>,
    pub(crate) judge: Option<Judge<'a>>,
    /// A model to go on from, with its validation history.
    pub(crate) before: Option<(&'a Ensemble, &'a [f64])>,
}

/// The rows of a sample that count, in the order training wants them.
struct Rows {
    /// Positions in the sample.
    kept: Vec<u32>,
    /// Where each query begins, and the end.
    starts: Vec<u32>,
}

/// What was learned: the trees, and how validation went.
#[derive(Debug)]
pub(crate) struct Learned {
    pub(crate) ensemble: Ensemble,
    pub(crate) best_iteration: Option<u32>,
    pub(crate) history: Vec<f64>,
}

/// Fits on the training rows; watches the others if there are any.
pub(crate) fn fit<F: Float>(
    params: &Boost,
    task: &Task<'_, F>,
    on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
) -> Result<Learned> {
    check_params(params)?;
    if task.before.is_some() && params.boosting != Boosting::Gbdt {
        let found = format!("{:?}", params.boosting);
        return Err(Error::parameter(
            STEP,
            "boosting",
            found,
            "Gbdt where training goes on from a model",
        ));
    }
    let known = &task.train;
    if known.x.data().width() == 0 {
        return Err(Error::Empty("feature matrix (no columns)".into()));
    }
    let rows = Rows::of(known, "training sample")?;
    rows.check_classes(known)?;
    let loss = rows.loss(params, task.custom, known)?;
    let weights = known
        .weights
        .map_or(Weights::Unit, |w| Weights::new(rows.pick(w)));
    let list = rows.in_matrix(known);
    let x = View::new(known.x.data(), RowSet::List(&list));
    let layout = Layout::learn(
        x,
        weights.repeats(),
        &params.binning(columns(params, known.x.data().names())?),
    );
    let cells = layout.cells(x);
    let validation = task
        .valid
        .as_ref()
        .map(|valid| validation(params, task, valid, &layout, loss.as_ref()))
        .transpose()?;
    let before = task
        .before
        .map(|model| before(model, x, task.valid.as_ref(), loss.as_ref()))
        .transpose()?;
    let metric = validation.as_ref().map_or("", |v| v.measure.name);
    let training = Training {
        layout,
        cells,
        loss,
        weights,
        starts: rows.starts,
        before,
    };
    let names = known.x.data().names();
    if !params.monotone_constraints.is_empty() {
        Error::check_len(
            "monotone_constraints",
            names.len(),
            params.monotone_constraints.len(),
        )?;
    }
    let growth = params.growth(interactions(params, names)?);
    let mut report = |p: Progress| {
        on(Round {
            round: p.iteration,
            of: params.num_iterations,
            metric,
            train: None,
            valid: p.metric,
        })
    };
    let trained = train(params, &training, validation.as_ref(), &growth, &mut report)?;
    let Trained {
        start,
        trees,
        best_iteration,
        history,
    } = trained;
    let mut all = task
        .before
        .map_or_else(Vec::new, |(e, _)| e.trees().to_vec());
    let kept = best_iteration.map_or(usize::MAX, |b| b * start.len());
    all.extend(trees);
    all.truncate(kept);
    let ensemble = Ensemble::new(Parts {
        names: names.clone(),
        outputs: start.len(),
        trees: all,
        start,
        combine: if params.boosting == Boosting::Rf {
            Combine::Mean
        } else {
            Combine::Sum
        },
        link: training.loss.link(),
        objective: training.loss.name(),
    })?;
    Ok(Learned {
        ensemble,
        best_iteration: best_iteration.map(|b| b as u32),
        history,
    })
}

/// Position of a column that a parameter names.
fn position(parameter: &'static str, name: &str, names: &Names) -> Result<usize> {
    names
        .iter()
        .position(|n| n == name)
        .ok_or_else(|| Error::parameter(STEP, parameter, name, "the name of a column"))
}

/// Positions of the columns of categories.
fn columns(params: &Boost, names: &Names) -> Result<Vec<usize>> {
    let columns = params.categorical_feature.iter();
    columns
        .map(|name| position("categorical_feature", name, names))
        .collect()
}

/// Positions of the columns that may meet.
fn interactions(params: &Boost, names: &Names) -> Result<Vec<Vec<u32>>> {
    let column = |name: &String| Ok(position("interaction_constraints", name, names)? as u32);
    let sets = params.interaction_constraints.iter();
    sets.map(|set| set.iter().map(column).collect()).collect()
}

/// What a model says of the rows, as a place to go on from.
fn before<F: Float>(
    (model, history): (&Ensemble, &[f64]),
    x: View<'_, Dense<F>>,
    valid: Option<&Known<'_, F>>,
    loss: &dyn Loss,
) -> Result<Before> {
    let outputs = loss.outputs();
    Error::check_len(
        "outputs of the model to go on from",
        outputs,
        model.outputs(),
    )?;
    let by_output = |scores: Vec<f64>| -> Vec<f64> {
        let output = |k: usize| scores.iter().skip(k).step_by(outputs).copied();
        (0..outputs).flat_map(output).collect()
    };
    let of_valid = |v: &Known<'_, F>| -> Result<Vec<f64>> {
        let rows = Rows::of(v, "validation sample")?.in_matrix(v);
        Ok(by_output(
            model.raw_scores(View::new(v.x.data(), RowSet::List(&rows)))?,
        ))
    };
    Ok(Before {
        rounds: model.trees().len() / outputs,
        start: model.parts().start.clone(),
        train: by_output(model.raw_scores(x)?),
        valid: valid.map(of_valid).transpose()?.unwrap_or_default(),
        history: history.to_vec(),
    })
}

/// Bins the validation rows and says how they are judged: by the objective's own metric unless there is another.
fn validation<'a, F: Float>(
    params: &Boost,
    task: &'a Task<'_, F>,
    valid: &'a Known<'_, F>,
    layout: &Layout,
    trained: &dyn Loss,
) -> Result<Validation<'a>> {
    Error::check_len(
        "columns of the validation sample",
        task.train.x.data().width(),
        valid.x.data().width(),
    )?;
    if let Some(judge) = &task.judge {
        return Ok(Validation {
            cells: layout.cells(valid.x),
            measure: judge.measure,
            evaluate: Box::new(judged(judge.score, trained.link(), trained.outputs())),
        });
    }
    let rows = Rows::of(valid, "validation sample")?;
    let list = rows.in_matrix(valid);
    let loss = rows.loss(params, task.custom, valid)?;
    let weights = valid.weights.map(|w| rows.pick(w));
    Ok(Validation {
        cells: layout.cells(View::new(valid.x.data(), RowSet::List(&list))),
        measure: loss.measure(),
        evaluate: Box::new(move |scores| Ok(loss.evaluate(scores, weights.as_deref()))),
    })
}

/// Scores of one output after the other, turned into predictions row after row, then judged.
fn judged<'a>(
    score: &'a dyn Fn(Vec<f64>) -> Result<f64>,
    link: Link,
    outputs: usize,
) -> impl Fn(&[f64]) -> Result<f64> + 'a {
    move |scores| {
        let n = scores.len() / outputs;
        let mut rows: Vec<f64> = (0..scores.len())
            .map(|at| scores[at % outputs * n + at / outputs])
            .collect();
        rows.chunks_mut(outputs).for_each(|row| link.apply(row));
        score(rows)
    }
}

/// The first parameter outside its range.
pub(crate) fn check_params(params: &Boost) -> Result<()> {
    match params.broken_rule() {
        Some((name, value, rule)) => Err(Error::parameter(STEP, name, value, rule)),
        None => Ok(()),
    }
}

impl Rows {
    fn of<F: Float>(known: &Known<'_, F>, what: &str) -> Result<Self> {
        let n = known.x.len();
        let weight = |i: usize| known.weights.map_or(1.0, |w| w[i]);
        if let Some(w) = known.weights {
            Error::check_len("weights", n, w.len())?;
            if let Some(row) = w.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
                return Err(Error::cell(
                    "weight",
                    row,
                    "a finite number of at least 0",
                    w[row],
                ));
            }
        }
        let mut kept: Vec<u32> = (0..n as u32)
            .filter(|&i| weight(i as usize) > 0.0)
            .collect();
        if kept.is_empty() {
            return Err(Error::Empty(what.into()));
        }
        if kept.len() > MOST_ROWS {
            return Err(Error::Data(format!(
                "{STEP}: the {what} has {} rows, at most {MOST_ROWS} are supported",
                kept.len()
            )));
        }
        let mut starts = Vec::new();
        if let Answers::Relevance(labels) = known.answers {
            let query = |i: u32| labels.query_ids()[i as usize];
            kept.sort_by_key(|&i| query(i));
            let begins = |k: &usize| *k == 0 || query(kept[k - 1]) != query(kept[*k]);
            starts = (0..kept.len()).filter(begins).map(|k| k as u32).collect();
            starts.push(kept.len() as u32);
        }
        Ok(Self { kept, starts })
    }

    fn pick(&self, values: &[f64]) -> Vec<f64> {
        self.kept.iter().map(|&i| values[i as usize]).collect()
    }

    /// Positions in the matrix behind the view.
    fn in_matrix<F: Float>(&self, known: &Known<'_, F>) -> Vec<u32> {
        let rows = known.x.rows();
        self.kept
            .iter()
            .map(|&i| rows.get(i as usize) as u32)
            .collect()
    }

    /// The objective on these labels.
    fn loss<'a, F: Float>(
        &self,
        params: &Boost,
        custom: Option<&'a dyn CustomObjective>,
        known: &Known<'_, F>,
    ) -> Result<Box<dyn Loss + 'a>> {
        if let Some(objective) = custom {
            let labels = self.numbers(known)?;
            return Ok(Box::new(Custom { objective, labels }));
        }
        match known.answers {
            Answers::Real(_) => {
                let kind = real_kind(params)?;
                let labels = self.numbers(known)?;
                check_range(kind, &labels, &self.kept)?;
                Ok(Box::new(Pointwise::new(kind, labels)))
            }
            Answers::Binary(labels) => {
                expect(params, &[Objective::Binary], "Binary for binary labels")?;
                let positive = |&i: &u32| labels.values()[i as usize] == 1;
                let signs: Vec<f64> = self
                    .kept
                    .iter()
                    .map(|i| if positive(i) { 1.0 } else { -1.0 })
                    .collect();
                Ok(Box::new(Logistic {
                    class_weights: class_weights(params, &signs),
                    signs,
                    sigmoid: params.sigmoid,
                }))
            }
            Answers::Class(labels) => {
                let allowed = [Objective::Multiclass, Objective::MulticlassOva];
                expect(params, &allowed, "Multiclass or MulticlassOva for classes")?;
                let codes = self
                    .kept
                    .iter()
                    .map(|&i| labels.codes()[i as usize])
                    .collect();
                let classes = labels.classes().len();
                Ok(if params.objective == Some(Objective::MulticlassOva) {
                    Box::new(OneVsAll::new(codes, classes, params.sigmoid))
                } else {
                    Box::new(Softmax { codes, classes })
                })
            }
            Answers::Relevance(labels) => {
                let allowed = [Objective::Lambdarank, Objective::RankXendcg];
                expect(params, &allowed, "Lambdarank or RankXendcg for grades")?;
                let gains = self
                    .kept
                    .iter()
                    .map(|&i| gain(params, i as usize, labels.grades()[i as usize]));
                let ndcg =
                    LambdaRank::new(gains.collect::<Result<_>>()?, self.starts.clone(), params);
                if params.objective != Some(Objective::RankXendcg) {
                    return Ok(Box::new(ndcg));
                }
                let grade = |&i: &u32| f64::from(labels.grades()[i as usize]);
                let grades = self.kept.iter().map(grade).collect();
                Ok(Box::new(XeNdcg::new(grades, ndcg, params.seed)))
            }
        }
    }

    /// The labels as numbers.
    fn numbers<F: Float>(&self, known: &Known<'_, F>) -> Result<Vec<f64>> {
        match known.answers {
            Answers::Real(labels) => {
                if let Some(row) = labels.values().iter().position(|y| y.abs() > LARGEST_LABEL) {
                    return Err(Error::cell(
                        "label",
                        row,
                        "a number between -1e30 and 1e30",
                        labels.values()[row],
                    ));
                }
                Ok(self.pick(labels.values()))
            }
            Answers::Binary(labels) => {
                let number = |&i: &u32| f64::from(labels.values()[i as usize]);
                Ok(self.kept.iter().map(number).collect())
            }
            _ => Err(Error::parameter(
                STEP,
                "objective",
                "custom",
                "real or binary labels for a custom objective",
            )),
        }
    }

    /// Refuses training labels that leave nothing to learn.
    fn check_classes<F: Float>(&self, known: &Known<'_, F>) -> Result<()> {
        let one_class = match known.answers {
            Answers::Binary(labels) => self.all_equal(|i| u32::from(labels.values()[i])),
            Answers::Class(labels) => self.all_equal(|i| labels.codes()[i]),
            _ => false,
        };
        if one_class {
            return Err(Error::Fit {
                step: STEP,
                reason: "the training sample has one class only; both are needed".into(),
            });
        }
        Ok(())
    }

    fn all_equal(&self, label: impl Fn(usize) -> u32) -> bool {
        let mut labels = self.kept.iter().map(|&i| label(i as usize));
        let first = labels.next();
        labels.all(|l| Some(l) == first)
    }
}

/// Refuses an objective of another target.
fn expect(params: &Boost, allowed: &[Objective], rule: &'static str) -> Result<()> {
    match params.objective {
        Some(objective) if !allowed.contains(&objective) => {
            let found = format!("{objective:?}");
            Err(Error::parameter(STEP, "objective", found, rule))
        }
        _ => Ok(()),
    }
}

/// The loss of numbers that is asked for.
fn real_kind(params: &Boost) -> Result<Kind> {
    Ok(match params.objective {
        None | Some(Objective::Regression) => Kind::Squared,
        Some(Objective::RegressionL1) => Kind::Absolute,
        Some(Objective::Huber) => Kind::Huber(params.alpha),
        Some(Objective::Fair) => Kind::Fair(params.fair_c),
        Some(Objective::Poisson) => Kind::Poisson(params.poisson_max_delta_step),
        Some(Objective::Quantile) => Kind::Quantile(params.alpha),
        Some(Objective::Mape) => Kind::Mape,
        Some(Objective::Gamma) => Kind::Gamma,
        Some(Objective::Tweedie) => Kind::Tweedie(params.tweedie_variance_power),
        Some(other) => {
            return Err(Error::parameter(
                STEP,
                "objective",
                format!("{other:?}"),
                "a loss of numbers for real labels",
            ));
        }
    })
}

/// Refuses labels that a log-linear loss is not defined for.
fn check_range(kind: Kind, labels: &[f64], kept: &[u32]) -> Result<()> {
    let (least, rule) = match kind {
        Kind::Poisson(_) | Kind::Tweedie(_) => (0.0, "a number of at least 0"),
        Kind::Gamma => (f64::MIN_POSITIVE, "a number above 0"),
        _ => return Ok(()),
    };
    if let Some(k) = labels.iter().position(|&y| y < least) {
        return Err(Error::cell("label", kept[k] as usize, rule, labels[k]));
    }
    if labels.iter().all(|&y| y == 0.0) {
        return Err(Error::Fit {
            step: STEP,
            reason: "all labels are 0, which has no logarithm".into(),
        });
    }
    Ok(())
}

/// What rows of the negative and the positive class count for.
fn class_weights(params: &Boost, signs: &[f64]) -> [f64; 2] {
    let positive = signs.iter().filter(|&&s| s > 0.0).count() as f64;
    let negative = signs.len() as f64 - positive;
    if !params.is_unbalance || positive == 0.0 || negative == 0.0 {
        [1.0, params.scale_pos_weight]
    } else if positive > negative {
        [positive / negative, 1.0]
    } else {
        [1.0, negative / positive]
    }
}

/// The gain of a grade.
fn gain(params: &Boost, row: usize, grade: f32) -> Result<f64> {
    match &params.label_gain {
        None if (0.0..=LARGEST_GRADE).contains(&grade) => Ok(f64::from(grade).exp2() - 1.0),
        None => Err(Error::cell(
            "grade",
            row,
            "a number from 0 to 30 (or set `label_gain`)",
            grade,
        )),
        Some(gains) if grade >= 0.0 && grade.fract() == 0.0 && (grade as usize) < gains.len() => {
            Ok(gains[grade as usize])
        }
        Some(gains) => Err(Error::cell(
            "grade",
            row,
            format!(
                "a whole number below {}, the length of `label_gain`",
                gains.len()
            ),
            grade,
        )),
    }
}
