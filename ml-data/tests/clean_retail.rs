//! Cleaning of retail transactions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use ml_data::clean::{AbsurdQuantity, Cancellations, Outlier, RetailCleaning};
use ml_data::source::{CsvSource, MissingValues};
use ml_data::table::{Column, Table};
use ml_data::testkit::golden;
use proptest::prelude::*;
use std::collections::HashSet;

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
    let gone = table.drop(&["Country"]).unwrap();
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
fn the_real_retail_file_is_cleaned() {
    let Some(path) = common::data("online_retail_ii_2009_2010.csv.gz") else {
        return;
    };
    let golden: serde_json::Value = golden!("retail").unwrap();
    let table = CsvSource::path(path)
        .missing(MissingValues::pandas())
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
