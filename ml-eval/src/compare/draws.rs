//! Resampled rows of several models' predictions.

use ml_data::contract::Predicted;
use ml_data::prelude::*;
use ml_data::sample::{Labels, Prediction};
use std::collections::BTreeMap;

/// Rows that are drawn together: those of a group, else each row.
pub(super) fn units(groups: Option<&[u32]>, rows: usize) -> Vec<Vec<u32>> {
    let Some(groups) = groups else {
        return (0..rows as u32).map(|row| vec![row]).collect();
    };
    let mut by_group = BTreeMap::<u32, Vec<u32>>::new();
    for (row, &group) in (0..).zip(groups) {
        by_group.entry(group).or_default().push(row);
    }
    by_group.into_values().collect()
}

/// The value of each metric of each model on drawn units, metric by metric; `None` where the metric
/// is not defined for them.
pub(super) fn scores<Y: Target>(
    of: &Predicted<'_, Y>,
    metrics: &[&dyn Metric<Y>],
    units: &[Vec<u32>],
    drawn: impl Iterator<Item = usize>,
) -> Vec<Vec<Option<f64>>> {
    let (mut rows, mut draw) = (Vec::new(), Vec::new());
    for (at, unit) in (0_u32..).zip(drawn) {
        rows.extend_from_slice(&units[unit]);
        draw.resize(rows.len(), at);
    }
    let truth = of.truth.take(RowSet::List(&rows)).of_draws(&draw);
    let weights: Option<Vec<f64>> = of
        .weights
        .map(|w| rows.iter().map(|&row| w[row as usize]).collect());
    let predictions = of.models.iter().map(|(_, all)| {
        let mut own = Y::Prediction::default();
        rows.iter().for_each(|&row| own.push_row(all, row as usize));
        own
    });
    let predictions: Vec<Y::Prediction> = predictions.collect();
    let score = |metric: &&dyn Metric<Y>| {
        let of = |p: &Y::Prediction| metric.score(&truth, p, weights.as_deref()).ok();
        predictions.iter().map(of).collect()
    };
    metrics.iter().map(score).collect()
}
