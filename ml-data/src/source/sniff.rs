//! Which byte separates the fields of a file.

use super::dialect::{Dialect, Fault};
use super::input::Input;
use crate::error::{Error, Result};
use std::io::Read;

/// The bytes that are tried, the most usual first.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Records that are looked at.
const RECORDS: usize = 200;
/// Bytes that are looked at.
const BYTES: u64 = 1 << 18;

/// The byte that splits the first records into equally many fields, more than one; of several, the
/// one by which most records agree with the first, then the one with most fields. `None` when no
/// candidate splits the first record.
pub(super) fn sniff(input: &Input, like: Dialect) -> Result<Option<u8>> {
    let mut bytes = Vec::new();
    let mut part = input.open()?.bytes.take(BYTES);
    part.read_to_end(&mut bytes)
        .map_err(|e| Error::io(format!("reading {}", input.name()), e))?;
    let ended = (bytes.len() as u64) < BYTES;
    input.check_encoding(&bytes)?;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    let best = CANDIDATES
        .into_iter()
        .rev()
        .filter(|d| like.quote != Some(*d))
        .filter_map(|delimiter| {
            let dialect = Dialect { delimiter, ..like };
            let (agree, width) = evenness(dialect, bytes.clone(), ended)?;
            Some(((agree, width), delimiter))
        })
        .max_by_key(|(score, _)| *score);
    Ok(best.map(|(_, delimiter)| delimiter))
}

/// Number of a thousand records that have as many fields as the first, or one more (a column of row
/// names has no header), and how many the first has.
fn evenness(dialect: Dialect, mut bytes: Vec<u8>, ended: bool) -> Option<(usize, usize)> {
    let scan = dialect.scan(&bytes, ended, RECORDS, usize::MAX);
    if scan.records == 0 && scan.fault.is_some_and(|(_, f)| matches!(f, Fault::Open)) {
        return None;
    }
    bytes.truncate(scan.end());
    let (mut at, mut fields, mut widths) = (0, Vec::new(), Vec::new());
    while let Some(start) = dialect.record_start(&bytes, at) {
        let (length, width) = dialect.split(&mut bytes[start..], &mut fields);
        at = start + length;
        widths.push(width);
    }
    let width = widths.first().copied().filter(|w| *w > 1)?;
    let agree = widths.iter().filter(|w| **w == width || **w == width + 1);
    Some((agree.count() * 1000 / widths.len(), width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<u8> {
        let like = Dialect::commas();
        sniff(&Input::Memory("t".into(), text.as_bytes().into()), like).unwrap()
    }

    #[test]
    fn the_byte_that_splits_evenly() {
        assert_eq!(of("a,b\n1,2\n"), Some(b','));
        assert_eq!(of("\u{feff}a;b\n1,5;2,5\n"), Some(b';'));
        assert_eq!(of("a\tb, c\n1\tx\n2\ty\n"), Some(b'\t'));
        assert_eq!(of("a|b\r\n\"x|;,y\"|2"), Some(b'|'));
        assert_eq!(of("name,note\nx,one; two; three\ny,four;\n"), Some(b','));
        assert_eq!(of("a,b;c\n1,x\n2,y\n3,z"), Some(b','));
        assert_eq!(of("only\n1\n2\n"), None);
        assert_eq!(of(""), None);
        assert_eq!(
            of("a;b\n1;2;3\n4;5;6\n"),
            Some(b';'),
            "row names without a header"
        );
    }

    #[test]
    fn only_whole_records_of_a_long_file_count() {
        let text = format!("a;b\n{}", "1,5;2,5\n".repeat(60_000));
        assert_eq!(of(&text), Some(b';'));
    }
}
