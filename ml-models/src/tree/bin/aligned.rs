//! Bytes that begin where a cache line does.

use std::ops::{Deref, DerefMut};

use crate::tree::kernel::LINE;

/// Zeros to begin with. Rows of 16, 32 or 64 bytes then lie in one cache line each: half of the
/// rows of 32 would straddle two otherwise, and reading rows here and there takes a fifth longer.
#[derive(Debug)]
pub(crate) struct Aligned {
    bytes: Vec<u8>,
    first: usize,
    len: usize,
}

impl Aligned {
    pub(crate) fn zeros(len: usize) -> Self {
        let bytes = vec![0; len + LINE];
        let first = (LINE - bytes.as_ptr().addr() % LINE) % LINE;
        Self { bytes, first, len }
    }
}

impl Deref for Aligned {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.first..self.first + self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.first..self.first + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_begins_a_line() {
        for len in [0, 1, 63, 64, 1_000_003] {
            let mut bytes = Aligned::zeros(len);
            assert_eq!((bytes.len(), bytes.as_ptr().addr() % LINE), (len, 0));
            assert!(bytes.iter().all(|&b| b == 0));
            bytes.fill(7);
            assert_eq!(
                bytes.iter().map(|&b| usize::from(b)).sum::<usize>(),
                7 * len
            );
        }
    }
}
