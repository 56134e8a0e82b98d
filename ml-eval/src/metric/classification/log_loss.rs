//! Log loss of binary probabilities.

use super::label::{self, BinaryLabel};
use crate::check;
use crate::error::{self, Result};
use crate::metric::mean::weighted_mean;
use crate::metric::row_metric::row_metric;
use crate::score::Score;

/// Log loss (cross-entropy) of predicted probabilities of the positive class; lower is better.
///
/// A proper scoring rule: least when the probabilities are right, so it punishes bad calibration
/// that [`roc_auc`](crate::metric::roc_auc) cannot see. Equal to scikit-learn's `log_loss`, with
/// one difference: labels of one class are allowed, the loss is defined for them.
///
/// # Formula
/// `-sum_i w_i ln q_i / sum_i w_i`, where `q_i` is the probability given to the class observed in
/// row `i`, clipped to `[eps, 1 - eps]` as scikit-learn does. `eps` is the machine epsilon of the
/// type: 2.2e-16 for `f64` (so a certain, wrong prediction costs 36.04), 1.2e-7 for `f32` (15.94).
///
/// # Weights
/// Row `i` has weight `w_i`, 1 without weights: a row of weight 2 counts like the row twice.
///
/// # Errors
/// No rows; lengths that differ; a prediction that is not a number or outside [0, 1] (the row is
/// named); weights that are negative, not finite or all zero.
///
/// ```
/// use ml_eval::metric::log_loss;
/// let loss = log_loss(&[0.1, 0.9, 0.8, 0.35], &[false, true, true, false], None)?;
/// assert!((loss - 0.21616187468057912).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Good: Rational Decisions. Journal of the Royal Statistical Society B 14 (1952).
/// <https://doi.org/10.1111/j.2517-6161.1952.tb00104.x>
pub fn log_loss<S: Score, L: BinaryLabel>(
    probabilities: &[S],
    labels: &[L],
    weights: Option<&[f64]>,
) -> Result<f64> {
    let n = probabilities.len();
    check::lengths(n, "labels", labels.len())?;
    label::check(labels)?;
    let valid = |p: &S| (0.0..=1.0).contains(&(*p).into());
    if !probabilities.iter().fold(true, |all, p| all & valid(p)) {
        let row = probabilities.iter().position(|p| !valid(p)).unwrap_or(0);
        let found: f64 = probabilities[row].into();
        return Err(error::value(
            "predicted probability",
            row,
            found,
            "a number in [0, 1]",
        ));
    }
    let loss = |row: usize| {
        let p: f64 = probabilities[row].into();
        // the observed class's own probability is clipped, as in scikit-learn's two-column form
        let observed = if labels[row].positive() { p } else { 1.0 - p };
        -observed.clamp(S::EPSILON, 1.0 - S::EPSILON).ln()
    };
    let weights = weights.map(|w| check::weights(w, n)).transpose()?;
    Ok(weighted_mean(n, weights.as_ref(), loss))
}

row_metric! {
    /// [`log_loss`] of a binary sample; "log_loss", lower is better.
    LogLoss: Binary, log_loss, LowerIsBetter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_and_wrong_is_clipped() {
        assert!(
            (log_loss(&[0.0f64], &[true], None).unwrap() - 36.043_653_389_117_15).abs() < 1e-12
        );
        assert!(
            (log_loss(&[1.0f32], &[false], None).unwrap() - 15.942_385_152_878_742).abs() < 1e-6
        );
        assert!(log_loss(&[1.0f64, 0.0], &[true, false], None).unwrap() < 1e-15);
    }

    #[test]
    fn weights_are_repetitions() {
        let p = [0.2, 0.7, 0.9, 0.4];
        let y = [false, true, false, true];
        let weighted = log_loss(&p, &y, Some(&[2.0, 1.0, 0.0, 3.0])).unwrap();
        let repeated = log_loss(
            &[0.2, 0.2, 0.7, 0.4, 0.4, 0.4],
            &[false, false, true, true, true, true],
            None,
        )
        .unwrap();
        assert!((weighted - repeated).abs() < 1e-15);
    }

    #[test]
    fn bad_input_names_the_row() {
        let text = |r: Result<f64>| r.unwrap_err().to_string();
        assert!(text(log_loss(&[0.5, 1.5], &[true, false], None)).contains("row 1"));
        assert!(text(log_loss(&[0.5, f64::NAN], &[true, false], None)).contains("NaN"));
        assert!(text(log_loss::<f64, bool>(&[], &[], None)).contains("is empty"));
        assert!(text(log_loss(&[0.5], &[true], Some(&[f64::INFINITY]))).contains("row 0"));
    }
}
