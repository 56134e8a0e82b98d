//! Stage 3 of a simulated shop: its users, products and events repaired, and the repair checked
//! against the truth.

use crate::support::console::timed;
use crate::support::report::Report;
use ml_pipeline::data::clean::{Audit, RepairedShop, ShopRepair, ShopTables};
use ml_pipeline::data::synth::shop::{Defect, RawTable, Shop};
use ml_pipeline::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Each defect as a person calls it, and the words of the rule (or the flag) that is there for it.
const RULES: [(Defect, &str, &str); 13] = [
    (
        Defect::UserDemographicsMissing,
        "user left out the optional fields",
        "demographics_missing",
    ),
    (
        Defect::UserBirthInFuture,
        "user born in the future",
        "lose a century",
    ),
    (
        Defect::ProductPriceNegative,
        "product with a negative price",
        "lose their sign",
    ),
    (
        Defect::ProductCurrencyMissing,
        "product price without a currency",
        "missing currencies",
    ),
    (
        Defect::ProductCategorySpelling,
        "category spelt in another way",
        "spell category",
    ),
    (
        Defect::ProductLaunchTooLate,
        "product launched after its first sale",
        "after the first event",
    ),
    (
        Defect::EventProductRemapped,
        "event under an old product id",
        "re-map product_id",
    ),
    (
        Defect::EventPriceMissing,
        "purchase without a price",
        "come from the transactions",
    ),
    (
        Defect::EventPriceNegative,
        "purchase with a negative price",
        "lose their sign",
    ),
    (Defect::EventDuplicate, "purchase sent twice", "sent twice"),
    (
        Defect::EventQuantityAbsurd,
        "purchase of an absurd quantity",
        "absurd",
    ),
    (
        Defect::EventAnonymousStitchable,
        "event before the sign-in of a visit",
        "user of their visit",
    ),
    (
        Defect::EventForeignCurrency,
        "price in another currency",
        "become dollars",
    ),
];

/// Repairs the tables, and says of each kind of defect how many were caught and how many sound rows
/// were touched.
pub fn check(shop: &Shop, report: &mut Report) -> Result<Value> {
    report.part("Users, products and events of the simulated shop");
    let (repaired, took) = timed(|| repair(shop));
    let repaired = repaired?;
    report.say(format!(
        "the ladder reads the transactions; the other tables were repaired in {:.1} s, and this is what their rules did to the defects put into them",
        took.as_secs_f64()
    ));
    let copies = rows(shop, Defect::EventDuplicate);
    let nobodys = rows(shop, Defect::EventAnonymousForever);
    let (mut lines, mut json) = (Vec::new(), Map::new());
    for (defect, name, words) in RULES {
        let touched = touched(&repaired, defect, words)?;
        let injected = rows(shop, defect);
        // A copy is dropped with whatever else is wrong with it; a price of nobody knows whom is
        // made missing.
        let gone = |r: &u32| {
            (defect.table() == RawTable::Events && copies.contains(r))
                || (defect == Defect::EventForeignCurrency && nobodys.contains(r))
        };
        let caught = injected
            .iter()
            .filter(|r| touched.contains(r) || gone(r))
            .count();
        let sound = touched.difference(&injected).count();
        lines.push(vec![
            name.to_string(),
            injected.len().to_string(),
            caught.to_string(),
            sound.to_string(),
        ]);
        json.insert(
            name.to_string(),
            json!({ "injected": injected.len(), "caught": caught, "sound_rows_touched": sound }),
        );
    }
    report.table(
        &["defect", "injected", "caught", "sound rows touched"],
        &lines,
    );
    let nobody = nobodys.len();
    report.say(format!(
        "{nobody} events of visits that never signed in stay without a user, and their prices without a currency become missing"
    ));
    Ok(json.into())
}

/// The raw rows that a rule touched.
fn touched(repaired: &RepairedShop, defect: Defect, words: &str) -> Result<HashSet<u32>> {
    if defect == Defect::UserDemographicsMissing {
        let flags = repaired.users.column_named(words)?;
        let flagged = |row: &u32| flags.as_bool().is_some_and(|f| f[*row as usize] == 1);
        return Ok((0..flags.len() as u32).filter(flagged).collect());
    }
    let entry = audit(repaired, defect).find(words);
    Ok(entry.map_or_else(HashSet::new, |e| e.touched.iter().copied().collect()))
}

fn rows(shop: &Shop, defect: Defect) -> HashSet<u32> {
    shop.truth().defects.rows(defect).iter().copied().collect()
}

fn audit(repaired: &RepairedShop, defect: Defect) -> &Audit {
    match defect.table() {
        RawTable::Users => &repaired.user_audit,
        RawTable::Products => &repaired.product_audit,
        _ => &repaired.event_audit,
    }
}

fn repair(shop: &Shop) -> Result<RepairedShop> {
    let raw = |table| shop.raw_table(table);
    let (users, products, events) = (
        raw(RawTable::Users)?,
        raw(RawTable::Products)?,
        raw(RawTable::Events)?,
    );
    let (ids, rates) = (raw(RawTable::ProductIds)?, raw(RawTable::ExchangeRates)?);
    let transactions = raw(RawTable::Transactions)?;
    ShopRepair::new(shop.truth().end() * 1_000_000).repair(ShopTables {
        users: &users,
        products: &products,
        events: &events,
        product_ids: &ids,
        exchange_rates: &rates,
        transactions: Some(&transactions),
    })
}
