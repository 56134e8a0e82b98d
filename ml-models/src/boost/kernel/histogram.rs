//! Adding rows into histograms.
//!
//! A histogram entry packs the sum of gradients (signed, high half) and the sum of hessians (unsigned, low half) of a bin into
//! one word. Both are integers, so the sum is the same in any order; the low half never overflows, as the hessians of
//! all rows together fit.

/// Rows to add: all of a range, or those on a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows<'a> {
    Range(usize, usize),
    List(&'a [u32]),
}

/// How many rows ahead memory is asked for.
const AHEAD: usize = 16;

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

/// Adds each row's packed gradient to its bin in every column from `first` on, as many as there are `offsets`: those tell where
/// a column's bins begin.
pub(crate) fn accumulate(
    cells: &[u8],
    stride: usize,
    first: usize,
    offsets: &[u32],
    rows: Rows<'_>,
    packed: &[u64],
    hist: &mut [u64],
) {
    match rows {
        Rows::Range(start, end) => {
            for (row, &pair) in cells[start * stride..end * stride]
                .chunks_exact(stride)
                .zip(&packed[start..end])
            {
                add_row(&row[first..], offsets, pair, hist);
            }
        }
        Rows::List(list) => {
            for (k, &i) in list.iter().enumerate() {
                if let Some(&next) = list.get(k + AHEAD) {
                    prefetch(cells, next as usize * stride + first);
                    prefetch(packed, next as usize);
                }
                let at = i as usize * stride;
                add_row(
                    &cells[at + first..at + stride],
                    offsets,
                    packed[i as usize],
                    hist,
                );
            }
        }
    }
}

/// The same for some columns only: pairs of a column and where its bins begin.
pub(crate) fn accumulate_listed(
    cells: &[u8],
    stride: usize,
    columns: &[(u32, u32)],
    rows: Rows<'_>,
    packed: &[u64],
    hist: &mut [u64],
) {
    let mut add = |i: usize| {
        let (row, pair) = (&cells[i * stride..(i + 1) * stride], packed[i]);
        for &(column, offset) in columns {
            let entry = &mut hist[offset as usize + row[column as usize] as usize];
            *entry = entry.wrapping_add(pair);
        }
    };
    match rows {
        Rows::Range(start, end) => (start..end).for_each(&mut add),
        Rows::List(list) => list.iter().for_each(|&i| add(i as usize)),
    }
}

#[inline(always)]
fn add_row(row: &[u8], offsets: &[u32], pair: u64, hist: &mut [u64]) {
    for (&bin, &offset) in row.iter().zip(offsets) {
        let entry = &mut hist[offset as usize + bin as usize];
        *entry = entry.wrapping_add(pair);
    }
}

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
    fn lists_and_ranges_add_the_same_sums_and_sides_subtract() {
        let (rows, stride, offsets) = (1000, 4, [0, 9, 20]);
        let cells: Vec<u8> = (0..rows * stride)
            .map(|i| (i * 31 / 7 % [9, 11, 6, 1][i % 4]) as u8)
            .collect();
        let packed: Vec<u64> = (0..rows as i64)
            .map(|i| (((i * 97 % 61 - 30) << 32) + i * 5 % 13) as u64)
            .collect();
        let hist = |rows: Rows<'_>| {
            let mut h = vec![0; 26];
            accumulate(&cells, stride, 0, &offsets, rows, &packed, &mut h);
            h
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
