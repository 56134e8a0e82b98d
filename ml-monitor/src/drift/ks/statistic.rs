//! The distance itself, exactly, three ways: over sorted samples, over equal-width buckets, over a stored profile.

use super::Distance;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Below this many values in all, sorting beats filling buckets.
const BUCKETS_FROM: usize = 1 << 16;
const BUCKETS: usize = 1 << 16;

/// The distance between two samples in any order; NaN is left out.
pub(super) fn distance(reference: &[f64], current: &[f64]) -> Result<Distance> {
    if reference.len().max(current.len()) > i32::MAX as usize {
        return Err(Error::parameter(
            "ks_2samp",
            "sample",
            reference.len().max(current.len()),
            "at most 2^31 - 1 values long",
        ));
    }
    let (a, b) = (Range::of(reference), Range::of(current));
    if a.n == 0 || b.n == 0 {
        let which = if a.n == 0 { "reference" } else { "current" };
        return Err(Error::Empty(format!("{which} sample of ks_2samp")));
    }
    let (n, m) = (a.n as u64, b.n as u64);
    let bins = (reference.len() + current.len() >= BUCKETS_FROM)
        .then(|| Buckets::spanning(a, b))
        .flatten();
    let steps = match bins {
        Some(bins) => in_buckets(&bins, reference, current, n, m),
        None => walk(&sorted_keys(reference), &sorted_keys(current), n, m, 0),
    };
    Ok(Distance { steps, n, m })
}

/// Values that are not missing, and the finite ones' extent.
#[derive(Clone, Copy)]
struct Range {
    n: usize,
    low: f64,
    high: f64,
}

impl Range {
    fn of(values: &[f64]) -> Self {
        // Eight independent lanes: a single running minimum would wait for itself at every value.
        let mut lanes = [(0usize, f64::INFINITY, f64::NEG_INFINITY); 8];
        for chunk in values.chunks(8) {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                lane.0 += usize::from(!x.is_nan());
                let finite = x.is_finite();
                lane.1 = if finite && x < lane.1 { x } else { lane.1 };
                lane.2 = if finite && x > lane.2 { x } else { lane.2 };
            }
        }
        lanes.iter().fold(
            Range {
                n: 0,
                low: f64::INFINITY,
                high: f64::NEG_INFINITY,
            },
            |all, lane| Range {
                n: all.n + lane.0,
                low: all.low.min(lane.1),
                high: all.high.max(lane.2),
            },
        )
    }
}

/// A number that sorts as unsigned integers the way its value does; both zeros share one key.
#[inline]
pub(crate) fn key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    bits ^ ((((bits as i64) >> 63) as u64) | (1 << 63))
}

/// The value of a key.
#[inline]
pub(crate) fn unkey(key: u64) -> f64 {
    f64::from_bits(key ^ (((!key as i64) >> 63) as u64 | (1 << 63)))
}

/// Sorted keys of the values that are not missing.
pub(crate) fn sorted_keys(values: &[f64]) -> Vec<u64> {
    let mut keys: Vec<u64> = values
        .iter()
        .filter(|x| !x.is_nan())
        .map(|&x| key(x))
        .collect();
    keys.sort_unstable();
    keys
}

/// Largest `|i * m - j * n|` over a merge of two sorted runs that starts at `start`.
fn walk(a: &[u64], b: &[u64], n: u64, m: u64, start: i64) -> u64 {
    let (n, m) = (n as i64, m as i64);
    let (mut i, mut j, mut at, mut best) = (0, 0, start, start.unsigned_abs());
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        while i < a.len() && a[i] == x {
            i += 1;
            at += m;
        }
        while j < b.len() && b[j] == x {
            j += 1;
            at -= n;
        }
        best = best.max(at.unsigned_abs());
    }
    // What is left of one run moves one way: only its end can be an extreme.
    at += (a.len() - i) as i64 * m - (b.len() - j) as i64 * n;
    best.max(at.unsigned_abs())
}

/// Equal-width buckets over the finite extent of both samples. The bucket of a value never falls as the value rises,
/// whatever the rounding, and that is all the exactness rests on.
struct Buckets {
    low: f64,
    scale: f64,
}

impl Buckets {
    fn spanning(a: Range, b: Range) -> Option<Self> {
        let (low, high) = (a.low.min(b.low), a.high.max(b.high));
        let scale = BUCKETS as f64 / (high - low);
        (high > low && scale.is_finite() && scale > 0.0).then_some(Buckets { low, scale })
    }

    #[inline]
    fn of(&self, x: f64) -> usize {
        // The cast saturates: infinities land in the first and last bucket.
        (((x - self.low) * self.scale) as usize).min(BUCKETS - 1)
    }

    fn count(&self, values: &[f64]) -> Vec<u32> {
        let mut counts = vec![0u32; BUCKETS];
        for &x in values {
            counts[self.of(x)] += u32::from(!x.is_nan());
        }
        counts
    }

    /// Sorted (bucket-marked) values only.
    fn gather(&self, values: &[f64], marked: &[bool]) -> Vec<u64> {
        let mut keys: Vec<u64> = values
            .iter()
            .filter(|x| marked[self.of(**x)] && !x.is_nan())
            .map(|&x| key(x))
            .collect();
        keys.sort_unstable();
        keys
    }
}

/// Counts give the distance at every bucket border; only buckets that could hold a larger one are looked into.
fn in_buckets(bins: &Buckets, reference: &[f64], current: &[f64], n: u64, m: u64) -> u64 {
    let (a, b) = (bins.count(reference), bins.count(current));
    let after = |at: i64, k: usize| at + i64::from(a[k]) * m as i64 - i64::from(b[k]) * n as i64;
    let (mut at, mut best) = (0i64, 0u64);
    for k in 0..BUCKETS {
        at = after(at, k);
        best = best.max(at.unsigned_abs());
    }
    let mut marked = vec![false; BUCKETS];
    at = 0;
    for (k, mark) in marked.iter_mut().enumerate() {
        let up = (at + i64::from(a[k]) * m as i64).unsigned_abs();
        let down = (at - i64::from(b[k]) * n as i64).unsigned_abs();
        *mark = up.max(down) > best;
        at = after(at, k);
    }
    let (ka, kb) = (
        bins.gather(reference, &marked),
        bins.gather(current, &marked),
    );
    let (mut i, mut j) = (0, 0);
    at = 0;
    for k in 0..BUCKETS {
        if marked[k] {
            let (ni, nj) = (i + a[k] as usize, j + b[k] as usize);
            best = best.max(walk(&ka[i..ni], &kb[j..nj], n, m, at));
            (i, j) = (ni, nj);
        }
        at = after(at, k);
    }
    best
}

/// One point of a stored empirical distribution function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// As bits, because JSON has no infinities.
    #[serde(with = "bits")]
    pub(crate) value: f64,
    /// Values smaller than this one.
    pub(crate) below: u64,
    /// Values equal to this one.
    pub(crate) ties: u64,
}

mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(value.to_bits())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        u64::deserialize(from).map(f64::from_bits)
    }
}

/// An empirical distribution function stored at ascending points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps<'a> {
    pub(crate) points: &'a [Point],
    pub(crate) n: u64,
}

impl Steps<'_> {
    /// Largest distance at the stored points (on both sides of each) to a sample given by its sorted keys.
    ///
    /// With every distinct value stored this is the distance; otherwise it falls short of it by less than the largest
    /// share of the stored sample that lies between two neighbouring points.
    pub(crate) fn distance(&self, current: &[u64]) -> Distance {
        let (n, m) = (self.n, current.len() as u64);
        let gap = |c: u64, d: usize| (c as i64 * m as i64 - d as i64 * n as i64).unsigned_abs();
        let (mut best, mut from) = (0u64, 0usize);
        for &Point { value, below, ties } in self.points {
            let k = key(value);
            let lower = from + current[from..].partition_point(|&c| c < k);
            let upper = lower + current[lower..].partition_point(|&c| c <= k);
            best = best.max(gap(below, lower)).max(gap(below + ties, upper));
            from = upper;
        }
        Distance { steps: best, n, m }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::random::{RngExt, generator};

    fn by_sorting(a: &[f64], b: &[f64]) -> u64 {
        let (a, b) = (sorted_keys(a), sorted_keys(b));
        walk(&a, &b, a.len() as u64, b.len() as u64, 0)
    }

    /// Shapes that stress the buckets: smooth, tied, skewed, shifted, with infinities, missing values and huge ranges.
    #[test]
    fn buckets_equal_sorting() {
        let mut rng = generator(5, "buckets", 0);
        let mut draw = |shape: usize, shift: f64, n: usize| -> Vec<f64> {
            (0..n)
                .map(|_| {
                    let u: f64 = rng.random::<f64>() + shift;
                    match shape {
                        0 => u,
                        1 => (u * 50.0).floor(),
                        2 => (-u.abs().ln()).powi(6),
                        3 => {
                            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, u][(u * 8.0) as usize % 4]
                        }
                        4 => (u - 0.5) * f64::MAX * 1.5,
                        _ => 1e15 + (u * 4.0).round(),
                    }
                })
                .collect()
        };
        for shape in 0..6 {
            for shift in [0.0, 0.01, 0.4] {
                let (a, b) = (draw(shape, 0.0, 40_000), draw(shape, shift, 30_011));
                assert_eq!(
                    distance(&a, &b).unwrap().steps,
                    by_sorting(&a, &b),
                    "shape {shape} shift {shift}"
                );
            }
        }
    }

    #[test]
    fn stored_points_give_the_distance_when_all_are_stored() {
        let (a, b) = ([1.0, 1.0, 2.0, 5.0], [0.5, 1.0, 3.0]);
        let points = [(1.0, 0, 2), (2.0, 2, 1), (5.0, 3, 1)].map(|(value, below, ties)| Point {
            value,
            below,
            ties,
        });
        let steps = Steps {
            points: &points,
            n: 4,
        };
        assert_eq!(steps.distance(&sorted_keys(&b)), distance(&a, &b).unwrap());
    }

    #[test]
    fn keys_sort_like_numbers() {
        let ascending = [
            f64::NEG_INFINITY,
            -1e300,
            -1.0,
            -1e-310,
            0.0,
            1e-310,
            1.0,
            f64::MAX,
            f64::INFINITY,
        ];
        assert!(ascending.windows(2).all(|w| key(w[0]) < key(w[1])));
        assert_eq!(key(-0.0), key(0.0));
        assert!(ascending.iter().all(|&x| unkey(key(x)) == x));
    }
}
