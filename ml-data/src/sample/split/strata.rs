//! Classes in equal shares.

use crate::random::{generator, permutation};

/// Rows in random order, those of one class together.
pub(super) fn by_class(classes: &[u32], seed: u64, stage: &str) -> Vec<u32> {
    let mut order = permutation(classes.len(), &mut generator(seed, stage, 0));
    order.sort_by_key(|&row| classes[row as usize]);
    order
}

/// The part of each row, so that each part has its share of each class within one row, and its
/// share of all rows as nearly.
///
/// # Formula
/// Part `p` gets `floor(share_p n_c)` rows of class `c`; those that are left over go one each to
/// the parts to which the classes so far owe the most, `sum_c (share_p n_c - rows_pc)`.
pub(super) fn parts(classes: &[u32], shares: &[f64], seed: u64) -> Vec<usize> {
    let order = by_class(classes, seed, "stratified");
    let mut part_of = vec![0; classes.len()];
    let mut owed = vec![0.0; shares.len()];
    for class in order.chunk_by(|&a, &b| classes[a as usize] == classes[b as usize]) {
        let quota: Vec<f64> = shares
            .iter()
            .map(|s| whole(s * class.len() as f64))
            .collect();
        let mut rows: Vec<usize> = quota.iter().map(|q| q.floor() as usize).collect();
        (0..shares.len()).for_each(|p| owed[p] += quota[p].fract());
        let left = class.len() - rows.iter().sum::<usize>().min(class.len());
        let mut open: Vec<usize> = (0..shares.len())
            .filter(|&p| quota[p].fract() > 0.0)
            .collect();
        open.sort_by(|&a, &b| owed[b].total_cmp(&owed[a]));
        for &p in open.iter().take(left) {
            rows[p] += 1;
            owed[p] -= 1.0;
        }
        let parts = rows
            .iter()
            .enumerate()
            .flat_map(|(p, &n)| std::iter::repeat_n(p, n));
        class
            .iter()
            .zip(parts)
            .for_each(|(&row, p)| part_of[row as usize] = p);
    }
    part_of
}

/// A number that rounding keeps from being whole, as 0.29 of 100, made whole.
fn whole(x: f64) -> f64 {
    let near = x.round();
    if (x - near).abs() <= 1e-9 * near.max(1.0) {
        near
    } else {
        x
    }
}
