//! Metrics made of a function.

use super::metric::{Direction, Metric};
use crate::error::{Error, Result};
use crate::sample::{AsReal, Labels, Scores, Target};
use crate::sums::block_sums;
use crate::validate;
use std::fmt;
use std::marker::PhantomData;

/// Rows of a block of the fixed-order sum.
const BLOCK: usize = 4096;

/// A metric that is a function, scikit-learn's `make_scorer`: [`MetricFn::new`] takes the whole of
/// [`Metric::score`], [`MetricFn::mean`] the value of one row.
///
/// ```
/// use ml_data::contract::MetricFn;
/// use ml_data::prelude::*;
/// use ml_data::sample::RealLabels;
/// let truth = RealLabels::new([10.0, 20.0, 40.0])?;
/// let predicted = Scores(vec![11.0, 20.0, 30.0]);
///
/// let mape = MetricFn::mean::<Real>("mape", Direction::LowerIsBetter, |y, p| (p / y - 1.0).abs());
/// assert!((mape.score(&truth, &predicted, None)? - 0.35 / 3.0).abs() < 1e-12);
/// assert!((mape.score(&truth, &predicted, Some(&[1.0, 1.0, 0.0]))? - 0.05).abs() < 1e-12);
///
/// let total = |y: &RealLabels, p: &Scores, _: Option<&[f64]>| {
///     Ok(p.0.iter().sum::<f64>() / y.values().iter().sum::<f64>())
/// };
/// let ratio = MetricFn::<Real, _>::new("total_ratio", Direction::HigherIsBetter, total);
/// assert_eq!(ratio.score(&truth, &predicted, None)?, 61.0 / 70.0);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub struct MetricFn<Y, F> {
    name: String,
    direction: Direction,
    score: F,
    target: PhantomData<fn(Y)>,
}

impl<Y: Target, F> MetricFn<Y, F>
where
    F: Fn(&Y::Labels, &Y::Prediction, Option<&[f64]>) -> Result<f64> + Send + Sync,
{
    /// Scores with `score(truth, predicted, weights)`, which checks lengths and honours weights, or
    /// refuses them, as [`Metric`] asks.
    pub fn new(name: impl Into<String>, direction: Direction, score: F) -> Self {
        Self {
            name: name.into(),
            direction,
            score,
            target: PhantomData,
        }
    }
}

impl MetricFn<(), ()> {
    /// The mean of `of_row(label, prediction)` over rows, for targets whose labels are numbers: 0
    /// and 1 of two classes. The same bits for any number of threads.
    ///
    /// # Formula
    /// `sum_i w_i f(y_i, p_i) / sum_i w_i`
    ///
    /// # Weights
    /// Row `i` has weight `w_i`, 1 without weights; rows of weight 0 are not looked at.
    ///
    /// # Errors
    /// Of scoring: no rows, lengths that differ, a value that is no number, with its row; weights
    /// that are negative, not finite or all 0.
    pub fn mean<Y: AsReal<Prediction = Scores>>(
        name: impl Into<String>,
        direction: Direction,
        of_row: impl Fn(f64, f64) -> f64 + Send + Sync,
    ) -> impl Metric<Y> + fmt::Debug {
        MetricFn::<Y, _>::new(
            name,
            direction,
            move |truth: &Y::Labels, p: &Scores, w: Option<&[f64]>| mean::<Y>(truth, p, w, &of_row),
        )
    }
}

fn mean<Y: AsReal<Prediction = Scores>>(
    truth: &Y::Labels,
    predicted: &Scores,
    weights: Option<&[f64]>,
    of_row: &(impl Fn(f64, f64) -> f64 + Sync),
) -> Result<f64> {
    let rows = truth.len();
    Error::check_len("predictions", rows, predicted.0.len())?;
    if rows == 0 {
        return Err(Error::Empty("sample to score".into()));
    }
    // Divided by the largest, weights of any unit have a finite sum.
    let largest = weights.map_or(Ok(1.0), |w| validate::weights(w, rows))?;
    if largest == 0.0 {
        return Err(Error::ZeroWeights {
            what: "sample to score".into(),
        });
    }
    let weight = |row: usize| weights.map_or(1.0, |w| w[row] / largest);
    let value = |row: usize| of_row(Y::real(truth, row), predicted.0[row]);
    let [sum, total] = block_sums(rows, BLOCK, |block| {
        let counted = block
            .map(|row| (row, weight(row)))
            .filter(|(_, w)| *w > 0.0);
        counted.fold([0.0, 0.0], |[sum, total], (row, w)| {
            [sum + w * value(row), total + w]
        })
    });
    let mean = sum / total;
    if mean.is_nan() {
        let bad = (0..rows).find(|&row| weight(row) > 0.0 && value(row).is_nan());
        if let Some(row) = bad {
            let of = format!("NaN of the prediction {}", predicted.0[row]);
            return Err(Error::cell(
                "prediction",
                row,
                "a value that is a number",
                of,
            ));
        }
    }
    Ok(mean)
}

impl<Y, F> fmt::Debug for MetricFn<Y, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = self.direction.sign();
        write!(f, "MetricFn({}{sign})", self.name)
    }
}

impl<Y: Target, F> Metric<Y> for MetricFn<Y, F>
where
    F: Fn(&Y::Labels, &Y::Prediction, Option<&[f64]>) -> Result<f64> + Send + Sync,
{
    fn name(&self) -> &str {
        &self.name
    }
    fn direction(&self) -> Direction {
        self.direction
    }
    fn score(
        &self,
        truth: &Y::Labels,
        predicted: &Y::Prediction,
        weights: Option<&[f64]>,
    ) -> Result<f64> {
        (self.score)(truth, predicted, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Real, RealLabels};

    #[test]
    fn a_function_keeps_its_name_and_direction() {
        let worst = |y: &RealLabels, p: &Scores, _: Option<&[f64]>| {
            let errors = y.values().iter().zip(&p.0).map(|(y, p)| (y - p).abs());
            Ok(errors.fold(0.0, f64::max))
        };
        let metric = MetricFn::<Real, _>::new("worst", Direction::LowerIsBetter, worst);
        assert_eq!(Metric::name(&metric), "worst");
        assert_eq!(metric.direction(), Direction::LowerIsBetter);
        let truth = RealLabels::new([1.0, 4.0]).unwrap();
        let score = metric.score(&truth, &Scores(vec![1.5, 2.0]), None);
        assert_eq!(score.unwrap(), 2.0);
    }
}
