//! Categories as classes: those that no set of a slot tells apart share one.

use super::question::{Question, Sets};
use super::ranks::MISSING;
use crate::tree::{Categories, Condition, Node};

/// Classes of a slot, at most; one rank is for missing values.
const CLASSES: usize = 254;

/// A partition of the categories of a feature. Class 0 has the categories that are in no set, and all that is no category.
#[derive(Debug, Clone)]
pub(super) struct Classes {
    /// The class of each category up to the highest one in a set.
    of: Vec<u8>,
    /// A value of each class.
    values: Vec<f64>,
}

impl Classes {
    /// Divides a feature's nodes, in their order, into stretches that tell at most [`CLASSES`] classes apart.
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
        let class = |category| self.of.get(category as usize).copied();
        Categories::of(value).and_then(class).unwrap_or(0)
    }

    /// What a node of the stretch asks.
    pub(super) fn question(&self, node: &Node, sets: &mut Sets) -> Question {
        sets.ask(node, self.values.iter().copied())
    }
}

/// Classes on the way.
#[derive(Debug)]
struct Partition {
    of: Vec<u8>,
    /// Members of each class; the first has infinitely many.
    sizes: Vec<usize>,
    /// Scratch: members of each class that are in the set at hand.
    hits: Vec<usize>,
}

impl Default for Partition {
    fn default() -> Self {
        Self {
            of: Vec::new(),
            sizes: vec![usize::MAX],
            hits: Vec::new(),
        }
    }
}

impl Partition {
    /// Tells the members of the set from the others; false, and nothing done, if that takes too many classes. It never does
    /// for the first set.
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
            let (from, at) = (self.class(category), category as usize);
            let to = moved[from];
            if to != from {
                if at >= self.of.len() {
                    self.of.resize(at + 1, 0);
                }
                self.of[at] = to as u8;
                self.sizes[from] -= usize::from(from > 0);
                self.sizes[to] += 1;
            }
        }
        true
    }

    fn class(&self, category: u32) -> usize {
        self.of.get(category as usize).map_or(0, |&c| c as usize)
    }

    fn finish(self) -> Classes {
        let mut values = vec![-1.0; self.sizes.len()];
        for (category, &class) in self.of.iter().enumerate() {
            if class > 0 {
                values[class as usize] = category as f64;
            }
        }
        Classes {
            of: self.of,
            values,
        }
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
    fn too_many_classes_are_refused() {
        let mut partition = Partition::default();
        for c in 0..CLASSES as u32 - 2 {
            assert!(partition.refine(&[c, 1000].into_iter().collect()), "{c}");
        }
        assert!(!partition.refine(&[500].into_iter().collect()));
        assert_eq!(partition.sizes.len(), CLASSES);
    }
}
