//! predictions.csv and metrics.json.

use super::goal::Goal;
use ml_pipeline::data::sample::Probabilities;
use ml_pipeline::prelude::*;
use std::fmt::Write as _;
use std::path::Path;

/// Predictions as lines of a file: the last field is the number, or of several classes the most
/// probable one's name.
pub trait Lines: Prediction {
    fn head(goal: &Goal) -> Vec<String>;
    fn fields(&self, row: usize, goal: &Goal, out: &mut Vec<String>);
}

impl Lines for Scores {
    fn head(goal: &Goal) -> Vec<String> {
        let last = match goal {
            Goal::Binary(classes) => {
                return vec!["class".into(), format!("probability_{}", classes[1])];
            }
            Goal::Ranking => "score",
            _ => "prediction",
        };
        vec![last.into()]
    }
    fn fields(&self, row: usize, goal: &Goal, out: &mut Vec<String>) {
        let value = self.0[row];
        if let Goal::Binary(classes) = goal {
            out.push(classes[usize::from(value > 0.5)].to_string());
        }
        out.push(value.to_string());
    }
}

impl Lines for Probabilities {
    fn head(goal: &Goal) -> Vec<String> {
        let of_class = goal.classes().iter().map(|c| format!("probability_{c}"));
        of_class.chain(["class".into()]).collect()
    }
    fn fields(&self, row: usize, goal: &Goal, out: &mut Vec<String>) {
        let p = self.row(row);
        out.extend(p.iter().map(f64::to_string));
        let best = (1..p.len()).fold(0, |best, c| if p[c] > p[best] { c } else { best });
        out.push(goal.classes()[best].to_string());
    }
}

/// Writes a line for each row, in the test file's order.
pub fn predictions<P: Lines>(dir: &Path, goal: &Goal, predicted: &P) -> Result<()> {
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
    let mut fields = vec!["row".to_owned()];
    fields.extend(P::head(goal));
    line(&fields);
    for row in 0..predicted.len() {
        fields.clear();
        fields.push(row.to_string());
        predicted.fields(row, goal, &mut fields);
        line(&fields);
    }
    file(&dir.join("predictions.csv"), &text)
}

pub fn json(dir: &Path, value: &serde_json::Value) -> Result<()> {
    file(&dir.join("metrics.json"), &format!("{value:#}\n"))
}

fn file(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|e| Error::io(format!("writing {}", path.display()), e))
}
