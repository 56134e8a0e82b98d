//! Dates of a project.

use crate::error::{self, Result};
use ml_data::time::day_number;
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
    let number = |part: &str| part.parse::<u32>().ok();
    let (Some(y), Some(m), Some(d)) = (number(year), number(month), number(day)) else {
        return false;
    };
    digits(year, 4)
        && digits(month, 2)
        && digits(day, 2)
        && day_number(i64::from(y), m, d).is_some()
}
