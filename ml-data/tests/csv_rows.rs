//! Rows of text files: bad ones are kept aside, wrong guesses corrected, for any number of threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::error;
use flate2::Compression;
use flate2::write::GzEncoder;
use ml_data::Error;
use ml_data::source::{As, CsvSource, Encoding, Loaded, MissingValues, OnMismatch, RejectReason};
use ml_data::table::{Column, Kind};
use ml_data::testkit::golden;
use ml_data::time::TimeFormat;
use std::io::Write;

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
        RejectReason::FieldCount {
            expected: 3,
            found: 2
        }
    );
    assert_eq!(
        quarantine.rows()[3].reason,
        RejectReason::NotUtf8 {
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

/// Large enough for several pieces: rows with quotes and line ends inside, bad rows, and texts that
/// are new late in the file.
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
fn the_real_retail_file_is_read() {
    let Some(path) = common::data("online_retail_ii_2009_2010.csv.gz") else {
        return;
    };
    let golden: serde_json::Value = golden!("retail").unwrap();
    // The file spells missing descriptions `nan`.
    let loaded = CsvSource::path(path)
        .missing(MissingValues::pandas())
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
