//! From samples to trees: checks labels, drops rows of weight 0, bins the columns, draws the rows
//! of each tree.

use ml_data::contract::OnRound;
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, Float, RowSet, View};
use ml_data::sample::{BinaryLabels, ClassLabels, RealLabels};
use ml_data::{Error, Result, validate};

use super::binned::Binned;
use super::counted::{Classes, Counted};
use super::grow::{Grower, Limits};
use super::impurity::{Gini, Impurity, Shares, Variance};
use super::oob::{self, Oob};
use super::rounds::grow_each;
use super::search::{Entry, Wanted};
use super::settings::{MaxFeatures, Settings};
use crate::limits::numbered;
use crate::tree::bin::{Binning, Layout};
use crate::tree::prune::worth_keeping;
use crate::tree::weights::{Weights, held};
use crate::tree::{Combine, Ensemble, EnsembleParts, Link, Tree};

/// Labels beyond this are refused: sums of their squares must stay finite.
const LARGEST_LABEL: f64 = 1e100;
/// Row numbers need so few rows.
const MOST_ROWS: usize = 1 << 31;

/// Labels of a target.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answers<'a> {
    Real(&'a RealLabels),
    Binary(&'a BinaryLabels),
    Class(&'a ClassLabels),
}

/// Rows with what is known about them.
#[derive(Debug)]
pub(super) struct Known<'a, F> {
    pub(super) x: View<'a, Dense<F>>,
    pub(super) answers: Answers<'a>,
    pub(super) weights: Option<&'a [f64]>,
}

/// The rows that count.
#[derive(Debug)]
pub(super) struct Rows<'a, F> {
    /// Their features.
    pub(super) x: View<'a, Dense<F>>,
    pub(super) weights: Weights,
    /// Their positions in the sample.
    pub(super) kept: &'a [u32],
    /// Rows of the sample.
    pub(super) of: usize,
}

/// Result of a fit.
#[derive(Debug)]
pub(super) struct Learned {
    pub(super) ensemble: Ensemble,
    pub(super) oob: Option<Oob>,
}

/// Refuses labels whose sums of squares `f64` does not hold.
fn check_size(values: &[f64]) -> Result<()> {
    match values.iter().position(|y| y.abs() > LARGEST_LABEL) {
        Some(row) => {
            let rule = "a number between -1e100 and 1e100";
            Err(Error::cell("label", row, rule, values[row]))
        }
        None => Ok(()),
    }
}

/// Grows a forest.
pub(super) fn fit<F: Float>(
    step: &'static str,
    settings: &Settings,
    known: &Known<'_, F>,
    on: Option<OnRound<'_>>,
) -> Result<Learned> {
    if known.x.data().width() == 0 {
        return Err(Error::Empty("feature matrix (no columns)".into()));
    }
    let kept = kept(step, known)?;
    let in_matrix: Vec<u32> = kept
        .iter()
        .map(|&i| known.x.rows().get(i as usize) as u32)
        .collect();
    let pick = |w: &[f64]| kept.iter().map(|&i| w[i as usize]).collect();
    let rows = Rows {
        x: View::new(known.x.data(), RowSet::List(&in_matrix)),
        weights: known
            .weights
            .map_or(Weights::Unit, |w| Weights::new(held(pick(w), 0.0))),
        kept: &kept,
        of: known.x.len(),
    };
    let draws = draws(settings, &rows);
    let counted = |classes: Option<&Classes<'_>>| {
        let factors = match (classes, &settings.class_weight) {
            (_, None) => None,
            (None, Some(_)) => {
                let rule = "None where labels are numbers";
                return Err(Error::parameter(step, "class_weight", "Some", rule));
            }
            (Some(classes), Some(wanted)) => Some(wanted.of(step, classes, &rows.weights)?),
        };
        Ok(Counted::new(&rows.weights, factors, draws))
    };
    match known.answers {
        Answers::Real(labels) => {
            let values = labels.values();
            check_size(values)?;
            let truth: Vec<f64> = kept.iter().map(|&i| values[i as usize]).collect();
            let variance = Variance::new(truth.clone(), counted(None)?, draws);
            let score = oob::r2(&truth);
            forest(settings, &rows, &variance, Target::Numbers, &score, on)
        }
        Answers::Binary(labels) => {
            let codes: Vec<u32> = kept
                .iter()
                .map(|&i| u32::from(labels.values()[i as usize]))
                .collect();
            let counted = counted(Some(&Classes {
                codes: &codes,
                count: 2,
            }))?;
            let score = oob::accuracy_of_two(&codes);
            if let Some(shares) = Shares::new(&codes, &counted, draws) {
                return forest(settings, &rows, &shares, Target::TwoClasses, &score, on);
            }
            let numbers = codes.iter().map(|&c| f64::from(c)).collect();
            let variance = Variance::new(numbers, counted, draws);
            forest(settings, &rows, &variance, Target::TwoClasses, &score, on)
        }
        Answers::Class(labels) => {
            let codes: Vec<u32> = kept.iter().map(|&i| labels.codes()[i as usize]).collect();
            let count = labels.classes().len();
            let classes = Classes {
                codes: &codes,
                count,
            };
            let gini = Gini {
                counted: counted(Some(&classes))?,
                codes: codes.clone(),
                classes: count,
            };
            let score = oob::accuracy(&codes, count);
            forest(settings, &rows, &gini, Target::Classes, &score, on)
        }
    }
}

/// A bound of how many rows, repeats included, a tree is grown on.
fn draws<F: Float>(settings: &Settings, rows: &Rows<'_, F>) -> f64 {
    let n = rows.x.len();
    if settings.bootstrap {
        let repeats = rows.weights.repeats().and_then(|r| r.iter().max());
        settings.max_samples.of(n) as f64 * f64::from(*repeats.unwrap_or(&1))
    } else {
        rows.weights.total(n) as f64
    }
}

/// Positions of the rows whose weight is above 0.
fn kept<F: Float>(step: &'static str, known: &Known<'_, F>) -> Result<Vec<u32>> {
    numbered(step, "training sample", known.x.rows())?;
    let n = known.x.len();
    if n > MOST_ROWS {
        let what = format!("{step}: rows of the training sample");
        return Err(Error::too_many(what, MOST_ROWS, n));
    }
    if let Some(w) = known.weights {
        validate::weights(w, n)?;
    }
    let counts = |i: &u32| known.weights.is_none_or(|w| w[*i as usize] > 0.0);
    let kept: Vec<u32> = (0..n as u32).filter(counts).collect();
    if kept.is_empty() {
        return Err(Error::Empty("training sample".into()));
    }
    Ok(kept)
}

/// Labels of a target.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    Numbers,
    TwoClasses,
    Classes,
}

impl Target {
    fn max_features(self) -> MaxFeatures {
        match self {
            Self::Numbers => MaxFeatures::All,
            Self::TwoClasses | Self::Classes => MaxFeatures::Sqrt,
        }
    }
}

/// Prunes trees of equal splits, one an output, by what a split lowers the impurity of all of them.
fn pruned(trees: Vec<Tree>, ccp_alpha: f64, target: Target) -> Vec<Tree> {
    let Some(root) = trees.first().and_then(|t| t.nodes().first()) else {
        return trees;
    };
    if ccp_alpha == 0.0 {
        return trees;
    }
    // Of two classes, Gini's impurity is twice the variance of 0 and 1.
    let unit = if target == Target::TwoClasses {
        2.0
    } else {
        1.0
    };
    let gain = |node: usize| trees.iter().map(|t| t.nodes()[node].gain).sum::<f64>() * unit;
    let kept = worth_keeping(trees[0].nodes(), ccp_alpha * root.weight, gain);
    trees.iter().map(|tree| tree.with_splits(&kept)).collect()
}

/// Grows the trees, until `on` breaks, and asks them about the rows they do not know.
fn forest<F: Float, I: Impurity>(
    settings: &Settings,
    rows: &Rows<'_, F>,
    impurity: &I,
    target: Target,
    score: oob::Score<'_>,
    on: Option<OnRound<'_>>,
) -> Result<Learned> {
    let names = rows.x.data().names();
    let binning = Binning {
        max_bin: settings.max_bin,
        min_data_in_bin: 1,
        seed: settings.seed,
        ..Binning::default()
    };
    let layout = Layout::learn(rows.x, rows.weights.repeats(), &binning);
    let binned = Binned::new(rows.x, layout);
    let outputs = impurity.outputs();
    let limits = Limits {
        max_depth: settings.max_depth.unwrap_or(usize::MAX),
        min_samples_split: settings.min_samples_split,
        max_leaf_nodes: settings.max_leaf_nodes,
        wanted: Wanted {
            columns: settings
                .max_features
                .unwrap_or(target.max_features())
                .of(names.len()),
            min_samples_leaf: settings.min_samples_leaf,
            random_thresholds: settings.random_thresholds,
        },
        seed: settings.seed,
    };
    let grow = |tree: u64| -> Vec<Tree> {
        let entries = entries(settings, rows, impurity, tree);
        let trees = Grower::new(&binned, impurity, limits, tree).grow(entries);
        pruned(trees, settings.ccp_alpha, target)
    };
    let trees = grow_each(settings.n_estimators, &settings.progress_bar, on, grow);
    let oob = settings
        .oob_score
        .then(|| oob::ask(settings, rows, outputs, &trees, score));
    let ensemble = Ensemble::new(EnsembleParts {
        names: names.clone(),
        outputs,
        trees: trees.into_iter().flatten().collect(),
        base_score: vec![0.0; outputs],
        combine: Combine::Mean,
        link: Link::Identity,
        // Of several scores without a link there is no name.
        objective: if outputs == 1 { "regression" } else { "custom" }.into(),
    })?;
    Ok(Learned { ensemble, oob })
}

/// Number of draws of each row for a tree.
pub(super) fn drawn(settings: &Settings, rows: usize, tree: u64) -> Option<Vec<u32>> {
    settings.bootstrap.then(|| {
        let mut rng = generator(settings.seed, "forest rows", tree);
        let mut counts = vec![0; rows];
        for _ in 0..settings.max_samples.of(rows) {
            counts[rng.random_range(0..rows)] += 1;
        }
        counts
    })
}

/// The rows of a tree.
fn entries<F: Float, I: Impurity>(
    settings: &Settings,
    rows: &Rows<'_, F>,
    impurity: &I,
    tree: u64,
) -> Vec<Entry<I::Item>> {
    let counts = drawn(settings, rows.x.len(), tree);
    (0..rows.x.len())
        .filter_map(|row| {
            let count = counts.as_ref().map_or(1, |c| c[row]);
            (count > 0).then(|| Entry {
                row: row as u32,
                item: impurity.item(row, count),
            })
        })
        .collect()
}
