//! Splitting a leaf's rows into those that go left and those that go right, each in their old
//! order.

#[cfg(target_arch = "x86_64")]
use super::{InstructionSet, instruction_set};

/// The bins of a column that go left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Added to a bin (mod 256) before comparing: it turns the highest bin, that of missing values,
    /// into the lowest.
    shift: u8,
    limit: u8,
}

impl Rule {
    /// Bins up to `bin` go left; the bin `missing`, above all others, goes left if `missing_left`.
    pub(crate) fn new(bin: u8, missing: u8, missing_left: bool) -> Self {
        let shift = if missing_left {
            0_u8.wrapping_sub(missing)
        } else {
            0
        };
        Self {
            shift,
            limit: bin.wrapping_add(shift),
        }
    }

    /// These cells go left, if they lie in one row (255 is beside 0).
    pub(crate) fn of(lefts: &[bool; 256]) -> Option<Self> {
        let begins = |&c: &usize| lefts[c] && !lefts[(c + 255) % 256];
        let mut begin = (0..256).filter(begins);
        let (first, None) = (begin.next()?, begin.next()) else {
            return None;
        };
        let count = lefts.iter().filter(|l| **l).count();
        Some(Self {
            shift: 0_u8.wrapping_sub(first as u8),
            limit: (count - 1) as u8,
        })
    }

    #[inline(always)]
    pub(crate) fn left(self, bin: u8) -> bool {
        bin.wrapping_add(self.shift) <= self.limit
    }
}

/// Moves the rows that go left to the front of `rows` and the others to the front of `right`, and
/// returns the number of the former. `right` is at least as long as `rows`; the rest of both is
/// left undefined.
pub(crate) fn partition(cells: &[u8], rule: Rule, rows: &mut [u32], right: &mut [u32]) -> usize {
    let right = &mut right[..rows.len()];
    let cells = Column(cells);
    let mut state = State::default();
    #[cfg(target_arch = "x86_64")]
    match instruction_set() {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        InstructionSet::Avx512 => unsafe { x86::avx512(cells, rule, rows, right, &mut state) },
        // SAFETY: as above.
        InstructionSet::Avx2 => unsafe { x86::avx2(cells, rule, rows, right, &mut state) },
        InstructionSet::Baseline => {}
    }
    scalar(cells, rule, rows, right, state)
}

/// The cells of one column.
#[derive(Clone, Copy)]
struct Column<'a>(&'a [u8]);

impl Column<'_> {
    #[inline(always)]
    fn bin(self, row: u32) -> u8 {
        self.0[row as usize]
    }

    #[inline(always)]
    fn bins<const N: usize>(self, rows: &[u32; N]) -> [u8; N] {
        let mut bins = [0; N];
        for (bin, &row) in bins.iter_mut().zip(rows) {
            *bin = self.bin(row);
        }
        bins
    }
}

/// State of a partition: rows read, and rows written to either side.
#[derive(Clone, Copy, Default)]
struct State {
    read: usize,
    lefts: usize,
    rights: usize,
}

/// Finishes a partition row by row.
fn scalar(
    cells: Column<'_>,
    rule: Rule,
    rows: &mut [u32],
    right: &mut [u32],
    state: State,
) -> usize {
    let State {
        read,
        mut lefts,
        mut rights,
    } = state;
    for k in read..rows.len() {
        let row = rows[k];
        let left = rule.left(cells.bin(row));
        rows[lefts] = row;
        right[rights] = row;
        lefts += usize::from(left);
        rights += usize::from(!left);
    }
    lefts
}

/// Registers of rows at a time: the rows of either side are moved to the front of a register and
/// the whole register is stored, to be overwritten from the first row on that does not belong.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Column, Rule, State};

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,popcnt")]
    pub(super) fn avx512(
        cells: Column<'_>,
        rule: Rule,
        rows: &mut [u32],
        right: &mut [u32],
        state: &mut State,
    ) {
        const LANES: usize = 16;
        let (shift, limit) = (
            _mm_set1_epi8(rule.shift as i8),
            _mm_set1_epi8(rule.limit as i8),
        );
        assert!(
            right.len() >= rows.len(),
            "both sides have room for all rows"
        );
        while let Some(block) = rows
            .get(state.read..)
            .and_then(|rest| rest.first_chunk::<LANES>())
        {
            let bins = cells.bins(block);
            // SAFETY: `block` and `bins` are as long as what is read.
            let (ids, bins) = unsafe {
                (
                    _mm512_loadu_si512(block.as_ptr().cast()),
                    _mm_loadu_si128(bins.as_ptr().cast()),
                )
            };
            let lefts = _mm_cmple_epu8_mask(_mm_add_epi8(bins, shift), limit);
            // SAFETY: neither side has more rows than were read before this block, and the block
            // fits into `rows`, so a whole register fits from there on; on the left only rows that
            // were read are overwritten.
            unsafe {
                _mm512_storeu_si512(
                    rows.as_mut_ptr().add(state.lefts).cast(),
                    _mm512_maskz_compress_epi32(lefts, ids),
                );
                _mm512_storeu_si512(
                    right.as_mut_ptr().add(state.rights).cast(),
                    _mm512_maskz_compress_epi32(!lefts, ids),
                );
            }
            let count = lefts.count_ones() as usize;
            state.read += LANES;
            state.lefts += count;
            state.rights += LANES - count;
        }
    }

    #[target_feature(enable = "avx2,bmi2,popcnt")]
    pub(super) fn avx2(
        cells: Column<'_>,
        rule: Rule,
        rows: &mut [u32],
        right: &mut [u32],
        state: &mut State,
    ) {
        const LANES: usize = 8;
        let (shift, limit) = (
            _mm_set1_epi8(rule.shift as i8),
            _mm_set1_epi8(rule.limit as i8),
        );
        assert!(
            right.len() >= rows.len(),
            "both sides have room for all rows"
        );
        while let Some(block) = rows
            .get(state.read..)
            .and_then(|rest| rest.first_chunk::<LANES>())
        {
            let bins = _mm_add_epi8(
                _mm_cvtsi64_si128(i64::from_le_bytes(cells.bins(block))),
                shift,
            );
            let lefts = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bins, limit), bins)) as u8;
            // SAFETY: `block` is as long as what is read.
            let ids = unsafe { _mm256_loadu_si256(block.as_ptr().cast()) };
            // SAFETY: as in `avx512`.
            unsafe {
                _mm256_storeu_si256(
                    rows.as_mut_ptr().add(state.lefts).cast(),
                    compress(lefts, ids),
                );
                _mm256_storeu_si256(
                    right.as_mut_ptr().add(state.rights).cast(),
                    compress(!lefts, ids),
                );
            }
            let count = lefts.count_ones() as usize;
            state.read += LANES;
            state.lefts += count;
            state.rights += LANES - count;
        }
    }

    /// Moves the lanes of the mask to the front.
    #[target_feature(enable = "avx2,bmi2")]
    fn compress(mask: u8, ids: __m256i) -> __m256i {
        let bytes = _pdep_u64(u64::from(mask), 0x0101_0101_0101_0101) * 0xff;
        let lanes = _pext_u64(0x0706_0504_0302_0100, bytes);
        _mm256_permutevar8x32_epi32(ids, _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(lanes as i64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    #[test]
    fn rules_say_what_they_promise() {
        for missing in 1..=255_u8 {
            for bin in 0..missing {
                for b in 0..=missing {
                    assert_eq!(Rule::new(bin, missing, false).left(b), b <= bin);
                    assert_eq!(
                        Rule::new(bin, missing, true).left(b),
                        b <= bin || b == missing
                    );
                }
            }
        }
    }

    #[test]
    fn rules_of_cells_in_a_row() {
        for (first, count) in [(0, 1), (7, 30), (250, 10), (255, 1), (1, 255)] {
            let mut lefts = [false; 256];
            (first..first + count).for_each(|c| lefts[c % 256] = true);
            let rule = Rule::of(&lefts).unwrap();
            assert!((0..=255).all(|c| rule.left(c) == lefts[usize::from(c)]));
        }
        let mut two = [false; 256];
        (two[3], two[9]) = (true, true);
        assert!(Rule::of(&two).is_none() && Rule::of(&[false; 256]).is_none());
    }

    #[test]
    fn every_instruction_set_equals_the_scalar_twin() {
        let cells: Vec<u8> = (0..4000_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let cases = [
            (5, 90, true),
            (64, 254, true),
            (129, 0, false),
            (1000, 128, true),
        ];
        for (n, limit, missing_left) in cases {
            let rule = Rule::new(limit, 255, missing_left);
            let list: Vec<u32> = (0..n).collect();
            let (mut want, mut want_right) = (list.clone(), vec![0; n as usize]);
            let (column, start) = (Column(&cells), State::default());
            let lefts = scalar(column, rule, &mut want, &mut want_right, start);
            for isa in InstructionSet::available() {
                let (mut rows, mut right) = (list.clone(), vec![0; n as usize]);
                let got = at(isa, || partition(&cells, rule, &mut rows, &mut right));
                assert_eq!(got, lefts, "{isa:?}");
                assert_eq!(rows[..lefts], want[..lefts], "{isa:?}");
                let rights = n as usize - lefts;
                assert_eq!(right[..rights], want_right[..rights], "{isa:?}");
            }
        }
    }

    #[test]
    fn sides_keep_their_order() {
        let cells: Vec<u8> = (0..1000_u32).map(|i| (i * 7919 % 251) as u8).collect();
        let rule = Rule::new(100, 250, true);
        for n in [0, 1, 15, 16, 17, 64, 700] {
            let list: Vec<u32> = (0..n).map(|i| i * 999 / 700).collect();
            let (a, b): (Vec<u32>, Vec<u32>) =
                list.iter().partition(|&&i| rule.left(cells[i as usize]));
            for isa in InstructionSet::available() {
                let (mut rows, mut right) = (list.clone(), vec![0; n as usize]);
                let lefts = at(isa, || partition(&cells, rule, &mut rows, &mut right));
                assert_eq!(
                    (&rows[..lefts], &right[..n as usize - lefts]),
                    (&a[..], &b[..])
                );
            }
        }
    }
}
