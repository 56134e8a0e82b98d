//! The comparison of models by resampling.

use super::board::{ComparisonBoard, ComparisonRow};
use super::draws;
use crate::bootstrap::{Bootstrap, Estimate, two_users};
use crate::error::{self, Error};
use ml_data::contract::{Evaluation, Predicted};
use ml_data::prelude::*;
use ml_data::sample::Labels;
use ml_data::validate::distinct;
use rayon::prelude::*;

/// Share of the resamples in which a metric has to be defined.
const DEFINED: f64 = 0.9;

/// A comparison of models on the same rows: the value of every metric with a bootstrap interval,
/// and its paired difference to the first model.
///
/// Rows are drawn with replacement and every metric is computed anew of what was drawn, the same
/// rows for all models; any metric will do, a mean or not. The intervals are percentiles with a t
/// correction. Where the sample has groups (users, queries) whole groups are drawn: rows of one
/// group are alike, and intervals by row would be too narrow. The result has the same bits for any
/// number of threads.
///
/// # Formula
/// With `m` units, the values `t_1..t_B` of a metric in `B` resamples, and their quantiles `q`:
/// `[q(a), q(1 - a)]`, `a = Phi(sqrt(m / (m - 1)) t_{m-1}((1 - level) / 2))`. The same of
/// `t_b(model) - t_b(first)` for a difference.
///
/// # Undefined resamples
/// A resample may lack what a metric needs (a positive, for `roc_auc`). Up to a tenth of them is
/// left out; more is an error.
///
/// # Weights
/// They go with the rows.
///
/// # Examples
/// Any number of fitted models, of any types, on a test set that is used up by it; `score_by` does
/// the same with validation rows as often as needed.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_eval::bootstrap::Bootstrap;
/// use ml_eval::compare::Comparison;
/// use ml_eval::metric::{Mae, Rmse};
/// # use ml_data::repr::Names;
/// # use serde::{Deserialize, Serialize};
/// # macro_rules! shifted { ($($model:ident)*) => { $(
/// #     #[derive(Serialize, Deserialize)]
/// #     struct $model(Names, f64);
/// #     impl Predict<Dense> for $model {
/// #         type Prediction = Scores;
/// #         type Scratch = ();
/// #         fn input(&self) -> &Names { &self.0 }
/// #         fn predict_row(&self, row: &[f64], _: &mut (), out: &mut f64) -> Result<()> {
/// #             *out = self.1 * row[0];
/// #             Ok(())
/// #         }
/// #     }
/// # )* } }
/// # shifted!(Mean Boosting Network);
/// # let x = Dense::from_rows(1, (0..100).map(|i| f64::from(i % 9)).collect())?;
/// # let y = (0..100).map(|i| f64::from(i % 9) + f64::from(i % 7) / 7.0).collect::<Vec<_>>();
/// # let TrainTest { train, test } =
/// #     Dataset::regression(x, y)?.train_test_split(Split::holdout(0.5))?;
/// # let mean = Mean(train.header().clone(), 0.2);
/// # let boosting = Boosting(train.header().clone(), 1.0);
/// # let network = Network(train.header().clone(), 0.8);
/// // The first model is the one that the others are compared with.
/// let models: Models<'_, Dense, Scores> =
///     &[("mean", &mean), ("boosting", &boosting), ("network", &network)];
/// let how = Comparison::new(&[&Mae, &Rmse]).bootstrap(Bootstrap::new().n_resamples(500));
/// let board = test.evaluate_by(models, &how)?;
/// println!("{board}");
/// assert_eq!(board.best("mae")?, "boosting");
/// let better = board.against_first("boosting", "mae").unwrap();
/// assert!(better.interval.upper < 0.0); // smaller errors than the mean's, and not by chance
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Efron, Tibshirani: An Introduction to the Bootstrap (1993), chapter 13.
/// Hesterberg: What Teachers Should Know About the Bootstrap. The American Statistician 69 (2015).
/// <https://doi.org/10.1080/00031305.2015.1089789>
pub struct Comparison<'a, Y: Target> {
    metrics: Vec<&'a dyn Metric<Y>>,
    bootstrap: Bootstrap,
}

impl<Y: Target> std::fmt::Debug for Comparison<'_, Y> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.metrics.iter().map(|m| m.name());
        f.debug_list().entries(names).finish()
    }
}

impl<'a, Y: Target> Comparison<'a, Y> {
    /// By these metrics, with 2,000 resamples and intervals of 95 %.
    #[must_use]
    pub fn new(metrics: &[&'a dyn Metric<Y>]) -> Self {
        Self {
            metrics: metrics.to_vec(),
            bootstrap: Bootstrap::new(),
        }
    }

    /// Number of resamples, level, seed and method (a percentile).
    #[must_use]
    pub fn bootstrap(mut self, bootstrap: Bootstrap) -> Self {
        self.bootstrap = bootstrap;
        self
    }

    /// The estimates of one metric: of each model, and of its difference to the first.
    fn estimates(
        &self,
        name: &str,
        units: usize,
        values: &[f64],
        draws: Vec<Vec<Option<f64>>>,
    ) -> Result<Vec<(Estimate, Option<Estimate>)>> {
        let all = draws.len();
        let whole = |draw: Vec<Option<f64>>| draw.into_iter().collect::<Option<Vec<f64>>>();
        let draws: Vec<Vec<f64>> = draws.into_iter().filter_map(whole).collect();
        if (draws.len() as f64) < DEFINED * all as f64 {
            let why = format!(
                "{} of {all} resamples lack what it needs: more rows, or more of the rare class",
                all - draws.len()
            );
            return Err(Error::undefined(format!("interval of {name}"), why));
        }
        let estimate = |model: usize| {
            let own = draws.iter().map(|d| d[model]).collect();
            let own = self.bootstrap.statistic(units, values[model], own)?;
            let against = match model {
                0 => None,
                _ => {
                    let apart = draws.iter().map(|d| d[model] - d[0]).collect();
                    let value = values[model] - values[0];
                    Some(self.bootstrap.statistic(units, value, apart)?)
                }
            };
            Ok((own, against))
        };
        (0..values.len()).map(estimate).collect()
    }
}

impl<Y: Target> Evaluation<Y> for Comparison<'_, Y> {
    type Board = ComparisonBoard;

    fn evaluate(&self, of: &Predicted<'_, Y>) -> Result<ComparisonBoard> {
        if self.metrics.is_empty() {
            return Err(error::empty("list of metrics to compare by"));
        }
        distinct("metric", self.metrics.iter().map(|m| m.name()))?;
        self.bootstrap.check()?;
        let units = draws::units(of.groups, of.truth.len());
        two_users(units.len())?;
        let values = self.metrics.iter().map(|metric| {
            let score = |p: &Y::Prediction| metric.score(of.truth, p, of.weights);
            of.models.iter().map(|(_, p)| score(p)).collect()
        });
        let values: Vec<Vec<f64>> = values.collect::<Result<_>>()?;
        let resampled: Vec<Vec<Vec<Option<f64>>>> = (0..self.bootstrap.resamples())
            .into_par_iter()
            .map(|i| {
                let drawn = self.bootstrap.drawn(i, units.len());
                draws::scores(of, &self.metrics, &units, drawn)
            })
            .collect();
        let mut rows: Vec<ComparisonRow> = of
            .models
            .iter()
            .map(|(name, _)| ComparisonRow::new(name))
            .collect();
        for (m, metric) in self.metrics.iter().enumerate() {
            let draws = resampled.iter().map(|draw| draw[m].clone()).collect();
            let estimates = self.estimates(metric.name(), units.len(), &values[m], draws)?;
            for (row, (own, against)) in rows.iter_mut().zip(estimates) {
                row.scores.push(own);
                row.against_first.extend(against);
            }
        }
        let metrics = self.metrics.iter();
        Ok(ComparisonBoard {
            part: of.part.into(),
            metrics: metrics
                .map(|m| (m.name().to_owned(), m.direction()))
                .collect(),
            count: of.truth.len(),
            units: units.len(),
            grouped: of.groups.is_some(),
            rows,
        })
    }
}
