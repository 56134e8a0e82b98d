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
/// ```
/// use ml_data::prelude::*;
/// use ml_eval::bootstrap::Bootstrap;
/// use ml_eval::compare::{Comparison, ComparisonBoard};
/// use ml_eval::metric::{Mae, Rmse};
/// /// To be called as `compare(&valid, &[("mean", &mean), ("boost", &boost)])`.
/// fn compare(
///     valid: &Sample<Table, Real, Valid>,
///     models: &[(&str, &dyn Predictor<Table, Scores>)],
/// ) -> Result<ComparisonBoard> {
///     let how = Comparison::new(&[&Mae, &Rmse]).bootstrap(Bootstrap::new().n_resamples(500));
///     let board = valid.score_by(models, &how)?;
///     println!("{board}");
///     Ok(board)
/// }
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
