//! The catalogue: spelling, signs, currencies, launch dates.

use super::lookup;
use crate::clean::cleaning::Cleaning;
use crate::clean::spelling::Case;
use crate::clean::times::Clock;
use crate::clean::typed::times;
use crate::error::Result;
use crate::table::{Column, MISSING_TIME, Role, Table};
use crate::time::{MICROS_PER_DAY, TimeFormat};
use foldhash::HashMap;

/// Distance, as a share, that a price in the right currency may be from the highest price seen:
/// rounding to the smallest coin.
const AGREES: f64 = 0.015;

/// Evidence of the events about a product.
#[derive(Clone, Copy)]
struct Seen {
    first: i64,
    highest: f64,
}

pub(super) fn repair(work: Cleaning, rates: &Table, events: &Table) -> Result<Cleaning> {
    let seen = seen(events)?;
    let rates = lookup::numbers(rates, "currency", "per_dollar")?;
    let work = work.standardise("category", Case::Title)?;
    let work = work.replace_num("negative prices lose their sign", "price", |_, x| x.abs())?;
    let work =
        currencies(work, &rates, &seen)?.convert_currency("price", "currency", "USD", &rates)?;
    let iso = Clock::utc(&[TimeFormat::Iso]);
    let work = work
        .parse_time("launch_date", iso)?
        .parse_time("style_since", iso)?;
    let mut work = launches(work, &seen)?;
    work.table = work.table.with_role("product_id", Role::Entity)?;
    Ok(work)
}

fn seen(events: &Table) -> Result<HashMap<String, Seen>> {
    let (product, time) = (
        events.column_named("product_id")?,
        events.column_named("timestamp")?,
    );
    let price = events.column_named("unit_price")?;
    let mut out: HashMap<String, Seen> = HashMap::default();
    for row in 0..events.rows() {
        let Some(id) = product.str_at(row) else {
            continue;
        };
        let (time, price) = (time.cell(row).time(), price.cell(row).num());
        if !out.contains_key(id) {
            out.insert(
                id.to_owned(),
                Seen {
                    first: i64::MAX,
                    highest: f64::NAN,
                },
            );
        }
        if let Some(s) = out.get_mut(id) {
            s.first = if time == MISSING_TIME {
                s.first
            } else {
                s.first.min(time)
            };
            s.highest = s.highest.max(price);
        }
    }
    Ok(out)
}

/// A missing currency is the one in which the catalogue price agrees with the highest price seen,
/// in dollars.
fn currencies(
    work: Cleaning,
    rates: &[(&str, f64)],
    seen: &HashMap<String, Seen>,
) -> Result<Cleaning> {
    let (id, currency) = (
        work.table.column_named("product_id")?,
        work.table.column_named("currency")?,
    );
    let price = work.numbers("price")?;
    let guess = |row: usize| {
        let highest = seen.get(id.str_at(row)?)?.highest;
        let apart = |rate: f64| (price[row] / rate / highest - 1.0).abs();
        let best = rates
            .iter()
            .min_by(|a, b| apart(a.1).total_cmp(&apart(b.1)))?;
        (apart(best.1) <= AGREES).then_some(best.0)
    };
    let mut found = Vec::new();
    let value = Column::cat((0..currency.len()).map(|row| {
        currency.str_at(row).or_else(|| {
            let code = guess(row)?;
            found.push(row as u32);
            Some(code)
        })
    }));
    work.change(
        "missing currencies follow from the prices seen",
        "currency",
        value,
        &found,
    )
}

/// Nothing is seen before it is launched.
fn launches(work: Cleaning, seen: &HashMap<String, Seen>) -> Result<Cleaning> {
    let id = work.table.column_named("product_id")?;
    let mut launch = times(&work.table, "launch_date")?.to_vec();
    let mut moved = Vec::new();
    for (row, time) in launch.iter_mut().enumerate() {
        let first = id
            .str_at(row)
            .and_then(|id| seen.get(id))
            .map_or(i64::MAX, |s| s.first);
        if *time != MISSING_TIME && first < *time {
            *time = first.div_euclid(MICROS_PER_DAY) * MICROS_PER_DAY;
            moved.push(row as u32);
        }
    }
    let launch = Column::Time(launch.into());
    work.change(
        "launches after the first event move to its day",
        "launch_date",
        launch,
        &moved,
    )
}
