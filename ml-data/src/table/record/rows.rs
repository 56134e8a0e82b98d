//! Records from the rows of a table.

use crate::error::{Error, Result};
use crate::repr::Rows;
use crate::schema::Field;
use crate::table::{Cell, Table};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Expected, MapAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use std::fmt;

impl Table {
    /// The rows as structs with serde's `Deserialize`, fields by the columns' names: the way back
    /// from [`Table::from_records`]. Columns without a field are left out.
    ///
    /// Categories and text become strings or enums without data, times integers or
    /// [`Micros`](crate::time::Micros), whole numbers any integer that holds them, and 0 and 1
    /// booleans where a field is one. A missing value is `None`, and `NaN` where a field is a
    /// float.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// #[derive(serde::Deserialize, PartialEq, Debug)]
    /// struct Visit { pages: u32, city: Option<String> }
    /// let table = Table::new([
    ///     ("city", Column::cat([Some("Riga"), None])),
    ///     ("pages", Column::num([3.0, 1.0])),
    /// ])?;
    /// let visits: Vec<Visit> = table.records()?;
    /// assert_eq!(visits[0], Visit { pages: 3, city: Some("Riga".into()) });
    /// assert_eq!(visits[1].city, None);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// A field without a column ([`Error::NoColumn`]), or a value that the field does not take
    /// ([`Error::Cell`] with column and row).
    pub fn records<'de, T: Deserialize<'de>>(&'de self) -> Result<Vec<T>> {
        let row = |row| T::deserialize(Row { table: self, row }).map_err(|e| e.on(self));
        (0..self.len()).map(row).collect()
    }
}

/// Why a record can not be made.
#[derive(Debug)]
enum Fault {
    /// A field without a column.
    Absent(String),
    /// A value of another type, not placed yet.
    Value { expected: String, found: String },
    /// An error with its place.
    Placed(Error),
    /// Message of the type itself.
    Said(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(said: T) -> Self {
        Self::Said(said.to_string())
    }
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Unit => "a missing value (a field of type `Option` takes it)".into(),
            other => other.to_string(),
        };
        let expected = expected.to_string();
        Self::Value { expected, found }
    }
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (expected, found) = (expected.to_string(), found.to_string());
        Self::Value { expected, found }
    }
    fn unknown_variant(found: &str, expected: &'static [&'static str]) -> Self {
        Self::Value {
            expected: format!("one of the variants {}", expected.join(", ")),
            found: format!("`{found}`"),
        }
    }
    fn missing_field(field: &'static str) -> Self {
        Self::Absent(field.into())
    }
}

impl Fault {
    /// The error of a record of the table.
    fn on(self, table: &Table) -> Error {
        let names = table.schema().fields().iter().map(Field::name);
        match self {
            Self::Absent(name) => Error::no_column("Table::records", &name, names),
            Self::Value { expected, found } => Error::value("record", expected, found),
            Self::Placed(e) => e,
            Self::Said(said) => Error::other(format!("Table::records: {said}")),
        }
    }

    /// The same fault, of a cell.
    fn at(self, name: &str, row: usize) -> Self {
        Self::Placed(match self {
            Self::Value { expected, found } => Error::cell(name, row, expected, found),
            Self::Said(said) => Error::cell(name, row, "a value of the field's type", said),
            Self::Absent(inner) => {
                let expected = format!("a value with a field `{inner}`");
                Error::cell(name, row, expected, "a single value")
            }
            Self::Placed(e) => e,
        })
    }
}

/// A row as a map of its cells.
#[derive(Clone, Copy)]
struct Row<'de> {
    table: &'de Table,
    row: usize,
}

impl<'de> Deserializer<'de> for Row<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(Cells { of: self, next: 0 })
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The cells of a row, one after the other.
struct Cells<'de> {
    of: Row<'de>,
    next: usize,
}

impl<'de> MapAccess<'de> for Cells<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(field) = self.of.table.schema().fields().get(self.next) else {
            return Ok(None);
        };
        seed.deserialize(BorrowedStrDeserializer::new(field.name()))
            .map(Some)
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Row { table, row } = self.of;
        let column = table.column(self.next);
        let value = Value {
            cell: column.cell(row),
            text: column.str_at(row),
        };
        let name = table.schema().field(self.next).name();
        self.next += 1;
        seed.deserialize(value).map_err(|e| e.at(name, row))
    }
}

/// A cell, with the text of a category.
#[derive(Clone, Copy)]
struct Value<'de> {
    cell: Cell<'de>,
    text: Option<&'de str>,
}

impl Value<'_> {
    /// The whole number that the cell is.
    fn whole(&self) -> Option<i128> {
        match self.cell {
            Cell::Num(v) if v.fract() == 0.0 && v.abs() < 2f64.powi(127) => Some(v as i128),
            Cell::Bool(b) => Some(b.into()),
            _ => None,
        }
    }
}

/// Integers: those of a numeric column that are whole.
macro_rules! integers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.whole().map(|v| (i64::try_from(v), u64::try_from(v), v)) {
                Some((Ok(v), _, _)) => visitor.visit_i64(v),
                Some((_, Ok(v), _)) => visitor.visit_u64(v),
                Some((_, _, v)) => visitor.visit_i128(v),
                None => self.deserialize_any(visitor),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match (self.cell, self.text) {
            (_, Some(text)) => visitor.visit_borrowed_str(text),
            (Cell::Num(v), _) => visitor.visit_f64(v),
            (Cell::Time(t), _) => visitor.visit_i64(t),
            (Cell::Bool(b), _) => visitor.visit_bool(b),
            _ => visitor.visit_unit(),
        }
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.cell.is_missing() {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.cell {
            Cell::Missing | Cell::Num(_) | Cell::Bool(_) => visitor.visit_f64(self.cell.num()),
            _ => self.deserialize_any(visitor),
        }
    }
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.whole() {
            Some(v @ (0 | 1)) => visitor.visit_bool(v == 1),
            _ => self.deserialize_any(visitor),
        }
    }
    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.text {
            Some(text) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            None => self.deserialize_any(visitor),
        }
    }
    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
