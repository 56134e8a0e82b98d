//! A table as a neat text table: the first and last rows, aligned, numbers to the right.

use super::{Cell, Kind, Table};
use crate::time::{MICROS_PER_DAY, MICROS_PER_SECOND, civil};
use std::fmt;

const EDGE: usize = 5;
const WIDEST: usize = 24;

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.rows();
        let shown: Vec<usize> = if n <= 2 * EDGE {
            (0..n).collect()
        } else {
            (0..EDGE).chain(n - EDGE..n).collect()
        };
        let mut columns: Vec<(bool, Vec<String>)> = Vec::new();
        for p in self.visible() {
            let field = self.schema().field(p);
            let mut text = vec![cut(field.name()), field.kind().to_string()];
            text.extend(shown.iter().map(|&r| self.text_of(p, r)));
            columns.push((matches!(field.kind(), Kind::Num), text));
        }
        let widths: Vec<usize> = columns
            .iter()
            .map(|(_, c)| c.iter().map(|s| s.chars().count()).max().unwrap_or(0))
            .collect();
        for line in 0..shown.len() + 2 {
            if line == EDGE + 2 && n > 2 * EDGE {
                writeln!(f, "... {} more rows", n - 2 * EDGE)?;
            }
            for ((right, text), &w) in columns.iter().zip(&widths) {
                if *right {
                    write!(f, "{:>w$}  ", text[line])?;
                } else {
                    write!(f, "{:<w$}  ", text[line])?;
                }
            }
            writeln!(f)?;
        }
        write!(f, "[{n} rows x {} columns]", columns.len())
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Table({} rows, {} columns)",
            self.rows(),
            self.columns().len()
        )
    }
}

impl Table {
    /// One cell as a person reads it; missing is empty.
    pub fn text_of(&self, column: usize, row: usize) -> String {
        match self.column(column).cell(row) {
            Cell::Num(v) if v == v.trunc() && v.abs() < 1e15 => format!("{v}"),
            Cell::Num(v) => format!("{v:.4}"),
            Cell::Code(_) | Cell::Text(_) => cut(self.column(column).str_at(row).unwrap_or("")),
            Cell::Time(t) => instant(t),
            Cell::Bool(b) => b.to_string(),
            Cell::Missing => String::new(),
        }
    }
}

fn cut(s: &str) -> String {
    if s.chars().count() <= WIDEST {
        s.into()
    } else {
        s.chars().take(WIDEST - 1).chain(['…']).collect()
    }
}

/// An instant to the second, `2024-03-04 06:30:00`.
fn instant(micros: i64) -> String {
    let (year, month, day) = civil(micros.div_euclid(MICROS_PER_DAY));
    let seconds = micros.rem_euclid(MICROS_PER_DAY) / MICROS_PER_SECOND;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}
