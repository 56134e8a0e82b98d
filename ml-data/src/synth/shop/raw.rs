//! The raw tables as the systems of a company write them.

use super::Shop;
use super::defect::RawTable;
use super::event::{Device, EventKind, NO_ORDER, System};
use super::people::Currency;
use crate::error::{Error, Result};
use crate::source::{As, CsvSource};
use crate::table::Table;
use crate::time::{MICROS_PER_SECOND, TimeFormat};
use serde::Serialize;
use std::path::Path;

/// One line of the raw users table, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RawUser {
    /// `user17`.
    pub user_id: String,
    /// The number the accounting department uses.
    pub customer_id: u32,
    /// Birth date in the format of `system`; empty when unknown.
    pub birth_date: String,
    /// Gender; empty when unknown.
    pub gender: String,
    /// Country name.
    pub country: String,
    /// Kind of account.
    pub account_type: String,
    /// Day of registration in the format of `system`.
    pub registered: String,
    /// `web` writes `1980-05-31`, `store` writes `31/05/1980`, `legacy` writes `31-May-1980`.
    pub system: &'static str,
}

/// One line of the raw catalogue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RawProduct {
    /// `prod42`.
    pub product_id: String,
    /// The code the accounting department uses.
    pub stock_code: String,
    /// Name.
    pub name: String,
    /// Category as somebody typed it.
    pub category: String,
    /// Launch price in `currency`.
    pub price: f64,
    /// ISO code; empty when nobody noted it.
    pub currency: String,
    /// Launch date, `2023-05-31`.
    pub launch_date: String,
    /// Description; empty when missing.
    pub description: String,
    /// Style, which the shop began to record after most launches.
    pub style: &'static str,
    /// Since when the style has been recorded.
    pub style_since: String,
}

/// One row of the raw event log, before it is spelt out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawEvent {
    /// Which system wrote it, and so how the time is spelt.
    pub system: System,
    /// When, in seconds since 1970 UTC.
    pub time: i64,
    /// The signed-in user.
    pub user: Option<u32>,
    /// The visit.
    pub session: u32,
    /// The product.
    pub product: u32,
    /// Whether it is written under the id from before the reorganisation.
    pub old_id: bool,
    /// The kind of event.
    pub kind: EventKind,
    /// Pieces.
    pub quantity: i64,
    /// Price of one piece in the currency of the user's country; `NaN` when missing.
    pub unit_price: f64,
    /// The device.
    pub device: Device,
    /// Order number, or [`NO_ORDER`].
    pub order: u32,
}

/// The clock of the order system is five hours behind UTC, all year.
pub(super) const ORDERS_OFFSET_MINUTES: i64 = -300;

impl RawEvent {
    /// The time as the system spells it.
    #[must_use]
    pub fn timestamp(&self) -> String {
        let micros = self.time * MICROS_PER_SECOND;
        match self.system {
            System::WebOld => TimeFormat::UnixSeconds.format(micros),
            System::App => TimeFormat::UnixMillis.format(micros),
            System::Web => {
                let mut s = TimeFormat::Iso.format(micros).replace(' ', "T");
                s.push('Z');
                s
            }
            System::Orders => {
                TimeFormat::DayFirst.format(micros + ORDERS_OFFSET_MINUTES * 60 * MICROS_PER_SECOND)
            }
        }
    }
}

/// `user17` for the user at position 16.
pub(super) fn user_id(user: u32) -> String {
    format!("user{}", user + 1)
}

/// `prod42` for the product at position 41.
pub(super) fn product_id(product: u32) -> String {
    format!("prod{}", product + 1)
}

/// A visit's label; it says nothing about the user or the order of visits.
pub(super) fn session_id(session: u32) -> String {
    // An odd multiplier and a shift are invertible, so no two visits share a label.
    let x = session.wrapping_mul(0x9e37_79b1);
    format!("s{:08x}", x ^ (x >> 15))
}

/// The number the accounting department gives a user.
pub(super) fn customer_id(user: u32) -> u32 {
    12_001 + user
}

/// The code the accounting department gives a product: five digits, some with a letter.
pub(super) fn stock_code(product: u32) -> String {
    let letter = ["", "", "", "A", "B"][product as usize % 5];
    format!("{:05}{letter}", 20_000 + product)
}

impl Shop {
    /// One raw table as a CSV file in memory, exactly what [`Shop::write_csv`] writes.
    ///
    /// # Errors
    /// None in practice: writing to memory.
    pub fn raw_csv(&self, table: RawTable) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.write_table(table, &mut out)
            .map_err(|e| Error::io(format!("writing {}", table.file_name()), e))?;
        Ok(out)
    }

    /// One raw table as a reader sees it: identifiers and times are text, nothing is repaired.
    ///
    /// # Errors
    /// None in practice: what was written is read.
    pub fn raw_table(&self, table: RawTable) -> Result<Table> {
        let text: &[&str] = match table {
            RawTable::Users => &[
                "user_id",
                "birth_date",
                "gender",
                "country",
                "account_type",
                "registered",
                "system",
            ],
            RawTable::Products => &[
                "product_id",
                "stock_code",
                "category",
                "currency",
                "launch_date",
                "style",
                "style_since",
            ],
            RawTable::Events => &[
                "system",
                "user_id",
                "session_id",
                "product_id",
                "event",
                "device",
            ],
            RawTable::Transactions => &["Invoice", "StockCode", "Country"],
            RawTable::Searches => &["user_id"],
            RawTable::Reviews => &["user_id", "product_id"],
            RawTable::ProductIds => &["old_id", "new_id"],
            RawTable::ExchangeRates => &["currency"],
            RawTable::Systems => &["system"],
        };
        let prose: &[&str] = match table {
            RawTable::Products => &["name", "description"],
            RawTable::Events => &["timestamp"],
            RawTable::Transactions => &["Description"],
            RawTable::Searches => &["query"],
            RawTable::Reviews => &["text"],
            _ => &[],
        };
        let source = CsvSource::bytes(table.file_name(), self.raw_csv(table)?).allow_empty(true);
        let source = prose
            .iter()
            .fold(source, |s, name| s.column(name, As::Text));
        text.iter()
            .fold(source, |s, name| s.column(name, As::Cat))
            .read()?
            .strict()
    }

    /// Writes every raw table as `users.csv`, `products.csv`, `events.csv`, `transactions.csv`,
    /// `searches.csv`, `reviews.csv`, `product_ids.csv`, `exchange_rates.csv` and `systems.csv`
    /// into a folder, which is created.
    ///
    /// # Errors
    /// The file system refused.
    pub fn write_csv(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        let refused = |path: &Path, e| Error::io(format!("writing {}", path.display()), e);
        std::fs::create_dir_all(folder).map_err(|e| refused(folder, e))?;
        for table in RawTable::ALL {
            let path = folder.join(table.file_name());
            let file = std::fs::File::create(&path).map_err(|e| refused(&path, e))?;
            let mut out = std::io::BufWriter::with_capacity(1 << 18, file);
            self.write_table(table, &mut out)
                .map_err(|e| refused(&path, e))?;
        }
        Ok(())
    }

    fn write_table(&self, table: RawTable, out: &mut impl std::io::Write) -> std::io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        match table {
            RawTable::Users => self.users.iter().try_for_each(|u| csv.serialize(u)),
            RawTable::Products => self.products.iter().try_for_each(|p| csv.serialize(p)),
            RawTable::Events => self.write_events(&mut csv),
            RawTable::Transactions => self.transactions.iter().try_for_each(|t| csv.serialize(t)),
            RawTable::Searches => self.write_searches(&mut csv),
            RawTable::Reviews => self.write_reviews(&mut csv),
            RawTable::ProductIds => self.write_product_ids(&mut csv),
            RawTable::ExchangeRates => {
                csv.write_record(["currency", "per_dollar"])?;
                Currency::ALL
                    .iter()
                    .try_for_each(|c| csv.write_record([c.code(), &c.per_dollar().to_string()]))
            }
            RawTable::Systems => {
                csv.write_record(["system", "time_format", "clock"])?;
                csv.write_record([
                    "web",
                    "Unix seconds until the update, ISO 8601 after it",
                    "UTC",
                ])?;
                csv.write_record(["app", "Unix milliseconds", "UTC"])?;
                csv.write_record(["orders", "day/month/year hour:minute:second", "UTC-05:00"])
            }
        }?;
        csv.flush()
    }

    fn write_events<W: std::io::Write>(&self, csv: &mut csv::Writer<W>) -> csv::Result<()> {
        csv.write_record([
            "event_id",
            "system",
            "timestamp",
            "user_id",
            "session_id",
            "product_id",
            "event",
            "quantity",
            "unit_price",
            "device",
            "order_id",
        ])?;
        let mut field = String::new();
        let mut put = |csv: &mut csv::Writer<W>, args: std::fmt::Arguments<'_>| {
            use std::fmt::Write as _;
            field.clear();
            // Writing to a String cannot fail.
            let _ = field.write_fmt(args);
            csv.write_field(&field)
        };
        for (row, e) in self.events.iter().enumerate() {
            put(csv, format_args!("{}", row + 1))?;
            csv.write_field(e.system.name())?;
            csv.write_field(e.timestamp())?;
            match e.user {
                Some(u) => put(csv, format_args!("user{}", u + 1))?,
                None => csv.write_field("")?,
            }
            csv.write_field(session_id(e.session))?;
            match self
                .truth
                .old_product_ids
                .get(e.product as usize)
                .and_then(Option::as_ref)
            {
                Some(old) if e.old_id => csv.write_field(old)?,
                _ => put(csv, format_args!("prod{}", e.product + 1))?,
            }
            csv.write_field(e.kind.name())?;
            put(csv, format_args!("{}", e.quantity))?;
            if e.unit_price.is_nan() {
                csv.write_field("")?;
            } else {
                put(csv, format_args!("{}", e.unit_price))?;
            }
            csv.write_field(e.device.name())?;
            if e.order == NO_ORDER {
                csv.write_field("")?;
            } else {
                put(csv, format_args!("{}", invoice(e.order)))?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    fn write_product_ids<W: std::io::Write>(&self, csv: &mut csv::Writer<W>) -> csv::Result<()> {
        csv.write_record(["old_id", "new_id"])?;
        for (p, old) in self.truth.old_product_ids.iter().enumerate() {
            if let Some(old) = old {
                csv.write_record([old.as_str(), &product_id(p as u32)])?;
            }
        }
        Ok(())
    }

    fn write_searches<W: std::io::Write>(&self, csv: &mut csv::Writer<W>) -> csv::Result<()> {
        csv.write_record(["timestamp", "user_id", "query"])?;
        self.searches.iter().try_for_each(|s| {
            csv.write_record([
                TimeFormat::Iso.format(s.time * MICROS_PER_SECOND),
                user_id(s.user),
                s.query.clone(),
            ])
        })
    }

    fn write_reviews<W: std::io::Write>(&self, csv: &mut csv::Writer<W>) -> csv::Result<()> {
        csv.write_record(["timestamp", "user_id", "product_id", "stars", "text"])?;
        self.reviews.iter().try_for_each(|r| {
            let time = TimeFormat::Iso.format(r.time * MICROS_PER_SECOND);
            csv.write_record([
                time,
                user_id(r.user),
                product_id(r.product),
                r.stars.to_string(),
                r.text.to_owned(),
            ])
        })
    }
}

/// The invoice number of an order.
pub(super) fn invoice(order: u32) -> u32 {
    500_000 + order
}
