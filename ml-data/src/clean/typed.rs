//! Columns of a known kind: another kind is an error, not an empty column.

use crate::error::{Error, Result};
use crate::table::{Column, Kind, Table};

/// The numbers of a column.
pub(super) fn numbers<'a>(table: &'a Table, column: &str) -> Result<&'a [f64]> {
    of(table, column, Kind::Num, Column::as_num)
}

/// The category codes of a column.
pub(super) fn codes<'a>(table: &'a Table, column: &str) -> Result<&'a [u32]> {
    of(table, column, Kind::Cat, Column::as_codes)
}

/// The times of a column.
pub(super) fn times<'a>(table: &'a Table, column: &str) -> Result<&'a [i64]> {
    of(table, column, Kind::Time, Column::as_time)
}

fn of<'a, T>(
    table: &'a Table,
    column: &str,
    expected: Kind,
    values: impl FnOnce(&'a Column) -> Option<&'a [T]>,
) -> Result<&'a [T]> {
    let found = table.column_named(column)?;
    values(found).ok_or_else(|| wrong_kind(column, expected, found.kind()))
}

pub(super) fn wrong_kind(column: &str, expected: Kind, found: Kind) -> Error {
    Error::column_kind("Cleaning", column, expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_kind_is_an_error() {
        let table = Table::new([("n", Column::num([1.0]))]).unwrap();
        assert_eq!(numbers(&table, "n").unwrap(), [1.0]);
        let e = codes(&table, "n").unwrap_err();
        assert_eq!(
            e.to_string(),
            "Cleaning: column `n` is numeric, expected categorical; `Table::cast` converts it"
        );
        assert!(matches!(times(&table, "m"), Err(Error::NoColumn { .. })));
    }
}
