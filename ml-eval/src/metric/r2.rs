//! Coefficient of determination.

use super::score::Score;
use crate::error::Result;
use crate::{check, reduce};

/// R², the share of the target's variance that the predictions explain: 1 is perfect, 0 is as good as the mean, less is worse.
///
/// Equal to scikit-learn's `r2_score` of one output: of a constant target it is 1 when all predictions are right, else 0.
///
/// # Weights
/// Both sums of squares and the mean are weighted; a row of weight 2 counts like the row twice.
///
/// # Errors
/// No rows; lengths that differ; a prediction or target that is not finite (the row is named); weights that are negative,
/// not finite or all zero.
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
    let n = predicted.len();
    check::lengths(n, "targets", target.len())?;
    check::finite("prediction", predicted)?;
    check::finite("target", target)?;
    let total = match weights {
        None => n as f64,
        Some(w) => check::weights(w, n)?,
    };
    let weight = |row: usize| weights.map_or(1.0, |w| w[row]);
    let label = |row: usize| -> f64 { target[row].into() };
    let [sum] = reduce::block_sums(n, |rows| [rows.map(|r| weight(r) * label(r)).sum()]);
    let mean = sum / total;
    let squares = |row: usize| -> [f64; 2] {
        let (error, apart) = (predicted[row].into() - label(row), label(row) - mean);
        [weight(row) * error * error, weight(row) * apart * apart]
    };
    let [left, all] = reduce::block_sums(n, |rows| {
        rows.map(squares)
            .fold([0.0; 2], |s, x| [s[0] + x[0], s[1] + x[1]])
    });
    Ok(match (left > 0.0, all > 0.0) {
        (_, true) => 1.0 - left / all,
        (true, false) => 0.0,
        (false, false) => 1.0,
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

    #[test]
    fn weights_are_repetitions() {
        let weighted = r2(&[1.0, 2.0, 4.0], &[0.0, 2.5, 9.0], Some(&[2.0, 1.0, 0.0])).unwrap();
        let repeated = r2(&[1.0, 1.0, 2.0], &[0.0, 0.0, 2.5], None).unwrap();
        assert!((weighted - repeated).abs() < 1e-15);
    }
}
