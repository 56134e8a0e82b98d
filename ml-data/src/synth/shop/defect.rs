//! The ways in which the raw tables are wrong, and the record of every injected case.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A raw table of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RawTable {
    /// Accounts.
    Users,
    /// The catalogue.
    Products,
    /// Views, carts, purchases and returns as the systems logged them.
    Events,
    /// The accounting department's lines in the form of the UCI "Online Retail" files.
    Transactions,
    /// Search queries.
    Searches,
    /// Star ratings with text.
    Reviews,
    /// Product ids before and after the catalogue was reorganised.
    ProductIds,
    /// Exchange rate: units of each currency for one US dollar.
    ExchangeRates,
    /// Which system writes times in which format on which clock.
    Systems,
}

impl RawTable {
    /// All tables.
    pub const ALL: [Self; 9] = [
        Self::Users,
        Self::Products,
        Self::Events,
        Self::Transactions,
        Self::Searches,
        Self::Reviews,
        Self::ProductIds,
        Self::ExchangeRates,
        Self::Systems,
    ];

    /// The file it is written to.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Users => "users.csv",
            Self::Products => "products.csv",
            Self::Events => "events.csv",
            Self::Transactions => "transactions.csv",
            Self::Searches => "searches.csv",
            Self::Reviews => "reviews.csv",
            Self::ProductIds => "product_ids.csv",
            Self::ExchangeRates => "exchange_rates.csv",
            Self::Systems => "systems.csv",
        }
    }
}

/// A kind of defect that was put into a raw table on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Defect {
    /// A user without birth date and gender.
    UserDemographicsMissing,
    /// A user born in the future.
    UserBirthInFuture,
    /// A product without a description.
    ProductDescriptionMissing,
    /// A product with a negative price.
    ProductPriceNegative,
    /// A product whose price has no currency beside it.
    ProductCurrencyMissing,
    /// A product whose category is spelt in another case or with blanks around it.
    ProductCategorySpelling,
    /// A product recorded as launched after it was first sold.
    ProductLaunchTooLate,
    /// An event under a product id that no longer exists.
    EventProductRemapped,
    /// A purchase without a price.
    EventPriceMissing,
    /// A purchase with a negative price.
    EventPriceNegative,
    /// A purchase that was sent before: the later of the two rows.
    EventDuplicate,
    /// A purchase of a quantity nobody ordered.
    EventQuantityAbsurd,
    /// An event without a user in a visit that signs in later: the user can be known.
    EventAnonymousStitchable,
    /// An event without a user in a visit that never signs in.
    EventAnonymousForever,
    /// A price in another currency than US dollars, with nothing that says so.
    EventForeignCurrency,
    /// A transaction line that repeats an earlier one.
    TransactionDuplicate,
    /// A sale without a customer.
    TransactionCustomerMissing,
    /// A line that is no product: postage, discounts, fees, tests.
    TransactionNotProduct,
    /// A stock adjustment: price zero, nobody bought it.
    TransactionAdjustment,
    /// A sale of a quantity nobody ordered.
    TransactionQuantityAbsurd,
}

impl Defect {
    /// The table whose rows have it.
    #[must_use]
    pub fn table(self) -> RawTable {
        match self {
            Self::UserDemographicsMissing | Self::UserBirthInFuture => RawTable::Users,
            Self::ProductDescriptionMissing
            | Self::ProductPriceNegative
            | Self::ProductCurrencyMissing
            | Self::ProductCategorySpelling
            | Self::ProductLaunchTooLate => RawTable::Products,
            Self::EventProductRemapped
            | Self::EventPriceMissing
            | Self::EventPriceNegative
            | Self::EventDuplicate
            | Self::EventQuantityAbsurd
            | Self::EventAnonymousStitchable
            | Self::EventAnonymousForever
            | Self::EventForeignCurrency => RawTable::Events,
            Self::TransactionDuplicate
            | Self::TransactionCustomerMissing
            | Self::TransactionNotProduct
            | Self::TransactionAdjustment
            | Self::TransactionQuantityAbsurd => RawTable::Transactions,
        }
    }
}

/// Every injected defect with the rows that have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectLog(BTreeMap<Defect, Vec<u32>>);

impl DefectLog {
    pub(super) fn add(&mut self, defect: Defect, row: usize) {
        self.0.entry(defect).or_default().push(row as u32);
    }

    /// The rows of [`Defect::table`] that have a defect, ascending.
    #[must_use]
    pub fn rows(&self, defect: Defect) -> &[u32] {
        self.0.get(&defect).map_or(&[], Vec::as_slice)
    }

    /// Whether a row has a defect.
    #[must_use]
    pub fn has(&self, defect: Defect, row: u32) -> bool {
        self.rows(defect).binary_search(&row).is_ok()
    }

    /// Every kind of defect that occurs, with its number of rows.
    pub fn counts(&self) -> impl Iterator<Item = (Defect, usize)> + '_ {
        self.0.iter().map(|(d, rows)| (*d, rows.len()))
    }
}
