//! Categories as classes: those that no set of a slot tells apart share one.

use std::collections::HashMap;

use super::question::{MISSING, Question, Sets};
use crate::tree::{Categories, Condition, Node};

/// Classes of a slot, at most; one rank is for missing values.
const CLASSES: usize = 254;

/// Bytes of table that a category may cost: with so many gaps between their codes, categories are
/// searched.
const GAP: usize = 64;
/// Codes up to this one are in the table whatever the gaps.
const NEAR: usize = 1 << 12;

/// A partition of the categories of a feature. Class 0 has the categories that are in no set, and
/// all that is no category.
#[derive(Debug, Clone)]
pub(super) struct Classes {
    /// The class of each category up to some code.
    of: Vec<u8>,
    /// The categories beyond with their classes, by ascending code.
    far: Vec<(u32, u8)>,
    /// A value of each class.
    values: Vec<f64>,
}

impl Classes {
    /// Divides a feature's nodes, in their order, into stretches that tell at most [`CLASSES`]
    /// classes apart.
    pub(super) fn divide(nodes: &[(&Node, usize)]) -> Vec<(Self, usize)> {
        let (mut all, mut partition, mut len) = (Vec::new(), Partition::default(), 0);
        for (node, _) in nodes {
            if let Condition::Categories(set) = &node.test
                && !partition.refine(set)
            {
                all.push((partition.finish(), len));
                (partition, len) = (Partition::default(), 0);
                partition.refine(set);
            }
            len += 1;
        }
        all.push((partition.finish(), len));
        all
    }

    /// The rank of a value.
    #[inline]
    pub(super) fn rank(&self, value: f64) -> u8 {
        if value.is_nan() {
            return MISSING;
        }
        let Some(category) = Categories::of(value) else {
            return 0;
        };
        match self.of.get(category as usize) {
            Some(&class) => class,
            None => self.far_class(category),
        }
    }

    fn far_class(&self, category: u32) -> u8 {
        let at = self.far.binary_search_by_key(&category, |f| f.0);
        at.map_or(0, |at| self.far[at].1)
    }

    /// The question of a node of the stretch.
    pub(super) fn question(&self, node: &Node, sets: &mut Sets) -> Question {
        sets.ask(node, self.values.iter().copied())
    }
}

/// Classes on the way.
#[derive(Debug)]
struct Partition {
    /// The class of each category that is not in class 0.
    of: HashMap<u32, u8>,
    /// Members of each class; the first has infinitely many.
    sizes: Vec<usize>,
    /// Scratch: members of each class that are in the set at hand.
    hits: Vec<usize>,
}

impl Default for Partition {
    fn default() -> Self {
        Self {
            of: HashMap::new(),
            sizes: vec![usize::MAX],
            hits: Vec::new(),
        }
    }
}

impl Partition {
    /// Tells the members of the set from the others; false, and nothing done, if that takes too
    /// many classes. It never does for the first set.
    fn refine(&mut self, set: &Categories) -> bool {
        let members = || {
            set.iter()
                .take_while(|&c| Categories::of(f64::from(c)).is_some())
        };
        self.hits.clear();
        self.hits.resize(self.sizes.len(), 0);
        for category in members() {
            let class = self.class(category);
            self.hits[class] += 1;
        }
        // The class that the members of each class move to.
        let mut moved: Vec<usize> = (0..self.sizes.len()).collect();
        let mut next = self.sizes.len();
        for (class, (&hits, &size)) in self.hits.iter().zip(&self.sizes).enumerate() {
            if hits > 0 && hits < size {
                moved[class] = next;
                next += 1;
            }
        }
        if next > CLASSES {
            return false;
        }
        self.sizes.resize(next, 0);
        for category in members() {
            let from = self.class(category);
            let to = moved[from];
            if to != from {
                self.of.insert(category, to as u8);
                self.sizes[from] -= usize::from(from > 0);
                self.sizes[to] += 1;
            }
        }
        true
    }

    fn class(&self, category: u32) -> usize {
        self.of.get(&category).map_or(0, |&c| c as usize)
    }

    fn finish(self) -> Classes {
        let mut all: Vec<(u32, u8)> = self.of.into_iter().collect();
        all.sort_unstable();
        let mut values = vec![-1.0; self.sizes.len()];
        for &(category, class) in &all {
            values[class as usize] = f64::from(category);
        }
        // The longest table that is not mostly gaps.
        let near = |(k, of): (usize, &(u32, u8))| (of.0 as usize) < NEAR.max(GAP * (k + 1));
        let split = all.iter().enumerate().rposition(near).map_or(0, |k| k + 1);
        let far = all.split_off(split);
        let mut of = vec![0; all.last().map_or(0, |last| last.0 as usize + 1)];
        for (category, class) in all {
            of[category as usize] = class;
        }
        Classes { of, far, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_that_no_set_tells_apart_share_a_class() {
        let mut partition = Partition::default();
        let sets: [&[u32]; 4] = [&[1, 2, 3], &[3, 4], &[3, 4], &[i32::MAX as u32]];
        for set in sets {
            assert!(partition.refine(&set.iter().copied().collect()));
        }
        let classes = partition.finish();
        assert_eq!(classes.of, [0, 1, 1, 3, 2]);
        assert_eq!(classes.values, [-1.0, 2.0, 4.0, 3.0]);
        let ranks = [0.0, 1.5, 4.0, 5.0, -3.0, 1e20, f64::NAN].map(|v| classes.rank(v));
        assert_eq!(ranks, [0, 1, 2, 0, 0, 0, MISSING]);
    }

    #[test]
    fn case_m5_far_categories_are_searched_and_near_ones_tabled() {
        let classes = |codes: &[u32]| {
            let mut partition = Partition::default();
            assert!(partition.refine(&codes.iter().copied().collect()));
            partition.finish()
        };
        let far: Vec<u32> = (0..20).map(|k| k * 100_000_000).collect();
        let made = classes(&far);
        assert_eq!((made.of.len(), made.far.len()), (1, 19));
        for &c in &far {
            let around = [c, c + 1].map(|c| made.rank(f64::from(c)));
            assert_eq!(around, [1, 0], "{c}");
        }
        let dense: Vec<u32> = (0..1000).map(|k| 50 * k).collect();
        let made = classes(&dense);
        assert_eq!((made.of.len(), made.far.len()), (49_951, 0));
        assert_eq!([49_950.0, 49_949.0].map(|v| made.rank(v)), [1, 0]);
    }

    #[test]
    fn too_many_classes_are_refused() {
        let mut partition = Partition::default();
        for c in 0..CLASSES as u32 - 2 {
            assert!(partition.refine(&[c, 1000].into_iter().collect()), "{c}");
        }
        assert!(!partition.refine(&[500].into_iter().collect()));
        assert_eq!(partition.sizes.len(), CLASSES);
    }
}
