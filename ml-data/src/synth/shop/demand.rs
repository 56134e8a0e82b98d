//! Preferences: the utility behind every view, purchase and answer.
//!
//! The **affinity** of a person to a product, in log-odds, is `taste of the shelf + hidden taste +
//! popularity + quality - price against what they can afford`. The **occasion** adds what holds at
//! a moment: season, discount, what they have just bought, what they already own. Products are
//! viewed in proportion to `exp(VIEW * affinity)`; a shown product is bought with probability
//! `sigmoid(BUY * affinity + occasion + engagement + shift)`.

use super::catalogue::{BadBatch, ShopProduct};
use super::category::Category;
use super::config::ShopConfig;
use super::people::{LATENT, User};
use crate::time::civil;
use serde::{Deserialize, Serialize};

/// Strength of affinity in what is looked at, and in what is bought once seen.
pub(super) const VIEW: f64 = 0.8;
pub(super) const BUY: f64 = 0.75;

/// The parameters of demand, fitted once to the rates the configuration asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Demand {
    taste: f64,
    /// Logarithm of the median price of each shelf.
    log_price: [f64; Category::ALL.len()],
    /// Log-odds that make [`ShopConfig::purchase_rate`] of the views end in a purchase.
    pub(super) browsing: f64,
    /// Log-odds that give the popularity list its conversion; set when the history is known.
    pub(super) shown: f64,
    pub(super) bad_batch: BadBatch,
}

/// Purchases of a person: the last time for each product.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    last: Vec<(u32, i64)>,
    latest: Option<i64>,
}

impl History {
    pub(super) fn add(&mut self, product: u32, time: i64) {
        self.latest = self.latest.max(Some(time));
        match self.last.iter_mut().find(|(p, _)| *p == product) {
            Some(entry) => entry.1 = entry.1.max(time),
            None => self.last.push((product, time)),
        }
    }
}

impl Demand {
    pub(super) fn new(config: &ShopConfig, products: &[ShopProduct], users: &[User]) -> Self {
        let log_price = std::array::from_fn(|c| Category::ALL[c].traits().price.0.ln());
        let mut by_popularity: Vec<u32> = (0..products.len() as u32).collect();
        by_popularity.retain(|&p| products[p as usize].launch_day < config.start_day());
        by_popularity.sort_by(|&a, &b| {
            let [a, b] = [a, b].map(|p| products[p as usize].popularity);
            b.total_cmp(&a)
        });
        let product = by_popularity
            .get(by_popularity.len() / 100)
            .copied()
            .unwrap_or(0);
        let from = config.start_day() + i64::from(config.days) * 55 / 100;
        let bad_batch = BadBatch {
            product,
            from,
            to: from + i64::from(config.days).min(420) / 10,
        };
        let mut demand = Self {
            taste: config.taste,
            log_price,
            browsing: 0.0,
            shown: 0.0,
            bad_batch,
        };
        demand.browsing = demand.fit_browsing(config.purchase_rate, products, users);
        demand
    }

    /// Log-odds of a person for a product, apart from the moment.
    pub(super) fn affinity(&self, user: &User, product: &ShopProduct) -> f64 {
        let hidden: f32 = (0..LATENT)
            .map(|i| user.latent[i] * product.latent[i])
            .sum();
        let shelf = product.category as usize;
        let affordable = product.price.ln() - self.log_price[shelf] - f64::from(user.income).ln();
        f64::from(user.taste[shelf])
            + self.taste * f64::from(hidden) / (LATENT as f64).sqrt()
            + f64::from(product.popularity)
            + 0.25 * product.quality
            - 0.45 * f64::from(user.price_sensitivity) * affordable
    }

    /// Log-odds of the moment: season, price cuts, earlier purchases.
    pub(super) fn occasion(
        &self,
        user: &User,
        p: u32,
        product: &ShopProduct,
        history: &History,
        time: i64,
    ) -> f64 {
        let day = time.div_euclid(86_400);
        let season = season(product.category, day);
        let cut = (product.price_on(day) / product.price).ln();
        let days_since = |t: i64| (time - t) as f64 / 86_400.0;
        let owned = history
            .last
            .iter()
            .find(|(q, _)| *q == p)
            .map_or(0.0, |&(_, t)| match product.lasts {
                None => -2.5,
                Some(lasts) => match days_since(t) / lasts {
                    x if x < 0.5 => -1.5,
                    x if (0.8..1.6).contains(&x) => 2.2,
                    _ => 0.8,
                },
            });
        let momentum = history
            .latest
            .map_or(0.0, |t| 0.6 * (-days_since(t) / 20.0).exp());
        season - 1.3 * f64::from(user.price_sensitivity) * cut + owned + momentum
    }

    /// The shift that makes the average view end in a purchase at `rate`, by bisection over a
    /// sample of people.
    fn fit_browsing(&self, rate: f64, products: &[ShopProduct], users: &[User]) -> f64 {
        let step = users.len().div_ceil(300);
        let mut odds: Vec<(f64, f64)> = Vec::new();
        for user in users.iter().step_by(step) {
            let z: Vec<f64> = products.iter().map(|p| self.affinity(user, p)).collect();
            let total: f64 = z.iter().map(|z| (VIEW * z).exp()).sum();
            let engagement = f64::from(user.engagement);
            let weight = |z: f64| f64::from(user.activity) * (VIEW * z).exp() / total;
            // Products that are hardly ever seen do not move the mean.
            odds.extend(
                z.iter()
                    .map(|&z| (BUY * z + engagement, weight(z)))
                    .filter(|o| o.1 > 1e-5),
            );
        }
        let total: f64 = odds.iter().map(|o| o.1).sum();
        bisect(rate, |shift| {
            odds.iter()
                .map(|(x, w)| w * sigmoid(x + shift))
                .sum::<f64>()
                / total
        })
    }
}

/// Log-odds of a shelf on a day.
pub(super) fn season(category: Category, day: i64) -> f64 {
    category.traits().season[civil(day).1 as usize - 1]
}

pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The argument in [-30, 30] at which a rising function reaches `target`.
pub(super) fn bisect(target: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut lo, mut hi) = (-30.0, 30.0);
    for _ in 0..50 {
        let mid = 0.5 * (lo + hi);
        if f(mid) < target { lo = mid } else { hi = mid }
    }
    0.5 * (lo + hi)
}

/// The probability that the item at a position (from 0) is looked at: the discount of DCG.
pub(super) fn examined(position: usize) -> f64 {
    1.0 / (position as f64 + 2.0).log2()
}

/// The probability of at least one purchase from the purchase probabilities of a list.
pub(super) fn conversion(probabilities: impl Iterator<Item = f64>) -> f64 {
    1.0 - probabilities
        .enumerate()
        .map(|(k, p)| 1.0 - examined(k) * p)
        .product::<f64>()
}
