use super::*;
use crate::table::{Column, Kind};
use crate::time::TimeFormat;
use proptest::prelude::*;

fn time(text: &str) -> Option<i64> {
    TimeFormat::detect(text.as_bytes()).and_then(|f| f.parse(text.as_bytes()))
}

fn table() -> Table {
    Table::new([
        (
            "price",
            Column::num([1.0, -2.0, f64::NAN, 0.0, f64::INFINITY]),
        ),
        (
            "category",
            Column::cat([
                Some("Toys"),
                Some("TOYS"),
                Some("toys "),
                None,
                Some("Garden"),
            ]),
        ),
        (
            "note",
            Column::text([Some("  "), Some("x"), None, Some("x"), Some("")]),
        ),
        (
            "born",
            Column::time([
                time("1990-01-01"),
                time("2090-01-01"),
                None,
                time("2000-05-05"),
                time("1990-01-01"),
            ]),
        ),
        (
            "launch",
            Column::time([
                time("2020-01-01"),
                time("2020-01-01"),
                time("2020-01-01"),
                None,
                time("1980-01-01"),
            ]),
        ),
        (
            "day",
            Column::text(["2020-01-31", "31/01/2020", "01/31/2020", "1580428800", "5"].map(Some)),
        ),
        (
            "paid",
            Column::bool([Some(true), None, Some(true), Some(true), None]),
        ),
    ])
    .unwrap()
}

#[test]
fn columns_are_measured() {
    let report = Quality::new()
        .now(time("2024-01-01").unwrap())
        .check(&table())
        .unwrap();
    assert_eq!(
        (report.rows, report.complete_rows, report.duplicate_rows),
        (5, 1, 0)
    );
    let price = report.column("price").unwrap();
    assert_eq!(
        (
            price.missing,
            price.distinct,
            price.negative,
            price.zero,
            price.infinite
        ),
        (1, 4, 1, 1, 1)
    );
    assert_eq!(price.range, Some((-2.0, 1.0)));
    assert!((price.mean.unwrap() + 1.0 / 3.0).abs() < 1e-15);
    assert!((price.completeness() - 0.8).abs() < 1e-15);
    let category = report.column("category").unwrap();
    assert_eq!(
        (category.kind, category.distinct, category.untrimmed),
        (Kind::Cat, 4, 1)
    );
    assert_eq!(category.spellings.len(), 1);
    assert_eq!(category.spellings[0].usual, "TOYS");
    assert_eq!(category.spellings[0].spellings.len(), 3);
    let note = report.column("note").unwrap();
    assert_eq!((note.blank, note.untrimmed, note.distinct), (2, 1, 3));
    assert_eq!(report.column("born").unwrap().future, 1);
    let day = report.column("day").unwrap();
    assert!(day.is_mixed());
    let of = |f| day.formats.iter().find(|x| x.0 == f).map(|x| x.1);
    assert_eq!(of(CellFormat::Number), Some(2));
    assert_eq!(of(CellFormat::Time(TimeFormat::DayFirst)), Some(1));
    assert!(!category.is_mixed());
    assert_eq!(report.column("paid").unwrap().distinct, 1);
}

#[test]
fn rules_count_and_show() {
    let t = table();
    let counts = |rule: Rule| {
        let o = rule.apply(&t).unwrap();
        (o.checked, o.violations, o.examples.first().map(|e| e.row))
    };
    assert_eq!(counts(Rule::not_null("price")), (5, 1, Some(2)));
    assert_eq!(counts(Rule::at_least("price", 0.0)), (4, 1, Some(1)));
    assert_eq!(counts(Rule::more_than("price", 0.0)), (4, 2, Some(1)));
    assert_eq!(counts(Rule::range("price", -5.0, 5.0)), (4, 1, Some(4)));
    assert_eq!(
        counts(Rule::allowed("category", ["Toys", "Garden"])),
        (4, 2, Some(1))
    );
    assert_eq!(counts(Rule::order("born", "launch")), (3, 2, Some(1)));
    // Nothing comes after itself.
    assert_eq!(counts(Rule::order("born", "born")).1, 0);
    assert_eq!(counts(Rule::order("price", "price")).1, 0);
    assert_eq!(
        counts(Rule::not_after("born", time("2024-01-01").unwrap())),
        (4, 1, Some(1))
    );
    assert_eq!(counts(Rule::unique(["born"])), (5, 1, Some(4)));
    let message = |rule: Rule| rule.broken(&t).unwrap_err().to_string();
    assert_eq!(
        message(Rule::not_null("prise")),
        "Table: no column `prise` (is it `price`?)"
    );
    assert_eq!(
        message(Rule::at_least("category", 0.0)),
        "Rule: column `category` is categorical, expected numeric; `Table::cast` converts it"
    );
    assert_eq!(
        message(Rule::order("born", "price")),
        "Rule: column `price` is numeric, expected time; `Table::cast` converts it"
    );
    let report = Quality::new()
        .rule(Rule::at_least("price", 0.0))
        .check(&t)
        .unwrap();
    assert!(!report.passes());
    let text = report.to_string();
    assert!(
        text.contains("price >= 0")
            && text.contains("row 1: -2")
            && text.contains("such as \"TOYS\""),
        "{text}"
    );
    let back: QualityReport =
        serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(back.rules, report.rules);
}

#[test]
fn nothing_to_look_at() {
    let empty = Table::new([
        ("x", Column::num([])),
        ("s", Column::text(Vec::<Option<String>>::new())),
    ])
    .unwrap();
    let report = Quality::new()
        .rule(Rule::at_least("x", 0.0))
        .check(&empty)
        .unwrap();
    assert_eq!(
        (report.rows, report.duplicate_rows, report.rules[0].checked),
        (0, 0, 0)
    );
    assert!(report.passes() && !report.to_string().is_empty());
    let missing = Table::new([("x", Column::num([f64::NAN; 3]))]).unwrap();
    let report = Quality::new().check(&missing).unwrap();
    assert_eq!(
        (
            report.columns[0].distinct,
            report.columns[0].range,
            report.duplicate_rows
        ),
        (0, None, 2)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn duplicates_are_those_of_a_plain_comparison(rows in proptest::collection::vec((0..3_i32, proptest::option::of("[ab]?"), proptest::option::of(0..2_i64)), 0..40)) {
        let x = |v: i32| if v == 2 { f64::NAN } else { f64::from(v) };
        let t = Table::new([
            ("x", Column::num(rows.iter().map(|r| x(r.0)))),
            ("s", Column::text(rows.iter().map(|r| r.1.clone()))),
            ("t", Column::time(rows.iter().map(|r| r.2))),
        ]).unwrap();
        let want: Vec<bool> = (0..rows.len()).map(|i| rows[..i].contains(&rows[i])).collect();
        prop_assert_eq!(duplicated(&t, &[]).unwrap(), want);
    }
}
