//! The knowledge at a moment: counts, factors and histories of everything before it.

use crate::data::trade::{DAY, Purchase, Trade};
use crate::models::settings::Settings;
use crate::support::console::timed;
use ml_pipeline::data::contract::ItemSet;
use ml_pipeline::features::aggregate::{
    AsOf, AsOfFeatures, EventLog, Feature, LoggedEvent, Of, days,
};
use ml_pipeline::models::baseline::{FittedPopularity, ItemEvent, Popularity};
use ml_pipeline::models::factor::{FittedImplicitAls, ImplicitAls, Interactions};
use ml_pipeline::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Past {
    pub at: i64,
    pub popularity: Arc<FittedPopularity>,
    pub als: Arc<FittedImplicitAls>,
    pub log: Arc<AsOfFeatures>,
    /// The items that each user bought.
    pub bought: Arc<Vec<ItemSet>>,
}

/// The time that each rung took to fit.
#[derive(Debug, Clone, Default)]
pub struct FitTimes(Vec<(&'static str, Duration)>);

impl FitTimes {
    pub fn add(&mut self, rung: &'static str, took: Duration) {
        self.0.push((rung, took));
    }
    pub fn of(&self, rung: &str) -> f64 {
        let of_rung = self.0.iter().filter(|(name, _)| *name == rung);
        of_rung.map(|(_, took)| took.as_secs_f64()).sum()
    }
}

impl Past {
    /// Counts and factorises the log before `at`.
    pub fn of(
        trade: &Trade,
        at: i64,
        settings: &Settings,
        seed: u64,
        times: &mut FitTimes,
    ) -> Result<Self> {
        let log = trade.between(i64::MIN, at);
        let (popularity, took) = timed(|| popularity(trade, log, settings));
        times.add("popularity", took);
        let (als, took) = timed(|| factors(trade, log, at, settings, seed));
        times.add("factorisation", took);
        let mut bought = vec![Vec::new(); trade.users.len()];
        log.iter()
            .for_each(|p| bought[p.user as usize].push(p.item));
        let bought = bought.into_iter().map(ItemSet::new).collect();
        Ok(Self {
            at,
            popularity: Arc::new(popularity?),
            als: Arc::new(als?),
            log: Arc::new(histories(trade, at)?),
            bought: Arc::new(bought),
        })
    }
}

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

fn popularity(trade: &Trade, log: &[Purchase], settings: &Settings) -> Result<FittedPopularity> {
    let event = |p: &Purchase| ItemEvent {
        item: p.item,
        value: 1.0,
        at: p.at,
        segment: None,
    };
    let events: Vec<ItemEvent> = log.iter().map(event).collect();
    Popularity::new()
        .half_life(Duration::from_secs_f64(
            settings.popularity_half_life * 86_400.0,
        ))
        .fit_events(trade.items.len(), &events)
}

/// Several purchases of one item say more than one, but not several times more; an old one says
/// less than a new one.
fn factors(
    trade: &Trade,
    log: &[Purchase],
    at: i64,
    settings: &Settings,
    seed: u64,
) -> Result<FittedImplicitAls> {
    let half_life = settings.taste_half_life * DAY as f64;
    let weight = |p: &Purchase| 0.5f64.powf((at - p.at) as f64 / half_life) as f32;
    let triples = log.iter().map(|p| (p.user, p.item, weight(p)));
    let seen = Interactions::from_triples(trade.users.len(), trade.items.len(), triples)?;
    ImplicitAls::new()
        .factors(settings.factors)
        .regularization(settings.regularization)
        .alpha(settings.alpha)
        .iterations(settings.als_iterations)
        .seed(seed)
        .fit(&seen)
}
