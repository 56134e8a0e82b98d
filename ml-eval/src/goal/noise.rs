//! A hint of the error that no model can avoid.

use super::columns::{FeatureValues, Outcome, RowSample};
use crate::check;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;

/// A hint of the error that remains however good the model: rows that look alike but turn out
/// differently.
///
/// Errors are misclassification rates for classes, root mean squared errors for a real outcome.
/// Neighbours are found among all features alike, so useless features make them worse: the true
/// floor is likely lower than `neighbour`, and between `lower_bound` and `neighbour` for classes
/// when there are many rows (Cover and Hart 1967).
///
/// # References
/// Cover, Hart: Nearest neighbor pattern classification. IEEE Trans. Information Theory 13 (1967).
/// <https://doi.org/10.1109/TIT.1967.1053964>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoiseFloor {
    /// Rows that were compared.
    pub rows: usize,
    /// Error of predicting a row by its nearest neighbour; for a real outcome divided by the square
    /// root of 2, because both rows carry noise.
    pub neighbour: f64,
    /// Least error that is compatible with `neighbour`: Cover and Hart's bound for classes; the
    /// same as `neighbour` for a real outcome.
    pub lower_bound: f64,
    /// Error of always predicting the most frequent class, or the mean: what `neighbour` compares
    /// with.
    pub uninformed: f64,
    /// Rows that share all feature values with another row.
    pub duplicated_rows: usize,
    /// Error of the best prediction of those rows: no model of these features can do better on
    /// them.
    pub duplicates: Option<f64>,
}

impl fmt::Display for NoiseFloor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "error of the nearest neighbour {:.4} (at least {:.4} remains; {:.4} without features)",
            self.neighbour, self.lower_bound, self.uninformed
        )?;
        match self.duplicates {
            Some(error) => write!(
                f,
                "; {:.4} on {} duplicated rows",
                error, self.duplicated_rows
            ),
            None => Ok(()),
        }
    }
}

pub(crate) fn floor(
    features: &[(&str, FeatureValues<'_>)],
    outcome: Outcome<'_>,
    rows: &RowSample,
) -> NoiseFloor {
    let table = FeatureRows::new(features, rows);
    let nearest: Vec<usize> = (0..table.rows)
        .into_par_iter()
        .map(|row| table.nearest(row))
        .collect();
    let groups = table.duplicates();
    let duplicated_rows = groups.iter().map(Vec::len).sum();
    let some = |error: f64| (duplicated_rows > 0).then_some(error);
    let n = table.rows as f64;
    match (outcome.levels(), outcome) {
        (Some(levels), _) => {
            let y = rows.take(&levels.codes);
            let classes = levels.names.len();
            let neighbour = nearest
                .iter()
                .enumerate()
                .filter(|(i, j)| y[*i] != y[**j])
                .count() as f64
                / n;
            let wrong: usize = groups
                .iter()
                .map(|g| g.len() - most(&y, g.iter().copied(), classes))
                .sum();
            NoiseFloor {
                rows: table.rows,
                neighbour,
                lower_bound: cover_hart(neighbour, classes as f64),
                uninformed: 1.0 - most(&y, 0..table.rows, classes) as f64 / n,
                duplicated_rows,
                duplicates: some(wrong as f64 / duplicated_rows.max(1) as f64),
            }
        }
        (None, Outcome::Real(values)) => {
            let mut y = rows.take(values);
            let (low, high) = extent(&y);
            let unit = check::scale(low.abs().max(high.abs())).unwrap_or(1.0);
            y.iter_mut().for_each(|v| *v *= unit);
            let halved = nearest
                .iter()
                .enumerate()
                .map(|(i, &j)| (y[i] - y[j]).powi(2) / 2.0)
                .sum::<f64>()
                / n;
            let within: f64 = groups.iter().map(|g| squares(&y, g)).sum();
            NoiseFloor {
                rows: table.rows,
                neighbour: halved.sqrt() / unit,
                lower_bound: halved.sqrt() / unit,
                uninformed: (squares(&y, &(0..table.rows).collect::<Vec<_>>()) / n).sqrt() / unit,
                duplicated_rows,
                duplicates: some((within / duplicated_rows.max(1) as f64).sqrt() / unit),
            }
        }
        _ => NoiseFloor {
            rows: 0,
            neighbour: 0.0,
            lower_bound: 0.0,
            uninformed: 0.0,
            duplicated_rows: 0,
            duplicates: None,
        },
    }
}

/// The smallest Bayes error with this error of the nearest neighbour among `c` classes.
fn cover_hart(error: f64, c: f64) -> f64 {
    (c - 1.0) / c * (1.0 - (1.0 - c / (c - 1.0) * error).max(0.0).sqrt())
}

/// Number of the rows that have the most frequent class among them.
fn most(y: &[u32], rows: impl Iterator<Item = usize>, classes: usize) -> usize {
    let mut counts = vec![0usize; classes];
    rows.for_each(|row| counts[y[row] as usize] += 1);
    counts.into_iter().max().unwrap_or(0)
}

/// Squared deviations of these rows from their mean.
fn squares(y: &[f64], rows: &[usize]) -> f64 {
    let mean = rows.iter().map(|&r| y[r]).sum::<f64>() / rows.len() as f64;
    rows.iter().map(|&r| (y[r] - mean).powi(2)).sum()
}

/// The features of some rows, row by row: numbers in standard deviations, codes of levels.
struct FeatureRows {
    rows: usize,
    numbers: Vec<f64>,
    codes: Vec<u32>,
    widths: (usize, usize),
}

impl FeatureRows {
    fn new(features: &[(&str, FeatureValues<'_>)], rows: &RowSample) -> Self {
        let (mut numeric, mut coded) = (Vec::new(), Vec::new());
        for (_, feature) in features {
            match feature {
                FeatureValues::Numeric(values) => numeric.push(standardised(rows.take(values))),
                FeatureValues::Categorical(codes) => coded.push(rows.take(codes)),
            }
        }
        let n = rows.0.len();
        Self {
            rows: n,
            numbers: (0..n)
                .flat_map(|row| numeric.iter().map(move |column: &Vec<f64>| column[row]))
                .collect(),
            codes: (0..n)
                .flat_map(|row| coded.iter().map(move |column: &Vec<u32>| column[row]))
                .collect(),
            widths: (numeric.len(), coded.len()),
        }
    }

    fn row(&self, row: usize) -> (&[f64], &[u32]) {
        (
            &self.numbers[row * self.widths.0..][..self.widths.0],
            &self.codes[row * self.widths.1..][..self.widths.1],
        )
    }

    /// The nearest other row, the first of several.
    fn nearest(&self, row: usize) -> usize {
        let this = self.row(row);
        let mut best = (f64::INFINITY, row);
        for other in (0..self.rows).filter(|&other| other != row) {
            let distance = distance(this, self.row(other));
            if distance < best.0 {
                best = (distance, other);
            }
        }
        best.1
    }

    /// Groups of rows with the same values; only groups of two or more.
    fn duplicates(&self) -> Vec<Vec<usize>> {
        let mut groups: HashMap<(Vec<u64>, &[u32]), Vec<usize>> = HashMap::new();
        for row in 0..self.rows {
            let (numbers, codes) = self.row(row);
            let bits = numbers
                .iter()
                .map(|v| {
                    if v.is_nan() {
                        u64::MAX
                    } else {
                        (v + 0.0).to_bits()
                    }
                })
                .collect();
            groups.entry((bits, codes)).or_default().push(row);
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|g| g.len() > 1).collect();
        groups.sort_unstable(); // maps have no order; sums need one
        groups
    }
}

/// Squared differences, 1 for another level or for missing against present.
fn distance(a: (&[f64], &[u32]), b: (&[f64], &[u32])) -> f64 {
    let number = |x: f64, y: f64| match (x.is_nan(), y.is_nan()) {
        (false, false) => (x - y).powi(2),
        (true, true) => 0.0,
        _ => 1.0,
    };
    let numbers: f64 = a.0.iter().zip(b.0).map(|(x, y)| number(*x, *y)).sum();
    numbers + a.1.iter().zip(b.1).filter(|(x, y)| x != y).count() as f64
}

/// Minus the mean, divided by the standard deviation, of what is present; what varies by rounding
/// alone becomes 0.
fn standardised(mut values: Vec<f64>) -> Vec<f64> {
    let (low, high) = extent(&values);
    // No unit changes the result, so numbers whose squares leave the range are brought near 1.
    let unit = check::scale(low.abs().max(high.abs())).unwrap_or(1.0);
    values.iter_mut().for_each(|v| *v *= unit);
    let present = || values.iter().filter(|v| !v.is_nan());
    let n = present().count().max(1) as f64;
    let mean = present().sum::<f64>() / n;
    let spread = (present().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    let (mean, by) = match check::constant(low, high) {
        true => (0.0, f64::INFINITY),
        false => (mean, spread),
    };
    values.iter_mut().for_each(|v| *v = (*v - mean) / by);
    values
}

/// The smallest and the largest number; 0 and 0 without one.
fn extent(values: &[f64]) -> (f64, f64) {
    let mut present = values.iter().copied().filter(|v| !v.is_nan());
    let first = present.next().unwrap_or(0.0);
    present.fold((first, first), |(low, high), v| (low.min(v), high.max(v)))
}

#[cfg(test)]
mod tests;
