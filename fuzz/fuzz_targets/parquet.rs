//! Parquet reader on edited files, whole and in pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_data::source::ParquetSource;
use ml_data::table::{Column, Table};
use std::path::PathBuf;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

static BASES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    // The decoder below panics on some damaged pages; the reader catches that and returns an error.
    // libFuzzer's hook would abort before it can. A panic that nobody catches still ends the run.
    std::panic::set_hook(Box::new(|_| {}));
    let plain = Table::new([("x", Column::num((0..20).map(|i| f64::from(i) / 7.0)))]).unwrap();
    let mixed = Table::new([
        (
            "x",
            Column::num((0..40).map(|i| if i % 9 == 0 { f64::NAN } else { f64::from(i) })),
        ),
        (
            "c",
            Column::cat((0..40).map(|i| (i % 5 > 0).then(|| format!("l{}", i % 7)))),
        ),
        (
            "b",
            Column::bool((0..40).map(|i| (i % 4 > 0).then_some(i % 3 == 0))),
        ),
        (
            "t",
            Column::text((0..40).map(|i| (i % 6 > 0).then(|| "word ".repeat(i % 5)))),
        ),
    ])
    .unwrap();
    [plain, mixed]
        .iter()
        .map(|table| {
            let path = FOLDER.path().join("base.parquet");
            ParquetSource::write(table, &path).unwrap();
            std::fs::read(path).unwrap()
        })
        .collect()
});

fn path() -> PathBuf {
    FOLDER.path().join("edited.parquet")
}

fuzz_target!(|data: &[u8]| {
    std::fs::write(path(), ml_pipeline_fuzz::edited(&BASES, data)).unwrap();
    let _ = ParquetSource::path(path()).read();
    if let Ok(batches) = ParquetSource::path(path()).batches(7) {
        for batch in batches.take(1_000) {
            if batch.is_err() {
                break;
            }
        }
    }
});
