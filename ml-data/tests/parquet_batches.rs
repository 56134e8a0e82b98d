//! Parquet files in pieces: the rows of the whole file, and errors that name the row of the file.
#![allow(clippy::unwrap_used)]

use ml_data::repr::Rows;
use ml_data::source::{As, ParquetSource};
use ml_data::table::{Column, Table};

const ROWS: usize = 1000;

/// Numbers, a column of whole numbers that are large in some row, and levels.
fn write(folder: &std::path::Path, huge: Option<usize>) -> (std::path::PathBuf, Table) {
    use ml_data::arrow::array::{ArrayRef, Int64Array, RecordBatch};
    let path = folder.join("rows.parquet");
    let whole = (0..ROWS).map(|i| if Some(i) == huge { i64::MAX } else { i as i64 });
    let table = Table::new([
        (
            "x",
            Column::num((0..ROWS).map(|i| if i % 9 == 0 { f64::NAN } else { i as f64 / 7.0 })),
        ),
        (
            "c",
            Column::cat((0..ROWS).map(|i| (i % 5 > 0).then(|| format!("l{}", i % 11)))),
        ),
    ])
    .unwrap();
    let batch = RecordBatch::try_from(&table).unwrap();
    let columns = [(
        "n",
        std::sync::Arc::new(whole.collect::<Int64Array>()) as ArrayRef,
    )];
    let schema = batch.schema();
    let names = schema.fields().iter().map(|f| f.name().clone());
    let both = names.zip(batch.columns().to_vec());
    let own = columns.map(|(name, array)| (name.to_string(), array));
    let batch = RecordBatch::try_from_iter(both.chain(own)).unwrap();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    (path, table)
}

#[test]
fn pieces_are_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = write(folder.path(), None);
    let whole = ParquetSource::path(&path).read().unwrap().table;
    for rows in [1, 64, 999, 1000, 5000] {
        let pieces = ParquetSource::path(&path).batches(rows).unwrap();
        let pieces: Vec<Table> = pieces.map(|p| p.unwrap().strict().unwrap()).collect();
        assert_eq!(pieces.len(), ROWS.div_ceil(rows));
        assert!(pieces.iter().all(|p| p.rows() <= rows));
        let joined = Table::concat(&pieces).unwrap();
        assert_eq!(joined.rows(), ROWS);
        for c in 0..3 {
            let text = |t: &Table| (0..ROWS).map(|r| t.text_of(c, r)).collect::<Vec<_>>();
            assert_eq!(text(&joined), text(&whole));
        }
    }
    let some = ParquetSource::path(&path)
        .only(["x"])
        .limit(130)
        .batches(100)
        .unwrap();
    let some: Vec<Table> = some.map(|p| p.unwrap().table).collect();
    let sizes: Vec<usize> = some.iter().map(Table::rows).collect();
    assert_eq!((sizes, some[0].columns().len()), (vec![100, 30], 1));
}

#[test]
fn errors_name_the_row_of_the_file_and_end_the_reading() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = write(folder.path(), Some(777));
    let mut pieces = ParquetSource::path(&path).batches(100).unwrap();
    let good = pieces.by_ref().take_while(Result::is_ok).count();
    assert_eq!(good, 7);
    assert!(pieces.next().is_none(), "nothing comes after an error");
    let errors = ParquetSource::path(&path)
        .batches(100)
        .unwrap()
        .filter_map(Result::err);
    let said: Vec<String> = errors.map(|e| e.to_string()).collect();
    assert!(
        said.len() == 1 && said[0].contains("row 777") && said[0].contains("`n`"),
        "{said:?}"
    );
    let text = ParquetSource::path(&path)
        .column("n", As::Text)
        .batches(100)
        .unwrap();
    assert!(
        text.into_iter().all(|p| p.is_ok()),
        "as text they can be read"
    );

    let refused = |source: ParquetSource, rows| source.batches(rows).err().unwrap().to_string();
    assert!(refused(ParquetSource::path(&path), 0).contains("at least 1"));
    assert!(refused(ParquetSource::path(&path).only(["y"]), 9).contains("`y`"));
    assert!(refused(ParquetSource::path(folder.path().join("none")), 9).contains("none"));
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(refused(ParquetSource::path(&path), 9).contains("rows.parquet"));
}

#[test]
fn a_matrix_is_made_of_numbers_only() {
    let folder = tempfile::tempdir().unwrap();
    let (_, table) = write(folder.path(), None);
    let said = table.dense::<f32>().err().unwrap().to_string();
    assert!(
        said.contains("`c`") && said.contains("Table::dense"),
        "{said}"
    );
    let x = table.select(&["x"]).unwrap().dense::<f64>().unwrap();
    assert!(x.row(0)[0].is_nan() && x.row(7)[0] == 1.0 && x.names().get(0) == "x");
}
