//! Pages whose headers promise what their bytes can not hold.
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::Error;
use ml_data::arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use ml_data::limits::ReadLimits;
use ml_data::source::{Loaded, ParquetSource};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use std::path::Path;
use std::sync::Arc;

const ROWS: usize = 3000;

fn batch() -> RecordBatch {
    let x = Float64Array::from_iter((0..ROWS).map(|i| (i % 7 > 0).then(|| (i as f64).sqrt())));
    let s = StringArray::from_iter((0..ROWS).map(|i| (i % 5 > 0).then(|| format!("w{}", i % 900))));
    let columns: [(&str, ArrayRef); 2] = [("x", Arc::new(x)), ("s", Arc::new(s))];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn write(path: &Path, properties: WriterProperties) -> Vec<u8> {
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch().schema(), Some(properties)).unwrap();
    writer.write(&batch()).unwrap();
    writer.close().unwrap();
    std::fs::read(path).unwrap()
}

/// Where the chunks of the columns begin.
fn chunks(path: &Path) -> Vec<usize> {
    let file = std::fs::File::open(path).unwrap();
    let metadata = ParquetMetaDataReader::new()
        .parse_and_finish(&file)
        .unwrap();
    let columns = metadata.row_group(0).columns().iter();
    columns.map(|c| c.byte_range().0 as usize).collect()
}

fn varint(x: i64) -> Vec<u8> {
    let mut rest = ((x << 1) ^ (x >> 63)) as u64;
    let mut out = Vec::new();
    while rest > 127 {
        out.push(rest as u8 | 128);
        rest >>= 7;
    }
    out.push(rest as u8);
    out
}

/// Bytes of the varint at a position.
fn length(bytes: &[u8], at: usize) -> usize {
    1 + bytes[at..].iter().position(|b| b & 128 == 0).unwrap()
}

/// The reason of both ways to read a file that can not be read.
fn refused(path: &Path) -> String {
    let whole = ParquetSource::path(path).read().unwrap_err();
    let pieces = ParquetSource::path(path).batches(100).unwrap_err();
    assert_eq!(whole.to_string(), pieces.to_string());
    match whole {
        Error::Source { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn pages_of_every_layout_pass() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let codecs = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
    ];
    for codec in codecs {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            for dictionary in [true, false] {
                let properties = WriterProperties::builder()
                    .set_compression(codec)
                    .set_writer_version(version)
                    .set_dictionary_enabled(dictionary)
                    .set_statistics_enabled(EnabledStatistics::Page)
                    .set_write_page_header_statistics(true)
                    .set_data_page_row_count_limit(500)
                    .set_write_batch_size(100)
                    .build();
                write(&path, properties);
                let table = ParquetSource::path(&path).read().unwrap().table;
                assert_eq!(table.rows(), ROWS);
                assert_eq!(table.num_at(0).unwrap()[4], 2.0);
                assert_eq!(table.column(1).str_at(ROWS - 1), Some("w299"));
                assert_eq!(table.column(1).missing(), ROWS / 5);
            }
        }
    }
}

/// The decoder takes the unpacked size at its word: 18 bytes of a page became 1.9 GB.
#[test]
fn a_page_that_unpacks_to_more_than_its_bytes_can_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let properties = || WriterProperties::builder();
    let cases = [
        (properties().set_compression(Compression::SNAPPY), "SNAPPY"),
        (
            properties().set_compression(Compression::UNCOMPRESSED),
            "UNCOMPRESSED",
        ),
    ];
    for (properties, codec) in cases {
        let whole = write(&path, properties.build());
        let start = chunks(&path)[0];
        // Field 1: dictionary page (2). Field 2: the unpacked size, here of three bytes.
        assert_eq!(whole[start..start + 3], [0x15, 4, 0x15]);
        assert_eq!(length(&whole, start + 3), 3);
        for claim in [1_048_575, -1_000_000] {
            let mut bytes = whole.clone();
            bytes[start + 3..start + 6].copy_from_slice(&varint(claim));
            std::fs::write(&path, &bytes).unwrap();
            let reason = refused(&path);
            assert!(
                reason.contains("a page of column `x` says that its")
                    && reason.contains(&format!("unpack to {claim}, and {codec} can make")),
                "{reason}"
            );
        }
    }
}

/// Damage of every kind in the header of the second column's dictionary page: each is refused with
/// a reason, or is no damage to what is read.
#[test]
fn damaged_headers_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let whole = write(&path, properties.build());
    let start = chunks(&path)[1];
    let unpacked = start + 3;
    let packed = unpacked + length(&whole, unpacked) + 1;
    // Field 7 is a struct (0x4c: four on from field 3) whose field 1 is the number of entries.
    let entries = packed + length(&whole, packed) + 2;
    assert_eq!(whole[entries - 2..entries], [0x4c, 0x15]);
    // The data page follows: field 5 (two on from field 3) begins with its number of values.
    let data = whole
        .windows(4)
        .skip(entries)
        .position(|w| w == [0x2c, 0x15, 0xf0, 0x2e]);
    let values = entries + data.unwrap() + 2;
    let sized = |at: usize, value: i64| {
        let mut claim = varint(value);
        // As long as what stood there: further bytes of a varint may be zeros.
        while claim.len() < length(&whole, at) {
            *claim.last_mut().unwrap() |= 128;
            claim.push(0);
        }
        (at, claim)
    };
    let cases = [
        (sized(packed, -8), "has a negative length"),
        (sized(packed, 8000), "is longer than its column"),
        (sized(entries, 8191), "has more entries than bytes"),
        (sized(entries, -1), "has more entries than bytes"),
        (
            sized(values, 3001),
            "says it has 3001 values, and 3000 are left",
        ),
        (
            sized(values, -1),
            "says it has -1 values, and 3000 are left",
        ),
        // A data page that says it is something else: its values are missing at the end, or its own
        // header is.
        ((start + 1, vec![0x06]), "has a damaged header"),
        ((start + 1, vec![0x0a]), "has a damaged header"),
        ((start + 2, vec![0x18]), "has a damaged header"),
        ((entries - 1, vec![0x11]), "has a damaged header"),
        ((unpacked, vec![255; 12]), "has a damaged header"),
        ((start, vec![0x9c; 40]), "has a header of too many layers"),
        (
            (start, [vec![0x98], vec![255; 8], vec![1]].concat()),
            "has a header without an end",
        ),
    ];
    for ((at, bytes), reason) in cases {
        let mut damaged = whole.clone();
        damaged[at..at + bytes.len()].copy_from_slice(&bytes);
        std::fs::write(&path, damaged).unwrap();
        let found = refused(&path);
        assert!(
            found.contains("column `s`") && found.contains(reason),
            "{reason}: {found}"
        );
        // The other column is read.
        assert_eq!(
            ParquetSource::path(&path)
                .only(["x"])
                .read()
                .unwrap()
                .table
                .rows(),
            ROWS
        );
    }
}

#[test]
fn a_file_that_unpacks_past_the_limit_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write(&path, WriterProperties::builder().build());
    let tight = ReadLimits::default().unpacked_bytes(1000).unpacked_ratio(0);
    let source = || ParquetSource::path(&path).limits(tight);
    for e in [
        source().read().unwrap_err(),
        source().batches(10).unwrap_err(),
    ] {
        let named = matches!(
            e,
            Error::Limit { limit: "unpacked_bytes", allowed: 1000, found, .. } if found > 20_000
        );
        assert!(named, "{e}");
    }
    // Only what is wanted counts.
    let few = ReadLimits::default()
        .unpacked_bytes(25_000)
        .unpacked_ratio(0);
    let one = ParquetSource::path(&path).limits(few).only(["s"]).read();
    assert_eq!(one.unwrap().table.rows(), ROWS);
}

/// The decoder looks for a further page behind the last value, and would unpack it, too.
#[test]
fn pages_behind_the_last_value_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_data_page_row_count_limit(500)
        .set_write_batch_size(100);
    let mut bytes = write(&path, properties.build());
    // The first of six pages says that it has the values of all of them.
    let first = bytes.windows(4).position(|w| w == [0x2c, 0x15, 0xe8, 0x07]);
    bytes[first.unwrap() + 2..][..2].copy_from_slice(&varint(3000));
    std::fs::write(&path, bytes).unwrap();
    let reason = refused(&path);
    assert!(
        reason.contains("says it has 500 values, and 0 are left"),
        "{reason}"
    );
}

#[test]
fn pieces_and_first_rows_cost_what_they_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let groups = WriterProperties::builder().set_max_row_group_row_count(Some(500));
    write(&path, groups.build());
    // Six groups of at most 16 kB.
    let limits = ReadLimits::default()
        .unpacked_bytes(16_000)
        .unpacked_ratio(0);
    let source = || ParquetSource::path(&path).limits(limits);
    assert!(matches!(source().read(), Err(Error::Limit { .. })));
    let rows = |pieces: Vec<_>| -> usize {
        let pieces = pieces
            .into_iter()
            .map(|p: Result<Loaded, Error>| p.unwrap().table.rows());
        pieces.sum()
    };
    assert_eq!(rows(source().batches(500).unwrap().collect()), ROWS);
    assert_eq!(source().limit(400).read().unwrap().table.rows(), 400);
    assert!(source().limit(2_900).read().is_err());
}
