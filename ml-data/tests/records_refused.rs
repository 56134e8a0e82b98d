//! Records that would lose something: refused by field, row and value.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::prelude::*;
use ml_data::table::{RowBinder, RowBuf};
use ml_data::time::Micros;
use serde::Serialize;
use serde_json::json;

#[derive(Serialize)]
struct Inner {
    price: f64,
}

/// Two fields of one name.
#[derive(Serialize)]
struct Twice {
    price: f64,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Serialize)]
struct Seen {
    at: Micros,
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    let twice = Twice {
        price: 1.0,
        inner: Inner { price: 2.0 },
    };
    let trained = Table::new([("price", Column::num([1.0]))]).unwrap();
    let mut row = RowBuf::default();
    let binder = RowBinder::new(trained.schema());
    let said = binder.fill(&twice, &mut row).unwrap_err().to_string();
    assert!(said.contains("`price`") && said.contains("twice"), "{said}");
    // The next request starts afresh.
    assert_eq!(
        binder.fill(&twice.inner, &mut row).unwrap().get(0).num(),
        2.0
    );
    let said = Table::from_records(&[twice]).unwrap_err().to_string();
    assert!(
        said.contains("`price`, row 0") && said.contains("twice"),
        "{said}"
    );
}

#[test]
fn the_instant_that_stands_for_a_missing_time_is_no_time() {
    let first = Seen {
        at: Micros(i64::MIN),
    };
    let trained = Table::new([("at", Column::time([Some(5)]))]).unwrap();
    let binder = RowBinder::new(trained.schema());
    let mut row = RowBuf::default();
    let mut refused = |at: serde_json::Value| {
        let said = binder.fill(&json!({ "at": at }), &mut row).unwrap_err();
        said.to_string()
    };
    for at in [json!(i64::MIN), json!(u64::MAX)] {
        let expected = format!("request field `at` is {at}, expected time");
        assert_eq!(refused(at), expected);
    }
    let said = binder.fill(&first, &mut row).unwrap_err().to_string();
    assert_eq!(
        said,
        "request field `at` is -9223372036854775808, expected time"
    );
    let near = Seen {
        at: Micros(i64::MIN + 1),
    };
    assert_eq!(
        binder.fill(&near, &mut row).unwrap().get(0).time(),
        i64::MIN + 1
    );
    let said = Table::from_records(&[near, first]).unwrap_err().to_string();
    assert!(said.contains("`at`, row 1"), "{said}");
}
