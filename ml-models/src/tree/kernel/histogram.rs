//! Adding rows into histograms.
//!
//! A histogram entry packs the sum of gradients (signed, high half) and the sum of hessians
//! (unsigned, low half) of a bin into one word. Both are integers, so the sum is the same in any
//! order; the low half never overflows, as the hessians of all rows together fit.

use std::ops::Range;

/// Rows to add: all of a range, or those on a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows<'a> {
    Range(usize, usize),
    List(&'a [u32]),
}

/// Number of rows ahead that memory is asked for.
const AHEAD: usize = 32;

impl<'a> Rows<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Range(start, end) => end - start,
            Self::List(list) => list.len(),
        }
    }

    /// The `t`-th of `parts` parts of about equal size.
    pub(crate) fn part(self, t: usize, parts: usize) -> Self {
        let (from, to) = (self.len() * t / parts, self.len() * (t + 1) / parts);
        match self {
            Self::Range(start, _) => Self::Range(start + from, start + to),
            Self::List(list) => Self::List(&list[from..to]),
        }
    }
}

/// The binned matrix as the kernel reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bins<'a> {
    pub(crate) cells: &'a [u8],
    pub(crate) stride: usize,
}

/// Columns to add, and where the bins of each begin in the histogram.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Columns<'a> {
    /// From the first on, one a beginning.
    From(usize, &'a [u32]),
    /// Pairs of a column and its beginning.
    Listed(&'a [(u32, u32)]),
    /// Pairs of the place of a cell of two bytes and its beginning.
    Wide(&'a [(u32, u32)]),
}

impl Columns<'_> {
    /// The bytes of a row that are read.
    fn span(self) -> Range<usize> {
        let among = |places: &[(u32, u32)], bytes: usize| {
            let places = || places.iter().map(|p| p.0 as usize);
            places().min().unwrap_or(0)..places().max().map_or(0, |last| last + bytes)
        };
        match self {
            Self::From(first, offsets) => first..first + offsets.len(),
            Self::Listed(list) => among(list, 1),
            Self::Wide(list) => among(list, 2),
        }
    }
}

/// Entries that a histogram must have after the beginning of its last column, whatever the number
/// of bins there: so a byte of any value stays inside.
pub(crate) const SLACK: usize = 256;

/// Adds each row's packed gradient to its bin in every column.
pub(crate) fn accumulate(
    bins: Bins<'_>,
    columns: Columns<'_>,
    rows: Rows<'_>,
    packed: &[u64],
    hist: &mut [u64],
) {
    assert!(hist.len() >= SLACK);
    let last = hist.len() - SLACK;
    let span = columns.span();
    match columns {
        Columns::From(first, offsets) => {
            assert!(
                first + offsets.len() <= bins.stride && offsets.iter().all(|&o| o as usize <= last)
            );
            if let Some(&begin) = offsets.first()
                && offsets
                    .iter()
                    .zip((begin..).step_by(SLACK))
                    .all(|(&o, at)| o == at)
            {
                let hist = &mut hist[begin as usize..][..offsets.len() * SLACK];
                // SAFETY: the histogram has room for 256 bins of each column.
                let add = |row: &[u8], pair: u64| unsafe {
                    add_spaced(&row[first..first + offsets.len()], pair, hist)
                };
                return each_row(bins, span, rows, packed, add);
            }
            // SAFETY: every beginning leaves room for 256 bins.
            let add =
                |row: &[u8], pair: u64| unsafe { add_row(&row[first..], offsets, pair, hist) };
            each_row(bins, span, rows, packed, add);
        }
        Columns::Listed(list) => {
            assert!(
                list.iter()
                    .all(|&(c, o)| (c as usize) < bins.stride && o as usize <= last)
            );
            // SAFETY: every beginning leaves room for 256 bins, and every column is within the row.
            let add = |row: &[u8], pair: u64| unsafe { add_listed(row, list, pair, hist) };
            each_row(bins, span, rows, packed, add);
        }
        Columns::Wide(list) => each_row(bins, span, rows, packed, |row, pair| {
            for &(at, offset) in list {
                let bin = u16::from_le_bytes([row[at as usize], row[at as usize + 1]]);
                let entry = &mut hist[offset as usize + usize::from(bin)];
                *entry = entry.wrapping_add(pair);
            }
        }),
    }
}

/// Calls `add` with each row's cells, of which it reads those in `span`, and packed gradient.
#[inline(always)]
fn each_row(
    bins: Bins<'_>,
    span: Range<usize>,
    rows: Rows<'_>,
    packed: &[u64],
    mut add: impl FnMut(&[u8], u64),
) {
    let Bins { cells, stride } = bins;
    match rows {
        Rows::Range(start, end) => {
            let rows = cells[start * stride..end * stride].chunks_exact(stride);
            rows.zip(&packed[start..end])
                .for_each(|(row, &pair)| add(row, pair));
        }
        Rows::List(list) => {
            for (k, &i) in list.iter().enumerate() {
                if let Some(&next) = list.get(k + AHEAD) {
                    let next_row = next as usize * stride;
                    prefetch_row(cells, next_row + span.start..next_row + span.end);
                    prefetch(packed, next as usize);
                }
                let at = i as usize * stride;
                add(&cells[at..at + stride], packed[i as usize]);
            }
        }
    }
}

/// Adds a row to its bin in neighbouring columns, as many as there are `offsets`.
///
/// # Safety
/// The row is at least as long as `offsets`, and `hist` is at least [`SLACK`] longer than each of
/// them.
#[inline(always)]
unsafe fn add_row(row: &[u8], offsets: &[u32], pair: u64, hist: &mut [u64]) {
    debug_assert!(row.len() >= offsets.len());
    let mut add = |bin: u8, offset: u32| {
        // SAFETY: a bin is at most 255, and the offset leaves room for 256.
        let entry = unsafe { hist.get_unchecked_mut(offset as usize + bin as usize) };
        *entry = entry.wrapping_add(pair);
    };
    let (offsets, last_offsets) = offsets.as_chunks::<4>();
    let (bins, _) = row.as_chunks::<4>();
    for (b, o) in bins.iter().zip(offsets) {
        add(b[0], o[0]);
        add(b[1], o[1]);
        add(b[2], o[2]);
        add(b[3], o[3]);
    }
    for (&bin, &offset) in row[offsets.len() * 4..].iter().zip(last_offsets) {
        add(bin, offset);
    }
}

/// Adds a row to its bin in neighbouring columns, each with [`SLACK`] entries.
///
/// # Safety
/// `hist` is [`SLACK`] times as long as the row.
#[inline(always)]
unsafe fn add_spaced(row: &[u8], pair: u64, hist: &mut [u64]) {
    debug_assert!(hist.len() >= row.len() * SLACK);
    let mut begin = hist.as_mut_ptr();
    let mut add = |bins: &[u8]| {
        for (c, &bin) in bins.iter().enumerate() {
            // SAFETY: a bin is at most 255, and each column has 256 entries.
            unsafe {
                let entry = begin.add(c * SLACK + bin as usize);
                *entry = (*entry).wrapping_add(pair);
            }
        }
        begin = begin.wrapping_add(bins.len() * SLACK);
    };
    let (fours, rest) = row.as_chunks::<4>();
    fours.iter().for_each(|four| add(four));
    add(rest);
}

/// Adds a row to its bin in the listed columns.
///
/// # Safety
/// Each listed column is within the row, and `hist` is at least [`SLACK`] longer than each
/// beginning.
#[inline(always)]
unsafe fn add_listed(row: &[u8], list: &[(u32, u32)], pair: u64, hist: &mut [u64]) {
    for &(column, offset) in list {
        // SAFETY: the column is within the row; a bin is at most 255, and the offset leaves room
        // for 256.
        unsafe {
            let bin = *row.get_unchecked(column as usize);
            let entry = hist.get_unchecked_mut(offset as usize + bin as usize);
            *entry = entry.wrapping_add(pair);
        }
    }
}

/// Asks for the cache lines of some cells; the last may lie in one more than their number says.
#[inline(always)]
fn prefetch_row(cells: &[u8], at: Range<usize>) {
    for line in at.clone().step_by(LINE) {
        prefetch(cells, line);
    }
    if at.len() > 1 {
        prefetch(cells, at.end - 1);
    }
}

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// Asks for the cache line of `data[index]`, which need not exist.
#[inline(always)]
pub(super) fn prefetch<T>(data: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: prefetching never faults, whatever the address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(data.as_ptr().wrapping_add(index).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (data, index);
}

/// `sum += part`, entry by entry.
pub(crate) fn add(sum: &mut [u64], part: &[u64]) {
    for (s, p) in sum.iter_mut().zip(part) {
        *s = s.wrapping_add(*p);
    }
}

/// `whole -= part`, entry by entry.
pub(crate) fn subtract(whole: &mut [u64], part: &[u64]) {
    for (w, p) in whole.iter_mut().zip(part) {
        *w = w.wrapping_sub(*p);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_equal_the_definition_and_sides_subtract() {
        let (rows, stride, offsets) = (1000, 4, [0, 9, 20]);
        let cells: Vec<u8> = (0..rows * stride)
            .map(|i| (i * 31 / 7 % [9, 11, 6, 1][i % 4]) as u8)
            .collect();
        let packed: Vec<u64> = (0..rows as i64)
            .map(|i| (((i * 97 % 61 - 30) << 32) + i * 5 % 13) as u64)
            .collect();
        let bins = Bins {
            cells: &cells,
            stride,
        };
        // The definition, and the kernel for neighbouring and for listed columns.
        let hist = |rows: Rows<'_>| {
            let mut plain = vec![0_u64; 26 + SLACK];
            let list = match rows {
                Rows::Range(start, end) => (start..end).collect(),
                Rows::List(list) => list.iter().map(|&i| i as usize).collect::<Vec<_>>(),
            };
            for i in list {
                for (c, &offset) in offsets.iter().enumerate() {
                    let entry = &mut plain[offset as usize + cells[i * stride + c] as usize];
                    *entry = entry.wrapping_add(packed[i]);
                }
            }
            let (mut a, mut b) = (vec![0; 26 + SLACK], vec![0; 26 + SLACK]);
            accumulate(bins, Columns::From(0, &offsets), rows, &packed, &mut a);
            accumulate(
                bins,
                Columns::Listed(&[(2, 20), (0, 0), (1, 9)]),
                rows,
                &packed,
                &mut b,
            );
            assert_eq!((&a, &b), (&plain, &plain));
            plain
        };
        let all = hist(Rows::Range(0, rows));
        let (even, odd): (Vec<u32>, Vec<u32>) = (0..rows as u32).partition(|i| i % 2 == 0);
        let (even, odd) = (hist(Rows::List(&even)), hist(Rows::List(&odd)));
        let mut sum = even.clone();
        add(&mut sum, &odd);
        assert_eq!(sum, all);
        subtract(&mut sum, &odd);
        assert_eq!(sum, even);
        let total = packed.iter().fold(0_u64, |s, &p| s.wrapping_add(p));
        assert_eq!(
            all[..9].iter().fold(0_u64, |s, &p| s.wrapping_add(p)),
            total
        );
    }
}
