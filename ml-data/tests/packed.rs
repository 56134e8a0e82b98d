//! Compressed files: members, padding, and bytes that unpack to more than a machine holds.
#![allow(clippy::unwrap_used)]

use flate2::Compression;
use flate2::write::GzEncoder;
use ml_data::Error;
use ml_data::limits::ReadLimits;
use ml_data::source::CsvSource;
use std::io::Write;

fn gzip(head: &str, line: &str, times: usize) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(head.as_bytes()).unwrap();
    let block = line.repeat(1 << 10);
    for _ in 0..times >> 10 {
        out.write_all(block.as_bytes()).unwrap();
    }
    out.write_all(line.repeat(times & 1023).as_bytes()).unwrap();
    out.finish().unwrap()
}

/// As gzip(1) and Python's `gzip` read them.
#[test]
fn case_r8_members_and_padding() {
    let rows = |bytes: Vec<u8>| {
        CsvSource::bytes("f.csv.gz", bytes)
            .read()
            .map(|l| l.table.rows())
    };
    let (one, two) = (gzip("a,b\n", "1,2\n", 3), gzip("", "3,4\n", 2));
    let zeros = |n: usize| vec![0_u8; n];
    assert_eq!(rows([&one[..], &zeros(1)].concat()).unwrap(), 3);
    assert_eq!(rows([&one[..], &zeros(300_000)].concat()).unwrap(), 3);
    assert_eq!(rows([&one[..], &two].concat()).unwrap(), 5);
    assert_eq!(
        rows([&one[..], &zeros(512), &two, &zeros(512)].concat()).unwrap(),
        5
    );
    for bad in [&b"garbage"[..], b"\0\0more", b"\x1f", b"\x1f\x8c123456789"] {
        let e = rows([&one[..], bad].concat()).unwrap_err().to_string();
        assert!(e.contains("f.csv.gz, line") && e.contains("gzip"), "{e}");
    }
}

#[test]
fn case_r6_unpacked_bytes_have_a_limit() {
    let bomb = gzip("a,b,c\n", "1,2,3\n", 8 << 20);
    let small = ReadLimits::default()
        .unpacked_bytes(8 << 20)
        .unpacked_ratio(20);
    let refused = |source: CsvSource| {
        let e = source.limits(small).read().unwrap_err();
        assert!(
            matches!(&e, Error::Limit { limit: "unpacked_bytes", allowed, found, .. } if found > allowed),
            "{e}"
        );
        e.to_string()
    };
    let said = refused(CsvSource::bytes("f.csv.gz", bomb.clone()));
    assert!(
        said.contains("f.csv.gz") && said.contains("`ReadLimits::unpacked_bytes`"),
        "{said}"
    );
    // Quotes that hold line ends together, and one that is never closed.
    refused(CsvSource::bytes("f.csv.gz", gzip("", "\"q\n", 8 << 20)));
    refused(CsvSource::bytes("f.csv.gz", gzip("a\n\"", "q\n", 16 << 20)));
    // A file that packs well may unpack to so many times its size.
    let ratio = small.unpacked_ratio(2000);
    let read = CsvSource::bytes("f.csv.gz", bomb)
        .only(["a"])
        .limits(ratio)
        .read()
        .unwrap();
    assert_eq!(read.table.rows(), 8 << 20);
    // Files that are not packed are as large as they are.
    let plain = CsvSource::text("f.csv", &format!("a,b\n{}", "1,2\n".repeat(1000)));
    let none = ReadLimits::default().unpacked_bytes(0).unpacked_ratio(0);
    assert_eq!(plain.limits(none).read().unwrap().table.rows(), 1000);
}

#[test]
fn case_r6_records_have_a_limit() {
    let limits = ReadLimits::default().record_bytes(1 << 16);
    let e = CsvSource::bytes("f.csv.gz", gzip("a,b\n1,2\n\"", "q\n", 1 << 17))
        .limits(limits)
        .read()
        .unwrap_err();
    assert!(
        matches!(
            e,
            Error::Limit {
                limit: "record_bytes",
                allowed: 65536,
                ..
            }
        ),
        "{e}"
    );
    assert!(
        e.to_string().contains("line 3") && e.to_string().contains("quote"),
        "{e}"
    );
    // A sample of long records does not fill the memory.
    let long = format!(
        "a,b\n{}",
        format!("1,\"{}\"\n", "x".repeat(60_000)).repeat(200)
    );
    let few = ReadLimits::default().sample_bytes(1 << 17);
    assert_eq!(
        CsvSource::text("f.csv", &long)
            .limits(few)
            .read()
            .unwrap()
            .table
            .rows(),
        200
    );
}
