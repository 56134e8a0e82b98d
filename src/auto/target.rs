//! The labels and the metrics of each task.

use super::labels::{self, Labelled};
use super::notes::Notes;
use super::task::TaskSpec;
use ml_data::contract::Metric;
use ml_data::error::Result;
use ml_data::sample::{Binary, Class, Real, Relevance, Target};
use ml_data::table::Column;
use ml_eval::metric::{
    Accuracy, Average, F1, LogLoss, Mae, Mcc, MeanAveragePrecision, MultiLogLoss, Ndcg, R2, Rmse,
    RocAuc, RocAucOvr,
};
use serde::{Deserialize, Serialize};

/// The value of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AutoScore {
    /// The metric's name.
    pub metric: String,
    /// Its value; none where the rows do not define it.
    pub value: Option<f64>,
}

/// Targets that are learned: their labels, and the metrics they are scored by.
pub(super) trait AutoTarget: Target {
    fn labels(spec: &TaskSpec, target: &Column, groups: Option<&[u32]>) -> Result<Labelled<Self>>
    where
        Self: Sized;

    fn metrics() -> Vec<Box<dyn Metric<Self>>>
    where
        Self: Sized;
}

impl AutoTarget for Binary {
    fn labels(spec: &TaskSpec, target: &Column, groups: Option<&[u32]>) -> Result<Labelled<Self>> {
        labels::binary(spec, target, groups)
    }
    fn metrics() -> Vec<Box<dyn Metric<Self>>> {
        vec![
            Box::new(RocAuc),
            Box::new(LogLoss),
            Box::new(Accuracy),
            Box::new(F1(Average::Binary)),
            Box::new(Mcc),
        ]
    }
}

impl AutoTarget for Class {
    fn labels(spec: &TaskSpec, target: &Column, groups: Option<&[u32]>) -> Result<Labelled<Self>> {
        labels::multiclass(spec, target, groups)
    }
    fn metrics() -> Vec<Box<dyn Metric<Self>>> {
        vec![
            Box::new(MultiLogLoss),
            Box::new(Accuracy),
            Box::new(F1(Average::Macro)),
            Box::new(F1(Average::Weighted)),
            Box::new(Mcc),
            Box::new(RocAucOvr(Average::Macro)),
        ]
    }
}

impl AutoTarget for Real {
    fn labels(spec: &TaskSpec, target: &Column, groups: Option<&[u32]>) -> Result<Labelled<Self>> {
        labels::real(spec, target, groups)
    }
    fn metrics() -> Vec<Box<dyn Metric<Self>>> {
        vec![Box::new(Rmse), Box::new(Mae), Box::new(R2)]
    }
}

impl AutoTarget for Relevance {
    fn labels(spec: &TaskSpec, target: &Column, groups: Option<&[u32]>) -> Result<Labelled<Self>> {
        labels::graded(spec, target, groups)
    }
    fn metrics() -> Vec<Box<dyn Metric<Self>>> {
        vec![
            Box::new(Ndcg::at(5)),
            Box::new(Ndcg::at(10)),
            Box::new(MeanAveragePrecision::at(10)),
        ]
    }
}

/// Every metric of the task; one that these rows do not define has no value, and is told.
pub(super) fn score<Y: AutoTarget>(
    rows: &str,
    truth: &Y::Labels,
    predicted: &Y::Prediction,
    notes: &mut Notes,
) -> Vec<AutoScore> {
    let score = |metric: Box<dyn Metric<Y>>| {
        let value = match metric.score(truth, predicted, None) {
            Ok(value) => Some(value),
            Err(why) => {
                notes.add(format!("{} of the {rows} rows: {why}", metric.name()));
                None
            }
        };
        AutoScore {
            metric: metric.name().into(),
            value,
        }
    };
    Y::metrics().into_iter().map(score).collect()
}
