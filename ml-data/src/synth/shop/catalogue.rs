//! The catalogue: what is sold, since when, for how much.

use super::calendar::is_black_friday_week;
use super::category::Category;
use super::config::ShopConfig;
use super::draw::{happens, which};
use super::people::{Currency, LATENT};
use super::words;
use crate::random::{RngExt, Xoshiro256PlusPlus, generator};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// A product of the shop as it really is, with what no table tells: quality and future prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShopProduct {
    /// Name, title case.
    pub name: String,
    /// Description in plain words.
    pub description: String,
    /// Shelf.
    pub category: Category,
    /// Launch price in US dollars.
    pub price: f64,
    /// Currency the supplier quotes in; the catalogue price is in it.
    pub currency: Currency,
    /// Day of launch, counted from 1970.
    pub launch_day: i64,
    /// Style, and the day since which the shop has recorded it: later than the launch for old
    /// products, so a feature built on it must look at this day.
    pub style: (u8, i64),
    /// Quality in standard deviations; reviews show it.
    pub quality: f64,
    /// Days until it is used up, for consumables.
    pub lasts: Option<f64>,
    /// Permanent price drops: from this day on, this factor of the launch price.
    pub drops: Vec<(i64, f64)>,
    /// Promotions: from day, to day (exclusive), factor of the price.
    pub promotions: Vec<(i64, i64, f64)>,
    pub(super) popularity: f32,
    pub(super) latent: [f32; LATENT],
}

impl ShopProduct {
    /// Its price on a day in US dollars, drops and promotions included, rounded to cents.
    #[must_use]
    pub fn price_on(&self, day: i64) -> f64 {
        let base = self
            .drops
            .iter()
            .rev()
            .find(|(from, _)| *from <= day)
            .map_or(1.0, |d| d.1);
        cents(self.price * base * (1.0 - self.discount_on(day)))
    }

    /// The discount of a promotion on a day, 0 to 0.5.
    #[must_use]
    pub fn discount_on(&self, day: i64) -> f64 {
        let running = self
            .promotions
            .iter()
            .find(|(from, to, _)| (*from..*to).contains(&day));
        running.map_or(0.0, |p| 1.0 - p.2)
    }

    /// The name of its style.
    #[must_use]
    pub fn style_name(&self) -> &'static str {
        words::STYLES[self.style.0 as usize % words::STYLES.len()]
    }
}

/// A production batch with a quality problem: most of what was bought of it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadBatch {
    /// Position of the product.
    pub product: u32,
    /// First day of sale of the batch.
    pub from: i64,
    /// First day after it.
    pub to: i64,
}

pub(super) fn cents(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

/// Makes the catalogue, most of it launched before the first day.
pub(super) fn launch(config: &ShopConfig) -> Vec<ShopProduct> {
    let shelves = shelves(config.seed, config.products);
    (0..config.products)
        .map(|i| product(config, shelves[i], i))
        .collect()
}

/// The shelf of each product: every shelf gets its share, at least one product, mixed through the
/// ids.
fn shelves(seed: u64, n: usize) -> Vec<Category> {
    let mut out: Vec<Category> = Vec::with_capacity(n);
    for c in Category::ALL {
        let count = ((c.traits().shelf * n as f64).round() as usize).max(1);
        out.extend(std::iter::repeat_n(c, count));
    }
    out.resize(n.max(out.len()), Category::Electronics);
    out.truncate(n);
    let order = crate::random::permutation(n, &mut generator(seed, "shop shelves", 0));
    order.into_iter().map(|i| out[i as usize]).collect()
}

fn product(config: &ShopConfig, category: Category, i: usize) -> ShopProduct {
    let rng = &mut generator(config.seed, "shop product", i as u64);
    let traits = category.traits();
    let normal = |rng: &mut Xoshiro256PlusPlus| -> f64 { StandardNormal.sample(rng) };
    let price = cents((traits.price.0 * (traits.price.1 * normal(rng)).exp()).max(1.0)) - 0.01;
    let start = config.start_day();
    let days = i64::from(config.days);
    // Two thirds were there on the first day; the last arrive a month before the end.
    let launch_day = if happens(rng, 0.67) {
        start - rng.random_range(1..1500)
    } else {
        start + rng.random_range(0..days - 30 + 1)
    };
    let style_since = launch_day.max(start + days / 3 + rng.random_range(0..60));
    let (drops, promotions) = (
        drops(rng, launch_day, start, days),
        promotions(rng, start, days),
    );
    let currency = Currency::ALL[which(rng.random(), &[0.70, 0.85, 0.95, 1.0])];
    let (name, description) = texts(rng, category);
    ShopProduct {
        name,
        description,
        category,
        price,
        currency,
        launch_day,
        style: (rng.random_range(0..words::STYLES.len() as u8), style_since),
        quality: normal(rng),
        lasts: category
            .is_consumable()
            .then(|| traits.lasts * (0.3 * normal(rng)).exp()),
        drops,
        promotions,
        popularity: (config.popularity * normal(rng) + traits.pull) as f32,
        latent: std::array::from_fn(|_| normal(rng) as f32),
    }
}

/// Up to two lasting price drops.
fn drops(rng: &mut Xoshiro256PlusPlus, launch: i64, start: i64, days: i64) -> Vec<(i64, f64)> {
    let mut out = Vec::new();
    let mut factor = 1.0;
    for _ in 0..rng.random_range(0..3) {
        factor *= 1.0 - rng.random_range(0.08..0.25);
        out.push((
            launch.max(start) + rng.random_range(45..days.max(46)),
            factor,
        ));
    }
    out.sort_unstable_by_key(|d| d.0);
    // Later means cheaper, whatever order the days came in.
    let mut factors: Vec<f64> = out.iter().map(|d| d.1).collect();
    factors.sort_unstable_by(|a, b| b.total_cmp(a));
    out.iter_mut().zip(factors).for_each(|(d, f)| d.1 = f);
    out
}

/// A few promotions a year, and for every other product the week of Black Friday.
fn promotions(rng: &mut Xoshiro256PlusPlus, start: i64, days: i64) -> Vec<(i64, i64, f64)> {
    let mut out = Vec::new();
    for _ in 0..rng.random_range(0..6) {
        let from = start + rng.random_range(0..days);
        out.push((
            from,
            from + rng.random_range(4..15),
            1.0 - rng.random_range(0.1..0.35),
        ));
    }
    if rng.random::<bool>() {
        let factor = 1.0 - rng.random_range(0.15..0.4);
        let mut day = start;
        while day < start + days {
            if is_black_friday_week(day) {
                out.push((day, day + 7, factor));
                day += 300;
            } else {
                day += 1;
            }
        }
    }
    out
}

fn texts(rng: &mut Xoshiro256PlusPlus, category: Category) -> (String, String) {
    let mut pick = |list: &[&'static str]| list[rng.random_range(0..list.len())];
    let (adjective, colour, noun) = (
        pick(&words::ADJECTIVES),
        pick(&words::COLOURS),
        pick(words::nouns(category)),
    );
    let other = pick(&words::ADJECTIVES);
    let name = format!("{adjective} {noun} {colour}");
    let extra = match rng.random_range(0..10) {
        0 => " Limited edition.",
        1 => " On sale while stocks last.",
        2 => " Comes with a two year warranty.",
        3 => " A gift for the whole family.",
        _ => "",
    };
    let lower = noun.to_lowercase();
    let description = format!(
        "{adjective} {lower} in {} with a {} finish, from our {} range.{extra}",
        colour.to_lowercase(),
        other.to_lowercase(),
        category.name().to_lowercase()
    );
    (name, description)
}
