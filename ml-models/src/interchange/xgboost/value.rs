//! Values of JSON and UBJSON: a tree, and places in it.

use std::borrow::Cow;

use ml_data::{Error, Result};

use super::FORMAT;

/// A value. Arrays of numbers are flat; those read are [`Doubles`](Self::Doubles), the other kinds
/// are for writing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Doubles(Vec<f64>),
    Floats(Vec<f32>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Bytes(Vec<u8>),
    Map(Vec<(String, Value)>),
}

/// Values may be nested this deep; models need 8 levels.
pub(super) const MOST_LEVELS: usize = 64;

/// An error at a place.
pub(super) fn fault(
    at: impl Into<String>,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Error {
    let mut found: String = found.into();
    if found.chars().count() > 60 {
        found = found.chars().take(60).collect();
    }
    Error::Model {
        format: FORMAT,
        at: at.into(),
        expected: expected.into(),
        found,
    }
}

impl Value {
    fn kind(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Bool(b) => b.to_string(),
            Self::Number(n) => n.to_string(),
            Self::Text(t) => format!("`{t}`"),
            Self::Map(_) => "an object".into(),
            _ => "an array".into(),
        }
    }

    /// Collects the elements of an array; numbers without anything else stay flat.
    pub(super) fn push(&mut self, element: Value) {
        match (&mut *self, element) {
            (Self::Doubles(numbers), Self::Number(n)) => numbers.push(n),
            (Self::List(list), element) => list.push(element),
            (Self::Doubles(numbers), element) => {
                let mut list: Vec<Value> = numbers.iter().map(|&n| Self::Number(n)).collect();
                list.push(element);
                *self = Self::List(list);
            }
            _ => {}
        }
    }
}

/// A value and where it is.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self {
            value,
            path: String::new(),
        }
    }

    /// An error here.
    pub(super) fn fault(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        let path = self.path.trim_start_matches('.');
        fault(
            if path.is_empty() { "the file" } else { path },
            expected,
            found,
        )
    }

    fn wrong(&self, expected: &str) -> Error {
        self.fault(expected, self.value.kind())
    }

    /// The value of a key, where the object has it.
    pub(super) fn find(&self, key: &str) -> Result<Option<Place<'a>>> {
        let Value::Map(map) = self.value else {
            return Err(self.wrong("an object"));
        };
        let value = map.iter().find(|(k, _)| k == key).map(|(_, v)| v);
        Ok(value.map(|value| Place {
            value,
            path: format!("{}.{key}", self.path),
        }))
    }

    pub(super) fn get(&self, key: &str) -> Result<Place<'a>> {
        self.find(key)?
            .ok_or_else(|| self.fault(format!("a key `{key}`"), "none"))
    }

    pub(super) fn text(&self) -> Result<&'a str> {
        match self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong("a text")),
        }
    }

    /// A number, or a text with one, as parameters are written.
    pub(super) fn number(&self) -> Result<f64> {
        match self.value {
            Value::Number(n) => Ok(*n),
            Value::Text(text) => text.parse().map_err(|_| self.wrong("a number")),
            _ => Err(self.wrong("a number")),
        }
    }

    /// A whole number from 0 up.
    pub(super) fn count(&self) -> Result<usize> {
        let number = self.number()?;
        match whole(number) {
            Some(n) if n >= 0 => Ok(n as usize),
            _ => Err(self.wrong("a whole number from 0 up")),
        }
    }

    /// The elements of an array that need not be numbers; one after the other, as there may be as
    /// many as bytes.
    pub(super) fn elements(&self) -> Result<impl ExactSizeIterator<Item = Place<'a>>> {
        let list: &'a [Value] = match self.value {
            Value::List(list) => list,
            Value::Doubles(none) if none.is_empty() => &[],
            _ => return Err(self.wrong("an array")),
        };
        Ok(list.iter().enumerate().map(|(i, value)| Place {
            value,
            path: format!("{}[{i}]", self.path),
        }))
    }

    /// The elements of an array of numbers; truth values count as 0 and 1.
    pub(super) fn numbers(&self) -> Result<Cow<'a, [f64]>> {
        match self.value {
            Value::Doubles(numbers) => Ok(Cow::Borrowed(numbers)),
            Value::List(list) => list
                .iter()
                .map(|v| match v {
                    Value::Number(n) => Ok(*n),
                    Value::Bool(b) => Ok(f64::from(u8::from(*b))),
                    _ => Err(self.wrong("an array of numbers")),
                })
                .collect(),
            _ => Err(self.wrong("an array of numbers")),
        }
    }

    /// The elements of an array of whole numbers.
    pub(super) fn wholes(&self) -> Result<Vec<i64>> {
        let numbers = self.numbers()?;
        let wholes = numbers.iter().map(|&n| {
            whole(n).ok_or_else(|| self.fault("an array of whole numbers", n.to_string()))
        });
        wholes.collect()
    }

    /// `numbers` of a given length.
    pub(super) fn exactly<T>(&self, len: usize, numbers: T) -> Result<T>
    where
        T: AsRef<[f64]>,
    {
        match numbers.as_ref().len() {
            found if found == len => Ok(numbers),
            found => Err(self.fault(format!("{len} numbers"), found.to_string())),
        }
    }
}

fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

#[cfg(test)]
mod tests;
