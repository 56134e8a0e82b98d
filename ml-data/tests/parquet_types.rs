//! Columns of Parquet files: every kind, and types of other writers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::cell_as_json;
use ml_data::Error;
use ml_data::source::{As, ParquetSource};
use ml_data::table::{Column, Kind, Table};
use ml_data::time::TimeFormat;
use std::sync::Arc;

#[test]
fn parquet_of_every_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let time = TimeFormat::Iso.parse(b"2024-02-29 12:00:00");
    let table = Table::new([
        ("n", Column::num([1.5, f64::NAN, -3.0])),
        ("c", Column::cat([Some("a"), None, Some("b")])),
        ("s", Column::text([Some("x"), Some(""), None])),
        ("t", Column::time([time, None, Some(0)])),
        ("b", Column::bool([Some(true), None, Some(false)])),
    ])
    .unwrap();
    ParquetSource::write(&table, &path).unwrap();
    let back = ParquetSource::path(&path).read().unwrap();
    assert_eq!(back.rows_read, 3);
    for c in 0..5 {
        assert_eq!(back.table.column(c).kind(), table.column(c).kind());
        for r in 0..3 {
            assert_eq!(
                cell_as_json(&back.table, c, r),
                cell_as_json(&table, c, r),
                "column {c}, row {r}"
            );
        }
    }
    assert_eq!(
        back.table.column_named("t").unwrap().as_time(),
        table.column_named("t").unwrap().as_time()
    );
    let two = ParquetSource::path(&path)
        .only(["b", "s"])
        .column("s", As::Cat)
        .limit(2)
        .read()
        .unwrap()
        .table;
    assert_eq!((two.rows(), two.schema().len()), (2, 2));
    assert_eq!(two.column_named("s").unwrap().kind(), Kind::Cat);
    let e = ParquetSource::path(&path).only(["bb"]).read().unwrap_err();
    assert_eq!(
        e.to_string().split(": ").last(),
        Some("no column `bb` (is it `b`?)")
    );
    assert!(matches!(
        ParquetSource::path(folder.path().join("no"))
            .read()
            .unwrap_err(),
        Error::Io { .. }
    ));
    std::fs::write(&path, b"not parquet at all").unwrap();
    assert!(matches!(
        ParquetSource::path(&path).read().unwrap_err(),
        Error::Source { .. }
    ));
}

#[test]
fn parquet_types_of_other_writers() {
    use ml_data::arrow::array::{
        ArrayRef, Date32Array, Decimal128Array, Float32Array, Int64Array, LargeStringArray,
        RecordBatch,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let write = |columns: Vec<(&str, ArrayRef)>| {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    };
    let big = (1_i64 << 53) + 1;
    write(vec![
        (
            "i",
            Arc::new(Int64Array::from(vec![Some(1), None])) as ArrayRef,
        ),
        ("f", Arc::new(Float32Array::from(vec![0.5, -1.0]))),
        ("d", Arc::new(Date32Array::from(vec![1, 365]))),
        (
            "m",
            Arc::new(
                Decimal128Array::from(vec![1250, -5])
                    .with_precision_and_scale(10, 2)
                    .unwrap(),
            ),
        ),
        ("s", Arc::new(LargeStringArray::from(vec!["x", "y"]))),
    ]);
    let t = ParquetSource::path(&path).read().unwrap().table;
    assert_eq!(t.num_at(0).unwrap()[0], 1.0);
    assert!(t.num_at(0).unwrap()[1].is_nan());
    assert_eq!(t.num_at(1).unwrap(), [0.5, -1.0]);
    assert_eq!(
        t.time_at(2).unwrap(),
        [86_400_000_000, 365 * 86_400_000_000]
    );
    assert_eq!(t.num_at(3).unwrap(), [12.5, -0.05]);
    assert_eq!(t.column(4).str_at(1), Some("y"));
    write(vec![(
        "id",
        Arc::new(Int64Array::from(vec![1, big])) as ArrayRef,
    )]);
    let e = ParquetSource::path(&path).read().unwrap_err();
    assert!(
        matches!(&e, Error::Cell { column, row: 1, .. } if column == "id"),
        "{e}"
    );
    let t = ParquetSource::path(&path)
        .column("id", As::Text)
        .read()
        .unwrap()
        .table;
    assert_eq!(t.column(0).str_at(1), Some(big.to_string().as_str()));
}
