//! Quantities nobody ordered.

use crate::clean::cleaning::Cleaning;
use crate::clean::fence::Outlier;
use crate::clean::typed::codes;
use crate::error::{Error, Result};
use crate::table::MISSING_CODE;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

/// When a quantity is a mistake and not a bulk order: it is at least `least` pieces, and at least
/// `factor` times the largest quantity on any *other* line of the same customer. Of a customer
/// without another line, it is compared with the other lines of the product. A wholesaler who
/// always orders by the thousand is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AbsurdQuantity {
    /// Fewer pieces are never a mistake.
    pub least: f64,
    /// Factor over the next largest line.
    pub factor: f64,
}

impl Default for AbsurdQuantity {
    /// At least 1,000 pieces and 3 times the next largest line.
    fn default() -> Self {
        Self {
            least: 1000.0,
            factor: 3.0,
        }
    }
}

/// The two largest quantities of a group.
#[derive(Clone, Copy, Default)]
struct Largest {
    first: f64,
    second: f64,
    lines: usize,
}

impl Largest {
    fn add(&mut self, x: f64) {
        self.lines += 1;
        if x > self.first {
            self.second = self.first;
            self.first = x;
        } else {
            self.second = self.second.max(x);
        }
    }
    /// The largest of the others.
    fn beside(&self, x: f64) -> Option<f64> {
        (self.lines > 1).then_some(if x >= self.first {
            self.second
        } else {
            self.first
        })
    }
}

impl AbsurdQuantity {
    /// Removes the lines, cuts them to the next largest line, or blanks their quantity.
    pub(super) fn apply(self, work: Cleaning, action: Outlier) -> Result<Cleaning> {
        let limits = [
            ("least", self.least, self.least >= 0.0, "at least 0"),
            ("factor", self.factor, self.factor >= 1.0, "at least 1"),
        ];
        if let Some((name, value, _, rule)) = limits.into_iter().find(|limit| !limit.2) {
            return Err(Error::parameter("AbsurdQuantity", name, value, rule));
        }
        let quantity = work.numbers("Quantity")?.to_vec();
        let usual = self.usual(&work, &quantity)?;
        let rule = format!(
            "absurd quantities (>= {} and {} times the next largest line)",
            self.least, self.factor
        );
        match action {
            Outlier::Remove => {
                let keep: Vec<bool> = usual.iter().map(Option::is_none).collect();
                work.keep(&format!("drop {rule}"), &keep)
            }
            Outlier::Winsorise => work.replace_num(&format!("cut {rule}"), "Quantity", |row, x| {
                usual[row].unwrap_or(x)
            }),
            Outlier::Missing => work.replace_num(&format!("blank {rule}"), "Quantity", |row, x| {
                if usual[row].is_some() { f64::NAN } else { x }
            }),
        }
    }

    /// For each absurd line, the next largest quantity.
    fn usual(self, work: &Cleaning, quantity: &[f64]) -> Result<Vec<Option<f64>>> {
        let group = |name: &str| -> Result<(Vec<u32>, HashMap<u32, Largest>)> {
            let codes = codes(&work.table, name)?.to_vec();
            let mut largest: HashMap<u32, Largest> = HashMap::default();
            for (&c, &q) in codes.iter().zip(quantity).filter(|(_, q)| **q > 0.0) {
                largest.entry(c).or_default().add(q);
            }
            largest.remove(&MISSING_CODE);
            Ok((codes, largest))
        };
        let (customers, products) = (group("CustomerID")?, group("StockCode")?);
        let beside = |row: usize| {
            let of = |(codes, largest): &(Vec<u32>, HashMap<u32, Largest>)| {
                largest
                    .get(&codes[row])
                    .and_then(|l| l.beside(quantity[row]))
            };
            of(&customers).or_else(|| of(&products)).unwrap_or(1.0)
        };
        let absurd = |row: usize| {
            let q = quantity[row];
            (q >= self.least)
                .then(|| beside(row))
                .filter(|next| q >= self.factor * next)
        };
        Ok((0..quantity.len()).map(absurd).collect())
    }
}
