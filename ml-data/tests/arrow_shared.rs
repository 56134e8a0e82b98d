//! Tables and Arrow batches share the memory of what both hold alike.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch};
use ml_data::arrow::datatypes::{Float64Type, TimestampMicrosecondType};
use ml_data::prelude::*;
use std::sync::Arc;

#[test]
fn numbers_times_and_text_are_not_copied() {
    let table = Table::new([
        ("x", Column::num([1.0, f64::NAN, 3.0])),
        ("t", Column::time([Some(1), None, Some(3)])),
        ("s", Column::text([Some("a"), None, Some("c")])),
    ])
    .unwrap();
    let batch = RecordBatch::try_from(table.clone()).unwrap();
    let x = batch.column(0).as_primitive::<Float64Type>();
    assert!(std::ptr::eq(&x.values()[0], &table.num("x").unwrap()[0]));
    assert_eq!((x.null_count(), x.is_null(1)), (1, true));
    let t = batch.column(1).as_primitive::<TimestampMicrosecondType>();
    assert!(std::ptr::eq(&t.values()[0], &table.time("t").unwrap()[0]));
    assert_eq!((t.null_count(), t.is_null(1)), (1, true));
    let back = Table::try_from(batch).unwrap();
    assert_eq!(back.to_string(), table.to_string());
    // Without missing values the way back shares, too, also of a part.
    let whole = table.filter_by("x", |c| !c.is_missing()).unwrap();
    let batch = RecordBatch::try_from(&whole.tail(1)).unwrap();
    assert_eq!(batch.column(0).null_count(), 0);
    let back = Table::try_from(batch).unwrap();
    assert!(std::ptr::eq(
        &back.num("x").unwrap()[0],
        &whole.num("x").unwrap()[1]
    ));
    assert!(std::ptr::eq(
        &back.time("t").unwrap()[0],
        &whole.time("t").unwrap()[1]
    ));
    assert_eq!(back.text("s").unwrap().value(0), "c");
}

#[test]
fn a_number_that_is_none_is_missing_from_arrow_as_well() {
    let array: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN]));
    let batch = RecordBatch::try_from_iter([("x", array)]).unwrap();
    let table = Table::try_from(batch).unwrap();
    assert_eq!(table.column_named("x").unwrap().missing(), 1);
}
