//! Growth policies by name.

use serde::{Deserialize, Serialize};

/// The order in which the leaves of a tree are split, under XGBoost's and CatBoost's names.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::boost::{Boost, FittedBoost, GrowPolicy};
///
/// let rows = (0..200).flat_map(|i| [f64::from(i % 2), f64::from(i / 2 % 2)]);
/// let x = Dense::from_rows(2, rows.collect())?;
/// let y: Vec<f64> = (0..200).map(|i| f64::from(i % 2) * f64::from(1 + i / 2 % 2)).collect();
/// let train = Dataset::regression(x, y)?.into_train();
/// let boost = Boost::new().grow_policy(GrowPolicy::SymmetricTree).max_depth(Some(2));
/// let model: FittedBoost = boost.fit(&train)?;
///
/// // Both nodes of the second level ask the same, where other policies would split the right one.
/// let nodes = model.trees()[0].nodes();
/// assert_eq!(nodes.len(), 3);
/// assert_eq!((nodes[1].feature, &nodes[1].test), (nodes[2].feature, &nodes[2].test));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum GrowPolicy {
    /// Leaf-wise: the leaf whose best split gains most comes next, until there are `num_leaves`.
    #[default]
    Lossguide,
    /// Level by level: all leaves of a level are split before those of the next, down to
    /// `max_depth`. Where `num_leaves` leaves room for some of a level only, those that gain most
    /// are split.
    Depthwise,
    /// Symmetric (oblivious) trees: all leaves of a level are split by one feature at one
    /// threshold, the one with the highest sum of gains over these leaves. Such a tree is a table
    /// with one entry for each combination of answers: it predicts fast (down to 8 levels; deeper
    /// trees are walked as others are) and overfits less.
    ///
    /// `max_depth` is the number of levels, 6 where it is not set, and at most 16; `num_leaves`
    /// does not bound these trees. A leaf that `min_data_in_leaf`, `min_sum_hessian_in_leaf`, a
    /// monotone constraint or an interaction constraint keeps from the level's split stays whole,
    /// and its part of the table has one value throughout: no leaf is without training rows.
    /// `min_gain_to_split` bounds the sum over the level, so that single leaves may gain nothing,
    /// and `feature_fraction_bynode` and `extra_trees` draw once a level. Where
    /// nothing keeps leaves from splits that leave a side with hessians, these are CatBoost's
    /// trees.
    ///
    /// Dorogush, Ershov and Gulin, *CatBoost: gradient boosting with categorical features support*,
    /// [arXiv:1810.11363](https://arxiv.org/abs/1810.11363); Kohavi and Li, *Oblivious decision
    /// trees, graphs, and top-down pruning*, IJCAI 1995.
    SymmetricTree,
}

impl GrowPolicy {
    /// The policy of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "Lossguide" | "lossguide" => Some(Self::Lossguide),
            "Depthwise" | "depthwise" => Some(Self::Depthwise),
            "SymmetricTree" | "symmetric" | "oblivious" => Some(Self::SymmetricTree),
            _ => None,
        }
    }

    /// The names of all policies, in words.
    pub(crate) const NAMES: &str = "Lossguide, Depthwise or SymmetricTree";
    /// Levels of a symmetric tree where `max_depth` is not set.
    pub(crate) const SYMMETRIC_DEPTH: usize = 6;
    /// Most levels of a symmetric tree, whose table has two entries to the power of these.
    pub(crate) const DEEPEST_SYMMETRIC: usize = 16;
}
