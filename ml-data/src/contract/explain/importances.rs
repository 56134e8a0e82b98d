//! Importances: columns by how much a model relies on them.

use super::lines;
use crate::error::{Error, Result};
use crate::figure;
use crate::validate::distinct;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Importances of a column by the splits of trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ImportanceKind {
    /// The gains of all splits on the column, added up (LightGBM's `gain`; of forests the decrease
    /// of impurity).
    Gain,
    /// The number of splits on the column (LightGBM's `split`).
    Split,
}

impl fmt::Display for ImportanceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gain => "gain",
            Self::Split => "split",
        })
    }
}

/// Fitted models whose structure says how much they rely on each column: trees, and pipelines that
/// end with them, in the names of the columns that the pipeline reads.
///
/// Gains are measured on the training rows, and favour columns of many different values. The mean
/// absolute attribution ([`Attributions::importances`](super::Attributions::importances)) is
/// measured on any rows.
pub trait FeatureImportances {
    /// The columns, the most important first.
    ///
    /// # Errors
    /// Two columns of one name.
    fn importances(&self, kind: ImportanceKind) -> Result<Importances>;
}

/// The importance of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The column.
    pub column: Box<str>,
    /// Its importance.
    pub value: f64,
}

/// Columns by their importance, the most important first; equal ones in their order.
///
/// ```
/// use ml_data::contract::Importances;
/// let found = Importances::new("gain", [("age", 1.0), ("price", 6.0), ("size", 1.0)])?;
/// let names: Vec<&str> = found.iter().map(|i| &*i.column).collect();
/// assert_eq!(names, ["price", "age", "size"]);
/// assert_eq!((found.get("price"), found.share("price")), (Some(6.0), Some(0.75)));
/// assert_eq!(found.top(1).to_string(), "column  gain  share\nprice      6   75 %");
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importances {
    kind: String,
    /// Of all columns, also where only the first are left.
    total: f64,
    columns: Vec<Importance>,
}

impl Importances {
    /// Importances by name; `kind` says what was measured.
    ///
    /// # Errors
    /// Two columns of one name, a number that is not finite.
    pub fn new<S: Into<Box<str>>>(
        kind: impl Into<String>,
        columns: impl IntoIterator<Item = (S, f64)>,
    ) -> Result<Self> {
        let kind = kind.into();
        let mut columns: Vec<Importance> = columns
            .into_iter()
            .map(|(column, value)| Importance {
                column: column.into(),
                value,
            })
            .collect();
        distinct("column of importances", columns.iter().map(|i| &*i.column))?;
        if let Some(i) = columns.iter().find(|i| !i.value.is_finite()) {
            return Err(Error::undefined(
                format!("importance ({kind}) of column `{}`", i.column),
                "it is not finite",
            ));
        }
        let total = columns.iter().map(|i| i.value).sum();
        columns.sort_by(|a, b| b.value.total_cmp(&a.value));
        Ok(Self {
            kind,
            total,
            columns,
        })
    }

    /// Measure: `gain`, `split`, `mean |attribution|`, or a metric.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The columns, the most important first.
    pub fn iter(&self) -> impl Iterator<Item = &Importance> {
        self.columns.iter()
    }

    /// The importance of a column.
    pub fn get(&self, column: &str) -> Option<f64> {
        let found = self.columns.iter().find(|i| &*i.column == column);
        found.map(|i| i.value)
    }

    /// The importance of a column divided by that of all; none where all are 0.
    pub fn share(&self, column: &str) -> Option<f64> {
        let value = self.get(column)?;
        (self.total != 0.0).then(|| value / self.total)
    }

    /// The `most` most important columns. Shares stay those of all.
    #[must_use]
    pub fn top(&self, most: usize) -> Self {
        let columns = self.columns.iter().take(most).cloned().collect();
        Self {
            columns,
            ..self.clone()
        }
    }

    /// The importances of groups of columns, each the sum of its columns; `group` names that of a
    /// column.
    pub(super) fn grouped(&self, group: impl Fn(&str) -> Option<Box<str>>) -> Result<Self> {
        let mut sums: Vec<(Box<str>, f64)> = Vec::new();
        for i in &self.columns {
            let name = group(&i.column).unwrap_or_else(|| i.column.clone());
            match sums.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += i.value,
                None => sums.push((name, i.value)),
            }
        }
        Self::new(self.kind.clone(), sums)
    }
}

impl fmt::Display for Importances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = vec![vec!["column".into(), self.kind.clone(), "share".into()]];
        for i in &self.columns {
            let share = match self.total != 0.0 {
                true => format!(
                    "{} %",
                    figure((i.value / self.total * 1000.0).round() / 10.0)
                ),
                false => String::new(),
            };
            table.push(vec![i.column.to_string(), figure(i.value), share]);
        }
        f.write_str(lines::text(&table, 1).trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_add_up() {
        let all = [("a", 1.0), ("c=x", 2.0), ("b", 2.5), ("c=y", 1.0)];
        let all = Importances::new("split", all).unwrap();
        let whole = |name: &str| name.split_once('=').map(|(c, _)| c.into());
        let sums = all.grouped(whole).unwrap();
        let want = [("a", 1.0), ("c", 3.0), ("b", 2.5)];
        assert_eq!(sums, Importances::new("split", want).unwrap());
        assert_eq!(
            (sums.len(), sums.kind(), sums.get("c=x")),
            (3, "split", None)
        );
    }

    #[test]
    fn odd_numbers_and_names() {
        assert!(Importances::new("gain", [("a", 1.0), ("a", 2.0)]).is_err());
        let e = Importances::new("gain", [("a", f64::NAN)]).unwrap_err();
        assert!(e.to_string().contains("column `a`"), "{e}");
        let zero = Importances::new("gain", [("a", 0.0)]).unwrap();
        assert_eq!(zero.share("a"), None);
        assert_eq!(zero.to_string(), "column  gain  share\na          0");
        assert_eq!(ImportanceKind::Split.to_string(), "split");
    }
}
