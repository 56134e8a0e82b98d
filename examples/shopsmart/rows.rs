//! What a model is told about (user, item, moment): histories strictly before the moment, factors fitted before it.

use crate::past::Past;
use crate::trade::{Item, Purchase, Trade};
use ml_pipeline::data::contract::{ByVisit, Candidates, Ranker, RowSource, Scored, Visit};
use ml_pipeline::data::random::{RngExt, generator};
use ml_pipeline::data::sample::{BinaryLabels, RelevanceLabels};
use ml_pipeline::features::aggregate::{
    AsOf, AsOfFeatures, EventLog, Feature, LoggedEvent, Of, days,
};
use ml_pipeline::features::scale::FittedStandardScaler;
use ml_pipeline::models::factor::FittedImplicitAls;
use ml_pipeline::prelude::*;
use rayon::prelude::*;
use std::sync::Arc;

use crate::windows::{Window, demand};

/// The histories of users, items and pairs, as of any moment, from the log before `before`.
pub fn histories(trade: &Trade, before: i64) -> Result<AsOfFeatures> {
    let events = trade.between(i64::MIN, before).iter();
    let event = |p: &Purchase| LoggedEvent {
        user: p.user,
        item: p.item,
        time: p.at,
        value: p.quantity * p.price,
        kind: 0,
    };
    AsOf::new()
        .rfm(Of::User)
        .with(Feature::WindowCount(Of::User, days(28.0)))
        .rfm(Of::Item)
        .with(Feature::Age(Of::Item))
        .with(Feature::WindowCount(Of::Item, days(7.0)))
        .with(Feature::WindowCount(Of::Item, days(28.0)))
        .velocity(Of::Item, days(14.0))
        .trend(Of::Item, days(14.0), days(91.0))
        .history()
        .with(Feature::Age(Of::Pair))
        .with(Feature::Monetary(Of::Pair))
        .with(Feature::WindowCount(Of::Pair, days(91.0)))
        .build(&EventLog::new(events.map(event).collect())?)
}

/// Candidates by taste and by popularity, beside what the user bought before.
const BY_FACTORS: usize = 300;
const BY_POPULARITY: usize = 200;

/// Features of a user and an item at a moment. The log ends at `past.at`: later visits are described as of then.
#[derive(Debug, Clone)]
pub struct ShopRows {
    past: Past,
    prices: Arc<[f64]>,
    names: Names,
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

/// The same features on the scale of a network: logarithms, standardised, missing at the mean; with the ids in front.
#[derive(Debug, Clone)]
pub struct NetRows {
    rows: ShopRows,
    scaler: Arc<FittedStandardScaler>,
    names: Names,
}

impl NetRows {
    pub fn new(rows: ShopRows, scaler: Arc<FittedStandardScaler>) -> Self {
        let names = Names::new(
            ["user", "item"]
                .into_iter()
                .chain(rows.names.iter())
                .map(str::to_string),
        );
        Self {
            rows,
            scaler,
            names,
        }
    }

    /// Long tails become logarithms; the sign stays.
    pub fn squash(values: &mut [f64]) {
        values
            .iter_mut()
            .for_each(|v| *v = v.signum() * v.abs().ln_1p());
    }

    pub fn finish(scaled: &mut [f64]) {
        scaled
            .iter_mut()
            .filter(|v| !v.is_finite())
            .for_each(|v| *v = 0.0);
    }
}

impl RowSource<ByVisit> for NetRows {
    type Scratch = (Vec<f64>, Retrieval);
    fn names(&self) -> &Names {
        &self.names
    }
    fn items(&self) -> usize {
        self.rows.items()
    }
    fn begin(&self, visit: Visit<'_>, s: &mut Self::Scratch) -> Result<bool> {
        self.rows.begin(visit, &mut s.1)
    }
    fn candidates(
        &self,
        visit: Visit<'_>,
        s: &mut Self::Scratch,
        out: &mut Vec<u32>,
    ) -> Result<()> {
        self.rows.candidates(visit, &mut s.1, out)
    }
    fn row(
        &self,
        visit: Visit<'_>,
        item: u32,
        (raw, s): &mut Self::Scratch,
        out: &mut Vec<f64>,
    ) -> Result<()> {
        let Some(user) = visit.user else {
            return Ok(());
        };
        raw.clear();
        self.rows.row(visit, item, s, raw)?;
        Self::squash(raw);
        out.extend([f64::from(user), f64::from(item)]);
        let start = out.len();
        Apply::<Dense>::apply_row(&*self.scaler, raw, &mut (), out)?;
        Self::finish(&mut out[start..]);
        Ok(())
    }
}

/// Training rows of some windows: every item bought, and items drawn from the rest of the catalogue with equal chances, so that
/// popularity keeps the worth it has among all items.
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
            // By item number, so that the order of rows says nothing about the answer: scores that tie keep it.
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
