//! Binding of a request's JSON to a trained schema.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_data::table::{Column, RowBinder, RowBuf, Schema, Table};
use std::sync::{Arc, LazyLock};

static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    let table = Table::new([
        ("price", Column::num([1.0, 2.0])),
        ("city", Column::cat([Some("Riga"), Some("Oslo")])),
        ("new", Column::bool([Some(true), None])),
        ("at", Column::time([Some(0), None])),
        ("note", Column::text([Some("a"), None])),
    ]);
    table.unwrap().schema().clone()
});

fuzz_target!(|data: &[u8]| {
    let bases =
        [br#"{"price": 2.5, "city": "Riga", "new": true, "at": 1e15, "note": "x"}"#.to_vec()];
    let text = ml_pipeline_fuzz::edited(&bases, data);
    let Ok(request) = serde_json::from_slice(&text) else {
        return;
    };
    let mut row = RowBuf::default();
    let request: serde_json::Value = request;
    let strict = RowBinder::new(&SCHEMA);
    for binder in [strict.clone().allow_all_missing().ignore_unknown(), strict] {
        if let Ok(row) = binder.fill(&request, &mut row) {
            for column in 0..SCHEMA.len() {
                let _ = row.get(column).num();
            }
        }
    }
});
