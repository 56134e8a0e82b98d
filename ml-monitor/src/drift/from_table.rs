//! Columns of a table as values to compare.

use super::values::{ColumnSet, Values};
use ml_data::schema::{MISSING_BOOL, MISSING_CODE, MISSING_TIME, Role};
use ml_data::table::{Column, Table};
use ml_data::{Error, Result};
use std::borrow::Cow;

impl<'a> ColumnSet<'a> {
    /// The feature columns of a table. Truth values become two categories; times become numbers,
    /// which always drift unless the training data is as recent, so leave them out unless that is
    /// what you watch.
    ///
    /// # Errors
    /// A text column: it has no distribution to compare. Take it out with `Table::drop`.
    ///
    /// # Example
    /// ```
    /// use ml_data::table::{Column, Table};
    /// use ml_monitor::drift::{ColumnSet, Values};
    ///
    /// let cities = Column::cat(["Riga", "Oslo"].map(Some));
    /// let table = Table::new([("price", Column::num([2.5, 4.0])), ("city", cities)])?;
    /// let scores = [0.3, 0.9];
    /// let columns = ColumnSet::from_table(&table)?;
    /// let columns = columns.with_prediction("score", Values::numeric(&scores))?;
    /// assert_eq!(columns.len(), 3);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn from_table(table: &'a Table) -> Result<Self> {
        let mut set = Self::new();
        for position in table.visible() {
            let field = table.schema().field(position);
            if field.role() == Role::Feature {
                set = set.with(
                    field.name(),
                    of_column(field.name(), table.column(position))?,
                )?;
            }
        }
        Ok(set)
    }
}

fn of_column<'a>(name: &str, column: &'a Column) -> Result<Values<'a>> {
    match column {
        Column::Num(values) => Ok(Values::numeric(values)),
        Column::Cat(codes, levels) => Ok(Values::category(codes, levels.names())),
        Column::Bool(bytes) => {
            let code = |&b: &u8| {
                if b == MISSING_BOOL {
                    MISSING_CODE
                } else {
                    u32::from(b)
                }
            };
            let codes = bytes.iter().map(code).collect();
            Ok(Values::Category {
                codes: Cow::Owned(codes),
                levels: Cow::Owned(vec!["false".into(), "true".into()]),
            })
        }
        Column::Time(times) => {
            let number = |&t: &i64| {
                if t == MISSING_TIME {
                    f64::NAN
                } else {
                    t as f64
                }
            };
            Ok(Values::Numeric(times.iter().map(number).collect()))
        }
        other => Err(Error::Unsupported {
            step: "ColumnSet",
            what: format!("column `{name}` ({})", other.kind()),
            why: "it has no distribution to compare; take it out with `Table::drop`".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_table() {
        let table = Table::new([
            ("price", Column::num([1.0, f64::NAN])),
            ("old", Column::bool([Some(true), None])),
            ("seen", Column::time([None, Some(5)])),
            ("id", Column::cat(["a", "b"].map(Some))),
        ])
        .unwrap();
        let table = table.with_role("id", Role::Identifier).unwrap();
        let set = ColumnSet::from_table(&table).unwrap();
        assert_eq!(
            set.iter().map(|c| c.0).collect::<Vec<_>>(),
            ["price", "old", "seen"]
        );
        assert!(
            matches!(set.get("old"), Some((_, Values::Category { codes, .. })) if **codes == [1, u32::MAX])
        );
        assert!(
            matches!(set.get("seen"), Some((_, Values::Numeric(v))) if v[0].is_nan() && v[1] == 5.0)
        );
        let text = Table::new([("note", Column::text([Some("x")]))]).unwrap();
        assert!(
            ColumnSet::from_table(&text)
                .unwrap_err()
                .to_string()
                .contains("`note`")
        );
    }
}
