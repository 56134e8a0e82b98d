//! Transaction lines in the form of the UCI "Online Retail" files.

mod absurd;
mod cancel;
mod columns;

pub use absurd::AbsurdQuantity;
pub use cancel::Cancellation;
pub use columns::{is_product_code, retail_columns};

use super::audit::Audit;
use super::cleaning::{Cleaned, Cleaning};
use super::fence::Outlier;
use super::spelling::Case;
use crate::error::Result;
use crate::quality::Rule;
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// Handling of cancellations: lines whose invoice begins with `C`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cancellations {
    /// They stay.
    Keep,
    /// They are removed; what they cancel stays (a purchase that was made is a sign of interest,
    /// returned or not).
    Drop,
    /// They are removed and their pieces are taken from the purchases they cancel; purchases
    /// cancelled entirely are removed.
    Net,
}

/// Cleans transaction lines: retail invoices with cancellations, fees, adjustments and mistakes.
///
/// The rules run in this order; each can be switched off.
/// 1. Columns get the names and kinds of the second UCI file ([`retail_columns`]).
/// 2. Lines that repeat an earlier line in every column go.
/// 3. Cancellations are matched to the purchase they cancel and treated as [`Cancellations`] says.
/// 4. Lines without a customer, with a price or a quantity not above zero go.
/// 5. Lines whose stock code is no product go ([`is_product_code`]): postage, discounts, bank
///    charges, tests.
/// 6. Quantities nobody ordered are treated as [`AbsurdQuantity`] says (off by default).
/// 7. Descriptions are spelt in upper case with single blanks.
///
/// ```
/// use ml_data::clean::RetailCleaning;
/// use ml_data::synth::shop::{RawTable, Shop, ShopConfig};
/// let shop = Shop::generate(&ShopConfig::small())?;
/// let raw = shop.raw_table(RawTable::Transactions)?;
/// let clean = RetailCleaning::new().clean(&raw)?;
/// assert_eq!(raw.rows(), clean.table.rows() + clean.audit.removed());
/// let quantity = clean.table.column_named("Quantity")?.as_num();
/// assert!(quantity.is_some_and(|q| q.iter().all(|q| *q > 0.0)));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetailCleaning {
    duplicates: bool,
    cancellations: Cancellations,
    customers: bool,
    prices: bool,
    quantities: bool,
    products: bool,
    absurd: Option<(AbsurdQuantity, Outlier)>,
    descriptions: bool,
}

impl Default for RetailCleaning {
    fn default() -> Self {
        Self {
            duplicates: true,
            cancellations: Cancellations::Drop,
            customers: true,
            prices: true,
            quantities: true,
            products: true,
            absurd: None,
            descriptions: true,
        }
    }
}

impl RetailCleaning {
    /// All rules but the one on absurd quantities.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Whether repeated lines go.
    #[must_use]
    pub fn drop_duplicates(mut self, on: bool) -> Self {
        self.duplicates = on;
        self
    }
    /// Handling of cancellations.
    #[must_use]
    pub fn cancellations(mut self, what: Cancellations) -> Self {
        self.cancellations = what;
        self
    }
    /// Whether lines without a customer go.
    #[must_use]
    pub fn drop_missing_customer(mut self, on: bool) -> Self {
        self.customers = on;
        self
    }
    /// Whether lines with a price not above zero go.
    #[must_use]
    pub fn drop_nonpositive_price(mut self, on: bool) -> Self {
        self.prices = on;
        self
    }
    /// Whether lines with a quantity not above zero go (cancellations that are kept stay).
    #[must_use]
    pub fn drop_nonpositive_quantity(mut self, on: bool) -> Self {
        self.quantities = on;
        self
    }
    /// Whether lines that are no product go.
    #[must_use]
    pub fn products_only(mut self, on: bool) -> Self {
        self.products = on;
        self
    }
    /// Handling of quantities nobody ordered.
    #[must_use]
    pub fn absurd_quantity(mut self, rule: AbsurdQuantity, action: Outlier) -> Self {
        self.absurd = Some((rule, action));
        self
    }
    /// Whether descriptions are spelt alike.
    #[must_use]
    pub fn standardise_description(mut self, on: bool) -> Self {
        self.descriptions = on;
        self
    }

    /// Cleans the lines.
    ///
    /// # Errors
    /// A column of the form is not there or holds something else.
    pub fn clean(&self, table: &Table) -> Result<CleanRetail> {
        let mut work = Cleaning::of(&retail_columns(table)?);
        if self.duplicates {
            work = work.drop_duplicates(&[])?;
        }
        let (mut work, cancellations) = cancel::apply(work, self.cancellations)?;
        if self.customers {
            work = work.drop_missing("CustomerID")?;
        }
        if self.prices {
            work = work.drop_broken(&Rule::more_than("Price", 0.0))?;
        }
        if self.quantities {
            let cancelled = columns::cancelled(work.table())?;
            let quantity = work.numbers("Quantity")?.to_vec();
            work = work.drop_rows("drop rows unless Quantity > 0", |_, row| {
                quantity[row] <= 0.0 && !cancelled[row]
            })?;
        }
        if self.products {
            let codes = work.table().column_named("StockCode")?.clone();
            let bad = |_: &Table, row: usize| !codes.str_at(row).is_some_and(is_product_code);
            work = work.drop_rows("drop rows whose StockCode is no product", bad)?;
        }
        if let Some((rule, action)) = self.absurd {
            work = rule.apply(work, action)?;
        }
        if self.descriptions {
            work = work.standardise("Description", Case::Upper)?;
        }
        let Cleaned { table, audit, rows } = work.finish();
        Ok(CleanRetail {
            table,
            audit,
            rows,
            cancellations,
        })
    }
}

/// Clean transaction lines.
#[derive(Debug, Clone)]
pub struct CleanRetail {
    /// The lines.
    ///
    /// | column | kind | read by |
    /// |---|---|---|
    /// | `Invoice`, `StockCode`, `CustomerID`, `Country` | category | [`Table::cat`] |
    /// | `Description` | text | [`Table::text`] |
    /// | `Quantity`, `Price` | number | [`Table::num`] |
    /// | `InvoiceDate` | time | [`Table::time`] |
    ///
    /// [`Table::strings`] reads categories and text alike.
    pub table: Table,
    /// Effects, rule by rule.
    pub audit: Audit,
    /// For each line, its row in the table that was given.
    pub rows: Vec<u32>,
    /// Every cancellation with the purchase it cancels, where one was found.
    pub cancellations: Vec<Cancellation>,
}
