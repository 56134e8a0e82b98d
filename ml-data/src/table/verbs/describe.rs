//! A summary of every column.

use super::unique::counts;
use crate::clean::quantile;
use crate::error::Result;
use crate::schema::{Kind, MISSING_BOOL, MISSING_TIME};
use crate::sums::block_sums;
use crate::table::{Column, Table};

/// Rows that one thread adds up.
const BLOCK: usize = 1 << 16;
/// Numbers above this have squares that sums do not hold.
const LARGE: f64 = 1e150;

/// The figures of one column; what a kind does not have is missing.
struct Summary {
    count: f64,
    missing: f64,
    mean: f64,
    std: f64,
    /// Minimum, quartiles, maximum.
    quantiles: [f64; 5],
    unique: f64,
    top: Option<String>,
    freq: f64,
    first: Option<i64>,
    last: Option<i64>,
}

/// # Summary
impl Table {
    /// One row of figures a column, as a table that prints: pandas' `describe().T`.
    ///
    /// | column | what | of which kinds |
    /// |---|---|---|
    /// | `column`, `kind` | name and kind | all |
    /// | `count`, `missing` | values that are there, and that are not | all |
    /// | `mean` | `sum(x) / n`; of booleans the share of `true` | numbers, booleans |
    /// | `std` | `sqrt(sum((x - mean)²) / (n - 1))` | numbers |
    /// | `min`, `25%`, `50%`, `75%`, `max` | quantiles, linear between values | numbers |
    /// | `unique` | number of distinct values | categories, text, booleans |
    /// | `top`, `freq` | the most frequent value, and its rows | categories, text, booleans |
    /// | `first`, `last` | earliest and latest time | times |
    ///
    /// Missing values count in `missing` alone. Of several most frequent values the first to appear
    /// is `top`.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([
    ///     ("price", Column::num([1.0, 2.0, 6.0, f64::NAN])),
    ///     ("city", Column::cat(["Riga", "Oslo", "Riga", "Riga"].map(Some))),
    /// ])?;
    /// let summary = table.describe()?;
    /// assert_eq!(summary.num("mean")?[0], 3.0);
    /// assert_eq!(summary.num("50%")?[0], 2.0);
    /// assert_eq!(summary.num("missing")?, [1.0, 0.0]);
    /// assert_eq!(summary.text("top")?.value(1), "Riga");
    /// println!("{}", summary.select(&["column", "mean", "std"])?);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// None that a table of distinct names can meet.
    pub fn describe(&self) -> Result<Self> {
        let all: Vec<Summary> = self.columns.iter().map(Summary::of).collect();
        let names = self.schema.fields().iter().map(|f| Some(f.name()));
        let kinds = self.columns.iter().map(|c| Some(c.kind().to_string()));
        let num = |of: fn(&Summary) -> f64| Column::num(all.iter().map(of));
        Self::new([
            ("column", Column::text(names)),
            ("kind", Column::cat(kinds)),
            ("count", num(|s| s.count)),
            ("missing", num(|s| s.missing)),
            ("mean", num(|s| s.mean)),
            ("std", num(|s| s.std)),
            ("min", num(|s| s.quantiles[0])),
            ("25%", num(|s| s.quantiles[1])),
            ("50%", num(|s| s.quantiles[2])),
            ("75%", num(|s| s.quantiles[3])),
            ("max", num(|s| s.quantiles[4])),
            ("unique", num(|s| s.unique)),
            ("top", Column::text(all.iter().map(|s| s.top.as_deref()))),
            ("freq", num(|s| s.freq)),
            ("first", Column::time(all.iter().map(|s| s.first))),
            ("last", Column::time(all.iter().map(|s| s.last))),
        ])
    }
}

impl Summary {
    fn of(column: &Column) -> Self {
        let missing = column.missing();
        let mut summary = Self {
            count: (column.len() - missing) as f64,
            missing: missing as f64,
            mean: f64::NAN,
            std: f64::NAN,
            quantiles: [f64::NAN; 5],
            unique: f64::NAN,
            top: None,
            freq: f64::NAN,
            first: None,
            last: None,
        };
        match column {
            Column::Num(values) => summary.numbers(values),
            Column::Time(times) => {
                let present = || times.iter().copied().filter(|&t| t != MISSING_TIME);
                (summary.first, summary.last) = (present().min(), present().max());
            }
            Column::Bool(values) => {
                let yes = values.iter().filter(|&&b| b != 0 && b != MISSING_BOOL);
                summary.mean = yes.count() as f64 / summary.count;
                summary.levels(column);
            }
            Column::Cat(..) | Column::Text(_) => summary.levels(column),
        }
        summary
    }

    fn numbers(&mut self, values: &[f64]) {
        let mut values: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
        if values.is_empty() {
            return;
        }
        let n = values.len() as f64;
        let sum = |of: &(dyn Fn(f64) -> f64 + Sync)| {
            let part = |rows: std::ops::Range<usize>| [values[rows].iter().map(|v| of(*v)).sum()];
            block_sums(values.len(), BLOCK, part)[0]
        };
        // Sums and squares of larger numbers overflow; scaled by the largest they do not.
        let largest = values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
        let scale = match largest {
            l if l > LARGE && l.is_finite() => l,
            _ => 1.0,
        };
        let mean = sum(&|v| v / scale) / n;
        self.mean = mean * scale;
        if values.len() > 1 {
            self.std = (sum(&|v| (v / scale - mean).powi(2)) / (n - 1.0)).sqrt() * scale;
        }
        values.sort_unstable_by(f64::total_cmp);
        self.quantiles = [0.0, 0.25, 0.5, 0.75, 1.0].map(|q| quantile(&values, q));
    }

    fn levels(&mut self, column: &Column) {
        let mut counted = counts(column);
        counted.retain(|c| !column.cell(c.0 as usize).is_missing());
        self.unique = counted.len() as f64;
        if let Some(&(row, rows)) = counted.first() {
            let row = row as usize;
            self.freq = rows as f64;
            self.top = match column.kind() {
                Kind::Bool => Some((column.cell(row).num() != 0.0).to_string()),
                _ => column.str_at(row).map(str::to_owned),
            };
        }
    }
}
