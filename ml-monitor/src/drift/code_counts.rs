//! Rows of each category code, counted in one pass.

use ml_data::schema::MISSING_CODE;
use ml_data::simd::widest;

/// Places of a pair's table in each direction: one for missing rows, the rest for codes.
const PLACES: usize = 64;
/// Codes looked at and counted at a time.
pub(crate) const BLOCK: usize = 2048;
/// Fewer codes are not worth a table of pairs.
const PAIRS_FROM: usize = 1024;

/// Rows of each code, and of [`MISSING_CODE`].
///
/// Low codes are counted two at a time, by tables of pairs: half the stores, and a code that is as
/// frequent as all others does not wait for its own last store.
#[derive(Debug)]
pub(crate) struct CodeCounts {
    counts: Vec<u64>,
    missing: u64,
    /// Codes are below this.
    end: usize,
    /// Pairs of neighbouring rows, in turn.
    pairs: [CodePairs; 2],
}

/// A code at or past the end, and its place in the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutsideCode {
    pub(crate) at: usize,
    pub(crate) code: u32,
}

impl CodeCounts {
    /// No row yet; codes are below `end`.
    pub(crate) fn new(end: usize) -> Self {
        Self {
            counts: Vec::new(),
            missing: 0,
            end,
            pairs: Default::default(),
        }
    }

    /// Counts a block of codes, at most [`BLOCK`] for speed.
    pub(crate) fn add(&mut self, block: &[u32]) -> Result<(), OutsideCode> {
        let few = block.len() < PAIRS_FROM;
        if few || CodePairs::last_place(block) > self.end.min(PLACES - 1) {
            return self.one_by_one(block);
        }
        let [even, odd] = &mut self.pairs;
        let whole = block.len() / 4 * 4;
        even.add(&block[..whole], 4, 0);
        odd.add(&block[..whole], 4, 2);
        self.one_by_one(&block[whole..])
    }

    fn one_by_one(&mut self, block: &[u32]) -> Result<(), OutsideCode> {
        for (at, &code) in block.iter().enumerate() {
            match self.counts.get_mut(code as usize) {
                Some(count) => *count += 1,
                None if code == MISSING_CODE => self.missing += 1,
                None if (code as usize) < self.end => *self.reach(code as usize) += 1,
                None => return Err(OutsideCode { at, code }),
            }
        }
        Ok(())
    }

    /// The count of a code, made where there is none yet.
    fn reach(&mut self, code: usize) -> &mut u64 {
        if code >= self.counts.len() {
            self.counts.resize(code + 1, 0);
        }
        &mut self.counts[code]
    }

    /// Adds rows of a place: one more than the code, 0 of missing rows.
    pub(crate) fn add_place(&mut self, place: usize, rows: u64) {
        match place.checked_sub(1) {
            Some(code) => *self.reach(code) += rows,
            None => self.missing += rows,
        }
    }

    /// The counts of the codes up to the largest one found, and the missing rows.
    pub(crate) fn finish(mut self) -> (Vec<u64>, u64) {
        for pairs in std::mem::take(&mut self.pairs) {
            pairs.each(|places, rows| places.map(|place| self.add_place(place, rows)));
        }
        (self.counts, self.missing)
    }
}

/// Rows of each pair of low codes.
#[derive(Debug, Default)]
pub(crate) struct CodePairs {
    /// Whole tables, which a long column fills.
    sums: Vec<u64>,
    table: Vec<u32>,
    /// Rows counted in `table`.
    rows: usize,
}

impl CodePairs {
    /// The largest place in a table of any code of a block: one more than the code, 0 of missing
    /// rows.
    pub(crate) fn last_place(block: &[u32]) -> usize {
        let most = widest(
            #[inline(always)]
            || {
                block
                    .iter()
                    .fold(0, |most, code| most.max(code.wrapping_add(1)))
            },
        );
        most as usize
    }

    /// Whether all codes of a block have a place in the table, by the largest of them.
    pub(crate) fn hold(last_place: usize) -> bool {
        last_place < PLACES
    }

    /// Counts the codes `at` and `at + 1` of each row of `width` of a block that [`hold`]s.
    ///
    /// [`hold`]: Self::hold
    pub(crate) fn add(&mut self, block: &[u32], width: usize, at: usize) {
        if self.rows > u32::MAX as usize / 2 {
            self.empty();
        }
        self.rows += block.len();
        self.table.resize(PLACES * PLACES, 0);
        let place = |code: u32| code.wrapping_add(1) as usize % PLACES;
        let Ok(table) = <&mut [u32; PLACES * PLACES]>::try_from(self.table.as_mut_slice()) else {
            return;
        };
        for row in block.chunks_exact(width) {
            table[place(row[at]) * PLACES + place(row[at + 1])] += 1;
        }
    }

    /// Adds the table to the sums.
    fn empty(&mut self) {
        self.sums.resize(self.table.len(), 0);
        for (sum, rows) in self.sums.iter_mut().zip(&mut self.table) {
            *sum += u64::from(std::mem::take(rows));
        }
        self.rows = 0;
    }

    /// Both places of every pair found, with its rows.
    fn each<T>(mut self, mut f: impl FnMut([usize; 2], u64) -> T) {
        self.empty();
        let found = self
            .sums
            .into_iter()
            .enumerate()
            .filter(|(_, rows)| *rows > 0);
        found.for_each(|(cell, rows)| {
            f([cell / PLACES, cell % PLACES], rows);
        });
    }

    /// Adds the first codes of the pairs to one column and the second ones to another.
    pub(crate) fn add_up(self, columns: &mut [CodeCounts]) {
        self.each(|places, rows| {
            let places = columns.iter_mut().zip(places);
            places.for_each(|(column, place)| column.add_place(place, rows));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(codes: &[u32], end: usize) -> Result<(Vec<u64>, u64), OutsideCode> {
        let mut counts = CodeCounts::new(end);
        codes
            .chunks(BLOCK)
            .try_for_each(|block| counts.add(block))?;
        Ok(counts.finish())
    }

    #[test]
    fn a_code_at_the_end_is_told_with_its_place() {
        for rows in [3, BLOCK] {
            let mut codes = vec![0; rows];
            codes[2] = 7;
            assert_eq!(counted(&codes, 7), Err(OutsideCode { at: 2, code: 7 }));
            let (counts, missing) = counted(&codes, 8).unwrap();
            assert_eq!(
                (counts.len(), counts[7], counts[0], missing),
                (8, 1, rows as u64 - 1, 0)
            );
        }
        assert_eq!(counted(&[], 0), Ok((vec![], 0)));
        assert_eq!(
            counted(&vec![MISSING_CODE; BLOCK], 0),
            Ok((vec![], BLOCK as u64))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Pairs or not, few levels or many, whole blocks or not: what a plain loop counts.
        #[test]
        fn counts_are_those_of_a_plain_loop(
            levels in prop_oneof![Just(1u32), Just(2), Just(62), Just(63), Just(64), Just(65), Just(3000)],
            rows in 0usize..3 * BLOCK,
            seed in any::<u64>(),
        ) {
            let code = |i: usize| {
                let draw = ml_data::random::hash(seed, i as u64);
                if draw.is_multiple_of(11) { MISSING_CODE } else { (draw >> 32) as u32 % levels }
            };
            let codes: Vec<u32> = (0..rows).map(code).collect();
            let mut want = vec![0u64; levels as usize];
            let known = codes.iter().filter(|c| **c != MISSING_CODE);
            known.for_each(|c| want[*c as usize] += 1);
            let missing = rows as u64 - want.iter().sum::<u64>();
            while want.last() == Some(&0) {
                want.pop();
            }
            let (mut counts, found) = counted(&codes, levels as usize).unwrap();
            while counts.last() == Some(&0) {
                counts.pop();
            }
            prop_assert_eq!((counts, found), (want, missing));
        }
    }
}
