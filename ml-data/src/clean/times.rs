//! Times as text, written by several systems.

use super::cleaning::Cleaning;
use super::typed::wrong_kind;
use crate::error::Result;
use crate::table::{Column, Kind};
use crate::time::TimeFormat;

/// Time format of one system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock<'a> {
    /// The formats it uses, tried in this order.
    pub formats: &'a [TimeFormat],
    /// Minutes that its clock is ahead of UTC.
    pub offset_minutes: i32,
}

impl<'a> Clock<'a> {
    /// A clock on UTC.
    #[must_use]
    pub fn utc(formats: &'a [TimeFormat]) -> Self {
        Self {
            formats,
            offset_minutes: 0,
        }
    }

    /// A clock that is ahead of UTC by some minutes (behind, if negative).
    #[must_use]
    pub fn offset(formats: &'a [TimeFormat], offset_minutes: i32) -> Self {
        Self {
            formats,
            offset_minutes,
        }
    }

    fn read(&self, text: &str) -> Option<i64> {
        self.formats
            .iter()
            .find_map(|f| f.parse_at(text.as_bytes(), self.offset_minutes))
    }
}

impl Cleaning {
    /// Turns a column of texts (or numbers, for Unix times) into times. What no format reads
    /// becomes missing and is counted in an entry of its own.
    ///
    /// # Errors
    /// A column that is not there or holds truth values.
    pub fn parse_time(self, column: &str, clock: Clock<'_>) -> Result<Self> {
        self.parse_times(column, |_| Some(clock))
    }

    /// As [`Cleaning::parse_time`], where another column says which system wrote the row. Rows of
    /// other systems become missing.
    ///
    /// # Errors
    /// A column that is not there or of another kind.
    pub fn parse_time_by(
        self,
        column: &str,
        system: &str,
        clocks: &[(&str, Clock<'_>)],
    ) -> Result<Self> {
        let systems = self.table.column_named(system)?.clone();
        if !matches!(systems.kind(), Kind::Cat | Kind::Text) {
            return Err(wrong_kind(system, Kind::Cat, systems.kind()));
        }
        self.parse_times(column, |row| {
            let name = systems.str_at(row)?;
            clocks.iter().find(|c| c.0 == name).map(|c| c.1)
        })
    }

    fn parse_times<'c>(
        self,
        column: &str,
        clock: impl Fn(usize) -> Option<Clock<'c>>,
    ) -> Result<Self> {
        let old = self.table.column_named(column)?;
        let text = |row: usize| -> Option<String> {
            match old {
                Column::Num(v) => (!v[row].is_nan()).then(|| v[row].to_string()),
                _ => old.str_at(row).map(str::to_owned),
            }
        };
        if old.kind() == Kind::Time {
            return Ok(self);
        }
        if old.kind() == Kind::Bool {
            return Err(wrong_kind(column, Kind::Text, Kind::Bool));
        }
        let (mut read, mut unread, mut values) =
            (Vec::new(), Vec::new(), Vec::with_capacity(old.len()));
        for row in 0..old.len() {
            let time = text(row).map(|t| clock(row).and_then(|c| c.read(&t)));
            if let Some(found) = time {
                if found.is_some() {
                    &mut read
                } else {
                    &mut unread
                }
                .push(row as u32);
            }
            values.push(time.flatten());
        }
        let unread_rule = format!("{column} that is no time becomes missing");
        let times = Column::time(values);
        // The unreadable ones first: the example shows the text.
        let out = if unread.is_empty() {
            self
        } else {
            self.note_unread(&unread_rule, column, &unread)?
        };
        out.change(&format!("read {column} as a time"), column, times, &read)
    }

    /// Records rows whose text could not be read, without changing anything yet.
    fn note_unread(self, rule: &str, column: &str, rows: &[u32]) -> Result<Self> {
        let same = self.table.column_named(column)?.clone();
        self.change(rule, column, same, rows)
    }
}
