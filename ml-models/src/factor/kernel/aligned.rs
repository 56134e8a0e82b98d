//! Floats that start on a cache line, so that sixteen of them are one line.

use std::ops::{Deref, DerefMut};

/// One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// A vector of `f32` whose length is a multiple of 16 and whose first value is 64-byte aligned.
///
/// A plain `Vec<f32>` of some size starts 16 bytes into a page, and then every load of sixteen
/// lanes crosses a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aligned(Vec<Line>);

impl Aligned {
    /// `lines * 16` zeros.
    pub(crate) fn zeros(lines: usize) -> Self {
        Aligned(vec![Line([0.0; 16]); lines])
    }

    /// Makes room for `lines * 16` values, new ones zero.
    pub(crate) fn resize(&mut self, lines: usize) {
        self.0.resize(lines, Line([0.0; 16]));
    }
}

impl Deref for Aligned {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        // SAFETY: `Line` is `repr(C)` around `[f32; 16]` with size 64 and no padding, so `n` lines
        // are `16 n` values
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len() * 16) }
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`; the borrow is unique
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len() * 16) }
    }
}
