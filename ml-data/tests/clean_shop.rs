//! Cleaning of a simulated shop, against the truth of the simulation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ml_data::clean::{
    AbsurdQuantity, Cancellations, Outlier, RepairedShop, RetailCleaning, ShopRepair, ShopTables,
};
use ml_data::synth::shop::{Defect, RawTable, RetailTruth, Shop, ShopConfig};
use ml_data::table::MISSING_TIME;
use std::collections::HashSet;

/// Precision and recall of rows found against rows that have a defect.
fn found(rows: &[u32], truth: &[u32]) -> (f64, f64) {
    let (rows, truth): (HashSet<_>, HashSet<_>) = (rows.iter().collect(), truth.iter().collect());
    let both = rows.intersection(&truth).count() as f64;
    (
        both / rows.len().max(1) as f64,
        both / truth.len().max(1) as f64,
    )
}

fn shop() -> Shop {
    Shop::generate(
        &ShopConfig::default()
            .users(1_200)
            .products(500)
            .events(150_000)
            .seed(5),
    )
    .unwrap()
}

#[test]
fn transactions_of_the_shop_are_cleaned_as_the_truth_says() {
    let shop = shop();
    let truth = shop.truth();
    let raw = shop.raw_table(RawTable::Transactions).unwrap();
    let clean = RetailCleaning::new()
        .absurd_quantity(AbsurdQuantity::default(), Outlier::Remove)
        .clean(&raw)
        .unwrap();
    let touched = |words: &str| clean.audit.find(words).unwrap().touched.clone();
    let is = |kind: &dyn Fn(&RetailTruth) -> bool| -> Vec<u32> {
        (0..truth.transactions.len())
            .filter(|&i| kind(&truth.transactions[i]))
            .map(|i| i as u32)
            .collect()
    };
    assert_eq!(
        touched("repeated"),
        truth.defects.rows(Defect::TransactionDuplicate)
    );
    let cancelled = is(&|t| matches!(t, RetailTruth::Cancellation(_)));
    let (precision, recall) = found(&touched("cancellations"), &cancelled);
    // Discounts and fees are booked on C invoices, as in the real file.
    assert!(recall == 1.0 && precision > 0.7, "{precision} {recall}");
    let (precision, recall) = found(
        &touched("absurd"),
        truth.defects.rows(Defect::TransactionQuantityAbsurd),
    );
    assert!(
        precision > 0.95 && recall > 0.6,
        "absurd quantities: {precision} {recall}"
    );
    // What is left are sales of known customers and products, all of them and nothing else.
    let kept: Vec<u32> = clean.rows.clone();
    let absurd: HashSet<&u32> = truth
        .defects
        .rows(Defect::TransactionQuantityAbsurd)
        .iter()
        .collect();
    let guests = truth.defects.rows(Defect::TransactionCustomerMissing);
    let sales: Vec<u32> = is(&|t| matches!(t, RetailTruth::Sale(_)))
        .into_iter()
        .filter(|r| guests.binary_search(r).is_err() && !absurd.contains(r))
        .collect();
    let (precision, recall) = found(&kept, &sales);
    assert!(precision > 0.998 && recall > 0.9998, "{precision} {recall}");

    // Cancellations find the purchase they cancel.
    let event = |row: u32| match truth.transactions[row as usize] {
        RetailTruth::Sale(e) | RetailTruth::Cancellation(e) => Some(&truth.events[e as usize]),
        _ => None,
    };
    let (mut right, mut matched, mut findable) = (0_u32, 0_u32, 0_u32);
    let guests: HashSet<&u32> = guests.iter().collect();
    for c in &clean.cancellations {
        let Some(back) = event(c.row) else { continue };
        let sale = (0..truth.transactions.len() as u32).find(|&r| {
            matches!(truth.transactions[r as usize], RetailTruth::Sale(_))
                && event(r).is_some_and(|s| s.order == back.order && s.product == back.product)
        });
        findable += u32::from(sale.is_some_and(|s| !guests.contains(&s)));
        matched += u32::from(c.purchase.is_some());
        right += u32::from(c.purchase.is_some() && c.purchase == sale);
    }
    // Who bought the same thing twice for the same price may have returned either.
    let (precision, recall) = (
        f64::from(right) / f64::from(matched),
        f64::from(right) / f64::from(findable),
    );
    assert!(
        precision > 0.9 && recall > 0.88,
        "{right} right of {matched} matched and {findable} findable"
    );
}

#[test]
fn purchases_net_of_cancellations_lose_no_line() {
    let raw = shop().raw_table(RawTable::Transactions).unwrap();
    let clean = RetailCleaning::new()
        .absurd_quantity(AbsurdQuantity::default(), Outlier::Remove)
        .clean(&raw)
        .unwrap();
    let net = RetailCleaning::new()
        .cancellations(Cancellations::Net)
        .clean(&raw)
        .unwrap();
    let entirely = net.audit.find("entirely").unwrap();
    assert!(entirely.removed > 0);
    // Purchases cancelled entirely whose other defects would have removed them anyway make no
    // difference.
    assert!(net.table.rows() >= clean.table.rows() - entirely.removed);
    assert_eq!(raw.rows(), net.table.rows() + net.audit.removed());
}

fn repaired(shop: &Shop) -> RepairedShop {
    let raw = |t| shop.raw_table(t).unwrap();
    let (users, products, events) = (
        raw(RawTable::Users),
        raw(RawTable::Products),
        raw(RawTable::Events),
    );
    let (ids, rates, transactions) = (
        raw(RawTable::ProductIds),
        raw(RawTable::ExchangeRates),
        raw(RawTable::Transactions),
    );
    let tables = ShopTables {
        users: &users,
        products: &products,
        events: &events,
        product_ids: &ids,
        exchange_rates: &rates,
        transactions: Some(&transactions),
    };
    ShopRepair::new(shop.truth().end() * 1_000_000)
        .repair(tables)
        .unwrap()
}

#[test]
fn every_defect_of_the_shops_events_is_repaired() {
    let shop = shop();
    let (truth, out) = (shop.truth(), repaired(&shop));
    let touched = |words: &str| out.event_audit.find(words).unwrap().touched.clone();
    let rows = |d| truth.defects.rows(d);
    assert_eq!(
        touched("re-map product_id"),
        rows(Defect::EventProductRemapped)
    );
    assert_eq!(
        touched("user of their visit"),
        rows(Defect::EventAnonymousStitchable)
    );
    assert_eq!(touched("sent twice"), rows(Defect::EventDuplicate));
    assert_eq!(
        out.event_audit.find("as a time").unwrap().changed,
        shop.events().len()
    );
    let (precision, recall) = found(&touched("absurd"), rows(Defect::EventQuantityAbsurd));
    assert!(
        (precision, recall) == (1.0, 1.0),
        "absurd quantities: {precision} {recall}"
    );
    let copies: HashSet<&u32> = rows(Defect::EventDuplicate).iter().collect();
    let originals = |d| {
        rows(d)
            .iter()
            .copied()
            .filter(|r| !copies.contains(r))
            .collect::<Vec<u32>>()
    };
    assert_eq!(
        touched("lose their sign"),
        originals(Defect::EventPriceNegative)
    );
    assert_eq!(
        touched("come from the transactions"),
        originals(Defect::EventPriceMissing)
    );
    assert_eq!(
        touched("without a known currency"),
        originals(Defect::EventAnonymousForever)
    );
}

/// Value by value: what every repaired event says is what happened.
#[test]
fn repaired_events_are_those_that_happened() {
    let shop = shop();
    let (truth, out) = (shop.truth(), repaired(&shop));
    assert_eq!(out.events.rows(), truth.events.len());
    let c = |name: &str| out.events.column_named(name).unwrap();
    let (time, user, product) = (
        c("timestamp").as_time().unwrap(),
        c("user_id"),
        c("product_id"),
    );
    let (price, quantity) = (
        c("unit_price").as_num().unwrap(),
        c("quantity").as_num().unwrap(),
    );
    let mut cents_off = 0;
    for row in 0..out.events.rows() {
        let raw = out.event_rows[row];
        let e = &truth.events[truth.event_of_row[raw as usize] as usize];
        assert_eq!(time[row], e.time * 1_000_000);
        assert_eq!(
            product.str_at(row),
            Some(format!("prod{}", e.product + 1).as_str())
        );
        if truth.defects.has(Defect::EventAnonymousForever, raw) {
            assert!(user.str_at(row).is_none() && price[row].is_nan());
            continue;
        }
        assert_eq!(
            user.str_at(row),
            Some(format!("user{}", e.user + 1).as_str())
        );
        // Yen have no cents: half a yen is a third of a cent.
        assert!(
            (price[row] - e.unit_price).abs() < 0.0071,
            "row {raw}: {} for {}",
            price[row],
            e.unit_price
        );
        cents_off += usize::from((price[row] - e.unit_price).abs() > 0.0051);
        if !truth.defects.has(Defect::EventQuantityAbsurd, raw) {
            assert_eq!(quantity[row], f64::from(e.quantity));
        }
    }
    assert!(cents_off < out.events.rows() / 4);
}

#[test]
fn every_defect_of_the_shops_people_is_repaired() {
    let shop = shop();
    let (truth, out) = (shop.truth(), repaired(&shop));
    let rows = |d| truth.defects.rows(d);
    let users = |words: &str| out.user_audit.find(words).unwrap().touched.clone();
    assert_eq!(users("lose a century"), rows(Defect::UserBirthInFuture));
    let born = out
        .users
        .column_named("birth_date")
        .unwrap()
        .as_time()
        .unwrap();
    let silent = out
        .users
        .column_named("demographics_missing")
        .unwrap()
        .as_bool()
        .unwrap();
    for (i, u) in truth.users.iter().enumerate() {
        let missing = truth.defects.has(Defect::UserDemographicsMissing, i as u32);
        assert_eq!(silent[i] == 1, missing);
        assert_eq!(
            born[i],
            if missing {
                MISSING_TIME
            } else {
                u.birth_day * 86_400_000_000
            }
        );
    }
}

#[test]
fn every_defect_of_the_shops_products_is_repaired() {
    let shop = shop();
    let (truth, out) = (shop.truth(), repaired(&shop));
    let rows = |d| truth.defects.rows(d);
    let products = |words: &str| out.product_audit.find(words).unwrap().touched.clone();
    assert_eq!(
        products("lose their sign"),
        rows(Defect::ProductPriceNegative)
    );
    assert_eq!(
        products("spell category"),
        rows(Defect::ProductCategorySpelling)
    );
    assert_eq!(
        products("after the first event"),
        rows(Defect::ProductLaunchTooLate)
    );
    let guessed = products("missing currencies");
    let (precision, recall) = found(&guessed, rows(Defect::ProductCurrencyMissing));
    assert!(
        precision == 1.0 && recall > 0.75,
        "currencies guessed: {precision} {recall}"
    );
    let price = out
        .products
        .column_named("price")
        .unwrap()
        .as_num()
        .unwrap();
    let category = out.products.column_named("category").unwrap();
    let launch = out
        .products
        .column_named("launch_date")
        .unwrap()
        .as_time()
        .unwrap();
    let (mut right, n) = (0, guessed.len());
    for (i, p) in truth.products.iter().enumerate() {
        assert_eq!(category.str_at(i), Some(p.category.name()));
        let agrees = (price[i] - p.price).abs() < 0.0071;
        if guessed.contains(&(i as u32)) {
            right += usize::from(agrees);
        } else if !truth.defects.has(Defect::ProductCurrencyMissing, i as u32) {
            assert!(agrees, "product {i}: {} for {}", price[i], p.price);
        }
        let exact = launch[i] == p.launch_day * 86_400_000_000;
        let late = truth.defects.has(Defect::ProductLaunchTooLate, i as u32);
        assert!(exact || late && launch[i] >= p.launch_day * 86_400_000_000);
    }
    assert!(
        right as f64 >= 0.97 * n as f64,
        "{right} of {n} currencies right"
    );
}
