//! One case: its files, its clock, its lines.

use crate::meter::{self, Clock, Spent};
use crate::npy;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A registered case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) workload: &'static str,
    pub(crate) dataset: &'static str,
    pub(crate) case: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) version: &'static str,
    /// Why this setting.
    pub(crate) note: &'static str,
    pub(crate) run: fn(&Case) -> Result<(), String>,
}

/// A running case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) entry: Entry,
    pub(crate) data_dir: PathBuf,
    pub(crate) threads: usize,
    pub(crate) repeat: usize,
    pub(crate) trees: usize,
    pub(crate) seed: usize,
}

/// Rows by columns, row-major.
#[derive(Debug)]
pub(crate) struct Matrix {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) values: Vec<f64>,
}

impl Matrix {
    /// The values column by column.
    pub(crate) fn by_column(&self) -> Vec<f64> {
        let column = |j: usize| self.values.iter().skip(j).step_by(self.columns).copied();
        (0..self.columns).flat_map(column).collect()
    }
}

impl Case {
    /// An array of single-precision numbers of the data folder: `train_x` and the like.
    pub(crate) fn array(&self, name: &str) -> Result<Matrix, String> {
        let file = format!("{}_{name}.npy", self.entry.dataset);
        npy::read(&self.data_dir.join(file))
    }

    /// Runs `f` as often as asked and prints the line of its best run.
    pub(crate) fn time<T>(
        &self,
        op: &str,
        mut f: impl FnMut() -> Result<T, String>,
        more: impl FnOnce(&T) -> Vec<(&'static str, Value)>,
    ) -> Result<T, String> {
        let base = meter::reset_peak();
        let mut best: Option<Spent> = None;
        let mut result = None;
        for _ in 0..self.repeat {
            drop(result.take());
            let clock = Clock::start();
            result = Some(f()?);
            let spent = clock.stop();
            if best.is_none_or(|b| spent.wall < b.wall) {
                best = Some(spent);
            }
        }
        let (Some(best), Some(result)) = (best, result) else {
            return Err(format!("{op}: nothing ran"));
        };
        let mut fields = vec![
            ("wall_s", json!(best.wall)),
            ("cpu_s", json!(best.cpu)),
            ("base_rss_mb", json!(base)),
            ("peak_rss_mb", json!(meter::status_mb("VmHWM"))),
        ];
        fields.extend(more(&result));
        self.emit(op, fields);
        Ok(result)
    }

    /// Prints a line.
    pub(crate) fn emit(&self, op: &str, fields: Vec<(&'static str, Value)>) {
        let e = &self.entry;
        let mut line = vec![
            ("workload", json!(e.workload)),
            ("dataset", json!(e.dataset)),
            ("peer", json!(e.peer)),
            ("version", json!(e.version)),
            ("case", json!(e.case)),
            ("op", json!(op)),
            ("threads", json!(self.threads)),
            ("note", json!(e.note)),
            ("load1", json!(meter::load())),
        ];
        line.extend(fields);
        let pairs: Vec<String> = line.iter().map(|(k, v)| format!("\"{k}\": {v}")).collect();
        println!("{{{}}}", pairs.join(", "));
    }
}

/// Area under the curve of scores for labels 0 and 1; ties count half.
pub(crate) fn auc(scores: &[f64], labels: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut below, mut area, mut start) = (0.0, 0.0, 0);
    while start < order.len() {
        let same = |i: &&usize| scores[**i] == scores[order[start]];
        let end = start + order[start..].iter().take_while(same).count().max(1);
        let ones: f64 = order[start..end].iter().map(|i| labels[*i]).sum();
        let zeros = (end - start) as f64 - ones;
        area += ones * (below + zeros / 2.0);
        below += zeros;
        start = end;
    }
    area / (below * (scores.len() as f64 - below))
}

/// Root of the mean squared difference.
pub(crate) fn rmse(predicted: &[f64], truth: &[f64]) -> f64 {
    let squares: f64 = predicted
        .iter()
        .zip(truth)
        .map(|(p, t)| (p - t).powi(2))
        .sum();
    (squares / truth.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_and_errors_by_hand() {
        // one pair of four is in the wrong order, and one is a tie
        assert_eq!(auc(&[0.1, 0.4, 0.4, 0.2], &[0.0, 0.0, 1.0, 1.0]), 0.625);
        assert_eq!(rmse(&[1.0, 5.0], &[1.0, 2.0]), 4.5_f64.sqrt());
    }
}
