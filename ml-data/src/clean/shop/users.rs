//! Accounts: dates of three systems, births in the future.

use crate::clean::cleaning::Cleaning;
use crate::clean::times::Clock;
use crate::clean::typed::times;
use crate::error::Result;
use crate::table::{Column, MISSING_TIME, Role};
use crate::time::{MICROS_PER_DAY, TimeFormat, civil, day_number};

pub(super) fn repair(work: Cleaning, now: i64) -> Result<Cleaning> {
    let clocks = [
        ("web", Clock::utc(&[TimeFormat::Iso])),
        ("store", Clock::utc(&[TimeFormat::DayFirst])),
        ("legacy", Clock::utc(&[TimeFormat::DayMonthName])),
    ];
    let work = work
        .parse_time_by("registered", "system", &clocks)?
        .parse_time_by("birth_date", "system", &clocks)?;
    let born = times(&work.table, "birth_date")?.to_vec();
    let future: Vec<u32> = (0..born.len())
        .filter(|&r| born[r] != MISSING_TIME && born[r] > now)
        .map(|r| r as u32)
        .collect();
    let mut corrected = born.clone();
    future
        .iter()
        .for_each(|&r| corrected[r as usize] = a_century_earlier(born[r as usize]));
    let corrected = Column::Time(corrected.into());
    let work = work.change(
        "birth dates in the future lose a century",
        "birth_date",
        corrected,
        &future,
    )?;
    let gender = work.table.column_named("gender")?.clone();
    let silent =
        (0..born.len()).map(|r| Some(born[r] == MISSING_TIME && gender.cell(r).is_missing()));
    let mut work = work.with("demographics_missing", Column::bool(silent))?;
    for name in ["birth_date", "gender"] {
        work.table = work.table.with_role(name, Role::Sensitive)?;
    }
    work.table = work.table.with_role("user_id", Role::Entity)?;
    Ok(work)
}

fn a_century_earlier(micros: i64) -> i64 {
    let (day, clock) = (
        micros.div_euclid(MICROS_PER_DAY),
        micros.rem_euclid(MICROS_PER_DAY),
    );
    let (y, m, d) = civil(day);
    let earlier = day_number(y - 100, m, d)
        .or_else(|| day_number(y - 100, m, d - 1))
        .unwrap_or(day);
    earlier * MICROS_PER_DAY + clock
}
