//! Purchases by number: who bought what, when, how many, at what price.

use ml_pipeline::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

pub const DAY: i64 = 86_400_000_000;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Purchase {
    pub user: u32,
    pub item: u32,
    pub at: i64,
    pub quantity: f64,
    pub price: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    pub id: String,
    pub name: String,
    pub price: f64,
}

/// A clean transaction log, in time order.
#[derive(Debug, Clone)]
pub struct Trade {
    pub users: Vec<String>,
    pub items: Vec<Item>,
    pub log: Vec<Purchase>,
}

impl Trade {
    /// Reads the cleaned retail table.
    pub fn from_table(table: &Table) -> Result<Self> {
        let column = |name: &str| table.column_named(name);
        let price = column("Price").or_else(|_| column("UnitPrice"))?;
        let (code, text, customer) = (
            column("StockCode")?,
            column("Description")?,
            column("CustomerID")?,
        );
        let (quantity, at) = (column("Quantity")?, column("InvoiceDate")?);
        let mut trade = Self {
            users: Vec::new(),
            items: Vec::new(),
            log: Vec::with_capacity(table.rows()),
        };
        let (mut users, mut items) = (HashMap::new(), HashMap::new());
        let mut order: Vec<usize> = (0..table.rows()).collect();
        order.sort_by_key(|&r| (at.cell(r).time(), r));
        for row in order {
            let label = |c: &Column| {
                c.str_at(row)
                    .map_or_else(|| c.cell(row).num().to_string(), str::to_string)
            };
            let (user, item) = (label(customer), label(code));
            let user = *users.entry(user).or_insert_with_key(|u| {
                trade.users.push(u.clone());
                trade.users.len() as u32 - 1
            });
            let item = *items.entry(item).or_insert_with_key(|i| {
                trade.items.push(Item {
                    id: i.clone(),
                    name: String::new(),
                    price: 0.0,
                });
                trade.items.len() as u32 - 1
            });
            let (price, quantity) = (price.cell(row).num(), quantity.cell(row).num());
            let known = &mut trade.items[item as usize];
            known.price = price;
            if let Some(name) = text.str_at(row) {
                known.name = name.trim().to_string();
            }
            trade.log.push(Purchase {
                user,
                item,
                at: at.cell(row).time(),
                quantity,
                price,
            });
        }
        if trade.log.is_empty() {
            return Err(Error::Empty("cleaned transaction log".into()));
        }
        Ok(trade)
    }

    /// The first and last moment.
    pub fn span(&self) -> (i64, i64) {
        (self.log[0].at, self.log[self.log.len() - 1].at)
    }

    /// Purchases from `from` up to, not including, `to`.
    pub fn between(&self, from: i64, to: i64) -> &[Purchase] {
        let a = self.log.partition_point(|p| p.at < from);
        let b = self.log.partition_point(|p| p.at < to);
        &self.log[a..b]
    }
}
