//! predictions.csv and metrics.json.

use ml_pipeline::auto::{AutoPrediction, Task};
use ml_pipeline::data::artifact::write_file;
use ml_pipeline::prelude::*;
use std::fmt::Write as _;
use std::path::Path;

/// Names of the fields of a row: the last one is the number, or of several classes the most
/// probable one.
fn head(predicted: &AutoPrediction) -> Vec<String> {
    let classes = predicted.classes();
    match predicted.task() {
        Task::Binary => vec!["class".into(), format!("probability_{}", classes[1])],
        Task::Multiclass => {
            let of_class = classes.iter().map(|c| format!("probability_{c}"));
            of_class.chain(["class".into()]).collect()
        }
        Task::Ranking => vec!["score".into()],
        _ => vec!["prediction".into()],
    }
}

fn fields(predicted: &AutoPrediction, row: usize, out: &mut Vec<String>) {
    let class = || predicted.class(row).unwrap_or_default().to_owned();
    match predicted.task() {
        Task::Binary => out.extend([class(), predicted.numbers()[row].to_string()]),
        Task::Multiclass => {
            out.extend(predicted.probabilities(row).iter().map(f64::to_string));
            out.push(class());
        }
        _ => out.push(predicted.numbers()[row].to_string()),
    }
}

/// Writes a line for each row, in the test file's order.
pub fn predictions(dir: &Path, predicted: &AutoPrediction) -> Result<()> {
    let mut text = String::new();
    let mut line = |fields: &[String]| {
        for (i, field) in fields.iter().enumerate() {
            text.push_str(if i == 0 { "" } else { "," });
            if field.contains(['"', ',', '\n', '\r']) {
                // Writing to a String can not fail.
                let _ = write!(text, "\"{}\"", field.replace('"', "\"\""));
            } else {
                text.push_str(field);
            }
        }
        text.push('\n');
    };
    let mut row_fields = vec!["row".to_owned()];
    row_fields.extend(head(predicted));
    line(&row_fields);
    for row in 0..predicted.len() {
        row_fields.clear();
        row_fields.push(row.to_string());
        fields(predicted, row, &mut row_fields);
        line(&row_fields);
    }
    write_file(dir.join("predictions.csv"), text)
}

pub fn json(dir: &Path, value: &serde_json::Value) -> Result<()> {
    write_file(dir.join("metrics.json"), format!("{value:#}\n"))
}
