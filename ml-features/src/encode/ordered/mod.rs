//! The mean of the target for each level over the rows that came before, in random orders.

mod means;
mod order;
#[cfg(test)]
mod tests;

use super::missing::HandleMissing;
use crate::cell::{CodeColumn, NumColumn, balanced, codes, cross_fitted, finite, spread};
use means::Counts;
pub use means::{FittedOrderedTargetEncoder, OrderedMeans};
use ml_data::contract::{Params, Transformer};
use ml_data::repr::Dense;
use ml_data::sample::{AsReal, Sample, Train};
use ml_data::table::Table;
use ml_data::{Error, Result};
use order::{Groups, Order};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

const STEP: &str = "OrderedTargetEncoder";

/// Replaces each level of a category by an ordered target statistic, for trees on categories with
/// many levels.
///
/// # Formula
/// `(sum + a prior) / (count + a)`: `sum` and `count` are over the rows of the level, `prior` is
/// the mean of the target over all training rows and `a` the [`prior_weight`](Self::prior_weight).
///
/// The training rows are put into a random order. `sum` and `count` of a training row are over the
/// rows that came before it; the mean of this over several orders
/// ([`permutations`](Self::permutations)) is its encoding. All other rows get the same formula over
/// all training rows of the level. So a row's own label is in its statistic only by its share in
/// the prior. This is what CatBoost does with categories. Rows of one group stand together and are
/// encoded before any of them is counted, when the sample carries at least two groups (ranking
/// samples do).
///
/// The output column is named `merchant:ordered`; [`counts`](Self::counts) adds a second one, which
/// boosted trees gain from. For linear models prefer [`TargetEncoder`](super::TargetEncoder): early
/// rows of an order have noisy statistics, which trees bear better.
///
/// # Missing values
/// A level of their own ([`HandleMissing::Level`]) or the prior ([`HandleMissing::Ignore`]). Levels
/// not seen in training, and missing values when training had none, get the prior.
///
/// # Weights
/// Sums and counts are weighted, so a fitted encoder is that of repeated rows. The orders do not
/// depend on weights.
///
/// # Errors
/// A column that is not categorical; no rows; training rows without any weight.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([
///     ("shop", Column::cat(["a", "a", "b", "b"].map(Some))),
///     ("y", Column::num([1.0, 3.0, 10.0, 14.0])),
/// ])?;
/// let step = OrderedTargetEncoder::new().permutations(1).prior_weight(1.0);
/// let (fitted, x) = step.fit_transform(&table.regression("y")?.into_train())?;
/// let learned = fitted.column("shop").unwrap();
/// assert_eq!(learned.prior(), 7.0);
/// assert_eq!(learned.encoding(0), (1.0 + 3.0 + 7.0) / 3.0);
/// // Of the two rows of shop a, the first in order gets the prior, the other one the label of the
/// // first.
/// let mut rows = [x.row(0)[0], x.row(1)[0]];
/// rows.sort_by(f64::total_cmp);
/// assert!(rows == [(1.0 + 7.0) / 2.0, 7.0] || rows == [(3.0 + 7.0) / 2.0, 7.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Prokhorenkova, Gusev, Vorobev, Dorogush, Gulin (2018), CatBoost: unbiased boosting with
/// categorical features, doi:10.48550/arXiv.1706.09516
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrderedTargetEncoder {
    permutations: usize,
    prior_weight: f64,
    handle_missing: HandleMissing,
    counts: bool,
    seed: u64,
}

impl Default for OrderedTargetEncoder {
    fn default() -> Self {
        Self {
            permutations: 1,
            prior_weight: 10.0,
            handle_missing: HandleMissing::Level,
            counts: false,
            seed: 0,
        }
    }
}

impl OrderedTargetEncoder {
    /// One order, a prior that counts as ten rows.
    pub fn new() -> Self {
        Self::default()
    }
    /// Number of random orders whose statistics are averaged for a training row, at least 1.
    /// Default 1. A few make the statistics of small data less noisy. Do not take many: their mean
    /// tends to a function of all *other* rows of the level, from which a deep tree can read the
    /// row's own label.
    #[must_use]
    pub fn permutations(mut self, permutations: usize) -> Self {
        self.permutations = permutations;
        self
    }
    /// Weight of the prior (`a`): it counts as so many rows of every level, more than 0. Default
    /// 10; smaller for targets with little noise.
    #[must_use]
    pub fn prior_weight(mut self, a: f64) -> Self {
        self.prior_weight = a;
        self
    }
    /// The treatment of missing values.
    #[must_use]
    pub fn handle_missing(mut self, how: HandleMissing) -> Self {
        self.handle_missing = how;
        self
    }
    /// Whether a second column, `merchant:count`, says how many training rows the level has (their
    /// weight), 0 where the encoding is the prior for want of any. The same for all rows of a
    /// level, in training too. It tells a tree how far a statistic can be trusted. Default false.
    #[must_use]
    pub fn counts(mut self, counts: bool) -> Self {
        self.counts = counts;
        self
    }
    /// Seeds the orders (`random_state`).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The statistics of all rows of a column, and those of each training row's predecessors.
    fn learn(
        &self,
        column: &CodeColumn<'_>,
        y: &[f64],
        prior: f64,
        orders: &[Order],
    ) -> (OrderedMeans, Vec<f64>) {
        let levels = column.levels.len();
        let level = |i: usize| (column.codes[i] as usize).min(levels);
        let weight = |i: usize| column.weights.map_or(1.0, |w| w[i]);
        let value = |s: &Sum| {
            // (sum + a * prior) / (count + a), written so that no rows give the prior to the last
            // bit.
            prior + s.above / (s.weight + self.prior_weight)
        };
        let mut out = vec![0.0; y.len()];
        let mut sums = Vec::new();
        for order in orders {
            sums.clear();
            sums.resize(levels + 1, Sum::default());
            order.blocks(|rows| {
                for &i in rows {
                    let i = i as usize;
                    out[i] += if level(i) == levels && self.handle_missing == HandleMissing::Ignore
                    {
                        prior
                    } else {
                        value(&sums[level(i)])
                    };
                }
                for &i in rows {
                    let i = i as usize;
                    sums[level(i)].push(y[i] - prior, weight(i));
                }
            });
        }
        let share = orders.len() as f64;
        out.iter_mut().for_each(|v| *v /= share);
        // All rows in their own order, so that what is learned does not depend on the seed.
        sums.clear();
        sums.resize(levels + 1, Sum::default());
        y.iter()
            .enumerate()
            .for_each(|(i, y)| sums[level(i)].push(y - prior, weight(i)));
        let absent = sums
            .pop()
            .filter(|_| self.handle_missing == HandleMissing::Level)
            .unwrap_or_default();
        let all = OrderedMeans {
            encodings: sums.iter().map(value).collect(),
            missing: value(&absent),
            prior,
            counts: self.counts.then(|| Counts {
                levels: sums.iter().map(|s| s.weight).collect(),
                missing: absent.weight,
            }),
        };
        (all, out)
    }
}

impl Params for OrderedTargetEncoder {
    fn name(&self) -> &'static str {
        STEP
    }
    fn check(&self) -> Result<()> {
        if !(1..=1000).contains(&self.permutations) {
            let (value, rule) = (self.permutations, "from 1 to 1000");
            return Err(Error::parameter(STEP, "permutations", value, rule));
        }
        if !(self.prior_weight.is_finite() && self.prior_weight > 0.0) {
            let (value, rule) = (self.prior_weight, "a finite number above 0");
            return Err(Error::parameter(STEP, "prior_weight", value, rule));
        }
        Ok(())
    }
}

impl<Y: AsReal> Transformer<Table, Y> for OrderedTargetEncoder {
    type Out = Dense<f64>;
    type Fitted = FittedOrderedTargetEncoder;

    fn fit_transform(
        &self,
        train: &Sample<Table, Y, Train>,
    ) -> Result<(FittedOrderedTargetEncoder, Dense<f64>)> {
        self.check()?;
        let n = train.len();
        if n == 0 {
            return Err(Error::Empty(format!("{STEP}: training sample")));
        }
        let y: Vec<f64> = (0..n).map(|i| Y::real(train.y(), i)).collect();
        let prior = NumColumn {
            step: STEP,
            name: "label",
            values: y.as_slice().into(),
            weights: balanced(train.weights()).as_deref(),
        }
        .mean()
        .ok_or_else(|| Error::Fit {
            step: STEP,
            reason: "all training rows have weight 0".into(),
        })?;
        let positions = train.x().data().inputs();
        let columns = positions
            .iter()
            .map(|&p| codes(STEP, train, p))
            .collect::<Result<Vec<_>>>()?;
        let groups = train.groups().and_then(Groups::of);
        let orders: Vec<Order> = (0..self.permutations)
            .into_par_iter()
            .map(|k| Order::draw(self.seed, k, n, groups.as_ref()))
            .collect();
        let learned: Vec<_> = columns
            .par_iter()
            .map(|c| self.learn(c, &y, prior, &orders))
            .collect();
        for ((all, ordered), column) in learned.iter().zip(&columns) {
            let encodings = all.encodings.iter().chain([&all.missing]).chain(ordered);
            if finite(STEP, encodings).is_err() {
                return Err(Error::Fit {
                    step: STEP,
                    reason: format!(
                        "column `{}`: the target is too large: a sum of it is not a finite number",
                        column.name
                    ),
                });
            }
        }
        let each = 1 + usize::from(self.counts);
        let width = columns.len() * each;
        let values = spread(n, width, |first, rows, out| {
            for (c, ((all, ordered), column)) in learned.iter().zip(&columns).enumerate() {
                for i in 0..rows {
                    let at = i * width + c * each;
                    out[at] = ordered[first + i];
                    if self.counts {
                        out[at + 1] = all.count(column.codes[first + i]);
                    }
                }
            }
            Ok(())
        })?;
        let learned = learned.into_iter().map(|(all, _)| all);
        cross_fitted(&positions, &columns, learned, n, values)
    }
}

/// The weight of some rows and how far their targets lie above the prior.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    weight: f64,
    above: f64,
}

impl Sum {
    #[inline]
    fn push(&mut self, above: f64, w: f64) {
        if w > 0.0 {
            self.weight += w;
            self.above += w * above;
        }
    }
}
