//! Sparse columns that may share a byte (exclusive feature bundling).
//!
//! Columns that are 0 (or another usual value) in nearly all rows, such as those of one-hot codes,
//! seldom differ from it together. Those that never do in a sample are put into one byte; whether
//! they never do at all is checked when the cells are filled, so bundles change the memory and the
//! time, and no bit of a tree.
//!
//! Reference: Ke et al., LightGBM: A Highly Efficient Gradient Boosting Decision Tree, NeurIPS
//! 2017, section 4.

use super::layout::NARROW;
use super::slots::Bundle;

/// The sampled rows of a sparse column.
#[derive(Debug)]
pub(super) struct SparseColumn {
    pub(super) column: u32,
    pub(super) bins: usize,
    pub(super) usual: u8,
    /// Sampled rows that have another bin.
    pub(super) rows: Vec<u32>,
}

impl SparseColumn {
    /// A column by its cells in the sampled rows, unless too few have its usual bin.
    pub(super) fn of(column: u32, bins: usize, cells: &[u8]) -> Option<Self> {
        let mut counts = [0_usize; NARROW];
        cells.iter().for_each(|&bin| counts[usize::from(bin)] += 1);
        let (usual, &most) = counts.iter().enumerate().max_by_key(|c| c.1)?;
        let usual = usual as u8;
        let others = (0..).zip(cells).filter(|(_, bin)| **bin != usual);
        (most as f64 >= USUAL * cells.len() as f64).then(|| Self {
            column,
            bins,
            usual,
            rows: others.map(|(row, _)| row).collect(),
        })
    }

    /// Whether enough of the sampled rows have its usual bin.
    pub(super) fn is_sparse(&self, rows: usize) -> bool {
        (rows - self.rows.len()) as f64 >= USUAL * rows as f64
    }
}

/// Share of the sampled rows that have the usual value of a sparse column.
pub(super) const USUAL: f64 = 0.8;

/// Bundles that one column is tried in.
const TRIES: usize = 100;

/// A bundle that is being filled.
struct Open {
    members: Bundle,
    codes: usize,
    /// A bit for each sampled row in which some member differs from its usual bin.
    taken: Vec<u64>,
}

impl Open {
    fn has_room(&self, column: &SparseColumn) -> bool {
        self.codes + column.bins <= NARROW + 1
            && column
                .rows
                .iter()
                .all(|&i| self.taken[i as usize / 64] >> (i % 64) & 1 == 0)
    }

    fn add(&mut self, column: &SparseColumn) {
        self.members.push((column.column, column.usual));
        self.codes += column.bins - 1;
        for &i in &column.rows {
            self.taken[i as usize / 64] |= 1 << (i % 64);
        }
    }
}

/// Bundles of at least two columns: each column, those with the most rows first, goes into the
/// first bundle with room.
pub(super) fn bundles(mut columns: Vec<SparseColumn>, rows: usize) -> Vec<Bundle> {
    columns.sort_by_key(|c| (std::cmp::Reverse(c.rows.len()), c.column));
    let mut open: Vec<Open> = Vec::new();
    for column in &columns {
        // Bundles filled long ago are full.
        let from = open.len().saturating_sub(TRIES);
        match open[from..].iter_mut().find(|b| b.has_room(column)) {
            Some(bundle) => bundle.add(column),
            None => {
                let mut bundle = Open {
                    members: Vec::new(),
                    codes: 1,
                    taken: vec![0; rows.div_ceil(64)],
                };
                bundle.add(column);
                open.push(bundle);
            }
        }
    }
    let members = open.into_iter().map(|b| b.members);
    members.filter(|m| m.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(column: u32, bins: usize, rows: &[u32]) -> SparseColumn {
        SparseColumn {
            column,
            bins,
            usual: 0,
            rows: rows.to_vec(),
        }
    }

    #[test]
    fn columns_that_meet_are_kept_apart() {
        let columns = vec![
            column(0, 2, &[1, 2, 3]),
            column(1, 2, &[3, 4]),
            column(2, 2, &[70]),
            column(3, 2, &[5, 70]),
        ];
        let pairs = |b: &Bundle| b.iter().map(|m| m.0).collect::<Vec<_>>();
        let found = bundles(columns, 100);
        assert_eq!(
            found.iter().map(pairs).collect::<Vec<_>>(),
            [[0, 3], [1, 2]]
        );
    }

    #[test]
    fn a_byte_holds_256_codes() {
        let columns = |bins| vec![column(0, bins, &[0]), column(1, 56, &[1])];
        assert_eq!(bundles(columns(201), 9).len(), 1, "1 + 200 + 55 codes");
        assert_eq!(bundles(columns(202), 9).len(), 0);
    }
}
