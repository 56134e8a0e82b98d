//! Lines of invoices.

use serde::{Deserialize, Serialize};

/// One line of an invoice, under the headers of the UCI "Online Retail II" file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetailRow {
    /// Invoice number; `C` in front marks a cancellation.
    #[serde(rename = "Invoice")]
    pub invoice: String,
    /// Product code, or a word such as `POST` for what is no product.
    #[serde(rename = "StockCode")]
    pub stock_code: String,
    /// Product name in upper case; empty on stock adjustments.
    #[serde(rename = "Description")]
    pub description: String,
    /// Pieces, negative on cancellations.
    #[serde(rename = "Quantity")]
    pub quantity: i64,
    /// `2023-05-31 13:45:59`, UTC.
    #[serde(rename = "InvoiceDate")]
    pub invoice_date: String,
    /// Price of one piece in US dollars.
    #[serde(rename = "Price")]
    pub price: f64,
    /// Customer number, empty when nobody noted it.
    #[serde(rename = "CustomerID")]
    pub customer_id: Option<u32>,
    /// Country of delivery.
    #[serde(rename = "Country")]
    pub country: String,
}

/// The truth of a transaction line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetailTruth {
    /// A sale: the event behind it.
    Sale(u32),
    /// A return: the event behind it.
    Cancellation(u32),
    /// A line that repeats the line given.
    Duplicate(u32),
    /// Postage, discounts, fees, tests: no product.
    NotProduct,
    /// A correction of the stock.
    Adjustment,
}
