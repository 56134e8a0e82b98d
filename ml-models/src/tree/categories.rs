//! Sets of categories.

use serde::{Deserialize, Serialize};

/// A set of category codes.
///
/// Memory grows with the number of categories in the set, not with their codes: 20 categories of a
/// billion take 160 bytes, and 32 neighbouring ones share 8.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(u32, u32)>", into = "Vec<(u32, u32)>")]
pub struct Categories {
    /// Pairs of place and word by ascending place: bit `c % 32` of the word at place `c / 32`
    /// stands for category `c`. No word is 0.
    words: Vec<(u32, u32)>,
}

impl TryFrom<Vec<(u32, u32)>> for Categories {
    type Error = &'static str;

    fn try_from(words: Vec<(u32, u32)>) -> Result<Self, Self::Error> {
        let known = words.iter().all(|w| w.0 <= u32::MAX / 32 && w.1 != 0);
        if known && words.is_sorted_by(|a, b| a.0 < b.0) {
            Ok(Self { words })
        } else {
            Err("the words of a set of categories do not ascend, or one is empty")
        }
    }
}

impl From<Categories> for Vec<(u32, u32)> {
    fn from(set: Categories) -> Self {
        set.words
    }
}

impl Categories {
    /// From words of 32 bits, the lowest bit first, as LightGBM writes them: bit `c % 32` of word
    /// `c / 32` for category `c`.
    #[must_use]
    pub fn from_words(words: impl IntoIterator<Item = u32>) -> Self {
        let words = (0..=u32::MAX / 32).zip(words).filter(|w| w.1 != 0);
        Self {
            words: words.collect(),
        }
    }

    /// Number of words that [`from_words`](Self::from_words) would need: one for each 32 codes up
    /// to the highest.
    pub(crate) fn span(&self) -> usize {
        self.words.last().map_or(0, |w| w.0 as usize + 1)
    }

    /// The words, as [`from_words`](Self::from_words) takes them.
    pub(crate) fn words(&self) -> impl Iterator<Item = u32> + '_ {
        let mut next = 0;
        self.words.iter().flat_map(move |&(place, word)| {
            let gap = place - next;
            next = place + 1;
            std::iter::repeat_n(0, gap as usize).chain([word])
        })
    }

    /// Whether the set holds `category`.
    #[must_use]
    pub fn contains(&self, category: u32) -> bool {
        let place = category / 32;
        let word = match self.words.get(place as usize) {
            // Codes from 0 up without large gaps are where they belong.
            Some(word) if word.0 == place => word.1,
            _ => match self.words.binary_search_by_key(&place, |w| w.0) {
                Ok(at) => self.words[at].1,
                Err(_) => return false,
            },
        };
        word >> (category % 32) & 1 == 1
    }

    /// The categories in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().flat_map(|&(place, word)| {
            (0..32)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| place * 32 + bit)
        })
    }

    /// Number of categories.
    pub(crate) fn len(&self) -> usize {
        self.words.iter().map(|w| w.1.count_ones() as usize).sum()
    }

    /// The category that a cell of a table stands for: its whole part. None for missing, negative
    /// and huge numbers.
    #[must_use]
    pub fn of(value: f64) -> Option<u32> {
        (value > -1.0 && value < f64::from(i32::MAX)).then_some(value as u32)
    }
}

impl FromIterator<u32> for Categories {
    fn from_iter<I: IntoIterator<Item = u32>>(categories: I) -> Self {
        let mut words: Vec<(u32, u32)> = categories
            .into_iter()
            .map(|category| (category / 32, 1 << (category % 32)))
            .collect();
        words.sort_unstable();
        words.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 |= next.1;
            }
            same
        });
        Self { words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_in() {
        let set: Categories = [70, 3, 64, 3].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [3, 64, 70]);
        assert!(set.contains(64) && !set.contains(65) && !set.contains(u32::MAX));
        assert_eq!(Categories::from_words(vec![8, 0, 65, 0]), set);
        assert_eq!(Categories::from_words(vec![0, 0]), Categories::default());
        assert_eq!(set.words().collect::<Vec<_>>(), [8, 0, 65]);
        assert_eq!((set.span(), set.len()), (3, 3));
    }

    #[test]
    fn case_m5_far_codes_take_no_room() {
        let codes = [0, 31, 1_000_000, 2_147_483_646, u32::MAX];
        let set: Categories = codes.into_iter().rev().collect();
        assert_eq!(set.words.len(), 4);
        assert_eq!(set.iter().collect::<Vec<_>>(), codes);
        assert!(codes.iter().all(|&c| set.contains(c)));
        assert!(
            [1, 32, 999_999, u32::MAX - 1]
                .iter()
                .all(|&c| !set.contains(c))
        );
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<Categories>(&text).unwrap(), set);
        for damaged in [
            "[[1,1],[1,2]]",
            "[[2,1],[1,1]]",
            "[[1,0]]",
            "[[4294967295,1]]",
        ] {
            assert!(
                serde_json::from_str::<Categories>(damaged).is_err(),
                "{damaged}"
            );
        }
    }

    #[test]
    fn cells_are_cut_to_whole_numbers() {
        let of = Categories::of;
        assert_eq!([of(0.0), of(-0.9), of(7.99)], [Some(0), Some(0), Some(7)]);
        assert_eq!(
            [of(-1.0), of(f64::NAN), of(f64::INFINITY), of(3e9)],
            [None; 4]
        );
    }
}
