//! Root mean squared error.

use super::score::Score;
use crate::error::Result;
use crate::{check, reduce};

/// Root mean squared error, in the unit of the target.
///
/// The usual measure of a regression that predicts means; large errors weigh more than in a mean absolute error. Equal
/// to scikit-learn's `root_mean_squared_error` of one output.
///
/// # Weights
/// The mean under the root is weighted; a row of weight 2 counts like the row twice.
///
/// # Errors
/// No rows; lengths that differ; a prediction or target that is not finite (the row is named); weights that are negative,
/// not finite or all zero.
///
/// ```
/// use ml_eval::metric::rmse;
/// let error = rmse(&[2.5, 0.0, 2.0, 8.0], &[3.0, -0.5, 2.0, 7.0], None)?;
/// assert!((error - 0.6123724356957945).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Gneiting: Making and Evaluating Point Forecasts. Journal of the American Statistical Association 106 (2011).
/// <https://doi.org/10.1198/jasa.2011.r10138>
pub fn rmse<S: Score, T: Score>(
    predicted: &[S],
    target: &[T],
    weights: Option<&[f64]>,
) -> Result<f64> {
    let n = predicted.len();
    check::lengths(n, "targets", target.len())?;
    check::finite("prediction", predicted)?;
    check::finite("target", target)?;
    let square = |row: usize| {
        let error = predicted[row].into() - target[row].into();
        error * error
    };
    let (sum, total) = match weights {
        None => (
            reduce::block_sums(n, |rows| [rows.map(square).sum::<f64>()]),
            n as f64,
        ),
        Some(w) => {
            let total = check::weights(w, n)?;
            (
                reduce::block_sums(n, |rows| {
                    [rows.map(|row| w[row] * square(row)).sum::<f64>()]
                }),
                total,
            )
        }
    };
    Ok((sum[0] / total).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_repetitions() {
        let weighted = rmse(&[1.0, 2.0, 4.0], &[0.0, 2.5, 9.0], Some(&[2.0, 1.0, 0.0])).unwrap();
        assert!((weighted - rmse(&[1.0, 1.0, 2.0], &[0.0, 0.0, 2.5], None).unwrap()).abs() < 1e-15);
        assert!(
            (rmse(&[1.0f32, 3.0], &[1.0f64, 1.0], None).unwrap() - 2.0f64.sqrt()).abs() < 1e-15
        );
    }

    #[test]
    fn bad_input_names_the_row() {
        let text = |r: Result<f64>| r.unwrap_err().to_string();
        assert!(text(rmse(&[1.0, f64::INFINITY], &[1.0, 1.0], None)).contains("row 1"));
        assert!(text(rmse(&[1.0, 1.0], &[f64::NAN, 1.0], None)).contains("target"));
        assert!(text(rmse::<f64, f64>(&[], &[], None)).contains("is empty"));
    }
}
