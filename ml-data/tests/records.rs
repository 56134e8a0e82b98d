//! Structs and JSON objects as rows, both ways: values by hand.
#![allow(missing_docs, clippy::unwrap_used)]
mod toys;

use ml_data::prelude::*;
use ml_data::table::{Cell, MISSING_CODE, MISSING_TIME, RowBinder, RowBuf};
use ml_data::testkit::{CountingAllocator, allocations};
use ml_data::time::Micros;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use toys::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Size {
    Small,
    #[serde(rename = "very large")]
    Large,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Euro(f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    city: String,
    zip: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Visit {
    price: Euro,
    pages: u8,
    user: i64,
    weight: Option<f32>,
    size: Size,
    coupon: Option<bool>,
    #[serde(flatten)]
    place: Place,
    at: Micros,
    until: Option<Micros>,
    grade: char,
    note: String,
}

fn visit(i: i64) -> Visit {
    Visit {
        price: Euro(2.5 * i as f64),
        pages: i as u8,
        user: (1 << 53) - i,
        weight: (i % 2 == 0).then_some(0.5),
        size: [Size::Small, Size::Large][i as usize % 2],
        coupon: [None, Some(true), Some(false)][i as usize % 3],
        place: Place {
            city: ["Riga", "Oslo"][i as usize % 2].into(),
            zip: (i > 0).then(|| format!("0{i}")),
        },
        at: Micros(1_000_000 + i),
        until: (i == 1).then_some(Micros(-5)),
        grade: ['a', 'ß'][i as usize % 2],
        note: format!("the visitor number {i} of this day"),
    }
}

#[test]
fn structs_become_columns_and_come_back() {
    let visits: Vec<Visit> = (0..4).map(visit).collect();
    let table = Table::from_records(&visits).unwrap();
    let kinds = table.schema().fields().iter().map(|f| (f.name(), f.kind()));
    let want = [
        ("price", Kind::Num),
        ("pages", Kind::Num),
        ("user", Kind::Num),
        ("weight", Kind::Num),
        ("size", Kind::Cat),
        ("coupon", Kind::Bool),
        ("city", Kind::Cat),
        ("zip", Kind::Cat),
        ("at", Kind::Time),
        ("until", Kind::Time),
        ("grade", Kind::Cat),
        ("note", Kind::Text),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), want);
    assert_eq!(table.num_at(0).unwrap(), [0.0, 2.5, 5.0, 7.5]);
    assert_eq!(table.num_at(2).unwrap()[0], (1_u64 << 53) as f64);
    assert!(table.num_at(3).unwrap()[1].is_nan());
    assert_eq!(table.column(4).str_at(1), Some("very large"));
    assert_eq!(table.codes_at(7).unwrap(), [MISSING_CODE, 0, 1, 2]);
    assert_eq!(table.time_at(9).unwrap()[..2], [MISSING_TIME, -5]);
    assert_eq!(table.records::<Visit>().unwrap(), visits);
}

#[test]
fn integers_are_exact_or_refused_with_field_and_row() {
    #[derive(Serialize)]
    struct Id {
        id: u64,
        big: i128,
    }
    let past = (1_u64 << 53) + 1;
    let of = |id, big| Table::from_records(&[Id { id: 1, big: 1 }, Id { id, big }]);
    let held = of(u64::MAX - 2047, i128::from(i64::MIN)).unwrap();
    assert_eq!(held.num_at(0).unwrap()[1], 18_446_744_073_709_549_568.0);
    assert_eq!(held.num_at(1).unwrap()[1], -(2f64.powi(63)));
    let said = |table: Result<Table>| table.unwrap_err().to_string();
    assert_eq!(
        said(of(past, 0)),
        "column `id`, row 1: expected an integer that f64 holds exactly, as up to 2^53 (or a \
         string), found 9007199254740993"
    );
    assert!(said(of(u64::MAX, 0)).contains("`id`, row 1"));
    assert!(said(of(0, i128::MAX)).contains("`big`, row 1"));
}

#[test]
fn maps_of_other_fields_are_missing_where_they_lack_one() {
    let rows: Vec<BTreeMap<&str, serde_json::Value>> = vec![
        BTreeMap::from([("a", json!(1)), ("none", json!(null))]),
        BTreeMap::from([("b", json!("x")), ("a", json!(2.5))]),
        BTreeMap::from([("b", json!("y"))]),
    ];
    let table = Table::from_records(&rows).unwrap();
    assert_eq!(table.num_at(0).unwrap()[..2], [1.0, 2.5]);
    assert!(table.num_at(0).unwrap()[2].is_nan());
    assert_eq!(table.column_named("b").unwrap().str_at(1), Some("x"));
    assert_eq!(table.column_named("b").unwrap().missing(), 1);
    let none = table.column_named("none").unwrap();
    assert_eq!((none.kind(), none.missing()), (Kind::Num, 3));
}

#[test]
fn what_is_no_column_is_refused_by_name() {
    #[derive(Serialize)]
    struct Of<T> {
        x: T,
    }
    fn said<T: Serialize>(x: T) -> String {
        Table::from_records(&[Of { x }]).unwrap_err().to_string()
    }
    assert_eq!(
        said(vec![1]),
        "column `x`, row 0: expected a value of a column, found a list"
    );
    assert!(said((1, 2)).contains("found a list"));
    assert!(said(json!({"a": 1})).contains("found an object"));
    assert!(said(Of { x: 1 }).contains("found an object"));
    assert!(said(Some(Ok::<i32, i32>(1))).contains("found a variant with data"));
    let mixed = [json!({"x": 1}), json!({"x": "a"})];
    assert_eq!(
        Table::from_records(&mixed).unwrap_err().to_string(),
        "column `x`, row 1: expected a numeric value, as before, found a string"
    );
    let e = Table::from_records(&[1, 2]).unwrap_err().to_string();
    assert_eq!(
        e,
        "record: expected a struct or a map of fields, found a number"
    );
    let none: [Visit; 0] = [];
    assert!(matches!(Table::from_records(&none), Err(Error::Empty(_))));
    let keys = [BTreeMap::from([(1, 2)])];
    let e = Table::from_records(&keys).unwrap_err().to_string();
    assert_eq!(e, "key of a record: expected a string, found a number");
}

#[test]
fn fields_that_do_not_take_a_value_are_named_with_row() {
    fn said<'t, T: Deserialize<'t> + std::fmt::Debug>(table: &'t Table) -> String {
        table.records::<T>().unwrap_err().to_string()
    }
    #[derive(Debug, Deserialize)]
    struct Pages {
        #[allow(dead_code)]
        pages: u8,
    }
    let pages = |last| Table::new([("pages", Column::num([1.0, last]))]).unwrap();
    assert_eq!(
        said::<Pages>(&pages(256.0)),
        "column `pages`, row 1: expected u8, found integer `256`"
    );
    assert!(said::<Pages>(&pages(1.5)).contains("row 1: expected u8, found floating point `1.5`"));
    assert!(said::<Pages>(&pages(-1.0)).contains("expected u8, found integer `-1`"));
    assert!(said::<Pages>(&pages(f64::NAN)).contains("found a missing value (a field of type"));
    let other = Table::new([("page", Column::num([1.0]))]).unwrap();
    assert_eq!(
        said::<Pages>(&other),
        "Table::records: no column `pages` (is it `page`?)"
    );
    #[derive(Debug, Deserialize)]
    struct Sized {
        #[allow(dead_code)]
        size: Size,
    }
    let sizes = Table::new([("size", Column::cat([Some("Small"), Some("tiny")]))]).unwrap();
    assert_eq!(
        said::<Sized>(&sizes),
        "column `size`, row 1: expected one of the variants Small, very large, found `tiny`"
    );
}

#[test]
fn records_read_numbers_booleans_and_borrowed_text() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Row<'t> {
        flag: bool,
        count: u64,
        text: &'t str,
        number: f32,
        any: serde_json::Value,
    }
    let table = Table::new([
        ("flag", Column::num([1.0])),
        ("count", Column::bool([Some(true)])),
        ("text", Column::text([Some("hi")])),
        ("number", Column::bool([Some(true)])),
        ("any", Column::cat([Some("c")])),
        ("left out", Column::num([0.0])),
    ])
    .unwrap();
    let want = Row {
        flag: true,
        count: 1,
        text: "hi",
        number: 1.0,
        any: json!("c"),
    };
    assert_eq!(table.records::<Row<'_>>().unwrap(), [want]);
    let missing = Table::new([("number", Column::num([f64::NAN]))]).unwrap();
    #[derive(Deserialize)]
    struct Number {
        number: f32,
    }
    assert!(missing.records::<Number>().unwrap()[0].number.is_nan());
}

fn trained() -> Table {
    Table::new([
        ("price", Column::num([2.5, 4.0])),
        ("city", Column::cat([Some("Riga"), Some("Oslo")])),
        ("note", Column::text([Some("a"), Some("b")])),
        ("at", Column::time([Some(0), Some(1)])),
        ("new", Column::bool([Some(true), Some(false)])),
    ])
    .unwrap()
}

fn bound(binder: &RowBinder, request: &serde_json::Value) -> Result<Vec<String>> {
    let mut row = RowBuf::default();
    let row = binder.fill(request, &mut row)?;
    Ok((0..row.len())
        .map(|c| format!("{:?}", row.get(c)))
        .collect())
}

fn whole() -> serde_json::Value {
    json!({"new": true, "price": 3, "city": "Oslo", "note": "hi", "at": 5})
}

#[test]
fn requests_bind_by_name_in_any_order() {
    let binder = RowBinder::new(trained().schema());
    let want = [
        "Num(3.0)",
        "Code(1)",
        "Text(\"hi\")",
        "Time(5)",
        "Bool(true)",
    ];
    assert_eq!(bound(&binder, &whole()).unwrap(), want);
    let mut other = whole();
    other["city"] = json!("Rome");
    other["price"] = json!(null);
    other["new"] = json!(0);
    let want = [
        "Missing",
        "Code(2)",
        "Text(\"hi\")",
        "Time(5)",
        "Bool(false)",
    ];
    assert_eq!(bound(&binder, &other).unwrap(), want);
    #[derive(Serialize)]
    struct Request<'a> {
        at: Micros,
        new: f64,
        city: Size,
        note: &'a str,
        price: bool,
    }
    let trained = trained()
        .with_column("city", Column::cat([Some("very large"), Some("Small")]))
        .unwrap();
    let mut row = RowBuf::default();
    let request = Request {
        at: Micros(9),
        new: 1.0,
        city: Size::Small,
        note: "x",
        price: true,
    };
    let row = RowBinder::new(trained.schema())
        .fill(&request, &mut row)
        .unwrap();
    assert_eq!(
        [0, 1, 2, 3, 4].map(|c| row.get(c)),
        [
            Cell::Num(1.0),
            Cell::Code(1),
            Cell::Text("x"),
            Cell::Time(9),
            Cell::Bool(true)
        ]
    );
}

#[test]
fn requests_are_strict_unless_told_otherwise() {
    let strict = RowBinder::new(trained().schema());
    let said = |binder: &RowBinder, request| bound(binder, &request).unwrap_err().to_string();
    let all = "request needs a value for `price`, `city`, `note`, `at`, `new`: send null where \
               there is none, or let the column be missing with `RowBinder::allow_missing`";
    assert_eq!(said(&strict, json!({})), all);
    let mut request = whole();
    request["c"] = json!("Riga");
    assert_eq!(
        said(&strict, request.clone()),
        "request field `c` is unknown, expected one of `price`, `city`, `note`, `at`, `new`"
    );
    let lax = strict.clone().ignore_unknown();
    assert_eq!(
        bound(&lax, &request).unwrap(),
        bound(&lax, &whole()).unwrap()
    );
    for odd in [json!([1, [2]]), json!({"a": {"b": 1}}), json!(null)] {
        request["c"] = odd;
        assert!(bound(&lax, &request).is_ok());
        assert!(said(&strict, request.clone()).contains("`c` is unknown"));
    }
    assert_eq!(
        said(&strict, json!({"prise": 1})),
        "request field `prise` is unknown, expected `price`"
    );
    let some = strict
        .clone()
        .allow_missing(["city", "note", "at"])
        .unwrap();
    assert!(said(&some, json!({"price": 1})).contains("a value for `new`:"));
    let row = bound(&some, &json!({"price": 1, "new": false})).unwrap();
    assert_eq!(
        row,
        ["Num(1.0)", "Missing", "Missing", "Missing", "Bool(false)"]
    );
    let none = strict.clone().allow_all_missing();
    assert_eq!(bound(&none, &json!({})).unwrap(), ["Missing"; 5]);
    let e = strict.allow_missing(["citi"]).unwrap_err().to_string();
    assert_eq!(
        e,
        "RowBinder::allow_missing: no column `citi` (is it `city`?)"
    );
}

#[test]
fn case_r2_values_of_requests_are_exact_or_refused_by_name() {
    let binder = RowBinder::new(trained().schema());
    for (field, value, found) in [
        ("price", json!("dear"), "a string, expected numeric"),
        (
            "price",
            json!(9_007_199_254_740_993_i64),
            "9007199254740993, which",
        ),
        (
            "price",
            json!(-9_007_199_254_740_993_i64),
            "-9007199254740993, which",
        ),
        ("price", json!(u64::MAX), "18446744073709551615, which"),
        ("price", json!([1]), "a list"),
        ("price", json!({"a": 1}), "an object"),
        ("city", json!(1), "the number 1 (a category is text"),
        ("city", json!(true), "a boolean"),
        ("note", json!(1), "a number, expected text"),
        ("new", json!(2), "a number, expected boolean"),
        ("new", json!("yes"), "a string"),
        ("at", json!(u64::MAX), "18446744073709551615, expected time"),
        ("at", json!(0.5), "0.5, no whole number of microseconds"),
        ("at", json!(1e30), "1000000000000000"),
        ("at", json!("2024-01-01"), "a string"),
    ] {
        let mut request = whole();
        request[field] = value;
        let said = bound(&binder, &request).unwrap_err().to_string();
        let start = format!("request field `{field}` is {found}");
        assert!(said.starts_with(&start), "{said}\n{start}");
    }
    let mut request = whole();
    request["at"] = json!(9_007_199_254_740_993_i64);
    request["price"] = json!(9_007_199_254_740_992_i64);
    let row = bound(&binder, &request).unwrap();
    assert_eq!(row[0], format!("{:?}", Cell::Num(9_007_199_254_740_992.0)));
    assert_eq!(row[3], "Time(9007199254740993)");
    request["at"] = json!(-5.0);
    assert_eq!(bound(&binder, &request).unwrap()[3], "Time(-5)");
}

#[test]
fn a_warm_binding_allocates_nothing() {
    let trained = Table::from_records(&(0..4).map(visit).collect::<Vec<_>>()).unwrap();
    let binder = RowBinder::new(trained.schema());
    let mut row = RowBuf::default();
    let request = visit(3);
    binder.fill(&request, &mut row).unwrap();
    let (binder_json, object, mut json_row) = (
        RowBinder::new(self::trained().schema()),
        whole(),
        RowBuf::default(),
    );
    binder_json.fill(&object, &mut json_row).unwrap();
    let made = allocations(|| {
        for _ in 0..20 {
            binder.fill(&request, &mut row).unwrap();
            binder_json.fill(&object, &mut json_row).unwrap();
        }
    });
    assert_eq!(made.0, Some(0));
}

#[test]
fn tables_and_records_predict_as_the_rows_they_were_trained_on() {
    #[derive(Clone, Serialize)]
    struct Row {
        city: Option<&'static str>,
        x: f64,
    }
    let train = table(50).regression("y").unwrap().into_train();
    let model = pipeline().fit(&train).unwrap();
    let rows = table(50).drop(&["y"]).unwrap();
    let want = model.predict(&rows).unwrap().0;
    // With the target still in it, turned round, and with categories as text.
    let city = rows.column_named("city").unwrap();
    let text = Column::text((0..50).map(|i| city.str_at(i)));
    let turned = table(50).with_column("city", text).unwrap();
    let turned = turned.select(&["y", "city", "x"]).unwrap();
    assert!(
        model
            .predict(&turned)
            .unwrap_err()
            .to_string()
            .contains("`predict_table`")
    );
    assert_eq!(model.predict_table(&turned).unwrap().0, want);
    let served: std::sync::Arc<dyn Predictor<Table, Scores>> = std::sync::Arc::new(model);
    assert_eq!(served.predict_table(&turned).unwrap().0, want);
    let x = rows.column_named("x").unwrap().as_num().unwrap();
    for (i, (x, want)) in x.iter().zip(&want).enumerate() {
        let object = json!({"x": x, "city": city.str_at(i)});
        assert_eq!(served.predict_one(&object).unwrap(), *want);
    }
    let e = served.predict_one(&Row { city: None, x: 1.0 });
    assert!(e.is_ok());
    let e = served
        .predict_one(&json!({"x": 1.0}))
        .unwrap_err()
        .to_string();
    assert!(e.starts_with("request needs a value for `city`"), "{e}");
    let e = served
        .predict_table(&rows.select(&["x"]).unwrap())
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "schema changed: `city` (categorical): missing"
    );
}

proptest! {
    #[test]
    fn records_come_back_from_tables(
        rows in proptest::collection::vec(
            (any::<f64>(), proptest::option::of(any::<i32>()), proptest::option::of("[a-c]{0,2}"), any::<bool>(), any::<i64>()),
            1..20,
        )
    ) {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct Row { x: f64, n: Option<i32>, s: Option<String>, b: bool, t: Micros }
        let rows: Vec<Row> = rows
            .into_iter()
            .filter(|r| !r.0.is_nan() && r.4 != MISSING_TIME)
            .map(|(x, n, s, b, t)| Row { x, n, s, b, t: Micros(t) })
            .collect();
        prop_assume!(!rows.is_empty());
        let table = Table::from_records(&rows).unwrap();
        prop_assert_eq!(table.len(), rows.len());
        // A column of `None` alone is numeric, and its fields are `None` all the same.
        prop_assert_eq!(table.records::<Row>().unwrap(), rows);
    }
}
