//! A stored empirical distribution function, and its distance to a sample.

use serde::{Deserialize, Serialize};

use super::Distance;
use super::buckets::Buckets;

/// One point of a stored empirical distribution function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct CdfPoint {
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
pub(crate) struct EmpiricalCdf<'a> {
    pub(crate) points: &'a [CdfPoint],
    pub(crate) n: u64,
}

impl EmpiricalCdf<'_> {
    /// Largest distance at the stored points (on both sides of each) to a sample, none when the
    /// sample has no value.
    ///
    /// With every distinct value stored this is the distance; otherwise it falls short of it by
    /// less than the largest share of the stored sample that lies between two neighbouring points.
    pub(crate) fn distance(&self, current: &[f64]) -> Option<Distance> {
        let places = self.count(current);
        let (n, m) = (self.n, places.iter().sum::<u64>());
        // A profile comes from a file: its numbers may be anything, and must not overflow.
        let gap = |c: u64, d: u64| {
            (i128::from(c) * i128::from(m) - i128::from(d) * i128::from(n)).unsigned_abs()
        };
        let (mut best, mut before) = (0u128, 0u64);
        for (point, place) in self.points.iter().zip(places.chunks_exact(2)) {
            best = best.max(gap(point.below, before + place[0]));
            before += place[0] + place[1];
            best = best.max(gap(point.below.saturating_add(point.ties), before));
        }
        let steps = u64::try_from(best).unwrap_or(u64::MAX);
        (m > 0).then_some(Distance { steps, n, m })
    }

    /// Values below each point (and above the one before it), and values equal to it, in turn;
    /// those above all last.
    fn count(&self, values: &[f64]) -> Vec<u64> {
        let points: Vec<f64> = self.points.iter().map(|p| p.value).collect();
        let mut places = vec![0u64; 2 * points.len() + 1];
        let mut add = |x: f64, from: usize, to: usize| {
            let i = from + points[from..to].partition_point(|&p| p < x);
            let tie = points.get(i) == Some(&x);
            places[2 * i + usize::from(tie)] += u64::from(!x.is_nan());
        };
        match Buckets::over_sorted(&points, CELLS) {
            // A search among all points costs a dozen unpredictable steps; the cells leave about
            // one point to look at.
            Some(bins) if values.len() > CELLS => {
                let mut first = vec![0u32; CELLS + 1];
                points.iter().for_each(|&p| first[bins.of(p) + 1] += 1);
                (0..CELLS).for_each(|i| first[i + 1] += first[i]);
                for &x in values {
                    let cell = bins.of(x);
                    add(x, first[cell] as usize, first[cell + 1] as usize);
                }
            }
            _ => values.iter().for_each(|&x| add(x, 0, points.len())),
        }
        places
    }
}

const CELLS: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::super::statistic::distance;
    use super::*;
    use ml_data::random::{RngExt, generator};

    fn stored(values: &[f64]) -> Vec<CdfPoint> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let runs = sorted.chunk_by(|a, b| a == b).scan(0, |below, run| {
            let point = CdfPoint {
                value: run[0],
                below: *below,
                ties: run.len() as u64,
            };
            *below += run.len() as u64;
            Some(point)
        });
        runs.collect()
    }

    /// With every value stored, searched in cells or not, the distance is that of the samples.
    #[test]
    fn all_points_give_the_distance() {
        let mut rng = generator(8, "steps", 0);
        let mut draw = |n: usize, shift: f64, ties: bool| -> Vec<f64> {
            let one = |u: f64| {
                if ties {
                    (u * 40.0).floor()
                } else {
                    (-u.abs().ln()).powi(4)
                }
            };
            let mut v: Vec<f64> = (0..n).map(|_| one(rng.random::<f64>() + shift)).collect();
            v.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0]);
            v
        };
        for (n, m) in [(300, 200), (20_000, 30_000), (3, 40_000), (30_000, 2)] {
            for ties in [false, true] {
                let (a, b) = (draw(n, 0.0, ties), draw(m, 0.01, ties));
                let steps = EmpiricalCdf {
                    points: &stored(&a),
                    n: n as u64 + 4,
                };
                assert_eq!(
                    steps.distance(&b),
                    Some(distance(&a, &b).unwrap()),
                    "{n} {m} {ties}"
                );
            }
        }
        assert_eq!(
            EmpiricalCdf {
                points: &stored(&[1.0]),
                n: 1
            }
            .distance(&[f64::NAN]),
            None
        );
    }
}
