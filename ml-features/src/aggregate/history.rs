//! The events of every entity, laid out so that any moment is one binary search away.

use super::DAY;
use super::Feature;
use crate::cell::finite;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Events grouped by entity, each group in order of time, with running sums.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    times: Vec<i64>,
    /// Sum of values from the entity's first event up to and including this one; empty when no
    /// feature reads it.
    sums: Vec<f64>,
    /// For each half-life: the decayed count just after this event.
    decays: Vec<(i64, Vec<f64>)>,
}

/// The events of one entity before a moment: positions `start..end`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    start: usize,
    end: usize,
    at: i64,
}

impl History {
    /// Groups events (given in order of time within each entity) that are already adjacent: `ends`
    /// are the group ends.
    ///
    /// # Errors
    /// Values whose sum is not a finite number.
    pub(super) fn new(
        times: Vec<i64>,
        values: &[f64],
        ends: &[u32],
        features: &[Feature],
    ) -> Result<Self> {
        let sums = features
            .iter()
            .any(|f| matches!(f, Feature::Monetary(_) | Feature::WindowSum(..)));
        let sums = if sums {
            running(values, ends, |sum, _, v| sum + v)
        } else {
            Vec::new()
        };
        if sums.iter().any(|s| !s.is_finite()) {
            let reason = "values of events are too large: their sum is not a finite number";
            return Err(Error::Fit {
                step: "AsOf",
                reason: reason.into(),
            });
        }
        let mut lives: Vec<i64> = features
            .iter()
            .filter_map(|f| {
                if let Feature::Velocity(_, h) = f {
                    Some(*h)
                } else {
                    None
                }
            })
            .collect();
        lives.sort_unstable();
        lives.dedup();
        let decays = lives.into_iter().map(|h| {
            let gap = |i: usize| elapsed(times[i - 1], times[i]);
            (
                h,
                running(values, ends, |sum, i, _| {
                    if i == 0 {
                        1.0
                    } else {
                        sum * halved(gap(i), h) + 1.0
                    }
                }),
            )
        });
        let decays = decays.collect();
        Ok(Self {
            times,
            sums,
            decays,
        })
    }

    /// Says what breaks the order of times within groups, or which sums `features` lack: a loaded
    /// history is checked.
    pub(super) fn check(&self, ends: &[u32], features: &[Feature]) -> Result<(), String> {
        let n = self.times.len();
        check_ends(ends, n)?;
        let mut start = 0;
        for &end in ends {
            if !self.times[start..end as usize].is_sorted() {
                return Err(format!("AsOf: times of events {start} to {end} fall"));
            }
            start = end as usize;
        }
        let reads_sums = |f: &Feature| matches!(f, Feature::Monetary(_) | Feature::WindowSum(..));
        if self.sums.len() != n && (!self.sums.is_empty() || features.iter().any(reads_sums)) {
            return Err(format!(
                "AsOf: expected {n} sums, found {}",
                self.sums.len()
            ));
        }
        if self
            .decays
            .iter()
            .any(|(life, d)| *life <= 0 || d.len() != n)
        {
            return Err(format!("AsOf: expected {n} decayed counts a half-life"));
        }
        finite(
            "AsOf",
            self.sums
                .iter()
                .chain(self.decays.iter().flat_map(|(_, d)| d)),
        )?;
        let lives = features.iter().filter_map(|f| match f {
            Feature::Velocity(_, life) => Some(*life),
            _ => None,
        });
        for life in lives {
            if !self.decays.iter().any(|(l, _)| *l == life) {
                return Err(format!("AsOf: no counts with a half-life of {life}"));
            }
        }
        Ok(())
    }

    /// The events before `at` in a group.
    #[inline]
    pub(super) fn past(&self, start: usize, end: usize, at: i64) -> Past {
        let end = start + self.times[start..end].partition_point(|&t| t < at);
        Past { start, end, at }
    }

    /// The first event of a past at or after `at - window`.
    #[inline]
    fn since(&self, p: Past, window: i64) -> usize {
        let from = p.at.saturating_sub(window);
        p.start + self.times[p.start..p.end].partition_point(|&t| t < from)
    }

    /// Sum of values before position `i` of a past.
    #[inline]
    fn sum_to(&self, p: Past, i: usize) -> f64 {
        if i == p.start { 0.0 } else { self.sums[i - 1] }
    }

    /// The value of a feature.
    #[inline]
    pub(super) fn value(&self, feature: Feature, p: Past) -> f64 {
        let none = p.end == p.start;
        match feature {
            Feature::Recency(_) if none => f64::NAN,
            Feature::Recency(_) => elapsed(self.times[p.end - 1], p.at) / DAY as f64,
            Feature::Age(_) if none => f64::NAN,
            Feature::Age(_) => elapsed(self.times[p.start], p.at) / DAY as f64,
            Feature::Frequency(_) => (p.end - p.start) as f64,
            Feature::Monetary(_) => self.sum_to(p, p.end),
            Feature::WindowCount(_, w) => (p.end - self.since(p, w)) as f64,
            Feature::WindowSum(_, w) => {
                let first = self.since(p, w);
                if first == p.end {
                    0.0
                } else {
                    self.sum_to(p, p.end) - self.sum_to(p, first)
                }
            }
            Feature::Velocity(_, h) => {
                let sums = self.decays.iter().find(|(life, _)| *life == h);
                let after = sums.filter(|_| !none).map_or(0.0, |(_, s)| s[p.end - 1]);
                if none {
                    0.0
                } else {
                    after * halved(elapsed(self.times[p.end - 1], p.at), h)
                }
            }
            Feature::Trend(_, short, long) => {
                let count = |w: i64| (p.end - self.since(p, w)) as f64;
                let recent = count(short) / short as f64;
                let usual = count(long) / long as f64;
                if usual == 0.0 {
                    f64::NAN
                } else {
                    recent / usual
                }
            }
        }
    }
}

/// Ends of groups of `n` things must grow up to `n`.
pub(super) fn check_ends(ends: &[u32], n: usize) -> Result<(), String> {
    if ends.is_sorted() && ends.last().map_or(0, |e| *e as usize) == n {
        return Ok(());
    }
    Err(format!("AsOf: ends of groups must grow up to {n}"))
}

/// Microseconds from `a` to `b`, also when they are further apart than an `i64` holds.
#[inline]
fn elapsed(a: i64, b: i64) -> f64 {
    b.checked_sub(a).map_or(b as f64 - a as f64, |d| d as f64)
}

/// The rest of 1 after `gap` microseconds.
#[inline]
fn halved(gap: f64, half_life: i64) -> f64 {
    (-gap / half_life as f64).exp2()
}

/// A running statistic within each group; `step` gets the position within the array, 0 at the start
/// of a group.
fn running(values: &[f64], ends: &[u32], step: impl Fn(f64, usize, f64) -> f64) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    let mut start = 0;
    for &end in ends {
        let mut sum = 0.0;
        for (i, &value) in values[start..end as usize].iter().enumerate() {
            sum = step(sum, if i == 0 { 0 } else { start + i }, value);
            out.push(sum);
        }
        start = end as usize;
    }
    out
}
