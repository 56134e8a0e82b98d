//! Splits in three: to learn from, to choose with, to state the result with.

use super::input::{SplitInput, check_share, gap_of_time, parts_not_empty, share_in_group};
use super::strata;
use super::two_way::TrainTestSplit;
use crate::error::{Error, Result};
use crate::random::{generator, permutation};

/// Split of a data set in three, by [`Dataset::split`](crate::sample::Dataset::split);
/// [`Split::holdout`] is one in two.
///
/// ```
/// use ml_data::prelude::*;
/// let table = Table::new([
///     ("x", Column::num((0..100).map(f64::from))),
///     ("y", Column::num((0..100).map(|i| f64::from(i % 10 / 9)))),
/// ])?;
/// // Every tenth row is a 1: as many in each part.
/// let how = Split::stratified(0.2, 0.2).seed(1);
/// let TrainValidTest { train, valid, .. } = table.binary("y", "1")?.split(how)?;
/// assert_eq!((train.len(), valid.len()), (60, 20));
/// assert_eq!(valid.y().values().iter().filter(|y| **y == 1).count(), 2);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    how: How,
    seed: u64,
    gap: i64,
}

#[derive(Debug, Clone, PartialEq)]
enum How {
    Random { valid: f64, test: f64 },
    Stratified { valid: f64, test: f64 },
    Group { valid: f64, test: f64 },
    Temporal { valid_from: i64, test_from: i64 },
}

impl Split {
    fn new(how: How) -> Self {
        Self {
            how,
            seed: 0,
            gap: 0,
        }
    }
    /// Two parts: a share of the rows to test with, the others to train (scikit-learn's
    /// `train_test_split`); see [`TrainTestSplit`].
    pub fn holdout(test: f64) -> TrainTestSplit {
        TrainTestSplit::share(test)
    }
    /// Two parts by time: test rows are at or after `test_from` (microseconds since 1970).
    pub fn holdout_from(test_from: i64) -> TrainTestSplit {
        TrainTestSplit::from_time(test_from)
    }
    /// Shares of rows drawn at random. For data with time or repeated users, use the other ones.
    pub fn random(valid: f64, test: f64) -> Self {
        Self::new(How::Random { valid, test })
    }
    /// Shares of the rows of each class, drawn at random: each part has its share of each class
    /// within one row. For targets with classes.
    pub fn stratified(valid: f64, test: f64) -> Self {
        Self::new(How::Stratified { valid, test })
    }
    /// Shares of groups: all rows of a group land in one part, by a hash of its number and the
    /// seed, so that the sizes are the shares on average.
    pub fn group(valid: f64, test: f64) -> Self {
        Self::new(How::Group { valid, test })
    }
    /// By time: training rows are before `valid_from`, test rows at or after `test_from`
    /// (microseconds since 1970).
    pub fn temporal(valid_from: i64, test_from: i64) -> Self {
        Self::new(How::Temporal {
            valid_from,
            test_from,
        })
    }
    /// Seeds the splits that draw.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
    /// Drops rows of a temporal split that lie within `micros` before a border, so that features or
    /// labels that look ahead can not reach over it.
    #[must_use]
    pub fn gap(mut self, micros: i64) -> Self {
        self.gap = micros;
        self
    }

    /// Row numbers of the training, validation and test part, ascending.
    ///
    /// # Errors
    /// Shares outside (0, 1), a gap of a split that is not by time, an empty part, or a split that
    /// needs times, groups or classes that are not there, or not one a row.
    pub fn rows(&self, input: &SplitInput<'_>) -> Result<[Vec<u32>; 3]> {
        input.check()?;
        gap_of_time("Split", self.gap, matches!(self.how, How::Temporal { .. }))?;
        let n = input.rows;
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        match &self.how {
            How::Random { valid, test } => {
                let (v, t) = counts(n, *valid, *test)?;
                let order = permutation(n, &mut generator(self.seed, "split", 0));
                for (i, row) in order.into_iter().enumerate() {
                    parts[if i < t { 2 } else { usize::from(i < t + v) }].push(row);
                }
                parts.iter_mut().for_each(|p| p.sort_unstable());
            }
            How::Stratified { valid, test } => {
                counts(n, *valid, *test)?;
                let classes = input.need_classes("a stratified split")?;
                let shares = [1.0 - valid - test, *valid, *test];
                let part_of = strata::parts(classes, &shares, self.seed);
                (0..).zip(part_of).for_each(|(row, p)| parts[p].push(row));
            }
            How::Group { valid, test } => {
                counts(n, *valid, *test)?;
                let groups = input.need_groups("a group split")?;
                for (row, &g) in (0..).zip(groups) {
                    let u = share_in_group(self.seed, g);
                    parts[if u < *test {
                        2
                    } else {
                        usize::from(u < test + valid)
                    }]
                    .push(row);
                }
            }
            How::Temporal {
                valid_from,
                test_from,
            } => {
                if valid_from > test_from {
                    return Err(Error::parameter(
                        "Split",
                        "valid_from",
                        valid_from,
                        "not after test_from",
                    ));
                }
                let times = input.need_times("a temporal split")?;
                for (row, &t) in (0..).zip(times) {
                    let part = usize::from(t >= *valid_from) + usize::from(t >= *test_from);
                    let border = [*valid_from, *test_from, i64::MAX][part];
                    if t < border.saturating_sub(self.gap) || part == 2 {
                        parts[part].push(row);
                    }
                }
            }
        }
        parts_not_empty(&parts, &["training", "validation", "test"], n)?;
        Ok(parts)
    }
}

fn counts(n: usize, valid: f64, test: f64) -> Result<(usize, usize)> {
    check_share("Split", "valid", valid)?;
    check_share("Split", "test", test)?;
    if valid + test >= 1.0 {
        return Err(Error::parameter(
            "Split",
            "valid + test",
            valid + test,
            "below 1",
        ));
    }
    Ok((
        (n as f64 * valid).round() as usize,
        (n as f64 * test).round() as usize,
    ))
}
