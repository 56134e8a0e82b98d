//! Dates and times as text: one small parser for the shapes that files really hold.

use super::calendar::{MICROS_PER_DAY, MICROS_PER_SECOND, civil, day_number};
use super::clock::{digits, micros, one_of, seconds, zone};
use super::iso;
use serde::{Deserialize, Serialize};

/// Format of the times in a column of text.
///
/// Every shape accepts a date alone (midnight), hours and minutes, seconds, and a fraction of up to
/// nine digits (digits past the microsecond are cut).
///
/// ```
/// use ml_data::time::TimeFormat;
/// let new_year = 1_672_531_200_000_000; // 2023-01-01 00:00 UTC in microseconds
/// assert_eq!(TimeFormat::Iso.parse(b"2023-01-01"), Some(new_year));
/// assert_eq!(TimeFormat::Iso.parse(b"2023-01-01T01:00:00+01:00"), Some(new_year));
/// assert_eq!(TimeFormat::DayFirst.parse(b"01/01/2023 00:00"), Some(new_year));
/// assert_eq!(TimeFormat::UnixMillis.parse(b"1672531200000"), Some(new_year));
/// assert_eq!(TimeFormat::Iso.parse(b"2023-02-30"), None);          // there is no such day
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TimeFormat {
    /// `2023-01-31`, `2023-01-31 13:45[:59[.123]]`, `2023-01-31T13:45:59Z`, `...+01:00`; `/` also
    /// separates. Of ISO 8601 also hours alone (`2023-01-31T13`), the basic form with a time
    /// (`20230131T134559Z`; without one it is a number), weeks with a day (`2023-W05-2`), and years
    /// with a sign (`-0044-03-15`, `+12024-01-01`; the year 0 is 1 BC).
    Iso,
    /// `31/01/2023 13:45[:59]`; separators `/`, `-` and `.`.
    DayFirst,
    /// `01/31/2023 13:45[:59]`; separators `/`, `-` and `.`.
    MonthFirst,
    /// `31-Jan-2023`, `31 January 2023 13:45`; English month names.
    DayMonthName,
    /// Whole or fractional seconds since 1970-01-01 UTC.
    UnixSeconds,
    /// Whole milliseconds since 1970-01-01 UTC.
    UnixMillis,
}

impl TimeFormat {
    /// The formats in the order in which [`TimeFormat::detect`] tries them.
    pub const TEXTUAL: [Self; 4] = [
        Self::Iso,
        Self::DayFirst,
        Self::MonthFirst,
        Self::DayMonthName,
    ];

    /// The first textual format that reads `text`; numbers are never taken for times, because
    /// nothing tells them apart.
    ///
    /// `03/04/2023` is both day-first and month-first: day-first wins. Look at a whole column, not
    /// a cell, to decide.
    #[must_use]
    pub fn detect(text: &[u8]) -> Option<Self> {
        Self::TEXTUAL.into_iter().find(|f| f.parse(text).is_some())
    }

    /// Reads a time; text without a zone is UTC. `None` when the text is of another shape or no
    /// such moment exists.
    #[must_use]
    pub fn parse(self, text: &[u8]) -> Option<i64> {
        self.parse_at(text, 0)
    }

    /// Reads a time whose text was written by a clock `offset_minutes` ahead of UTC; a zone in the
    /// text wins.
    #[must_use]
    pub fn parse_at(self, text: &[u8], offset_minutes: i32) -> Option<i64> {
        let text = text.trim_ascii();
        match self {
            Self::UnixSeconds => unix_seconds(text),
            Self::UnixMillis => integer(text)?.checked_mul(1000),
            Self::Iso => {
                let (day, rest) = iso::date(text)?;
                let (clock, zone) = iso::clock(rest)?;
                moment(day, clock, zone, offset_minutes)
            }
            Self::DayFirst | Self::MonthFirst => {
                let (a, rest) = digits(text, 1, 2)?;
                let (sep, rest) = one_of(rest, b"/-.")?;
                let (b, rest) = digits(rest, 1, 2)?;
                let rest = rest.strip_prefix(&[sep])?;
                let (y, rest) = digits(rest, 4, 4)?;
                let (m, d) = if self == Self::DayFirst {
                    (b, a)
                } else {
                    (a, b)
                };
                on(y, m, d, rest, offset_minutes)
            }
            Self::DayMonthName => {
                let (d, rest) = digits(text, 1, 2)?;
                let (_, rest) = one_of(rest, b"- ")?;
                let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                let m = month_named(&rest[..letters])?;
                let (_, rest) = one_of(&rest[letters..], b"- ")?;
                let (y, rest) = digits(rest, 4, 4)?;
                on(y, m, d, rest, offset_minutes)
            }
        }
    }

    /// Writes a time in this format, with seconds and without a zone (`Iso` uses a blank between
    /// date and time).
    #[must_use]
    pub fn format(self, micros: i64) -> String {
        use std::fmt::Write as _;
        let (day, clock) = (
            micros.div_euclid(MICROS_PER_DAY),
            micros.rem_euclid(MICROS_PER_DAY) / MICROS_PER_SECOND,
        );
        let (y, m, d) = civil(day);
        let (hh, mm, ss) = (clock / 3600, clock / 60 % 60, clock % 60);
        let mut s = String::with_capacity(20);
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Iso => {
                let sign = if y < 0 {
                    "-"
                } else if y > 9999 {
                    "+"
                } else {
                    ""
                };
                let y = y.abs();
                write!(s, "{sign}{y:04}-{m:02}-{d:02} {hh:02}:{mm:02}:{ss:02}")
            }
            Self::DayFirst => write!(s, "{d:02}/{m:02}/{y:04} {hh:02}:{mm:02}:{ss:02}"),
            Self::MonthFirst => write!(s, "{m:02}/{d:02}/{y:04} {hh:02}:{mm:02}:{ss:02}"),
            Self::DayMonthName => {
                write!(
                    s,
                    "{d:02}-{}-{y:04} {hh:02}:{mm:02}:{ss:02}",
                    &MONTHS[(m - 1) as usize][..3]
                )
            }
            Self::UnixSeconds => write!(s, "{}", micros.div_euclid(MICROS_PER_SECOND)),
            Self::UnixMillis => write!(s, "{}", micros.div_euclid(1000)),
        };
        s
    }

    /// Writes only the date of a time in this format (Unix formats write the whole number).
    #[must_use]
    pub fn format_date(self, micros: i64) -> String {
        let mut s = self.format(micros);
        if let Some(blank) = s.find(' ') {
            s.truncate(blank);
        }
        s
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_named(name: &[u8]) -> Option<i64> {
    let is = |full: &str| {
        let full = full.as_bytes();
        name.eq_ignore_ascii_case(full) || name.eq_ignore_ascii_case(&full[..3])
    };
    MONTHS.iter().position(|m| is(m)).map(|i| i as i64 + 1)
}

fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn unix_seconds(text: &[u8]) -> Option<i64> {
    if let Some(whole) = integer(text) {
        return whole.checked_mul(MICROS_PER_SECOND);
    }
    // Digits are read as they are: a float would not keep the microseconds of every year.
    if let Some(at) = text.iter().position(|b| *b == b'.') {
        let (whole, part) = (integer(&text[..at]), micros(&text[at..]));
        if let (Some(whole), Some((part, b""))) = (whole, part) {
            let signed = if text[0] == b'-' { -part } else { part };
            return whole.checked_mul(MICROS_PER_SECOND)?.checked_add(signed);
        }
    }
    let x: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    let micros = (x * 1e6).round();
    (micros.abs() < 9.0e18).then_some(micros as i64)
}

/// Joins a civil date with what follows it: nothing, or a clock time with an optional zone.
fn on(y: i64, m: i64, d: i64, rest: &[u8], offset_minutes: i32) -> Option<i64> {
    let day = day_number(y, m as u32, d as u32)?;
    let (clock, zone) = clock(rest)?;
    moment(day, clock, zone, offset_minutes)
}

/// The instant of a day, microseconds after its midnight, and a zone; `None` when it is too far
/// away to count.
fn moment(day: i64, clock: i64, zone: Option<i64>, offset_minutes: i32) -> Option<i64> {
    let offset = zone.unwrap_or(i64::from(offset_minutes)) * 60 * MICROS_PER_SECOND;
    day.checked_mul(MICROS_PER_DAY)?
        .checked_add(clock - offset)
        .filter(|t| *t != i64::MIN)
}

/// Microseconds since midnight and the zone in minutes, if any is written.
fn clock(rest: &[u8]) -> Option<(i64, Option<i64>)> {
    if rest.is_empty() {
        return Some((0, None));
    }
    let (_, rest) = one_of(rest, b" Tt")?;
    let (hh, rest) = digits(rest.trim_ascii_start(), 1, 2)?;
    let (mm, mut rest) = digits(rest.strip_prefix(b":")?, 2, 2)?;
    let (mut ss, mut fraction) = (0, 0);
    if let Some(after) = rest.strip_prefix(b":") {
        (ss, rest) = digits(after, 2, 2)?;
        (fraction, rest) = micros(rest)?;
    }
    Some((
        seconds(hh, mm, ss)? + fraction,
        zone(rest.trim_ascii_start())?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDateTime;
    use proptest::prelude::*;

    #[test]
    fn shapes_and_refusals() {
        let t = |s: &str| {
            NaiveDateTime::parse_from_str(s, "%Y-%m-%d %H:%M:%S%.f")
                .unwrap()
                .and_utc()
                .timestamp_micros()
        };
        let want = t("2009-12-01 07:45:09");
        for (format, text) in [
            (TimeFormat::Iso, "2009-12-01 07:45:09"),
            (TimeFormat::Iso, " 2009/12/1T07:45:09Z "),
            (TimeFormat::Iso, "2009-12-01T02:45:09-0500"),
            (TimeFormat::DayFirst, "1.12.2009 7:45:09"),
            (TimeFormat::MonthFirst, "12/01/2009 07:45:09"),
            (TimeFormat::DayMonthName, "01-dec-2009 07:45:09"),
            (TimeFormat::DayMonthName, "1 December 2009 07:45:09"),
            (TimeFormat::UnixSeconds, "1259653509"),
            (TimeFormat::UnixMillis, "1259653509000"),
        ] {
            assert_eq!(format.parse(text.as_bytes()), Some(want), "{text}");
        }
        assert_eq!(
            TimeFormat::Iso.parse(b"2009-12-01 07:45:09.1234567"),
            Some(want + 123_456)
        );
        assert_eq!(
            TimeFormat::DayFirst.parse_at(b"01/12/2009 02:45:09", -300),
            Some(want)
        );
        assert_eq!(TimeFormat::UnixSeconds.parse(b"1.5"), Some(1_500_000));
        for bad in [
            "",
            "2009",
            "2009-13-01",
            "2009-02-29",
            "2009-12-01 24:00",
            "2009-12-01x",
            "2009-12-01 07:45:09.",
            "85123A",
        ] {
            assert_eq!(TimeFormat::Iso.parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(
            TimeFormat::detect(b"13/02/2020"),
            Some(TimeFormat::DayFirst)
        );
        assert_eq!(
            TimeFormat::detect(b"02/13/2020"),
            Some(TimeFormat::MonthFirst)
        );
        assert_eq!(TimeFormat::detect(b"20200213"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in -60_000_000_000_i64..60_000_000_000) {
            let t = seconds * MICROS_PER_SECOND;
            for f in [TimeFormat::Iso, TimeFormat::DayFirst, TimeFormat::MonthFirst, TimeFormat::DayMonthName,
                      TimeFormat::UnixSeconds, TimeFormat::UnixMillis] {
                prop_assert_eq!(f.parse(f.format(t).as_bytes()), Some(t));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..30)) {
            for f in TimeFormat::TEXTUAL { let _ = f.parse(&bytes); }
            let _ = TimeFormat::UnixSeconds.parse(&bytes);
        }
    }
}
