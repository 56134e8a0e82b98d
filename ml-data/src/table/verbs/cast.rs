//! Columns of another kind.

use crate::arrow::array::{Array, StringArray};
use crate::error::{Error, Result};
use crate::number;
use crate::schema::{Kind, MISSING_BOOL, MISSING_CODE, MISSING_TIME};
use crate::table::{Column, Table};
use crate::time::{MICROS_PER_SECOND, TimeFormat};

/// Below this every integer is a number.
const EXACT_INTEGER: f64 = (1_u64 << 53) as f64;

/// # Kinds
impl Table {
    /// One column as another kind, in its place and with its role. Missing values stay missing;
    /// every other one is converted, or is an error.
    ///
    /// | from | to number | to category, to text | to time | to boolean |
    /// |---|---|---|---|---|
    /// | number | | `2`, `0.5` | whole microseconds since 1970 | `0`, `1` |
    /// | category, text | `2`, `0.5`, `5e-1` | the same text | ISO 8601 | `true`, `FALSE` |
    /// | time | microseconds since 1970 | `2024-03-04 06:30:00` | | refused |
    /// | boolean | `0`, `1` | `true`, `false` | refused | |
    ///
    /// Text without a zone is UTC. Past 2^53 a number and a count of microseconds are converted
    /// only if nothing is lost. Digits, and times as text, read back as the same value. Empty text
    /// is no number and no time: an error, as in polars. New categories are coded in order of first
    /// appearance.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([("zone", Column::num([7.0, 12.0, 7.0]))])?;
    /// let zones = table.cast("zone", Kind::Cat)?;
    /// assert_eq!(zones.cat("zone")?.get(1), Some("12"));
    /// let table = Table::new([("price", Column::text([Some("2.5"), Some("dear")]))])?;
    /// let e = table.cast("price", Kind::Num).unwrap_err();
    /// assert_eq!(e.to_string(), "column `price`, row 1: expected a number, found `dear`");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column; a value that is none of the other kind, with its row; a conversion that is
    /// refused; a kind that the column's role can not bear.
    pub fn cast(&self, name: &str, to: Kind) -> Result<Self> {
        let position = self.schema.position("Table::cast", name)?;
        let column = &self.columns[position];
        if column.kind() == to {
            return Ok(self.clone());
        }
        self.with_column(name, cast(name, column, to)?)
    }
}

fn cast(name: &str, column: &Column, to: Kind) -> Result<Column> {
    match to {
        Kind::Num => numbers(name, column),
        Kind::Cat => match column {
            Column::Text(texts) => Ok(Column::cat(texts)),
            other => Ok(Column::cat(&texts(other))),
        },
        Kind::Text => Ok(Column::Text(texts(column))),
        Kind::Time => times(name, column),
        Kind::Bool => booleans(name, column),
    }
}

fn numbers(name: &str, column: &Column) -> Result<Column> {
    let values: Result<Vec<f64>> = match column {
        Column::Num(values) => return Ok(Column::Num(values.clone())),
        Column::Time(times) => each(times, |row, &t| match t {
            MISSING_TIME => Ok(f64::NAN),
            _ if (t as f64).abs() <= EXACT_INTEGER => Ok(t as f64),
            _ => Err(Error::cell(name, row, "microseconds up to 2^53", t)),
        }),
        Column::Bool(values) => each(values, |_, &b| match b {
            MISSING_BOOL => Ok(f64::NAN),
            _ => Ok(f64::from(b)),
        }),
        other => parsed(name, other, "a number", f64::NAN, |t| {
            number::parse(t).filter(|v| !v.is_nan())
        }),
    };
    Ok(Column::Num(values?.into()))
}

fn times(name: &str, column: &Column) -> Result<Column> {
    let values: Result<Vec<i64>> = match column {
        Column::Time(values) => return Ok(Column::Time(values.clone())),
        Column::Num(values) => each(values, |row, &v| {
            if v.is_nan() {
                return Ok(MISSING_TIME);
            }
            if v.fract() == 0.0 && v.abs() <= EXACT_INTEGER {
                return Ok(v as i64);
            }
            let expected = "whole microseconds since 1970, up to 2^53";
            Err(Error::cell(name, row, expected, v))
        }),
        Column::Bool(_) => return Err(refused(name, Kind::Bool, Kind::Time)),
        other => parsed(
            name,
            other,
            "a date or time of ISO 8601",
            MISSING_TIME,
            |t| TimeFormat::Iso.parse(t.as_bytes()),
        ),
    };
    Ok(Column::Time(values?.into()))
}

fn booleans(name: &str, column: &Column) -> Result<Column> {
    let values: Result<Vec<u8>> = match column {
        Column::Bool(values) => return Ok(Column::Bool(values.clone())),
        Column::Num(values) => each(values, |row, &v| match v {
            _ if v.is_nan() => Ok(MISSING_BOOL),
            _ if v == 0.0 || v == 1.0 => Ok(v as u8),
            _ => Err(Error::cell(name, row, "0 or 1", v)),
        }),
        Column::Time(_) => return Err(refused(name, Kind::Time, Kind::Bool)),
        other => parsed(name, other, "`true` or `false`", MISSING_BOOL, |t| {
            let is = |word| t.trim_ascii().eq_ignore_ascii_case(word);
            (is("true") || is("false")).then(|| u8::from(is("true")))
        }),
    };
    Ok(Column::Bool(values?.into()))
}

/// A function of each value and its row.
fn each<T, V>(values: &[T], of: impl Fn(usize, &T) -> Result<V>) -> Result<Vec<V>> {
    values.iter().enumerate().map(|(i, v)| of(i, v)).collect()
}

/// Texts, or levels, of a column as values of another kind.
fn parsed<V: Copy>(
    name: &str,
    column: &Column,
    expected: &str,
    missing: V,
    parse: impl Fn(&str) -> Option<V>,
) -> Result<Vec<V>> {
    let value = |row: usize| match column.str_at(row) {
        None => Ok(missing),
        Some(text) => {
            parse(text).ok_or_else(|| Error::cell(name, row, expected, format!("`{text}`")))
        }
    };
    (0..column.len()).map(value).collect()
}

/// Every value as text.
fn texts(column: &Column) -> StringArray {
    match column {
        Column::Num(values) => values
            .iter()
            .map(|&v| (!v.is_nan()).then(|| digits(v)))
            .collect(),
        Column::Cat(codes, levels) => {
            let level = |&code: &u32| match code {
                MISSING_CODE => None,
                _ => levels.name(code),
            };
            codes.iter().map(level).collect()
        }
        Column::Text(texts) => texts.slice(0, texts.len()),
        Column::Time(times) => times
            .iter()
            .map(|&t| (t != MISSING_TIME).then(|| instant(t)))
            .collect(),
        Column::Bool(values) => values
            .iter()
            .map(|&b| (b != MISSING_BOOL).then_some(if b == 0 { "false" } else { "true" }))
            .collect(),
    }
}

/// The fewest digits that read back as the number; past 2^53 all digits of a whole number, of which
/// the last would be guessed otherwise.
fn digits(v: f64) -> String {
    match v.abs() > EXACT_INTEGER && v.is_finite() {
        true => format!("{v:.0}"),
        false => v.to_string(),
    }
}

/// A time to the second, or to the microsecond where it has any.
fn instant(micros: i64) -> String {
    let seconds = TimeFormat::Iso.format(micros);
    match micros.rem_euclid(MICROS_PER_SECOND) {
        0 => seconds,
        part => format!("{seconds}.{part:06}"),
    }
}

fn refused(name: &str, from: Kind, to: Kind) -> Error {
    Error::Unsupported {
        step: "Table::cast",
        what: format!("{from} to {to}, column `{name}`"),
        why: "neither stands for the other".into(),
    }
}
