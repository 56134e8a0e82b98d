//! The event log: identifiers, clocks, visits, copies, currencies, prices, quantities.

use super::ShopTables;
use super::lookup;
use crate::clean::cleaning::Cleaning;
use crate::clean::fence::quantile;
use crate::clean::times::Clock;
use crate::error::Result;
use crate::quality::duplicated;
use crate::table::{Column, Role};
use crate::time::TimeFormat;
use foldhash::HashMap;

pub(super) fn repair(work: Cleaning, raw: &ShopTables<'_>, limits: (f64, f64)) -> Result<Cleaning> {
    let clocks = [
        (
            "web",
            Clock::utc(&[TimeFormat::Iso, TimeFormat::UnixSeconds]),
        ),
        ("app", Clock::utc(&[TimeFormat::UnixMillis])),
        ("orders", Clock::offset(&[TimeFormat::DayFirst], -300)),
    ];
    let work = work.remap(
        "product_id",
        lookup::texts(raw.product_ids, "old_id", "new_id")?,
    )?;
    let work = work.parse_time_by("timestamp", "system", &clocks)?;
    let work = copies(stitch(work)?)?;
    let work = dollars(work, raw)?;
    let work = work.replace_num("negative prices lose their sign", "unit_price", |_, x| {
        x.abs()
    })?;
    let work = prices(work, raw)?;
    let mut work = quantities(work, raw, limits)?;
    for (name, role) in [
        ("event_id", Role::Identifier),
        ("session_id", Role::Group),
        ("timestamp", Role::Time),
        ("user_id", Role::Entity),
        ("product_id", Role::Entity),
        ("order_id", Role::Identifier),
    ] {
        if work.table.schema().find(name).is_some() {
            work.table = work.table.with_role(name, role)?;
        }
    }
    Ok(work)
}

/// Events without a user get the one who is signed in at another moment of the visit. A visit of
/// two users is left alone.
fn stitch(work: Cleaning) -> Result<Cleaning> {
    let (user, session) = (
        work.table.column_named("user_id")?,
        work.table.column_named("session_id")?,
    );
    let mut of_session: HashMap<&str, Option<&str>> = HashMap::default();
    for row in 0..user.len() {
        if let (Some(s), Some(u)) = (session.str_at(row), user.str_at(row)) {
            let entry = of_session.entry(s).or_insert(Some(u));
            *entry = entry.filter(|known| *known == u);
        }
    }
    let mut found = Vec::new();
    let value = Column::cat((0..user.len()).map(|row| {
        user.str_at(row).or_else(|| {
            let u = of_session.get(session.str_at(row)?).copied().flatten()?;
            found.push(row as u32);
            Some(u)
        })
    }));
    work.change(
        "anonymous events get the user of their visit",
        "user_id",
        value,
        &found,
    )
}

/// Purchases of one user, product and moment are one purchase.
fn copies(work: Cleaning) -> Result<Cleaning> {
    let event = work.table.column_named("event")?;
    let again = duplicated(
        &work.table,
        &["event", "user_id", "product_id", "timestamp"],
    )?;
    let keep: Vec<bool> = (0..event.len())
        .map(|r| !again[r] || event.str_at(r) != Some("purchase"))
        .collect();
    work.keep(
        "drop purchases sent twice (same user, product, moment)",
        &keep,
    )
}

/// Prices are in the currency of the user's country; of unknown users nothing says what they mean.
fn dollars(work: Cleaning, raw: &ShopTables<'_>) -> Result<Cleaning> {
    let rates: HashMap<&str, f64> = lookup::numbers(raw.exchange_rates, "currency", "per_dollar")?
        .into_iter()
        .collect();
    let country = lookup::texts(raw.users, "user_id", "country")?;
    let user = work.table.column_named("user_id")?;
    let rate = |row: usize| {
        let currency = lookup::currency_of(country.get(user.str_at(row)?)?)?;
        rates.get(currency).copied()
    };
    let rates: Vec<Option<f64>> = (0..user.len()).map(rate).collect();
    let known = |row: usize, x: f64| if rates[row].is_some() { x } else { f64::NAN };
    let work = work.replace_num(
        "prices without a known currency become missing",
        "unit_price",
        known,
    )?;
    work.replace_num(
        "prices in the currency of the user's country become dollars",
        "unit_price",
        |row, x| rates[row].map_or(x, |r| if r == 1.0 { x } else { x / r }),
    )
}

/// Missing prices of purchases come from the transactions, by order and product.
fn prices(work: Cleaning, raw: &ShopTables<'_>) -> Result<Cleaning> {
    let Some(transactions) = raw.transactions else {
        return Ok(work);
    };
    let (invoice, stock) = (
        transactions.column_named("Invoice")?,
        transactions.column_named("StockCode")?,
    );
    let price = transactions.column_named("Price")?;
    let product_of: HashMap<&str, &str> = lookup::texts(raw.products, "stock_code", "product_id")?;
    let mut booked: HashMap<(String, &str), f64> = HashMap::default();
    for row in 0..transactions.rows() {
        if let (Some(i), Some(p)) = (
            text(invoice, row),
            stock.str_at(row).and_then(|s| product_of.get(s)),
        ) {
            booked.entry((i, p)).or_insert(price.cell(row).num());
        }
    }
    let (order, product) = (
        work.table.column_named("order_id")?.clone(),
        work.table.column_named("product_id")?.clone(),
    );
    let event = work.table.column_named("event")?.clone();
    work.replace_num(
        "missing prices of purchases come from the transactions",
        "unit_price",
        |row, x| {
            if !x.is_nan() || event.str_at(row) != Some("purchase") {
                return x;
            }
            let key = text(&order, row).zip(product.str_at(row));
            key.and_then(|(o, p)| booked.get(&(o, p)).copied())
                .unwrap_or(x)
        },
    )
}

/// An identifier as text, whether it was read as a number or not.
fn text(column: &Column, row: usize) -> Option<String> {
    match column {
        Column::Num(v) => (!v[row].is_nan()).then(|| v[row].to_string()),
        other => other.str_at(row).map(str::to_owned),
    }
}

/// More pieces than people, or companies, ever order become the median of the user's other
/// purchases.
fn quantities(
    work: Cleaning,
    raw: &ShopTables<'_>,
    (people, companies): (f64, f64),
) -> Result<Cleaning> {
    let account = lookup::texts(raw.users, "user_id", "account_type")?;
    let (user, event) = (
        work.table.column_named("user_id")?,
        work.table.column_named("event")?,
    );
    let quantity = work.numbers("quantity")?;
    let limit = |row: usize| match user.str_at(row).and_then(|u| account.get(u)) {
        Some(&"business") => companies,
        _ => people,
    };
    let purchase = |row: usize| event.str_at(row) == Some("purchase");
    let mut usual: HashMap<&str, Vec<f64>> = HashMap::default();
    for row in (0..user.len()).filter(|&r| purchase(r) && quantity[r] <= limit(r)) {
        usual
            .entry(user.str_at(row).unwrap_or(""))
            .or_default()
            .push(quantity[row]);
    }
    usual
        .values_mut()
        .for_each(|v| v.sort_unstable_by(f64::total_cmp));
    let median = |row: usize| {
        let own = usual
            .get(user.str_at(row).unwrap_or(""))
            .filter(|v| !v.is_empty());
        own.map_or(1.0, |v| quantile(v, 0.5).round())
    };
    let repaired: Vec<f64> = (0..user.len())
        .map(|row| {
            if purchase(row) && quantity[row] > limit(row) {
                median(row)
            } else {
                quantity[row]
            }
        })
        .collect();
    work.replace_num(
        "absurd quantities become the user's median",
        "quantity",
        |row, _| repaired[row],
    )
}
