//! A seed names one shop, on every platform and in every patch release: the tables, the truth and
//! the answers of three small shops, column by column, against `pins/shop.txt`.
//!
//! Integers, names and dates are compared exactly. Real numbers (which pass through the platform's
//! `exp` and `ln`) are compared to nine digits, by their sum and by a sum in which the position of
//! a value counts. A change that is meant to give other shops writes the file anew:
//! `cargo test --test shop_pins -- --ignored`.
#![allow(clippy::unwrap_used)]

use ml_data::random::generator;
use ml_data::synth::shop::{DefectRates, RawTable, Shop, ShopConfig};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The pin of one column.
#[derive(Default)]
struct Column {
    cells: usize,
    /// Of everything that is not a real number, in order (FNV-1a).
    exact: u64,
    sum: f64,
    by_place: f64,
    /// The reference of the sums.
    size: f64,
}

impl Column {
    fn text(&mut self, text: &str) {
        self.cells += 1;
        for byte in text.bytes().chain([0xff]) {
            self.exact = (self.exact ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn real(&mut self, x: f64) {
        let place = (self.cells % 97 + 1) as f64;
        self.cells += 1;
        self.sum += x;
        self.by_place += place * x;
        self.size += place * x.abs();
    }
}

type Columns = BTreeMap<String, Column>;

/// Adds the leaves of a value to their columns: the names on the way are the column's name, places
/// in lists are not.
fn collect(columns: &mut Columns, path: &str, value: &Value) {
    let mut leaf = |text: &str| columns.entry(path.to_owned()).or_default().text(text);
    match value {
        Value::Null => leaf("null"),
        Value::Bool(b) => leaf(&b.to_string()),
        Value::String(s) => leaf(s),
        Value::Number(n) if n.is_f64() => columns
            .entry(path.to_owned())
            .or_default()
            .real(n.as_f64().unwrap()),
        Value::Number(n) => leaf(&n.to_string()),
        Value::Array(list) => {
            // How many there are counts as well.
            leaf(&list.len().to_string());
            list.iter().for_each(|v| collect(columns, path, v));
        }
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, v)| collect(columns, &format!("{path}.{name}"), v)),
    }
}

fn collect_csv(columns: &mut Columns, path: &str, csv: &[u8]) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(csv);
    let mut rows = reader.records().map(Result::unwrap);
    let header = rows.next().unwrap();
    for row in rows {
        for (name, cell) in header.iter().zip(&row) {
            let column = columns.entry(format!("{path}.{name}")).or_default();
            column.text(cell);
        }
    }
}

/// Wants and answers of the people of a shop.
fn answers(shop: &Shop) -> Value {
    let truth = shop.truth();
    let (users, products) = (shop.users().len() as u32, shop.products().len() as u32);
    let middle = truth.events[truth.events.len() / 2].time;
    let times = [
        shop.truth().events[0].time,
        middle,
        middle + 1,
        truth.end() - 1,
        truth.end() + 40 * 86_400,
    ];
    let mut rng = generator(5, "pins", 0);
    let visits = (0..users).step_by(7).map(|user| {
        let time = times[user as usize % times.len()];
        let best = truth.best_items(user, time, 12);
        let drawn: Vec<Value> = (0..6)
            .map(|_| {
                let r = truth.respond(user, &best, time, &mut rng);
                json!({"clicked": r.clicked, "bought": r.bought, "revenue": r.revenue})
            })
            .collect();
        let affinity = |p| truth.affinity(user, p);
        let probability = |p| truth.purchase_probability(user, p, time);
        json!({
            "affinity": (0..products).step_by(3).map(affinity).collect::<Vec<_>>(),
            "probability": (0..products).map(probability).collect::<Vec<_>>(),
            "conversion": truth.conversion(user, &best, time),
            "best": best,
            "purchases": truth.purchases(user),
            "drawn": drawn,
        })
    });
    json!({
        "visits": visits.collect::<Vec<_>>(),
        "popular": times.map(|t| truth.most_purchased(t)),
        "bulk": truth.events.iter().filter(|e| truth.is_bulk_order(e)).count(),
        "batch": truth.bad_batch(),
        "end": truth.end(),
    })
}

fn shops() -> [(&'static str, ShopConfig); 3] {
    let often = DefectRates {
        demographics_missing: 0.3,
        birth_in_future: 0.2,
        description_missing: 0.2,
        price_negative: 0.2,
        currency_missing: 0.2,
        category_spelling: 0.6,
        launch_too_late: 0.3,
        product_remapped: 0.5,
        price_missing: 0.1,
        event_price_negative: 0.1,
        purchase_duplicated: 0.2,
        quantity_absurd: 0.1,
        anonymous: 0.5,
        customer_missing: 0.4,
    };
    // Two years; a month of heavy use around Black Friday with many defects; many people who come
    // once in a while.
    [
        ("small", ShopConfig::small().seed(7)),
        (
            "month",
            ShopConfig::default()
                .users(80)
                .products(60)
                .events(8_000)
                .first_day(2023, 11, 5)
                .days(36)
                .taste(1.5)
                .popularity(0.5)
                .purchase_rate(0.2)
                .baseline_conversion(0.1)
                .defects(often)
                .seed(11),
        ),
        (
            "rare",
            ShopConfig::default()
                .users(1_100)
                .products(25)
                .events(900)
                .days(400)
                .seed(3),
        ),
    ]
}

fn columns() -> Columns {
    let mut columns = Columns::new();
    for (name, config) in shops() {
        let shop = Shop::generate(&config).unwrap();
        assert_eq!(shop.config(), &config);
        for table in RawTable::ALL {
            let csv = shop.raw_csv(table).unwrap();
            collect_csv(&mut columns, &format!("{name}.{}", table.file_name()), &csv);
        }
        let truth = serde_json::to_value(shop.truth()).unwrap();
        collect(&mut columns, &format!("{name}.truth"), &truth);
        collect(&mut columns, &format!("{name}.answers"), &answers(&shop));
    }
    columns
}

const PINS: &str = include_str!("pins/shop.txt");

#[test]
fn a_seed_names_one_shop() {
    let columns = columns();
    let expected: Vec<Vec<&str>> = PINS.lines().map(|l| l.split('\t').collect()).collect();
    let names: Vec<&str> = expected.iter().map(|l| l[0]).collect();
    assert_eq!(columns.keys().collect::<Vec<_>>(), names);
    let mut wrong = String::new();
    for (line, (name, c)) in expected.iter().zip(&columns) {
        let near = |of: &str, found: f64| {
            let of: f64 = of.parse().unwrap();
            (of - found).abs() <= 1e-9 * c.size
        };
        let same = line[1] == c.cells.to_string()
            && line[2] == format!("{:016x}", c.exact)
            && near(line[3], c.sum)
            && near(line[4], c.by_place);
        if !same {
            let _ = writeln!(
                wrong,
                "{name}: {} cells, {:016x}, {:e}, {:e} for {line:?}",
                c.cells, c.exact, c.sum, c.by_place
            );
        }
    }
    assert!(wrong.is_empty(), "other than pinned:\n{wrong}");
}

#[test]
#[ignore = "writes the pins anew; cargo test -p ml-data --test shop_pins -- --ignored"]
fn write_the_shops_anew() {
    let mut text = String::new();
    for (name, c) in columns() {
        let _ = writeln!(
            text,
            "{name}\t{}\t{:016x}\t{:e}\t{:e}",
            c.cells, c.exact, c.sum, c.by_place
        );
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pins/shop.txt");
    std::fs::write(path, text).unwrap();
}
