//! Point-in-time features of users, items and pairs.

use super::feature::{Feature, Of};
use super::history::{History, Past, check_ends};
use super::log::{EventLog, LoggedEvent};
use crate::cell::{checked_on_load, spread};
use ml_data::repr::{Dense, Names};
use ml_data::table::Column;
use ml_data::validate::distinct;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Point-in-time features of an event log; [`AsOf::build`] indexes a log for them.
///
/// ```
/// use ml_features::aggregate::{AsOf, LoggedEvent, EventLog, Of, days};
/// let buy = |user, item, day, value| {
///     LoggedEvent { user, item, time: days(day), value, kind: 0 }
/// };
/// let log = EventLog::new(vec![buy(1, 7, 1.0, 10.0), buy(1, 8, 3.0, 5.0), buy(2, 7, 4.0, 12.0)])?;
/// let features = AsOf::new().rfm(Of::User).velocity(Of::Item, days(1.0)).history().build(&log)?;
/// assert_eq!(features.names().get(0), "user:recency");
///
/// let mut row = Vec::new();
/// features.features_into(1, 7, days(4.0), &mut row);
/// // The purchase at the moment itself is not known yet.
/// assert_eq!(row, [1.0, 2.0, 15.0, 0.125, 1.0, 3.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AsOf {
    features: Vec<Feature>,
}

impl AsOf {
    /// No features yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds one feature.
    #[must_use]
    pub fn with(mut self, feature: Feature) -> Self {
        self.features.push(feature);
        self
    }
    /// Adds recency (days), frequency and monetary value.
    #[must_use]
    pub fn rfm(self, of: Of) -> Self {
        self.with(Feature::Recency(of))
            .with(Feature::Frequency(of))
            .with(Feature::Monetary(of))
    }
    /// Adds number and sum of values in the last `micros`.
    #[must_use]
    pub fn window(self, of: Of, micros: i64) -> Self {
        self.with(Feature::WindowCount(of, micros))
            .with(Feature::WindowSum(of, micros))
    }
    /// Adds the exponentially decayed number of events.
    #[must_use]
    pub fn velocity(self, of: Of, half_life: i64) -> Self {
        self.with(Feature::Velocity(of, half_life))
    }
    /// Adds the rate of events in a short window over that in a long one.
    #[must_use]
    pub fn trend(self, of: Of, short: i64, long: i64) -> Self {
        self.with(Feature::Trend(of, short, long))
    }
    /// Adds how often the user met this item and the days since the last time.
    #[must_use]
    pub fn history(self) -> Self {
        self.with(Feature::Frequency(Of::Pair))
            .with(Feature::Recency(Of::Pair))
    }

    /// Indexes a log.
    ///
    /// # Errors
    /// No features, one of them twice, a window or half-life that is not positive, or user or item
    /// numbers far larger than the number of events: numbers index arrays, so they must be codes of
    /// a dictionary, not hashes.
    pub fn build(&self, log: &EventLog) -> Result<AsOfFeatures> {
        self.check()?;
        dense_codes("user", log, |e| e.user)?;
        dense_codes("item", log, |e| e.item)?;
        Ok(AsOfFeatures {
            names: self.names(),
            features: self.features.clone(),
            users: Grouped::new(log.events(), |e| e.user, &self.of(Of::User))?,
            items: Grouped::new(log.events(), |e| e.item, &self.of(Of::Item))?,
            pairs: Pairs::new(log.events(), &self.of(Of::Pair))?,
        })
    }

    fn check(&self) -> Result<()> {
        if self.features.is_empty() {
            return Err(Error::Empty("list of features of AsOf".into()));
        }
        self.features.iter().try_for_each(|f| f.check())?;
        distinct("feature of AsOf", self.names().iter())
    }

    fn names(&self) -> Names {
        Names::new(self.features.iter().map(Feature::to_string))
    }

    /// The features of one kind of events.
    fn of(&self, of: Of) -> Vec<Feature> {
        let all = self.features.iter().copied();
        all.filter(|f| f.of() == of).collect()
    }
}

/// Refuses numbers so large that arrays over them would be mostly empty.
fn dense_codes(what: &str, log: &EventLog, key: impl Fn(&LoggedEvent) -> u32) -> Result<()> {
    let bound = log.len().saturating_mul(64).max(1 << 24);
    match log.events().iter().position(|e| key(e) as usize >= bound) {
        Some(row) => Err(Error::cell(
            what,
            row,
            format!("a dictionary code below {bound}"),
            key(&log.events()[row]),
        )),
        None => Ok(()),
    }
}

/// A log indexed for point-in-time features. A query is a few binary searches in the events of one
/// user and one item, however long the log is.
///
/// Users and items that never occur have no events: counts and sums are 0, recency and trend are
/// missing (`NaN`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct AsOfFeatures {
    names: Names,
    features: Vec<Feature>,
    users: Grouped,
    items: Grouped,
    pairs: Pairs,
}

checked_on_load!(AsOfFeatures, |all| {
    let asked = AsOf {
        features: all.features.clone(),
    };
    asked.check().map_err(|e| e.to_string())?;
    if all.names != asked.names() {
        return Err("AsOf: names and features differ".into());
    }
    let users = &all.users;
    users.history.check(&users.ends, &asked.of(Of::User))?;
    let items = &all.items;
    items.history.check(&items.ends, &asked.of(Of::Item))?;
    all.pairs.check(&asked.of(Of::Pair))
});

impl AsOfFeatures {
    /// Column names.
    pub fn names(&self) -> &Names {
        &self.names
    }
    /// The features, in the order of the columns.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Appends the features of a user and an item at a moment. Allocates nothing when `out` has
    /// room.
    pub fn features_into(&self, user: u32, item: u32, at: i64, out: &mut Vec<f64>) {
        let start = out.len();
        out.resize(start + self.features.len(), 0.0);
        self.fill(user, item, at, &mut out[start..]);
    }

    #[inline]
    fn fill(&self, user: u32, item: u32, at: i64, out: &mut [f64]) {
        let users = self.users.past(user, at);
        let items = self.items.past(item, at);
        let pairs = self.pairs.past(user, item, at);
        for (f, o) in self.features.iter().zip(out) {
            let (history, past) = match f.of() {
                Of::User => (&self.users.history, users),
                Of::Item => (&self.items.history, items),
                Of::Pair => (&self.pairs.history, pairs),
            };
            *o = history.value(*f, past);
        }
    }

    /// The features of many `(user, item, at)`, with the bits of [`AsOfFeatures::features_into`].
    ///
    /// # Errors
    /// Different numbers of users, items and moments.
    pub fn batch(&self, users: &[u32], items: &[u32], at: &[i64]) -> Result<Dense<f64>> {
        Error::check_len("items", users.len(), items.len())?;
        Error::check_len("moments", users.len(), at.len())?;
        let width = self.features.len();
        let values = spread(users.len(), width, |first, _, out: &mut [f64]| {
            for (i, out) in (first..).zip(out.chunks_exact_mut(width)) {
                self.fill(users[i], items[i], at[i], out);
            }
            Ok(())
        })?;
        Dense::new(self.names.clone(), values)
    }

    /// As [`AsOfFeatures::batch`], as named columns to put into a table.
    ///
    /// # Errors
    /// Different numbers of users, items and moments.
    pub fn columns(
        &self,
        users: &[u32],
        items: &[u32],
        at: &[i64],
    ) -> Result<Vec<(String, Column)>> {
        let x = self.batch(users, items, at)?;
        let width = self.features.len();
        let column = |c: usize| Column::num(x.values().iter().skip(c).step_by(width).copied());
        Ok(self
            .names
            .iter()
            .enumerate()
            .map(|(c, name)| (name.to_string(), column(c)))
            .collect())
    }
}

/// Events by a dense entity number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Grouped {
    /// End of each entity's events; the start is the end of the one before.
    ends: Vec<u32>,
    history: History,
}

impl Grouped {
    fn new(
        events: &[LoggedEvent],
        key: impl Fn(&LoggedEvent) -> u32,
        features: &[Feature],
    ) -> Result<Self> {
        if features.is_empty() {
            return Ok(Self::default());
        }
        let (ends, order) = group(events, &key);
        let times = order.iter().map(|&i| events[i as usize].time).collect();
        let values: Vec<f64> = order.iter().map(|&i| events[i as usize].value).collect();
        let history = History::new(times, &values, &ends, features)?;
        Ok(Self { ends, history })
    }
    #[inline]
    fn range(&self, id: u32) -> (usize, usize) {
        range(&self.ends, id)
    }
    #[inline]
    fn past(&self, id: u32, at: i64) -> Past {
        let (start, end) = self.range(id);
        self.history.past(start, end, at)
    }
}

#[inline]
fn range(ends: &[u32], id: u32) -> (usize, usize) {
    let Some(&end) = ends.get(id as usize) else {
        return (0, 0);
    };
    let start = if id == 0 { 0 } else { ends[id as usize - 1] };
    (start as usize, end as usize)
}

/// Counting sort by entity, keeping the order of time: group ends, and the order.
fn group(events: &[LoggedEvent], key: impl Fn(&LoggedEvent) -> u32) -> (Vec<u32>, Vec<u32>) {
    let n = events
        .iter()
        .map(|e| key(e) as usize + 1)
        .max()
        .unwrap_or(0);
    let mut ends = vec![0_u32; n];
    events.iter().for_each(|e| ends[key(e) as usize] += 1);
    let mut total = 0;
    for e in &mut ends {
        total += std::mem::replace(e, total);
    }
    let mut order = vec![0; events.len()];
    for (i, e) in events.iter().enumerate() {
        let place = &mut ends[key(e) as usize];
        order[*place as usize] = i as u32;
        *place += 1;
    }
    (ends, order)
}

/// Events by user, then item, then time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Pairs {
    ends: Vec<u32>,
    items: Vec<u32>,
    history: History,
}

impl Pairs {
    fn new(events: &[LoggedEvent], features: &[Feature]) -> Result<Self> {
        if features.is_empty() {
            return Ok(Self::default());
        }
        let (ends, mut order) = group(events, |e| e.user);
        let mut start = 0;
        for &end in &ends {
            // Positions are in order of time, so they order equal items by time.
            order[start..end as usize].sort_unstable_by_key(|&i| (events[i as usize].item, i));
            start = end as usize;
        }
        let items: Vec<u32> = order.iter().map(|&i| events[i as usize].item).collect();
        let times = order.iter().map(|&i| events[i as usize].time).collect();
        let values: Vec<f64> = order.iter().map(|&i| events[i as usize].value).collect();
        let history = History::new(times, &values, &pair_ends(&ends, &items), features)?;
        Ok(Self {
            ends,
            items,
            history,
        })
    }

    /// As [`History::check`]; items must grow within a user, too.
    fn check(&self, features: &[Feature]) -> Result<(), String> {
        check_ends(&self.ends, self.items.len())?;
        let mut start = 0;
        for &end in &self.ends {
            if !self.items[start..end as usize].is_sorted() {
                return Err(format!("AsOf: items of pairs {start} to {end} fall"));
            }
            start = end as usize;
        }
        self.history
            .check(&pair_ends(&self.ends, &self.items), features)
    }
    #[inline]
    fn past(&self, user: u32, item: u32, at: i64) -> Past {
        let (start, end) = range(&self.ends, user);
        let items = &self.items[start..end];
        let first = items.partition_point(|&i| i < item);
        let last = first + items[first..].partition_point(|&i| i == item);
        self.history.past(start + first, start + last, at)
    }
}

/// Ends of the runs of one item within each user.
fn pair_ends(ends: &[u32], items: &[u32]) -> Vec<u32> {
    let (mut out, mut start) = (Vec::new(), 0);
    for &end in ends {
        for i in start..end as usize {
            if i + 1 == end as usize || items[i + 1] != items[i] {
                out.push(i as u32 + 1);
            }
        }
        start = end as usize;
    }
    out
}
