//! Configuration of a simulated shop: its size, its rates, its defects.

use crate::error::{Error, Result};
use crate::time::day_number;
use serde::{Deserialize, Serialize};

/// Size, period and character of a simulated shop.
///
/// ```
/// use ml_data::synth::shop::ShopConfig;
/// let config = ShopConfig::default().users(800).products(300).events(60_000).seed(42);
/// assert_eq!(config.days, 731);                       // 2022-07-01 .. 2024-06-30
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShopConfig {
    /// Registered people.
    pub users: usize,
    /// Products in the catalogue, launched over time.
    pub products: usize,
    /// At least this many clean events (views, cart additions, purchases, returns); a few per cent
    /// more come.
    pub events: usize,
    /// Names every random draw.
    pub seed: u64,
    /// First day, as (year, month, day).
    pub first_day: (i64, u32, u32),
    /// Length of the recorded period in days.
    pub days: u32,
    /// Conversion of a list of the ten most popular products on the last day.
    pub baseline_conversion: f64,
    /// Share of viewed products that are bought in the same visit.
    pub purchase_rate: f64,
    /// Spread of personal taste in log-odds: 0 makes everybody want the same, so that no model can
    /// beat popularity.
    pub taste: f64,
    /// Spread of product popularity in log-odds: larger is a longer tail.
    pub popularity: f64,
    /// Rate of each defect.
    pub defects: DefectRates,
}

impl Default for ShopConfig {
    fn default() -> Self {
        Self {
            users: 5_000,
            products: 2_000,
            events: 1_000_000,
            seed: 2022,
            first_day: (2022, 7, 1),
            days: 731,
            baseline_conversion: 0.02,
            purchase_rate: 0.045,
            taste: 1.0,
            popularity: 1.0,
            defects: DefectRates::default(),
        }
    }
}

impl ShopConfig {
    /// A shop small enough for unit tests: 400 users, 300 products, 20,000 events.
    #[must_use]
    pub fn small() -> Self {
        Self::default().users(400).products(300).events(20_000)
    }
    /// Sets the number of people.
    #[must_use]
    pub fn users(mut self, users: usize) -> Self {
        self.users = users;
        self
    }
    /// Sets the number of products.
    #[must_use]
    pub fn products(mut self, products: usize) -> Self {
        self.products = products;
        self
    }
    /// Sets the least number of events.
    #[must_use]
    pub fn events(mut self, events: usize) -> Self {
        self.events = events;
        self
    }
    /// Sets the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
    /// Sets the first day.
    #[must_use]
    pub fn first_day(mut self, year: i64, month: u32, day: u32) -> Self {
        self.first_day = (year, month, day);
        self
    }
    /// Sets the length of the period.
    #[must_use]
    pub fn days(mut self, days: u32) -> Self {
        self.days = days;
        self
    }
    /// Sets the conversion of the popularity list.
    #[must_use]
    pub fn baseline_conversion(mut self, rate: f64) -> Self {
        self.baseline_conversion = rate;
        self
    }
    /// Sets the share of views that end in a purchase.
    #[must_use]
    pub fn purchase_rate(mut self, rate: f64) -> Self {
        self.purchase_rate = rate;
        self
    }
    /// Sets the spread of personal taste.
    #[must_use]
    pub fn taste(mut self, spread: f64) -> Self {
        self.taste = spread;
        self
    }
    /// Sets the spread of popularity.
    #[must_use]
    pub fn popularity(mut self, spread: f64) -> Self {
        self.popularity = spread;
        self
    }
    /// Sets how messy the raw data is; [`DefectRates::none`] for clean tables.
    #[must_use]
    pub fn defects(mut self, defects: DefectRates) -> Self {
        self.defects = defects;
        self
    }

    /// The first day as a count of days since 1970.
    pub(super) fn start_day(&self) -> i64 {
        let (y, m, d) = self.first_day;
        day_number(y, m, d).unwrap_or(0)
    }

    /// # Errors
    /// The first parameter outside its domain.
    pub(super) fn check(&self) -> Result<()> {
        const STEP: &str = "Shop";
        let (y, m, d) = self.first_day;
        let size = |name, n: usize, least: usize, rule| {
            let fits = n >= least && n <= 50_000_000;
            if fits {
                Ok(())
            } else {
                Err(Error::parameter(STEP, name, n, rule))
            }
        };
        size("users", self.users, 10, "between 10 and 50,000,000")?;
        size("products", self.products, 20, "between 20 and 50,000,000")?;
        size("events", self.events, 1, "between 1 and 50,000,000")?;
        size("days", self.days as usize, 30, "at least 30")?;
        if day_number(y, m, d).is_none() || !(1970..=2200).contains(&y) {
            return Err(Error::parameter(
                STEP,
                "first_day",
                format!("{y}-{m}-{d}"),
                "a date from 1970 to 2200",
            ));
        }
        for (name, x) in [
            ("baseline_conversion", self.baseline_conversion),
            ("purchase_rate", self.purchase_rate),
        ] {
            if !(x > 0.0 && x <= 0.5) {
                return Err(Error::parameter(STEP, name, x, "in (0, 0.5]"));
            }
        }
        for (name, x) in [("taste", self.taste), ("popularity", self.popularity)] {
            if !(0.0..=5.0).contains(&x) {
                return Err(Error::parameter(STEP, name, x, "in [0, 5]"));
            }
        }
        self.defects.check()
    }
}

/// Rate of each defect, as a share of the rows it can befall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefectRates {
    /// Users without birth date and gender (more often the young and those with free accounts).
    pub demographics_missing: f64,
    /// Users with a birth date in the future (the century was guessed wrong).
    pub birth_in_future: f64,
    /// Products without a description.
    pub description_missing: f64,
    /// Products with a negative catalogue price.
    pub price_negative: f64,
    /// Products whose catalogue price has no currency beside it.
    pub currency_missing: f64,
    /// Products with a category in upper case, lower case or with blanks around it.
    pub category_spelling: f64,
    /// Products whose recorded launch date is later than their first sale.
    pub launch_too_late: f64,
    /// Products whose id changed when the catalogue was reorganised half-way through.
    pub product_remapped: f64,
    /// Purchases without a unit price in the event log.
    pub price_missing: f64,
    /// Purchases with a negative unit price in the event log.
    pub event_price_negative: f64,
    /// Purchases sent twice.
    pub purchase_duplicated: f64,
    /// Purchases with an absurd quantity.
    pub quantity_absurd: f64,
    /// Visits that begin (and partly stay) without a known user.
    pub anonymous: f64,
    /// Transactions without a customer.
    pub customer_missing: f64,
}

impl Default for DefectRates {
    fn default() -> Self {
        Self {
            demographics_missing: 0.15,
            birth_in_future: 0.006,
            description_missing: 0.05,
            price_negative: 0.01,
            currency_missing: 0.12,
            category_spelling: 0.25,
            launch_too_late: 0.02,
            product_remapped: 0.30,
            price_missing: 0.02,
            event_price_negative: 0.003,
            purchase_duplicated: 0.015,
            quantity_absurd: 0.0015,
            anonymous: 0.30,
            customer_missing: 0.12,
        }
    }
}

impl DefectRates {
    /// No defects: raw tables that only differ from the truth in form (several systems, formats,
    /// zones and currencies).
    #[must_use]
    pub fn none() -> Self {
        Self {
            demographics_missing: 0.0,
            birth_in_future: 0.0,
            description_missing: 0.0,
            price_negative: 0.0,
            currency_missing: 0.0,
            category_spelling: 0.0,
            launch_too_late: 0.0,
            product_remapped: 0.0,
            price_missing: 0.0,
            event_price_negative: 0.0,
            purchase_duplicated: 0.0,
            quantity_absurd: 0.0,
            anonymous: 0.0,
            customer_missing: 0.0,
        }
    }

    fn check(&self) -> Result<()> {
        let all = [
            ("demographics_missing", self.demographics_missing),
            ("birth_in_future", self.birth_in_future),
            ("description_missing", self.description_missing),
            ("price_negative", self.price_negative),
            ("currency_missing", self.currency_missing),
            ("category_spelling", self.category_spelling),
            ("launch_too_late", self.launch_too_late),
            ("product_remapped", self.product_remapped),
            ("price_missing", self.price_missing),
            ("event_price_negative", self.event_price_negative),
            ("purchase_duplicated", self.purchase_duplicated),
            ("quantity_absurd", self.quantity_absurd),
            ("anonymous", self.anonymous),
            ("customer_missing", self.customer_missing),
        ];
        match all.iter().find(|(_, x)| !(0.0..=1.0).contains(x)) {
            Some((name, x)) => Err(Error::parameter("DefectRates", name, x, "in [0, 1]")),
            None => Ok(()),
        }
    }
}
