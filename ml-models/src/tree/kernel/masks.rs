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
    pub(crate) feature: u32,
    pub(crate) rule: Rule,
    /// The leaf on the left, unless a node follows there.
    pub(crate) left: Option<u8>,
    /// The leaf on the right, unless a node follows there.
    pub(crate) right: Option<u8>,
}

dispatch! {
    /// Finds each row's leaf. `ranks` holds a mask-sized piece for each feature; `stack` is scratch, with room for the masks of
    /// all subtrees that wait at a time.
    pub(crate) fn leaves(visits: &[Visit], ranks: &[Mask], stack: &mut [Mask], ids: &mut Mask) = body;
}

#[inline(always)]
fn body(visits: &[Visit], ranks: &[Mask], stack: &mut [Mask], ids: &mut Mask) {
    *ids = [0; ROWS];
    let mut top = 0;
    if let Some(all) = stack.first_mut() {
        *all = [255; ROWS];
    }
    for visit in visits {
        let ranks = &ranks[visit.feature as usize];
        let (below, above) = stack.split_at_mut(top + 1);
        let here = &mut below[top];
        let rule = visit.rule;
        match (visit.left, visit.right) {
            (Some(l), Some(r)) => {
                for i in 0..ROWS {
                    let left = all_ones(rule.left(ranks[i]));
                    ids[i] |= here[i] & ((left & l) | (!left & r));
                }
                top = top.wrapping_sub(1);
            }
            (Some(l), None) => {
                for i in 0..ROWS {
                    let left = all_ones(rule.left(ranks[i]));
                    ids[i] |= here[i] & left & l;
                    here[i] &= !left;
                }
            }
            (None, Some(r)) => {
                for i in 0..ROWS {
                    let left = all_ones(rule.left(ranks[i]));
                    ids[i] |= here[i] & !left & r;
                    here[i] &= left;
                }
            }
            (None, None) => {
                let next = &mut above[0];
                for i in 0..ROWS {
                    let left = all_ones(rule.left(ranks[i]));
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
        let rule = |limit, missing_left| Rule::new(limit, 255, missing_left);
        let visits = [
            Visit {
                feature: 0,
                rule: rule(100, true),
                left: None,
                right: None,
            },
            Visit {
                feature: 1,
                rule: rule(50, false),
                left: Some(7),
                right: Some(9),
            },
            Visit {
                feature: 0,
                rule: rule(200, false),
                left: None,
                right: Some(200),
            },
            Visit {
                feature: 1,
                rule: rule(180, true),
                left: Some(3),
                right: Some(4),
            },
        ];
        let mut ranks = [[0; ROWS]; 2];
        ranks[0] = std::array::from_fn(|i| i as u8);
        ranks[1] = std::array::from_fn(|i| (i * 71 % 256) as u8);
        let (mut a, mut b) = ([0; ROWS], [0; ROWS]);
        leaves(&visits, &ranks, &mut [[0; ROWS]; 4], &mut a);
        body(&visits, &ranks, &mut [[0; ROWS]; 4], &mut b);
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
