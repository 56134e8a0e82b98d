//! Text files that are easily misread: every value as it is, or named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ml_data::source::{
    As, CsvOptions, CsvSource, Loaded, MissingValues, Note, OnMismatch, Ragged, RejectReason,
};
use ml_data::table::{Kind, Table};
use ml_data::time::TimeFormat;
use std::collections::HashSet;

fn read(text: &str) -> Loaded {
    CsvSource::text("f.csv", text).read().unwrap()
}

fn texts(table: &Table, column: &str) -> Vec<String> {
    let at = table.schema().position("test", column).unwrap();
    (0..table.rows()).map(|r| table.text_of(at, r)).collect()
}

/// Eight neighbours past 2^53, as text by hand.
fn long_ids() -> Vec<String> {
    (991..=998).map(|n| format!("9007199254740{n}")).collect()
}

#[test]
fn case_r2_long_ids_late() {
    let short: Vec<String> = (0..1000).map(|i| (i + 100).to_string()).collect();
    let file = |ids: &[String]| {
        let rows = ids.iter().map(|id| format!("{id},{}\n", id.len()));
        format!("id,y\n{}", rows.collect::<String>())
    };
    let late = [short.clone(), long_ids()].concat();
    let early = [long_ids(), short.clone()].concat();
    for ids in [&late, &early] {
        let loaded = read(&file(ids));
        assert_eq!(
            (loaded.table.column(0).kind(), loaded.quarantine.len()),
            (Kind::Cat, 0)
        );
        assert_eq!(&texts(&loaded.table, "id"), ids);
    }
    // The kind: signs, points, more digits than any integer type, decimal commas and marks between
    // thousands.
    for odd in [
        "-9007199254740993",
        "+9007199254740993",
        "9007199254740993.0",
        "9007199254740993.",
        "9007199254740992.5",
        "18446744073709551615",
        "12345678901234567890123",
        "1e400",
        "00731",
    ] {
        for at in [0, 500, 1000] {
            let mut ids = short.clone();
            ids.insert(at, odd.into());
            let loaded = read(&file(&ids));
            assert_eq!(loaded.table.column(0).kind(), Kind::Cat, "{odd} at {at}");
            assert_eq!(texts(&loaded.table, "id"), ids);
        }
    }
    // What a number holds stays one, early and late.
    for held in [
        "9007199254740992",
        "-9007199254740992.00",
        "1e300",
        "10000000000000000000000",
        "0.1",
    ] {
        let mut ids = short.clone();
        ids.push(held.into());
        let loaded = read(&file(&ids));
        let got = loaded.table.num_at(0).expect(held)[1000];
        assert_eq!(got, held.parse::<f64>().unwrap());
    }
}

#[test]
fn case_r2_long_ids_are_the_same_for_any_threads_and_places() {
    // Several pieces; the only long numbers are in the last, or the first.
    let rows = 200_000;
    for odd in [3, rows - 3] {
        let mut file = String::from("id,code,x\n");
        for i in 0..rows {
            let id = if i == odd {
                "-90071992547409931".to_owned()
            } else {
                i.to_string()
            };
            file += &format!("{id},{},{}.5\n", if i == odd { "007" } else { "7" }, i % 10);
        }
        let one = threads(1, &file);
        assert_eq!(one.table.column(0).kind(), Kind::Cat);
        assert_eq!(one.table.column(0).levels().unwrap().len(), rows);
        assert_eq!(one.table.column(1).levels().unwrap().len(), 2);
        assert_eq!(one.table.column(2).kind(), Kind::Num);
        let three = threads(3, &file);
        for c in 0..2 {
            assert_eq!(one.table.codes_at(c), three.table.codes_at(c));
            assert_eq!(one.table.column(c).levels(), three.table.column(c).levels());
        }
    }
}

fn threads(n: usize, file: &str) -> Loaded {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n)
        .build()
        .unwrap();
    pool.install(|| read(file))
}

#[test]
fn case_r2_declared_numbers_and_batches_refuse_by_name() {
    let file = "id,y\n1,0\n9007199254740993,1\n00731,2\nx,3\n";
    let declared = CsvSource::text("f.csv", file)
        .column("id", As::Num)
        .read()
        .unwrap();
    // Who declares numbers wants the zeros read.
    assert_eq!(declared.table.num_at(0).unwrap(), [1.0, 731.0]);
    let reasons: Vec<&RejectReason> = declared
        .quarantine
        .rows()
        .iter()
        .map(|r| &r.reason)
        .collect();
    let (column, found) = ("id".to_owned(), "9007199254740993".to_owned());
    assert_eq!(reasons[0], &RejectReason::Digits { column, found });
    assert!(matches!(reasons[1], RejectReason::Cell { .. }));
    let kept = CsvSource::text("f.csv", file)
        .sample_rows(1)
        .on_mismatch(OnMismatch::Quarantine);
    let said = kept.read().unwrap().quarantine.to_string();
    assert!(
        said.contains("line 3: column `id`: `9007199254740993` would lose digits"),
        "{said}"
    );
    assert!(
        said.contains("line 4: column `id`: `00731` would lose digits"),
        "{said}"
    );
    let pieces = CsvSource::text("f.csv", file)
        .sample_rows(1)
        .batches(2)
        .unwrap();
    let bad: Vec<usize> = pieces.map(|p| p.unwrap().quarantine.len()).collect();
    assert_eq!(bad, [1, 2]);
    let comma = CsvSource::text("f.csv", "a;b\n9.007.199.254.740.993;1\n1.000,5;2\n");
    let comma = comma
        .delimiter(b';')
        .decimal(b',')
        .thousands(b'.')
        .read()
        .unwrap()
        .table;
    assert_eq!(texts(&comma, "a")[0], "9.007.199.254.740.993");
}

#[test]
fn case_r3_one_row_does_not_decide_on_row_names() {
    let source = |text: &str| CsvSource::text("f.csv", text).skip_row_names(true);
    // One comma too many on the first line, or on some: those rows are bad, the others as they are.
    for (text, bad) in [
        ("a,b\n1,2,\n3,4\n5,6\n", vec![0]),
        ("a,b\n1,2,9\n3,4\n5,6\n", vec![0]),
        ("a,b\n1,2,\n3,4,\n5,6\n", vec![0, 1]),
        ("a,b\n1,2,\n3,4,\n5,6,\n7,8\n", vec![0, 1, 2]),
        ("a,b\n1,2,,\n3,4\n5,6,\n", vec![0, 2]),
    ] {
        for loaded in [
            source(text).read().unwrap(),
            source(text).ragged(Ragged::Fill).read().unwrap(),
        ] {
            let lines: Vec<&str> = text.lines().skip(1).collect();
            let good: Vec<&str> = lines
                .iter()
                .enumerate()
                .filter(|(i, _)| !bad.contains(i))
                .map(|(_, l)| *l)
                .collect();
            assert_eq!(
                loaded.quarantine.positions().collect::<Vec<_>>(),
                bad,
                "{text}"
            );
            let [a, b] = ["a", "b"].map(|c| texts(&loaded.table, c));
            let rows: Vec<String> = a.iter().zip(&b).map(|(a, b)| format!("{a},{b}")).collect();
            assert_eq!(rows, good, "{text}");
        }
    }
    // All rows agree: row names, as pandas reads them. A row that is longer still is bad and shows
    // nothing.
    let named = source("a,b\nx,1,2\ny,3,4\nz,5,6,7\n").read().unwrap();
    assert_eq!(
        (named.table.num_at(0).unwrap(), named.quarantine.len()),
        (&[1.0, 3.0][..], 1)
    );
    assert_eq!(named.notes, [Note::RowNames { fields: 1 }]);
    // All lines end with a delimiter: nothing moves.
    let ended = source("a,b\n1,2,\n3,4, \n").read().unwrap();
    assert_eq!(
        (
            ended.table.num_at(0).unwrap(),
            ended.table.num_at(1).unwrap()
        ),
        (&[1.0, 3.0][..], &[2.0, 4.0][..])
    );
    assert_eq!(ended.notes, [Note::TrailingDelimiters { fields: 1 }]);
    // The row that shows it may be far away, in another piece; batches know it from the beginning.
    let far = format!("a,b\n{}1,2\n", "x,1,2\n".repeat(200_000));
    let loaded = source(&far).read().unwrap();
    assert_eq!((loaded.table.rows(), loaded.quarantine.len()), (1, 200_000));
    let first = source(&far).batches(10).unwrap().next().unwrap().unwrap();
    assert_eq!((first.table.rows(), first.quarantine.len()), (0, 10));
}

/// Rows as polars 2.1 reads them.
#[test]
fn case_r4_empty_lines_of_one_column_are_missing_cells() {
    for (text, want) in [
        ("x\n1\n\n3\n\n5\n", "1 . 3 . 5"),
        ("x\n1\n\n", "1 ."),
        ("x\n1\n\n\n", "1 . ."),
        ("x\n\n1\n", ". 1"),
        ("\nx\n1\n", "1"),
        ("x\r\n1\r\n\r\n3\r\n", "1 . 3"),
        ("x\r\n\r\n1", ". 1"),
        ("x\n\"1\"\n\n\"\"\n2", "1 . . 2"),
    ] {
        let want: Vec<&str> = want.split(' ').collect();
        for to in [As::Num, As::Cat, As::Text] {
            let source = CsvSource::text("f.csv", text).column("x", to);
            let table = source.read().unwrap().strict().unwrap();
            let found: Vec<String> = (0..table.rows())
                .map(|r| match table.column(0).cell(r).is_missing() {
                    true => ".".into(),
                    false => table.text_of(0, r),
                })
                .collect();
            assert_eq!(found, want, "{text:?} as {to:?}");
        }
        let sizes = CsvSource::text("f.csv", text)
            .batches(1)
            .unwrap()
            .map(|b| b.unwrap().rows_read);
        assert_eq!(sizes.sum::<usize>(), want.len(), "{text:?}");
    }
    // Without a header the first line is a row, too; lines of blanks count where they are said to
    // be empty.
    let bare = CsvSource::text("f.csv", "\n1\n \n2\n")
        .has_header(false)
        .skip_blank_lines(true);
    let bare = bare.read().unwrap().table;
    assert_eq!(
        (bare.rows(), bare.column(0).missing(), bare.column(0).kind()),
        (4, 2, Kind::Num)
    );
    // Many columns: an empty line is none.
    assert_eq!(read("a,b\n1,2\n\n3,4\n\n").table.rows(), 2);
    // Whatever the number of threads, and across pieces.
    let long = format!("x\r\n{}", "1\r\n\r\n".repeat(300_000));
    for n in [1, 3] {
        let loaded = threads(n, &long);
        assert_eq!(
            (loaded.table.rows(), loaded.table.column(0).missing()),
            (600_000, 300_000)
        );
    }
}

#[test]
fn case_r9_names_codes_and_words() {
    let pandas = |text: &str| {
        CsvSource::text("f.csv", text)
            .missing(MissingValues::pandas())
            .read()
            .unwrap()
    };
    // Kinds and values by pandas 3.1, but for leading zeros, which it drops.
    let names = pandas("name,y\nNan,1\nInfinity,2\ninf,3\n").table;
    assert_eq!(texts(&names, "name"), ["Nan", "Infinity", "inf"]);
    assert_eq!(names.column(0).missing(), 0);
    for word in ["NAN", "+nan", "nAn", "Na", "none", "Null"] {
        let table = pandas(&format!("name,y\n{word},1\n2,3\n")).table;
        assert_eq!(texts(&table, "name"), [word, "2"]);
    }
    for word in ["nan", "NaN", "-nan", "NA", "null", "None"] {
        let table = pandas(&format!("x,y\n{word},1\n2,3\n")).table;
        assert_eq!(
            (table.column(0).kind(), table.column(0).missing()),
            (Kind::Num, 1),
            "{word}"
        );
    }
    let zips = read("zip,y\n00731,0\n731,1\n0731,2\n08854,3\n8854,4\n").table;
    assert_eq!(
        texts(&zips, "zip"),
        ["00731", "731", "0731", "08854", "8854"]
    );
    let distinct: HashSet<u32> = zips.codes_at(0).unwrap().iter().copied().collect();
    assert_eq!(distinct.len(), 5);
    assert_eq!(
        read("x\n0\n0.5\n-0\n00.5\n").table.num_at(0).unwrap()[3],
        0.5
    );
}

#[test]
fn case_r9_what_was_assumed_is_noted() {
    let notes = |text: &str| {
        CsvSource::text("f.csv", text)
            .delimiter(b';')
            .read()
            .unwrap()
            .notes
    };
    let column = || "d".to_owned();
    assert_eq!(
        notes("d;y\n01/02/2020;1\n12/12/2020;2\n"),
        [Note::DayFirst { column: column() }]
    );
    assert_eq!(notes("d;y\n01/02/2020;1\n13/12/2020;2\n"), []);
    assert_eq!(notes("d;y\n01/13/2020;1\n01/02/2020;2\n"), []);
    assert_eq!(notes("d;y\n2020-01-02;1\n"), []);
    let comma = |found: &str, mark| {
        [Note::DecimalMark {
            column: column(),
            found: found.into(),
            mark,
        }]
    };
    assert_eq!(notes("d;y\n1;1\n0,25;2\n"), comma("0,25", ','));
    assert_eq!(notes("d;y\n1,x;1\n0,25;2\n"), []);
    let source = CsvSource::text("f.csv", "d;y\n1.5;1\n2;2\n")
        .delimiter(b';')
        .decimal(b',');
    assert_eq!(source.read().unwrap().notes, comma("1.5", '.'));
    let said = comma("0,25", ',')[0].to_string();
    assert!(
        said.contains("column `d`") && said.contains("decimal mark `,`"),
        "{said}"
    );
    let found = "2024-W10".to_owned();
    assert_eq!(
        notes("d;y\n2024-W10;1\n2024-W11;2\n"),
        [Note::IsoForm {
            column: column(),
            found
        }]
    );
    // Declared columns are known.
    let declared = CsvSource::text("f.csv", "d,y\n01/02/2020,1\n");
    let declared = declared
        .column("d", As::Time(TimeFormat::MonthFirst))
        .read()
        .unwrap();
    assert_eq!(declared.notes, []);
}

#[test]
fn case_r9_iso_forms_are_read() {
    for (text, want) in [
        ("20240304T063000Z", "2024-03-04 06:30:00"),
        ("2024-03-04T06", "2024-03-04 06:00:00"),
        ("-0044-03-15", "-0044-03-15 00:00:00"),
    ] {
        let loaded = read(&format!("t,y\n{text},1\n{text},2\n"));
        let times = loaded.table.time_at(0).expect(text);
        assert_eq!(TimeFormat::Iso.format(times[1]), want);
    }
    // Eight digits alone are a number.
    assert_eq!(read("t,y\n20240304,1\n").table.column(0).kind(), Kind::Num);
}

#[test]
fn case_r8_utf16_is_named() {
    let text = "name,größe\nMünchen,1\n東京,2\n";
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
    let far: Vec<u8> = "名字,東京,大阪都府\n"
        .repeat(500)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [
        [&[0xff, 0xfe][..], &little].concat(),
        [&[0xfe, 0xff][..], &big].concat(),
        little,
        big,
        far,
        b"\xff\xfe".to_vec(),
        "a\n1\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ] {
        for sniff in [false, true] {
            let e = CsvSource::bytes("f.csv", bytes.clone())
                .sniff(sniff)
                .read()
                .unwrap_err();
            assert!(e.to_string().contains("f.csv: the file is UTF-16"), "{e}");
        }
    }
    // A zero byte here and there is a character.
    let odd = CsvSource::text("f.csv", "a,b\nx\0y,1\nlonger text than that,2\n")
        .read()
        .unwrap();
    assert_eq!(odd.table.rows(), 2);
}

#[test]
fn case_r5_names_in_linear_time() {
    let renames = |names: String| {
        let source = CsvSource::text("f.csv", &format!("{names}\n1\n")).ragged(Ragged::Fill);
        source.rename_duplicates(true).read().unwrap().table
    };
    let many = renames(["a"; 20_000].join(","));
    assert_eq!(many.schema().field(19_999).name(), "a.19999");
    let unnamed = renames(",".repeat(100_000));
    assert_eq!(unnamed.schema().field(100_000).name(), "Unnamed: 100000");
    let names: Vec<String> = (0..50_000).map(|i| format!("c{i}")).collect();
    let file = format!("{}\n{}\n", names.join(","), vec!["1"; 50_000].join(","));
    let some = CsvSource::text("f.csv", &file)
        .only(names.iter().rev().cloned())
        .read()
        .unwrap()
        .table;
    let by_name: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    assert_eq!(
        some.select(&by_name).unwrap().schema().field(0).name(),
        "c49999"
    );
    let few = ml_data::limits::ReadLimits::default().columns(100_000);
    let e = CsvSource::text("f.csv", &format!("{}\n1\n", ",".repeat(100_000)))
        .limits(few)
        .read()
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "f.csv: 100001 columns, more than the limit of 100000; raise it with `ReadLimits::columns`, given to the source's `limits`"
    );
}

#[test]
fn case_r6_bad_rows_are_counted_and_some_kept() {
    let file = format!("a,b,c\n1,2,3\n{}4,5,6\nx\n", "x\n".repeat(600_000));
    let loaded = CsvSource::text("f.csv", &file).read().unwrap();
    assert_eq!((loaded.table.rows(), loaded.quarantine.len()), (2, 600_001));
    assert_eq!(loaded.quarantine.rows().len(), 10_000);
    let positions: Vec<usize> = loaded.quarantine.positions().collect();
    assert_eq!(
        (positions.len(), positions[0], positions[600_000]),
        (600_001, 1, 600_002)
    );
    assert!(loaded.quarantine.to_string().ends_with("and 599991 more"));
    let few = ml_data::limits::ReadLimits::default().quarantined_rows(3);
    let loaded = CsvSource::text("f.csv", &file).limits(few).read().unwrap();
    let lines: Vec<u64> = loaded.quarantine.rows().iter().map(|r| r.line).collect();
    assert_eq!((lines, loaded.quarantine.len()), (vec![3, 4, 5], 600_001));
    let bytes = ml_data::limits::ReadLimits::default().quarantined_bytes(5);
    let loaded = CsvSource::text("f.csv", &file)
        .limits(bytes)
        .read()
        .unwrap();
    assert_eq!(
        (loaded.quarantine.rows().len(), loaded.quarantine.len()),
        (5, 600_001)
    );
    let e = CsvSource::text("f.csv", &file)
        .limits(few)
        .max_bad_rows(400_000)
        .read()
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "f.csv, line 400003: more than 400000 bad rows"
    );
}

#[test]
fn options_are_data() {
    let options = CsvOptions::default();
    let back: CsvOptions = serde_json::from_str(&serde_json::to_string(&options).unwrap()).unwrap();
    assert_eq!(back, options);
}
