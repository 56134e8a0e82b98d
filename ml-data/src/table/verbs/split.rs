//! A table in two parts, by time.

use crate::error::{Error, Result};
use crate::repr::RowSet;
use crate::sample::{Split, SplitInput};
use crate::schema::MISSING_TIME;
use crate::table::Table;

/// # Parts
impl Table {
    /// The earlier and the later rows by a column of times: the later ones are the share `test` of
    /// all. Rows of one time stay together, and rows keep their order.
    ///
    /// For logs of events; a data set with a target is split with its labels by
    /// [`Dataset::train_test_split`](crate::sample::Dataset::train_test_split).
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let log = Table::new([
    ///     ("user", Column::text(["ann", "bob", "ann", "eve"].map(Some))),
    ///     ("at", Column::time([40, 10, 20, 30].map(Some))),
    /// ])?;
    /// let (past, later) = log.split_by_time("at", 0.25)?;
    /// assert_eq!(past.time("at")?, [10, 20, 30]);
    /// assert_eq!(later.time("at")?, [40]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column, or one of another kind; a missing time, with its row; a share outside
    /// (0, 1); a part without rows.
    pub fn split_by_time(&self, time: &str, test: f64) -> Result<(Self, Self)> {
        let times = self.time(time)?;
        if let Some(row) = times.iter().position(|t| *t == MISSING_TIME) {
            return Err(Error::cell(time, row, "a time", "a missing value"));
        }
        let input = SplitInput::of(self.rows).times(Some(times));
        let [past, later] = Split::holdout(test).by_time().rows(&input)?;
        Ok((
            self.take(RowSet::List(&past)),
            self.take(RowSet::List(&later)),
        ))
    }
}
