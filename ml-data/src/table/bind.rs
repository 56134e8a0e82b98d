//! Binding a service's requests to a trained schema once, so that each request only fills one
//! reusable row.

use super::cell::Cell;
use super::row::{RowBuf, TableRow};
use crate::error::{Error, Result};
use crate::repr::Rows;
use crate::schema::Kind;
use crate::schema::Schema;
use crate::table::Table;
use serde_json::{Map, Value};
use std::sync::Arc;

/// A value as a request carries it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Raw<'a> {
    /// A number.
    Num(f64),
    /// Text, or a category's level.
    Str(&'a str),
    /// A truth value.
    Bool(bool),
    /// Microseconds since 1970.
    Time(i64),
    /// No value.
    Null,
}

impl Raw<'_> {
    fn word(&self) -> &'static str {
        match self {
            Raw::Num(_) => "a number",
            Raw::Str(_) => "a string",
            Raw::Bool(_) => "a boolean",
            Raw::Time(_) => "a time",
            Raw::Null => "null",
        }
    }
}

/// A request struct whose fields feed a trained schema.
///
/// ```
/// use ml_data::table::{Column, Raw, Record, RowBinder, RowBuf, Table};
/// struct Visit { price: f64, city: Option<&'static str> }
/// impl Record for Visit {
///     const FIELDS: &'static [&'static str] = &["price", "city"];
///     fn value(&self, field: usize) -> Raw<'_> {
///         match field { 0 => Raw::Num(self.price), _ => self.city.map_or(Raw::Null, Raw::Str) }
///     }
/// }
/// let trained = Table::new([
///     ("city", Column::cat([Some("Riga")])),
///     ("price", Column::num([1.0])),
/// ])?;
/// let binder = RowBinder::record::<Visit>(trained.schema())?;
/// let mut row = RowBuf::default();
/// let row = binder.fill(&Visit { price: 2.0, city: Some("Riga") }, &mut row)?;
/// assert_eq!(row.get(0).code(), 0);
/// assert_eq!(row.get(1).num(), 2.0);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub trait Record {
    /// Field names, in the order `value` counts them.
    const FIELDS: &'static [&'static str];
    /// The value of a field.
    fn value(&self, field: usize) -> Raw<'_>;
}

/// The integer of a JSON number that is written as one, of at most 64 bits.
fn whole(n: &serde_json::Number) -> Option<i128> {
    n.as_i64().map(i128::from).or(n.as_u64().map(i128::from))
}

/// A trained schema with, for each column, where its value comes from.
#[derive(Debug, Clone)]
pub struct RowBinder {
    schema: Arc<Schema>,
    /// For records: the field of each column.
    sources: Vec<Option<usize>>,
}

impl RowBinder {
    /// Binds a request struct.
    ///
    /// # Errors
    /// A column of the schema that the struct has no field for.
    pub fn record<T: Record>(schema: &Arc<Schema>) -> Result<Self> {
        let find = |name: &str| {
            let at = T::FIELDS.iter().position(|f| *f == name);
            at.map(Some)
                .ok_or_else(|| Error::no_column("RowBinder", name, T::FIELDS.iter().copied()))
        };
        let sources = schema
            .fields()
            .iter()
            .map(|f| find(f.name()))
            .collect::<Result<_>>()?;
        Ok(Self {
            schema: schema.clone(),
            sources,
        })
    }

    /// Binds JSON objects by field name; absent fields are missing.
    pub fn json(schema: &Arc<Schema>) -> Self {
        Self {
            schema: schema.clone(),
            sources: vec![None; schema.len()],
        }
    }

    /// Fills the row from a request struct.
    ///
    /// # Errors
    /// A field of another kind than the column.
    pub fn fill<'b, T: Record>(&self, request: &T, out: &'b mut RowBuf) -> Result<TableRow<'b>> {
        out.clear();
        for (column, source) in self.sources.iter().enumerate() {
            let raw = source.map_or(Raw::Null, |s| request.value(s));
            self.push(column, raw, out)?;
        }
        Ok(Table::view(out))
    }

    /// Fills the row from a JSON object.
    ///
    /// # Errors
    /// A value of another kind than the column, an integer that a number does not hold exactly
    /// (past 2^53), or a time that is not a whole count of microseconds. (Integers past 64 bits are
    /// rounded before they come here, by the JSON parser.)
    pub fn fill_json<'b>(
        &self,
        request: &Map<String, Value>,
        out: &'b mut RowBuf,
    ) -> Result<TableRow<'b>> {
        out.clear();
        for (column, field) in self.schema.fields().iter().enumerate() {
            let raw = match request.get(field.name()) {
                None | Some(Value::Null) => Raw::Null,
                Some(Value::Bool(b)) => Raw::Bool(*b),
                Some(Value::String(s)) => Raw::Str(s),
                Some(Value::Number(n)) => match whole(n) {
                    Some(t) if field.kind() == Kind::Time => match i64::try_from(t) {
                        Ok(t) => Raw::Time(t),
                        Err(_) => return Err(self.refuse(column, &t.to_string())),
                    },
                    Some(v) if (v as f64) as i128 != v => {
                        return Err(
                            self.refuse(column, &format!("{v}, which a number does not hold"))
                        );
                    }
                    _ => Raw::Num(n.as_f64().unwrap_or(f64::NAN)),
                },
                Some(Value::Array(_)) => return Err(self.refuse(column, "an array")),
                Some(Value::Object(_)) => return Err(self.refuse(column, "an object")),
            };
            self.push(column, raw, out)?;
        }
        Ok(Table::view(out))
    }

    #[inline]
    fn push(&self, column: usize, raw: Raw<'_>, out: &mut RowBuf) -> Result<()> {
        let field = self.schema.field(column);
        let cell = match (field.kind(), raw) {
            (_, Raw::Null) => Cell::Missing,
            (Kind::Num, Raw::Num(v)) => Cell::Num(v),
            (Kind::Cat, Raw::Str(s)) => {
                let unseen = || field.levels().map_or(0, |l| l.len() as u32);
                Cell::Code(
                    field
                        .levels()
                        .and_then(|l| l.code(s))
                        .unwrap_or_else(unseen),
                )
            }
            (Kind::Text, Raw::Str(s)) => Cell::Text(s),
            (Kind::Bool, Raw::Bool(b)) => Cell::Bool(b),
            (Kind::Time, Raw::Time(t)) => Cell::Time(t),
            (Kind::Time, Raw::Num(t)) if t.is_nan() => Cell::Missing,
            // Past 2^53 the next number is more than a microsecond away.
            (Kind::Time, Raw::Num(t)) if t.fract() == 0.0 && t.abs() <= (1_u64 << 53) as f64 => {
                Cell::Time(t as i64)
            }
            (Kind::Time, Raw::Num(t)) => {
                return Err(self.refuse(column, &format!("{t}, no whole number of microseconds")));
            }
            (_, other) => return Err(self.refuse(column, other.word())),
        };
        out.push(cell);
        Ok(())
    }

    fn refuse(&self, column: usize, found: &str) -> Error {
        let field = self.schema.field(column);
        Error::Field {
            field: field.name().into(),
            expected: field.kind().to_string(),
            found: found.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    #[test]
    fn case_r2_numbers_of_requests_are_exact_or_refused_by_name() {
        let trained =
            Table::new([("n", Column::num([1.0])), ("t", Column::time([Some(0)]))]).unwrap();
        let binder = RowBinder::json(trained.schema());
        let fill = |text: &str| {
            let Value::Object(map) = serde_json::from_str(text).unwrap() else {
                panic!("{text}");
            };
            let mut row = RowBuf::default();
            let row = binder
                .fill_json(&map, &mut row)
                .map_err(|e| e.to_string())?;
            Ok::<_, String>((row.get(0).num(), row.get(1).time()))
        };
        let held = fill(r#"{"n": 9007199254740992, "t": 9007199254740993}"#).unwrap();
        assert_eq!(held, (9_007_199_254_740_992.0, 9_007_199_254_740_993));
        assert_eq!(fill(r#"{"n": -4, "t": -5.0}"#).unwrap(), (-4.0, -5));
        for (text, part) in [
            (r#"{"n": 9007199254740993}"#, "`n` is 9007199254740993"),
            (r#"{"n": -9007199254740993}"#, "`n` is -9007199254740993"),
            (
                r#"{"n": 18446744073709551615}"#,
                "`n` is 18446744073709551615",
            ),
            (
                r#"{"t": 18446744073709551615}"#,
                "`t` is 18446744073709551615",
            ),
            (r#"{"t": 0.5}"#, "`t` is 0.5"),
            (r#"{"t": 1e30}"#, "`t` is 1000000000000000"),
        ] {
            let said = fill(text).unwrap_err();
            assert!(said.contains(part), "{said}");
        }
    }
}
