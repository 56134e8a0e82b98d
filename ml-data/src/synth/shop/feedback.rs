//! Texts that people type: search queries and reviews.

use super::config::ShopConfig;
use super::draw::happens;
use super::event::EventKind;
use super::truth::Truth;
use super::words;
use crate::random::{RngExt, Xoshiro256PlusPlus, generator};
use rand_distr::{Distribution, StandardNormal};
use serde::Serialize;

/// Words typed into the search box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Search {
    /// Seconds since 1970.
    pub time: i64,
    /// Who.
    pub user: u32,
    /// The text of the query.
    pub query: String,
}

/// A star rating with a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// Seconds since 1970.
    pub time: i64,
    /// Who.
    pub user: u32,
    /// About what.
    pub product: u32,
    /// One to five.
    pub stars: u8,
    /// The text of the review.
    pub text: &'static str,
}

/// A search before one visit in six, a review after one purchase in eight.
pub(super) fn write(config: &ShopConfig, truth: &Truth) -> (Vec<Search>, Vec<Review>) {
    let (mut searches, mut reviews) = (Vec::new(), Vec::new());
    let rng = &mut generator(config.seed, "shop feedback", 0);
    let mut visited = vec![
        false;
        truth
            .events
            .iter()
            .map(|e| e.session as usize + 1)
            .max()
            .unwrap_or(0)
    ];
    for e in &truth.events {
        let product = &truth.products[e.product as usize];
        if e.kind == EventKind::View && !std::mem::replace(&mut visited[e.session as usize], true) {
            if happens(rng, 0.17) {
                searches.push(Search {
                    time: e.time - 10,
                    user: e.user,
                    query: query(&product.name, rng),
                });
            }
        } else if e.kind == EventKind::Purchase && happens(rng, 0.125) {
            let time = e.time + rng.random_range(4 * 86_400..20 * 86_400);
            let noise: f64 = StandardNormal.sample(rng);
            let batch = truth.bad_batch();
            let broken = batch.product == e.product
                && (batch.from..batch.to).contains(&e.time.div_euclid(86_400));
            let liking = 3.9 + 0.7 * product.quality + 0.7 * noise - if broken { 2.5 } else { 0.0 };
            let stars = liking.round().clamp(1.0, 5.0) as u8;
            let texts: &[&'static str] = match stars {
                1 | 2 => &words::BLAME,
                3 => &words::MIDDLING,
                _ => &words::PRAISE,
            };
            if truth.is_recorded(time) {
                let text = texts[rng.random_range(0..texts.len())];
                reviews.push(Review {
                    time,
                    user: e.user,
                    product: e.product,
                    stars,
                    text,
                });
            }
        }
    }
    searches.sort_by_key(|s| (s.time, s.user));
    reviews.sort_by_key(|r| (r.time, r.user, r.product));
    (searches, reviews)
}

/// Some words of a product's name, as people type them.
fn query(name: &str, rng: &mut Xoshiro256PlusPlus) -> String {
    let lower = name.to_lowercase();
    let mut words: Vec<&str> = lower.split(' ').filter(|_| happens(rng, 0.65)).collect();
    if words.is_empty() {
        words.extend(lower.split(' ').nth(1));
    }
    words.join(" ")
}
