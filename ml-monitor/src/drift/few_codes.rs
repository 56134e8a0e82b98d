//! Rows of few category codes, counted by comparing all codes with each.

use ml_data::simd::widest;

use super::code_counts::CodeCounts;

/// From so many places on, tables of pairs are quicker: each place is a pass over the block.
const PLACES: usize = 24;
/// Lanes that are counted side by side, at least: several registers, whose additions need not wait
/// for each other.
const LANES: usize = 256;
/// A lane counts to 255 before it is added up.
const CHUNKS: usize = u8::MAX as usize;

/// Rows of each of few codes of several columns.
///
/// The place of a code is one more than the code, and 0 for missing rows, as in
/// [`CodePairs`](super::code_counts::CodePairs). Codes lie as in the matrix, row by row; a lane
/// belongs to a column, and its counter is a byte, so that a register counts 32 or 64 codes.
#[derive(Debug)]
pub(crate) struct FewCodes {
    width: usize,
    /// Rows by place, then by column.
    counts: Vec<u64>,
    places: Vec<u8>,
    lanes: Vec<u8>,
}

impl FewCodes {
    /// No row yet.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            width,
            counts: vec![0; PLACES * width],
            places: Vec::new(),
            // Whole rows, so that a lane has the same column in every chunk.
            lanes: vec![0; LANES.div_ceil(width.max(1)) * width],
        }
    }

    /// Counts whole rows whose largest place is `last`; false, and nothing counted, where there are
    /// too many places.
    pub(crate) fn add(&mut self, rows: &[u32], last: usize) -> bool {
        if last >= PLACES {
            return false;
        }
        for rows in rows.chunks((self.lanes.len() * CHUNKS).max(1)) {
            widest(
                #[inline(always)]
                || self.compare(rows, last),
            );
        }
        true
    }

    #[inline(always)]
    fn compare(&mut self, rows: &[u32], last: usize) {
        self.places.clear();
        let place = |code: &u32| code.wrapping_add(1) as u8;
        self.places.extend(rows.iter().map(place));
        let counts = self.counts.chunks_exact_mut(self.width);
        for (place, counts) in (0..=last as u8).zip(counts) {
            self.lanes.fill(0);
            for chunk in self.places.chunks(self.lanes.len()) {
                for (lane, &found) in self.lanes.iter_mut().zip(chunk) {
                    *lane += u8::from(found == place);
                }
            }
            for row in self.lanes.chunks_exact(self.width) {
                for (count, &lane) in counts.iter_mut().zip(row) {
                    *count += u64::from(lane);
                }
            }
        }
    }

    /// Adds the rows to those of the columns.
    pub(crate) fn add_up(self, columns: &mut [CodeCounts]) {
        let counts = self.counts.chunks_exact(self.width.max(1));
        for (place, counts) in counts.enumerate() {
            for (column, &rows) in columns.iter_mut().zip(counts).filter(|(_, n)| **n > 0) {
                column.add_place(place, rows);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::random::hash;
    use ml_data::schema::MISSING_CODE;

    /// One code on more rows than the counters of all lanes hold together.
    #[test]
    fn lanes_are_added_up_before_they_are_full() {
        let rows = LANES * CHUNKS + 1000;
        let mut few = FewCodes::new(1);
        assert!(few.add(&vec![2; rows], 3));
        let mut column = [CodeCounts::new(3)];
        few.add_up(&mut column);
        let [column] = column;
        assert_eq!(column.finish(), (vec![0, 0, rows as u64], 0));
    }

    /// Widths that share no factor with the lanes, blocks that fill them and do not, one block
    /// longer than a lane can count.
    #[test]
    fn counts_are_those_of_a_plain_loop() {
        for (width, rows) in [
            (1, 1),
            (4, 5000),
            (5, 777),
            (300, 3),
            (1, 70_000),
            (7, 20_000),
        ] {
            let code = |i: usize| match hash(width as u64, i as u64) % 24 {
                23 => MISSING_CODE,
                code => code as u32,
            };
            let codes: Vec<u32> = (0..rows * width).map(code).collect();
            let mut few = FewCodes::new(width);
            assert!(!few.add(&codes, PLACES));
            assert!(few.add(&codes, PLACES - 1));
            let mut columns: Vec<CodeCounts> = (0..width).map(|_| CodeCounts::new(23)).collect();
            few.add_up(&mut columns);
            for (j, column) in columns.into_iter().enumerate() {
                let (mut found, missing) = column.finish();
                found.resize(23, 0);
                let own = || codes.iter().skip(j).step_by(width);
                let want: Vec<u64> = (0..23)
                    .map(|code| own().filter(|c| **c == code).count() as u64)
                    .collect();
                assert_eq!(found, want, "{width} {rows} {j}");
                let none = own().filter(|c| **c == MISSING_CODE).count() as u64;
                assert_eq!(missing, none);
            }
        }
    }
}
