//! Root mean squared error.

use super::residuals::Residuals;
use crate::error::Result;
use crate::metric::row_metric::row_metric;
use crate::score::Score;

/// Root mean squared error, in the unit of the target; lower is better.
///
/// The usual measure of a regression that predicts means; large errors weigh more than in
/// [`mae`](crate::metric::mae). Equal to scikit-learn's `root_mean_squared_error` of one output.
///
/// # Formula
/// `RMSE = sqrt(sum_i w_i (predicted_i - target_i)^2 / sum_i w_i)`
///
/// # Weights
/// Row `i` has weight `w_i`, 1 without weights: a row of weight 2 counts like the row twice.
///
/// # Errors
/// No rows; lengths that differ; a prediction, target or distance of both that is not finite (the
/// row is named); weights that are negative, not finite or all zero.
///
/// ```
/// use ml_eval::metric::rmse;
/// let error = rmse(&[2.5, 0.0, 2.0, 8.0], &[3.0, -0.5, 2.0, 7.0], None)?;
/// assert!((error - 0.6123724356957945).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Gneiting: Making and Evaluating Point Forecasts. Journal of the American Statistical
/// Association 106 (2011).
/// <https://doi.org/10.1198/jasa.2011.r10138>
pub fn rmse<S: Score, T: Score>(
    predicted: &[S],
    target: &[T],
    weights: Option<&[f64]>,
) -> Result<f64> {
    Residuals::new(predicted, target, weights)?.power_mean(|r| r * r, f64::sqrt)
}

row_metric! {
    /// [`rmse`] of a regression sample; "rmse", lower is better.
    Rmse: Real, rmse, LowerIsBetter
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
    fn case_m9_errors_at_both_ends_of_the_range() {
        for by in [1e308, 1e200, 1e-200, 1e-308] {
            let found = rmse(&[by, 0.0], &[0.0, 0.0], None).unwrap();
            assert!((found / by - 0.5f64.sqrt()).abs() < 1e-12, "{by}: {found}");
        }
        let text = rmse(&[1.0, 1.5e308], &[0.0, -1.5e308], None)
            .unwrap_err()
            .to_string();
        assert!(text.contains("row 1"), "{text}");
        assert_eq!(
            rmse(&[1.0, 5.0], &[1.0, 0.0], Some(&[1.0, 0.0])).unwrap(),
            0.0
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
