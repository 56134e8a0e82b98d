//! Columns cast to other kinds: against polars (`golden/verbs.py`), back again, and refused.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::prelude::*;
use ml_data::table::{MISSING_BOOL, MISSING_TIME};
use ml_data::testkit::golden;
use proptest::prelude::*;
use serde_json::Value;

fn opt<'a, T>(v: &'a Value, of: impl Fn(&'a Value) -> Option<T>) -> Vec<Option<T>> {
    v.as_array().unwrap().iter().map(of).collect()
}

fn nums(v: &Value) -> Vec<f64> {
    let all = opt(v, Value::as_f64).into_iter();
    all.map(|x| x.unwrap_or(f64::NAN)).collect()
}

#[test]
fn casts_are_those_of_polars() {
    let g: Value = golden!("verbs").unwrap();
    let g = &g["cast"];
    let one = |column: Column| Table::new([("x", column)]).unwrap();
    let same = |found: &[f64], to: &Value| {
        let to = nums(to);
        assert_eq!(found.len(), to.len());
        assert!(
            found
                .iter()
                .zip(&to)
                .all(|(a, b)| a == b || a.is_nan() && b.is_nan())
        );
    };
    let texts = |t: &Table, to: &Value| {
        let found: Vec<_> = t.text("x").unwrap().iter().collect();
        assert_eq!(found, opt(to, Value::as_str));
    };
    for case in g["text_to_number"].as_array().unwrap() {
        let from = opt(&case["from"], Value::as_str);
        for column in [Column::text(from.clone()), Column::cat(from.clone())] {
            match one(column).cast("x", Kind::Num) {
                Ok(t) => same(t.num("x").unwrap(), &case["to"]),
                Err(_) => assert!(case["to"].is_null()),
            }
        }
    }
    for case in g["whole_to_text"].as_array().unwrap() {
        let t = one(Column::num(nums(&case["from"])));
        texts(&t.cast("x", Kind::Text).unwrap(), &case["to"]);
    }
    let flags = &g["boolean_to_number"];
    let t = one(Column::bool(opt(&flags["from"], Value::as_bool)));
    same(
        t.cast("x", Kind::Num).unwrap().num("x").unwrap(),
        &flags["to"],
    );
    texts(
        &t.cast("x", Kind::Text).unwrap(),
        &g["boolean_to_text"]["to"],
    );
    let times = &g["text_to_time"];
    let t = one(Column::text(opt(&times["from"], Value::as_str)));
    let t = t.cast("x", Kind::Time).unwrap();
    let micros = opt(&times["to"], Value::as_i64).into_iter();
    let micros: Vec<i64> = micros.map(|t| t.unwrap_or(MISSING_TIME)).collect();
    assert_eq!(t.time("x").unwrap(), micros);
    // Back to the same text, with its microseconds.
    texts(&t.cast("x", Kind::Text).unwrap(), &times["from"]);
    texts(
        &t.head(2).cast("x", Kind::Text).unwrap(),
        &g["time_to_text"]["to"],
    );
}

#[test]
fn what_can_not_be_cast_is_named() {
    let t = Table::new([
        ("n", Column::num([1.0, 0.5])),
        ("c", Column::cat([Some("yes"), Some("TRUE")])),
        ("d", Column::text([Some("2024-02-30"), None])),
        ("t", Column::time([Some(0), Some(i64::MAX)])),
        ("b", Column::bool([Some(true), None])),
    ])
    .unwrap();
    let told = |name: &str, to| t.cast(name, to).unwrap_err().to_string();
    for (name, to, text) in [
        (
            "n",
            Kind::Bool,
            "column `n`, row 1: expected 0 or 1, found 0.5",
        ),
        (
            "n",
            Kind::Time,
            "column `n`, row 1: expected whole microseconds since 1970, up to 2^53, found 0.5",
        ),
        (
            "c",
            Kind::Bool,
            "column `c`, row 0: expected `true` or `false`, found `yes`",
        ),
        (
            "d",
            Kind::Time,
            "column `d`, row 0: expected a date or time of ISO 8601, found `2024-02-30`",
        ),
        (
            "t",
            Kind::Num,
            "column `t`, row 1: expected microseconds up to 2^53, found 9223372036854775807",
        ),
        (
            "t",
            Kind::Bool,
            "Table::cast does not support time to boolean, column `t`: neither stands for the other",
        ),
        (
            "b",
            Kind::Time,
            "Table::cast does not support boolean to time, column `b`: neither stands for the other",
        ),
        ("m", Kind::Num, "Table::cast: no column `m`"),
    ] {
        assert_eq!(told(name, to), text);
    }
    let flags = t.tail(1).cast("c", Kind::Bool).unwrap();
    assert_eq!(flags.bool("c").unwrap(), [1]);
    assert_eq!(t.bool("b").unwrap(), [1, MISSING_BOOL]);
    // The same kind: nothing moves.
    let (own, same) = (t.num("n").unwrap(), t.cast("n", Kind::Num).unwrap());
    assert!(std::ptr::eq(own, same.num("n").unwrap()));
}

proptest! {
    /// Numbers and times read back from text as the same bits (one zero apart).
    #[test]
    fn texts_of_numbers_and_times_read_back(
        values in prop::collection::vec(any::<f64>(), 1..40),
        times in prop::collection::vec(-60_000_000_000_000_000..200_000_000_000_000_000_i64, 1..40),
    ) {
        let t = Table::new([("x", Column::num(values))]).unwrap();
        let back = t.cast("x", Kind::Text).unwrap().cast("x", Kind::Num).unwrap();
        for (a, b) in t.num("x").unwrap().iter().zip(back.num("x").unwrap()) {
            prop_assert!(a == b || a.is_nan() && b.is_nan(), "{} {}", a, b);
        }
        let t = Table::new([("t", Column::time(times.into_iter().map(Some)))]).unwrap();
        let back = t.cast("t", Kind::Cat).unwrap().cast("t", Kind::Time).unwrap();
        prop_assert_eq!(t.time("t").unwrap(), back.time("t").unwrap());
    }
}
