//! Parquet files of other writers, and files whose footer does not tell the truth.
#![allow(clippy::unwrap_used, clippy::panic)]

use bytes_of::tampered;
use ml_data::Error;
use ml_data::arrow::array::{
    ArrayRef, Decimal128Array, Int64Array, NullArray, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt64Array,
};
use ml_data::source::{As, Loaded, ParquetSource};
use ml_data::table::{Kind, Table};
use ml_data::time::TimeFormat;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::data_type::{Int96, Int96Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::path::Path;
use std::sync::Arc;

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(4))
        .build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn both(path: &Path) -> [Result<Table, Error>; 2] {
    let joined = || {
        let pieces = ParquetSource::path(path).batches(3)?;
        let pieces: Result<Vec<Loaded>, Error> = pieces.collect();
        Table::concat(&pieces?.into_iter().map(|p| p.table).collect::<Vec<_>>())
    };
    [ParquetSource::path(path).read().map(|l| l.table), joined()]
}

/// Instants by pyarrow 26 (`coerce_int96_timestamp_unit="us"`).
#[test]
fn case_r1_int96_times_of_any_year() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let want = [
        "1000-01-01 00:00:00",
        "9999-12-31 02:00:00",
        "3332-12-14 11:33:10",
        "1600-05-05 00:00:00",
        "1970-01-01 00:00:00",
        "2262-04-12 00:00:00",
        "-0044-03-15 00:00:00",
        "+200000-01-01 23:59:59",
    ];
    let int96 = |text: &&str| {
        let seconds = TimeFormat::Iso.parse(text.as_bytes()).unwrap() / 1_000_000;
        let (day, nanos) = (
            seconds.div_euclid(86_400),
            seconds.rem_euclid(86_400) * 1_000_000_000,
        );
        let (day, nanos) = ((day + 2_440_588) as u32, nanos as u64 + 1999);
        Int96::from(vec![nanos as u32, (nanos >> 32) as u32, day])
    };
    let values: Vec<Int96> = want.iter().map(int96).collect();
    write_int96(&path, &values, &[1, 1, 1, 0, 1, 1, 1, 1, 1]);
    for table in both(&path) {
        let table = table.unwrap();
        let mut times = table.time_at(0).unwrap().to_vec();
        assert_eq!(table.column(0).missing(), 1);
        times.remove(3);
        let texts: Vec<String> = times.iter().map(|t| TimeFormat::Iso.format(*t)).collect();
        assert_eq!(texts, want);
        // 1,999 nanoseconds are one microsecond.
        assert!(times.iter().all(|t| t.rem_euclid(1_000_000) == 1));
    }
}

/// A column of times; levels of 0 are missing ones.
fn write_int96(path: &Path, values: &[Int96], levels: &[i16]) {
    let schema = Arc::new(parse_message_type("message m { optional int96 t; }").unwrap());
    let file = std::fs::File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let typed = column.typed::<Int96Type>();
    typed.write_batch(values, Some(levels), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn case_r1_int96_times_out_of_reach_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let noon = |day: u32| Int96::from(vec![0, 0, day]);
    // Microseconds reach 106,751,991 days from 1970, which is day 2,440,588.
    write_int96(&path, &[noon(2_440_588 + 106_751_989)], &[1]);
    assert!(both(&path).into_iter().all(|t| t.is_ok()));
    for day in [2_440_588 + 106_751_992, i32::MAX as u32] {
        write_int96(&path, &[noon(2_440_588), noon(day)], &[1, 0, 1]);
        for refused in both(&path) {
            let e = refused.unwrap_err();
            assert!(
                matches!(&e, Error::Cell { column, row: 2, .. } if column == "t"),
                "{e}"
            );
        }
    }
}

#[test]
fn case_r2_integers_and_decimals_as_of_record_batches() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let big = 9_007_199_254_740_993_i64;
    let decimal = |v: i64, scale| {
        let a = Decimal128Array::from(vec![Some(1), None, Some(0), Some(2), Some(i128::from(v))]);
        Arc::new(a.with_precision_and_scale(38, scale).unwrap()) as ArrayRef
    };
    let cases: Vec<(ArrayRef, &str)> = vec![
        (
            Arc::new(Int64Array::from(vec![1, 2, 3, 4, -big])),
            "-9007199254740993",
        ),
        (
            Arc::new(UInt64Array::from(vec![1, 2, 3, 4, u64::MAX])),
            "18446744073709551615",
        ),
        (decimal(big, 0), "9007199254740993"),
        (decimal(big * 10, 1), "9007199254740993.0"),
    ];
    for (array, text) in cases {
        write(&path, vec![("id", array.clone())]);
        for refused in both(&path) {
            let e = refused.unwrap_err();
            let named = matches!(&e, Error::Cell { column, row: 4, .. } if column == "id");
            assert!(named && e.to_string().contains(text), "{e}");
        }
        let batch = RecordBatch::try_from_iter([("id", array)]).unwrap();
        assert!(matches!(
            Table::try_from(&batch),
            Err(Error::Cell { row: 4, .. })
        ));
        for to in [As::Text, As::Cat] {
            let table = ParquetSource::path(&path)
                .column("id", to)
                .read()
                .unwrap()
                .table;
            assert_eq!(table.column(0).str_at(4), Some(text));
        }
    }
    write(
        &path,
        vec![("id", decimal(big - 1, 0)), ("x", decimal(-1250, 2))],
    );
    for table in both(&path) {
        let table = table.unwrap();
        assert_eq!(
            (table.num_at(0).unwrap()[4], table.num_at(1).unwrap()[4]),
            ((big - 1) as f64, -12.5)
        );
        assert!(table.num_at(0).unwrap()[1].is_nan());
    }
}

#[test]
fn case_r7_columns_of_nulls_and_times_before_1970() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write(
        &path,
        vec![
            ("none", Arc::new(NullArray::new(5)) as ArrayRef),
            (
                "t",
                Arc::new(TimestampNanosecondArray::from(vec![
                    -1, -1000, -1001, 999, 1000,
                ])),
            ),
            ("s", Arc::new(StringArray::from(vec![None::<&str>; 5]))),
        ],
    );
    for table in both(&path) {
        let table = table.unwrap();
        assert_eq!(
            (table.column(0).kind(), table.column(0).missing()),
            (Kind::Num, 5)
        );
        assert_eq!(table.time_at(1).unwrap(), [-1, -1, -2, 0, 1]);
        assert_eq!(
            (table.column(2).kind(), table.column(2).missing()),
            (Kind::Text, 5)
        );
    }
    let text = ParquetSource::path(&path)
        .column("none", As::Cat)
        .read()
        .unwrap()
        .table;
    assert_eq!(
        (text.column(0).kind(), text.column(0).missing()),
        (Kind::Cat, 5)
    );
}

#[test]
fn case_r7_counts_that_disagree_with_the_pages_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (
        folder.path().join("good.parquet"),
        folder.path().join("bad.parquet"),
    );
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..10));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..10).map(|i| i.to_string()),
    ));
    write(&good, vec![("n", numbers), ("s", texts)]);
    tampered(&good, &bad, |rows| rows, 0);
    for table in both(&bad) {
        assert_eq!(table.unwrap().rows(), 10, "the same footer, written again");
    }
    let refused = |what: &str| {
        for refused in both(&bad) {
            let e = refused.err().unwrap_or_else(|| panic!("{what} was read"));
            let named = matches!(e, Error::Source { .. }) && e.to_string().contains("bad.parquet");
            assert!(named, "{what}: {e}");
        }
    };
    for claim in [1 << 62, i64::MAX, i64::MIN, -1, 0, 9, 11] {
        bytes_of::renumbered(&good, &bad, (10, 3), claim);
        refused(&format!("a file of {claim} rows"));
    }
    for claim in [1 << 62, -1, 0, 1, 3] {
        tampered(&good, &bad, |rows| if rows == 2 { claim } else { rows }, 0);
        refused(&format!("a group of {claim} rows"));
    }
    // Counts that agree with each other, and not with the pages.
    for more in [-1, 1, 1 << 40] {
        tampered(&good, &bad, |rows| rows + more, more);
        refused(&format!("groups of {more} more rows"));
    }
}

#[test]
fn case_r7_compression_that_is_not_built_in_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (
        folder.path().join("good.parquet"),
        folder.path().join("bad.parquet"),
    );
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..10));
    write(&good, vec![("n", numbers.clone()), ("m", numbers)]);
    let codecs = [
        (Compression::ZSTD(Default::default()), "feature `zstd`"),
        (Compression::LZ4_RAW, "LZ4_RAW"),
        (Compression::BROTLI(Default::default()), "BROTLI"),
    ];
    for (codec, part) in codecs {
        if cfg!(feature = "zstd") && matches!(codec, Compression::ZSTD(_)) {
            continue;
        }
        bytes_of::recoded(&good, &bad, codec);
        for refused in both(&bad) {
            let said = refused.unwrap_err().to_string();
            assert!(said.contains(part) && said.contains("column `n`"), "{said}");
        }
        // The other column can be read.
        let other = ParquetSource::path(&bad).only(["m"]).read().unwrap();
        assert_eq!(other.table.rows(), 10);
    }
}

/// Files with another footer.
mod bytes_of {
    use parquet::basic::Compression;
    use parquet::file::metadata::{
        ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataReader,
        ParquetMetaDataWriter, RowGroupMetaData,
    };
    use std::path::Path;

    /// Changes the rows of the row groups (the file says their sum), and adds to the values of the
    /// columns.
    pub(super) fn tampered(from: &Path, to: &Path, group: impl Fn(i64) -> i64, values: i64) {
        rewrite(from, to, group, |c| {
            let n = c.num_values() + values;
            c.into_builder().set_num_values(n).build().unwrap()
        });
    }

    /// Changes the rows of the file, of which it has so many in so many groups: in the footer's
    /// Thrift, `num_rows` is field 3, an i64, and the list of groups is field 4.
    pub(super) fn renumbered(from: &Path, to: &Path, (rows, groups): (i64, u8), claim: i64) {
        let varint = |x: i64| {
            let mut rest = ((x << 1) ^ (x >> 63)) as u64;
            let mut out = Vec::new();
            while rest > 127 {
                out.push(rest as u8 | 128);
                rest >>= 7;
            }
            out.push(rest as u8);
            out
        };
        let field = |x: i64| [&[0x16][..], &varint(x), &[0x19, groups << 4 | 0xc]].concat();
        let (bytes, footer) = parts(from);
        let footer = &bytes[bytes.len() - 8 - footer..bytes.len() - 8];
        let (old, new) = (field(rows), field(claim));
        let at = footer.windows(old.len()).position(|w| w == old).unwrap();
        let changed = [&footer[..at], &new, &footer[at + old.len()..]].concat();
        let pages = &bytes[..bytes.len() - 8 - footer.len()];
        let length = (changed.len() as u32).to_le_bytes();
        std::fs::write(to, [pages, &changed, &length, b"PAR1"].concat()).unwrap();
    }

    /// The file, and the length of its footer.
    fn parts(from: &Path) -> (Vec<u8>, usize) {
        let bytes = std::fs::read(from).unwrap();
        let n = bytes.len();
        let footer = u32::from_le_bytes(bytes[n - 8..n - 4].try_into().unwrap()) as usize;
        (bytes, footer)
    }

    /// Says that the first column is compressed otherwise.
    pub(super) fn recoded(from: &Path, to: &Path, codec: Compression) {
        let first = |c: ColumnChunkMetaData| match c.column_path().string().as_str() {
            "n" => c.into_builder().set_compression(codec).build().unwrap(),
            _ => c,
        };
        rewrite(from, to, |r| r, first);
    }

    fn rewrite(
        from: &Path,
        to: &Path,
        group: impl Fn(i64) -> i64,
        column: impl Fn(ColumnChunkMetaData) -> ColumnChunkMetaData,
    ) {
        let (bytes, footer) = parts(from);
        let read =
            ParquetMetaDataReader::new().parse_and_finish(&std::fs::File::open(from).unwrap());
        let old: ParquetMetaData = read.unwrap();
        let f = old.file_metadata();
        let new = FileMetaData::new(
            f.version(),
            f.num_rows(),
            f.created_by().map(str::to_owned),
            f.key_value_metadata().cloned(),
            f.schema_descr_ptr(),
            f.column_orders().cloned(),
        );
        let regroup = |g: &RowGroupMetaData| {
            let columns = g.columns().iter().cloned().map(&column).collect();
            let builder = g.clone().into_builder().set_num_rows(group(g.num_rows()));
            builder.set_column_metadata(columns).build().unwrap()
        };
        let groups = old.row_groups().iter().map(regroup).collect();
        // The pages stay where they are; the footer begins after them.
        let mut out = bytes[..bytes.len() - 8 - footer].to_vec();
        let new = ParquetMetaData::new(new, groups);
        ParquetMetaDataWriter::new(&mut out, &new).finish().unwrap();
        std::fs::write(to, out).unwrap();
    }
}
