//! Splits in two: to learn from, and to test with.

use super::divide::{Unit, by_share, by_time};
use super::input::{SplitInput, check_share, gap_of_time, parts_not_empty};
use crate::error::{Error, Result};

/// Split of a data set in two, made by [`Split::holdout`](super::Split::holdout), for
/// [`Dataset::train_test_split`](crate::sample::Dataset::train_test_split).
///
/// | | the test part | needs |
/// |---|---|---|
/// | as made | a share of the rows, at random | |
/// | [`stratified`](Self::stratified) | that share of each class, within one row | classes |
/// | [`by_group`](Self::by_group) | whole groups, that share of them on average | groups |
/// | [`by_time`](Self::by_time) | the latest rows; those of one time together | times |
///
/// ```
/// use ml_data::prelude::*;
/// let table = Table::new([
///     ("x", Column::num((0..50).map(f64::from))),
///     ("y", Column::num((0..50).map(|i| f64::from(i) * 2.0))),
/// ])?;
/// let TrainTest { train, test } = table.regression("y")?.train_test_split(Split::holdout(0.2))?;
/// assert_eq!((train.len(), test.len()), (40, 10));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TrainTestSplit {
    test: Border,
    by: Vec<By>,
    seed: u64,
    gap: i64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Border {
    Share(f64),
    From(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Class,
    Group,
    Time,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            Self::Class => "stratified",
            Self::Group => "by_group",
            Self::Time => "by_time",
        }
    }
}

impl TrainTestSplit {
    pub(super) fn share(test: f64) -> Self {
        Self {
            test: Border::Share(test),
            by: Vec::new(),
            seed: 0,
            gap: 0,
        }
    }
    pub(super) fn from_time(test_from: i64) -> Self {
        Self {
            test: Border::From(test_from),
            by: vec![By::Time],
            ..Self::share(0.0)
        }
    }
    fn by(mut self, by: By) -> Self {
        if !self.by.contains(&by) {
            self.by.push(by);
        }
        self
    }
    /// The share of each class.
    #[must_use]
    pub fn stratified(self) -> Self {
        self.by(By::Class)
    }
    /// Whole groups, by a hash of their number and the seed: a group stays in its part when more
    /// rows come.
    #[must_use]
    pub fn by_group(self) -> Self {
        self.by(By::Group)
    }
    /// The latest rows; rows of one time are not divided.
    #[must_use]
    pub fn by_time(self) -> Self {
        self.by(By::Time)
    }
    /// Seeds what is drawn.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
    /// Drops training rows of a split by time that lie within `micros` before the border.
    #[must_use]
    pub fn gap(mut self, micros: i64) -> Self {
        self.gap = micros;
        self
    }

    /// Row numbers of the training and the test part, ascending.
    ///
    /// # Errors
    /// A share outside (0, 1), two ways to divide at once, a gap of a split that is not by time, an
    /// empty part, or a split that needs times, groups or classes that are not there, or not one a
    /// row.
    pub fn rows(&self, input: &SplitInput<'_>) -> Result<[Vec<u32>; 2]> {
        input.check()?;
        if let [a, b, ..] = self.by[..] {
            let both = format!("{} and {}", a.name(), b.name());
            let rule = "one of stratified, by_group and by_time";
            return Err(Error::parameter("Split::holdout", "by", both, rule));
        }
        let by = self.by.first().copied();
        gap_of_time("Split::holdout", self.gap, by == Some(By::Time))?;
        if let Border::Share(share) = self.test {
            check_share("Split::holdout", "test", share)?;
        }
        let parts = self.divide(by, input)?;
        parts_not_empty(&parts, &["training", "test"], input.rows)?;
        Ok(parts)
    }

    fn divide(&self, by: Option<By>, input: &SplitInput<'_>) -> Result<[Vec<u32>; 2]> {
        let share = match self.test {
            Border::Share(share) => share,
            Border::From(border) => {
                let times = input.need_times("a split by time")?;
                return Ok(by_time(times, &[border], self.gap));
            }
        };
        let unit = match by {
            None => Unit::Row("holdout"),
            Some(By::Class) => Unit::Class,
            Some(By::Group) => Unit::Group,
            Some(By::Time) => {
                let times = input.need_times("a split by time")?;
                return Ok(by_time(times, &[latest(times, share)], self.gap));
            }
        };
        by_share(unit, &[share], self.seed, input)
    }
}

/// The time from which on a share of the rows lies, those of one time together.
fn latest(times: &[i64], share: f64) -> i64 {
    let count = (times.len() as f64 * share).round() as usize;
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    // Not even one row: a border that no row reaches.
    sorted.get(times.len() - count).copied().unwrap_or(i64::MAX)
}
