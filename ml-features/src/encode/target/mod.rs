//! The mean of the target for each level, shrunk towards the mean of all rows.

mod means;
mod moments;

pub use means::{FittedTargetEncoder, LevelMeans, TargetMeans};

use super::missing::HandleMissing;
use crate::cell::{CodeColumn, codes, cross_fitted, spread};
use ml_data::contract::{Params, Transformer};
use ml_data::random::{generator, permutation};
use ml_data::repr::Dense;
use ml_data::sample::{OneVsRest, Sample, Train};
use ml_data::table::Table;
use ml_data::{Error, Result};
use moments::Moments;
use serde::{Deserialize, Serialize};

/// Smoothing: the pull of a level's mean to the mean of all rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Smooth {
    /// Empirical Bayes: by the variance within the level against the variance of all rows.
    #[default]
    Auto,
    /// As if this many more rows of the level had the mean of all rows.
    Fixed(f64),
}

/// Replaces each level of a category by the smoothed mean of the target.
///
/// For categories with many levels (merchant, product). Training rows are cross-fitted: each fold
/// is encoded with the statistics of the others, so a model can not read a row's own label back.
/// Rows of one group stay in one fold when the sample carries at least two groups (ranking samples
/// do). The output column is named `merchant:target`.
///
/// A target of classes has an output for each class, one against the rest: the smoothed share of
/// the class in the level, named `merchant:target=class`.
///
/// # Formula
/// `encoding = (n mean + s prior) / (n + s)`, with `n` and `mean` the weight and mean of the
/// level's rows and `prior` the mean of all rows. `s` is [`Smooth::Fixed`], or for [`Smooth::Auto`]
/// `variance of the level / variance of all rows`.
///
/// # Missing values
/// A level of their own ([`HandleMissing::Level`]) or the mean of all rows
/// ([`HandleMissing::Ignore`]). Levels not seen in training, and missing values when training had
/// none, get the mean of all rows.
///
/// # Weights
/// Means, variances and counts are weighted. The folds of the training rows do not depend on
/// weights.
///
/// # Errors
/// A column that is not categorical; fewer than two rows to cross-fit with; a fold whose complement
/// has no weight.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([
///     ("shop", Column::cat(["a", "a", "b", "b"].map(Some))),
///     ("y", Column::num([1.0, 3.0, 10.0, 14.0])),
/// ])?;
/// let step = TargetEncoder::new().cv(2).smooth(Smooth::Fixed(2.0));
/// let (fitted, _) = step.fit_transform(&table.regression("y")?.into_train())?;
/// let learned = &fitted.column("shop").unwrap().outputs()[0];
/// assert_eq!(learned.prior(), 7.0);
/// assert_eq!(learned.encoding(0), (1.0 + 3.0 + 2.0 * 7.0) / 4.0);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Micci-Barreca (2001), doi:10.1145/507533.507538
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TargetEncoder {
    cv: usize,
    smooth: Smooth,
    handle_missing: HandleMissing,
    seed: u64,
}

impl Default for TargetEncoder {
    fn default() -> Self {
        Self {
            cv: 5,
            smooth: Smooth::Auto,
            handle_missing: HandleMissing::Level,
            seed: 0,
        }
    }
}

impl TargetEncoder {
    /// Five folds, empirical Bayes smoothing.
    pub fn new() -> Self {
        Self::default()
    }
    /// Number of folds of the cross-fitting, from 2 to 255; at most the number of rows or groups is
    /// used.
    #[must_use]
    pub fn cv(mut self, folds: usize) -> Self {
        self.cv = folds;
        self
    }
    /// The pull of levels to the mean of all rows.
    #[must_use]
    pub fn smooth(mut self, smooth: Smooth) -> Self {
        self.smooth = smooth;
        self
    }
    /// The treatment of missing values.
    #[must_use]
    pub fn handle_missing(mut self, how: HandleMissing) -> Self {
        self.handle_missing = how;
        self
    }
    /// Seeds the folds (`random_state`).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The fold of each row, and their number.
    fn assign(&self, n: usize, groups: Option<&[u32]>) -> Result<(Vec<u8>, usize)> {
        let mut rng = generator(self.seed, "target-encoder", 0);
        if let Some(groups) = groups {
            let mut distinct = groups.to_vec();
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.len() >= 2 {
                let k = self.cv.min(distinct.len());
                let order = permutation(distinct.len(), &mut rng);
                let place = |g: &u32| {
                    distinct
                        .binary_search(g)
                        .map_or(0, |i| (order[i] as usize % k) as u8)
                };
                return Ok((groups.iter().map(place).collect(), k));
            }
        }
        if n < 2 {
            let reason = "cross-fitting needs at least two training rows".into();
            return Err(Error::Fit {
                step: "TargetEncoder",
                reason,
            });
        }
        let k = self.cv.min(n);
        let mut fold = vec![0; n];
        permutation(n, &mut rng)
            .iter()
            .enumerate()
            .for_each(|(i, &row)| fold[row as usize] = (i * k / n) as u8);
        Ok((fold, k))
    }

    /// The encodings of all rows, and those of each fold's complement.
    fn learn(
        &self,
        column: &CodeColumn<'_>,
        y: &[f64],
        fold: &[u8],
        k: usize,
    ) -> Result<(LevelMeans, Vec<LevelMeans>)> {
        let levels = column.levels.len();
        let row = |i: usize| {
            (
                (column.codes[i] as usize).min(levels),
                column.weights.map_or(1.0, |w| w[i]),
            )
        };
        let mut parts = vec![vec![Moments::default(); levels + 1]; k];
        for (i, &label) in y.iter().enumerate() {
            let (level, weight) = row(i);
            parts[usize::from(fold[i])][level].push(label, weight);
        }
        let merged = |without: Option<usize>| -> Vec<Moments> {
            let mut sum = vec![Moments::default(); levels + 1];
            for (_, part) in parts
                .iter()
                .enumerate()
                .filter(|(f, _)| Some(*f) != without)
            {
                sum.iter_mut().zip(part).for_each(|(s, p)| s.merge(p));
            }
            sum
        };
        let held_out = (0..k).map(|f| {
            self.encode(&merged(Some(f))).ok_or_else(|| Error::Fit {
                step: "TargetEncoder",
                reason: format!(
                    "column `{}`: all weight lies in one fold of the cross-fitting",
                    column.name
                ),
            })
        });
        let held_out = held_out.collect::<Result<Vec<_>>>()?;
        let all = self.encode(&merged(None)).ok_or_else(|| Error::Fit {
            step: "TargetEncoder",
            reason: "all training rows have weight 0".into(),
        })?;
        for (means, known) in held_out.iter().chain([&all]) {
            if !known {
                return Err(Error::Fit {
                    step: "TargetEncoder",
                    reason: format!(
                        "column `{}`: the target is too large: its {} is not a finite number",
                        column.name,
                        if means.prior.is_finite() {
                            "variance"
                        } else {
                            "mean"
                        }
                    ),
                });
            }
        }
        let means = |m: Vec<(LevelMeans, bool)>| m.into_iter().map(|(m, _)| m).collect();
        Ok((all.0, means(held_out)))
    }

    /// Encodings from the moments of each level, missing last, and whether all they are made of are
    /// numbers.
    fn encode(&self, levels: &[Moments]) -> Option<(LevelMeans, bool)> {
        let mut all = Moments::default();
        levels.iter().for_each(|m| all.merge(m));
        if all.weight <= 0.0 {
            return None;
        }
        let (prior, variance) = (all.mean, all.square / all.weight);
        let one = |m: &Moments| {
            let share = match self.smooth {
                Smooth::Fixed(s) => m.weight / (m.weight + s),
                Smooth::Auto => variance * m.weight / (variance * m.weight + m.square / m.weight),
            };
            // Not a number: no row of the level, or a constant target.
            if m.weight <= 0.0 || share.is_nan() {
                prior
            } else {
                share * m.mean + (1.0 - share) * prior
            }
        };
        let mut encodings: Vec<f64> = levels.iter().map(one).collect();
        let missing = encodings
            .pop()
            .filter(|_| self.handle_missing == HandleMissing::Level)
            .unwrap_or(prior);
        let known = (self.smooth != Smooth::Auto || variance.is_finite())
            && encodings
                .iter()
                .chain([&prior, &missing])
                .all(|v| v.is_finite());
        let means = LevelMeans {
            class: None,
            encodings,
            missing,
            prior,
        };
        Some((means, known))
    }
}

impl Params for TargetEncoder {
    fn name(&self) -> &'static str {
        "TargetEncoder"
    }
    fn check(&self) -> Result<()> {
        if !(2..=255).contains(&self.cv) {
            return Err(Error::parameter(
                "TargetEncoder",
                "cv",
                self.cv,
                "from 2 to 255",
            ));
        }
        match self.smooth {
            Smooth::Fixed(s) if !(s.is_finite() && s >= 0.0) => Err(Error::parameter(
                "TargetEncoder",
                "smooth",
                s,
                "a finite number of at least 0",
            )),
            _ => Ok(()),
        }
    }
}

impl<Y: OneVsRest> Transformer<Table, Y> for TargetEncoder {
    type Out = Dense<f64>;
    type Fitted = FittedTargetEncoder;

    fn fit_transform(
        &self,
        train: &Sample<Table, Y, Train>,
    ) -> Result<(FittedTargetEncoder, Dense<f64>)> {
        self.check()?;
        let n = train.len();
        if n == 0 {
            return Err(Error::Empty("TargetEncoder: training sample".into()));
        }
        let classes = Y::classes(train.y());
        let outputs = classes.map_or(1, <[_]>::len);
        let (fold, k) = self.assign(n, train.groups())?;
        let positions = train.x().data().inputs();
        let columns = positions
            .iter()
            .map(|&p| codes("TargetEncoder", train, p))
            .collect::<Result<Vec<_>>>()?;
        // By column and output: the encodings of all rows, and those of each fold's complement.
        let mut learned: Vec<Vec<_>> = columns.iter().map(|_| Vec::new()).collect();
        for output in 0..outputs {
            let y: Vec<f64> = (0..n).map(|i| Y::indicator(train.y(), i, output)).collect();
            for (column, learned) in columns.iter().zip(&mut learned) {
                let (mut all, held_out) = self.learn(column, &y, &fold, k)?;
                all.class = classes.map(|names| names[output].clone());
                learned.push((all, held_out));
            }
        }
        let width = columns.len() * outputs;
        let values = spread(n, width, |first, rows, out| {
            let mut at = 0;
            for (column, learned) in columns.iter().zip(&learned) {
                for (_, held_out) in learned {
                    for i in 0..rows {
                        let means = &held_out[usize::from(fold[first + i])];
                        out[i * width + at] = means.encoding(column.codes[first + i]);
                    }
                    at += 1;
                }
            }
            Ok(())
        })?;
        let learned = learned.into_iter().map(|outputs| {
            let all = outputs.into_iter().map(|(all, _)| all);
            TargetMeans::new(all.collect())
        });
        cross_fitted(&positions, &columns, learned, n, values)
    }
}

#[cfg(test)]
mod tests;
