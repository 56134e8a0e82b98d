//! Features of (user, item, moment): histories strictly before the moment, factors fitted before
//! it.

use super::past::Past;
use crate::data::trade::Item;
use ml_pipeline::data::contract::{ByVisit, Candidates, Ranker, RowSource, Scored, Visit};
use ml_pipeline::models::factor::FittedImplicitAls;
use ml_pipeline::prelude::*;
use std::sync::Arc;

/// Candidates by taste and by popularity, beside what the user bought before.
const BY_FACTORS: usize = 300;
const BY_POPULARITY: usize = 200;

/// Features of a user and an item at a moment. The log ends at `past.at`: later visits are
/// described as of then.
#[derive(Debug, Clone)]
pub struct ShopRows {
    past: Past,
    prices: Arc<[f64]>,
    pub names: Names,
}

impl ShopRows {
    pub fn new(past: &Past, items: &[Item]) -> Self {
        let names = past.log.names().iter().chain([
            "factors:score",
            "item:price",
            "item:price_to_users_mean",
        ]);
        let names = Names::new(names.map(str::to_string));
        Self {
            past: past.clone(),
            prices: items.iter().map(|i| i.price).collect(),
            names,
        }
    }

    /// The product of the two factor vectors; missing for those the factors do not know.
    fn affinity(&self, user: u32, item: u32) -> f64 {
        let (users, items) = (self.past.als.user_factors(), self.past.als.item_factors());
        if user as usize >= users.nrows() || item as usize >= items.nrows() {
            return f64::NAN;
        }
        f64::from(users.row(user as usize).dot(&items.row(item as usize)))
    }
}

/// Working memory for finding candidates.
#[derive(Debug, Default)]
pub struct Retrieval {
    factors: <FittedImplicitAls as Ranker>::Scratch,
    found: Vec<Scored>,
}

impl RowSource<ByVisit> for ShopRows {
    type Scratch = Retrieval;
    fn names(&self) -> &Names {
        &self.names
    }
    fn items(&self) -> usize {
        self.prices.len()
    }
    fn begin(&self, visit: Visit<'_>, _: &mut Retrieval) -> Result<bool> {
        Ok(visit.user.is_some())
    }
    fn candidates(&self, visit: Visit<'_>, s: &mut Retrieval, out: &mut Vec<u32>) -> Result<()> {
        let Some(user) = visit.user else {
            return Ok(());
        };
        self.past.als.rank_into(
            user,
            Candidates::All,
            BY_FACTORS,
            &mut s.factors,
            &mut s.found,
        )?;
        out.extend(s.found.iter().map(|x| x.item));
        out.extend(
            self.past
                .popularity
                .top()
                .iter()
                .take(BY_POPULARITY)
                .map(|x| x.item),
        );
        out.extend_from_slice(
            self.past
                .bought
                .get(user as usize)
                .map_or(&[][..], |b| b.items()),
        );
        out.sort_unstable();
        out.dedup();
        Ok(())
    }
    fn row(
        &self,
        visit: Visit<'_>,
        item: u32,
        _: &mut Retrieval,
        out: &mut Vec<f64>,
    ) -> Result<()> {
        let Some(user) = visit.user else {
            return Ok(());
        };
        let start = out.len();
        self.past
            .log
            .features_into(user, item, visit.now.min(self.past.at), out);
        let price = self.prices[item as usize];
        // The user's frequency and monetary value are the second and third feature.
        let mean = out[start + 2] / out[start + 1];
        out.extend([self.affinity(user, item), price, price / mean]);
        Ok(())
    }
}
