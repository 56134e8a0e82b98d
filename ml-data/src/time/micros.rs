//! A time as a field of a record.

use super::TimeFormat;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The name under which [`Micros`] is serialised: records tell it from an integer by that.
#[cfg(feature = "table")]
pub(crate) const MICROS: &str = "ml_data::time::Micros";

/// Microseconds since 1970-01-01 UTC: a time, where a plain `i64` would be a number. JSON has it as
/// an integer; as text it is an ISO time in UTC, to the microsecond, and is read from a date alone
/// as well.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::time::Micros;
/// #[derive(serde::Serialize)]
/// struct Sale { at: Micros, price: i64 }
/// let sales = Table::from_records(&[Sale { at: Micros(1_000_000), price: 5 }])?;
/// assert_eq!(sales.time("at")?, [1_000_000]);
/// assert_eq!(sales.num("price")?, [5.0]);
/// let day: Micros = "2012-07-01".parse()?;
/// assert_eq!(day.to_string(), "2012-07-01T00:00:00Z");
/// let holdout = Split::holdout_from(day);
/// # let _ = holdout;
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename = "ml_data::time::Micros")]
pub struct Micros(pub i64);

impl From<i64> for Micros {
    fn from(micros: i64) -> Self {
        Self(micros)
    }
}

impl From<Micros> for i64 {
    fn from(time: Micros) -> Self {
        time.0
    }
}

impl FromStr for Micros {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let time = TimeFormat::Iso.parse(text.as_bytes());
        let expected = "an ISO date or time, such as 2012-07-01 or 2012-07-01T06:30:00Z";
        time.map(Self)
            .ok_or_else(|| Error::value("a time", expected, text))
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = TimeFormat::Iso.format(self.0).replace(' ', "T");
        match self.0.rem_euclid(super::MICROS_PER_SECOND) {
            0 => write!(f, "{text}Z"),
            part => write!(f, "{text}.{part:06}Z"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_are_read_as_they_are_written() {
        let day = 86_400_000_000;
        for (text, micros) in [
            ("1970-01-02", day),
            ("1970-01-02T00:00:01Z", day + 1_000_000),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("1970-01-02T01:00:00+01:00", day),
        ] {
            assert_eq!(text.parse::<Micros>().unwrap(), Micros(micros), "{text}");
        }
        for micros in [
            0,
            1,
            -1,
            day,
            1_341_100_800_000_000,
            -62_135_596_800_000_000,
        ] {
            let text = Micros(micros).to_string();
            assert_eq!(text.parse::<Micros>().unwrap(), Micros(micros), "{text}");
            assert_eq!(i64::from(Micros(micros)), micros);
        }
        let e = "July 2012".parse::<Micros>().unwrap_err().to_string();
        assert!(e.contains("July 2012") && e.contains("ISO"), "{e}");
    }
}
