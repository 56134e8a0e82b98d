//! Columns beside the rows: labels, weights, times, groups and initial scores.

use super::labels::{Labels, Target};
use super::split::SplitInput;
use crate::error::Result;
use crate::repr::RowSet;
use std::sync::Arc;

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

/// Labels, and the rest of what travels with rows.
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
    /// Labels alone.
    pub(super) fn new(labels: Y::Labels) -> Self {
        Self {
            labels,
            weights: None,
            times: None,
            groups: None,
            init_score: None,
        }
    }
    /// The group of each row: their own, or the queries of the labels.
    pub(super) fn groups(&self) -> Option<&[u32]> {
        self.groups.as_deref().or_else(|| self.labels.queries())
    }
    /// Input of a split, or of a splitter of folds, about these rows.
    pub(super) fn divided<T>(&self, how: impl FnOnce(&SplitInput<'_>) -> Result<T>) -> Result<T> {
        let classes = self.labels.strata();
        let input = SplitInput::of(self.labels.len())
            .groups(self.groups())
            .times(self.times.as_deref())
            .classes(classes.as_deref());
        how(&input)
    }
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
