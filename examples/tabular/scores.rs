//! The metrics of each task.

use super::report::{Notes, figure};
use ml_pipeline::eval::metric::{
    Accuracy, Average, F1, LogLoss, Mae, Mcc, MeanAveragePrecision, MultiLogLoss, Ndcg, R2, Rmse,
    RocAuc, RocAucOvr,
};
use ml_pipeline::prelude::*;
use serde_json::{Map, Value, json};

/// Targets of the example.
pub trait Scored: Target {
    fn metrics() -> Vec<Box<dyn Metric<Self>>>
    where
        Self: Sized;
}

impl Scored for Binary {
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

impl Scored for Class {
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

impl Scored for Real {
    fn metrics() -> Vec<Box<dyn Metric<Self>>> {
        vec![Box::new(Rmse), Box::new(Mae), Box::new(R2)]
    }
}

impl Scored for Relevance {
    fn metrics() -> Vec<Box<dyn Metric<Self>>> {
        vec![
            Box::new(Ndcg::at(5)),
            Box::new(Ndcg::at(10)),
            Box::new(MeanAveragePrecision::at(10)),
        ]
    }
}

/// Every metric of the task; one that these rows do not define is null, and told.
pub fn score<Y: Scored>(
    rows: &str,
    truth: &Y::Labels,
    predicted: &Y::Prediction,
    notes: &mut Notes<'_>,
) -> Value {
    let mut out = Map::new();
    let mut line = Vec::new();
    for metric in Y::metrics() {
        let value = match metric.score(truth, predicted, None) {
            Ok(value) => {
                line.push(format!("{} {}", metric.name(), figure(value)));
                json!(value)
            }
            Err(why) => {
                notes.add(format!("{} of the {rows} rows: {why}", metric.name()));
                Value::Null
            }
        };
        out.insert(metric.name().into(), value);
    }
    notes.say(&format!("{rows} rows: {}", line.join(", ")));
    Value::Object(out)
}
