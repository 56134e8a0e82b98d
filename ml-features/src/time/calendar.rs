//! Parts of dates and times.

use crate::cell::{CellFn, PerColumn, Refused, TimeCell, TimeColumn, checked_on_load, fit_times};
use ml_data::contract::{Apply, Params, Transformer};
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Sample, Target, Train};
use ml_data::table::{MISSING_TIME, Table};
use ml_data::time::{MICROS_PER_DAY, MICROS_PER_SECOND, civil, day_number, weekday};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// A number read from a moment, in UTC. Names and values are those of pandas' `Series.dt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TimePart {
    /// Seconds since 1970-01-01, with their fraction: the order of moments. Not of `dt`, but of
    /// `timestamp()`.
    Seconds,
    /// The year.
    Year,
    /// The month, 1 to 12.
    Month,
    /// The day of the month, 1 to 31.
    Day,
    /// The day of the week, Monday is 0.
    DayOfWeek,
    /// The day of the year, 1 to 366.
    DayOfYear,
    /// The hour, 0 to 23.
    Hour,
    /// The minute, 0 to 59.
    Minute,
}

impl TimePart {
    /// Every part, from coarse to fine.
    pub const ALL: [Self; 8] = [
        Self::Seconds,
        Self::Year,
        Self::Month,
        Self::Day,
        Self::DayOfWeek,
        Self::DayOfYear,
        Self::Hour,
        Self::Minute,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::DayOfWeek => "dayofweek",
            Self::DayOfYear => "dayofyear",
            Self::Hour => "hour",
            Self::Minute => "minute",
        }
    }

    /// Of a moment that is there.
    fn of(self, micros: i64) -> f64 {
        let (day, clock) = (
            micros.div_euclid(MICROS_PER_DAY),
            micros.rem_euclid(MICROS_PER_DAY),
        );
        let minutes = clock / (60 * MICROS_PER_SECOND);
        let (year, month, date) = civil(day);
        match self {
            Self::Seconds => micros as f64 / MICROS_PER_SECOND as f64,
            Self::Year => year as f64,
            Self::Month => f64::from(month),
            Self::Day => f64::from(date),
            Self::DayOfWeek => f64::from(weekday(day)),
            Self::DayOfYear => {
                day_number(year, 1, 1).map_or(f64::NAN, |first| (day - first + 1) as f64)
            }
            Self::Hour => (minutes / 60) as f64,
            Self::Minute => (minutes % 60) as f64,
        }
    }
}

/// Replaces each time by parts of it: when it was, and where in the year, week and day.
///
/// For trees, which split each part; for linear models and networks parts that come round (month,
/// hour) need one more step. Output columns are named `when:month`. Parts that are the same in all
/// training rows are left out, unless they are all that there is.
///
/// # Missing values
/// Every part is `NaN`.
///
/// # Weights
/// Rows of weight 0 do not count when parts are left out.
///
/// # Errors
/// A column that holds no times; no parts.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::time::TimeFormat;
/// use ml_features::time::{Calendar, TimePart};
/// let times = ["2024-02-29", "2024-03-04 06:30"].map(|t| TimeFormat::Iso.parse(t.as_bytes()));
/// let table = Table::new([("when", Column::time(times))])?;
/// let parts = [TimePart::Month, TimePart::DayOfWeek, TimePart::DayOfYear, TimePart::Year];
/// let step = Calendar::new().parts(parts);
/// let (fitted, x) = step.fit_transform(&table.unlabelled()?.into_train())?;
/// let outputs = fitted.names();
/// let names: Vec<&str> = outputs.iter().collect();
/// assert_eq!(names, ["when:month", "when:dayofweek", "when:dayofyear"]);
/// assert_eq!(x.values(), [2.0, 3.0, 60.0, 3.0, 0.0, 64.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    parts: Vec<TimePart>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            parts: TimePart::ALL.to_vec(),
        }
    }
}

impl Calendar {
    /// Every part that varies.
    pub fn new() -> Self {
        Self::default()
    }
    /// The parts, in the order of the output.
    #[must_use]
    pub fn parts(mut self, parts: impl IntoIterator<Item = TimePart>) -> Self {
        self.parts = parts.into_iter().collect();
        self
    }

    fn learn(&self, column: &TimeColumn<'_>) -> Moment {
        let varies = |part: &TimePart| {
            let mut values = column.present().map(|t| part.of(t).to_bits());
            let first = values.next();
            values.any(|v| Some(v) != first)
        };
        let mut parts: Vec<TimePart> = self.parts.iter().copied().filter(varies).collect();
        if parts.is_empty() {
            parts.extend(self.parts.first());
        }
        Moment { parts }
    }
}

impl Params for Calendar {
    fn name(&self) -> &'static str {
        "Calendar"
    }
    fn check(&self) -> Result<()> {
        let twice = (1..self.parts.len()).any(|i| self.parts[..i].contains(&self.parts[i]));
        if self.parts.is_empty() || twice {
            let found = format!("{:?}", self.parts);
            let rule = "one part or more, each once";
            return Err(Error::parameter("Calendar", "parts", found, rule));
        }
        Ok(())
    }
}

impl<Y: Target> Transformer<Table, Y> for Calendar {
    type Out = Dense<f64>;
    type Fitted = FittedCalendar;
    fn fit_transform(
        &self,
        train: &Sample<Table, Y, Train>,
    ) -> Result<(FittedCalendar, Dense<f64>)> {
        self.check()?;
        let fitted = fit_times(train, |c| Ok(self.learn(c)))?;
        let out = fitted.apply(train.x())?;
        Ok((fitted, out))
    }
}

/// A fitted [`Calendar`].
pub type FittedCalendar = PerColumn<Moment>;

/// The parts that are read from the times of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Moment {
    parts: Vec<TimePart>,
}

checked_on_load!(Moment, |moment| {
    let calendar = Calendar::new().parts(moment.parts.iter().copied());
    calendar.check().map_err(|e| e.to_string())
});

impl CellFn for Moment {
    type In = TimeCell;
    const STEP: &'static str = "Calendar";

    #[inline]
    fn width(&self) -> usize {
        self.parts.len()
    }
    #[inline]
    fn cell<F: Float>(&self, micros: i64, out: &mut [F]) -> Result<(), Refused> {
        for (part, out) in self.parts.iter().zip(out) {
            *out = match micros {
                MISSING_TIME => F::nan(),
                t => F::of(part.of(t)),
            };
        }
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        let named = self.parts.iter().map(|p| format!("{column}:{}", p.name()));
        out.extend(named.map(Into::into));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::prelude::*;

    fn fit(times: &[Option<i64>]) -> FittedCalendar {
        let t = Table::new([("t", Column::time(times.iter().copied()))]).unwrap();
        let train = t.unlabelled().unwrap().into_train();
        Calendar::new().fit_transform(&train).unwrap().0
    }

    #[test]
    fn parts_that_do_not_vary_are_left_out() {
        let day = |d: i64| Some(d * MICROS_PER_DAY);
        let names = |f: FittedCalendar| f.names().iter().map(String::from).collect::<Vec<_>>();
        let days = ["t:seconds", "t:day", "t:dayofweek", "t:dayofyear"];
        assert_eq!(names(fit(&[day(0), None, day(3)])), days);
        assert_eq!(names(fit(&[day(5), day(5)])), ["t:seconds"]);
        assert_eq!(names(fit(&[None, None])), ["t:seconds"]);
    }

    #[test]
    fn parameters_and_kinds_are_checked() {
        let twice = Calendar::new().parts([TimePart::Day, TimePart::Day]);
        assert!(twice.check().is_err() && Calendar::new().parts([]).check().is_err());
        let t = Table::new([("x", Column::num([1.0]))]).unwrap();
        let e = Calendar::new().fit_transform(&t.unlabelled().unwrap().into_train());
        let e = e.unwrap_err().to_string();
        assert_eq!(
            e,
            "Calendar: column `x` is numeric, expected time; `Table::cast` converts it"
        );
    }
}
