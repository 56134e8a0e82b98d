//! Dates of a project.

use crate::error::{self, Result};
use serde::{Deserialize, Serialize};

/// A date by which something is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// The result that is due.
    pub name: String,
    /// Day, as `YYYY-MM-DD`.
    pub due: String,
}

impl Milestone {
    /// Refuses a date that is none.
    pub(super) fn check(&self) -> Result<()> {
        match is_day(&self.due) {
            true => Ok(()),
            false => {
                let expected = "a day, YYYY-MM-DD";
                Err(error::parameter("Milestone", "due", &self.due, expected))
            }
        }
    }
}

/// Whether the text is a day of the Gregorian calendar, `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (
        year.parse::<u32>(),
        month.parse::<u32>(),
        day.parse::<u32>(),
    ) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=length).contains(&day)
}
