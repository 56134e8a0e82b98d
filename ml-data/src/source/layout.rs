//! Rows with more fields than the header.

use super::blocks::Blocks;
use super::dialect::Dialect;
use super::input::Input;
use super::options::CsvOptions;
use crate::error::Result;
use rayon::prelude::*;

/// Fields that the header does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    /// There are none; rows that have more are bad.
    None,
    /// Row names, before the others.
    Names(usize),
    /// Empty fields behind the others: lines end with delimiters.
    Trailing(usize),
}

impl Extra {
    pub(super) fn fields(self) -> usize {
        match self {
            Self::None => 0,
            Self::Names(n) | Self::Trailing(n) => n,
        }
    }
    /// Fields before those with names.
    pub(super) fn before(self) -> usize {
        match self {
            Self::Names(n) => n,
            _ => 0,
        }
    }

    /// Looks at the whole file, whose header names `names` fields and whose first row has `more`. A
    /// row of fewer fields shows that there is nothing but a bad row or two; one of even more is
    /// bad in any case, and shows nothing.
    pub(super) fn of(
        input: &Input,
        options: &CsvOptions,
        dialect: Dialect,
        (names, more): (usize, usize),
    ) -> Result<Self> {
        let width = names + more;
        let mut blocks = Blocks::open(input, dialect, &options.limits)?;
        if options.has_header {
            blocks.next(1)?;
        }
        let mut all = Seen::default();
        while let Some(mut block) = blocks.next(usize::MAX)? {
            let pieces = block.pieces().into_par_iter();
            let seen = pieces.map(|p| look(dialect, p, width, more));
            all = all.and(seen.reduce(Seen::default, Seen::and));
            if all.shorter {
                return Ok(Self::None);
            }
        }
        Ok(if all.filled {
            Self::Names(more)
        } else {
            Self::Trailing(more)
        })
    }
}

/// Evidence of the rows.
#[derive(Default, Clone, Copy)]
struct Seen {
    /// Some row has fewer fields.
    shorter: bool,
    /// Some row has a value at its end.
    filled: bool,
}

impl Seen {
    fn and(self, other: Self) -> Self {
        Self {
            shorter: self.shorter || other.shorter,
            filled: self.filled || other.filled,
        }
    }
}

fn look(dialect: Dialect, bytes: &mut [u8], width: usize, more: usize) -> Seen {
    let (mut at, mut fields, mut seen) = (0, Vec::new(), Seen::default());
    while let Some(start) = dialect.record_start(bytes, at) {
        let record = &mut bytes[start..];
        let (length, n) = dialect.split(record, &mut fields);
        seen.shorter |= n < width;
        if n == width && fields.len() == n {
            let mut last = fields[width - more..].iter().cloned();
            seen.filled |= last.any(|f| !record[f].trim_ascii().is_empty());
        }
        at = start + length;
    }
    seen
}
