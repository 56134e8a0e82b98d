//! Reading files: what pandas reads, what is broken, what is counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use flate2::Compression;
use flate2::write::GzEncoder;
use ml_data::Error;
use ml_data::source::{
    As, CsvSource, Encoding, Loaded, Missing, OnMismatch, ParquetSource, Ragged, Reason, TimeFormat,
};
use ml_data::table::{Cell, Column, Kind, Table};
use proptest::prelude::*;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

fn cell_as_json(table: &Table, column: usize, row: usize) -> serde_json::Value {
    match table.column(column).cell(row) {
        Cell::Missing => serde_json::Value::Null,
        Cell::Num(x) if x == f64::INFINITY => "inf".into(),
        Cell::Num(x) if x == f64::NEG_INFINITY => "-inf".into(),
        Cell::Num(x) => x.into(),
        Cell::Bool(b) => b.into(),
        _ => table.column(column).str_at(row).into(),
    }
}

#[test]
fn reads_what_pandas_reads() {
    for case in common::golden("read_csv.json").as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let source = CsvSource::text("golden", case["text"].as_str().unwrap());
        let source = match name {
            "tabs" => source.delimiter(b'\t'),
            "semicolons and decimal commas" => source.delimiter(b';').decimal(b','),
            "thousands" => source.thousands(b','),
            "comments" => source.comment(b'#'),
            "no header" => source.has_header(false),
            "short rows" => source.ragged(Ragged::Fill),
            "repeated names" => source.rename_duplicates(true),
            "na words" | "words that are names" => source.missing(Missing::pandas()),
            "names repeated and taken" => source.rename_duplicates(true),
            "row names" => source.skip_row_names(true),
            "no quoting" => source.delimiter(b'\t').quote(None),
            _ => source,
        };
        let table = source
            .read()
            .unwrap_or_else(|e| panic!("{name}: {e}"))
            .strict()
            .unwrap();
        assert_eq!(
            table.rows() as u64,
            case["rows"].as_u64().unwrap(),
            "{name}"
        );
        let columns = case["columns"].as_object().unwrap();
        assert_eq!(table.schema().len(), columns.len(), "{name}");
        for (column, values) in columns {
            let at = table.schema().position(name, column).unwrap();
            for (row, want) in values.as_array().unwrap().iter().enumerate() {
                let got = cell_as_json(&table, at, row);
                let same = got == *want || got.as_f64().is_some_and(|g| want.as_f64() == Some(g));
                assert!(same, "{name}: {column}, row {row}: {got} for {want}");
            }
        }
    }
}

fn error(source: CsvSource) -> Error {
    source.read().unwrap_err()
}

#[test]
fn files_that_are_not_what_they_should_be() {
    let said = |source: CsvSource| error(source).to_string();
    assert!(matches!(
        error(CsvSource::path("/no/such/file.csv")),
        Error::Io { .. }
    ));
    assert!(said(CsvSource::path("/no/such/file.csv")).contains("/no/such/file.csv"));
    assert!(said(CsvSource::path(env!("CARGO_MANIFEST_DIR"))).contains("folder"));
    assert_eq!(
        said(CsvSource::text("f.csv", "")),
        "f.csv: the file is empty"
    );
    assert_eq!(
        said(CsvSource::text("f.csv", "a,b\n")),
        "f.csv: the file has a header and no rows"
    );
    assert_eq!(
        said(CsvSource::text("f.csv", "a,b,a\n1,2,3\n")),
        "f.csv, line 1: two columns are called `a`"
    );
    let missing = error(CsvSource::text("f.csv", "price,city\n1,x\n").require("prices"));
    assert!(matches!(missing, Error::NoColumn { .. }));
    assert_eq!(
        missing.to_string(),
        "CsvSource f.csv: no column `prices` (is it `price`?)"
    );
    let kind = error(CsvSource::text("f.csv", "price\nfree\n").require_kind("price", Kind::Num));
    assert!(matches!(
        kind,
        Error::ColumnKind {
            expected: Kind::Num,
            found: Kind::Cat,
            ..
        }
    ));
    let many = said(CsvSource::text("f.csv", "a,b\n1\n2\n3\n").max_bad_rows(2));
    assert_eq!(
        many,
        "f.csv, line 4: more than 2 bad rows; here: expected 2 fields, found 1"
    );
    assert!(said(CsvSource::text("f.csv", "a\n1\n").delimiter(b'"')).contains("`delimiter`"));
    let empty = CsvSource::text("f.csv", "a,b\n")
        .allow_empty(true)
        .read()
        .unwrap();
    assert_eq!(
        (
            empty.rows_read,
            empty.table.rows(),
            empty.table.schema().len()
        ),
        (0, 0, 2)
    );
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

#[test]
fn gzip_whole_joined_and_cut() {
    let body: String = (0..50_000)
        .map(|i| format!("{i},{}\n", i * 7 % 1000))
        .collect();
    let whole = gzip(&format!("a,b\n{body}"));
    let table = CsvSource::bytes("x.csv.gz", whole.clone())
        .read()
        .unwrap()
        .strict()
        .unwrap();
    assert_eq!(table.rows(), 50_000);
    // Members joined end to end are one file.
    let joined = [gzip("a,b\n1,2\n"), gzip("3,4\n")].concat();
    assert_eq!(
        CsvSource::bytes("x.csv.gz", joined)
            .read()
            .unwrap()
            .table
            .rows(),
        2
    );
    for keep in [whole.len() / 2, whole.len() - 3, 12] {
        let e = error(CsvSource::bytes("x.csv.gz", whole[..keep].to_vec()));
        assert!(matches!(e, Error::Source { .. }), "{e}");
        assert!(
            e.to_string()
                .contains("gzip stream is damaged or ends early"),
            "{e}"
        );
    }
    let mut damaged = whole;
    let middle = damaged.len() / 2;
    damaged[middle..middle + 40].fill(0xff);
    assert!(
        error(CsvSource::bytes("x.csv.gz", damaged))
            .to_string()
            .contains("gzip")
    );
}

#[test]
fn bad_rows_are_kept_with_line_and_reason() {
    let file = b"id,price,name\n1,2.5,ok\n2,x,bad price\n3,4\n4,5,6,7\n5,1,\xff\n\"6\",7,\"two\nlines\"\n7,8,end\n".to_vec();
    let Loaded {
        table,
        quarantine,
        rows_read,
        ..
    } = CsvSource::bytes("f.csv", file)
        .column("price", As::Num)
        .read()
        .unwrap();
    assert_eq!((rows_read, table.rows(), quarantine.len()), (7, 3, 4));
    let lines: Vec<u64> = quarantine.rows().iter().map(|r| r.line).collect();
    assert_eq!(lines, [3, 4, 5, 6]);
    let rows: Vec<usize> = quarantine.rows().iter().map(|r| r.row).collect();
    assert_eq!(rows, [1, 2, 3, 4]);
    assert_eq!(
        quarantine.rows()[1].reason,
        Reason::FieldCount {
            expected: 3,
            found: 2
        }
    );
    assert_eq!(
        quarantine.rows()[3].reason,
        Reason::NotUtf8 {
            column: "name".into()
        }
    );
    assert_eq!(quarantine.rows()[0].text, "2,x,bad price");
    assert_eq!(
        table.column_named("name").unwrap().str_at(1),
        Some("two\nlines")
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.csv");
    quarantine.write_csv(&path).unwrap();
    assert_eq!(CsvSource::path(&path).read().unwrap().table.rows(), 4);
    let strict = CsvSource::text("f.csv", "a,b\n1\n")
        .read()
        .unwrap()
        .strict()
        .unwrap_err();
    assert_eq!(
        strict.to_string(),
        "1 bad rows\n  line 2: expected 2 fields, found 1"
    );
    // Latin-1 is a matter of being told.
    let latin =
        CsvSource::bytes("f.csv", b"name\nM\xfcnchen\n".to_vec()).encoding(Encoding::Latin1);
    assert_eq!(
        latin.read().unwrap().table.column(0).str_at(0),
        Some("München")
    );
}

#[test]
fn a_wrong_guess_is_corrected_or_quarantined() {
    let mut file = String::from("code,day,flag\n");
    for i in 0..3000 {
        let code = if i == 2500 {
            "C7".into()
        } else {
            i.to_string()
        };
        let day = if i == 2000 {
            "02/28/2020"
        } else {
            "01/02/2020"
        };
        let flag = if i == 2999 { "maybe" } else { "true" };
        file += &format!("{code},{day},{flag}\n");
    }
    let table = CsvSource::text("f.csv", &file)
        .sample_rows(100)
        .read()
        .unwrap()
        .strict()
        .unwrap();
    assert_eq!(table.rows(), 3000, "no row is lost");
    assert_eq!(table.column_named("code").unwrap().str_at(2500), Some("C7"));
    assert_eq!(table.column_named("code").unwrap().str_at(7), Some("7"));
    assert_eq!(table.column_named("flag").unwrap().str_at(0), Some("true"));
    // Day-first was the first guess; the whole file can only be month-first.
    let january = TimeFormat::Iso.parse(b"2020-01-02").unwrap();
    assert_eq!(
        table.column_named("day").unwrap().as_time().unwrap()[0],
        january
    );

    let kept = CsvSource::text("f.csv", &file)
        .sample_rows(100)
        .on_mismatch(OnMismatch::Quarantine)
        .read()
        .unwrap();
    assert_eq!((kept.table.rows(), kept.quarantine.len()), (2997, 3));
    assert_eq!(kept.quarantine.rows()[0].line, 2002);
    assert_eq!(kept.table.column(0).kind(), Kind::Num);

    // A column without values in the sample becomes what its first values say.
    let late: String = "a,b\n".to_owned() + &"1,\n".repeat(200) + "1,x\n";
    let table = CsvSource::text("f.csv", &late)
        .sample_rows(50)
        .read()
        .unwrap()
        .strict()
        .unwrap();
    assert_eq!(table.column_named("b").unwrap().str_at(200), Some("x"));
}

#[test]
fn choosing_limiting_reporting_and_batches() {
    let body: String = (0..100_000)
        .map(|i| format!("{i},{},c{}\n", f64::from(i) * 0.5, i % 7))
        .collect();
    let file = format!("id,half,class\n{body}");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let loaded = CsvSource::text("f.csv", &file)
        .only(["class", "half"])
        .progress(move |done, total| log.lock().unwrap().push((done, total)))
        .read()
        .unwrap();
    assert_eq!(
        loaded
            .table
            .schema()
            .fields()
            .iter()
            .map(|f| f.name())
            .collect::<Vec<_>>(),
        ["half", "class"]
    );
    let seen = seen.lock().unwrap();
    assert!(seen.len() > 3 && seen.windows(2).all(|w| w[0].0 <= w[1].0));
    assert_eq!(
        *seen.last().unwrap(),
        (file.len() as u64, file.len() as u64)
    );
    assert_eq!(
        CsvSource::text("f.csv", &file)
            .limit(17)
            .read()
            .unwrap()
            .rows_read,
        17
    );

    let (mut rows, mut sum, mut batches) = (0, 0.0, 0);
    for batch in CsvSource::text("f.csv", &file).batches(30_000).unwrap() {
        let table = batch.unwrap().strict().unwrap();
        assert_eq!(
            table.codes(2).unwrap()[0],
            ((rows % 7) as u32),
            "one dictionary for all batches"
        );
        rows += table.rows();
        sum += table.num(0).unwrap().iter().sum::<f64>();
        batches += 1;
    }
    assert_eq!((rows, batches, sum), (100_000, 4, 4_999_950_000.0));
    let bar = indicatif::ProgressBar::hidden();
    CsvSource::text("f.csv", &file)
        .progress_bar(bar.clone())
        .read()
        .unwrap();
    assert_eq!(bar.position(), file.len() as u64);
    let counted = AtomicU64::new(0);
    counted.fetch_add(bar.length().unwrap(), Ordering::Relaxed);
    assert_eq!(counted.into_inner(), file.len() as u64);
}

/// Large enough for several pieces: rows with quotes and line ends inside, bad rows, and texts that are new late in the file.
#[test]
fn any_number_of_threads_reads_the_same() {
    let mut file = String::from("n,name,when,note\n");
    for i in 0..60_000 {
        let name = [
            "lamp",
            "\"mug, blue\"",
            "\"two\nlines\"",
            "\"said \"\"so\"\"\"",
        ][i % 4];
        match i % 9973 {
            17 => file += "short,row\n",
            18 => file += &format!("x,{name},2024-01-01,y\r\n\n"),
            _ => {
                file += &format!(
                    "{}.{:03},{name},2024-01-{:02} 10:00,level {}\n",
                    i % 1000,
                    i % 997,
                    1 + i % 28,
                    i / 7
                )
            }
        }
    }
    let read = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let source = CsvSource::text("f.csv", &file).column("n", As::Num);
        pool.install(|| source.read().unwrap())
    };
    let one = read(1);
    assert_eq!(one.rows_read, 60_000);
    assert_eq!(one.quarantine.len(), 14);
    let rows: Vec<usize> = one.quarantine.rows().iter().map(|r| r.row).collect();
    assert_eq!(rows[..4], [17, 18, 9990, 9991]);
    // Each is on the line on which its text stands.
    let lines: Vec<&str> = file.split('\n').collect();
    for bad in one.quarantine.rows() {
        let line = lines[bad.line as usize - 1];
        assert!(line == "short,row" || line.starts_with("x,"), "{line}");
    }
    for threads in [2, 4] {
        let many = read(threads);
        assert_eq!(many.quarantine, one.quarantine);
        for (a, b) in one.table.columns().iter().zip(many.table.columns()) {
            assert_eq!(a.levels(), b.levels());
            assert_eq!(a.as_codes(), b.as_codes());
            assert_eq!(a.as_time(), b.as_time());
            assert_eq!(a.as_num(), b.as_num());
        }
    }
}

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
    use arrow::array::{
        ArrayRef, Date32Array, Decimal128Array, Float32Array, Int64Array, LargeStringArray,
        RecordBatch,
    };
    use ml_data::arrow;
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
    assert_eq!(t.num(0).unwrap()[0], 1.0);
    assert!(t.num(0).unwrap()[1].is_nan());
    assert_eq!(t.num(1).unwrap(), [0.5, -1.0]);
    assert_eq!(t.time(2).unwrap(), [86_400_000_000, 365 * 86_400_000_000]);
    assert_eq!(t.num(3).unwrap(), [12.5, -0.05]);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(rows in proptest::collection::vec((any::<f64>(), "[a-zA-Zäß ,\"\n]{0,12}"), 1..40)) {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(["x", "s"]).unwrap();
        for (x, s) in &rows {
            out.write_record([format!("{x:?}"), s.clone()]).unwrap();
        }
        let bytes = out.into_inner().unwrap();
        let table = CsvSource::bytes("p", bytes).column("x", As::Num).column("s", As::Text).read().unwrap().strict().unwrap();
        prop_assert_eq!(table.rows(), rows.len());
        for (i, (x, s)) in rows.iter().enumerate() {
            let got = table.num(0).unwrap()[i];
            prop_assert!(got.to_bits() == x.to_bits() || got.is_nan() && x.is_nan());
            prop_assert_eq!(table.column(1).str_at(i).unwrap_or(""), s.as_str());
        }
    }

    /// Quoted fields are read by other code than plain ones.
    #[test]
    fn quotes_around_fields_change_nothing(
        rows in proptest::collection::vec(proptest::collection::vec("[0-9.xé]{0,4}|-?[0-9]{1,20}[.][0-9]{0,5}|1e3| 7|-9", 2..5), 1..30),
        marker in any::<bool>()) {
        let file = |quote: &str| {
            let line = |r: &Vec<String>| r.iter().map(|f| format!("{quote}{f}{quote}")).collect::<Vec<_>>().join(",") + "\n";
            "a,b,c\n".to_owned() + &rows.iter().map(line).collect::<String>()
        };
        // An empty line is no row, a quoted empty field is one; here no row has fewer than two fields.
        let read = |quote: &str| {
            let source = CsvSource::text("p", &file(quote)).column("a", As::Num).column("c", As::Text).only(["a", "c"]).sample_rows(3);
            let source = if marker { source.missing(Missing::texts(["", "-9"])) } else { source };
            source.read().unwrap()
        };
        let (plain, quoted) = (read(""), read("\""));
        prop_assert_eq!(&plain.quarantine, &quoted.quarantine);
        prop_assert_eq!(plain.table.rows(), quoted.table.rows());
        for row in 0..plain.table.rows() {
            for column in 0..2 {
                prop_assert_eq!(cell_as_json(&plain.table, column, row), cell_as_json(&quoted.table, column, row));
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic_or_lose_a_row(bytes in proptest::collection::vec(
        prop_oneof![Just(b','), Just(b'\n'), Just(b'"'), Just(b'\r'), Just(0x1f), b'0'..=b'9', any::<u8>()], 0..200)) {
        if let Ok(l) = CsvSource::bytes("p", bytes.clone()).rename_duplicates(true).sample_rows(3).read() {
            prop_assert_eq!(l.rows_read, l.table.rows() + l.quarantine.len());
        }
        if let Ok(l) = CsvSource::bytes("p", bytes).has_header(false).ragged(Ragged::Fill).encoding(Encoding::Latin1).read() {
            prop_assert_eq!(l.rows_read, l.table.rows() + l.quarantine.len());
        }
    }
}

#[test]
fn the_real_retail_file() {
    let Some(path) = common::data("online_retail_ii_2009_2010.csv.gz") else {
        return;
    };
    let golden = common::golden("retail.json");
    // The file spells missing descriptions `nan`.
    let loaded = CsvSource::path(path)
        .missing(Missing::pandas())
        .read()
        .unwrap();
    assert_eq!(loaded.rows_read as u64, golden["rows"].as_u64().unwrap());
    let table = loaded.strict().unwrap();
    let kinds: Vec<Kind> = table.columns().iter().map(Column::kind).collect();
    let (cat, num) = (Kind::Cat, Kind::Num);
    assert!(matches!(kinds[2], Kind::Text | Kind::Cat));
    assert_eq!(
        [
            kinds[0], kinds[1], kinds[3], kinds[4], kinds[5], kinds[6], kinds[7]
        ],
        [cat, cat, num, Kind::Time, num, num, cat]
    );
    for (name, n) in golden["missing"].as_object().unwrap() {
        assert_eq!(
            table.column_named(name).unwrap().missing() as u64,
            n.as_u64().unwrap(),
            "{name}"
        );
    }
    let quantity = table.column_named("Quantity").unwrap().as_num().unwrap();
    let mean = quantity.iter().sum::<f64>() / quantity.len() as f64;
    assert!((mean - golden["quantity"][2].as_f64().unwrap()).abs() < 1e-12);
    let times = table
        .column_named("InvoiceDate")
        .unwrap()
        .as_time()
        .unwrap();
    let parse = |key: &str| {
        TimeFormat::Iso
            .parse(golden[key].as_str().unwrap().as_bytes())
            .unwrap()
    };
    assert_eq!(*times.iter().min().unwrap(), parse("first"));
    assert_eq!(*times.iter().max().unwrap(), parse("last"));
}

#[test]
fn marks_that_can_not_be_told_apart_are_refused_by_name() {
    let source = || CsvSource::text("shop.csv", "a;b\n1;2\n");
    let message = |source: CsvSource| source.read().unwrap_err().to_string();
    let same = message(source().delimiter(b'"'));
    assert!(
        same.contains("`delimiter`") && same.contains("than the quote"),
        "{same}"
    );
    let same = message(source().decimal(b',').thousands(b','));
    assert!(
        same.contains("`thousands`") && same.contains("than the decimal point"),
        "{same}"
    );
}

#[test]
fn the_delimiter_is_found_and_row_names_are_skipped() {
    let read = |text: &str| {
        let source = CsvSource::text("shop.csv", text).sniff(true);
        source.skip_row_names(true).read().unwrap()
    };
    for delimiter in [",", ";", "\t", "|"] {
        let text = "day,n,s\n2024-01-31,1,x\n2024-02-01,2,y\n".replace(',', delimiter);
        let loaded = read(&text);
        assert_eq!(loaded.table.rows(), 2, "{delimiter}");
        assert_eq!(loaded.types["day"], As::Time(TimeFormat::Iso));
        assert_eq!((loaded.types["n"], loaded.types["s"]), (As::Num, As::Cat));
    }
    let named = read("a;b\nfirst;1;2\nsecond;3;4\n");
    assert_eq!(named.table.num(0).unwrap(), [1.0, 3.0]);
    assert_eq!((named.table.schema().len(), named.quarantine.len()), (2, 0));
    // A set delimiter is not questioned.
    let set = CsvSource::text("t", "a;b\n1;2\n")
        .sniff(true)
        .delimiter(b',');
    assert_eq!(set.read().unwrap().table.schema().len(), 1);
}
