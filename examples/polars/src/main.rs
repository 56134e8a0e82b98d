//! A data frame of Polars as a table, through Arrow's C data interface: no number is copied.
//!
//! `cargo run --release --manifest-path examples/polars/Cargo.toml`

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::{ArrayRef, RecordBatch, make_array};
use ml_pipeline::prelude::*;
use polars_arrow::ffi::{export_array_to_c, export_field_to_c};
use polars_core::prelude::{Column as Series, CompatLevel, DataFrame};
use std::mem::transmute;

/// One column, handed over. Both sides lay the interface's two structs out as its standard says,
/// and the receiver calls `release` when the last table that reads the buffers is gone.
fn column(series: &Series) -> Result<ArrayRef> {
    let series = series.as_materialized_series().rechunk();
    let level = CompatLevel::oldest(); // texts as offsets and bytes, not as views
    let array = export_array_to_c(series.to_arrow(0, level));
    let field = export_field_to_c(&series.field().to_arrow(level));
    // SAFETY: the same C structs under two names; `transmute` refuses other sizes.
    let (array, field): (FFI_ArrowArray, FFI_ArrowSchema) =
        unsafe { (transmute(array), transmute(field)) };
    // SAFETY: made by the exporter a moment ago, and used once.
    let data = unsafe { from_ffi(array, &field) };
    Ok(make_array(data.map_err(Error::other)?))
}

fn table(frame: &DataFrame) -> Result<Table> {
    let columns = frame.columns().iter();
    let named = columns.map(|c| Ok((c.name().to_string(), column(c)?)));
    let batch = RecordBatch::try_from_iter(named.collect::<Result<Vec<_>>>()?);
    Table::try_from(batch.map_err(Error::other)?)
}

fn main() -> Result<()> {
    let size: Vec<f64> = (0..1000).map(|i| f64::from(20 + i * 37 % 101)).collect();
    let city: Vec<&str> = (0..1000).map(|i| ["Oslo", "Riga"][i % 2]).collect();
    let rent = size.iter().zip(&city);
    let rent: Vec<f64> = rent
        .map(|(s, c)| 8.0 * s + 100.0 * (*c == "Oslo") as u8 as f64)
        .collect();
    let frame = DataFrame::new(
        1000,
        vec![
            Series::new("size".into(), size),
            Series::new("city".into(), city),
            Series::new("rent".into(), rent),
        ],
    );
    let frame = frame.map_err(Error::other)?;
    let table = table(&frame)?.cast("city", Kind::Cat)?;
    let sizes = frame.column("size").and_then(|c| c.f64()?.cont_slice());
    let sizes = sizes.map_err(Error::other)?;
    assert_eq!(sizes.as_ptr(), table.num("size")?.as_ptr(), "not copied");

    let data = table.regression("rent")?;
    let TrainTest { train, test } = data.train_test_split(Split::holdout(0.2))?;
    let model = ColumnTransformer::new()
        .with("size", Passthrough)
        .with("city", OneHotEncoder::new())
        .model(Boost::new())
        .fit(&train)?;
    let board = test.evaluate(&[("boosting", &model)], &[&Rmse])?;
    println!("{board}");
    assert!(board.get("boosting", "rmse").is_some_and(|e| e < 20.0));
    Ok(())
}
