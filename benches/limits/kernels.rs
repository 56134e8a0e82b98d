//! The loops that are timed. They are plain Rust, compiled for the widest registers there are.

use ml_pipeline::data::random::{generator, permutation};
use ml_pipeline::data::simd::{widest, widest_fused};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

/// Eight words of eight bytes: a cache line.
type Line = [u64; 8];

/// Sums all words: every line is read.
pub(crate) fn read(lines: &[Line]) -> u64 {
    let words = lines.as_flattened();
    widest(
        #[inline(always)]
        || words.iter().fold(0u64, |sum, word| sum.wrapping_add(*word)),
    )
}

/// Writes all words.
pub(crate) fn store(lines: &mut [Line], value: u64) {
    widest(
        #[inline(always)]
        || lines.iter_mut().for_each(|line| *line = [value; 8]),
    );
}

/// Writes all words one by one: stores of atomic words are not joined to wider ones.
pub(crate) fn store_words(lines: &[[AtomicU64; 8]], value: u64) {
    for line in lines {
        for word in line {
            word.store(value, Ordering::Relaxed);
        }
    }
}

/// Copies one half to the other: each byte is read and written once.
pub(crate) fn copy(lines: &mut [Line]) {
    let half = lines.len() / 2;
    let (from, to) = lines.split_at_mut(half);
    to[..half].copy_from_slice(from);
}

/// One round through all lines in random order: in each stands the number of the next.
pub(crate) fn ring(lines: usize) -> Vec<Line> {
    let order = permutation(lines, &mut generator(1, "limits", lines as u64));
    let mut ring = vec![[0; 8]; lines];
    for (at, line) in order.iter().enumerate() {
        ring[*line as usize][0] = u64::from(order[(at + 1) % lines]);
    }
    ring
}

/// Follows the numbers for so many steps; each read waits for the one before it.
pub(crate) fn chase(ring: &[Line], steps: usize) -> u64 {
    let mut at = 0;
    for _ in 0..steps {
        at = ring[at as usize][0];
    }
    at
}

macro_rules! fma {
    ($name:ident, $float:ident, $lanes:literal) => {
        /// `rounds` multiplications and additions of each of [`CHAINS`] registers, that do not wait
        /// for each other; the operations done.
        pub(crate) fn $name(rounds: usize) -> f64 {
            let (factor, term) = (black_box(0.999 as $float), black_box(0.001 as $float));
            let sums = widest_fused(
                #[inline(always)]
                |fused| {
                    let mut sums = [[1.0 as $float; $lanes]; CHAINS];
                    for _ in 0..rounds {
                        for sum in &mut sums {
                            for s in sum {
                                *s = match fused {
                                    true => s.mul_add(factor, term),
                                    false => *s * factor + term,
                                };
                            }
                        }
                    }
                    sums
                },
            );
            black_box(sums);
            (2 * rounds * CHAINS * $lanes) as f64
        }
    };
}

/// Chains of operations: more than latency times units of any processor, fewer than registers.
const CHAINS: usize = 12;

fma!(fma_f32, f32, 16);
fma!(fma_f64, f64, 8);
