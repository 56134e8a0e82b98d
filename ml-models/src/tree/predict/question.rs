//! The question of a node, in ranks.

use crate::tree::Node;
use crate::tree::kernel::{self, Rule};
use std::collections::HashMap;

/// The rank of a missing value; ranks of values are smaller.
pub(super) const MISSING: u8 = 255;

/// A set of ranks, bit `r % 64` of word `r / 64` for rank `r`.
pub(in crate::tree) type Set = [u64; 4];

/// The ranks that go left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Ranks up to a limit, and missing values or not.
    Prefix { limit: u8, missing_left: bool },
    /// Those in a set, by its position among [`Sets`].
    Set(u32),
}

/// A question, and the slot of the ranks that it is asked of.
#[derive(Debug, Clone, Copy)]
pub(in crate::tree) struct Asked {
    pub(super) slot: u32,
    pub(super) question: Question,
}

impl Asked {
    /// The comparison of bytes that a prefix stands for.
    pub(super) fn rule(self) -> Option<Rule> {
        match self.question {
            Question::Prefix {
                limit,
                missing_left,
            } => Some(Rule::new(limit, MISSING, missing_left)),
            Question::Set(_) => None,
        }
    }

    /// The question of the bytes of the slot.
    pub(in crate::tree) fn of_bytes(&self, sets: &[Set]) -> kernel::Question {
        let slot = self.slot;
        match self.question {
            Question::Prefix {
                limit,
                missing_left,
            } => {
                // Missing values, the highest rank, become the lowest.
                let shift = u8::from(missing_left);
                kernel::Question::Limit {
                    slot,
                    shift,
                    limit: limit.wrapping_add(shift),
                }
            }
            Question::Set(set) => kernel::Question::Set {
                slot,
                set: sets[set as usize],
            },
        }
    }

    /// The set, where there is one.
    pub(super) fn set(self) -> Option<u32> {
        match self.question {
            Question::Prefix { .. } => None,
            Question::Set(set) => Some(set),
        }
    }
}

/// Sets of ranks, each kept once.
#[derive(Debug, Clone, Default)]
pub(super) struct Sets {
    sets: Vec<Set>,
    known: HashMap<Set, u32>,
}

impl Sets {
    /// The sets in the order of their positions.
    pub(super) fn into_sets(self) -> Vec<Set> {
        self.sets
    }

    /// The question of a node whose answers depend on the rank alone, found by asking it for a
    /// value of each rank.
    pub(super) fn ask(&mut self, node: &Node, values: impl Iterator<Item = f64>) -> Question {
        let (mut set, mut ranks) = ([0; 4], 0_usize);
        for value in values {
            set[ranks / 64] |= u64::from(node.goes_left(value)) << (ranks % 64);
            ranks += 1;
        }
        let missing_left = node.goes_left(f64::NAN);
        let lefts: u32 = set.iter().map(|w| w.count_ones()).sum();
        if lefts > 0 && set == first(lefts) {
            return Question::Prefix {
                limit: (lefts - 1) as u8,
                missing_left,
            };
        }
        set[3] |= u64::from(missing_left) << 63;
        let next = self.sets.len() as u32;
        let at = *self.known.entry(set).or_insert(next);
        if at == next {
            self.sets.push(set);
        }
        Question::Set(at)
    }
}

/// The set of the first so many ranks.
fn first(count: u32) -> Set {
    std::array::from_fn(|w| match count.saturating_sub(64 * w as u32) {
        0 => 0,
        n @ 1..64 => (1 << n) - 1,
        _ => u64::MAX,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Child, Condition, MissingType};

    #[test]
    fn answers_become_prefixes_or_sets() {
        let node = |test, missing, missing_left| Node {
            feature: 0,
            test,
            missing,
            missing_left,
            left: Child::Leaf(0),
            right: Child::Leaf(1),
            gain: 1.0,
            value: 0.0,
            weight: 1.0,
            count: 1,
        };
        let mut sets = Sets::default();
        let values = [-1.0, 0.0, 1.0, 2.0];
        let mut ask = |node| sets.ask(&node, values.into_iter());
        assert_eq!(
            ask(node(Condition::Threshold(1.0), MissingType::Nan, true)),
            Question::Prefix {
                limit: 2,
                missing_left: true
            }
        );
        let zero = || node(Condition::Threshold(1.0), MissingType::Zero, false);
        assert_eq!(ask(zero()), Question::Set(0));
        assert_eq!(ask(zero()), Question::Set(0));
        let none = node(
            Condition::Categories([].into_iter().collect()),
            MissingType::Nan,
            false,
        );
        assert_eq!(ask(none), Question::Set(1));
        assert_eq!(sets.into_sets(), [[0b101, 0, 0, 0], [0; 4]]);
        assert_eq!(first(130), [u64::MAX, u64::MAX, 3, 0]);
    }
}
