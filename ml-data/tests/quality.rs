//! The quality of a real file against what pandas counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use ml_data::quality::{Quality, Rule};
use ml_data::source::{As, CsvSource, MissingValues};
use ml_data::testkit::golden;

#[test]
fn the_real_retail_file() {
    let Some(path) = common::data("online_retail_ii_2009_2010.csv.gz") else {
        return;
    };
    let golden: serde_json::Value = golden!("retail").unwrap();
    let source = CsvSource::path(path)
        .missing(MissingValues::pandas())
        .column("Invoice", As::Cat)
        .column("StockCode", As::Cat);
    let table = source.read().unwrap().strict().unwrap();
    let quality = Quality::new()
        .rule(Rule::at_least("Quantity", 0.0))
        .rule(Rule::at_least("Price", 0.0))
        .rule(Rule::more_than("Price", 0.0))
        .rule(Rule::not_null("CustomerID"));
    let report = quality.check(&table).unwrap();
    let count = |key: &str| golden[key].as_u64().unwrap() as usize;
    assert_eq!(report.rows, 525_461);
    assert_eq!(report.duplicate_rows, 6_865);
    assert_eq!(
        (report.rows, report.duplicate_rows),
        (count("rows"), count("duplicated"))
    );
    for c in &report.columns {
        assert_eq!(
            c.missing as u64,
            golden["missing"][&c.name].as_u64().unwrap(),
            "{}",
            c.name
        );
        assert_eq!(
            c.distinct as u64,
            golden["distinct"][&c.name].as_u64().unwrap(),
            "{}",
            c.name
        );
    }
    let column = |name: &str| report.column(name).unwrap();
    for (name, key) in [("Quantity", "quantity"), ("Price", "price")] {
        let (c, want) = (column(name), &golden[key]);
        assert_eq!(c.range, want[0].as_f64().zip(want[1].as_f64()));
        assert!((c.mean.unwrap() - want[2].as_f64().unwrap()).abs() < 1e-9);
    }
    assert_eq!(column("Price").zero, count("zero price"));
    assert_eq!(
        column("Description").untrimmed,
        count("untrimmed descriptions")
    );
    let broken: Vec<usize> = report.rules.iter().map(|r| r.violations).collect();
    let zero_or_less = count("negative price") + count("zero price");
    assert_eq!(
        broken,
        [
            count("negative quantity"),
            count("negative price"),
            zero_or_less,
            107_927
        ]
    );
}
