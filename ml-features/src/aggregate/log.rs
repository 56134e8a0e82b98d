//! Events in order of time.

use crate::cell::checked_on_load;
use ml_data::table::{Column, MISSING_CODE, MISSING_TIME, Table};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Something a user did with an item.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LoggedEvent {
    /// Who.
    pub user: u32,
    /// With what.
    pub item: u32,
    /// When, microseconds since 1970.
    pub time: i64,
    /// Value: quantity times price of a purchase, 1 for a click.
    pub value: f64,
    /// Kind of the event, in the caller's numbering; 0 where it does not matter.
    pub kind: u8,
}

/// Events sorted once, by time and then by every other field, so that the order in which they were
/// given changes nothing.
///
/// ```
/// use ml_features::aggregate::{LoggedEvent, EventLog};
/// let event = |time, kind| LoggedEvent { user: 1, item: 7, time, value: 2.5, kind };
/// let log = EventLog::new(vec![event(20, 0), event(10, 1)])?;
/// assert_eq!(log.events()[0].time, 10);
/// assert_eq!(log.of_kind(0).len(), 1);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct EventLog {
    events: Vec<LoggedEvent>,
}

checked_on_load!(EventLog, |log| {
    match EventLog::new(log.events.clone()) {
        Ok(sorted) if sorted == *log => Ok(()),
        Ok(_) => Err("EventLog: events are not in order of time".into()),
        Err(e) => Err(e.to_string()),
    }
});

impl EventLog {
    /// Sorts events.
    ///
    /// # Errors
    /// A missing time, a value that is not finite, a user or item without a number (each with its
    /// row), or more than 2^32 - 2 events.
    pub fn new(mut events: Vec<LoggedEvent>) -> Result<Self> {
        for (row, e) in events.iter().enumerate() {
            if e.time == MISSING_TIME {
                return Err(Error::cell("time", row, "an instant", "a missing value"));
            }
            if !e.value.is_finite() {
                return Err(Error::cell("value", row, "a finite number", e.value));
            }
            if e.user == MISSING_CODE || e.item == MISSING_CODE {
                let column = if e.user == MISSING_CODE {
                    "user"
                } else {
                    "item"
                };
                return Err(Error::cell(column, row, "a code", "a missing value"));
            }
        }
        if events.len() >= u32::MAX as usize {
            let most = u32::MAX as usize - 1;
            return Err(Error::too_many("events", most, events.len()));
        }
        events.sort_unstable_by(|a, b| {
            let key = |e: &LoggedEvent| (e.time, e.user, e.item, e.kind);
            key(a).cmp(&key(b)).then(a.value.total_cmp(&b.value))
        });
        Ok(Self { events })
    }

    /// From the columns of a table: `user` and `item` categorical (their codes are the numbers),
    /// `time` of times, and `value` numeric or 1 for each row.
    ///
    /// # Errors
    /// A column that is not there or of another kind, or as [`EventLog::new`].
    pub fn from_table(
        table: &Table,
        user: &str,
        item: &str,
        time: &str,
        value: Option<&str>,
    ) -> Result<Self> {
        use ml_data::table::Kind;
        fn read<'a, T: ?Sized>(
            table: &'a Table,
            name: &str,
            expected: Kind,
            get: impl Fn(&'a Column) -> Option<&'a T>,
        ) -> Result<&'a T> {
            let column = table.column_named(name)?;
            get(column).ok_or_else(|| Error::column_kind("EventLog", name, expected, column.kind()))
        }
        let users = read(table, user, Kind::Cat, Column::as_codes)?;
        let items = read(table, item, Kind::Cat, Column::as_codes)?;
        let times = read(table, time, Kind::Time, Column::as_time)?;
        let values = value
            .map(|v| read(table, v, Kind::Num, Column::as_num))
            .transpose()?;
        let event = |i: usize| LoggedEvent {
            user: users[i],
            item: items[i],
            time: times[i],
            value: values.map_or(1.0, |v| v[i]),
            kind: 0,
        };
        Self::new((0..table.rows()).map(event).collect())
    }

    /// All events in order.
    pub fn events(&self) -> &[LoggedEvent] {
        &self.events
    }
    /// Number of events.
    pub fn len(&self) -> usize {
        self.events.len()
    }
    /// True when there are no events.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
    /// The events of one kind.
    #[must_use]
    pub fn of_kind(&self, kind: u8) -> Self {
        Self {
            events: self
                .events
                .iter()
                .copied()
                .filter(|e| e.kind == kind)
                .collect(),
        }
    }
    /// The events before a moment: what training may know.
    #[must_use]
    pub fn before(&self, at: i64) -> Self {
        Self {
            events: self.events[..self.events.partition_point(|e| e.time < at)].to_vec(),
        }
    }
}
