//! Files and disks that are not what they should be: each gives its own kind of error, with the
//! words a person needs.
//!
//! | fault | where it is tested |
//! |---|---|
//! | truncated or damaged gzip | here; `source.rs::gzip_whole_joined_and_cut` |
//! | wrong header, a column of another type | here (files); `clean.rs` (retail forms) |
//! | empty file, only a header, one row | here |
//! | NUL byte, invalid UTF-8, a quote never closed, a line without end | here |
//! | truncated Parquet, Parquet that is none, a flipped byte in one | here |
//! | full disk | here (tables, bad rows); `ml-serve/tests/full_disk.rs` (registry, events) |
//! | artifact with one byte flipped or cut | `artifact/tests.rs`; `ml-serve/src/registry/tests.rs` |
//! | unknown user, malformed JSON, 10 MB body, port in use, dead server | `ml-serve/src/http/tests.rs` |
//! | read-only registry folder | `ml-serve/src/registry/tests.rs` |
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flate2::{Compression, write::GzEncoder};
use ml_data::Error;
use ml_data::clean::retail_columns;
use ml_data::source::{As, CsvSource, ParquetSource, RejectReason};
use ml_data::table::{Column, Kind, Table};
use std::io::Write;
use std::path::Path;

fn source_error(e: &Error) -> (&str, Option<u64>, &str) {
    match e {
        Error::Source { path, line, reason } => (path, *line, reason),
        other => panic!("not a source error: {other:?}"),
    }
}

#[test]
fn a_gzip_stream_cut_short_is_named_with_its_line() {
    let body: String = (0..20_000).map(|i| format!("{i},{}\n", i % 7)).collect();
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(format!("a,b\n{body}").as_bytes()).unwrap();
    let whole = gz.finish().unwrap();
    let e = CsvSource::bytes("shop.csv.gz", whole[..whole.len() - 9].to_vec())
        .read()
        .unwrap_err();
    let (path, line, reason) = source_error(&e);
    assert_eq!(path, "shop.csv.gz");
    assert!(line.is_some_and(|l| l > 1 && l <= 20_002), "{line:?}");
    assert!(
        reason.contains("gzip stream is damaged or ends early"),
        "{reason}"
    );
    // The batches before the cut arrive, then the error, then nothing.
    let mut batches = CsvSource::bytes("shop.csv.gz", whole[..whole.len() - 9].to_vec())
        .batches(5000)
        .unwrap();
    let read: Vec<bool> = batches.by_ref().map(|b| b.is_ok()).collect();
    assert!(read[0] && read.iter().filter(|ok| !**ok).count() == 1);
    assert_eq!(read.last(), Some(&false));
    assert!(batches.next().is_none());
}

#[test]
fn a_wrong_header_names_the_column_that_is_missing() {
    let e = CsvSource::text("shop.csv", "user,item,prices\na,b,1\n")
        .require("price")
        .read()
        .unwrap_err();
    assert!(
        matches!(&e, Error::NoColumn { column, hint, .. } if column == "price" && hint.contains("`prices`")),
        "{e:?}"
    );
    let other = CsvSource::text("shop.csv", "user,item,price\na,b,1\n")
        .read()
        .unwrap()
        .table;
    let e = retail_columns(&other).unwrap_err();
    assert!(
        matches!(&e, Error::NoColumn { column, .. } if column == "Invoice"),
        "{e:?}"
    );
}

#[test]
fn a_column_of_another_type_names_expected_and_found() {
    let file = "day,price\n2024-01-01,1\n2024-01-02,free\n";
    let e = CsvSource::text("shop.csv", file)
        .require_kind("price", Kind::Num)
        .read()
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "CsvSource shop.csv: column `price` is categorical, expected numeric; `CsvSource::column` \
         declares what it holds"
    );
    assert!(matches!(
        e,
        Error::ColumnKind {
            expected: Kind::Num,
            found: Kind::Cat,
            ..
        }
    ));
    // Declared, the bad row is set aside and nothing else is lost.
    let loaded = CsvSource::text("shop.csv", file)
        .column("price", As::Num)
        .read()
        .unwrap();
    assert_eq!((loaded.table.rows(), loaded.rows_read), (1, 2));
    let bad = &loaded.quarantine.rows()[0];
    assert_eq!((bad.line, bad.row), (3, 1));
    assert_eq!(
        bad.reason,
        RejectReason::Cell {
            column: "price".into(),
            expected: Kind::Num,
            found: "free".into()
        }
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.parquet");
    ParquetSource::write(&shop(), &path).unwrap();
    let e = ParquetSource::path(&path)
        .column("city", As::Num)
        .read()
        .unwrap_err();
    assert!(
        matches!(&e, Error::ColumnKind { column, expected: Kind::Num, found: Kind::Cat, .. } if column == "city"),
        "{e:?}"
    );
}

#[test]
fn empty_files_headers_alone_and_single_rows() {
    let read = |text: &str| CsvSource::text("shop.csv", text).read();
    for empty in ["", "\n", "\n\n"] {
        let e = read(empty).unwrap_err();
        assert_eq!(source_error(&e), ("shop.csv", None, "the file is empty"));
    }
    for header in ["a,b", "a,b\n", "a,b\r\n\n"] {
        let e = read(header).unwrap_err();
        assert_eq!(source_error(&e).2, "the file has a header and no rows");
    }
    let one = read("a,b\n1,x").unwrap();
    assert_eq!((one.rows_read, one.table.rows()), (1, 1));
    assert_eq!(one.table.column(1).str_at(0), Some("x"));
    let gz = CsvSource::bytes("shop.csv.gz", vec![0x1f, 0x8b]);
    assert!(matches!(gz.read().unwrap_err(), Error::Source { .. }));
}

#[test]
fn bytes_that_are_no_text() {
    // NUL is a character like another: it makes a number no number, and is kept in text.
    let file = b"n,s\n1,x\n2\0,y\n3,z\0z\n".to_vec();
    let loaded = CsvSource::bytes("shop.csv", file)
        .column("n", As::Num)
        .read()
        .unwrap();
    let bad = &loaded.quarantine.rows()[0];
    assert_eq!(
        (loaded.table.rows(), loaded.quarantine.len(), bad.line),
        (2, 1, 3)
    );
    assert_eq!(bad.reason.to_string(), "column `n`: `2\0` is not numeric");
    assert_eq!(loaded.table.column(1).str_at(1), Some("z\0z"));
    let file = b"n,s\n1,x\n2,\xc3\x28\n3,z\n".to_vec();
    let loaded = CsvSource::bytes("shop.csv", file).read().unwrap();
    assert_eq!(loaded.table.rows(), 2);
    let bad = &loaded.quarantine.rows()[0];
    assert_eq!((bad.line, bad.row), (3, 1));
    assert_eq!(bad.reason, RejectReason::NotUtf8 { column: "s".into() });
    // A header that is no text can not name columns.
    let e = CsvSource::bytes("shop.csv", b"n,\xff\n1,2\n".to_vec())
        .read()
        .unwrap_err();
    assert_eq!(
        source_error(&e),
        ("shop.csv", Some(1), "the name of column 1 is not UTF-8")
    );
    // An image is not a table.
    let image = [&b"\x89PNG\r\n\x1a\n"[..], &[0, 0, 0, 13, 0xff, 0xfe][..]].concat();
    assert!(matches!(
        CsvSource::bytes("cat.png", image).read().unwrap_err(),
        Error::Source { .. }
    ));
}

#[test]
fn a_quote_that_is_never_closed_is_named_with_its_line() {
    let file = "id,name\n1,lamp\n2,\"mug\n3,plate\n4,bowl\n";
    let e = CsvSource::text("shop.csv", file).read().unwrap_err();
    assert_eq!(
        source_error(&e),
        (
            "shop.csv",
            Some(3),
            "a quoted field is opened and never closed"
        )
    );
    // Told that quotes are letters, every row is read.
    let table = CsvSource::text("shop.csv", file)
        .quote(None)
        .read()
        .unwrap()
        .table;
    assert_eq!(
        (table.rows(), table.column(1).str_at(1)),
        (4, Some("\"mug"))
    );
    // In batches, what comes before arrives first.
    let mut batches = CsvSource::text("shop.csv", file).batches(1).unwrap();
    assert_eq!(batches.next().unwrap().unwrap().rows_read, 1);
    assert!(batches.next().unwrap().is_err());
    assert!(batches.next().is_none());
}

#[test]
fn a_line_without_end_is_given_up_before_it_fills_the_memory() {
    let start = "id,name\n1,lamp\n2,";
    let endless = format!("{start}{}", "x".repeat(3 << 20));
    let source = CsvSource::text("shop.csv", &endless).max_record_bytes(1 << 20);
    let e = source.sample_rows(1).read().unwrap_err();
    let Error::Limit { limit, allowed, .. } = &e else {
        panic!("not a limit: {e:?}");
    };
    assert_eq!((*limit, *allowed), ("record_bytes", 1 << 20));
    let said = e.to_string();
    assert!(
        said.contains("shop.csv, line 3") && said.contains("quote"),
        "{said}"
    );
    // The same line is read where such lines are expected.
    let read = CsvSource::text("shop.csv", &endless).read().unwrap();
    assert_eq!(read.table.rows(), 2);
}

fn shop() -> Table {
    shop_of(2000)
}

fn shop_of(rows: usize) -> Table {
    Table::new([
        ("price", Column::num((0..rows).map(|i| i as f64))),
        (
            "city",
            Column::cat((0..rows).map(|i| Some(["Riga", "Oslo"][i % 2]))),
        ),
    ])
    .unwrap()
}

#[test]
fn parquet_cut_damaged_or_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.parquet");
    ParquetSource::write(&shop_of(200), &path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        ParquetSource::path(&path).read()
    };
    for keep in [0, 3, 7, 100, whole.len() / 2, whole.len() - 1] {
        let e = read(&whole[..keep]).unwrap_err();
        let (at, _, reason) = source_error(&e);
        assert!(at.ends_with("shop.parquet"), "{at}");
        assert!(
            reason.to_lowercase().contains("parquet"),
            "{keep} bytes: {reason}"
        );
    }
    let e = read(b"price,city\n1,Riga\n2,Oslo\n").unwrap_err();
    assert!(source_error(&e).2.contains("Parquet"), "{e}");
    // A flipped byte gives an error or other values, never a panic; every row is accounted for.
    for at in 0..whole.len() {
        let mut bad = whole.clone();
        bad[at] ^= 0x55;
        match read(&bad) {
            Ok(l) => assert_eq!(l.rows_read, l.table.rows()),
            Err(e) => assert!(
                matches!(
                    e,
                    Error::Source { .. } | Error::ArrowType { .. } | Error::Cell { .. }
                ),
                "byte {at}: {e:?}"
            ),
        }
    }
}

#[test]
fn a_full_disk_is_an_io_error_that_names_the_file() {
    // The device that is always full, where the system has it.
    let full = Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let bad = CsvSource::text("shop.csv", "a,b\n1\n2,3\n").read().unwrap();
    for e in [
        ParquetSource::write(&shop(), full).unwrap_err(),
        bad.quarantine.write_csv(full).unwrap_err(),
    ] {
        assert!(
            matches!(&e, Error::Io { context, .. } if context == "writing /dev/full"),
            "{e:?}"
        );
        assert!(e.to_string().contains("No space left on device"), "{e}");
    }
    let nowhere = Path::new("/dev/full/shop.parquet");
    assert!(matches!(
        ParquetSource::write(&shop(), nowhere).unwrap_err(),
        Error::Io { .. }
    ));
}
