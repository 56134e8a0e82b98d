//! Mean absolute error.

use super::residuals::Residuals;
use crate::error::Result;
use crate::metric::row_metric::row_metric;
use crate::score::Score;

/// Mean absolute error, in the unit of the target; lower is better.
///
/// For a regression that predicts medians; one large error weighs less than in
/// [`rmse`](crate::metric::rmse). Equal to scikit-learn's `mean_absolute_error` of one output.
///
/// # Formula
/// `MAE = sum_i w_i |predicted_i - target_i| / sum_i w_i`
///
/// # Weights
/// Row `i` has weight `w_i`, 1 without weights: a row of weight 2 counts like the row twice.
///
/// # Errors
/// No rows; lengths that differ; a prediction, target or distance of both that is not finite (the
/// row is named); weights that are negative, not finite or all zero.
///
/// ```
/// use ml_eval::metric::mae;
/// assert_eq!(mae(&[2.5, 0.0, 2.0, 8.0], &[3.0, -0.5, 2.0, 7.0], None)?, 0.5);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Willmott, Matsuura: Advantages of the mean absolute error (MAE) over the root mean square error
/// (RMSE). Climate Research 30 (2005). <https://doi.org/10.3354/cr030079>
pub fn mae<S: Score, T: Score>(
    predicted: &[S],
    target: &[T],
    weights: Option<&[f64]>,
) -> Result<f64> {
    Residuals::new(predicted, target, weights)?.power_mean(f64::abs, |mean| mean)
}

row_metric! {
    /// [`mae`] of a regression sample; "mae", lower is better.
    Mae: Real, mae, LowerIsBetter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_m9_errors_at_the_end_of_the_range() {
        let found = mae(&[1e308, -1e308, 1e308], &[0.0; 3], None).unwrap();
        assert!((found / 1e308 - 1.0).abs() < 1e-12, "{found}");
    }

    #[test]
    fn weights_are_repetitions_and_bad_rows_are_named() {
        let weighted = mae(&[1.0, 2.0, 4.0], &[0.0, 2.5, 9.0], Some(&[2.0, 1.0, 0.0])).unwrap();
        assert_eq!(
            weighted,
            mae(&[1.0, 1.0, 2.0], &[0.0, 0.0, 2.5], None).unwrap()
        );
        let e = mae(&[1.0, f64::NAN], &[1.0, 1.0], None)
            .unwrap_err()
            .to_string();
        assert!(e.contains("prediction") && e.contains("row 1"), "{e}");
    }
}
