//! Seeded draws of rows and columns without replacement.

use ml_data::random::{Rng, generator};

/// `k` of the numbers `0..n`, each subset equally likely, ascending; all of them where `k >= n`. Draws of different stages and
/// indices are independent; equal arguments draw equal numbers.
pub(crate) fn choose(n: usize, k: usize, seed: u64, stage: &str, index: u64) -> Vec<u32> {
    if k >= n {
        return (0..n as u32).collect();
    }
    let mut rng = generator(seed, stage, index);
    let (mut left, mut out) = (k as u64, Vec::with_capacity(k));
    for i in 0..n {
        // Selection sampling: take i with probability left / remaining.
        let remaining = (n - i) as u64;
        if ((u128::from(rng.next_u64()) * u128::from(remaining)) >> 64) as u64 >= left {
            continue;
        }
        out.push(i as u32);
        left -= 1;
        if left == 0 {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_exact_ascending_fair_and_repeatable() {
        let mut hits = [0; 20];
        for index in 0..2000 {
            let drawn = choose(20, 5, 7, "rows", index);
            assert_eq!(drawn, choose(20, 5, 7, "rows", index));
            assert!(drawn.len() == 5 && drawn.windows(2).all(|w| w[0] < w[1]));
            drawn.iter().for_each(|&i| hits[i as usize] += 1);
        }
        assert!(hits.iter().all(|h| (400..600).contains(h)), "{hits:?}");
        assert_ne!(
            choose(1000, 10, 7, "rows", 0),
            choose(1000, 10, 7, "columns", 0)
        );
        assert_eq!(choose(3, 9, 0, "rows", 0), [0, 1, 2]);
    }
}
