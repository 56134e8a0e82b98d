//! Defects that systems add to the truth: formats, clocks, currencies, gaps and mistakes.

use super::catalogue::ShopProduct;
use super::config::ShopConfig;
use super::defect::Defect;
use super::draw::happens;
use super::event::{Device, Event, EventKind, System};
use super::people::{AccountType, Currency, User};
use super::raw::{RawEvent, RawProduct, RawUser, customer_id, product_id, stock_code, user_id};
use super::truth::Truth;
use crate::random::{RngExt, generator, permutation};
use crate::time::{MICROS_PER_DAY, MICROS_PER_SECOND, TimeFormat, civil, day_number};

/// The raw users and products.
pub(super) fn records(config: &ShopConfig, truth: &mut Truth) -> (Vec<RawUser>, Vec<RawProduct>) {
    let mut defects = std::mem::take(&mut truth.defects);
    let users = truth
        .users
        .iter()
        .enumerate()
        .map(|(i, u)| user(config, i, u, &mut |d| defects.add(d, i)))
        .collect();
    let first_sale = first_sale(truth);
    let products = truth.products.iter().enumerate();
    let products = products
        .map(|(i, p)| product(config, i, p, first_sale[i], &mut |d| defects.add(d, i)))
        .collect();
    truth.defects = defects;
    reorganise(config, truth);
    (users, products)
}

fn user(config: &ShopConfig, i: usize, u: &User, log: &mut dyn FnMut(Defect)) -> RawUser {
    let rng = &mut generator(config.seed, "shop raw user", i as u64);
    let rates = &config.defects;
    let (system, format) = match rng.random_range(0..10) {
        0..6 => ("web", TimeFormat::Iso),
        6..8 => ("store", TimeFormat::DayFirst),
        _ => ("legacy", TimeFormat::DayMonthName),
    };
    // Who skips the optional fields is not a matter of chance alone: the young and those without a
    // paid account do.
    let age = u.age_on(config.start_day());
    let odds = 1.4 - 0.02 * (age - 18).clamp(0, 50) as f64
        + if u.account == AccountType::Free {
            0.2
        } else {
            -0.3
        };
    let (mut birth_date, mut gender) = (
        format.format_date(u.birth_day * MICROS_PER_DAY),
        u.gender.name(),
    );
    if happens(rng, rates.demographics_missing * odds / 1.12) {
        (birth_date, gender) = (String::new(), "");
        log(Defect::UserDemographicsMissing);
    } else if happens(rng, rates.birth_in_future) {
        birth_date = format.format_date(a_century_later(u.birth_day) * MICROS_PER_DAY);
        log(Defect::UserBirthInFuture);
    }
    RawUser {
        user_id: user_id(i as u32),
        customer_id: customer_id(i as u32),
        birth_date,
        gender: gender.into(),
        country: u.country.name().into(),
        account_type: u.account.name().into(),
        registered: format.format_date(u.registered * MICROS_PER_SECOND),
        system,
    }
}

pub(super) fn a_century_later(day: i64) -> i64 {
    let (y, m, d) = civil(day);
    day_number(y + 100, m, d)
        .or_else(|| day_number(y + 100, m, d - 1))
        .unwrap_or(day)
}

/// For each product the day of its first purchase.
fn first_sale(truth: &Truth) -> Vec<Option<i64>> {
    let mut first = vec![None; truth.products.len()];
    for e in truth
        .events
        .iter()
        .filter(|e| e.kind == EventKind::Purchase)
    {
        first[e.product as usize].get_or_insert(e.time.div_euclid(86_400));
    }
    first
}

fn product(
    config: &ShopConfig,
    i: usize,
    p: &ShopProduct,
    sold: Option<i64>,
    log: &mut dyn FnMut(Defect),
) -> RawProduct {
    let rng = &mut generator(config.seed, "shop raw product", i as u64);
    let rates = &config.defects;
    let mut price = p.currency.from_dollars(p.price);
    if happens(rng, rates.price_negative) {
        price = -price;
        log(Defect::ProductPriceNegative);
    }
    let mut currency = p.currency.code();
    if happens(rng, rates.currency_missing) {
        currency = "";
        log(Defect::ProductCurrencyMissing);
    }
    let mut category = p.category.name().to_owned();
    if happens(rng, rates.category_spelling) {
        category = match rng.random_range(0..4) {
            0 => category.to_uppercase(),
            1 => category.to_lowercase(),
            2 => format!(" {category}"),
            _ => format!("{} ", category.to_lowercase()),
        };
        log(Defect::ProductCategorySpelling);
    }
    let mut launch_day = p.launch_day;
    if let Some(sold) = sold
        && happens(rng, rates.launch_too_late)
    {
        launch_day = sold + rng.random_range(5..90);
        log(Defect::ProductLaunchTooLate);
    }
    let mut description = p.description.clone();
    if happens(rng, rates.description_missing) {
        description.clear();
        log(Defect::ProductDescriptionMissing);
    }
    let date = |day: i64| TimeFormat::Iso.format_date(day * MICROS_PER_DAY);
    RawProduct {
        product_id: product_id(i as u32),
        stock_code: stock_code(i as u32),
        name: p.name.clone(),
        category,
        price,
        currency: currency.into(),
        launch_date: date(launch_day),
        description,
        style: p.style_name(),
        style_since: date(p.style.1),
    }
}

/// Gives some products an id from before the catalogue was reorganised.
fn reorganise(config: &ShopConfig, truth: &mut Truth) {
    let rng = &mut generator(config.seed, "shop old ids", 0);
    let numbers = permutation(truth.products.len(), rng);
    for (old, number) in truth.old_product_ids.iter_mut().zip(numbers) {
        if happens(rng, config.defects.product_remapped) {
            *old = Some(format!("A{number:06}"));
        }
    }
}

/// The raw event log, in time order.
pub(super) fn events(config: &ShopConfig, truth: &mut Truth) -> Vec<RawEvent> {
    let days = i64::from(config.days);
    let updated = config.start_day() + days * 2 / 5;
    let reorganised = config.start_day() + days / 2;
    let identified = identified_sessions(&truth.events);
    let mut defects = std::mem::take(&mut truth.defects);
    let mut rows = Vec::with_capacity(truth.events.len());
    let mut event_of_row = Vec::with_capacity(rows.capacity());
    for (i, e) in truth.events.iter().enumerate() {
        let day = e.time.div_euclid(86_400);
        let system = match (e.kind, e.device) {
            (EventKind::Purchase | EventKind::Return, _) => System::Orders,
            (_, Device::Mobile) => System::App,
            _ if day < updated => System::WebOld,
            _ => System::Web,
        };
        // The telephones needed a month to learn the new ids.
        let until = reorganised + if system == System::App { 30 } else { 0 };
        let old_id = day < until && truth.old_product_ids[e.product as usize].is_some();
        let currency = truth.users[e.user as usize].country.currency();
        let mut row = RawEvent {
            system,
            time: e.time,
            user: e.signed_in.then_some(e.user),
            session: e.session,
            product: e.product,
            old_id,
            kind: e.kind,
            quantity: i64::from(e.quantity),
            unit_price: currency.from_dollars(e.unit_price),
            device: e.device,
            order: e.order,
        };
        let mut log = |d| defects.add(d, rows.len());
        if currency != Currency::Usd {
            log(Defect::EventForeignCurrency);
        }
        if old_id {
            log(Defect::EventProductRemapped);
        }
        if row.user.is_none() {
            let known = identified[e.session as usize];
            log(if known {
                Defect::EventAnonymousStitchable
            } else {
                Defect::EventAnonymousForever
            });
        }
        let again = e.kind == EventKind::Purchase && purchase(config, i, &mut row, &mut log);
        rows.push(row);
        event_of_row.push(i as u32);
        if again {
            // The copy has every defect of its original, and that of being a copy.
            let original = rows.len() as u32 - 1;
            let inherited: Vec<Defect> = defects
                .counts()
                .map(|c| c.0)
                .filter(|&d| defects.has(d, original))
                .collect();
            for d in inherited.into_iter().chain([Defect::EventDuplicate]) {
                defects.add(d, rows.len());
            }
            rows.push(row);
            event_of_row.push(i as u32);
        }
    }
    truth.defects = defects;
    truth.event_of_row = event_of_row;
    rows
}

/// Visits in which the user is known at some moment.
fn identified_sessions(events: &[Event]) -> Vec<bool> {
    let sessions = events.iter().map(|e| e.session + 1).max().unwrap_or(0);
    let mut known = vec![false; sessions as usize];
    events
        .iter()
        .filter(|e| e.signed_in)
        .for_each(|e| known[e.session as usize] = true);
    known
}

/// The mistakes of the order system; true when the purchase is sent twice.
fn purchase(
    config: &ShopConfig,
    i: usize,
    row: &mut RawEvent,
    log: &mut dyn FnMut(Defect),
) -> bool {
    let rng = &mut generator(config.seed, "shop raw purchase", i as u64);
    let rates = &config.defects;
    let mut hit = |rate: f64| happens(rng, rate);
    if hit(rates.price_missing) {
        row.unit_price = f64::NAN;
        log(Defect::EventPriceMissing);
    } else if hit(rates.event_price_negative) {
        row.unit_price = -row.unit_price;
        log(Defect::EventPriceNegative);
    }
    let (absurd, again) = (hit(rates.quantity_absurd), hit(rates.purchase_duplicated));
    if absurd {
        // A key held down, or a stock code typed into the wrong field.
        row.quantity = if rng.random() {
            1111 * (1 + row.quantity % 9)
        } else {
            rng.random_range(10_000..99_999)
        };
        log(Defect::EventQuantityAbsurd);
    }
    again
}
