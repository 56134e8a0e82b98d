//! The head of a ranked list as groups of tied documents.

use crate::radix::Tagged;
use crate::score::Score;
use crate::score::key::{Key, Keyed};
use std::cmp::Reverse;

/// Documents with the same score, in rank order. A list of distinct scores has groups of one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Group {
    pub(crate) size: usize,
    pub(crate) relevant: usize,
    /// Sum of gains.
    pub(crate) gain: f64,
}

impl Group {
    #[inline(always)]
    fn add(&mut self, (relevant, gain): (bool, f64)) {
        self.size += 1;
        self.relevant += usize::from(relevant);
        self.gain += gain;
    }
}

/// Keys of one block of documents: a vector register or two.
const BLOCK: usize = 16;
/// Documents of a short query: as many blocks as a block has keys.
const SHORT: usize = BLOCK * BLOCK;

/// Fills `groups` with the groups that reach into the first `k` ranks; the last one may reach
/// beyond. `relevance(row)` is (relevant, gain) of a document.
#[inline(always)]
pub(crate) fn head<S: Score>(
    scores: &[S],
    k: usize,
    relevance: impl Fn(usize) -> (bool, f64),
    scratch: &mut Selection<<S as Keyed>::Key>,
    groups: &mut Vec<Group>,
) {
    groups.clear();
    if scores.len() <= SHORT && k <= 2 * BLOCK {
        extract(scores, k, relevance, scratch, groups);
    } else {
        select(scores, k, &relevance, scratch, groups);
    }
}

/// Takes the highest key again and again. The highest key of each block is kept, so a step looks at
/// these and at one block, with vectors and without a branch to mispredict. The default key is
/// lower than that of any number and marks what was taken. Blocks are replaced as a whole: a vector
/// load right after a store of one of its elements would stall.
#[inline(always)]
fn extract<S: Score>(
    scores: &[S],
    k: usize,
    relevance: impl Fn(usize) -> (bool, f64),
    scratch: &mut Selection<<S as Keyed>::Key>,
    groups: &mut Vec<Group>,
) {
    let none = <S as Keyed>::Key::default();
    let Selection {
        blocks, highests, ..
    } = scratch;
    *highests = [none; BLOCK];
    for ((block, highest_key), part) in blocks
        .iter_mut()
        .zip(highests.iter_mut())
        .zip(scores.chunks(BLOCK))
    {
        *block = [none; BLOCK];
        block
            .iter_mut()
            .zip(part)
            .for_each(|(key, score)| *key = score.key());
        *highest_key = highest(block);
    }
    let (mut last, mut taken) = (none, 0);
    while taken < scores.len() {
        let top = highest(highests);
        if top != last {
            if taken >= k {
                return; // a group that starts here is beyond the first k ranks
            }
            groups.push(Group::default());
            last = top;
        }
        let at = equal(highests, top).trailing_zeros() as usize % BLOCK;
        let block = &mut blocks[at];
        let mut found = equal(block, top);
        block
            .iter_mut()
            .for_each(|key| *key = if *key == top { none } else { *key });
        let next = highest(block);
        highests
            .iter_mut()
            .enumerate()
            .for_each(|(i, key)| *key = if i == at { next } else { *key });
        if let Some(group) = groups.last_mut() {
            while found != 0 {
                group.add(relevance(at * BLOCK + found.trailing_zeros() as usize));
                found &= found - 1;
                taken += 1;
            }
        }
    }
}

#[inline(always)]
fn highest<K: Key>(keys: &[K; BLOCK]) -> K {
    keys.iter()
        .fold(K::default(), |a, &b| if b > a { b } else { a })
}

/// A bit for each key equal to `key`.
#[inline(always)]
fn equal<K: Key>(keys: &[K; BLOCK], key: K) -> u32 {
    (0..BLOCK).fold(0, |mask, i| mask | u32::from(keys[i] == key) << i)
}

/// Buffers of [`head`].
#[derive(Debug)]
pub(crate) struct Selection<K> {
    blocks: [[K; BLOCK]; BLOCK],
    highests: [K; BLOCK],
    keys: Vec<K>,
    head: Vec<Tagged<K>>,
}

impl<K: Key> Default for Selection<K> {
    fn default() -> Self {
        Self {
            blocks: [[K::default(); BLOCK]; BLOCK],
            highests: [K::default(); BLOCK],
            keys: Vec::new(),
            head: Vec::new(),
        }
    }
}

/// Finds the `k`-th highest key; what is above it is sorted, the documents equal to it share the
/// ranks that are left.
fn select<S: Score>(
    scores: &[S],
    k: usize,
    relevance: &impl Fn(usize) -> (bool, f64),
    scratch: &mut Selection<<S as Keyed>::Key>,
    groups: &mut Vec<Group>,
) {
    let Selection { keys, head, .. } = scratch;
    head.clear();
    let mut tied = Group::default();
    if scores.len() <= k {
        head.extend(scores.iter().enumerate().map(|(row, s)| Tagged {
            key: s.key(),
            row: row as u32,
        }));
    } else {
        keys.clear();
        keys.extend(scores.iter().map(|s| s.key()));
        let (_, &mut last, _) = keys.select_nth_unstable(scores.len() - k);
        for (row, score) in scores.iter().enumerate() {
            let key = score.key();
            if key == last {
                tied.add(relevance(row));
            } else if key > last {
                head.push(Tagged {
                    key,
                    row: row as u32,
                });
            }
        }
    }
    head.sort_unstable_by_key(|tag| Reverse(tag.key));
    groups.extend(head.chunk_by(|a, b| a.key == b.key).map(|ties| {
        let mut group = Group::default();
        ties.iter()
            .for_each(|tag| group.add(relevance(tag.row as usize)));
        group
    }));
    if tied.size > 0 {
        groups.push(tied);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::simd::{InstructionSet, at};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn extracting_equals_selecting(scores in prop::collection::vec((-30i32..30).prop_map(|s| f64::from(s) / 4.0), 0..SHORT), k in 1usize..32) {
            let relevance = |row: usize| (row.is_multiple_of(3), (row % 5) as f64);
            let (mut extracted, mut selected) = (Vec::new(), Vec::new());
            extract(&scores, k, relevance, &mut Selection::default(), &mut extracted);
            select(&scores, k, &relevance, &mut Selection::default(), &mut selected);
            prop_assert_eq!(&extracted, &selected);
            let narrow: Vec<f32> = scores.iter().map(|s| *s as f32).collect();
            for isa in InstructionSet::available() {
                at(isa, #[inline(always)] || head(&narrow, k, relevance, &mut Selection::default(), &mut selected));
                prop_assert_eq!(&extracted, &selected, "{:?}", isa);
            }
        }
    }
}
