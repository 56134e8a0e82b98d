//! Input of splits and folds, and the checks that they share.

use crate::error::{Error, Result};

/// The rows of a data set as a split sees them: how many there are and, where the data set knows
/// them, the group, the time and the class of each.
///
/// ```
/// use ml_data::sample::{GroupKFold, SplitInput, Splitter};
/// let users = [1, 1, 2, 2, 3, 3];
/// let folds = GroupKFold::new(3).folds(&SplitInput::of(6).groups(Some(&users)))?;
/// assert_eq!(folds.len(), 3);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SplitInput<'a> {
    pub(super) rows: usize,
    pub(super) groups: Option<&'a [u32]>,
    pub(super) times: Option<&'a [i64]>,
    pub(super) classes: Option<&'a [u32]>,
}

impl<'a> SplitInput<'a> {
    /// So many rows.
    pub fn of(rows: usize) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }
    /// Sets the group of each row.
    #[must_use]
    pub fn groups(mut self, groups: Option<&'a [u32]>) -> Self {
        self.groups = groups;
        self
    }
    /// Sets the time of each row, microseconds since 1970.
    #[must_use]
    pub fn times(mut self, times: Option<&'a [i64]>) -> Self {
        self.times = times;
        self
    }
    /// Sets the class of each row.
    #[must_use]
    pub fn classes(mut self, classes: Option<&'a [u32]>) -> Self {
        self.classes = classes;
        self
    }
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }
    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The group of each row.
    ///
    /// # Errors
    /// There are none; `who` needs them.
    pub fn need_groups(&self, who: &str) -> Result<&'a [u32]> {
        self.groups.ok_or_else(|| needs(who, "groups"))
    }
    /// The time of each row.
    ///
    /// # Errors
    /// There are none; `who` needs them.
    pub fn need_times(&self, who: &str) -> Result<&'a [i64]> {
        self.times.ok_or_else(|| needs(who, "times"))
    }
    /// The class of each row.
    ///
    /// # Errors
    /// There are none; `who` needs them.
    pub fn need_classes(&self, who: &str) -> Result<&'a [u32]> {
        self.classes.ok_or_else(|| Error::Required {
            who: who.into(),
            what: "classes".into(),
            how: "give the data set a target with classes: `.binary(..)` or `.classes(..)`".into(),
        })
    }

    /// Refuses groups, times or classes that are not one a row.
    ///
    /// # Errors
    /// [`Error::Length`].
    pub fn check(&self) -> Result<()> {
        let n = self.rows;
        Error::check_len("groups", n, self.groups.map_or(n, <[u32]>::len))?;
        Error::check_len("times", n, self.times.map_or(n, <[i64]>::len))?;
        Error::check_len("classes", n, self.classes.map_or(n, <[u32]>::len))
    }
}

fn needs(who: &str, what: &str) -> Error {
    Error::Required {
        who: who.into(),
        what: what.into(),
        how: format!("give the data set `.with_{what}(..)` or a column of that role"),
    }
}

/// Refuses a gap of a split that is not by time, and one below 0.
pub(super) fn gap_of_time(who: &'static str, gap: i64, by_time: bool) -> Result<()> {
    match gap {
        0 => Ok(()),
        _ if !by_time => Err(Error::parameter(
            who,
            "gap",
            gap,
            "0 in a split that is not by time",
        )),
        ..0 => Err(Error::parameter(who, "gap", gap, "at least 0")),
        _ => Ok(()),
    }
}

/// Refuses a share that is none, or all.
pub(super) fn check_share(who: &'static str, name: &'static str, share: f64) -> Result<()> {
    match share > 0.0 && share < 1.0 {
        true => Ok(()),
        false => Err(Error::parameter(
            who,
            name,
            share,
            "a share between 0 and 1",
        )),
    }
}

/// Refuses a split that leaves a part without rows.
pub(super) fn parts_not_empty(parts: &[Vec<u32>], names: &[&str], n: usize) -> Result<()> {
    match parts.iter().zip(names).find(|(part, _)| part.is_empty()) {
        Some((_, name)) => Err(Error::Empty(format!(
            "the {name} part of the split of {n} rows"
        ))),
        None => Ok(()),
    }
}
