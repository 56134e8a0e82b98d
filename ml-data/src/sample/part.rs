//! Rows in one role.

use super::carried::Carried;
use super::labels::{Labels, Target};
use super::role::{InSample, Part, Readable, Train, Valid};
use super::split::Splitter;
use crate::error::{Error, Result};
use crate::repr::{Repr, RowSet, View};
#[cfg(feature = "table")]
use crate::table::{Schema, Table};
use std::marker::PhantomData;
use std::sync::Arc;

/// Rows, labels, weights, times, groups and initial scores in one role. The rows are shared, never
/// copied; what belongs to rows travels with them, so no step can forget it.
pub struct Sample<R, Y: Target, P> {
    data: Arc<R>,
    rows: Option<Arc<[u32]>>,
    carried: Carried<Y>,
    part: PhantomData<fn() -> P>,
}

impl<R: Repr, Y: Target, P: Part> Sample<R, Y, P> {
    /// The rows of a list, or all; of `carried` those rows are taken.
    pub(super) fn assemble(data: Arc<R>, rows: Option<Arc<[u32]>>, carried: &Carried<Y>) -> Self {
        let carried = match &rows {
            Some(list) => carried.take(RowSet::List(list)),
            None => carried.clone(),
        };
        Self::of(data, rows, carried)
    }

    fn of(data: Arc<R>, rows: Option<Arc<[u32]>>, carried: Carried<Y>) -> Self {
        Self {
            data,
            rows,
            carried,
            part: PhantomData,
        }
    }

    /// The rows, whatever the role allows: for scoring.
    pub(crate) fn view(&self) -> View<'_, R> {
        match &self.rows {
            Some(list) => View::new(&self.data, RowSet::List(list)),
            None => View::all(&self.data),
        }
    }
    /// The labels, whatever the role allows: for scoring.
    pub(crate) fn labels(&self) -> &Y::Labels {
        &self.carried.labels
    }
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.carried.labels.len()
    }
    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Names and kinds of the columns.
    pub fn header(&self) -> &R::Header {
        self.data.header()
    }
    /// The rows.
    pub fn x(&self) -> View<'_, R>
    where
        P: Readable,
    {
        self.view()
    }
    /// The labels.
    pub fn y(&self) -> &Y::Labels
    where
        P: Readable,
    {
        self.labels()
    }
    /// Weight of each row; `None` is 1 each. 0 removes a row, 2 counts it twice.
    pub fn weights(&self) -> Option<&[f64]> {
        self.carried.weights.as_deref()
    }
    /// Weight of a row, 1 where the sample has none: for estimators that add rows up.
    ///
    /// # Panics
    /// A row past the last, as indexing a slice, where the sample has weights.
    #[inline]
    pub fn weight(&self, row: usize) -> f64 {
        self.weights().map_or(1.0, |w| w[row])
    }
    /// When each row happened, microseconds since 1970.
    pub fn times(&self) -> Option<&[i64]> {
        self.carried.times.as_deref()
    }
    /// The group of each row: the sample's own, or the queries of its labels.
    pub fn groups(&self) -> Option<&[u32]> {
        self.carried.groups()
    }
    /// The scores that learning starts from, one an output, row after row; see
    /// [`Dataset::with_init_score`](super::Dataset::with_init_score).
    pub fn init_score(&self) -> Option<&[f64]> {
        self.carried.init_score.as_ref().map(|s| &s.values[..])
    }

    /// The same labels, weights, times, groups and initial scores with other rows: the output of a
    /// step.
    ///
    /// # Errors
    /// Another number of rows.
    pub fn with_x<O: Repr>(&self, x: O) -> Result<Sample<O, Y, P>> {
        Error::check_len("transformed rows", self.len(), x.len())?;
        Ok(Sample::of(Arc::new(x), None, self.carried.clone()))
    }

    /// The same sample over a projection of its rows (same number, same order), without gathering
    /// them.
    #[cfg(feature = "table")]
    pub(crate) fn with_data(&self, data: R) -> Self {
        Self::of(Arc::new(data), self.rows.clone(), self.carried.clone())
    }
}

#[cfg(feature = "table")]
impl<Y: Target, P: Part> Sample<Table, Y, P> {
    /// The same sample with the columns of a trained schema: see [`Table::conform`]. For held-out
    /// rows that were read on their own.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let read = |cities: [&str; 2]| {
    ///     let table = Table::new([
    ///         ("city", Column::cat(cities.map(Some))),
    ///         ("y", Column::num([1.0, 2.0])),
    ///     ]);
    ///     table?.regression("y")
    /// };
    /// let train = read(["Oslo", "Riga"])?.into_train();
    /// let test = read(["Riga", "Oslo"])?.into_test().conform(train.header())?;
    /// assert_eq!(test.header(), train.header());
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Table::conform`].
    pub fn conform(&self, to: &Arc<Schema>) -> Result<Self> {
        Ok(self.with_data(self.data.conform(to)?))
    }
}

#[cfg(feature = "table")]
impl<Y: Target> Sample<Table, Y, Train> {
    /// The same rows, of which a step reads only the columns at `positions`: how column-wise
    /// composition hands each part its columns without moving them.
    #[must_use]
    pub fn project(&self, positions: &[usize]) -> Self {
        self.with_data(self.data.only(positions))
    }
}

impl<R: Repr, Y: Target> Sample<R, Y, Train> {
    /// Training and validation samples of each fold; rows are shared, not copied.
    ///
    /// # Errors
    /// A splitter that needs groups or times the sample does not carry, or more folds than rows.
    #[allow(clippy::type_complexity)]
    pub fn folds(
        &self,
        by: &dyn Splitter,
    ) -> Result<impl Iterator<Item = (Sample<R, Y, Train>, Sample<R, Y, Valid>)> + '_> {
        let folds = self.carried.divided(|input| by.folds(input))?;
        Ok(folds
            .into_iter()
            .map(|(train, valid)| (self.part_of(&train), self.part_of(&valid))))
    }

    fn part_of<P: Part>(&self, within: &[u32]) -> Sample<R, Y, P> {
        let rows: Arc<[u32]> = match &self.rows {
            Some(list) => within.iter().map(|&i| list[i as usize]).collect(),
            None => within.into(),
        };
        let carried = self.carried.take(RowSet::List(within));
        Sample::of(self.data.clone(), Some(rows), carried)
    }

    /// Gives the training rows a role in which they may be scored; the board then says "in-sample".
    pub fn into_in_sample(self) -> Sample<R, Y, InSample> {
        Sample::of(self.data, self.rows, self.carried)
    }
}

impl<R, Y: Target, P: Part> std::fmt::Debug for Sample<R, Y, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sample({}, {} rows)", P::NAME, self.carried.labels.len())
    }
}

/// Rows that can be fitted: training samples only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be fitted: only a training sample can",
    label = "not a `Sample<_, _, Train>`",
    note = "split a `Dataset` first: `let TrainValidTest {{ train, valid, test }} = data.split(..)?`; `Valid` and `Test` rows are for scoring"
)]
pub trait TrainingRows: sealed_rows::Sealed {
    /// Representation of the rows.
    type R: Repr;
    /// The kind of target.
    type Y: Target;
    /// The sample.
    fn train(&self) -> &Sample<Self::R, Self::Y, Train>;
}

mod sealed_rows {
    pub trait Sealed {}
    impl<R: crate::repr::Repr, Y: super::Target> Sealed for super::Sample<R, Y, super::Train> {}
}

impl<R: Repr, Y: Target> TrainingRows for Sample<R, Y, Train> {
    type R = R;
    type Y = Y;
    fn train(&self) -> &Sample<R, Y, Train> {
        self
    }
}
