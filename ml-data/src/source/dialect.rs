//! Where records and fields of a delimited file begin and end.
//!
//! A quote opens a field only at the field's beginning; inside, two quotes stand for one, and what
//! follows the closing quote belongs to the field as it is. Records end at `\n`, `\r` or both.
//! Empty lines are no records, except in files of one column, where each is a missing cell.

use memchr::{memchr, memchr2, memchr3};
use std::ops::Range;

/// The bytes that give a file its shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    pub(super) comment: Option<u8>,
    pub(super) trim: bool,
    /// Whether lines of blanks and tabs only are no records.
    pub(super) skip_blank: bool,
    /// Whether empty lines are records, of one empty field.
    pub(super) blank_rows: bool,
    /// The most bytes of a record.
    pub(super) longest: usize,
    /// The most fields of a record that are looked at. The others are counted.
    pub(super) most: usize,
}

/// Result of [`Dialect::scan`].
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Where to cut, each cut at the end of a record; the last one is the end of the last whole
    /// record.
    pub(super) cuts: Vec<usize>,
    /// Whole records.
    pub(super) records: usize,
    /// Where a record begins that can not be read, and why.
    pub(super) fault: Option<(usize, Fault)>,
}

/// Why a record can not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A quote is not closed by the end of the file.
    Open,
    /// It is longer than allowed.
    Long,
}

impl Scan {
    pub(super) fn end(&self) -> usize {
        self.cuts.last().copied().unwrap_or(0)
    }
}

enum End {
    At(usize),
    /// Not in these bytes; true when a quote is open.
    Beyond(bool),
}

impl Dialect {
    /// Commas and double quotes, and nothing else.
    #[cfg(test)]
    pub(super) fn commas() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            comment: None,
            trim: false,
            skip_blank: false,
            blank_rows: false,
            longest: usize::MAX,
            most: usize::MAX,
        }
    }

    /// Finds at most `most` whole records, and cuts after every `piece` bytes or a little more.
    /// `last` says that the file ends with these bytes.
    pub(super) fn scan(&self, bytes: &[u8], last: bool, most: usize, piece: usize) -> Scan {
        let mut scan = Scan::default();
        let (mut at, mut cut) = (0, 0);
        while scan.records < most {
            let Some(start) = self.record_start(bytes, at) else {
                // Only blank lines and comments are left; both may go on in later bytes.
                let whole = self.comment.is_none() && !self.skip_blank;
                let ends = last || bytes.last() == Some(&b'\n') || whole;
                at = if ends { bytes.len() } else { at };
                break;
            };
            let found = self.record_end(bytes, start, last);
            let end = match found {
                End::At(end) => end,
                End::Beyond(_) => bytes.len(),
            };
            if end - start > self.longest {
                scan.fault = Some((start, Fault::Long));
                break;
            }
            match found {
                End::Beyond(true) if last => {
                    scan.fault = Some((start, Fault::Open));
                    break;
                }
                End::Beyond(_) if !last => break,
                _ => at = end,
            }
            scan.records += 1;
            if at - cut >= piece {
                scan.cuts.push(at);
                cut = at;
            }
        }
        if at > cut {
            scan.cuts.push(at);
        }
        scan
    }

    /// Where the next record begins, after blank lines and comments.
    #[inline]
    pub(super) fn record_start(&self, bytes: &[u8], mut at: usize) -> Option<usize> {
        loop {
            match bytes.get(at)? {
                b'\n' | b'\r' if self.blank_rows => return Some(at),
                b'\n' | b'\r' => at += 1,
                b if Some(*b) == self.comment => at += memchr(b'\n', &bytes[at..])? + 1,
                b' ' | b'\t' if self.skip_blank && !self.blank_rows => {
                    match self.after_blanks(bytes, at) {
                        Some(end) => at = end,
                        None => return Some(at),
                    }
                }
                _ => return Some(at),
            }
        }
    }

    /// Where the line ends that begins at `at`, if it holds only blanks and tabs that are no
    /// delimiters.
    fn after_blanks(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let blank = |b: &u8| matches!(b, b' ' | b'\t') && *b != self.delimiter;
        let end = at + bytes[at..].iter().take_while(|b| blank(b)).count();
        matches!(bytes.get(end), None | Some(b'\n' | b'\r')).then_some(end)
    }

    fn record_end(&self, bytes: &[u8], start: usize, last: bool) -> End {
        let mut at = start;
        loop {
            let rest = &bytes[at..];
            let found = match self.quote {
                Some(quote) => memchr3(b'\n', b'\r', quote, rest),
                None => memchr2(b'\n', b'\r', rest),
            };
            let Some(i) = found.map(|n| at + n) else {
                return End::Beyond(false);
            };
            at = i + 1;
            match self.quote {
                Some(quote) if bytes[i] == quote => {
                    if i == start || bytes[i - 1] == self.delimiter {
                        match closing(bytes, quote, at) {
                            Some(close) => at = close + 1,
                            None => return End::Beyond(true),
                        }
                    }
                }
                // Whether a line end goes on in later bytes matters only where empty lines count.
                _ if self.blank_rows && bytes[i] == b'\r' && at == bytes.len() && !last => {
                    return End::Beyond(false);
                }
                _ => return End::At(self.after_end(bytes, i)),
            }
        }
    }

    /// Where the next line begins after the line end at `at`. The second byte of two is left to
    /// [`Dialect::record_start`] where that skips empty lines.
    #[inline]
    pub(super) fn after_end(&self, bytes: &[u8], at: usize) -> usize {
        let two = self.blank_rows && bytes.get(at..at + 2) == Some(b"\r\n");
        (at + 1 + usize::from(two)).min(bytes.len())
    }

    /// True for a line of blanks that counts as an empty one.
    fn is_blank(&self, line: &[u8]) -> bool {
        self.blank_rows && self.skip_blank && line.iter().all(|b| matches!(b, b' ' | b'\t'))
    }

    /// Splits the record at the beginning of `bytes` into fields, and returns where it ends, its
    /// terminator included, and how many fields it has. Doubled quotes are made single in place.
    #[inline]
    pub(super) fn split(&self, bytes: &mut [u8], fields: &mut Vec<Range<usize>>) -> (usize, usize) {
        fields.clear();
        let (mut at, mut n) = (0, 0);
        loop {
            let (field, end) = match self.quote {
                Some(quote) if self.is_quote(bytes, at) => self.quoted(bytes, quote, at + 1),
                _ => {
                    let end = self.field_end(bytes, at);
                    (at..end, end)
                }
            };
            n += 1;
            if n <= self.most {
                fields.push(if self.trim {
                    trimmed(bytes, field)
                } else if self.is_blank(&bytes[field.clone()]) {
                    field.start..field.start
                } else {
                    field
                });
            }
            match bytes.get(end) {
                Some(b) if *b == self.delimiter => at = end + 1,
                _ => return (self.after_end(bytes, end), n),
            }
        }
    }

    /// True at the end of a field: the last one of a record, or another.
    #[inline]
    pub(super) fn ends(&self, bytes: &[u8], at: usize, last: bool) -> bool {
        match bytes.get(at) {
            Some(b'\n' | b'\r') | None => last,
            Some(b) => *b == self.delimiter && !last,
        }
    }

    #[inline]
    fn is_quote(&self, bytes: &[u8], at: usize) -> bool {
        bytes.get(at).is_some_and(|b| Some(*b) == self.quote)
    }

    /// The field at `at` and where it ends, if it is text without quotes.
    #[inline]
    pub(super) fn unquoted<'a>(&self, bytes: &'a [u8], at: usize) -> Option<(&'a str, usize)> {
        if self.is_quote(bytes, at) {
            return None;
        }
        let end = self.field_end(bytes, at);
        Some((std::str::from_utf8(&bytes[at..end]).ok()?, end))
    }

    /// The first delimiter or line end at or after `at`, eight bytes at a time.
    #[inline]
    fn field_end(&self, bytes: &[u8], mut at: usize) -> usize {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let delimiters = ONES * u64::from(self.delimiter);
        // The lowest high bit that is set marks the first zero byte.
        let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGH;
        while let Some(eight) = bytes.get(at..).and_then(|b| b.first_chunk::<8>()) {
            let word = u64::from_le_bytes(*eight);
            let hits = zero(word ^ delimiters)
                | zero(word ^ (ONES * u64::from(b'\n')))
                | zero(word ^ (ONES * u64::from(b'\r')));
            if hits != 0 {
                return at + hits.trailing_zeros() as usize / 8;
            }
            at += 8;
        }
        let ends = |b: &u8| *b == self.delimiter || matches!(b, b'\n' | b'\r');
        let rest = &bytes[at.min(bytes.len())..];
        at + rest.iter().position(ends).unwrap_or(rest.len())
    }

    /// The field whose opening quote is before `start`, and where it ends.
    fn quoted(&self, bytes: &mut [u8], quote: u8, start: usize) -> (Range<usize>, usize) {
        let (mut read, mut write) = (start, start);
        loop {
            let close = memchr(quote, &bytes[read..]).map_or(bytes.len(), |n| read + n);
            bytes.copy_within(read..close, write);
            write += close - read;
            if bytes.get(close + 1) == Some(&quote) {
                bytes[write] = quote;
                write += 1;
                read = close + 2;
                continue;
            }
            let rest = (close + 1).min(bytes.len());
            let end = self.field_end(bytes, rest);
            bytes.copy_within(rest..end, write);
            write += end - rest;
            // What is left over must not cut characters in two.
            bytes[write..end].fill(b' ');
            return (start..write, end);
        }
    }
}

/// The quote that closes a field, from `at` on.
fn closing(bytes: &[u8], quote: u8, mut at: usize) -> Option<usize> {
    loop {
        at += memchr(quote, &bytes[at..])?;
        if bytes.get(at + 1) != Some(&quote) {
            return Some(at);
        }
        at += 2;
    }
}

fn trimmed(bytes: &[u8], field: Range<usize>) -> Range<usize> {
    let text = &bytes[field.clone()];
    let start = field.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(dialect: &Dialect, bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut bytes = bytes.to_vec();
        let (mut at, mut fields, mut out) = (0, Vec::new(), Vec::new());
        while let Some(start) = dialect.record_start(&bytes, at) {
            let record = &mut bytes[start..];
            at = start + dialect.split(record, &mut fields).0;
            out.push(
                fields
                    .iter()
                    .map(|f| bytes[start..][f.clone()].to_vec())
                    .collect(),
            );
        }
        out
    }

    fn by_the_csv_crate(dialect: &Dialect, bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.delimiter)
            .quoting(dialect.quote.is_some())
            .comment(dialect.comment)
            .trim(if dialect.trim {
                csv::Trim::All
            } else {
                csv::Trim::None
            })
            .from_reader(bytes);
        let records = reader.byte_records().map(Result::unwrap);
        records
            .map(|r| r.iter().map(<[u8]>::to_vec).collect())
            .collect()
    }

    fn dialects() -> impl Iterator<Item = Dialect> {
        [(Some(b'"'), None), (None, None), (Some(b'"'), Some(b'#'))]
            .into_iter()
            .flat_map(|(quote, comment)| {
                [false, true].map(|trim| Dialect {
                    delimiter: b',',
                    quote,
                    comment,
                    trim,
                    skip_blank: false,
                    blank_rows: false,
                    longest: usize::MAX,
                    most: usize::MAX,
                })
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn records_are_those_of_the_csv_crate(bytes in proptest::collection::vec(
            prop_oneof![Just(b','), Just(b'\n'), Just(b'\r'), Just(b'"'), Just(b'"'), Just(b'#'), Just(b' '), b'a'..=b'f'], 0..60)) {
            // A comment at the end of a file without a line end is an empty record to that crate.
            let ended = [&bytes[..], b"\n"].concat();
            for dialect in dialects() {
                let bytes = if dialect.comment.is_some() { &ended } else { &bytes };
                prop_assert_eq!(records(&dialect, bytes), by_the_csv_crate(&dialect, bytes), "{:?}", dialect);
            }
        }

        #[test]
        fn lines_of_blanks_are_skipped_wherever_bytes_are_cut(bytes in proptest::collection::vec(
            prop_oneof![Just(b','), Just(b'\n'), Just(b'\n'), Just(b' '), Just(b' '), Just(b'\t'), Just(b'\r'), b'a'..=b'b'], 0..40)) {
            for dialect in dialects().filter(|d| !d.trim && d.comment.is_none()) {
                let skips = Dialect { skip_blank: true, ..dialect };
                let not_blank = |r: &Vec<Vec<u8>>| r.len() > 1 || !r[0].iter().all(|b| matches!(b, b' ' | b'\t'));
                let want: Vec<_> = records(&dialect, &bytes).into_iter().filter(not_blank).collect();
                prop_assert_eq!(&records(&skips, &bytes), &want);
                for cut in 0..bytes.len() {
                    let head = skips.scan(&bytes[..cut], false, usize::MAX, usize::MAX).end();
                    let mut joined = records(&skips, &bytes[..head]);
                    joined.extend(records(&skips, &bytes[head..]));
                    prop_assert_eq!(&joined, &want);
                }
            }
        }

        /// The rows are those of splitting at line ends, wherever bytes are cut.
        #[test]
        fn empty_lines_are_records_where_they_are_asked_for(lines in proptest::collection::vec(
            ("[ab]{0,2}", prop_oneof![Just("\n"), Just("\r\n")]), 0..12), last in "[ab]{0,2}", size in 1..5usize) {
            let text: String = lines.iter().map(|(l, end)| format!("{l}{end}")).collect::<String>() + &last;
            let mut want: Vec<Vec<Vec<u8>>> = lines.iter().map(|(l, _)| vec![l.clone().into_bytes()]).collect();
            if !last.is_empty() { want.push(vec![last.into_bytes()]); }
            for dialect in dialects().filter(|d| d.comment.is_none()) {
                let dialect = Dialect { blank_rows: true, ..dialect };
                prop_assert_eq!(&records(&dialect, text.as_bytes()), &want);
                // Bytes arrive a few at a time.
                let (mut joined, mut buffer) = (Vec::new(), Vec::new());
                for (i, part) in text.as_bytes().chunks(size).enumerate() {
                    buffer.extend_from_slice(part);
                    let end = (i + 1) * size >= text.len();
                    let scan = dialect.scan(&buffer, end, usize::MAX, 2);
                    let mut start = 0;
                    for cut in scan.cuts.clone() {
                        joined.extend(records(&dialect, &buffer[start..cut]));
                        start = cut;
                    }
                    buffer.drain(..scan.end());
                }
                prop_assert_eq!(&joined, &want);
            }
        }

        #[test]
        fn cuts_fall_between_records(bytes in proptest::collection::vec(
            prop_oneof![Just(b','), Just(b'\n'), Just(b'\r'), Just(b'"'), Just(b'#'), b'a'..=b'f'], 0..60), piece in 1..20usize, most in 1..9usize) {
            for dialect in dialects() {
                let scan = dialect.scan(&bytes, true, usize::MAX, piece);
                if scan.fault.is_some() { continue; }
                let all = records(&dialect, &bytes);
                prop_assert_eq!(scan.records, all.len());
                let mut start = 0;
                let mut joined = Vec::new();
                for &cut in &scan.cuts {
                    joined.extend(records(&dialect, &bytes[start..cut]));
                    start = cut;
                }
                prop_assert_eq!(&joined, &all);
                // Fewer records are a prefix; unfinished ones wait for more bytes.
                let first = dialect.scan(&bytes, true, most, usize::MAX);
                prop_assert_eq!(first.records, all.len().min(most));
                prop_assert_eq!(&records(&dialect, &bytes[..first.end()])[..], &all[..first.records]);
                let early = dialect.scan(&bytes, false, usize::MAX, usize::MAX);
                prop_assert!(early.records + 1 >= all.len() && early.fault.is_none());
                prop_assert_eq!(&records(&dialect, &bytes[..early.end()])[..], &all[..early.records]);
            }
        }
    }
}
