//! The raw tables of a shop, joined and repaired.

mod events;
mod lookup;
mod products;
mod users;

use super::audit::Audit;
use super::cleaning::{Cleaned, Cleaning};
use crate::error::Result;
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// The raw tables of a shop, in the form that [`crate::synth::shop::Shop::raw_table`] gives.
#[derive(Debug, Clone, Copy)]
pub struct ShopTables<'a> {
    /// `user_id, birth_date, gender, country, account_type, registered, system`.
    pub users: &'a Table,
    /// `product_id, stock_code, name, category, price, currency, launch_date, description`.
    pub products: &'a Table,
    /// `system, timestamp, user_id, session_id, product_id, event, quantity, unit_price, order_id`.
    pub events: &'a Table,
    /// `old_id, new_id`.
    pub product_ids: &'a Table,
    /// `currency, per_dollar`.
    pub exchange_rates: &'a Table,
    /// The accounting department's lines (`Invoice, StockCode, Price`): the source of truth for the
    /// prices of purchases.
    pub transactions: Option<&'a Table>,
}

/// Repairs the raw tables of a shop. What it does, in order:
///
/// *Events*: product ids from before the reorganisation are re-mapped; times of three systems
/// become UTC; events before the sign-in of a visit get the user that signs in; purchases sent
/// twice (same user, product, moment) go; prices in the currency of the user's country become US
/// dollars, and those of people who stay unknown become missing, because nothing says what they
/// mean; negative prices lose their sign; missing prices of purchases come from the transactions;
/// absurd quantities become the user's median.
///
/// *Products*: categories are spelt alike; negative prices lose their sign; a missing currency is
/// the one in which the price agrees with the highest price seen in the events; prices become US
/// dollars; a launch after the first event moves to that event.
///
/// *Users*: dates of three systems become times; births in the future lose a century; a flag says
/// who left the optional fields out.
///
/// ```
/// use ml_data::clean::{ShopRepair, ShopTables};
/// use ml_data::synth::shop::{RawTable, Shop, ShopConfig};
/// let shop = Shop::generate(&ShopConfig::small())?;
/// let raw = |table| shop.raw_table(table);
/// let (users, products) = (raw(RawTable::Users)?, raw(RawTable::Products)?);
/// let events = raw(RawTable::Events)?;
/// let (ids, rates) = (raw(RawTable::ProductIds)?, raw(RawTable::ExchangeRates)?);
/// let tables = ShopTables {
///     users: &users,
///     products: &products,
///     events: &events,
///     product_ids: &ids,
///     exchange_rates: &rates,
///     transactions: None,
/// };
/// let repaired = ShopRepair::new(shop.truth().end() * 1_000_000).repair(tables)?;
/// assert_eq!(repaired.events.rows(), shop.truth().events.len());         // every event once
/// println!("{}", repaired.event_audit);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShopRepair {
    now: i64,
    most_pieces: f64,
    most_bulk_pieces: f64,
}

/// The repaired tables and what was done to each.
#[derive(Debug, Clone)]
pub struct RepairedShop {
    /// Users, with times, and `demographics_missing`.
    pub users: Table,
    /// Products, priced in US dollars.
    pub products: Table,
    /// Events in UTC and US dollars.
    pub events: Table,
    /// Effects on the users.
    pub user_audit: Audit,
    /// Effects on the products.
    pub product_audit: Audit,
    /// Effects on the events.
    pub event_audit: Audit,
    /// For each repaired event, its row in the raw table.
    pub event_rows: Vec<u32>,
}

impl ShopRepair {
    /// Repairs as of a moment (microseconds since 1970): births after it are mistakes.
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self {
            now,
            most_pieces: 100.0,
            most_bulk_pieces: 1000.0,
        }
    }
    /// The most pieces of one product that a purchase can have: of people (100 by default) and of
    /// companies (1,000).
    #[must_use]
    pub fn most_pieces(mut self, people: f64, companies: f64) -> Self {
        (self.most_pieces, self.most_bulk_pieces) = (people, companies);
        self
    }

    /// Repairs the tables.
    ///
    /// # Errors
    /// A column that is not there or holds something else.
    pub fn repair(&self, raw: ShopTables<'_>) -> Result<RepairedShop> {
        let Cleaned {
            table: users,
            audit: user_audit,
            ..
        } = users::repair(Cleaning::of(raw.users), self.now)?.finish();
        let limits = (self.most_pieces, self.most_bulk_pieces);
        let events = events::repair(Cleaning::of(raw.events), &raw, limits)?.finish();
        let products = products::repair(
            Cleaning::of(raw.products),
            raw.exchange_rates,
            &events.table,
        )?
        .finish();
        Ok(RepairedShop {
            users,
            products: products.table,
            events: events.table,
            user_audit,
            product_audit: products.audit,
            event_audit: events.audit,
            event_rows: events.rows,
        })
    }
}
