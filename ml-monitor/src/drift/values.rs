//! The columns handed to drift detection: borrowed where the caller has them in the right form.

use std::borrow::Cow;
use std::collections::HashMap;

use super::code_counts::{BLOCK, CodeCounts};
use ml_data::schema::MISSING_CODE;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Kind of values in a column, which decides the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ValueKind {
    /// Numbers with an order.
    Numeric,
    /// Categories without one.
    Category,
}

impl std::fmt::Display for ValueKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            ValueKind::Numeric => "numeric",
            ValueKind::Category => "category",
        })
    }
}

/// One column's values.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Values<'a> {
    /// Numbers; NaN is missing.
    Numeric(Cow<'a, [f64]>),
    /// Category codes; `u32::MAX` is missing.
    Category {
        /// Positions in `levels`.
        codes: Cow<'a, [u32]>,
        /// The names of the categories.
        levels: Cow<'a, [Box<str>]>,
    },
}

impl<'a> Values<'a> {
    /// Numbers; NaN is missing.
    #[must_use]
    pub fn numeric(values: &'a [f64]) -> Self {
        Values::Numeric(Cow::Borrowed(values))
    }

    /// Category codes into `levels`; `u32::MAX` is missing.
    #[must_use]
    pub fn category(codes: &'a [u32], levels: &'a [Box<str>]) -> Self {
        Values::Category {
            codes: Cow::Borrowed(codes),
            levels: Cow::Borrowed(levels),
        }
    }

    /// Categories by name; `None` is missing.
    #[must_use]
    pub fn labels<S: AsRef<str>>(labels: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut levels: Vec<Box<str>> = Vec::new();
        let mut known: HashMap<Box<str>, u32> = HashMap::new();
        let codes = (labels.into_iter())
            .map(|label| match label {
                None => MISSING_CODE,
                Some(label) => *known
                    .entry(label.as_ref().into())
                    .or_insert_with_key(|name| {
                        levels.push(name.clone());
                        levels.len() as u32 - 1
                    }),
            })
            .collect();
        Values::Category {
            codes: Cow::Owned(codes),
            levels: Cow::Owned(levels),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Values::Numeric(v) => v.len(),
            Values::Category { codes, .. } => codes.len(),
        }
    }

    /// True without a row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kind: numbers or categories.
    #[must_use]
    pub fn kind(&self) -> ValueKind {
        match self {
            Values::Numeric(_) => ValueKind::Numeric,
            Values::Category { .. } => ValueKind::Category,
        }
    }
}

/// Rows per category, and rows without one.
pub(crate) fn count_codes(column: &str, codes: &[u32], levels: usize) -> Result<(Vec<u64>, u64)> {
    let mut found = CodeCounts::new(levels);
    for (number, block) in codes.chunks(BLOCK).enumerate() {
        found.add(block).map_err(|outside| {
            let row = number * BLOCK + outside.at;
            Error::cell(column, row, format!("a code below {levels}"), outside.code)
        })?;
    }
    let (mut counts, missing) = found.finish();
    counts.resize(levels, 0);
    Ok((counts, missing))
}

/// Role of a column: input of the model or output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ColumnRole {
    /// Input of the model.
    Feature,
    /// Output of the model.
    Prediction,
}

/// Named columns of one batch of rows: the training data, or what a running system saw.
///
/// # Example
/// ```
/// use ml_monitor::drift::{ColumnSet, Values};
///
/// let price = [9.5, 3.0, f64::NAN];
/// let columns = ColumnSet::new()
///     .with("price", Values::numeric(&price))?
///     .with("city", Values::labels(["Riga", "Oslo", "Riga"].map(Some)))?
///     .with_prediction("score", Values::Numeric(vec![0.1, 0.7, 0.2].into()))?;
/// assert_eq!(columns.len(), 3);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ColumnSet<'a> {
    columns: Vec<(String, ColumnRole, Values<'a>)>,
}

impl<'a> ColumnSet<'a> {
    /// No column yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a feature.
    ///
    /// # Errors
    /// The name is taken.
    pub fn with(self, name: impl Into<String>, values: Values<'a>) -> Result<Self> {
        self.push(name.into(), ColumnRole::Feature, values)
    }

    /// Adds a column of predictions: scores, or predicted classes.
    ///
    /// # Errors
    /// The name is taken.
    pub fn with_prediction(self, name: impl Into<String>, values: Values<'a>) -> Result<Self> {
        self.push(name.into(), ColumnRole::Prediction, values)
    }

    fn push(mut self, name: String, role: ColumnRole, values: Values<'a>) -> Result<Self> {
        if let Some(first) = self.columns.iter().position(|c| c.0 == name) {
            return Err(Error::Duplicate {
                what: "column".into(),
                name,
                first,
                second: self.columns.len(),
            });
        }
        self.columns.push((name, role, values));
        Ok(self)
    }

    /// Number of columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// True without a column.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Name, role and values of every column, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ColumnRole, &Values<'a>)> {
        self.columns
            .iter()
            .map(|(name, role, values)| (name.as_str(), *role, values))
    }

    /// Role and values of a column.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(ColumnRole, &Values<'a>)> {
        self.columns
            .iter()
            .find(|c| c.0 == name)
            .map(|(_, role, values)| (*role, values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_codes() {
        let Values::Category { codes, levels } =
            Values::labels([Some("b"), None, Some("a"), Some("b")])
        else {
            panic!()
        };
        assert_eq!(*codes, [0, u32::MAX, 1, 0]);
        assert_eq!(levels.iter().map(|l| &**l).collect::<Vec<_>>(), ["b", "a"]);
    }

    #[test]
    fn a_code_outside_the_dictionary_is_refused() {
        let text = count_codes("city", &[0, 3], 2).unwrap_err().to_string();
        assert!(text.contains("`city`") && text.contains("row 1"), "{text}");
    }

    #[test]
    fn a_name_is_given_once() {
        let one = ColumnSet::new().with("a", Values::numeric(&[1.0])).unwrap();
        assert!(
            one.with_prediction("a", Values::numeric(&[1.0]))
                .unwrap_err()
                .to_string()
                .contains("`a`")
        );
    }
}
