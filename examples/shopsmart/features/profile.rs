//! The distribution of every feature on the test window: the reference that live features are
//! compared with.

use super::judged::{Judged, judge};
use super::past::Past;
use super::rows::ShopRows;
use crate::job::Job;
use ml_pipeline::monitor::drift::{ColumnSet, ReferenceProfile, Values};
use ml_pipeline::prelude::*;

/// Items drawn for each buyer beside those bought.
pub const DRAWN: usize = 20;

/// Features of the test window as the reference that live features are compared with.
pub fn profile(job: &Job<'_>, past: &Past) -> Result<ReferenceProfile> {
    let rows = ShopRows::new(past, &job.trade.items);
    let judged = judge(&job.trade, &[(job.windows.test, &rows)], DRAWN, 1)?;
    ReferenceProfile::new(&columns(&transposed(&judged), judged.x.names())?)
}

/// Column by column.
pub fn transposed(judged: &Judged) -> Vec<Vec<f64>> {
    let (width, values) = (judged.x.width(), judged.x.values());
    let column = |c: usize| values.iter().skip(c).step_by(width).copied().collect();
    (0..width).map(column).collect()
}

pub fn columns<'a>(values: &'a [Vec<f64>], names: &Names) -> Result<ColumnSet<'a>> {
    names
        .iter()
        .zip(values)
        .try_fold(ColumnSet::new(), |set, (name, v)| {
            set.with(name, Values::numeric(v))
        })
}
