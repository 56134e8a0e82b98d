//! Cleaning, against references and against the truth of a simulated shop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use ml_data::clean::{
    AbsurdQuantity, Cancellations, Case, Cleaning, Clock, Fence, Outlier, RepairedShop,
    RetailCleaning, ShopRepair, ShopTables,
};
use ml_data::quality::Rule;
use ml_data::source::{CsvSource, Missing, TimeFormat};
use ml_data::synth::shop::{Defect, RawTable, RetailTruth, Shop, ShopConfig};
use ml_data::table::{Column, MISSING_TIME, Table};
use proptest::prelude::*;
use std::collections::HashSet;

#[test]
fn fences_are_those_of_numpy_and_scipy() {
    for case in common::golden("fence.json").as_array().unwrap() {
        let values: Vec<f64> = case["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect();
        let fences = [
            ("iqr 1.5", Fence::Iqr(1.5)),
            ("zscore 2", Fence::ZScore(2.0)),
            ("mad 3", Fence::Mad(3.0)),
            ("quantiles 0.05 0.9", Fence::Quantiles(0.05, 0.9)),
        ];
        for (key, fence) in fences {
            // Missing and infinite numbers have no say.
            let mut with_gaps = values.clone();
            with_gaps.extend([f64::NAN, f64::INFINITY]);
            let (low, high) = fence.bounds(&with_gaps).unwrap().unwrap();
            for (got, want) in [(low, &case[key][0]), (high, &case[key][1])] {
                let want = want.as_f64().unwrap();
                assert!(
                    (got - want).abs() < 1e-9 * want.abs().max(1.0),
                    "{} {key}: {got} for {want}",
                    case["name"]
                );
            }
        }
    }
    assert_eq!(Fence::Iqr(1.5).bounds(&[f64::NAN]).unwrap(), None);
    assert!(
        Fence::Quantiles(0.9, 0.1)
            .bounds(&[1.0])
            .unwrap_err()
            .to_string()
            .contains("`low`")
    );
    assert!(
        Fence::Mad(f64::NAN)
            .bounds(&[1.0])
            .unwrap_err()
            .to_string()
            .contains("`k`")
    );
}

#[test]
fn general_rules_change_what_they_say() {
    let table = Table::new([
        ("price", Column::num([5.0, -2.0, f64::NAN, 1e6, 5.0])),
        (
            "category",
            Column::cat([
                Some("Home  decor"),
                Some("HOME DECOR"),
                None,
                Some(" Home decor"),
                Some("Home  decor"),
            ]),
        ),
        (
            "note",
            Column::text([Some("a"), Some(" "), None, Some("b"), Some("a")]),
        ),
        (
            "day",
            Column::cat(
                [
                    "2020-01-31",
                    "31.01.2020",
                    "soon",
                    "2020-01-31 12:00",
                    "2020-01-31",
                ]
                .map(Some),
            ),
        ),
    ])
    .unwrap();
    let work = Cleaning::of(&table)
        .standardise("category", Case::Usual)
        .unwrap()
        .drop_duplicates(&[])
        .unwrap()
        .drop_broken(&Rule::range("price", -10.0, 1e5))
        .unwrap()
        .standardise("note", Case::Upper)
        .unwrap()
        .parse_time("day", Clock::utc(&[TimeFormat::Iso, TimeFormat::DayFirst]))
        .unwrap()
        .clamp("price", 0.0, 4.0)
        .unwrap();
    let clean = work.finish();
    assert_eq!(clean.rows, [0, 1, 2]);
    assert_eq!(clean.table.num(0).unwrap()[..2], [4.0, 0.0]);
    assert!(
        clean.table.num(0).unwrap()[2].is_nan(),
        "missing stays missing"
    );
    let category = clean.table.column_named("category").unwrap();
    assert_eq!(
        [category.str_at(0), category.str_at(1), category.str_at(2)],
        [Some("Home decor"), Some("Home decor"), None]
    );
    assert_eq!(category.levels().unwrap().len(), 1);
    let note = clean.table.column_named("note").unwrap();
    assert_eq!([note.str_at(0), note.str_at(1)], [Some("A"), None]);
    let day = clean.table.column_named("day").unwrap().as_time().unwrap();
    assert_eq!(
        (day[0], day[0] == day[1], day[2]),
        (1_580_428_800_000_000, true, MISSING_TIME)
    );
    let entry = |words: &str| clean.audit.find(words).unwrap();
    assert_eq!(
        (entry("repeated").removed, &entry("repeated").touched[..]),
        (1, &[4][..])
    );
    assert_eq!(
        entry("unless price").example.as_deref(),
        Some("row 3: 1000000, Home decor, b, 2020-01-31 12:00")
    );
    assert_eq!(
        (entry("no time").changed, entry("as a time").changed),
        (1, 2)
    );
    assert_eq!(entry("clamp").touched, [0, 1]);
    assert!(clean.audit.to_string().contains("clamp price to [0, 4]"));

    let wrong = |r: ml_data::Result<Cleaning>| r.unwrap_err().to_string();
    let begin = || Cleaning::of(&table);
    assert_eq!(
        wrong(begin().drop_missing("prise")),
        "Table: no column `prise` (is it `price`?)"
    );
    assert_eq!(
        wrong(begin().clamp("note", 0.0, 1.0)),
        "Cleaning: column `note` is text, expected numeric"
    );
    assert_eq!(
        wrong(begin().standardise("price", Case::Lower)),
        "Cleaning: column `price` is numeric, expected text"
    );
    assert!(wrong(begin().clamp("price", 1.0, 0.0)).contains("`min`"));
    assert_eq!(Case::Title.apply("  éTUDE in  c MINOR"), "Étude In C Minor");
}

#[test]
fn outliers_are_removed_cut_or_blanked() {
    let mut x: Vec<f64> = (0..100).map(f64::from).collect();
    x.extend([1e4, f64::NAN]);
    let table = Table::new([("x", Column::num(x))]).unwrap();
    let with = |action| {
        Cleaning::of(&table)
            .outliers("x", Fence::Iqr(3.0), action)
            .unwrap()
            .finish()
    };
    assert_eq!(with(Outlier::Remove).table.rows(), 101);
    let cut = with(Outlier::Winsorise);
    assert!(
        (cut.table.num(0).unwrap()[100] - 225.0).abs() < 1e-9,
        "{}",
        cut.table.num(0).unwrap()[100]
    );
    assert!(cut.table.num(0).unwrap()[101].is_nan());
    assert!(with(Outlier::Missing).table.num(0).unwrap()[100].is_nan());
    assert_eq!(with(Outlier::Missing).audit.entries()[0].touched, [100]);
}

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
    let net = RetailCleaning::new()
        .cancellations(Cancellations::Net)
        .clean(&raw)
        .unwrap();
    let entirely = net.audit.find("entirely").unwrap();
    assert!(entirely.removed > 0);
    // Purchases cancelled entirely whose other defects would have removed them anyway make no difference.
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

    // Value by value: what every repaired event says is what happened.
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
fn every_defect_of_the_shops_people_and_products_is_repaired() {
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

#[test]
fn both_headers_of_the_retail_files_are_read() {
    let first = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
                 536365,85123A,WHITE  HEART,6,12/1/2010 8:26,2.55,17850.0,United Kingdom\n\
                 536370,85123a ,white heart,2,12/13/2010 8:26,2.55,17850.0,United Kingdom\n\
                 C536379,85123A,WHITE HEART,-6,12/14/2010 9:41,2.55,17850.0,United Kingdom\n\
                 536544,DOT,DOTCOM POSTAGE,1,12/1/2010 14:32,569.77,,United Kingdom\n";
    let table = CsvSource::text("first.csv", first)
        .read()
        .unwrap()
        .strict()
        .unwrap();
    let clean = RetailCleaning::new().clean(&table).unwrap();
    let names: Vec<&str> = clean
        .table
        .schema()
        .fields()
        .iter()
        .map(|f| f.name())
        .collect();
    assert_eq!(
        names,
        [
            "Invoice",
            "StockCode",
            "Description",
            "Quantity",
            "InvoiceDate",
            "Price",
            "CustomerID",
            "Country"
        ]
    );
    assert_eq!(clean.rows, [0, 1]);
    assert_eq!(
        clean.table.column_named("CustomerID").unwrap().str_at(0),
        Some("17850")
    );
    assert_eq!(
        clean.table.column_named("StockCode").unwrap().str_at(1),
        Some("85123A")
    );
    assert_eq!(
        clean.table.column_named("Description").unwrap().str_at(0),
        Some("WHITE HEART")
    );
    assert_eq!(clean.cancellations.len(), 1);
    assert_eq!(
        (clean.cancellations[0].row, clean.cancellations[0].purchase),
        (2, Some(0))
    );
    let net = RetailCleaning::new()
        .cancellations(Cancellations::Net)
        .clean(&table)
        .unwrap();
    assert_eq!(net.rows, [1]);
    let gone = table.without(&["Country"]).unwrap();
    assert!(
        RetailCleaning::new()
            .clean(&gone)
            .unwrap_err()
            .to_string()
            .contains("no column `Country`")
    );
    let odd = CsvSource::text("x.csv", &first.replace("12/1/2010 14:32", "yesterday"))
        .read()
        .unwrap()
        .table;
    let message = RetailCleaning::new().clean(&odd).unwrap_err().to_string();
    assert_eq!(
        message,
        "column `InvoiceDate`, row 3: expected dates of one format, found yesterday"
    );
}

#[test]
fn the_real_retail_file() {
    let Some(path) = common::data("online_retail_ii_2009_2010.csv.gz") else {
        return;
    };
    let golden = common::golden("retail.json");
    let table = CsvSource::path(path)
        .missing(Missing::pandas())
        .read()
        .unwrap()
        .strict()
        .unwrap();
    let clean = RetailCleaning::new().clean(&table).unwrap();
    let mut left = table.rows();
    let mut after = Vec::new();
    for e in clean
        .audit
        .entries()
        .iter()
        .filter(|e| !e.rule.starts_with("spell"))
    {
        left -= e.removed;
        after.push(left as u64);
    }
    let want: Vec<u64> = golden["left"]
        .as_object()
        .unwrap()
        .values()
        .map(|v| v.as_u64().unwrap())
        .collect();
    let mut want = want;
    want.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(after, want, "{}", clean.audit);
    let c = |name: &str| clean.table.column_named(name).unwrap();
    let (quantity, price) = (
        c("Quantity").as_num().unwrap(),
        c("Price").as_num().unwrap(),
    );
    let revenue: f64 = quantity.iter().zip(price).map(|(q, p)| q * p).sum();
    assert!(
        (revenue - golden["revenue left"].as_f64().unwrap()).abs() < 0.01,
        "{revenue}"
    );
    let customers: HashSet<u32> = c("CustomerID")
        .as_codes()
        .unwrap()
        .iter()
        .copied()
        .collect();
    assert_eq!(
        customers.len() as u64,
        golden["customers left"].as_u64().unwrap()
    );
    let found = &golden["cancelled purchases"];
    let matched: Vec<_> = clean
        .cancellations
        .iter()
        .filter(|c| c.purchase.is_some())
        .collect();
    assert_eq!(matched.len() as u64, found["matched"].as_u64().unwrap());
    let raw = table.column_named("Quantity").unwrap().as_num().unwrap();
    let pieces: f64 = matched.iter().map(|c| -raw[c.row as usize]).sum();
    assert_eq!(pieces, found["pieces"].as_f64().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_retail_lines_make_it_panic_and_every_line_is_accounted_for(lines in proptest::collection::vec(
        (0..4_u8, 0..3_u8, prop_oneof![Just(f64::NAN), Just(f64::INFINITY), -5.0..5.0_f64, Just(2000.0)], -1.0..3.0_f64, proptest::option::of(0..3_u8)), 0..30))
    {
        let table = Table::new([
            ("InvoiceNo", Column::cat(lines.iter().map(|l| Some(if l.0 == 0 { "C1".into() } else { l.0.to_string() })))),
            ("StockCode", Column::cat(lines.iter().map(|l| ["22423", "POST", "85123a "].get(l.1 as usize)))),
            ("Description", Column::text(lines.iter().map(|l| (l.1 > 0).then_some(" x  y")))),
            ("Quantity", Column::num(lines.iter().map(|l| l.2.trunc()))),
            ("InvoiceDate", Column::time(lines.iter().enumerate().map(|(i, _)| Some(i as i64)))),
            ("UnitPrice", Column::num(lines.iter().map(|l| l.3.trunc()))),
            ("Customer ID", Column::num(lines.iter().map(|l| l.4.map_or(f64::NAN, f64::from)))),
            ("Country", Column::cat(lines.iter().map(|_| Some("Latvia")))),
        ]).unwrap();
        for what in [Cancellations::Keep, Cancellations::Drop, Cancellations::Net] {
            for action in [Outlier::Remove, Outlier::Winsorise, Outlier::Missing] {
                let cleaning = RetailCleaning::new().cancellations(what).absurd_quantity(AbsurdQuantity::default(), action);
                let clean = cleaning.clean(&table).unwrap();
                prop_assert_eq!(table.rows(), clean.table.rows() + clean.audit.removed());
                prop_assert!(clean.rows.windows(2).all(|w| w[0] < w[1]));
                prop_assert_eq!(clean.rows.len(), clean.table.rows());
                let removed: Vec<u32> = clean.audit.entries().iter().filter(|e| e.removed > 0).flat_map(|e| e.touched.clone()).collect();
                prop_assert!(removed.iter().all(|r| !clean.rows.contains(r)));
            }
        }
    }
}

#[test]
fn a_limit_of_absurd_quantities_outside_its_range_is_named() {
    let lines = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,CustomerID,Country\n\
                 1,A,mug,2,2010-12-01 08:26:00,2.5,17850,France\n";
    let table = CsvSource::text("shop.csv", lines).read().unwrap().table;
    for (rule, name) in [
        (
            AbsurdQuantity {
                least: -1.0,
                factor: 3.0,
            },
            "`least`",
        ),
        (
            AbsurdQuantity {
                least: 9.0,
                factor: f64::NAN,
            },
            "`factor`",
        ),
    ] {
        let cleaning = RetailCleaning::new().absurd_quantity(rule, Outlier::Remove);
        let message = cleaning.clean(&table).unwrap_err().to_string();
        assert!(message.contains(name), "{message}");
    }
}
