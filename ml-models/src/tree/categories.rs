//! Sets of categories.

use serde::{Deserialize, Serialize};

/// A set of category codes, one bit each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Categories {
    /// Bit `c % 32` of word `c / 32` stands for category `c`; the last word is not 0.
    words: Vec<u32>,
}

impl Categories {
    /// From words of 32 bits, the lowest bit first, as LightGBM writes them.
    #[must_use]
    pub fn from_words(mut words: Vec<u32>) -> Self {
        let used = words
            .iter()
            .rposition(|&w| w != 0)
            .map_or(0, |last| last + 1);
        words.truncate(used);
        Self { words }
    }

    /// The words, as [`from_words`](Self::from_words) takes them.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// Whether the set holds `category`.
    #[must_use]
    pub fn contains(&self, category: u32) -> bool {
        self.words
            .get(category as usize / 32)
            .is_some_and(|w| w >> (category % 32) & 1 == 1)
    }

    /// The categories in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.words.len() as u32 * 32).filter(|&c| self.contains(c))
    }

    /// The category that a cell of a table stands for: its whole part. None for missing, negative and huge numbers.
    #[must_use]
    pub fn of(value: f64) -> Option<u32> {
        (value > -1.0 && value < f64::from(i32::MAX)).then_some(value as u32)
    }
}

impl FromIterator<u32> for Categories {
    fn from_iter<I: IntoIterator<Item = u32>>(categories: I) -> Self {
        let mut words = Vec::new();
        for category in categories {
            let at = category as usize / 32;
            if words.len() <= at {
                words.resize(at + 1, 0);
            }
            words[at] |= 1 << (category % 32);
        }
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
