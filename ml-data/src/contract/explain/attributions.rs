//! Attributions of some rows.

use super::explanation::Explanation;
use super::importances::Importances;
use super::lines;
use crate::error::{Error, Result};
use crate::figure;
use crate::repr::{Dense, Names};
use crate::validate::distinct;
use serde::Serialize;
use std::fmt;

/// Rows that `Display` shows.
const SHOWN: usize = 10;

/// How much each column adds to each score of some rows, and the score that is expected of a row
/// before any column is known. Made by [`Explain::explain`](super::Explain::explain).
///
/// # Shape
/// `rows x outputs x columns` numbers; [`get`](Self::get) gives those of a row and output.
///
/// # Formula
/// `expected + sum of a row's attributions = its raw score`, for each output.
///
/// ```
/// use ml_data::contract::Attributions;
/// use ml_data::repr::Names;
/// let columns = Names::new(["price", "city=Oslo", "city=Riga"]);
/// let values = vec![0.5, 0.25, -1.0, -0.5, 0.25, 2.0];
/// let parts = Attributions::new(columns, ["score"], vec![1.0], 2, values)?;
/// assert_eq!(parts.score(0, 0), Some(0.75));
/// // The columns that were made of one are added up.
/// let whole = parts.sum_columns(Names::new(["price", "city"]), &[0, 1, 1])?;
/// assert_eq!(whole.get(0, 0), Some(&[0.5, -0.75][..]));
/// assert_eq!(whole.score(0, 0), parts.score(0, 0));
/// let means = whole.importances()?;
/// assert_eq!(means.get("city"), Some(1.5)); // mean of 0.75 and 2.25
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attributions {
    columns: Names,
    outputs: Names,
    expected: Vec<f64>,
    rows: usize,
    values: Vec<f64>,
}

impl Attributions {
    /// Attributions by their numbers: row after row, in it output after output, in it column after
    /// column; and the expected score of each output.
    ///
    /// # Errors
    /// No output; another number of values or of expected scores; two columns or outputs of one
    /// name.
    pub fn new<S: Into<Box<str>>>(
        columns: Names,
        outputs: impl IntoIterator<Item = S>,
        expected: Vec<f64>,
        rows: usize,
        values: Vec<f64>,
    ) -> Result<Self> {
        let outputs = Names::new(outputs);
        if outputs.is_empty() {
            return Err(Error::Empty("outputs of attributions".into()));
        }
        distinct("column of attributions", columns.iter())?;
        distinct("output of attributions", outputs.iter())?;
        Error::check_len("expected scores", outputs.len(), expected.len())?;
        let numbers = rows * outputs.len() * columns.len();
        Error::check_len("attributions", numbers, values.len())?;
        Ok(Self {
            columns,
            outputs,
            expected,
            rows,
            values,
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The columns that the numbers are of.
    pub fn columns(&self) -> &Names {
        &self.columns
    }

    /// The scores of a row: `score`, or the classes.
    pub fn outputs(&self) -> &Names {
        &self.outputs
    }

    /// The score of each output that is expected of a row of which nothing is known.
    pub fn expected(&self) -> &[f64] {
        &self.expected
    }

    /// All numbers: row after row, in it output after output.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The attributions to one score of a row, a number a column. None beyond the last row or
    /// output.
    pub fn get(&self, row: usize, output: usize) -> Option<&[f64]> {
        let width = self.columns.len();
        let begin = || (row * self.outputs.len() + output) * width;
        let there = row < self.rows && output < self.outputs.len();
        there.then(|| &self.values[begin()..begin() + width])
    }

    /// One raw score of a row: the expected one and the attributions, added up.
    pub fn score(&self, row: usize, output: usize) -> Option<f64> {
        let sum: f64 = self.get(row, output)?.iter().sum();
        Some(self.expected[output] + sum)
    }

    /// The output with the highest score of a row, the first of equal ones.
    pub(super) fn highest(&self, row: usize) -> Result<usize> {
        let scores = (0..self.outputs.len()).filter_map(|k| self.score(row, k));
        let best = scores
            .enumerate()
            .reduce(|a, b| if b.1 > a.1 { b } else { a });
        best.map(|(k, _)| k).ok_or_else(|| self.no_row(row))
    }

    fn no_row(&self, row: usize) -> Error {
        let found = format!("{row} of {} rows", self.rows);
        Error::parameter("Attributions", "row", found, "below the number of rows")
    }

    fn check_output(&self, output: usize) -> Result<()> {
        if output < self.outputs.len() {
            return Ok(());
        }
        let found = format!("{output} of {} outputs", self.outputs.len());
        let rule = "below the number of outputs";
        Err(Error::parameter("Attributions", "output", found, rule))
    }

    /// The attributions to one output as a matrix of rows and columns.
    ///
    /// # Errors
    /// An output that is not there.
    pub fn matrix(&self, output: usize) -> Result<Dense<f64>> {
        self.check_output(output)?;
        let rows = (0..self.rows).filter_map(|i| self.get(i, output));
        Dense::new(self.columns.clone(), rows.flatten().copied().collect())
    }

    /// The explanation of one score of a row: the columns that add to it, the largest first.
    ///
    /// # Errors
    /// A row or an output that is not there.
    pub fn explanation(&self, row: usize, output: usize) -> Result<Explanation> {
        self.check_output(output)?;
        let values = self.get(row, output).ok_or_else(|| self.no_row(row))?;
        let (name, expected) = (self.outputs.get(output), self.expected[output]);
        Ok(Explanation::new(name, expected, &self.columns, values))
    }

    /// How much the scores rely on each column: the mean over the rows of the absolute attribution,
    /// added up over the outputs ("mean |SHAP|").
    ///
    /// # Errors
    /// No rows.
    pub fn importances(&self) -> Result<Importances> {
        if self.rows == 0 {
            return Err(Error::Empty("attributions".into()));
        }
        let mut sums = vec![0.0; self.columns.len()];
        for (i, value) in self.values.iter().enumerate() {
            sums[i % self.columns.len()] += value.abs();
        }
        let means = sums.into_iter().map(|sum| sum / self.rows as f64);
        Importances::new("mean |attribution|", self.columns.iter().zip(means))
    }

    /// The attributions of fewer columns: column `j` is added to column `of[j]` of `names`.
    ///
    /// # Errors
    /// Another number of columns, a column that is not there, or two of one name.
    pub fn sum_columns(&self, names: Names, of: &[usize]) -> Result<Self> {
        Error::check_len("columns to add up", self.columns.len(), of.len())?;
        if let Some(to) = of.iter().find(|to| **to >= names.len()) {
            let found = format!("{to} of {} columns", names.len());
            let rule = "below the number of names";
            return Err(Error::parameter("sum_columns", "of", found, rule));
        }
        let scores = self.rows * self.outputs.len();
        let mut values = vec![0.0; scores * names.len()];
        for i in 0..scores {
            let from = &self.values[i * of.len()..(i + 1) * of.len()];
            let to = &mut values[i * names.len()..(i + 1) * names.len()];
            of.iter().zip(from).for_each(|(&j, v)| to[j] += v);
        }
        let (outputs, expected) = (self.outputs.iter(), self.expected.clone());
        Self::new(names, outputs, expected, self.rows, values)
    }

    /// The same rows and these after them, which are of the same model.
    pub(super) fn extend(mut self, more: Self) -> Result<Self> {
        if (&self.columns, &self.outputs) != (&more.columns, &more.outputs) {
            let what = "attributions of one model with other columns or outputs";
            return Err(Error::Schema(what.into()));
        }
        self.rows += more.rows;
        self.values.extend(more.values);
        Ok(self)
    }
}

impl fmt::Display for Attributions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, output) in self.outputs.iter().enumerate() {
            let mut table = vec![vec!["row".to_owned(), "expected".into()]];
            table[0].extend(self.columns.iter().map(str::to_owned));
            table[0].push(output.to_owned());
            for i in 0..self.rows.min(SHOWN) {
                let mut line = vec![i.to_string(), figure(self.expected[k])];
                line.extend(
                    self.get(i, k)
                        .unwrap_or(&[])
                        .iter()
                        .map(|v| lines::signed(*v)),
                );
                line.push(figure(self.score(i, k).unwrap_or(f64::NAN)));
                table.push(line);
            }
            f.write_str(&lines::text(&table, 0))?;
        }
        if self.rows > SHOWN {
            writeln!(f, "... {} more rows", self.rows - SHOWN)?;
        }
        write!(f, "[{} rows x {} columns]", self.rows, self.columns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_outputs() -> Attributions {
        let values = vec![1.0, -2.0, 0.5, 0.5, 3.0, 0.0, -1.0, 0.25];
        let columns = Names::new(["a", "b"]);
        Attributions::new(columns, ["no", "yes"], vec![0.5, -0.5], 2, values).unwrap()
    }

    #[test]
    fn numbers_are_found_by_row_and_output() {
        let a = two_outputs();
        assert_eq!(a.get(1, 0), Some(&[3.0, 0.0][..]));
        assert_eq!(
            (a.get(2, 0), a.get(0, 2), a.score(2, 0)),
            (None, None, None)
        );
        assert_eq!([a.score(0, 0), a.score(0, 1)], [Some(-0.5), Some(0.5)]);
        assert_eq!([a.highest(0).unwrap(), a.highest(1).unwrap()], [1, 0]);
        assert_eq!(a.matrix(1).unwrap().values(), [0.5, 0.5, -1.0, 0.25]);
        // (1 + 3 + 0.5 + 1) / 2 and (2 + 0 + 0.5 + 0.25) / 2.
        assert_eq!((a.get(usize::MAX, 0), a.get(0, usize::MAX)), (None, None));
        let means = a.importances().unwrap();
        assert_eq!((means.get("a"), means.get("b")), (Some(2.75), Some(1.375)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let a = two_outputs();
        assert!(a.matrix(2).is_err() && a.explanation(0, 2).is_err());
        assert!(
            a.explanation(2, 0)
                .unwrap_err()
                .to_string()
                .contains("2 rows")
        );
        let of = |of: &[usize]| a.sum_columns(Names::new(["a"]), of);
        assert!(of(&[0]).is_err() && of(&[0, 1]).is_err());
        let none =
            |rows, values| Attributions::new(Names::new(["a"]), ["score"], vec![0.0], rows, values);
        assert!(none(1, vec![]).is_err());
        assert!(none(0, vec![]).unwrap().importances().is_err());
        let twice = Names::new(["a", "a"]);
        assert!(Attributions::new(twice, ["score"], vec![0.0], 0, vec![]).is_err());
        let outputs: [&str; 0] = [];
        assert!(Attributions::new(Names::new(["a"]), outputs, vec![], 0, vec![]).is_err());
    }

    #[test]
    fn a_row_is_a_line() {
        let columns = Names::new(["a", "b"]);
        let values = vec![1.0, -2.0, 0.0, 0.25];
        let a = Attributions::new(columns, ["score"], vec![0.5], 2, values).unwrap();
        let text = "row  expected   a      b  score\n  0       0.5  +1     -2   -0.5\n  1       0.5   0  +0.25   0.75\n[2 rows x 2 columns]";
        assert_eq!(a.to_string(), text);
    }
}
