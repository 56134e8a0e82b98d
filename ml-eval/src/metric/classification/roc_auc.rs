//! Area under the ROC curve.

use super::label::{self, BinaryLabel};
use crate::error::{Error, Result};
use crate::metric::row_metric::row_metric;
use crate::score::Score;
use crate::score::key::Key;
use crate::{check, radix};

/// Area under the receiver operating characteristic curve: the probability that a positive row
/// scores above a negative one; higher is better.
///
/// Use it for how well a binary classifier orders rows; it says nothing about calibration (see
/// [`log_loss`](crate::metric::log_loss)). Equal to scikit-learn's `roc_auc_score`. Without weights
/// the area is counted in integers, so it is exact and does not depend on the order of the rows or
/// the number of threads.
///
/// # Formula
/// `sum_ij w_i w_j [score_i > score_j] / sum_ij w_i w_j` over the pairs of a positive row `i` and
/// a negative row `j`: the Mann-Whitney U statistic, as a share of all pairs.
///
/// # Ties
/// A pair of equal scores counts one half.
///
/// # Weights
/// Row `i` has weight `w_i`, 1 without weights: a row of weight 2 counts like the row twice, a row
/// of weight 0 like no row.
///
/// # Errors
/// No rows; lengths that differ; a score that is not a number (the row is named); labels of one
/// class only, where the area is not defined; weights that are negative, not finite or all zero.
///
/// ```
/// use ml_eval::metric::roc_auc;
/// let auc = roc_auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true], None)?;
/// assert_eq!(auc, 0.75);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Hanley, McNeil: The meaning and use of the area under a receiver operating characteristic (ROC)
/// curve. Radiology 143 (1982). <https://doi.org/10.1148/radiology.143.1.7063747>
pub fn roc_auc<S: Score, L: BinaryLabel>(
    scores: &[S],
    labels: &[L],
    weights: Option<&[f64]>,
) -> Result<f64> {
    check::lengths(scores.len(), "labels", labels.len())?;
    check::scores(scores)?;
    label::check(labels)?;
    match weights {
        None => unweighted(scores, labels),
        Some(w) => {
            check::weights(w, scores.len())?;
            weighted(scores, labels, w)
        }
    }
}

fn unweighted<S: Score, L: BinaryLabel>(scores: &[S], labels: &[L]) -> Result<f64> {
    let positives = labels.iter().filter(|l| l.positive()).count();
    let negatives = labels.len() - positives;
    if positives == 0 || negatives == 0 {
        return Err(one_class(positives > 0));
    }
    let (mut positive_keys, mut negative_keys) = split(scores, labels, positives);
    if labels.len() < 1 << 15 {
        radix::sort(&mut positive_keys);
        radix::sort(&mut negative_keys);
    } else {
        rayon::join(
            || radix::sort(&mut positive_keys),
            || radix::sort(&mut negative_keys),
        );
    }
    let twice_u = twice_u(&positive_keys, &negative_keys);
    Ok(twice_u as f64 / 2.0 / (positives as f64 * negatives as f64))
}

/// Keys of the positive and of the negative rows. Each key is written to both and one cursor moves:
/// no branch to mispredict.
fn split<S: Score, L: BinaryLabel>(
    scores: &[S],
    labels: &[L],
    positives: usize,
) -> (Vec<S::Key>, Vec<S::Key>) {
    let negatives = labels.len() - positives;
    let mut positive_keys = vec![<S::Key>::default(); positives + 1];
    let mut negative_keys = vec![<S::Key>::default(); negatives + 1];
    let (mut i, mut j) = (0, 0);
    for (score, label) in scores.iter().zip(labels) {
        let (key, label) = (score.key(), label.positive());
        positive_keys[i] = key;
        negative_keys[j] = key;
        i += usize::from(label);
        j += usize::from(!label);
    }
    positive_keys.truncate(positives);
    negative_keys.truncate(negatives);
    (positive_keys, negative_keys)
}

/// Twice the Mann-Whitney U of two ascending lists: the (positive, negative) pairs won count two,
/// ties one.
fn twice_u<K: Key>(positive_keys: &[K], negative_keys: &[K]) -> u128 {
    let n = negative_keys.len();
    let (mut lower, mut upto) = (0, 0);
    let mut twice_u = 0u128;
    for &key in positive_keys {
        while lower < n && negative_keys[lower] < key {
            lower += 1;
        }
        upto = upto.max(lower);
        while upto < n && negative_keys[upto] == key {
            upto += 1;
        }
        twice_u += (lower + upto) as u128;
    }
    twice_u
}

fn weighted<S: Score, L: BinaryLabel>(scores: &[S], labels: &[L], weights: &[f64]) -> Result<f64> {
    if u32::try_from(scores.len()).is_err() {
        let most = u32::MAX as usize;
        return Err(Error::too_many(
            "roc_auc: weighted rows",
            most,
            scores.len(),
        ));
    }
    let rows = radix::sorted_rows(scores);
    let scale = scales(labels, weights);
    let (mut area, mut positive, mut negative) = (0.0, 0.0, 0.0);
    for ties in rows.chunk_by(|a, b| a.key == b.key) {
        let mut tied = [0.0; 2];
        for tag in ties {
            let class = usize::from(labels[tag.row as usize].positive());
            tied[class] += weights[tag.row as usize] * scale[class];
        }
        area += tied[1] * (negative + 0.5 * tied[0]);
        negative += tied[0];
        positive += tied[1];
    }
    if positive <= 0.0 || negative <= 0.0 {
        return Err(one_class(positive > 0.0));
    }
    Ok(area / (positive * negative))
}

/// Factors of the weights of the negative and of the positive rows. The area does not change when
/// all weights of one class are multiplied, but sums and products of very large and very small
/// weights would leave the range of numbers.
fn scales<L: BinaryLabel>(labels: &[L], weights: &[f64]) -> [f64; 2] {
    let mut largest = [0.0f64; 2];
    for (label, weight) in labels.iter().zip(weights) {
        let most = &mut largest[usize::from(label.positive())];
        *most = most.max(*weight);
    }
    largest.map(|most| check::scale(most).unwrap_or(1.0))
}

fn one_class(positive: bool) -> Error {
    let only = if positive { "positive" } else { "negative" };
    let why = format!("all rows are {only}; the area needs rows of both classes");
    Error::undefined("roc_auc", why)
}

row_metric! {
    /// [`roc_auc`] of a binary sample; "roc_auc", higher is better.
    RocAuc: Binary, roc_auc, HigherIsBetter
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition: every pair, ties one half.
    fn by_pairs(scores: &[f64], labels: &[bool], weights: &[f64]) -> f64 {
        let (mut won, mut all) = (0.0, 0.0);
        for i in (0..scores.len()).filter(|&i| labels[i]) {
            for j in (0..scores.len()).filter(|&j| !labels[j]) {
                let w = weights[i] * weights[j];
                won += w * if scores[i] > scores[j] {
                    1.0
                } else if scores[i] == scores[j] {
                    0.5
                } else {
                    0.0
                };
                all += w;
            }
        }
        won / all
    }

    fn rows() -> impl Strategy<Value = Vec<(f64, bool, u8)>> {
        prop::collection::vec(
            (
                prop_oneof![-3i32..3, -1000..1000].prop_map(|s| f64::from(s) / 8.0),
                any::<bool>(),
                0u8..4,
            ),
            2..60,
        )
        .prop_filter("both classes", |rows| {
            let has = |class| rows.iter().any(|r| r.1 == class && r.2 > 0);
            has(true) && has(false)
        })
    }

    fn columns(rows: &[(f64, bool, u8)]) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
        (
            rows.iter().map(|r| r.0).collect(),
            rows.iter().map(|r| r.1).collect(),
            rows.iter().map(|r| f64::from(r.2)).collect(),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn equals_its_definition(rows in rows()) {
            let (s, y, w) = columns(&rows);
            let ones = vec![1.0; s.len()];
            prop_assert!((roc_auc(&s, &y, None).unwrap() - by_pairs(&s, &y, &ones)).abs() < 1e-12);
            prop_assert!((roc_auc(&s, &y, Some(&w)).unwrap() - by_pairs(&s, &y, &w)).abs() < 1e-12);
        }

        #[test]
        fn monotone_transform_changes_nothing_and_negation_mirrors(rows in rows()) {
            let (s, y, w) = columns(&rows);
            let auc = roc_auc(&s, &y, None).unwrap();
            let bent: Vec<f64> = s.iter().map(|v| (v / 50.0).exp() * 3.0 - 7.0).collect();
            prop_assert_eq!(roc_auc(&bent, &y, None).unwrap(), auc);
            let narrow: Vec<f32> = s.iter().map(|v| *v as f32).collect();
            prop_assert_eq!(roc_auc(&narrow, &y, None).unwrap(), auc);
            let mirrored: Vec<f64> = s.iter().map(|v| 1.0 - v).collect();
            prop_assert!((roc_auc(&mirrored, &y, None).unwrap() - (1.0 - auc)).abs() < 1e-12);
            prop_assert!((roc_auc(&mirrored, &y, Some(&w)).unwrap() - (1.0 - roc_auc(&s, &y, Some(&w)).unwrap())).abs() < 1e-12);
        }

        #[test]
        fn weights_are_repetitions_and_order_is_free(rows in rows()) {
            let (s, y, w) = columns(&rows);
            let weighted = roc_auc(&s, &y, Some(&w)).unwrap();
            let mut repeated: Vec<_> = rows.iter().flat_map(|r| std::iter::repeat_n(*r, usize::from(r.2))).collect();
            let (rs, ry, _) = columns(&repeated);
            let plain = roc_auc(&rs, &ry, None).unwrap();
            prop_assert!((plain - weighted).abs() < 1e-12);
            repeated.reverse();
            let (rs, ry, _) = columns(&repeated);
            prop_assert_eq!(roc_auc(&rs, &ry, None).unwrap(), plain);
        }
    }

    #[test]
    fn long_inputs_take_the_radix_path() {
        let n = 40_000usize;
        let s: Vec<f32> = (0..n)
            .map(|i| ((i * 7919) % 5003) as f32 / 5003.0 - 0.3)
            .collect();
        let y: Vec<bool> = (0..n).map(|i| (i * 31) % 7 < 2).collect();
        let exact = roc_auc(&s, &y, None).unwrap();
        let ones = vec![1.0; n];
        assert!((roc_auc(&s, &y, Some(&ones)).unwrap() - exact).abs() < 1e-12);
        let wide: Vec<f64> = s.iter().map(|v| f64::from(*v)).collect();
        assert_eq!(roc_auc(&wide, &y, None).unwrap(), exact);
    }

    #[test]
    fn bad_input_names_what_is_wrong() {
        let text = |r: Result<f64>| r.unwrap_err().to_string();
        assert!(text(roc_auc::<f64, bool>(&[], &[], None)).contains("is empty"));
        assert!(text(roc_auc(&[0.5, 0.5], &[true, true], None)).contains("all rows are positive"));
        assert!(
            text(roc_auc(&[0.5, 0.5], &[true, false], Some(&[1.0, 0.0])))
                .contains("all rows are positive")
        );
        let message = text(roc_auc(&[0.5, f64::NAN], &[true, false], None));
        assert!(
            message.contains("row 1") && message.contains("NaN"),
            "{message}"
        );
        assert!(text(roc_auc(&[0.5], &[true, false], None)).contains("expected 1 entries"));
        assert!(text(roc_auc(&[0.5, 0.1], &[true, false], Some(&[1.0, -1.0]))).contains("row 1"));
        assert!(
            text(roc_auc(&[0.5, 0.1], &[true, false], Some(&[0.0, 0.0])))
                .contains("every row has weight 0")
        );
        assert!(text(roc_auc(&[0.5, 0.1], &[2u8, 0], None)).contains("row 0"));
        assert_eq!(
            roc_auc(&[f32::INFINITY, f32::NEG_INFINITY], &[true, false], None).unwrap(),
            1.0
        );
    }
}
