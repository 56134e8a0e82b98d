//! A pipeline predicts in blocks of rows; nobody can tell.
#![allow(clippy::unwrap_used)]

use ml_pipeline::features::encode::{HandleUnknown, OneHotEncoder};
use ml_pipeline::prelude::*;

const ROWS: usize = 5000;

/// Levels, and another one in some row.
fn table(levels: usize, odd: Option<usize>) -> Table {
    let level = |i: usize| {
        if Some(i) == odd {
            "new".into()
        } else {
            format!("l{}", i % levels)
        }
    };
    let y = (0..ROWS).map(|i| (i % levels) as f64);
    Table::new([
        ("c", Column::cat((0..ROWS).map(|i| Some(level(i))))),
        ("y", Column::num(y)),
    ])
    .unwrap()
}

#[test]
fn an_error_names_the_row_of_the_whole_table() {
    let train = table(7, None).regression("y").unwrap().into_train();
    let model = OneHotEncoder::new()
        .handle_unknown(HandleUnknown::Error)
        .model(Boost::new().num_iterations(30).learning_rate(0.5))
        .fit(&train)
        .unwrap();
    let rows = |odd| {
        let rows = table(7, odd).select(&["c"]).unwrap();
        rows.conform(model.input()).unwrap()
    };
    let said = model.predict(&rows(None)).unwrap().0;
    assert!(
        said.iter()
            .enumerate()
            .all(|(i, v)| (v - (i % 7) as f64).abs() < 0.1)
    );
    for odd in [3, 2047, 2048, 4321] {
        let error = model.predict(&rows(Some(odd))).unwrap_err();
        assert!(
            error.to_string().contains(&format!("row {odd}:")),
            "{error}"
        );
    }
}
