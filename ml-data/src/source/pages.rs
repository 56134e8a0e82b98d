//! Page headers of a Parquet file, checked before a page is unpacked.
//!
//! A header says how many bytes its page unpacks to, and the decoder sets that much memory aside
//! before it has unpacked anything: four damaged bytes cost two gigabytes. So every header of the
//! wanted columns is read first: its sizes have to lie in its column chunk, and the unpacked one
//! within what the compression can do.
//!
//! A header is a struct of Thrift's compact protocol: per field a byte of `id difference << 4 |
//! type`, then the value, integers as zigzag varints; a byte 0 ends the struct. `15 00 15 c8 01
//! 15 50 ..` reads: field 1, an integer, 0 (a data page); field 2, 100 (unpacked bytes); field 3,
//! 40 (packed bytes).
//!
//! Source: Apache Parquet, `parquet.thrift`; Apache Thrift, compact protocol specification.

use super::footer::broken;
use crate::error::{Error, Result};
use crate::limits::{self, ReadLimits};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Compression;
use parquet::file::metadata::ColumnChunkMetaData;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

/// The part of a file that is read, and how much of it at a time.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// Rows that are read; all of them without a number.
    pub(super) rows: Option<usize>,
    /// Whether row groups are read one after the other, and not kept.
    pub(super) in_pieces: bool,
}

/// Checks the pages of the wanted columns, of the row groups that are read.
pub(super) fn check_pages(
    path: &str,
    file: &File,
    metadata: &ArrowReaderMetadata,
    wanted: &[(usize, String)],
    extent: Extent,
    limits: &ReadLimits,
) -> Result<()> {
    let failed = |e| Error::io(format!("reading {path}"), e);
    let length = file.metadata().map_err(failed)?.len();
    let mut reader = HeaderReader::new(file);
    let (mut all, mut most, mut rows) = (0_u64, 0_u64, 0);
    for group in metadata.metadata().row_groups() {
        if extent.rows.is_some_and(|limit| rows >= limit) {
            break;
        }
        rows = rows.saturating_add(usize::try_from(group.num_rows()).unwrap_or(usize::MAX));
        let mut unpacked = 0_u64;
        for (leaf, chunk) in group.columns().iter().enumerate() {
            let root = metadata.parquet_schema().get_column_root_idx(leaf);
            if let Ok(at) = wanted.binary_search_by_key(&root, |w| w.0) {
                let damaged = |fault: Fault| match fault {
                    Fault::Io(e) => failed(e),
                    Fault::Damaged(why) => {
                        broken(path, format!("a page of column `{}` {why}", wanted[at].1))
                    }
                };
                let bytes = chunk_bytes(&mut reader, chunk, length).map_err(damaged)?;
                unpacked = unpacked.saturating_add(bytes);
            }
        }
        (all, most) = (all.saturating_add(unpacked), most.max(unpacked));
    }
    let found = if extent.in_pieces { most } else { all };
    limits::check(path, "unpacked_bytes", limits.unpacked(length), found)
}

/// Unpacked bytes of all pages of a chunk.
fn chunk_bytes(
    reader: &mut HeaderReader<'_>,
    chunk: &ColumnChunkMetaData,
    length: u64,
) -> Checked<u64> {
    let start = chunk
        .dictionary_page_offset()
        .unwrap_or(chunk.data_page_offset());
    let end = start.checked_add(chunk.compressed_size());
    let (Ok(mut at), Some(Ok(end))) = (u64::try_from(start), end.map(u64::try_from)) else {
        return Err(Fault::damaged("lies outside the file"));
    };
    if at > end || end > length {
        return Err(Fault::damaged("lies outside the file"));
    }
    let mut unpacked = 0_u64;
    let mut left = chunk.num_values();
    // To the end: the decoder looks for a further page behind the last value, too.
    while at < end {
        let (header, size) = reader.header_at(at)?;
        let packed = header.packed_size()?;
        at = at.saturating_add(size).saturating_add(packed);
        if at > end {
            return Err(Fault::damaged("is longer than its column"));
        }
        unpacked = unpacked.saturating_add(header.unpacked_size(packed, chunk.compression())?);
        left -= header.data_values(left)?;
    }
    Ok(unpacked)
}

/// Why a page can not be read.
enum Fault {
    Io(std::io::Error),
    Damaged(String),
}

type Checked<T> = std::result::Result<T, Fault>;

impl Fault {
    fn damaged(why: impl Into<String>) -> Self {
        Self::Damaged(why.into())
    }
}

impl From<std::io::Error> for Fault {
    fn from(e: std::io::Error) -> Self {
        match e.kind() {
            ErrorKind::UnexpectedEof => Self::damaged("ends before its header does"),
            _ => Self::Io(e),
        }
    }
}

/// Header of a page.
#[derive(Default)]
struct PageHeader {
    page_type: Option<i64>,
    unpacked: i64,
    packed: i64,
    /// Values of a data page of the first version.
    values: Option<i64>,
    /// Values of a data page of the second version.
    values_v2: Option<i64>,
    /// Entries of a dictionary page.
    entries: Option<i64>,
}

/// Types of pages.
mod page_type {
    pub(super) const DATA: i64 = 0;
    pub(super) const INDEX: i64 = 1;
    pub(super) const DICTIONARY: i64 = 2;
    pub(super) const DATA_V2: i64 = 3;
}

impl PageHeader {
    fn packed_size(&self) -> Checked<u64> {
        match self.packed {
            ..0 => Err(Fault::damaged("has a negative length")),
            packed if packed > i64::from(i32::MAX) => Err(Fault::damaged("has a damaged header")),
            packed => Ok(packed as u64),
        }
    }

    fn unpacked_size(&self, packed: u64, codec: Compression) -> Checked<u64> {
        let most = most_unpacked(packed, codec).min(i32::MAX as u64);
        match u64::try_from(self.unpacked) {
            Ok(unpacked) if unpacked <= most => Ok(unpacked),
            _ => Err(Fault::damaged(format!(
                "says that its {packed} bytes unpack to {}, and {codec} can make {most} of them",
                self.unpacked
            ))),
        }
    }

    /// Values of a data page, at most as many as the chunk has left; 0 of other pages.
    fn data_values(&self, left: i64) -> Checked<i64> {
        let values = match self.page_type {
            Some(page_type::DATA) => self.values,
            Some(page_type::DATA_V2) => self.values_v2,
            Some(page_type::INDEX) => Some(0),
            Some(page_type::DICTIONARY) => match self.entries {
                // An entry takes a byte at least.
                Some(entries) if (0..=self.unpacked).contains(&entries) => Some(0),
                Some(_) => return Err(Fault::damaged("has more entries than bytes")),
                None => None,
            },
            _ => None,
        };
        match values {
            Some(values) if (0..=left).contains(&values) => Ok(values),
            Some(values) => Err(Fault::damaged(format!(
                "says it has {values} values, and {left} are left"
            ))),
            None => Err(Fault::damaged("has a damaged header")),
        }
    }
}

/// The most bytes that packed ones can become.
///
/// Snappy: a copy of 64 bytes takes three. DEFLATE: 258 bytes take two bits at least. Zstandard: a
/// block of 128 KiB takes four bytes.
fn most_unpacked(packed: u64, codec: Compression) -> u64 {
    let times = match codec {
        Compression::UNCOMPRESSED => return packed,
        Compression::SNAPPY => 22,
        Compression::GZIP(_) => 1_032,
        _ => 1 << 15,
    };
    packed.saturating_mul(times)
}

/// Thrift's types of fields.
mod kind {
    pub(super) const STOP: u8 = 0;
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I32: u8 = 5;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const STRUCT: u8 = 12;
}

/// Bytes of a header at most: statistics hold the least and the greatest text of the page.
const HEADER_BYTES: u64 = 16 << 20;

/// Structs and lists within each other at most.
const DEPTH: usize = 8;

/// Headers read one after the other, in one buffer.
struct HeaderReader<'a> {
    file: BufReader<&'a File>,
    /// Bytes read of this header.
    read: u64,
}

impl<'a> HeaderReader<'a> {
    fn new(file: &'a File) -> Self {
        // A header has some forty bytes, and the next one is most often far away.
        let file = BufReader::with_capacity(128, file);
        Self { file, read: 0 }
    }

    /// The header at a position of the file, and how many bytes it takes.
    fn header_at(&mut self, at: u64) -> Checked<(PageHeader, u64)> {
        self.file.seek(SeekFrom::Start(at))?;
        self.read = 0;
        let mut header = PageHeader::default();
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            match (id, kind) {
                (1, kind::I32) => header.page_type = Some(self.integer()?),
                (4, kind::I32) => drop(self.integer()?),
                (2, kind::I32) => header.unpacked = self.integer()?,
                (3, kind::I32) => header.packed = self.integer()?,
                (5, kind::STRUCT) => header.values = Some(self.count(4)?),
                (7, kind::STRUCT) => header.entries = Some(self.count(2)?),
                (8, kind::STRUCT) => header.values_v2 = Some(self.count(6)?),
                (1..=5 | 7 | 8, _) => return Err(Fault::damaged("has a damaged header")),
                _ => self.skip(kind, DEPTH)?,
            }
        }
        Ok((header, self.read))
    }

    /// The first field of an inner header, its number of values, which `integers` integers begin.
    fn count(&mut self, integers: i64) -> Checked<i64> {
        let mut count = 0;
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            match kind {
                kind::I32 if id == 1 => count = self.integer()?,
                kind::I32 => drop(self.integer()?),
                _ if (1..=integers).contains(&id) => {
                    return Err(Fault::damaged("has a damaged header"));
                }
                _ => self.skip(kind, DEPTH)?,
            }
        }
        Ok(count)
    }

    /// The type of the next field, and its id in `id`; nothing at the end of a struct.
    fn field(&mut self, id: &mut i64) -> Checked<Option<u8>> {
        let byte = self.byte()?;
        let kind = byte & 15;
        if kind == kind::STOP {
            return Ok(None);
        }
        *id = match byte >> 4 {
            0 => self.integer()?,
            more => *id + i64::from(more),
        };
        Ok(Some(kind))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Checked<()> {
        if depth == 0 {
            return Err(Fault::damaged("has a header of too many layers"));
        }
        match kind {
            kind::TRUE | kind::FALSE => {}
            kind::BYTE => drop(self.byte()?),
            kind::I16 | kind::I32 | kind::I64 => drop(self.varint()?),
            kind::DOUBLE => self.skip_bytes(8)?,
            kind::BINARY => {
                let bytes = self.varint()?;
                self.skip_bytes(bytes)?;
            }
            kind::LIST | kind::SET => self.skip_list(depth - 1)?,
            kind::STRUCT => {
                while let Some(kind) = self.field(&mut 0)? {
                    self.skip(kind, depth - 1)?;
                }
            }
            _ => return Err(Fault::damaged("has a damaged header")),
        }
        Ok(())
    }

    fn skip_list(&mut self, depth: usize) -> Checked<()> {
        let byte = self.byte()?;
        let items = match byte >> 4 {
            15 => self.varint()?,
            items => u64::from(items),
        };
        for _ in 0..items {
            match byte & 15 {
                // A truth value in a list takes a byte; in a struct it is the field's type.
                kind::TRUE | kind::FALSE => drop(self.byte()?),
                kind => self.skip(kind, depth)?,
            }
        }
        Ok(())
    }

    fn integer(&mut self) -> Checked<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn varint(&mut self) -> Checked<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault::damaged("has a damaged header"))
    }

    fn byte(&mut self) -> Checked<u8> {
        let mut byte = [0];
        self.advance(1)?;
        self.file.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn skip_bytes(&mut self, bytes: u64) -> Checked<()> {
        self.advance(bytes)?;
        // Within the buffer this moves no file position.
        self.file.seek_relative(bytes as i64)?;
        Ok(())
    }

    fn advance(&mut self, bytes: u64) -> Checked<()> {
        self.read = self.read.saturating_add(bytes);
        match self.read <= HEADER_BYTES {
            true => Ok(()),
            false => Err(Fault::damaged("has a header without an end")),
        }
    }
}
