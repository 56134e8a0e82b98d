//! Text files: what pandas reads, headers, delimiters, marks of missing values, choices.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{cell_as_json, error};
use ml_data::Error;
use ml_data::source::{As, CsvSource, Encoding, MissingValues, Ragged};
use ml_data::table::Kind;
use ml_data::testkit::golden;
use ml_data::time::TimeFormat;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

#[test]
fn reads_what_pandas_reads() {
    let golden: serde_json::Value = golden!("read_csv").unwrap();
    for case in golden.as_array().unwrap() {
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
            "na words" | "words that are names" => source.missing(MissingValues::pandas()),
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
            table.codes_at(2).unwrap()[0],
            ((rows % 7) as u32),
            "one dictionary for all batches"
        );
        rows += table.rows();
        sum += table.num_at(0).unwrap().iter().sum::<f64>();
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
    assert_eq!(named.table.num_at(0).unwrap(), [1.0, 3.0]);
    assert_eq!((named.table.schema().len(), named.quarantine.len()), (2, 0));
    // A set delimiter is not questioned.
    let set = CsvSource::text("t", "a;b\n1;2\n")
        .sniff(true)
        .delimiter(b',');
    assert_eq!(set.read().unwrap().table.schema().len(), 1);
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
            let got = table.num_at(0).unwrap()[i];
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
        // An empty line is no row, a quoted empty field is one; here no row has fewer than two
        // fields.
        let read = |quote: &str| {
            let source = CsvSource::text("p", &file(quote)).column("a", As::Num).column("c", As::Text).only(["a", "c"]).sample_rows(3);
            let source = if marker { source.missing(MissingValues::texts(["", "-9"])) } else { source };
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

/// The fields of a struct are the names of a file's columns, as serde spells them.
#[test]
fn names_come_from_the_fields_of_a_struct() {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    #[allow(dead_code)]
    struct Flat {
        rooms: f64,
        #[serde(rename = "town")]
        city: Option<String>,
    }
    #[derive(serde::Deserialize)]
    #[allow(dead_code)]
    struct Wrapped(Flat);
    #[derive(serde::Deserialize)]
    #[allow(dead_code)]
    struct Flattened {
        id: u32,
        #[serde(flatten)]
        flat: Flat,
    }
    let source = || CsvSource::text("f.csv", "3,Riga\n2,\n").has_header(false);
    for named in [source().names_of::<Flat>(), source().names_of::<Wrapped>()] {
        let table = named.unwrap().read().unwrap().table;
        let names: Vec<&str> = table.schema().fields().iter().map(|f| f.name()).collect();
        assert_eq!(names, ["ROOMS", "town"]);
    }
    let refused = [
        source().names_of::<Flattened>().err(),
        source().names_of::<Vec<f64>>().err(),
        source().names_of::<(f64, f64)>().err(),
    ];
    for e in refused {
        let e = e.unwrap().to_string();
        assert!(e.contains("serde does not list its fields"), "{e}");
    }
}
