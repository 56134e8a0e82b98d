//! One value of a row.

use super::{MISSING_BOOL, MISSING_CODE, MISSING_TIME};

/// One value as a step reads it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// A number.
    Num(f64),
    /// A category's code in the trained dictionary; codes at or past its length are unseen levels.
    Code(u32),
    /// Text.
    Text(&'a str),
    /// Microseconds since 1970.
    Time(i64),
    /// A truth value.
    Bool(bool),
    /// No value.
    Missing,
}

impl<'a> Cell<'a> {
    /// The number, `NaN` when missing or of another kind.
    #[inline]
    pub fn num(self) -> f64 {
        match self {
            Cell::Num(v) => v,
            Cell::Bool(b) => f64::from(u8::from(b)),
            _ => f64::NAN,
        }
    }
    /// The code, [`MISSING_CODE`] when missing or of another kind.
    #[inline]
    pub fn code(self) -> u32 {
        if let Cell::Code(c) = self {
            c
        } else {
            MISSING_CODE
        }
    }
    /// The text, if there is one.
    #[inline]
    pub fn text(self) -> Option<&'a str> {
        if let Cell::Text(t) = self {
            Some(t)
        } else {
            None
        }
    }
    /// The instant, [`MISSING_TIME`] when missing or of another kind.
    #[inline]
    pub fn time(self) -> i64 {
        if let Cell::Time(t) = self {
            t
        } else {
            MISSING_TIME
        }
    }
    /// True when there is no value.
    #[inline]
    pub fn is_missing(self) -> bool {
        matches!(self, Cell::Missing)
    }
    #[inline]
    pub(super) fn from_num(v: f64) -> Self {
        if v.is_nan() {
            Cell::Missing
        } else {
            Cell::Num(v)
        }
    }
    #[inline]
    pub(super) fn from_code(c: u32) -> Self {
        if c == MISSING_CODE {
            Cell::Missing
        } else {
            Cell::Code(c)
        }
    }
    #[inline]
    pub(super) fn from_time(t: i64) -> Self {
        if t == MISSING_TIME {
            Cell::Missing
        } else {
            Cell::Time(t)
        }
    }
    #[inline]
    pub(super) fn from_bool(b: u8) -> Self {
        if b == MISSING_BOOL {
            Cell::Missing
        } else {
            Cell::Bool(b != 0)
        }
    }
}
