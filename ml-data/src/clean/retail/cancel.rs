//! Cancellations and what they cancel.

use super::Cancellations;
use super::columns::cancelled;
use crate::clean::cleaning::Cleaning;
use crate::clean::typed::{codes, numbers, times};
use crate::error::Result;
use crate::table::{Column, Table};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

/// A cancellation and the purchase it cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Row of the cancellation in the table that was given.
    pub row: u32,
    /// Row of the purchase, if one was found.
    pub purchase: Option<u32>,
}

/// Matches the cancellations and treats them as asked.
pub(super) fn apply(work: Cleaning, what: Cancellations) -> Result<(Cleaning, Vec<Cancellation>)> {
    let is_cancelled = cancelled(&work.table)?;
    let matches = find(&work.table, &is_cancelled)?;
    let origin = |row: u32| work.origin[row as usize];
    let found = matches
        .iter()
        .map(|m| Cancellation {
            row: origin(m.row),
            purchase: m.purchase.map(origin),
        })
        .collect();
    let matched = matches.iter().filter(|m| m.purchase.is_some()).count();
    let keep: Vec<bool> = is_cancelled.iter().map(|c| !c).collect();
    let rule = format!("drop cancellations ({matched} matched to a purchase)");
    let work = match what {
        Cancellations::Keep => work,
        Cancellations::Drop => work.keep(&rule, &keep)?,
        Cancellations::Net => {
            let quantity = work.numbers("Quantity")?.to_vec();
            let mut left = quantity.clone();
            for m in &matches {
                if let Some(p) = m.purchase {
                    left[p as usize] += quantity[m.row as usize];
                }
            }
            let netted = work.replace_num(
                "take cancelled pieces from purchases",
                "Quantity",
                |row, _| left[row],
            )?;
            let gone: Vec<bool> = (0..left.len())
                .map(|r| !is_cancelled[r] && left[r] == 0.0 && quantity[r] > 0.0)
                .collect();
            // One mask for both rules: rows must not shift between them.
            let still: Vec<bool> = keep.iter().zip(&gone).map(|(k, g)| *k || *g).collect();
            let after: Vec<bool> = still
                .iter()
                .zip(&gone)
                .filter(|(s, _)| **s)
                .map(|(_, g)| !g)
                .collect();
            netted
                .keep(&rule, &still)?
                .keep("drop purchases cancelled entirely", &after)?
        }
    };
    Ok((work, found))
}

/// For each cancellation, in time order, the purchase of the same customer and product before it
/// that still has the pieces: one of just that quantity and price, else the latest of that price,
/// else the latest.
fn find(table: &Table, is_cancelled: &[bool]) -> Result<Vec<Cancellation>> {
    let (customer, stock) = (codes(table, "CustomerID")?, codes(table, "StockCode")?);
    let (quantity, price) = (numbers(table, "Quantity")?, numbers(table, "Price")?);
    let time = times(table, "InvoiceDate")?;
    let missing =
        |row: usize| matches!(table.column_named("CustomerID"), Ok(c) if is_missing(c, row));

    let mut order: Vec<u32> = (0..table.rows() as u32).collect();
    order.sort_by_key(|&r| time[r as usize]);
    let mut purchases: HashMap<(u32, u32), Vec<u32>> = HashMap::default();
    let mut left = quantity.to_vec();
    let mut out = Vec::new();
    for row in order {
        let r = row as usize;
        let key = (customer[r], stock[r]);
        if !is_cancelled[r] {
            if quantity[r] > 0.0 && !missing(r) {
                purchases.entry(key).or_default().push(row);
            }
            continue;
        }
        let pieces = -quantity[r];
        let before = purchases.get(&key).map_or(&[][..], Vec::as_slice);
        let latest = |fits: &dyn Fn(usize) -> bool| {
            before
                .iter()
                .rev()
                .copied()
                .find(|&p| left[p as usize] >= pieces && fits(p as usize))
        };
        let purchase = if pieces > 0.0 && !missing(r) {
            latest(&|p| left[p] == pieces && price[p] == price[r])
                .or_else(|| latest(&|p| price[p] == price[r]))
                .or_else(|| latest(&|_| true))
        } else {
            None
        };
        if let Some(p) = purchase {
            left[p as usize] -= pieces;
        }
        out.push(Cancellation { row, purchase });
    }
    out.sort_by_key(|c| c.row);
    Ok(out)
}

fn is_missing(column: &Column, row: usize) -> bool {
    column.cell(row).is_missing()
}
