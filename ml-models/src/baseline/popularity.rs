//! Popularity of items, counted.

use super::fitted::{FittedPopularity, Ranking};
use crate::factor::{Interactions, Recommender};
use crate::limits::ModelLimits;
use ml_data::contract::{Params, Round, Scored, best_first};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::time::Duration;

/// Measure of popularity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Count {
    /// Every interaction counts one: of [`Interactions`] every pair, however often it occurred, so
    /// users are counted; of events every event.
    #[default]
    Interactions,
    /// Values are added up: plays, seconds, money.
    Values,
}

/// One interaction with an item, with its time and the segment it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemEvent {
    /// The item's number.
    pub item: u32,
    /// Worth of the event; 1 for a plain one. Only [`Count::Values`] reads it.
    pub value: f32,
    /// Microseconds since 1970. Only [`Popularity::half_life`] reads it.
    pub at: i64,
    /// The segment (a country, a device, an age group) by number, if it has one.
    pub segment: Option<u32>,
}

/// Popularity: the most taken items, the same for everybody or for everybody of a segment.
///
/// The baseline of every recommender, its fallback for strangers, and the hardest to beat where
/// taste differs little. With a [`half_life`](Self::half_life) an event that is one half-life older
/// counts half, which follows fashion.
///
/// ```
/// use ml_models::{baseline::Popularity, factor::Interactions};
/// let seen = Interactions::from_pairs(3, 4, [(0, 2), (1, 2), (2, 2), (0, 1), (1, 3)])?;
/// let popular = Popularity::new().fit(&seen)?;
/// assert_eq!(popular.score(2), 3.0);
/// assert_eq!(popular.top().iter().map(|s| s.item).collect::<Vec<_>>(), [2, 1, 3]);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
/// Items without any interaction are not popular: they are never ranked.
///
/// # Weights
/// [`Count::Values`] weighs by value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Popularity {
    count: Count,
    half_life: Option<Duration>,
    prior: f64,
    #[serde(skip)]
    limits: ModelLimits,
}

impl Default for Popularity {
    fn default() -> Self {
        Popularity {
            count: Count::default(),
            half_life: None,
            prior: 1.0,
            limits: ModelLimits::default(),
        }
    }
}

impl Params for Popularity {
    fn name(&self) -> &'static str {
        "Popularity"
    }

    fn check(&self) -> Result<()> {
        if self.half_life.is_some_and(|h| h.as_micros() == 0) {
            return Err(Error::parameter(
                "Popularity",
                "half_life",
                "0",
                "at least a microsecond",
            ));
        }
        if self.prior >= 0.0 && self.prior.is_finite() {
            Ok(())
        } else {
            Err(Error::parameter(
                "Popularity",
                "prior",
                self.prior,
                "finite and at least 0",
            ))
        }
    }
}

/// One round, without a metric.
impl Recommender for Popularity {
    type Model = FittedPopularity;

    fn fit_with(
        &self,
        data: &Interactions,
        on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
    ) -> Result<FittedPopularity> {
        self.check_timeless()?;
        self.check_size(data.items(), 0)?;
        let mut counts = vec![0.0; data.items()];
        (0..data.users() as u32).for_each(|user| self.add(data, user, &mut counts));
        let model = self.finish(&counts, &[], Vec::new())?;
        // Everything is counted: there is nothing left to break off.
        let _ = on(Round::ONLY);
        Ok(model)
    }
}

impl Popularity {
    /// Counts interactions, all of them alike.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Measure that is counted.
    #[must_use]
    pub fn count(mut self, count: Count) -> Self {
        self.count = count;
        self
    }

    /// Halves the weight of an event for every such time before the newest one. Needs
    /// [`fit_events`](Self::fit_events).
    #[must_use]
    pub fn half_life(mut self, half_life: Duration) -> Self {
        self.half_life = Some(half_life);
        self
    }

    /// In a segment an item scores its count there plus `prior` times its share of all counts. With
    /// 1, the default, the segment's counts decide and the whole only orders equal ones and what
    /// the segment never took; larger values lean on the whole more; 0 ranks what the segment took
    /// and nothing else.
    #[must_use]
    pub fn prior(mut self, prior: f64) -> Self {
        self.prior = prior;
        self
    }

    /// Most bytes that the counts may take (default 8 GiB): 40 for each item, overall and in each
    /// segment.
    #[must_use]
    pub fn limits(mut self, limits: ModelLimits) -> Self {
        self.limits = limits;
        self
    }

    fn check_size(&self, items: usize, segments: usize) -> Result<()> {
        self.limits.check_bytes(
            &format!("Popularity of {items} items, overall and in {segments} segments"),
            [items, segments + 1],
            40,
            "`Popularity::limits`; or number items and segments from 0 up without gaps",
        )
    }

    /// Counts a matrix of interactions.
    ///
    /// # Errors
    /// A parameter out of range; a half-life, since the matrix has no times; no interaction at all.
    pub fn fit(&self, data: &Interactions) -> Result<FittedPopularity> {
        self.fit_with(data, &mut |_| ControlFlow::Continue(()))
    }

    /// Counts a matrix of interactions overall and by the user's segment; `segments` has a number
    /// for each user. Users asked for later are looked up in it.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); a length other than the number of users.
    pub fn fit_segments(&self, data: &Interactions, segments: &[u32]) -> Result<FittedPopularity> {
        self.check_timeless()?;
        Error::check_len("segments of users", data.users(), segments.len())?;
        let count = segment_count(segments.iter().copied())?;
        self.check_size(data.items(), count)?;
        let mut all = vec![0.0; data.items()];
        let mut by = vec![Vec::new(); count];
        for (user, &segment) in (0u32..).zip(segments) {
            let counts: &mut Vec<f64> = &mut by[segment as usize];
            counts.resize(data.items(), 0.0);
            self.add(data, user, counts);
            self.add(data, user, &mut all);
        }
        self.finish(&all, &by, segments.to_vec())
    }

    fn add(&self, data: &Interactions, user: u32, counts: &mut [f64]) {
        for (i, v) in data.user(user).iter() {
            counts[i as usize] += if self.count == Count::Values {
                f64::from(v)
            } else {
                1.0
            };
        }
    }

    /// Counts events, by segment too where they have one. `items` is the number of items.
    ///
    /// # Errors
    /// A parameter out of range; an item that is not below `items`; a negative, NaN or infinite
    /// value; no event at all.
    pub fn fit_events(&self, items: usize, events: &[ItemEvent]) -> Result<FittedPopularity> {
        self.check()?;
        for (row, e) in events.iter().enumerate() {
            if e.item as usize >= items {
                return Err(Error::cell(
                    "item",
                    row,
                    format!("an id below {items}"),
                    e.item,
                ));
            }
            if !(e.value >= 0.0 && e.value.is_finite()) {
                return Err(Error::cell(
                    "value",
                    row,
                    "a finite number of at least 0",
                    e.value,
                ));
            }
        }
        let count = segment_count(events.iter().filter_map(|e| e.segment))?;
        self.check_size(items, count)?;
        let now = events.iter().map(|e| e.at).max().unwrap_or(0);
        let mut all = vec![0.0; items];
        let mut by = vec![Vec::new(); count];
        for e in events {
            let worth = if self.count == Count::Values {
                f64::from(e.value)
            } else {
                1.0
            };
            let weight = worth
                * self.half_life.map_or(1.0, |h| {
                    (-((now as f64 - e.at as f64) / h.as_micros() as f64)).exp2()
                });
            all[e.item as usize] += weight;
            if let Some(segment) = e.segment {
                let counts: &mut Vec<f64> = &mut by[segment as usize];
                counts.resize(items, 0.0);
                counts[e.item as usize] += weight;
            }
        }
        self.finish(&all, &by, Vec::new())
    }

    fn check_timeless(&self) -> Result<()> {
        self.check()?;
        match self.half_life {
            None => Ok(()),
            Some(_) => Err(Error::Unsupported {
                step: "Popularity",
                what: "a half-life on interactions".into(),
                why: "they carry no times; use `fit_events`".into(),
            }),
        }
    }

    fn finish(
        &self,
        all: &[f64],
        by: &[Vec<f64>],
        segment_of: Vec<u32>,
    ) -> Result<FittedPopularity> {
        let total: f64 = all.iter().sum();
        if total <= 0.0 {
            return Err(Error::Empty("popularity: the data".into()));
        }
        let list = |counts: &[f64]| {
            let mut best: Vec<Scored> = scored(counts).collect();
            best.sort_unstable_by(best_first);
            Ranking {
                scores: counts.iter().map(|&c| c as f32).collect(),
                best,
            }
        };
        let segment = |counts: &Vec<f64>| {
            let here = |i: usize| counts.get(i).copied().unwrap_or(0.0);
            list(
                &all.iter()
                    .enumerate()
                    .map(|(i, &a)| here(i) + self.prior * a / total)
                    .collect::<Vec<_>>(),
            )
        };
        let segments = by.iter().map(segment).collect();
        Ok(FittedPopularity {
            all: list(all),
            segments,
            segment_of,
        })
    }
}

fn scored(counts: &[f64]) -> impl Iterator<Item = Scored> + '_ {
    counts
        .iter()
        .enumerate()
        .filter(|(_, c)| **c > 0.0)
        .map(|(i, &c)| Scored {
            item: i as u32,
            score: c as f32,
        })
}

/// One more than the largest segment. Segments are small numbers: every one gets a list of all
/// items.
fn segment_count(segments: impl Iterator<Item = u32>) -> Result<usize> {
    const MOST: u32 = 10_000;
    match segments.max() {
        None => Ok(0),
        Some(s) if s < MOST => Ok(s as usize + 1),
        Some(s) => Err(Error::value("segment", format!("a number below {MOST}"), s)),
    }
}

#[cfg(test)]
mod tests;
