//! A column of text that grows, and says so when there is no memory left.

use crate::arrow::array::StringArray;
use crate::arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use std::collections::TryReserveError;

/// Texts end to end, with where each ends.
#[derive(Default)]
pub(super) struct Texts {
    bytes: String,
    ends: Vec<i32>,
    valid: Vec<bool>,
}

impl Texts {
    /// Makes room for so many texts of so many bytes together.
    pub(super) fn try_reserve(&mut self, n: usize, bytes: usize) -> Result<(), TryReserveError> {
        self.bytes.try_reserve(bytes)?;
        self.ends.try_reserve(n)?;
        self.valid.try_reserve(n)
    }

    /// Appends a text. All together are shorter than 2^31 bytes: see `CsvReader::join`.
    pub(super) fn push(&mut self, text: Option<&str>) {
        self.bytes.push_str(text.unwrap_or(""));
        self.ends.push(self.bytes.len() as i32);
        self.valid.push(text.is_some());
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The texts so far; none are left.
    pub(super) fn take(&mut self) -> StringArray {
        let Self { bytes, ends, valid } = std::mem::take(self);
        let some_missing = valid.contains(&false);
        let nulls = some_missing.then(|| NullBuffer::new(BooleanBuffer::from(valid)));
        let mut offsets = Vec::with_capacity(ends.len() + 1);
        offsets.push(0);
        offsets.extend(ends);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        StringArray::new(offsets, bytes.into_bytes().into(), nulls)
    }
}
