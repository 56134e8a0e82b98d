//! Rules over dates.

use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Weekday};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::text;

/// Action of a schedule rule or trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RetrainAction {
    /// People look at architecture, features and data sources; nothing is trained.
    Review,
    /// Train on the data of the last months.
    TrainWindow {
        /// Number of months.
        months: u32,
    },
    /// Train on all data.
    TrainFull,
}

impl RetrainAction {
    /// The first day of the training data on `today`; none for all data, or when nothing is
    /// trained.
    #[must_use]
    pub fn data_from(&self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            RetrainAction::TrainWindow { months } => today.checked_sub_months(Months::new(*months)),
            RetrainAction::Review | RetrainAction::TrainFull => None,
        }
    }

    /// True when a model is trained.
    #[must_use]
    pub fn trains(&self) -> bool {
        *self != RetrainAction::Review
    }
}

impl fmt::Display for RetrainAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RetrainAction::Review => write!(f, "review"),
            RetrainAction::TrainWindow { months } => write!(f, "train on the last {months} months"),
            RetrainAction::TrainFull => write!(f, "train on all data"),
        }
    }
}

/// Days on which a rule is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Cadence {
    /// Every week on this day.
    Weekly(#[serde(with = "text")] Weekday),
    /// Every month on this day, 1 to 31; in shorter months on their last day.
    Monthly {
        /// Day of the month.
        day: u32,
    },
    /// In January, April, July and October on this day, 1 to 31; in shorter months on their last
    /// day.
    Quarterly {
        /// Day of the month.
        day: u32,
    },
}

impl Cadence {
    /// The last date of this cadence that is not after `today`; none at the beginning of the
    /// calendar.
    ///
    /// # Example
    /// ```
    /// use chrono::NaiveDate;
    /// use ml_monitor::retrain::Cadence;
    ///
    /// let date = |m, d| NaiveDate::from_ymd_opt(2025, m, d).unwrap();
    /// assert_eq!(Cadence::Monthly { day: 31 }.last_due(date(3, 1)), Some(date(2, 28)));
    /// assert_eq!(Cadence::Quarterly { day: 1 }.last_due(date(3, 1)), Some(date(1, 1)));
    /// ```
    #[must_use]
    pub fn last_due(&self, today: NaiveDate) -> Option<NaiveDate> {
        let (months, day) = match *self {
            Cadence::Weekly(weekday) => {
                return today
                    .checked_sub_days(Days::new(u64::from(today.weekday().days_since(weekday))));
            }
            Cadence::Monthly { day } => (1, day),
            Cadence::Quarterly { day } => (3, day),
        };
        let first = NaiveDate::from_ymd_opt(today.year(), today.month0() / months * months + 1, 1)?;
        let this = on_day(first, day)?;
        if this <= today {
            Some(this)
        } else {
            on_day(first.checked_sub_months(Months::new(months))?, day)
        }
    }
}

/// The day of the month that `first` begins, or the month's last.
fn on_day(first: NaiveDate, day: u32) -> Option<NaiveDate> {
    let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
    first.with_day(day.min(last.day()))
}

/// The UTC date of an event time, microseconds since 1970; times beyond the calendar get its first
/// or last date.
///
/// # Example
/// ```
/// let date = ml_monitor::retrain::day_of(1_718_000_000_000_000);
/// assert_eq!(date.to_string(), "2024-06-10");
/// ```
#[must_use]
pub fn day_of(micros: i64) -> NaiveDate {
    let end = if micros.is_negative() {
        NaiveDate::MIN
    } else {
        NaiveDate::MAX
    };
    DateTime::from_timestamp_micros(micros).map_or(end, |time| time.date_naive())
}

/// One line of the schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRule {
    pub(crate) name: String,
    pub(crate) cadence: Cadence,
    pub(crate) action: RetrainAction,
}

impl ScheduleRule {
    /// Does `action` at this cadence; the name says when it was last done.
    #[must_use]
    pub fn new(name: impl Into<String>, cadence: Cadence, action: RetrainAction) -> Self {
        Self {
            name: name.into(),
            cadence,
            action,
        }
    }

    /// The rule's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The date the rule is due for, if it is: its last date up to `today`, unless the action was
    /// done on or after it. However many dates were missed, it is due once.
    #[must_use]
    pub fn due(&self, today: NaiveDate, last_done: Option<NaiveDate>) -> Option<NaiveDate> {
        self.cadence
            .last_due(today)
            .filter(|&date| last_done.is_none_or(|done| done < date))
    }

    pub(crate) fn check(&self) -> Result<()> {
        match (self.cadence, self.action) {
            (Cadence::Monthly { day } | Cadence::Quarterly { day }, _)
                if !(1..=31).contains(&day) =>
            {
                Err(Error::parameter("ScheduleRule", "day", day, "from 1 to 31"))
            }
            (_, action) => check_action(action),
        }
    }
}

pub(crate) fn check_action(action: RetrainAction) -> Result<()> {
    match action {
        RetrainAction::TrainWindow { months: 0 } => {
            Err(Error::parameter("RetrainPolicy", "months", 0, "at least 1"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn last_dates() {
        let weekly = Cadence::Weekly(Weekday::Mon);
        assert_eq!(weekly.last_due(date(2024, 6, 17)), Some(date(2024, 6, 17)));
        assert_eq!(weekly.last_due(date(2024, 6, 16)), Some(date(2024, 6, 10)));
        let month_end = Cadence::Monthly { day: 31 };
        assert_eq!(
            month_end.last_due(date(2024, 2, 29)),
            Some(date(2024, 2, 29))
        );
        assert_eq!(
            month_end.last_due(date(2024, 3, 30)),
            Some(date(2024, 2, 29))
        );
        assert_eq!(
            Cadence::Monthly { day: 15 }.last_due(date(2024, 1, 14)),
            Some(date(2023, 12, 15))
        );
        let quarterly = Cadence::Quarterly { day: 10 };
        assert_eq!(
            quarterly.last_due(date(2024, 1, 9)),
            Some(date(2023, 10, 10))
        );
        assert_eq!(
            quarterly.last_due(date(2024, 12, 31)),
            Some(date(2024, 10, 10))
        );
    }

    #[test]
    fn days_of_event_times() {
        assert_eq!(day_of(-1), date(1969, 12, 31));
        assert_eq!(
            (day_of(i64::MIN), day_of(i64::MAX)),
            (NaiveDate::MIN, NaiveDate::MAX)
        );
    }

    #[test]
    fn due_once_however_many_dates_were_missed() {
        let rule = ScheduleRule::new(
            "weekly",
            Cadence::Weekly(Weekday::Mon),
            RetrainAction::TrainWindow { months: 3 },
        );
        assert_eq!(rule.name(), "weekly");
        let monday = date(2024, 6, 17);
        assert_eq!(rule.due(monday, None), Some(monday));
        assert_eq!(
            rule.due(date(2024, 6, 19), Some(date(2024, 5, 1))),
            Some(monday)
        );
        assert_eq!(rule.due(date(2024, 6, 19), Some(monday)), None);
        assert_eq!(rule.due(date(2024, 6, 19), Some(date(2024, 6, 18))), None);
    }

    #[test]
    fn windows_begin_months_ago() {
        assert_eq!(
            RetrainAction::TrainWindow { months: 3 }.data_from(date(2024, 5, 31)),
            Some(date(2024, 2, 29))
        );
        assert_eq!(RetrainAction::TrainFull.data_from(date(2024, 5, 31)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Walking day by day, the last date never lies ahead, never goes back, and moves to today
        /// when it moves.
        #[test]
        fn last_dates_advance(start in 0u64..20_000, day in 1u32..=31, weekday in 0u8..7) {
            let weekday = Weekday::try_from(weekday).unwrap();
            for cadence in [Cadence::Weekly(weekday), Cadence::Monthly { day }, Cadence::Quarterly { day }] {
                let first = date(1980, 1, 1) + Days::new(start);
                let mut last = cadence.last_due(first).unwrap();
                prop_assert!(last <= first);
                let mut moves = 0;
                for ahead in 1..=366 {
                    let today = first + Days::new(ahead);
                    let due = cadence.last_due(today).unwrap();
                    prop_assert!(due == last || due == today);
                    moves += usize::from(due != last);
                    last = due;
                }
                let expected = match cadence { Cadence::Weekly(_) => 52..=53, Cadence::Monthly { .. } => 12..=13, _ => 4..=5 };
                prop_assert!(expected.contains(&moves));
            }
        }
    }
}
