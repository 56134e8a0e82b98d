//! The explanation of one score of one row.

use super::lines;
use crate::figure;
use crate::repr::Names;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One reason for a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The column.
    pub column: Box<str>,
    /// Its cell in the row as a person reads it; empty where it is missing or not known.
    pub cell: String,
    /// Amount that it adds to the score.
    pub attribution: f64,
}

/// The reasons for a score of one row, the largest first; columns that add nothing are left out.
/// Made by [`Explain::explain_row`](super::Explain::explain_row).
///
/// # Formula
/// `expected + sum of the reasons + rest = score`.
///
/// ```
/// use ml_data::contract::Attributions;
/// use ml_data::repr::Names;
/// let columns = Names::new(["price", "city", "size", "age"]);
/// let values = vec![0.5, -2.0, 0.0, 0.125];
/// let why = Attributions::new(columns, ["score"], vec![1.0], 1, values)?.explanation(0, 0)?;
/// let names: Vec<&str> = why.reasons().iter().map(|r| &*r.column).collect();
/// assert_eq!(names, ["city", "price", "age"]);
/// let short = why.top(1);
/// assert_eq!((short.rest(), short.score()), (0.625, -0.375));
/// assert_eq!(short.to_string(), "score            -0.375
/// expected              1
/// city                 -2
/// 2 other columns  +0.625");
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    output: Box<str>,
    expected: f64,
    score: f64,
    reasons: Vec<Reason>,
    rest: f64,
    others: usize,
}

impl Explanation {
    pub(super) fn new(output: &str, expected: f64, columns: &Names, values: &[f64]) -> Self {
        let named = columns.iter().zip(values).filter(|(_, v)| **v != 0.0);
        let reason = |(column, attribution): (&str, &f64)| Reason {
            column: column.into(),
            cell: String::new(),
            attribution: *attribution,
        };
        let mut reasons: Vec<Reason> = named.map(reason).collect();
        reasons.sort_by(|a, b| b.attribution.abs().total_cmp(&a.attribution.abs()));
        Self {
            output: output.into(),
            expected,
            score: expected + values.iter().sum::<f64>(),
            reasons,
            rest: 0.0,
            others: 0,
        }
    }

    /// With the cells of the row, by the name of their column.
    pub(super) fn with_cells(mut self, cell: impl Fn(&str) -> Option<String>) -> Self {
        for reason in &mut self.reasons {
            reason.cell = cell(&reason.column).unwrap_or_default();
        }
        self
    }

    /// The output that is explained: `score`, or a class.
    pub fn output(&self) -> &str {
        &self.output
    }

    /// The score that is expected of a row of which nothing is known.
    pub fn expected(&self) -> f64 {
        self.expected
    }

    /// The raw score.
    pub fn score(&self) -> f64 {
        self.score
    }

    /// The reasons, the largest by amount first; equal ones in the order of the columns.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Sum of the attributions of the columns that [`top`](Self::top) has left out.
    pub fn rest(&self) -> f64 {
        self.rest
    }

    /// The `most` largest reasons; the others are added up in [`rest`](Self::rest).
    #[must_use]
    pub fn top(&self, most: usize) -> Self {
        let mut short = self.clone();
        let out = short.reasons.split_off(most.min(self.reasons.len()));
        short.others += out.len();
        short.rest += out.iter().map(|r| r.attribution).sum::<f64>();
        short
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = vec![vec![self.output.to_string(), figure(self.score)]];
        table.push(vec!["expected".into(), figure(self.expected)]);
        for reason in &self.reasons {
            let name = match reason.cell.is_empty() {
                true => reason.column.to_string(),
                false => format!("{} = {}", reason.column, reason.cell),
            };
            table.push(vec![name, lines::signed(reason.attribution)]);
        }
        if self.others > 0 {
            let name = match self.others {
                1 => "1 other column".to_owned(),
                n => format!("{n} other columns"),
            };
            table.push(vec![name, lines::signed(self.rest)]);
        }
        let text = lines::text(&table, 1);
        f.write_str(text.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_with_their_cells() {
        let columns = Names::new(["city", "price"]);
        let why = Explanation::new("yes", 0.25, &columns, &[-0.5, 1.5]);
        let why = why.with_cells(|name| (name == "city").then(|| "Riga".into()));
        let text = "yes          1.25\nexpected     0.25\nprice        +1.5\ncity = Riga  -0.5";
        assert_eq!(why.to_string(), text);
        assert_eq!(why.top(2), why);
        let none = why.top(0);
        assert_eq!(
            (none.rest(), none.score(), none.reasons().len()),
            (1.0, 1.25, 0)
        );
        assert_eq!(why.top(1).top(0), none);
        assert!(why.top(1).to_string().ends_with("1 other column  -0.5"));
    }
}
