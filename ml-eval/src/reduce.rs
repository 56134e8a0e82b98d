//! Sums with the same bits for any number of threads: blocks of a fixed size, added up in order.

use rayon::prelude::*;
use std::ops::Range;

const BLOCK: usize = 1 << 14;

/// Adds `part(rows)` over blocks of rows; several sums at once.
pub(crate) fn block_sums<const N: usize>(
    n: usize,
    part: impl Fn(Range<usize>) -> [f64; N] + Sync,
) -> [f64; N] {
    let block = |b: usize| part(b * BLOCK..((b + 1) * BLOCK).min(n));
    let blocks = n.div_ceil(BLOCK);
    let parts: Vec<[f64; N]> = if blocks < 2 {
        (0..blocks).map(block).collect()
    } else {
        (0..blocks).into_par_iter().map(block).collect()
    };
    let mut total = [0.0; N];
    for part in parts {
        for (t, p) in total.iter_mut().zip(part) {
            *t += p;
        }
    }
    total
}

/// The mean, added up in the same fixed order. Not a number when empty.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let [sum] = block_sums(values.len(), |rows| [values[rows].iter().sum()]);
    sum / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_bits_for_any_pool() {
        let values: Vec<f64> = (0..200_000)
            .map(|i| (f64::from(i) * 0.7).sin() * 1e3)
            .collect();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| mean(&values)).to_bits()
        };
        assert_eq!(run(1), run(2));
        assert_eq!(run(1), run(4));
    }
}
