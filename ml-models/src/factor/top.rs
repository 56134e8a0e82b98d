//! The best k of a stream of scored items.

use ml_data::contract::Scored;

/// The best `k` so far: higher scores first, equal ones by lower item id.
///
/// A score and an item are one integer whose order is the ranking's, kept in a heap with the worst
/// on top. Reusing a `Top` allocates nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Top {
    keys: Vec<u64>,
    k: usize,
}

/// Larger is better.
fn key(score: f32, item: u32) -> u64 {
    // -0.0 becomes 0.0: they compare equal, so the item decides
    let bits = (score + 0.0).to_bits();
    let ordered = if bits >> 31 == 0 {
        bits | (1 << 31)
    } else {
        !bits
    };
    (u64::from(ordered) << 32) | u64::from(!item)
}

fn scored(key: u64) -> Scored {
    Scored {
        item: !(key as u32),
        score: score(key),
    }
}

fn score(key: u64) -> f32 {
    let ordered = (key >> 32) as u32;
    f32::from_bits(if ordered >> 31 == 1 {
        ordered & !(1 << 31)
    } else {
        !ordered
    })
}

impl Top {
    /// Starts over; `k` at most the number of items that can come, so that a huge `k` reserves
    /// nothing huge.
    pub(crate) fn start(&mut self, k: usize) {
        self.keys.clear();
        self.keys.reserve(k);
        self.k = k;
    }

    /// A score below this one can no longer enter; minus infinity until there are `k`.
    pub(crate) fn least(&self) -> f32 {
        match self.keys.first() {
            Some(&worst) if self.keys.len() == self.k => score(worst),
            _ if self.k == 0 => f32::INFINITY,
            _ => f32::NEG_INFINITY,
        }
    }

    /// True when this would enter.
    pub(crate) fn wants(&self, score: f32, item: u32) -> bool {
        self.keys.len() < self.k
            || self
                .keys
                .first()
                .is_some_and(|&worst| key(score, item) > worst)
    }

    /// True when exactly this is among the best already.
    pub(crate) fn holds(&self, score: f32, item: u32) -> bool {
        self.keys.contains(&key(score, item))
    }

    /// Offers an item. Scores must not be NaN.
    pub(crate) fn push(&mut self, score: f32, item: u32) {
        let new = key(score, item);
        if self.keys.len() < self.k {
            self.keys.push(new);
            self.up();
        } else if let Some(worst) = self.keys.first_mut()
            && new > *worst
        {
            *worst = new;
            self.down();
        }
    }

    fn up(&mut self) {
        let mut i = self.keys.len() - 1;
        while i > 0 && self.keys[i] < self.keys[(i - 1) / 2] {
            self.keys.swap(i, (i - 1) / 2);
            i = (i - 1) / 2;
        }
    }

    fn down(&mut self) {
        let mut i = 0;
        loop {
            let (left, right) = (2 * i + 1, 2 * i + 2);
            let mut least = i;
            if left < self.keys.len() && self.keys[left] < self.keys[least] {
                least = left;
            }
            if right < self.keys.len() && self.keys[right] < self.keys[least] {
                least = right;
            }
            if least == i {
                return;
            }
            self.keys.swap(i, least);
            i = least;
        }
    }

    /// Appends the ranking, best first, and forgets it.
    pub(crate) fn finish(&mut self, out: &mut Vec<Scored>) {
        self.keys.sort_unstable_by(|a, b| b.cmp(a));
        out.extend(self.keys.drain(..).map(scored));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ties_go_to_the_lower_item_and_zeros_are_equal() {
        let mut top = Top::default();
        let mut out = vec![];
        top.start(3);
        for (s, i) in [
            (0.0, 9),
            (-0.0, 4),
            (-1.0, 1),
            (f32::INFINITY, 7),
            (0.0, 5),
            (-f32::MAX, 0),
        ] {
            top.push(s, i);
        }
        assert_eq!(top.least(), 0.0);
        assert!(top.wants(0.0, 3) && !top.wants(0.0, 6));
        top.finish(&mut out);
        assert_eq!(out.iter().map(|s| s.item).collect::<Vec<_>>(), [7, 4, 5]);
        top.start(0);
        top.push(1.0, 1);
        assert_eq!(top.least(), f32::INFINITY);
        top.finish(&mut out);
        assert_eq!(out.len(), 3);
    }

    #[test]
    fn the_best_know_what_they_hold() {
        let mut top = Top::default();
        top.start(2);
        assert!(top.wants(-9.0, 5) && top.least() == f32::NEG_INFINITY);
        top.push(1.5, 3);
        assert!(top.holds(1.5, 3) && !top.holds(1.5, 4) && !top.holds(2.5, 3));
        assert_eq!(top.least(), f32::NEG_INFINITY);
        top.push(-0.5, 1);
        assert_eq!(top.least(), -0.5);
        assert!(top.holds(-0.5, 1) && !top.wants(-0.5, 1) && top.wants(-0.5, 0));
        assert!(!top.wants(-0.75, 0));
        top.push(0.25, 7);
        assert!(!top.holds(-0.5, 1) && top.holds(0.25, 7) && top.least() == 0.25);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn equals_a_full_sort(scores in prop::collection::vec(-3i8..4, 0..80), k in 0usize..12) {
            let mut top = Top::default();
            top.start(k);
            for (i, &s) in scores.iter().enumerate() {
                top.push(f32::from(s) / 2.0, i as u32);
            }
            let mut out = vec![];
            top.finish(&mut out);
            let mut all: Vec<_> = scores.iter().enumerate().map(|(i, &s)| (f32::from(s) / 2.0, i as u32)).collect();
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            all.truncate(k);
            prop_assert_eq!(out.iter().map(|s| (s.score, s.item)).collect::<Vec<_>>(), all);
        }
    }
}
