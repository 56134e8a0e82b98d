//! Ground truth: events, preferences, and the event behind each raw row.

use super::catalogue::{BadBatch, ShopProduct};
use super::config::ShopConfig;
use super::defect::DefectLog;
use super::demand::{BUY, Demand, History, conversion, sigmoid};
use super::event::{Event, EventKind};
use super::people::{AccountType, User};
use super::transaction::RetailTruth;
use serde::{Deserialize, Serialize};

/// The truth behind the raw tables of a [`super::Shop`]: kept apart from them, to check what a
/// method recovered.
///
/// Users and products are counted from 0 in the order of the raw tables: row `i` of the raw users
/// is `users[i]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The people, in the order of their registration.
    pub users: Vec<User>,
    /// The products.
    pub products: Vec<ShopProduct>,
    /// Everything that happened, in time order.
    pub events: Vec<Event>,
    /// For each row of the raw event log, the event it stands for.
    pub event_of_row: Vec<u32>,
    /// For each line of the raw transactions, what it is.
    pub transactions: Vec<RetailTruth>,
    /// For each product, the id it had before the catalogue was reorganised, where it changed.
    pub old_product_ids: Vec<Option<String>>,
    /// Every injected defect.
    pub defects: DefectLog,
    demand: Demand,
    /// First second after the recorded period.
    end: i64,
    /// Purchases (product, time) grouped by user.
    bought: Vec<(u32, i64)>,
    bought_from: Vec<u32>,
}

impl Truth {
    pub(super) fn new(
        config: &ShopConfig,
        demand: Demand,
        products: Vec<ShopProduct>,
        users: Vec<User>,
        events: Vec<Event>,
    ) -> Self {
        let mut bought_from = vec![0; users.len() + 1];
        let purchases = || events.iter().filter(|e| e.kind == EventKind::Purchase);
        purchases().for_each(|e| bought_from[e.user as usize + 1] += 1);
        for u in 0..users.len() {
            bought_from[u + 1] += bought_from[u];
        }
        let mut at = bought_from.clone();
        let mut bought = vec![(0, 0); bought_from[users.len()] as usize];
        for e in purchases() {
            let slot = &mut at[e.user as usize];
            bought[*slot as usize] = (e.product, e.time);
            *slot += 1;
        }
        let end = (config.start_day() + i64::from(config.days)) * 86_400;
        let (event_of_row, transactions, old_product_ids) =
            (Vec::new(), Vec::new(), vec![None; products.len()]);
        let defects = DefectLog::default();
        let mut truth = Self {
            users,
            products,
            events,
            event_of_row,
            transactions,
            old_product_ids,
            defects,
            demand,
            end,
            bought,
            bought_from,
        };
        truth.demand.shown = truth.fit_shown(config.baseline_conversion);
        truth
    }

    /// The first second after the recorded period: "now" for a model trained on all of it.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.end
    }

    /// Whether a moment is inside the recorded period, its end excluded.
    pub(super) fn is_recorded(&self, time: i64) -> bool {
        time < self.end
    }

    /// The batch whose purchases mostly came back.
    #[must_use]
    pub fn bad_batch(&self) -> BadBatch {
        self.demand.bad_batch
    }

    /// Purchases of a user as (product, seconds since 1970), in time order.
    #[must_use]
    pub fn purchases(&self, user: u32) -> &[(u32, i64)] {
        let u = user as usize;
        if u >= self.users.len() {
            return &[];
        }
        &self.bought[self.bought_from[u] as usize..self.bought_from[u + 1] as usize]
    }

    /// Products by number of purchases up to `time`, most first, ties by number.
    #[must_use]
    pub fn most_purchased(&self, time: i64) -> Vec<u32> {
        let mut counts = vec![0_u32; self.products.len()];
        self.bought
            .iter()
            .filter(|b| b.1 < time)
            .for_each(|b| counts[b.0 as usize] += 1);
        let mut order: Vec<u32> = (0..counts.len() as u32).collect();
        order.sort_by_key(|&p| std::cmp::Reverse(counts[p as usize]));
        order
    }

    /// The stable part of what a user wants, in log-odds: taste, popularity, quality and price,
    /// apart from the moment. Only differences between products of one user mean anything. `NaN`
    /// for a user or product that does not exist.
    #[must_use]
    pub fn affinity(&self, user: u32, product: u32) -> f64 {
        match (
            self.users.get(user as usize),
            self.products.get(product as usize),
        ) {
            (Some(u), Some(p)) => self.demand.affinity(u, p),
            _ => f64::NAN,
        }
    }

    /// The probability that a user who looks at a recommended product at `time` (seconds since
    /// 1970) buys it.
    ///
    /// It depends on taste, season, price on that day, what they bought before `time` (what lasts
    /// is rarely bought twice, what is used up is bought again), and is 0 for what is not launched
    /// yet, and for a user or product that does not exist.
    #[must_use]
    pub fn purchase_probability(&self, user: u32, product: u32, time: i64) -> f64 {
        self.probability(user, product, time, &self.history(user, time))
    }

    /// The `k` launched products a user would most probably buy at `time`, best first, ties by
    /// number: no ranking can convert more.
    #[must_use]
    pub fn best_items(&self, user: u32, time: i64, k: usize) -> Vec<u32> {
        let history = self.history(user, time);
        let mut scored: Vec<(f64, u32)> = (0..self.products.len() as u32)
            .map(|p| (self.probability(user, p, time, &history), p))
            .collect();
        let best_first = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        let k = k.min(scored.len());
        if let Some(last) = k.checked_sub(1) {
            scored.select_nth_unstable_by(last, best_first);
        }
        scored.truncate(k);
        scored.sort_by(best_first);
        scored.into_iter().map(|s| s.1).collect()
    }

    /// Whether an event is a legitimate bulk order: a company that bought eight pieces or more.
    #[must_use]
    pub fn is_bulk_order(&self, event: &Event) -> bool {
        event.kind == EventKind::Purchase
            && event.quantity >= 8
            && self
                .users
                .get(event.user as usize)
                .is_some_and(|u| u.account == AccountType::Business)
    }

    pub(super) fn history(&self, user: u32, time: i64) -> History {
        let mut history = History::default();
        self.purchases(user)
            .iter()
            .filter(|b| b.1 < time)
            .for_each(|b| history.add(b.0, b.1));
        history
    }

    pub(super) fn probability(&self, user: u32, product: u32, time: i64, history: &History) -> f64 {
        let odds = self.odds(user, product, time, history);
        odds.map_or(0.0, |x| sigmoid(x + self.demand.shown))
    }

    fn odds(&self, user: u32, product: u32, time: i64, history: &History) -> Option<f64> {
        let (u, p) = (
            self.users.get(user as usize)?,
            self.products.get(product as usize)?,
        );
        (p.launch_day * 86_400 <= time).then(|| {
            let occasion = self.demand.occasion(u, product, p, history, time);
            BUY * self.demand.affinity(u, p) + occasion + f64::from(u.engagement)
        })
    }

    /// The shift at which the ten most purchased products convert at `rate` on the last day, over a
    /// sample of the people.
    fn fit_shown(&self, rate: f64) -> f64 {
        let time = self.end - 43_200;
        let mut top = self.most_purchased(time);
        top.truncate(10);
        let step = self.users.len().div_ceil(2000);
        let lists: Vec<Vec<f64>> = (0..self.users.len() as u32)
            .step_by(step)
            .map(|u| {
                let history = self.history(u, time);
                top.iter()
                    .map(|&p| self.odds(u, p, time, &history).unwrap_or(f64::NEG_INFINITY))
                    .collect()
            })
            .collect();
        super::demand::bisect(rate, |shift| {
            let conversions = lists
                .iter()
                .map(|l| conversion(l.iter().map(|x| sigmoid(x + shift))));
            conversions.sum::<f64>() / lists.len() as f64
        })
    }
}
