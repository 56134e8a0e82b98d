//! Coefficient of determination.

use super::errors::Errors;
use super::score::Score;
use crate::error::{Error, Result};
use crate::{check, reduce};

/// R², the share of the target's variance that the predictions explain: 1 is perfect, 0 is as good as the mean, less is worse.
///
/// Equal to scikit-learn's `r2_score` of one output: of a constant target it is 1 when all
/// predictions are right, else 0. A target that varies by rounding alone (four units in the last
/// place) is constant too.
///
/// # Weights
/// Both sums of squares and the mean are weighted; a row of weight 2 counts like the row twice.
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
/// Kvålseth: Cautionary Note about R². The American Statistician 39 (1985). <https://doi.org/10.1080/00031305.1985.10479448>
pub fn r2<S: Score, T: Score>(
    predicted: &[S],
    target: &[T],
    weights: Option<&[f64]>,
) -> Result<f64> {
    let errors = Errors::new(predicted, target, weights)?;
    if errors.constant_target() {
        let right = (0..predicted.len()).all(|row| {
            let counts = errors.weights.as_ref().is_none_or(|w| w.values[row] > 0.0);
            !counts || errors.error(row) == 0.0
        });
        return Ok(f64::from(u8::from(right)));
    }
    let [left, all] = squares(&errors, predicted.len(), 1.0);
    if all.is_normal() && left.is_finite() {
        return Ok(1.0 - left / all);
    }
    // Squares that left the range of numbers: the same of errors and targets near 1.
    let far = (0..predicted.len()).map(|row| errors.target(row).abs());
    let largest = far.fold(errors.largest()?, f64::max);
    let [left, all] = squares(
        &errors,
        predicted.len(),
        check::scale(largest).unwrap_or(1.0),
    );
    match 1.0 - left / all {
        share if share.is_finite() => Ok(share),
        _ => Err(Error::undefined(
            "r2",
            "the errors are so much larger than the target's deviations that the share is no finite number",
        )),
    }
}

/// Weighted squares of the errors, and of the targets' distances from their mean, all times `by`.
fn squares<S: Score, T: Score>(errors: &Errors<'_, S, T>, n: usize, by: f64) -> [f64; 2] {
    let weights = errors.weights.as_ref();
    let weight = |row: usize| weights.map_or(1.0, |w| w.values[row]);
    let total = weights.map_or(n as f64, |w| w.total);
    let label = |row: usize| errors.target(row) * by;
    let [sum] = reduce::block_sums(n, |rows| [rows.map(|r| weight(r) * label(r)).sum()]);
    let mean = sum / total;
    reduce::block_sums(n, |rows| {
        rows.fold([0.0; 2], |s, row| {
            let (error, apart) = (errors.error(row) * by, label(row) - mean);
            [
                s[0] + weight(row) * error * error,
                s[1] + weight(row) * apart * apart,
            ]
        })
    })
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
