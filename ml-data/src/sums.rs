//! Sums with the same bits for any number of threads: blocks of a fixed size, added up in order.
//!
//! Floating-point addition is not associative, so a sum split by threads would depend on how many
//! there are. Here the split depends on the number of rows alone.
//!
//! Three sums keep an order of their own, which their bits depend on: the sums a leaf of
//! `boost::refit` (as many as leaves), the Gram matrix of the factorisation (rows a matrix side),
//! and integer sums, which need no order.

use rayon::prelude::*;
use std::ops::Range;

/// Several sums over `rows` rows: `part` adds up one block of `block` rows, and the blocks are
/// added in order.
///
/// # Formula
/// `s = ((0 + part(0..b)) + part(b..2b)) + ...`, one by one for each of the `N` sums; zeros without
/// rows.
///
/// ```
/// use ml_data::sums::block_sums;
/// let x = [1.0, 2.0, 4.0];
/// let [sum, squares] = block_sums(3, 2, |rows| {
///     [x[rows.clone()].iter().sum(), x[rows].iter().map(|x| x * x).sum()]
/// });
/// assert_eq!((sum, squares), (7.0, 21.0));
/// ```
///
/// # Panics
/// If `block` is 0.
pub fn block_sums<const N: usize>(
    rows: usize,
    block: usize,
    part: impl Fn(Range<usize>) -> [f64; N] + Sync,
) -> [f64; N] {
    let of = |b: usize| part(b * block..((b + 1) * block).min(rows));
    let blocks = rows.div_ceil(block);
    let parts: Vec<[f64; N]> = if blocks < 2 {
        (0..blocks).map(of).collect()
    } else {
        (0..blocks).into_par_iter().map(of).collect()
    };
    let mut total = [0.0; N];
    for part in parts {
        for (t, p) in total.iter_mut().zip(part) {
            *t += p;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bits_for_any_pool() {
        let values: Vec<f64> = (0..200_000)
            .map(|i| (f64::from(i) * 0.7).sin() * 1e3)
            .collect();
        let sum = || block_sums(values.len(), 1 << 12, |rows| [values[rows].iter().sum()]);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let [sum] = pool.install(sum);
            sum.to_bits()
        };
        // By hand: the blocks one after another.
        let one = values
            .chunks(1 << 12)
            .fold(0.0, |s, block| s + block.iter().sum::<f64>());
        for threads in [1, 2, 4] {
            assert_eq!(run(threads), one.to_bits(), "{threads} threads");
        }
    }

    #[test]
    fn no_rows_sum_to_zero_and_the_last_block_may_be_short() {
        assert_eq!(block_sums(0, 4, |_| [1.0, 2.0]), [0.0, 0.0]);
        let lengths = std::sync::Mutex::new(Vec::new());
        let [n] = block_sums(10, 4, |rows| {
            lengths.lock().unwrap().push(rows.len());
            [rows.len() as f64]
        });
        let mut lengths = lengths.into_inner().unwrap();
        lengths.sort_unstable();
        assert_eq!((n, lengths), (10.0, vec![2, 4, 4]));
    }
}
