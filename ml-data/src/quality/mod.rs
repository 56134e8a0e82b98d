//! Data quality of a table: completeness, accuracy, consistency, uniqueness, measured and shown
//! with examples.
//!
//! [`Quality`] is the list of checks, [`QualityReport`] what they found: one line a column, one a
//! [`Rule`], the number of rows that repeat an earlier row. The report prints as a table and
//! serialises, so that the reports of two deliveries can be compared.
//!
//! ```
//! use ml_data::quality::{Quality, Rule};
//! use ml_data::source::CsvSource;
//! let file = "product,category,price\n1,Toys,5.5\n2,TOYS,-2\n2,TOYS,-2\n3,Garden ,\n";
//! let table = CsvSource::text("products.csv", file).read()?.strict()?;
//! let report = Quality::new().rule(Rule::at_least("price", 0.0)).check(&table)?;
//! assert_eq!(report.duplicate_rows, 1);
//! assert_eq!(report.column("price").map(|c| c.missing), Some(1));
//! assert_eq!(report.column("category").map(|c| (c.untrimmed, c.spellings.len())), Some((1, 1)));
//! assert_eq!(report.rules[0].violations, 2);
//! assert_eq!(report.rules[0].examples[0].row, 1);
//! println!("{report}");
//! # Ok::<(), ml_data::Error>(())
//! ```

mod column;
mod display;
mod duplicates;
mod rule;
mod spelling;

pub use column::ColumnQuality;
pub(crate) use display::grid;
pub use duplicates::duplicated;
pub use rule::{Example, Rule, RuleOutcome};
pub(crate) use spelling::normal;
pub use spelling::{CellFormat, SpellingGroup};

use crate::error::Result;
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// The checks to make on a table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Quality {
    rules: Vec<Rule>,
    now: Option<i64>,
}

impl Quality {
    /// Only the checks that need no rule.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }
    /// The moment after which a time lies in the future, in microseconds since 1970; without it no
    /// time does.
    #[must_use]
    pub fn now(mut self, micros: i64) -> Self {
        self.now = Some(micros);
        self
    }

    /// Makes the checks.
    ///
    /// # Errors
    /// A rule names a column that is not there, or of another kind.
    pub fn check(&self, table: &Table) -> Result<QualityReport> {
        let rules = self
            .rules
            .iter()
            .map(|r| r.apply(table))
            .collect::<Result<Vec<_>>>()?;
        let names = table.schema().fields().iter().map(|f| f.name());
        let columns: Vec<ColumnQuality> = names
            .zip(table.columns())
            .map(|(name, c)| ColumnQuality::of(name, c, self.now))
            .collect();
        let complete = |row: usize| table.columns().iter().all(|c| !c.cell(row).is_missing());
        Ok(QualityReport {
            rows: table.rows(),
            complete_rows: (0..table.rows()).filter(|&r| complete(r)).count(),
            duplicate_rows: duplicated(table, &[])?.iter().filter(|d| **d).count(),
            columns,
            rules,
        })
    }
}

/// Report of [`Quality::check`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QualityReport {
    /// Rows of the table.
    pub rows: usize,
    /// Rows without a missing value.
    pub complete_rows: usize,
    /// Rows that repeat an earlier row in every column (two missing values are equal, as in pandas'
    /// `duplicated`).
    pub duplicate_rows: usize,
    /// One entry a column, in order.
    pub columns: Vec<ColumnQuality>,
    /// One entry a rule, in order.
    pub rules: Vec<RuleOutcome>,
}

impl QualityReport {
    /// The entry of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnQuality> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// True when no rule is broken.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.rules.iter().all(|r| r.violations == 0)
    }
}

#[cfg(test)]
mod tests;
