//! Files of real data, which are not shipped: `ML_PIPELINE_DATA` names the folder that holds them.

use std::path::PathBuf;

use ml_data::repr::Dense;

/// The file's text, or `None` (and a line that says so) where the data are absent.
pub(crate) fn read(name: &str) -> Option<String> {
    let local = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let root =
        std::env::var_os("ML_PIPELINE_DATA").map_or_else(|| PathBuf::from(local), PathBuf::from);
    let path = root.join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: no {}", path.display());
    }
    text
}

/// Label and features of each line.
pub(crate) fn table(text: &str) -> (Dense<f64>, Vec<f64>) {
    let lines = text
        .lines()
        .map(|line| line.split('\t').map(|v| v.parse::<f64>().unwrap()));
    let mut width = 0;
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for mut numbers in lines {
        y.push(numbers.next().unwrap());
        x.extend(numbers);
        width = x.len() / y.len();
    }
    (Dense::from_rows(width, x).unwrap(), y)
}

/// Grades and features up to 300 of svmlight lines.
pub(crate) fn svmlight(text: &str) -> (Dense<f64>, Vec<f32>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let mut parts = line.split_whitespace();
        y.push(parts.next().unwrap().parse().unwrap());
        let start = x.len();
        x.resize(start + 301, 0.0);
        for (k, v) in parts.map(|p| p.split_once(':').unwrap()) {
            x[start + k.parse::<usize>().unwrap()] = v.parse().unwrap();
        }
    }
    (Dense::from_rows(301, x).unwrap(), y)
}
