//! Metrics of scores and of ranked lists.

use crate::case::{Case, Entry};
use ml_pipeline::data::Result;
use ml_pipeline::eval::metric::{
    Denominator, Gain, MeanAveragePrecision, Ndcg, RankingMetric, RecallAtK, log_loss, roc_auc,
};
use serde_json::json;

pub(crate) const ENTRIES: &[Entry] = &[entry("scores10m", scores), entry("rank100k", ranked)];

const fn entry(dataset: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        workload: "metrics",
        dataset,
        case: "metrics",
        run,
    }
}

/// Times one metric.
fn value(case: &Case<'_>, op: &str, f: impl FnMut() -> Result<f64>) -> Result<()> {
    case.time(op, f, |v, _| vec![("value", json!(v))])
        .map(|_| ())
}

fn scores(case: &Case<'_>) -> Result<()> {
    let (s, y) = (case.npy::<f32>("scores_s")?, case.npy::<u8>("scores_y")?);
    value(case, "roc_auc", || roc_auc(s.values(), y.values(), None))?;
    let p: Vec<f64> = s
        .values()
        .iter()
        .map(|v| 1.0 / (1.0 + (-f64::from(*v)).exp()))
        .collect();
    value(case, "log_loss", || log_loss(&p, y.values(), None))
}

/// Named as ranx names them, with its conventions.
fn ranked(case: &Case<'_>) -> Result<()> {
    let (grades, scores) = (case.npy::<i8>("rank_rel")?, case.npy::<f32>("rank_score")?);
    let (g, s) = (grades.matrix()?, scores.matrix()?);
    let linear = Ndcg::at(10).gain(Gain::Linear);
    value(case, "ndcg@10", || linear.matrix(s, g))?;
    let exponential = Ndcg::at(10).gain(Gain::Exponential);
    value(case, "ndcg_burges@10", || exponential.matrix(s, g))?;
    let map = MeanAveragePrecision::at(10).denominator(Denominator::AllRelevant);
    value(case, "map@10", || map.matrix(s, g))?;
    value(case, "recall@10", || RecallAtK::at(10).matrix(s, g))
}
