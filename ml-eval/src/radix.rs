//! Least-significant-digit radix sort of score keys, and of keys that carry their row.

use crate::score::key::{Key, Keyed};

/// Below this length a comparison sort is faster than clearing the histograms.
const SMALL: usize = 1024;

/// A key and the row it came from; the sort is stable, so equal keys keep the order of their rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tagged<K> {
    pub(crate) key: K,
    pub(crate) row: u32,
}

impl<K: Key> Key for Tagged<K> {
    const BYTES: usize = K::BYTES;
    #[inline(always)]
    fn byte(self, i: usize) -> usize {
        self.key.byte(i)
    }
}

/// Sorts ascending. Bytes that are the same in every key cost no pass (numbers rounded or widened
/// from `f32` have many).
pub(crate) fn sort<K: Key>(keys: &mut Vec<K>) {
    if keys.len() < SMALL {
        keys.sort_unstable(); // `Tagged` orders by row after key, so this is stable too
        return;
    }
    let mut counts = vec![[0usize; 256]; K::BYTES];
    for &key in keys.iter() {
        for (i, count) in counts.iter_mut().enumerate() {
            count[key.byte(i)] += 1;
        }
    }
    let mut other = vec![K::default(); keys.len()];
    for (i, count) in counts.iter_mut().enumerate() {
        if count.contains(&keys.len()) {
            continue;
        }
        let mut start = 0;
        for slot in count.iter_mut() {
            start += std::mem::replace(slot, start);
        }
        for &key in keys.iter() {
            let slot = &mut count[key.byte(i)];
            other[*slot] = key;
            *slot += 1;
        }
        std::mem::swap(keys, &mut other);
    }
}

/// The rows of `scores` from the lowest to the highest, equal scores in row order, each with its
/// key.
pub(crate) fn sorted_rows<S: Keyed>(scores: &[S]) -> Vec<Tagged<S::Key>> {
    let mut rows: Vec<_> = scores
        .iter()
        .enumerate()
        .map(|(row, s)| Tagged {
            key: s.key(),
            row: row as u32,
        })
        .collect();
    sort(&mut rows);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn sorts_like_the_standard_library(mut keys in prop::collection::vec(any::<u64>(), 0..3000), shift in 0u32..60) {
            keys.iter_mut().for_each(|k| *k >>= shift);
            let mut expected = keys.clone();
            expected.sort();
            sort(&mut keys);
            prop_assert_eq!(keys, expected);
        }

        #[test]
        fn equal_scores_keep_row_order(scores in prop::collection::vec((0u8..9).prop_map(f32::from), 0..2500)) {
            let rows = sorted_rows(&scores);
            for pair in rows.windows(2) {
                prop_assert!((pair[0].key, pair[0].row) < (pair[1].key, pair[1].row));
            }
        }
    }
}
