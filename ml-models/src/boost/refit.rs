//! New leaf values for the trees of a model.

use ml_data::contract::{Estimator, Params, Predict};
use ml_data::repr::RowSet;
use ml_data::sample::{Sample, Train};
use ml_data::{Error, Result};
use rayon::prelude::*;

use super::columns::check_monotone;
use super::evals::EvalsResult;
use super::fit::Learned;
use super::loss::loss;
use super::params::Boost;
use super::params::STEP;
use super::rows::{Rows, SampleRef};
use super::rules::check_params;
use super::target::{BoostTarget, sample_ref};
use crate::tree::GradientPair;
use crate::tree::grow::TreeParams;
use crate::tree::leaves_of_tree;
use crate::tree::math::PIECE;
use crate::tree::weights::Weights;
use crate::tree::{Child, Combine, Condition, Ensemble, EnsembleParts, Matrix, Tree};

/// [`Boost`] that gives the trees of a fitted model new leaf values; see [`Boost::refit`].
#[derive(Debug, Clone, PartialEq)]
pub struct Refit<M> {
    boost: Boost,
    model: M,
}

impl Boost {
    /// Keeps the splits of `model` and learns its leaf values anew (LightGBM's `Booster.refit`):
    /// each becomes `refit_decay_rate` times the old value plus the rest times what the training
    /// rows, tree after tree, ask for. For data that drifts while what matters stays the same, at
    /// the price of a prediction. Of the parameters only the objective, its own ones, `lambda_l1`,
    /// `lambda_l2`, `max_delta_step`, `refit_decay_rate`, `monotone_constraints` and, because
    /// constraints on columns of categories are refused, `categorical_feature` count.
    ///
    /// As in LightGBM the starting score is part of the first round, leaves that no row reaches
    /// keep `refit_decay_rate` of their value, and losses with leaf values of their own
    /// (`RegressionL1`, `Quantile`, ..) take a plain gradient step. Unlike there,
    /// [`monotone_constraints`](Self::monotone_constraints) hold for the new values, and a model
    /// without any split gets the best constant of the loss, where LightGBM takes a step to it from
    /// 0.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_models::boost::{Boost, FittedBoost};
    ///
    /// let rows = |high: f64| {
    ///     let x: Vec<f64> = (0..200).map(|i| f64::from(i % 50)).collect();
    ///     let y: Vec<f64> = x.iter().map(|&x| if x < 20.0 { 1.0 } else { high }).collect();
    ///     Ok::<_, ml_data::Error>(Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train())
    /// };
    /// let boost = Boost::new().num_iterations(50).learning_rate(0.3);
    /// let old: FittedBoost = boost.fit(&rows(5.0)?)?;
    /// let new = boost.refit_decay_rate(0.0).refit(old).fit(&rows(9.0)?)?;
    ///
    /// let x = Dense::from_rows(1, vec![3.0, 30.0])?;
    /// let predicted = new.predict(&x)?.0;
    /// assert!((predicted[0] - 1.0).abs() < 1e-6 && (predicted[1] - 9.0).abs() < 1e-6);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fitting refuses a forest, a model of other columns, outputs or classes, one whose scores
    /// mean something else than the objective's, and one without splits on rows of one class.
    #[must_use]
    pub fn refit<M>(self, model: M) -> Refit<M> {
        Refit { boost: self, model }
    }
}

impl<M: Send + Sync> Params for Refit<M> {
    fn name(&self) -> &'static str {
        STEP
    }

    fn check(&self) -> Result<()> {
        check_params(&self.boost)
    }

    fn takes_init_score(&self) -> bool {
        true
    }
}

impl<R: Matrix, Y: BoostTarget> Estimator<R, Y> for Refit<Y::Model>
where
    Y::Model: Predict<R, Prediction = Y::Prediction>,
{
    type Model = Y::Model;

    fn learn(&self, train: &Sample<R, Y, Train>) -> Result<Y::Model> {
        let trees = Y::ensemble(&self.model, train.y())?;
        let learned = Learned {
            ensemble: refit(&self.boost, &sample_ref(train), trees)?,
            best_iteration: None,
            evals: EvalsResult::default(),
        };
        Y::model(learned, train.y())
    }
}

/// Starting scores this close to 0 are not part of the first round.
const NO_START: f64 = 1e-15;

fn refit(boost: &Boost, sample: &SampleRef<'_>, model: &Ensemble) -> Result<Ensemble> {
    check_params(boost)?;
    let params = boost.params();
    let x = sample.x.rows("a refit")?;
    x.check(model.names())?;
    check_monotone(params, model.names())?;
    let rows = Rows::of(sample, "training sample")?;
    let loss = loss(&rows, params, None, sample)?;
    let outputs = loss.outputs();
    Error::check_len("outputs of the model to refit", outputs, model.outputs())?;
    let mut parts = model.parts().clone();
    if parts.combine == Combine::Mean || parts.link != loss.link() {
        return Err(Error::Unsupported {
            step: STEP,
            what: format!("refitting a model of `{}`", parts.objective),
            why: format!("its trees do not add up to the scores of `{}`", loss.name()),
        });
    }
    let list = rows.in_matrix(x.rows());
    let x = x.with_rows(RowSet::List(&list));
    let (n, weights) = (list.len(), rows.weights(sample, 0.0));
    let init_score = rows.init_score(sample, outputs)?;
    let (mut pairs, started): (Vec<GradientPair>, _) =
        (vec![[0.0; 2]; n * outputs], init_score.is_some());
    let mut scores = init_score.unwrap_or_else(|| vec![0.0; n * outputs]);
    let values = Values {
        tree_params: TreeParams {
            shrinkage: 1.0,
            ..params.tree_params(Vec::new())
        },
        decay: params.refit_decay_rate,
    };
    if parts.trees.iter().all(|tree| tree.nodes.is_empty()) {
        rows.check_classes(sample)?;
        let best = if started {
            loss.gradients(&scores, 0, &mut pairs);
            let step = |pairs| {
                values
                    .tree_params
                    .value(sums(1, &vec![0; n], pairs, &weights)[0], 0.0)
            };
            pairs.chunks(n).map(step).collect()
        } else {
            loss.base_score(weights.factors().as_deref())
        };
        values.renew_constant(&mut parts, &best);
        return Ensemble::new(parts);
    }
    for (t, tree) in parts.trees.iter_mut().enumerate() {
        let (round, k) = (t / outputs, t % outputs);
        if k == 0 {
            loss.gradients(&scores, round, &mut pairs);
        }
        let leaves = leaves_of_tree(tree, x);
        let sums = sums(tree.leaves.len(), &leaves, &pairs[k * n..][..n], &weights);
        let base_score = parts.base_score[k];
        let of_start = round == 0 && base_score.abs() > NO_START;
        let base_score = if of_start { base_score } else { 0.0 };
        values.renew(tree, &sums, base_score, of_start);
        for (score, leaf) in scores[k * n..][..n].iter_mut().zip(leaves) {
            *score += tree.leaves[leaf as usize].value + base_score;
        }
    }
    Ensemble::new(parts)
}

/// Sums of gradients and hessians of each leaf, over pieces of rows in their order.
fn sums(leaves: usize, of_row: &[u32], pairs: &[GradientPair], weights: &Weights) -> Vec<[f64; 2]> {
    let piece = (8 * PIECE).max(16 * leaves);
    let pieces: Vec<Vec<[f64; 2]>> = of_row
        .par_chunks(piece)
        .enumerate()
        .map(|(p, of_row)| {
            let mut sums = vec![[0.0; 2]; leaves];
            for (i, &leaf) in (p * piece..).zip(of_row) {
                let (w, [g, h]) = (weights.of(i), pairs[i].map(f64::from));
                let sum = &mut sums[leaf as usize];
                *sum = [sum[0] + w * g, sum[1] + w * h];
            }
            sums
        })
        .collect();
    let total = |leaf: usize| {
        pieces
            .iter()
            .fold([0.0; 2], |a, s| [a[0] + s[leaf][0], a[1] + s[leaf][1]])
    };
    (0..leaves).map(total).collect()
}

/// Mixture of old and new values.
struct Values {
    tree_params: TreeParams,
    decay: f64,
}

impl Values {
    /// Renews all values of a tree. What the trees of the first round have in common, `start`,
    /// counts as part of them, and they are then not shrunk (`whole`).
    fn renew(&self, tree: &mut Tree, leaves: &[[f64; 2]], base_score: f64, whole: bool) {
        let mut nodes = vec![[0.0; 2]; tree.nodes.len()];
        for (i, node) in tree.nodes.iter().enumerate().rev() {
            let of = |child: Child| match child {
                Child::Leaf(leaf) => leaves[leaf as usize],
                Child::Node(node) => nodes[node as usize],
            };
            let (l, r) = (of(node.left), of(node.right));
            nodes[i] = [l[0] + r[0], l[1] + r[1]];
        }
        let shrinkage = if whole { 1.0 } else { tree.shrinkage };
        let mix = |old: f64, sums: [f64; 2]| {
            let new = self.tree_params.value(sums, 0.0) * shrinkage;
            self.decay * (old + base_score) + (1.0 - self.decay) * new - base_score
        };
        for (node, &sums) in tree.nodes.iter_mut().zip(&nodes) {
            node.value = mix(node.value, sums);
        }
        for (leaf, &sums) in tree.leaves.iter_mut().zip(leaves) {
            leaf.value = mix(leaf.value, sums);
        }
        keep_order(tree, &self.tree_params.monotone);
    }

    /// Renews the constant scores of a model without splits.
    fn renew_constant(&self, parts: &mut EnsembleParts, best: &[f64]) {
        for (base_score, best) in parts.base_score.iter_mut().zip(best) {
            *base_score = self.decay * *base_score + (1.0 - self.decay) * best;
        }
        for leaf in parts.trees.iter_mut().flat_map(|tree| &mut tree.leaves) {
            leaf.value *= self.decay;
        }
    }
}

/// Holds values to monotone constraints: below a split of a constrained column no value passes the
/// middle between its two sides.
fn keep_order(tree: &mut Tree, monotone: &[i8]) {
    if monotone.iter().all(|&m| m == 0) {
        return;
    }
    let mut bounds = vec![[f64::NEG_INFINITY, f64::INFINITY]; tree.nodes.len()];
    for i in 0..tree.nodes.len() {
        let (node, [low, high]) = (&tree.nodes[i], bounds[i]);
        let direction = match node.test {
            Condition::Threshold(_) => monotone[node.feature as usize],
            _ => 0,
        };
        let children = [node.left, node.right];
        let [left, right] = children.map(|child| value_of(tree, child).max(low).min(high) / 2.0);
        let middle = (left + right).max(low).min(high);
        for (child, side) in children.into_iter().zip([-direction, direction]) {
            let [low, high] = match side {
                -1 => [low, middle],
                1 => [middle, high],
                _ => [low, high],
            };
            let value = value_of(tree, child);
            *value = value.max(low).min(high);
            if let Child::Node(node) = child {
                bounds[node as usize] = [low, high];
            }
        }
    }
}

/// The value that a node or a leaf adds to the score.
fn value_of(tree: &mut Tree, child: Child) -> &mut f64 {
    match child {
        Child::Leaf(leaf) => &mut tree.leaves[leaf as usize].value,
        Child::Node(node) => &mut tree.nodes[node as usize].value,
    }
}
