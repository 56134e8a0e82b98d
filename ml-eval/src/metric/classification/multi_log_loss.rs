//! Log loss of several classes.

use super::codes::{codes, in_order_of, rows};
use crate::check;
use crate::error::{self, Result};
use crate::metric::mean::weighted_mean;
use crate::score::Score;
use ml_data::contract::{Direction, Metric};
use ml_data::sample::{Class, ClassLabels, Prediction, Probabilities};
use serde::{Deserialize, Serialize};

/// Distance from 1 that the sum of a row's probabilities may have: `f32` predictions of a thousand
/// classes stay within it.
const SUM_TOLERANCE: f64 = 1e-3;

/// Log loss (cross-entropy) of predicted class probabilities; lower is better.
///
/// `probabilities` are flat rows of `classes` numbers, `labels` the codes of the observed classes.
/// Equal to scikit-learn's `log_loss`.
///
/// # Formula
/// `-sum_i w_i ln p_i / sum_i w_i`, where `p_i` is the probability given to the class observed in
/// row `i`, clipped to `[eps, 1 - eps]`, see [`log_loss`](crate::metric::log_loss).
///
/// # Weights
/// Row `i` has weight `w_i`, 1 without weights: a row of weight 2 counts like the row twice.
///
/// # Errors
/// No rows; fewer than two classes; lengths that differ; a probability outside [0, 1], a row of
/// them that does not add up to 1, a code of no class (the row is named); weights that are
/// negative, not finite or all zero.
///
/// ```
/// use ml_eval::metric::multi_log_loss;
/// let loss = multi_log_loss(&[0.7, 0.2, 0.1, 0.1, 0.6, 0.3], 3, &[0, 2], None)?;
/// assert!((loss - 0.7803238741323343).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Gneiting, Raftery: Strictly Proper Scoring Rules, Prediction, and Estimation. Journal of the
/// American Statistical Association 102 (2007). <https://doi.org/10.1198/016214506000001437>
pub fn multi_log_loss<S: Score>(
    probabilities: &[S],
    classes: usize,
    labels: &[u32],
    weights: Option<&[f64]>,
) -> Result<f64> {
    let n = labels.len();
    rows(probabilities.len(), classes, n)?;
    codes("label", labels, classes)?;
    distributions(probabilities, classes)?;
    let weights = weights.map(|w| check::weights(w, n)).transpose()?;
    let loss = |row: usize| {
        let p: f64 = probabilities[row * classes + labels[row] as usize].into();
        -p.clamp(S::EPSILON, 1.0 - S::EPSILON).ln()
    };
    Ok(weighted_mean(n, weights.as_ref(), loss))
}

/// Every row must be a probability distribution.
fn distributions<S: Score>(probabilities: &[S], classes: usize) -> Result<()> {
    for (row, p) in probabilities.chunks(classes).enumerate() {
        let numbers = p.iter().map(|p| (*p).into());
        let valid = |p: &f64| (0.0..=1.0).contains(p);
        if let Some(bad) = numbers.clone().find(|p| !valid(p)) {
            let expected = "a number in [0, 1]";
            return Err(error::value("predicted probability", row, bad, expected));
        }
        let sum: f64 = numbers.sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            let expected = "probabilities that add up to 1";
            return Err(error::value("predicted probability", row, sum, expected));
        }
    }
    Ok(())
}

/// [`multi_log_loss`] of a sample of classes; "multi_log_loss", lower is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiLogLoss;

impl Metric<Class> for MultiLogLoss {
    fn name(&self) -> &str {
        "multi_log_loss"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(&self, y: &ClassLabels, p: &Probabilities, weights: Option<&[f64]>) -> Result<f64> {
        let p = in_order_of(y, p)?;
        multi_log_loss(p.values(), y.classes().len(), y.codes(), weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::log_loss;

    #[test]
    fn two_classes_are_the_binary_loss() {
        let p = [0.1, 0.9, 0.8, 0.35];
        let both: Vec<f64> = p.iter().flat_map(|p| [1.0 - p, *p]).collect();
        let w = [1.0, 2.0, 0.0, 0.5];
        let two = multi_log_loss(&both, 2, &[0, 1, 1, 0], Some(&w)).unwrap();
        let one = log_loss(&p, &[0u8, 1, 1, 0], Some(&w)).unwrap();
        assert!((two - one).abs() < 1e-15);
    }

    #[test]
    fn bad_input_names_the_row() {
        let text = |p: &[f64], k, y: &[u32]| multi_log_loss(p, k, y, None).unwrap_err().to_string();
        assert!(text(&[0.5, 0.5, 0.9, 0.9], 2, &[0, 1]).contains("row 1"));
        assert!(text(&[0.5, 0.5, f64::NAN, 0.5], 2, &[0, 1]).contains("NaN"));
        assert!(text(&[0.5, 0.5], 2, &[2]).contains("a class below 2"));
        assert!(text(&[0.5, 0.5], 2, &[0, 1]).contains("expected 4 entries"));
        assert!(text(&[], 2, &[]).contains("is empty"));
        assert!(text(&[1.0], 1, &[0]).contains("at least 2 are needed, found 1"));
    }
}
