//! The mean of the target for each level over the rows that came before, in random orders.

use super::missing::Missing;
use crate::cell::{CellFn, CodeCell, CodeColumn, PerColumn, Refused, codes, columns_of, spread};
use ml_data::contract::{Params, Transformer};
use ml_data::random::{generator, permutation};
use ml_data::repr::{Dense, Float, Repr};
use ml_data::sample::{AsReal, Sample, Train};
use ml_data::table::{MISSING_CODE, Table};
use ml_data::{Error, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

const STEP: &str = "OrderedTargetEncoder";

/// Replaces each level of a category by an ordered target statistic, for trees on categories with many levels.
///
/// The rows are put into a random order. A training row gets `(sum + a * prior) / (count + a)`, where `sum` and `count` are over
/// the rows of its level that came before it, `prior` is the mean of the target over all training rows and `a` the
/// [`prior_weight`](Self::prior_weight); the mean of this over several orders ([`permutations`](Self::permutations)) is its
/// encoding. All other rows get the same formula over all training rows of the level. So a row's own label is in its statistic only
/// by its share in the prior. This is what CatBoost does with categories. Rows of one group stand together and
/// are encoded before any of them is counted, when the sample carries at least two groups (ranking samples do).
///
/// The output column is named `merchant:ordered`; [`counts`](Self::counts) adds a second one, which boosted trees gain from. For
/// linear models prefer [`TargetEncoder`](super::TargetEncoder): early rows of an order have noisy statistics, which trees bear
/// better.
///
/// # Missing values
/// A level of their own ([`Missing::Level`]) or the prior ([`Missing::Neutral`]). Levels not seen in training, and missing
/// values when training had none, get the prior.
///
/// # Weights
/// Sums and counts are weighted, so a fitted encoder is that of repeated rows. The orders do not depend on weights.
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
/// // Of the two rows of shop a, the first in order gets the prior, the other one the label of the first.
/// let mut rows = [x.row(0)[0], x.row(1)[0]];
/// rows.sort_by(f64::total_cmp);
/// assert!(rows == [(1.0 + 7.0) / 2.0, 7.0] || rows == [(3.0 + 7.0) / 2.0, 7.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Prokhorenkova, Gusev, Vorobev, Dorogush, Gulin (2018), CatBoost: unbiased boosting with categorical features,
/// doi:10.48550/arXiv.1706.09516
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrderedTargetEncoder {
    permutations: usize,
    prior_weight: f64,
    missing: Missing,
    counts: bool,
    seed: u64,
}

impl Default for OrderedTargetEncoder {
    fn default() -> Self {
        Self {
            permutations: 1,
            prior_weight: 10.0,
            missing: Missing::Level,
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
    /// Number of random orders whose statistics are averaged for a training row, at least 1. Default 1. A few make the statistics
    /// of small data less noisy. Do not take many: their mean tends to a function of all *other* rows of the level, from which a
    /// deep tree can read the row's own label.
    #[must_use]
    pub fn permutations(mut self, permutations: usize) -> Self {
        self.permutations = permutations;
        self
    }
    /// How many rows of every level the prior counts as (`a`), more than 0. Default 10; smaller for targets with little noise.
    #[must_use]
    pub fn prior_weight(mut self, a: f64) -> Self {
        self.prior_weight = a;
        self
    }
    /// What a missing category means.
    #[must_use]
    pub fn missing(mut self, means: Missing) -> Self {
        self.missing = means;
        self
    }
    /// Whether a second column, `merchant:count`, says how many training rows the level has (their weight), 0 where the encoding
    /// is the prior for want of any. The same for all rows of a level, in training too. It tells a tree how far a statistic can
    /// be trusted. Default false.
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

    fn draw(&self, index: usize, n: usize, groups: Option<&Groups>) -> Order {
        let mut rng = generator(self.seed, "ordered-target-encoder", index as u64);
        let Some(groups) = groups else {
            return Order {
                rows: permutation(n, &mut rng),
                ends: None,
            };
        };
        let (mut rows, mut ends) = (Vec::with_capacity(n), Vec::new());
        for g in permutation(groups.rows.len(), &mut rng) {
            rows.extend_from_slice(&groups.rows[g as usize]);
            ends.push(rows.len());
        }
        Order {
            rows,
            ends: Some(ends),
        }
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
            // (sum + a * prior) / (count + a), written so that no rows give the prior to the last bit.
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
                    out[i] += if level(i) == levels && self.missing == Missing::Neutral {
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
            .filter(|_| self.missing == Missing::Level)
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
        let prior = mean(&y, train.weights()).ok_or_else(|| Error::Fit {
            step: STEP,
            reason: "all training rows have weight 0".into(),
        })?;
        let positions = columns_of(train.x().data());
        let columns = positions
            .iter()
            .map(|&p| codes(STEP, train, p))
            .collect::<Result<Vec<_>>>()?;
        let groups = train.groups().and_then(Groups::of);
        let orders: Vec<Order> = (0..self.permutations)
            .into_par_iter()
            .map(|k| self.draw(k, n, groups.as_ref()))
            .collect();
        let learned: Vec<_> = columns
            .par_iter()
            .map(|c| self.learn(c, &y, prior, &orders))
            .collect();
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
        let named = positions.iter().zip(&columns).zip(learned);
        let fitted = PerColumn::new(named.map(|((p, c), (all, _))| (*p, c.name.into(), all)));
        let out = if width == 0 {
            Repr::collect(fitted.names(), n, &mut |_, _| Ok(()))?
        } else {
            Dense::new(fitted.names(), values)?
        };
        Ok((fitted, out))
    }
}

/// The weighted mean, `None` without weight.
fn mean(y: &[f64], weights: Option<&[f64]>) -> Option<f64> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (i, y) in y.iter().enumerate() {
        let w = weights.map_or(1.0, |w| w[i]);
        if w > 0.0 {
            weight += w;
            sum += w * y;
        }
    }
    (weight > 0.0).then(|| sum / weight)
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

/// The rows of each group.
struct Groups {
    rows: Vec<Vec<u32>>,
}

impl Groups {
    /// `None` for fewer than two groups.
    fn of(groups: &[u32]) -> Option<Self> {
        let mut distinct = groups.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 2 {
            return None;
        }
        let mut rows = vec![Vec::new(); distinct.len()];
        for (i, g) in (0u32..).zip(groups) {
            if let Ok(at) = distinct.binary_search(g) {
                rows[at].push(i);
            }
        }
        Some(Self { rows })
    }
}

/// Rows in a random order, in blocks that do not see each other.
struct Order {
    rows: Vec<u32>,
    /// Where each block ends; `None` when every row is one.
    ends: Option<Vec<usize>>,
}

impl Order {
    #[inline]
    fn blocks(&self, mut f: impl FnMut(&[u32])) {
        match &self.ends {
            None => self.rows.chunks(1).for_each(f),
            Some(ends) => {
                let mut start = 0;
                for &end in ends {
                    f(&self.rows[start..end]);
                    start = end;
                }
            }
        }
    }
}

/// A fitted encoder of ordered target statistics.
pub type FittedOrderedTargetEncoder = PerColumn<OrderedMeans>;

/// The statistic of each level of a category over all training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderedMeans {
    encodings: Vec<f64>,
    missing: f64,
    prior: f64,
    counts: Option<Counts>,
}

/// The weight of each level, and of missing values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Counts {
    levels: Vec<f64>,
    missing: f64,
}

impl OrderedMeans {
    /// The mean of the target over all training rows: the encoding of unseen levels.
    pub fn prior(&self) -> f64 {
        self.prior
    }
    /// The encoding of a level's code, or of `MISSING_CODE`; the prior past the dictionary's end.
    #[inline]
    pub fn encoding(&self, code: u32) -> f64 {
        let absent = if code == MISSING_CODE {
            self.missing
        } else {
            self.prior
        };
        self.encodings.get(code as usize).copied().unwrap_or(absent)
    }
    /// The weight of a level's training rows; 0 when counts were not asked for.
    #[inline]
    pub fn count(&self, code: u32) -> f64 {
        let Some(counts) = &self.counts else {
            return 0.0;
        };
        let absent = if code == MISSING_CODE {
            counts.missing
        } else {
            0.0
        };
        counts.levels.get(code as usize).copied().unwrap_or(absent)
    }
}

impl CellFn for OrderedMeans {
    type In = CodeCell;
    const STEP: &'static str = STEP;

    #[inline]
    fn width(&self) -> usize {
        1 + usize::from(self.counts.is_some())
    }
    #[inline]
    fn cell<F: Float>(&self, code: u32, out: &mut [F]) -> Result<(), Refused> {
        out[0] = F::of(self.encoding(code));
        if let Some(count) = out.get_mut(1) {
            *count = F::of(self.count(code));
        }
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.push(format!("{column}:ordered").into());
        if self.counts.is_some() {
            out.push(format!("{column}:count").into());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ml_data::prelude::*;
    use serde_json::Value;

    fn golden() -> Value {
        serde_json::from_str(include_str!("../../tests/golden/ordered.json")).unwrap()
    }

    fn numbers(v: &Value) -> Vec<f64> {
        let all = v.as_array().unwrap().iter();
        all.map(|x| x.as_f64().unwrap()).collect()
    }

    fn whole<T: TryFrom<u64>>(v: &Value) -> Vec<T> {
        let all = v.as_array().unwrap().iter();
        all.map(|x| x.as_u64().and_then(|x| x.try_into().ok()).unwrap())
            .collect()
    }

    fn close(found: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(found.len(), expected.len());
        for (i, (a, b)) in found.iter().zip(expected).enumerate() {
            assert!(
                (a - b).abs() <= tolerance,
                "row {i}: found {a}, expected {b}"
            );
        }
    }

    fn sample(g: &Value) -> Dataset<Table, Real> {
        let cities = g["city"].as_array().unwrap().iter().map(Value::as_str);
        let table = Table::new([
            ("city", Column::cat(cities)),
            ("y", Column::num(numbers(&g["y"]))),
        ]);
        table.unwrap().regression("y").unwrap()
    }

    fn step(g: &Value) -> OrderedTargetEncoder {
        OrderedTargetEncoder::new().prior_weight(g["prior_weight"].as_f64().unwrap())
    }

    /// Learns from given orders.
    fn from(g: &Value, orders: &[Order], weights: Option<Vec<f64>>) -> Vec<f64> {
        let mut data = sample(g);
        if let Some(w) = &weights {
            data = data.with_weights(w.clone()).unwrap();
        }
        let train = data.into_train();
        let y = numbers(&g["y"]);
        let prior = mean(&y, weights.as_deref()).unwrap();
        let column = codes(STEP, &train, 0).unwrap();
        step(g).learn(&column, &y, prior, orders).1
    }

    #[test]
    fn training_rows_match_the_plain_script() {
        let g = golden();
        let order = |rows| Order {
            rows: whole(rows),
            ends: None,
        };
        let orders: Vec<Order> = g["orders"].as_array().unwrap().iter().map(order).collect();
        close(&from(&g, &orders, None), &numbers(&g["training"]), 1e-12);
        let weighted = from(&g, &orders, Some(numbers(&g["weights"])));
        close(&weighted, &numbers(&g["training_weighted"]), 1e-12);
    }

    #[test]
    fn rows_of_a_group_do_not_see_each_other() {
        let g = golden();
        let groups = Groups::of(&whole::<u32>(&g["groups"])).unwrap();
        let (mut rows, mut ends) = (Vec::new(), Vec::new());
        for group in whole::<usize>(&g["grouped"]["order"]) {
            rows.extend_from_slice(&groups.rows[group]);
            ends.push(rows.len());
        }
        let ends = Some(ends);
        let found = from(&g, &[Order { rows, ends }], None);
        close(&found, &numbers(&g["grouped"]["rows"]), 1e-12);
        // What is drawn has every row once, group by group.
        let drawn = step(&g).draw(0, 40, Some(&groups));
        let mut seen = drawn.rows.clone();
        seen.sort_unstable();
        assert_eq!(seen, (0..40).collect::<Vec<u32>>());
        let mut blocks = 0;
        drawn.blocks(|block| {
            blocks += 1;
            assert!(groups.rows.iter().any(|g| g == block));
        });
        assert_eq!(blocks, groups.rows.len());
        assert!(Groups::of(&[3, 3, 3]).is_none());
    }

    #[test]
    fn other_rows_match_the_plain_script() {
        let g = golden();
        let (fitted, _) = step(&g).fit_transform(&sample(&g).into_train()).unwrap();
        let held = |f: &FittedOrderedTargetEncoder| {
            let x = f.transform(&sample(&g).into_valid()).unwrap();
            x.x().data().values().to_vec()
        };
        close(&held(&fitted), &numbers(&g["applied"]), 1e-12);
        let weighted = sample(&g).with_weights(numbers(&g["weights"])).unwrap();
        let (fitted, _) = step(&g).fit_transform(&weighted.into_train()).unwrap();
        close(&held(&fitted), &numbers(&g["applied_weighted"]), 1e-12);
    }

    #[test]
    fn many_orders_come_near_the_mean_of_all_orders() {
        let g = golden();
        let step = step(&g).permutations(1000);
        let (_, x) = step.fit_transform(&sample(&g).into_train()).unwrap();
        // One order differs from the mean by about 0.2, a thousand of them by 0.006.
        close(x.values(), &numbers(&g["all_orders"]), 0.035);
    }

    #[test]
    fn what_training_did_not_see() {
        let fit = |levels: &[Option<&str>], missing| {
            let y = (0..levels.len()).map(|i| i as f64);
            let t = Table::new([
                ("c", Column::cat(levels.iter().copied())),
                ("y", Column::num(y)),
            ]);
            let step = OrderedTargetEncoder::new()
                .prior_weight(2.0)
                .missing(missing);
            let train = t.unwrap().regression("y").unwrap().into_train();
            let (f, x) = step.fit_transform(&train).unwrap();
            assert_eq!(f.names().iter().collect::<Vec<_>>(), ["c:ordered"]);
            (f.column("c").unwrap().clone(), x)
        };
        let rows = [Some("a"), Some("a"), None, None];
        let (f, _) = fit(&rows, Missing::Level);
        assert_eq!(f.encoding(9), 1.5);
        assert_eq!(f.encoding(MISSING_CODE), (2.0 + 3.0 + 2.0 * 1.5) / 4.0);
        let (f, x) = fit(&rows, Missing::Neutral);
        assert_eq!(f.encoding(MISSING_CODE), 1.5);
        assert_eq!(x.values()[2..], [1.5, 1.5]);
        assert_eq!(
            fit(&rows[..2], Missing::Level).0.encoding(MISSING_CODE),
            0.5
        );
        let (f, x) = fit(&rows[..1], Missing::Level);
        assert_eq!((f.encoding(0), x.values()), (0.0, &[0.0][..]));
    }

    #[test]
    fn counts_stand_beside_the_statistics() {
        let t = Table::new([
            ("c", Column::cat([Some("a"), None, Some("b"), Some("a")])),
            ("d", Column::cat([Some("u"), Some("v"), None, None])),
            ("y", Column::num([1.0, 2.0, 3.0, 4.0])),
        ]);
        let t = t.unwrap();
        let data = || {
            let data = t.clone().regression("y").unwrap();
            data.with_weights(vec![1.0, 2.0, 0.0, 0.5]).unwrap()
        };
        let step = OrderedTargetEncoder::new().counts(true);
        let (f, x) = step.fit_transform(&data().into_train()).unwrap();
        let names = f.names();
        let names: Vec<&str> = names.iter().collect();
        assert_eq!(names, ["c:ordered", "c:count", "d:ordered", "d:count"]);
        let counts = |x: &Dense<f64>| -> Vec<f64> {
            let one = |i| [x.row(i)[1], x.row(i)[3]];
            (0..4).flat_map(one).collect()
        };
        let expected = [1.5, 1.0, 2.0, 2.0, 0.0, 0.5, 1.5, 0.5];
        assert_eq!(counts(&x), expected);
        let held = f.transform(&data().into_valid()).unwrap();
        assert_eq!(counts(held.x().data()), expected);
        // The statistics are those without counts.
        let plain = OrderedTargetEncoder::new();
        let (_, p) = plain.fit_transform(&data().into_train()).unwrap();
        (0..4).for_each(|i| assert_eq!(p.row(i), [x.row(i)[0], x.row(i)[2]]));
        let neutral = step.missing(Missing::Neutral);
        let (f, _) = neutral.fit_transform(&data().into_train()).unwrap();
        let learned = f.column("c").unwrap();
        assert_eq!(
            [MISSING_CODE, 0, 9].map(|c| learned.count(c)),
            [0.0, 1.5, 0.0]
        );
    }

    #[test]
    fn parameters_and_samples_that_do_not_fit_are_refused() {
        let g = golden();
        let refused = |step: OrderedTargetEncoder| step.check().unwrap_err().to_string();
        let new = OrderedTargetEncoder::new;
        assert!(refused(new().permutations(0)).contains("`permutations` = 0"));
        assert!(refused(new().prior_weight(0.0)).contains("`prior_weight` = 0"));
        assert!(refused(new().prior_weight(f64::NAN)).contains("`prior_weight`"));
        let weightless = sample(&g)
            .with_weights(vec![0.0; 40])
            .and_then(|d| new().fit_transform(&d.into_train()));
        assert!(weightless.is_err());
    }
}
