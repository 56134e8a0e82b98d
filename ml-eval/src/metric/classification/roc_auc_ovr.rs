//! Area under the ROC curve of several classes.

use super::codes::{codes, in_order_of, rows};
use super::{Average, roc_auc};
use crate::error::{self, Error, Result};
use crate::score::Score;
use ml_data::contract::{Direction, Metric};
use ml_data::sample::{Class, ClassLabels, Prediction, Probabilities};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Area under the ROC curve of each class against all others ("one versus rest"), as a mean over
/// classes; higher is better.
///
/// `scores` are flat rows of `classes` numbers, usually probabilities; `labels` the codes of the
/// observed classes. Equal to scikit-learn's `roc_auc_score(multi_class="ovr")`.
///
/// # Formula
/// `sum_c v_c AUC_c / sum_c v_c`, where `AUC_c` is [`roc_auc`](crate::metric::roc_auc) of column
/// `c` with class `c` as the positive one; `v_c` is 1 for [`Average::Macro`] and the weight of the
/// rows of class `c` for [`Average::Weighted`]. Ties as there.
///
/// # Weights
/// A row of weight 2 counts like the row twice, a row of weight 0 like no row.
///
/// # Errors
/// No rows; fewer than two classes; lengths that differ; scores that are not numbers; a class
/// without rows, whose area is not defined; [`Average::Binary`] and [`Average::Micro`]; weights
/// that are negative, not finite or all zero.
///
/// ```
/// use ml_eval::metric::{Average, roc_auc_ovr};
/// let p = [0.7, 0.2, 0.1, 0.1, 0.6, 0.3, 0.3, 0.4, 0.3];
/// let area = roc_auc_ovr(&p, 3, &[0, 1, 2], Average::Macro, None)?;
/// assert!((area - 0.9166666666666666).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Fawcett: An introduction to ROC analysis. Pattern Recognition Letters 27 (2006).
/// <https://doi.org/10.1016/j.patrec.2005.10.010>
pub fn roc_auc_ovr<S: Score>(
    scores: &[S],
    classes: usize,
    labels: &[u32],
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64> {
    rows(scores.len(), classes, labels.len())?;
    codes("label", labels, classes)?;
    if !matches!(average, Average::Macro | Average::Weighted) {
        let (value, rule) = (format!("{average:?}"), "Macro or Weighted");
        return Err(error::parameter("roc_auc_ovr", "average", value, rule));
    }
    let scaled = (weights.map(|w| crate::check::weights(w, labels.len()))).transpose()?;
    let mut shares = vec![0.0; classes];
    let mut occurs = vec![false; classes];
    for (row, label) in labels.iter().enumerate() {
        shares[*label as usize] += scaled.as_ref().map_or(1.0, |w| w.values[row]);
        occurs[*label as usize] |= weights.is_none_or(|w| w[row] > 0.0);
    }
    if let Some(class) = occurs.iter().position(|some| !some) {
        let why = format!("class {class} has no rows");
        return Err(Error::undefined("roc_auc_ovr", why));
    }
    let area = |class: usize| {
        let own: Vec<S> = scores
            .iter()
            .skip(class)
            .step_by(classes)
            .copied()
            .collect();
        let is: Vec<bool> = labels.iter().map(|l| *l as usize == class).collect();
        roc_auc(&own, &is, weights)
    };
    let areas: Vec<Result<f64>> = (0..classes).into_par_iter().map(area).collect();
    let areas = areas.into_iter().collect::<Result<Vec<f64>>>()?;
    if average == Average::Macro {
        return Ok(areas.iter().sum::<f64>() / classes as f64);
    }
    let sum: f64 = areas.iter().zip(&shares).map(|(a, s)| a * s).sum();
    Ok(sum / shares.iter().sum::<f64>())
}

/// [`roc_auc_ovr`] of a sample of classes; "roc_auc_ovr" or "roc_auc_ovr_weighted", higher is
/// better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RocAucOvr(
    /// `Macro` or `Weighted`.
    pub Average,
);

impl Metric<Class> for RocAucOvr {
    fn name(&self) -> &str {
        match self.0 {
            Average::Weighted => "roc_auc_ovr_weighted",
            _ => "roc_auc_ovr",
        }
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &ClassLabels, p: &Probabilities, weights: Option<&[f64]>) -> Result<f64> {
        let p = in_order_of(y, p)?;
        roc_auc_ovr(p.values(), y.classes().len(), y.codes(), self.0, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_input_says_what_is_wrong() {
        let text = |y: &[u32], average| {
            let p = [0.5, 0.3, 0.2, 0.1, 0.8, 0.1];
            roc_auc_ovr(&p, 3, y, average, None)
                .unwrap_err()
                .to_string()
        };
        assert!(text(&[0, 1], Average::Macro).contains("class 2 has no rows"));
        assert!(text(&[0, 3], Average::Macro).contains("row 1"));
        assert!(text(&[0, 1], Average::Micro).contains("`average` = Micro"));
        assert!(text(&[0], Average::Macro).contains("expected 3 entries"));
    }
}
