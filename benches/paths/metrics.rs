//! Metrics of scores and of ranked lists.

use super::data::unit;
use super::{Path, Work, work};
use ml_pipeline::data::Result;
use ml_pipeline::eval::metric::{
    MeanAveragePrecision, Ndcg, RankingMetric, log_loss, rmse, roc_auc,
};

pub(crate) const PATHS: &[Path] = &[
    Path::new("metric/roc_auc", "scores", 100_000, |n| {
        let (s, y) = (scores(n), labels(n));
        work!(roc_auc(&s, &y, None))
    }),
    Path::new("metric/log_loss", "scores", 100_000, |n| {
        let (s, y) = (doubles(n), labels(n));
        work!(log_loss(&s, &y, None))
    }),
    Path::new("metric/rmse", "scores", 100_000, |n| {
        let (s, y) = (doubles(n), doubles(n + 1));
        work!(rmse(&s, &y[1..], None))
    }),
    Path::new("metric/ndcg@10", "scores", 100_000, |n| {
        ranked(n, Ndcg::at(10))
    }),
    Path::new("metric/map@10", "scores", 100_000, |n| {
        ranked(n, MeanAveragePrecision::at(10))
    }),
];

/// Documents of a list.
const LIST: usize = 100;

fn doubles(n: usize) -> Vec<f64> {
    (0..n).map(|i| unit(i, 0)).collect()
}

fn scores(n: usize) -> Vec<f32> {
    doubles(n).into_iter().map(|s| s as f32).collect()
}

fn labels(n: usize) -> Vec<u8> {
    (0..n)
        .map(|i| u8::from(unit(i, 0) + unit(i, 1) > 1.0))
        .collect()
}

fn ranked(n: usize, metric: impl RankingMetric + 'static) -> Result<Work> {
    let grades: Vec<f32> = (0..n).map(|i| (unit(i, 2) * 5.0).floor() as f32).collect();
    let (scores, sizes) = (scores(n), vec![LIST; n / LIST]);
    work!(metric.mean(&scores, &grades, &sizes, None))
}
