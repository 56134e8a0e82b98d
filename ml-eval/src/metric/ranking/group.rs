//! The head of a ranked list as groups of tied documents.

use crate::error::{self, Result};
use crate::metric::score::Score;
use crate::metric::score_key::Keyed;
use crate::radix::Tagged;
use std::cmp::Reverse;

/// Documents with the same score, in rank order. A list of distinct scores has groups of one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Group {
    pub(crate) size: usize,
    pub(crate) relevant: usize,
    /// Sum of gains.
    pub(crate) gain: f64,
}

/// Buffers of one thread; nothing is allocated once they have grown.
#[derive(Debug)]
pub(crate) struct Scratch<K> {
    keys: Vec<K>,
    head: Vec<Tagged<K>>,
    pub(crate) groups: Vec<Group>,
    pub(crate) grades: Vec<f64>,
    pub(crate) small: Vec<u8>,
}

impl<K> Default for Scratch<K> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            head: Vec::new(),
            groups: Vec::new(),
            grades: Vec::new(),
            small: Vec::new(),
        }
    }
}

impl<K: Ord + Copy + Default> Scratch<K> {
    /// Fills `groups` with the groups that reach into the first `k` ranks; the last one may reach beyond.
    /// `worth(row)` is (relevant, gain) of a document.
    pub(crate) fn head<S: Score + Keyed<Key = K>>(
        &mut self,
        scores: &[S],
        k: usize,
        worth: impl Fn(usize) -> (bool, f64),
    ) {
        self.groups.clear();
        self.head.clear();
        self.keys.clear();
        self.keys.extend(scores.iter().map(|s| s.key()));
        let n = self.keys.len();
        if n <= k {
            self.head
                .extend(self.keys.iter().enumerate().map(|(row, &key)| Tagged {
                    key,
                    row: row as u32,
                }));
            self.push_sorted(&worth);
            return;
        }
        // the k-th best key; everything above it is in the list, those equal to it share the places that are left
        let (_, &mut last, _) = self.keys.select_nth_unstable(n - k);
        self.head.resize(k, Tagged::default());
        let (mut taken, mut tied) = (0, Group::default());
        for (row, score) in scores.iter().enumerate() {
            let key = score.key();
            if key == last {
                tied.add(worth(row));
            }
            // at most k - 1 keys are above the k-th, so the slot exists; written always, kept if above: no branch
            self.head[taken] = Tagged {
                key,
                row: row as u32,
            };
            taken += usize::from(key > last);
        }
        self.head.truncate(taken);
        self.push_sorted(&worth);
        self.groups.push(tied);
    }

    fn push_sorted(&mut self, worth: &impl Fn(usize) -> (bool, f64)) {
        self.head.sort_unstable_by_key(|tag| Reverse(tag.key));
        let mut before = None;
        for tag in &self.head {
            if before != Some(tag.key) {
                self.groups.push(Group::default());
                before = Some(tag.key);
            }
            if let Some(group) = self.groups.last_mut() {
                group.add(worth(tag.row as usize));
            }
        }
    }
}

impl Group {
    #[inline(always)]
    pub(crate) fn add(&mut self, (relevant, gain): (bool, f64)) {
        self.size += 1;
        self.relevant += usize::from(relevant);
        self.gain += gain;
    }
}

/// Lengths and numbers of one query's documents. `first` is the row of its first document, for messages.
pub(crate) fn check<S: Score, G: Copy + Into<f64>>(
    scores: &[S],
    grades: &[G],
    first: usize,
) -> Result<()> {
    if scores.iter().fold(false, |bad, s| bad | s.missing()) {
        let row = scores.iter().position(|s| s.missing()).unwrap_or(0);
        return Err(error::value(
            "predicted score",
            first + row,
            "NaN",
            "a number",
        ));
    }
    let bad = |g: G| !(0.0..f64::INFINITY).contains(&g.into());
    if grades.iter().fold(false, |any, g| any | bad(*g)) {
        let row = grades.iter().position(|g| bad(*g)).unwrap_or(0);
        return Err(error::value(
            "relevance grade",
            first + row,
            Into::<f64>::into(grades[row]),
            "a finite number of at least 0",
        ));
    }
    Ok(())
}
