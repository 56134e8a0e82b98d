//! Exact two-sample distribution: the share of all interleavings whose path strays at least as far.

use super::Distance;

/// Probability that a random interleaving of `n` and `m` values reaches at least this distance.
///
/// With ties in the data this is the probability for untied samples, an upper bound.
pub(super) fn p_value(distance: Distance) -> f64 {
    let Distance { steps, n, m } = distance;
    let g = gcd(n, m);
    // The distance in units of 1 / lcm(n, m); `steps` is a whole number of them.
    let h = steps / g;
    match h {
        0 => 1.0,
        _ if n == m => equal_sizes(n, h),
        _ => paths(n, m, g, h),
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Reflection principle: `2 * sum_k (-1)^(k-1) C(2n, n - k h) / C(2n, n)`, innermost term first.
fn equal_sizes(n: u64, h: u64) -> f64 {
    let mut sum = 0.0;
    for k in (0..n / h).rev() {
        let base = k * h;
        let ratio: f64 = (0..h)
            .map(|j| (n - base - j) as f64 / (n + base + j + 1) as f64)
            .product();
        sum = ratio * (1.0 - sum);
    }
    2.0 * sum
}

/// Share of lattice paths from (0, 0) to (n, m) that touch `|x / n - y / m| >= h / lcm`.
///
/// `b(x, y)`, the share among paths to (x, y), is 1 outside the band and else the mean of its two
/// predecessors, weighted by the chance that a path's last step came from there:
/// `(x b(x-1, y) + y b(x, y-1)) / (x + y)`. All terms are positive, so small probabilities keep
/// their relative precision, and the cells of one anti-diagonal do not depend on each other.
fn paths(n: u64, m: u64, g: u64, h: u64) -> f64 {
    let (n, m, h) = (n as i64, m as i64, h as i64);
    let (mg, ng) = (m / g as i64, n / g as i64);
    let width = mg + ng;
    // Cell x of a diagonal lives at x + 1: cell 0 is the border left of x = 0.
    let (mut old, mut new) = (vec![1.0f64; n as usize + 2], vec![1.0f64; n as usize + 2]);
    old[1] = 0.0; // the empty path has touched nothing
    let index: Vec<f64> = (0..=n).map(|x| x as f64).collect();
    let (mut low_old, mut low_new) = (0usize, 0usize);
    for s in 1..=n + m {
        let low = ((s * ng - h).div_euclid(width) + 1).max(s - m).max(0);
        let high = (-(-(s * ng + h)).div_euclid(width) - 1).min(n).min(s);
        if low > high {
            return 1.0; // every path leaves a band this narrow
        }
        let (low, high) = (low as usize, high as usize);
        // `new` still holds the diagonal before last: what the band has left behind is outside
        // again.
        new[low_new + 1..=low].fill(1.0);
        let (sf, inverse) = (s as f64, 1.0 / s as f64);
        let before = &old[low..high + 2];
        for ((out, pair), x) in new[low + 1..high + 2]
            .iter_mut()
            .zip(before.windows(2))
            .zip(&index[low..=high])
        {
            *out = (x * pair[0] + (sf - x) * pair[1]) * inverse;
        }
        (low_new, low_old) = (low_old, low);
        std::mem::swap(&mut old, &mut new);
    }
    old[n as usize + 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All interleavings of small samples, one by one.
    fn by_enumeration(n: u64, m: u64, steps: u64) -> f64 {
        let (mut total, mut far) = (0u64, 0u64);
        for pattern in 0u32..1 << (n + m) {
            if u64::from(pattern.count_ones()) != n {
                continue;
            }
            total += 1;
            let (mut at, mut best) = (0i64, 0i64);
            for bit in 0..n + m {
                at += if pattern >> bit & 1 == 1 {
                    m as i64
                } else {
                    -(n as i64)
                };
                best = best.max(at.abs());
            }
            far += u64::from(best as u64 >= steps);
        }
        far as f64 / total as f64
    }

    #[test]
    fn equals_enumeration() {
        for (n, m) in [
            (1, 1),
            (1, 5),
            (2, 3),
            (4, 6),
            (6, 4),
            (5, 5),
            (7, 3),
            (6, 6),
        ] {
            for steps in (0..=n * m).filter(|s| s % gcd(n, m) == 0) {
                let (got, want) = (
                    p_value(Distance { steps, n, m }),
                    by_enumeration(n, m, steps),
                );
                approx::assert_relative_eq!(got, want, max_relative = 1e-13);
            }
        }
    }
}
