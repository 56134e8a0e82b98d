//! Coefficient of determination.

use super::residuals::Residuals;
use crate::error::{Error, Result};
use crate::metric::row_metric::row_metric;
use crate::score::Score;
use crate::{check, reduce};

/// Coefficient of determination R²: the share of the target's variance that the predictions
/// explain. 1 is perfect, 0 is as good as the mean, less is worse.
///
/// Equal to scikit-learn's `r2_score` of one output.
///
/// # Formula
/// `R² = 1 - residual_ss / total_ss`, where
/// `residual_ss = sum_i w_i (predicted_i - target_i)^2`,
/// `total_ss = sum_i w_i (target_i - mean)^2` and `mean = sum_i w_i target_i / sum_i w_i`.
///
/// # Zero division
/// Of a constant target it is 1 when all predictions are right, else 0. A target that varies by
/// rounding alone (four units in the last place) is constant too.
///
/// # Weights
/// Row `i` has weight `w_i`, 1 without weights: a row of weight 2 counts like the row twice.
///
/// # Errors
/// No rows; lengths that differ; a prediction, target or distance of both that is not finite (the
/// row is named); weights that are negative, not finite or all zero.
///
/// ```
/// use ml_eval::metric::r2;
/// let share = r2(&[2.5, 0.0, 2.0, 8.0], &[3.0, -0.5, 2.0, 7.0], None)?;
/// assert!((share - 0.9486081370449679).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Kvålseth: Cautionary Note about R². The American Statistician 39 (1985).
/// <https://doi.org/10.1080/00031305.1985.10479448>
pub fn r2<S: Score, T: Score>(
    predicted: &[S],
    target: &[T],
    weights: Option<&[f64]>,
) -> Result<f64> {
    let n = predicted.len();
    let residuals = Residuals::new(predicted, target, weights)?;
    if residuals.constant_target() {
        let right = (0..n).all(|row| {
            let counts = residuals
                .weights
                .as_ref()
                .is_none_or(|w| w.values[row] > 0.0);
            !counts || residuals.residual(row) == 0.0
        });
        return Ok(f64::from(u8::from(right)));
    }
    let [residual_ss, total_ss] = sums_of_squares(&residuals, n, 1.0);
    if total_ss.is_normal() && residual_ss.is_finite() {
        return Ok(1.0 - residual_ss / total_ss);
    }
    // Squares that left the range of numbers: the same of residuals and targets near 1.
    let sizes = (0..n).map(|row| residuals.target(row).abs());
    let largest = sizes.fold(residuals.largest()?, f64::max);
    let scale = check::scale(largest).unwrap_or(1.0);
    let [residual_ss, total_ss] = sums_of_squares(&residuals, n, scale);
    match 1.0 - residual_ss / total_ss {
        share if share.is_finite() => Ok(share),
        _ => Err(Error::undefined(
            "r2",
            "the errors are so much larger than the target's deviations that the share is no finite number",
        )),
    }
}

/// Weighted sums of squares of residuals and targets, all times `scale`: of the residuals, and of
/// the targets' deviations from their mean.
fn sums_of_squares<S: Score, T: Score>(
    residuals: &Residuals<'_, S, T>,
    n: usize,
    scale: f64,
) -> [f64; 2] {
    let weights = residuals.weights.as_ref();
    let weight = |row: usize| weights.map_or(1.0, |w| w.values[row]);
    let total_weight = weights.map_or(n as f64, |w| w.total);
    let target = |row: usize| residuals.target(row) * scale;
    let [sum] = reduce::block_sums(n, |rows| [rows.map(|r| weight(r) * target(r)).sum()]);
    let mean = sum / total_weight;
    reduce::block_sums(n, |rows| {
        rows.fold([0.0; 2], |[residual_ss, total_ss], row| {
            let (residual, deviation) = (residuals.residual(row) * scale, target(row) - mean);
            [
                residual_ss + weight(row) * residual * residual,
                total_ss + weight(row) * deviation * deviation,
            ]
        })
    })
}

row_metric! {
    /// [`r2`] of a regression sample; "r2", higher is better.
    R2: Real, r2, HigherIsBetter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_targets() {
        assert_eq!(r2(&[2.0, 2.0], &[2.0, 2.0], None).unwrap(), 1.0);
        assert_eq!(r2(&[2.0, 3.0], &[2.0, 2.0], None).unwrap(), 0.0);
    }

    /// The mean of three times 0.1 is not 0.1; 0.1 + 0.2 is 0.3 but for rounding. Rows of weight 0
    /// do not make a target vary.
    #[test]
    fn case_m8_a_constant_that_rounding_hides() {
        let tenth = [0.1; 3];
        assert_eq!(r2(&[0.2, 0.1, 0.1], &tenth, None).unwrap(), 0.0);
        assert_eq!(r2(&tenth, &tenth, None).unwrap(), 1.0);
        assert_eq!(r2(&[0.2, 0.3], &[0.1 + 0.2, 0.3], None).unwrap(), 0.0);
        let weights = Some(&[1.0, 1.0, 1.0, 0.0][..]);
        assert_eq!(
            r2(&[0.2, 0.1, 0.1, 7.0], &[0.1, 0.1, 0.1, 5.0], weights).unwrap(),
            0.0
        );
        // Right where rows count, wrong where they do not.
        let predicted = [0.1, 0.1, 0.1, 7.0];
        assert_eq!(r2(&predicted, &[0.1, 0.1, 0.1, 5.0], weights).unwrap(), 1.0);
        for (value, n) in [
            (0.1f64, 100_000),
            (1e9 + 0.1, 10),
            (-1e-9 / 3.0, 7),
            (1e300 / 3.0, 9),
        ] {
            let target = vec![value; n];
            let mut predicted = target.clone();
            predicted[0] *= 1.5;
            assert_eq!(r2(&predicted, &target, None).unwrap(), 0.0, "{value}");
        }
        // One that does vary: by hand, errors 0 and .001, deviations .0005 each.
        let found = r2(&[1e9, 1e9], &[1e9, 1e9 + 0.001], None).unwrap();
        assert!((found + 1.0).abs() < 1e-3, "{found}");
    }

    /// Powers of two change nothing: the unscaled value is the reference.
    #[test]
    fn case_m9_targets_at_both_ends_of_the_range() {
        let (p, y) = ([2.5, 0.0, 2.0, 8.0], [3.0, -0.5, 2.0, 7.0]);
        let want = r2(&p, &y, None).unwrap();
        for by in [
            2f64.powi(1020),
            2f64.powi(700),
            2f64.powi(-700),
            2f64.powi(-1000),
        ] {
            let times = |v: &[f64]| v.iter().map(|x| x * by).collect::<Vec<f64>>();
            let found = r2(&times(&p), &times(&y), None).unwrap();
            assert!((found - want).abs() < 1e-12, "{by}: {found}");
        }
    }

    #[test]
    fn a_share_beyond_the_range_is_refused() {
        let text = r2(&[1e300, 0.0], &[0.0, 1.0], None)
            .unwrap_err()
            .to_string();
        assert!(text.contains("r2"), "{text}");
    }

    #[test]
    fn weights_are_repetitions() {
        let weighted = r2(&[1.0, 2.0, 4.0], &[0.0, 2.5, 9.0], Some(&[2.0, 1.0, 0.0])).unwrap();
        let repeated = r2(&[1.0, 1.0, 2.0], &[0.0, 0.0, 2.5], None).unwrap();
        assert!((weighted - repeated).abs() < 1e-15);
    }
}
