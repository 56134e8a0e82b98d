//! Training rows: items that were bought in a window, and items that were not.

use super::net_rows::NetRows;
use super::rows::{Retrieval, ShopRows};
use super::windows::{Window, demand};
use crate::data::trade::Trade;
use ml_pipeline::data::contract::{RowSource, Visit};
use ml_pipeline::data::random::{RngExt, generator};
use ml_pipeline::data::sample::{BinaryLabels, RelevanceLabels};
use ml_pipeline::prelude::*;
use rayon::prelude::*;

/// Training rows of some windows: every item bought, and items drawn from the rest of the catalogue
/// with equal chances, so that popularity keeps the worth it has among all items.
pub struct Judged {
    pub x: Dense<f64>,
    pub grades: Vec<f32>,
    pub queries: Vec<u32>,
    pub ids: Vec<(u32, u32)>,
}

impl Judged {
    pub fn relevance(&self) -> Result<Dataset<Dense<f64>, Relevance>> {
        Dataset::new(
            self.x.clone(),
            RelevanceLabels::new(self.grades.clone(), self.queries.clone())?,
        )
    }

    /// Rows for the network, with the ids in front.
    pub fn for_network(&self, source: &NetRows) -> Result<Dataset<Dense<f64>, Binary>> {
        let mut squashed = self.x.clone().into_values();
        NetRows::squash(&mut squashed);
        let squashed = Dense::new(self.x.names().clone(), squashed)?;
        let scaled = source.scaler.apply(View::all(&squashed))?;
        drop(squashed);
        let mut values = Vec::with_capacity(scaled.len() * (scaled.width() + 2));
        for (i, (user, item)) in self.ids.iter().enumerate() {
            values.extend([f64::from(*user), f64::from(*item)]);
            values.extend_from_slice(scaled.row(i));
        }
        NetRows::finish(&mut values);
        let labels = BinaryLabels::new(
            self.grades
                .iter()
                .map(|g| u8::from(*g > 0.0))
                .collect::<Vec<_>>(),
            "bought",
        )?;
        Dataset::new(Dense::new(source.names.clone(), values)?, labels)
    }
}

/// Items drawn from the catalogue with equal chances, for a user at a moment.
pub fn draw(seed: u64, user: u32, at: i64, count: usize, items: usize) -> Vec<u32> {
    let mut rng = generator(seed, "negatives", u64::from(user) ^ at as u64);
    (0..count)
        .map(|_| rng.random_range(0..items as u32))
        .collect()
}

/// Rows of one window, or several stacked.
pub fn judge(
    trade: &Trade,
    windows: &[(Window, &ShopRows)],
    negatives: usize,
    seed: u64,
) -> Result<Judged> {
    let mut out = Judged {
        x: Dense::new(windows[0].1.names.clone(), Vec::new())?,
        grades: Vec::new(),
        queries: Vec::new(),
        ids: Vec::new(),
    };
    let mut values = Vec::new();
    let mut query = 0;
    for (window, rows) in windows {
        let demand: Vec<(u32, Vec<u32>)> = demand(trade, *window).bought.into_iter().collect();
        let parts = demand.par_iter().map(|(user, bought)| {
            // By item number, so that the order of rows says nothing about the answer: scores that
            // tie keep it.
            let mut drawn = draw(seed, *user, window.from, negatives, trade.items.len());
            drawn.extend(bought);
            drawn.sort_unstable();
            drawn.dedup();
            let visit = Visit {
                user: Some(*user),
                now: window.from,
                ..Visit::default()
            };
            let mut block = Vec::with_capacity(drawn.len() * rows.names.len());
            for &item in &drawn {
                rows.row(visit, item, &mut Retrieval::default(), &mut block)?;
            }
            Ok((*user, bought, drawn, block))
        });
        for (user, bought, drawn, block) in parts.collect::<Result<Vec<_>>>()? {
            values.extend(block);
            for item in drawn {
                out.grades.push(if bought.binary_search(&item).is_ok() {
                    1.0
                } else {
                    0.0
                });
                out.queries.push(query);
                out.ids.push((user, item));
            }
            query += 1;
        }
    }
    out.x = Dense::new(out.x.names().clone(), values)?;
    Ok(out)
}
