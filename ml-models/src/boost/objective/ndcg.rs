//! Normalised discounted cumulative gain: the ranking quality LambdaMART climbs.

use ml_data::{Error, Result};

use crate::boost::params::BoostParams;

/// Grades beyond this are refused unless `label_gain` names their gains.
const LARGEST_GRADE: f32 = 30.0;

/// The gain of a grade.
pub(super) fn gain(params: &BoostParams, row: usize, grade: f32) -> Result<f64> {
    match &params.label_gain {
        None if (0.0..=LARGEST_GRADE).contains(&grade) => Ok(f64::from(grade).exp2() - 1.0),
        None => Err(Error::cell(
            "grade",
            row,
            "a number from 0 to 30 (or set `label_gain`)",
            grade,
        )),
        Some(gains) if grade >= 0.0 && grade.fract() == 0.0 && (grade as usize) < gains.len() => {
            Ok(gains[grade as usize])
        }
        Some(gains) => Err(Error::cell(
            "grade",
            row,
            format!(
                "a whole number below {}, the length of `label_gain`",
                gains.len()
            ),
            grade,
        )),
    }
}

/// 1 / log2(2 + rank), rank from 0.
pub(super) fn discounts(n: usize) -> Vec<f64> {
    (0..n)
        .map(|rank| 1.0 / ((rank + 2) as f64).log2())
        .collect()
}

/// Documents by score, best first (in the order of `f64::total_cmp`); equal scores keep their
/// order.
///
/// Sorting words takes a third of the time of sorting numbers of documents by the scores they point
/// to: most of a score, and the document's number in the lowest bits. Only scores that are alike in
/// their upper bits are looked at again.
pub(super) fn ranking(scores: &[f64], order: &mut Vec<u32>) {
    let low = (1_u64 << (usize::BITS - scores.len().leading_zeros())) - 1;
    let mut keys: Vec<u64> = (0..)
        .zip(scores)
        .map(|(i, s)| falling(*s) & !low | i)
        .collect();
    keys.sort_unstable();
    order.clear();
    order.extend(keys.iter().map(|&key| (key & low) as u32));
    let score = |document: u32| falling(scores[document as usize]);
    let mut from = 0;
    for alike in keys.chunk_by(|a, b| (a ^ b) & !low == 0) {
        let some = &mut order[from..from + alike.len()];
        from += alike.len();
        if !some.is_sorted_by_key(|&i| score(i)) {
            some.sort_by_key(|&i| score(i));
        }
    }
}

/// A word that rises where scores fall.
fn falling(score: f64) -> u64 {
    let bits = score.to_bits();
    if bits >> 63 == 0 {
        !bits ^ 1 << 63
    } else {
        bits
    }
}

/// Discounted gain of the first `k` of a ranking.
pub(super) fn dcg(gains: impl Iterator<Item = f64>, discounts: &[f64], k: usize) -> f64 {
    gains.take(k).zip(discounts).map(|(g, d)| g * d).sum()
}

/// The largest discounted gain that these gains allow.
pub(super) fn ideal(gains: &[f64], discounts: &[f64], k: usize) -> f64 {
    let mut sorted = gains.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    dcg(sorted.into_iter(), discounts, k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_is_the_stable_order() {
        let scores = [
            0.5,
            -0.0,
            0.0,
            f64::INFINITY,
            -1e-300,
            0.5,
            -7.0,
            f64::NEG_INFINITY,
            2e9,
            f64::NAN,
            0.5_f64.next_up(),
            2e9_f64.next_down(),
            -7.0_f64.next_up(),
            0.5_f64.next_down(),
        ];
        let mut want: Vec<u32> = (0..scores.len() as u32).collect();
        want.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
        let mut order = vec![77];
        ranking(&scores, &mut order);
        assert_eq!(order, want);
    }

    #[test]
    fn a_known_ranking() {
        let d = discounts(4);
        let gains = [3.0, 0.0, 7.0, 1.0];
        let mut order = Vec::new();
        ranking(&[0.1, 0.9, 0.9, -2.0], &mut order);
        assert_eq!(order, [1, 2, 0, 3]);
        let got = dcg(order.iter().map(|&i| gains[i as usize]), &d, 3);
        assert!((got - (7.0 / 3.0_f64.log2() + 1.5)).abs() < 1e-12);
        assert!((ideal(&gains, &d, 2) - (7.0 + 3.0 / 3.0_f64.log2())).abs() < 1e-12);
    }
}
