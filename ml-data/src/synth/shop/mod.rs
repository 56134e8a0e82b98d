//! ShopSmart: a simulated web shop whose data is as messy as a real one's, and whose truth is
//! known.
//!
//! [`Shop::generate`] lives through two years of a shop: people with tastes, incomes and habits
//! join over time; products are launched, discounted and repriced; people browse, fill carts,
//! abandon them, come back, buy, re-buy what they consume, and return what is broken. Every draw
//! comes from a generator named by (seed, stage, index), so the shop is the same for any number of
//! threads.
//!
//! The result is
//! * **raw tables** as different systems of a company would write them ([`Shop::write_csv`],
//!   [`Shop::raw_csv`]): users, products, clickstream events, the accounting department's
//!   transactions (in the eight columns of the UCI "Online Retail" files), searches, reviews, and
//!   the look-up tables (re-mapped product ids, exchange rates, a description of the systems). They
//!   hold the defects of
//!   [`Defect`]: each one is injected on purpose and logged with its row;
//! * **the truth** ([`Truth`]): clean users, products and events, which raw row is which clean
//!   event, the list of defects, and the probability with which a person buys a product at a moment
//!   ([`Truth::purchase_probability`]), so that cleaning, a ranking model and an experiment can all
//!   be checked;
//! * **people who answer** ([`Truth::respond`]): show a recommendation list to a user and see what
//!   they click and buy. The list of the most popular products converts
//!   [`ShopConfig::baseline_conversion`] of the time (2 % by default); better lists convert more.
//!
//! ```
//! use ml_data::synth::shop::{Defect, Shop, ShopConfig};
//! let shop = Shop::generate(&ShopConfig::small().seed(7))?;
//! let truth = shop.truth();
//! assert!(truth.events.len() >= 20_000);
//! // Every defect is logged with the row that has it.
//! let silent = truth.defects.rows(Defect::UserDemographicsMissing);
//! assert_eq!(shop.users()[silent[0] as usize].birth_date, "");
//! // A person's favourite beats a product of no interest.
//! let (user, now) = (3, truth.end());
//! let best = truth.best_items(user, now, 10);
//! assert!(truth.purchase_probability(user, best[0], now) > 0.002);
//! # Ok::<(), ml_data::Error>(())
//! ```

mod calendar;
mod catalogue;
mod category;
mod config;
mod defect;
mod demand;
mod draw;
mod event;
mod feedback;
mod journey;
mod mess;
mod people;
mod raw;
mod respond;
mod retail;
mod transaction;
mod truth;
mod words;

pub use catalogue::{BadBatch, ShopProduct};
pub use category::Category;
pub use config::{DefectRates, ShopConfig};
pub use defect::{Defect, DefectLog, RawTable};
pub use event::{Device, Event, EventKind, NO_ORDER, System};
pub use feedback::{Review, Search};
pub use people::{AccountType, Country, Currency, Gender, User};
pub use raw::{RawEvent, RawProduct, RawUser};
pub use respond::ShopperResponse;
pub use transaction::{RetailRow, RetailTruth};
pub use truth::Truth;

use crate::error::Result;

/// A simulated shop: the raw, messy tables and the truth behind them.
#[derive(Debug, Clone)]
pub struct Shop {
    config: ShopConfig,
    users: Vec<RawUser>,
    products: Vec<RawProduct>,
    events: Vec<RawEvent>,
    transactions: Vec<RetailRow>,
    searches: Vec<Search>,
    reviews: Vec<Review>,
    truth: Truth,
}

impl Shop {
    /// Simulates a shop.
    ///
    /// The default configuration (5,000 users, 2,000 products, a million events) takes about a
    /// second.
    ///
    /// # Errors
    /// A parameter outside its domain.
    pub fn generate(config: &ShopConfig) -> Result<Self> {
        config.check()?;
        let products = catalogue::launch(config);
        let users = people::join(config);
        let demand = demand::Demand::new(config, &products, &users);
        let events = journey::simulate(config, &demand, &products, &users);
        let mut truth = Truth::new(config, demand, products, users, events);
        let (raw_users, raw_products) = mess::records(config, &mut truth);
        let raw_events = mess::events(config, &mut truth);
        let transactions = retail::transactions(config, &raw_events, &mut truth);
        let (searches, reviews) = feedback::write(config, &truth);
        Ok(Self {
            config: config.clone(),
            users: raw_users,
            products: raw_products,
            events: raw_events,
            transactions,
            searches,
            reviews,
            truth,
        })
    }

    /// Configuration of the shop.
    #[must_use]
    pub fn config(&self) -> &ShopConfig {
        &self.config
    }
    /// The raw user records, as the account systems export them.
    #[must_use]
    pub fn users(&self) -> &[RawUser] {
        &self.users
    }
    /// The raw catalogue.
    #[must_use]
    pub fn products(&self) -> &[RawProduct] {
        &self.products
    }
    /// The raw event log, in time order; [`Shop::raw_csv`] shows it as the systems write it.
    #[must_use]
    pub fn events(&self) -> &[RawEvent] {
        &self.events
    }
    /// The accounting department's lines: purchases, cancellations, fees and adjustments, in the
    /// UCI "Online Retail" form.
    #[must_use]
    pub fn transactions(&self) -> &[RetailRow] {
        &self.transactions
    }
    /// Search queries, in time order.
    #[must_use]
    pub fn searches(&self) -> &[Search] {
        &self.searches
    }
    /// Star ratings with text, in time order.
    #[must_use]
    pub fn reviews(&self) -> &[Review] {
        &self.reviews
    }
    /// Ground truth: events and preferences.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }
}

#[cfg(test)]
mod tests;
