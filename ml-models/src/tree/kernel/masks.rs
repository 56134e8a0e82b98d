//! The leaves of a block of rows, by visiting every node of a tree once.
//!
//! Each row has one byte in a mask, 255 if the row reaches the node at hand. Nothing branches on a row's values, so all rows
//! of a register go through a node together.

use super::{Rule, dispatch};

/// Rows of a block.
pub(crate) const ROWS: usize = 256;

/// One byte a row.
pub(crate) type Mask = [u8; ROWS];

/// A node, in the order parent, left subtree, right subtree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    /// Which ranks it asks about.
    pub(crate) slot: u32,
    pub(crate) ask: Ask,
    /// The leaf on the left, unless a node follows there.
    pub(crate) left: Option<u8>,
    /// The leaf on the right, unless a node follows there.
    pub(crate) right: Option<u8>,
}

/// Which ranks go left.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask {
    /// Those that obey a rule.
    Rule(Rule),
    /// Those in a set, by its position.
    Set(u32),
}

/// A set of ranks.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    /// 255 for each rank in the set.
    members: Mask,
}

impl Set {
    /// Bit `r % 64` of word `r / 64` stands for rank `r`.
    pub(crate) fn new(words: &[u64; 4]) -> Self {
        let member = |r: usize| all_ones(words[r / 64] >> (r % 64) & 1 == 1);
        Self {
            members: std::array::from_fn(member),
        }
    }
}

dispatch! {
    /// Finds each row's leaf. `ranks` holds a mask-sized piece for each slot; `stack` is scratch, with room for the masks of
    /// all subtrees that wait at a time.
    pub(crate) fn leaves(visits: &[Visit], sets: &[Set], ranks: &[Mask], stack: &mut [Mask], ids: &mut Mask) = body;
}

#[inline(always)]
fn body(visits: &[Visit], sets: &[Set], ranks: &[Mask], stack: &mut [Mask], ids: &mut Mask) {
    *ids = [0; ROWS];
    let mut top = 0;
    if let Some(all) = stack.first_mut() {
        *all = [255; ROWS];
    }
    let mut lefts = [0; ROWS];
    for visit in visits {
        let ranks = &ranks[visit.slot as usize];
        match visit.ask {
            Ask::Rule(rule) => {
                for (left, &rank) in lefts.iter_mut().zip(ranks) {
                    *left = all_ones(rule.left(rank));
                }
            }
            Ask::Set(set) => {
                let set = &sets[set as usize];
                for (left, &rank) in lefts.iter_mut().zip(ranks) {
                    *left = set.members[rank as usize];
                }
            }
        }
        let (below, above) = stack.split_at_mut(top + 1);
        let here = &mut below[top];
        match (visit.left, visit.right) {
            (Some(l), Some(r)) => {
                for i in 0..ROWS {
                    let left = lefts[i];
                    ids[i] |= here[i] & ((left & l) | (!left & r));
                }
                top = top.wrapping_sub(1);
            }
            (Some(l), None) => {
                for i in 0..ROWS {
                    let left = lefts[i];
                    ids[i] |= here[i] & left & l;
                    here[i] &= !left;
                }
            }
            (None, Some(r)) => {
                for i in 0..ROWS {
                    let left = lefts[i];
                    ids[i] |= here[i] & !left & r;
                    here[i] &= left;
                }
            }
            (None, None) => {
                let next = &mut above[0];
                for i in 0..ROWS {
                    let left = lefts[i];
                    next[i] = here[i] & left;
                    here[i] &= !left;
                }
                top += 1;
            }
        }
    }
}

#[inline(always)]
fn all_ones(yes: bool) -> u8 {
    0_u8.wrapping_sub(u8::from(yes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_finds_the_same_leaves() {
        let rule = |limit, missing_left| Ask::Rule(Rule::new(limit, 255, missing_left));
        let visits = [
            Visit {
                slot: 0,
                ask: rule(100, true),
                left: None,
                right: None,
            },
            Visit {
                slot: 1,
                ask: rule(50, false),
                left: Some(7),
                right: Some(9),
            },
            Visit {
                slot: 0,
                ask: rule(200, false),
                left: None,
                right: Some(200),
            },
            Visit {
                slot: 1,
                ask: rule(180, true),
                left: Some(3),
                right: Some(4),
            },
        ];
        let mut ranks = [[0; ROWS]; 2];
        ranks[0] = std::array::from_fn(|i| i as u8);
        ranks[1] = std::array::from_fn(|i| (i * 71 % 256) as u8);
        let (mut a, mut b) = ([0; ROWS], [0; ROWS]);
        leaves(&visits, &[], &ranks, &mut [[0; ROWS]; 4], &mut a);
        body(&visits, &[], &ranks, &mut [[0; ROWS]; 4], &mut b);
        assert_eq!(a, b);
        for i in 0..ROWS {
            let (x, y) = (ranks[0][i], ranks[1][i]);
            let want = if x <= 100 || x == 255 {
                if y <= 50 { 7 } else { 9 }
            } else if x <= 200 {
                if y <= 180 || y == 255 { 3 } else { 4 }
            } else {
                200
            };
            assert_eq!(a[i], want, "{x} {y}");
        }
    }
}
