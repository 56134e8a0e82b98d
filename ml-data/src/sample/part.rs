//! Samples and their roles.

use super::board::{Scoreboard, board};
use super::labels::{Labels, Target};
use super::split::Splitter;
use crate::contract::{Metric, Predictor};
use crate::error::{Error, Result};
use crate::repr::{Repr, RowSet, View};
use std::marker::PhantomData;
use std::sync::Arc;

mod sealed {
    pub trait Sealed {}
}

/// The role a sample plays. Sealed.
pub trait Part: sealed::Sealed + Send + Sync + 'static {
    /// `train`, `valid`, `test`, `in-sample`.
    const NAME: &'static str;
}
/// Roles whose rows and labels may be read.
#[diagnostic::on_unimplemented(
    message = "the rows and labels of a `{Self}` sample cannot be read",
    note = "a test set is only good for `test.evaluate(..)`, once"
)]
pub trait Readable: Part {}
/// Roles that may be scored as often as needed.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` sample cannot be scored here",
    note = "score `valid` while you work, `test.evaluate(..)` once at the end, `train.into_in_sample()` to look at the fit"
)]
pub trait Scorable: Part {}
/// Roles whose rows a fitted step may transform.
#[diagnostic::on_unimplemented(
    message = "`{Self}` rows are not held out",
    note = "`fit_transform` already returned the training rows; transforming them again would leak labels"
)]
pub trait HeldOut: Readable {}

macro_rules! part {
    ($(#[$doc:meta])* $name:ident, $text:literal $(, $marker:ident)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Part for $name { const NAME: &'static str = $text; }
        $(impl $marker for $name {})*
    };
}
part!(/** Rows that are learned from. */ Train, "train", Readable);
part!(/** Rows for choices: early stopping, weights of a blend, comparisons while working. */ Valid, "valid", Readable, Scorable, HeldOut);
part!(/** Rows for the final statement, scored once. */ Test, "test");
part!(/** Training rows scored on purpose; the board says so. */ InSample, "in-sample", Readable, Scorable);

/// Rows, labels, weights, times, groups and initial scores in one role. The rows are shared, never copied; what belongs to rows travels
/// with them, so no step can forget it.
pub struct Sample<R, Y: Target, P> {
    data: Arc<R>,
    rows: Option<Arc<[u32]>>,
    labels: Y::Labels,
    weights: Option<Arc<[f64]>>,
    times: Option<Arc<[i64]>>,
    groups: Option<Arc<[u32]>>,
    init_score: Option<InitScore>,
    part: PhantomData<fn() -> P>,
}

impl<R: Repr, Y: Target, P: Part> Sample<R, Y, P> {
    pub(super) fn assemble(data: Arc<R>, rows: Option<Arc<[u32]>>, carried: &Carried<Y>) -> Self {
        let carried = match &rows {
            Some(list) => carried.take(RowSet::List(list)),
            None => carried.clone(),
        };
        let Carried {
            labels,
            weights,
            times,
            groups,
            init_score,
        } = carried;
        Self {
            data,
            rows,
            labels,
            weights,
            times,
            groups,
            init_score,
            part: PhantomData,
        }
    }

    fn view(&self) -> View<'_, R> {
        match &self.rows {
            Some(list) => View::new(&self.data, RowSet::List(list)),
            None => View::all(&self.data),
        }
    }
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.labels.len()
    }
    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// What the columns are.
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
        &self.labels
    }
    /// How much each row counts; `None` is 1 each. 0 removes a row, 2 counts it twice.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }
    /// When each row happened, microseconds since 1970.
    pub fn times(&self) -> Option<&[i64]> {
        self.times.as_deref()
    }
    /// The group of each row: the sample's own, or the queries of its labels.
    pub fn groups(&self) -> Option<&[u32]> {
        self.groups.as_deref().or_else(|| self.labels.queries())
    }
    /// The scores that learning starts from, one an output, row after row; see [`Dataset::with_init_score`](super::Dataset::with_init_score).
    pub fn init_score(&self) -> Option<&[f64]> {
        self.init_score.as_ref().map(|s| &s.values[..])
    }

    /// The same labels, weights, times and groups with other rows: what a step's output is.
    ///
    /// # Errors
    /// Another number of rows.
    pub fn with_x<O: Repr>(&self, x: O) -> Result<Sample<O, Y, P>> {
        Error::check_len("transformed rows", self.len(), x.len())?;
        Ok(Sample {
            data: Arc::new(x),
            rows: None,
            labels: self.labels.clone(),
            weights: self.weights.clone(),
            times: self.times.clone(),
            groups: self.groups.clone(),
            init_score: self.init_score.clone(),
            part: PhantomData,
        })
    }

    /// The same sample over a projection of its rows (same number, same order), without gathering them.
    pub(crate) fn with_data(&self, data: R) -> Self {
        Self {
            data: Arc::new(data),
            rows: self.rows.clone(),
            labels: self.labels.clone(),
            weights: self.weights.clone(),
            times: self.times.clone(),
            groups: self.groups.clone(),
            init_score: self.init_score.clone(),
            part: PhantomData,
        }
    }

    fn carried(&self) -> Carried<Y> {
        Carried {
            labels: self.labels.clone(),
            weights: self.weights.clone(),
            times: self.times.clone(),
            groups: self.groups.clone(),
            init_score: self.init_score.clone(),
        }
    }

    /// Scores models on these rows.
    ///
    /// # Errors
    /// Two models or two metrics of one name; a model that can not predict them or a metric that
    /// can not score them.
    pub fn score(
        &self,
        models: &[(&str, &dyn Predictor<R, Y::Prediction>)],
        metrics: &[&dyn Metric<Y>],
    ) -> Result<Scoreboard>
    where
        P: Scorable,
    {
        board(
            P::NAME,
            self.view(),
            &self.labels,
            self.weights(),
            models,
            metrics,
        )
    }
}

impl<Y: Target> Sample<crate::table::Table, Y, Train> {
    /// The same rows, of which a step reads only the columns at `positions`: how column-wise composition hands each part its
    /// columns without moving them.
    #[must_use]
    pub fn project(&self, positions: &[usize]) -> Self {
        self.with_data(self.data.only(positions))
    }
}

impl<R: Repr, Y: Target> Sample<R, Y, Test> {
    /// Scores every model to be compared, in one call, and uses the test set up.
    ///
    /// # Errors
    /// Two models or two metrics of one name; a model that can not predict these rows or a metric
    /// that can not score them.
    pub fn evaluate(
        self,
        models: &[(&str, &dyn Predictor<R, Y::Prediction>)],
        metrics: &[&dyn Metric<Y>],
    ) -> Result<Scoreboard> {
        board(
            Test::NAME,
            self.view(),
            &self.labels,
            self.weights(),
            models,
            metrics,
        )
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
        let folds = by.folds(self.len(), self.groups(), self.times())?;
        Ok(folds
            .into_iter()
            .map(|(train, valid)| (self.part_of(&train), self.part_of(&valid))))
    }

    fn part_of<P: Part>(&self, within: &[u32]) -> Sample<R, Y, P> {
        let absolute: Arc<[u32]> = match &self.rows {
            Some(list) => within.iter().map(|&i| list[i as usize]).collect(),
            None => within.into(),
        };
        let Carried {
            labels,
            weights,
            times,
            groups,
            init_score,
        } = self.carried().take(RowSet::List(within));
        Sample {
            data: self.data.clone(),
            rows: Some(absolute),
            labels,
            weights,
            times,
            groups,
            init_score,
            part: PhantomData,
        }
    }

    /// Gives the training rows a role in which they may be scored; the board then says "in-sample".
    pub fn into_in_sample(self) -> Sample<R, Y, InSample> {
        let Sample {
            data,
            rows,
            labels,
            weights,
            times,
            groups,
            init_score,
            ..
        } = self;
        Sample {
            data,
            rows,
            labels,
            weights,
            times,
            groups,
            init_score,
            part: PhantomData,
        }
    }
}

impl<R, Y: Target, P: Part> std::fmt::Debug for Sample<R, Y, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sample({}, {} rows)", P::NAME, self.labels.len())
    }
}

/// What can be fitted: only training samples.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be fitted: only a training sample can",
    label = "not a `Sample<_, _, Train>`",
    note = "split a `Dataset` first: `let Parts {{ train, valid, test }} = data.split(..)?`; `Valid` and `Test` rows are for scoring"
)]
pub trait TrainingRows: sealed_rows::Sealed {
    /// How the rows are represented.
    type R: Repr;
    /// What is predicted.
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

/// Scores of rows, `width` each.
#[derive(Clone)]
pub(super) struct InitScore {
    pub(super) values: Arc<[f64]>,
    pub(super) width: usize,
}

impl InitScore {
    fn take(&self, rows: RowSet<'_>) -> Self {
        let row = |i: usize| &self.values[i * self.width..][..self.width];
        let mut values = Vec::with_capacity(rows.len() * self.width);
        rows.iter().for_each(|i| values.extend_from_slice(row(i)));
        Self {
            values: values.into(),
            width: self.width,
        }
    }
}

/// What travels with rows.
pub(super) struct Carried<Y: Target> {
    pub(super) labels: Y::Labels,
    pub(super) weights: Option<Arc<[f64]>>,
    pub(super) times: Option<Arc<[i64]>>,
    pub(super) groups: Option<Arc<[u32]>>,
    pub(super) init_score: Option<InitScore>,
}

impl<Y: Target> Clone for Carried<Y> {
    fn clone(&self) -> Self {
        Self {
            labels: self.labels.clone(),
            weights: self.weights.clone(),
            times: self.times.clone(),
            groups: self.groups.clone(),
            init_score: self.init_score.clone(),
        }
    }
}

impl<Y: Target> Carried<Y> {
    pub(super) fn take(&self, rows: RowSet<'_>) -> Self {
        fn pick<T: Copy>(v: Option<&Arc<[T]>>, rows: RowSet<'_>) -> Option<Arc<[T]>> {
            v.map(|v| rows.iter().map(|i| v[i]).collect())
        }
        Self {
            labels: self.labels.take(rows),
            weights: pick(self.weights.as_ref(), rows),
            times: pick(self.times.as_ref(), rows),
            groups: pick(self.groups.as_ref(), rows),
            init_score: self.init_score.as_ref().map(|s| s.take(rows)),
        }
    }
}
