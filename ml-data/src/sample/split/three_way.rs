//! Splits in three: to learn from, to choose with, to state the result with.

use super::divide::{Unit, by_share, by_time};
use super::input::{SplitInput, check_share, gap_of_time, parts_not_empty};
use super::two_way::TrainTestSplit;
use crate::error::{Error, Result};
use crate::time::Micros;

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
    Shares { of: Unit, held: [f64; 2] },
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
    fn by_share(of: Unit, valid: f64, test: f64) -> Self {
        let held = [valid, test];
        Self::new(How::Shares { of, held })
    }
    /// Two parts: a share of the rows to test with, the others to train (scikit-learn's
    /// `train_test_split`); see [`TrainTestSplit`].
    pub fn holdout(test: f64) -> TrainTestSplit {
        TrainTestSplit::share(test)
    }
    /// Two parts by time: test rows are at or after `test_from` (microseconds since 1970, or
    /// [`Micros`]).
    pub fn holdout_from(test_from: impl Into<Micros>) -> TrainTestSplit {
        TrainTestSplit::from_time(test_from.into().0)
    }
    /// Shares of rows drawn at random. For data with time or repeated users, use the other ones.
    pub fn random(valid: f64, test: f64) -> Self {
        Self::by_share(Unit::Row("split"), valid, test)
    }
    /// Shares of the rows of each class, drawn at random: each part has its share of each class
    /// within one row. For targets with classes.
    pub fn stratified(valid: f64, test: f64) -> Self {
        Self::by_share(Unit::Class, valid, test)
    }
    /// Shares of groups: all rows of a group land in one part, by a hash of its number and the
    /// seed, so that the sizes are the shares on average.
    pub fn group(valid: f64, test: f64) -> Self {
        Self::by_share(Unit::Group, valid, test)
    }
    /// By time: training rows are before `valid_from`, test rows at or after `test_from`
    /// (microseconds since 1970, or [`Micros`]).
    pub fn temporal(valid_from: impl Into<Micros>, test_from: impl Into<Micros>) -> Self {
        Self::new(How::Temporal {
            valid_from: valid_from.into().0,
            test_from: test_from.into().0,
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
        let parts = match self.how {
            How::Shares { of, held } => {
                check_shares(held)?;
                by_share(of, &held, self.seed, input)?
            }
            How::Temporal {
                valid_from,
                test_from,
            } => {
                if valid_from > test_from {
                    let rule = "not after test_from";
                    return Err(Error::parameter("Split", "valid_from", valid_from, rule));
                }
                let times = input.need_times("a temporal split")?;
                by_time(times, &[valid_from, test_from], self.gap)
            }
        };
        parts_not_empty(&parts, &["training", "validation", "test"], input.rows)?;
        Ok(parts)
    }
}

fn check_shares([valid, test]: [f64; 2]) -> Result<()> {
    check_share("Split", "valid", valid)?;
    check_share("Split", "test", test)?;
    match valid + test {
        all @ 1.0.. => Err(Error::parameter("Split", "valid + test", all, "below 1")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_leave_something_to_train_on() {
        assert!(check_shares([0.25, 0.5]).is_ok());
        for bad in [[0.5, 0.5], [0.75, 0.5]] {
            let e = check_shares(bad).unwrap_err().to_string();
            assert!(e.contains("`valid + test`") && e.contains("below 1"), "{e}");
        }
    }
}
