//! Values as ranks among the thresholds of their feature.

use crate::tree::kernel::{Mask, ROWS, Rule, Search, WIDTH, ranks_of_row};
use crate::tree::{Missing, Node, Test, Tree};
use ml_data::repr::{Dense, Float, View};

/// The rank of a missing value; ranks of values are smaller.
pub(super) const MISSING: u8 = 255;

/// The features that the trees use, in ascending order, each with its thresholds.
#[derive(Debug, Clone)]
pub(super) struct Ranks {
    used: Vec<Used>,
    /// One a feature in use.
    searches: Vec<Search>,
}

#[derive(Debug, Clone)]
struct Used {
    feature: usize,
    /// Ascending.
    thresholds: Vec<f64>,
}

impl Ranks {
    pub(super) fn new(trees: &[Tree]) -> Result<Self, &'static str> {
        let mut all = Vec::new();
        for node in trees.iter().flat_map(|t| &t.nodes) {
            all.push((node.feature, threshold(node)?));
        }
        let number = |t: Option<f64>| t.unwrap_or(f64::INFINITY);
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(number(a.1).total_cmp(&number(b.1))));
        all.dedup();
        let (mut used, mut searches) = (Vec::new(), Vec::new());
        for group in all.chunk_by(|a, b| a.0 == b.0) {
            let thresholds: Vec<f64> = group.iter().filter_map(|t| t.1).collect();
            if thresholds.len() >= MISSING as usize {
                return Err("a feature has more than 254 different thresholds");
            }
            searches.push(Search::new(&thresholds));
            used.push(Used {
                feature: group[0].0 as usize,
                thresholds,
            });
        }
        Ok(Self { used, searches })
    }

    /// Number of features in use.
    pub(super) fn len(&self) -> usize {
        self.used.len()
    }

    /// Position among the features in use, and the comparison of ranks that stands for the node's comparison of values.
    pub(super) fn compare(&self, node: &Node) -> (usize, Rank) {
        let at = self
            .used
            .partition_point(|u| u.feature < node.feature as usize);
        let thresholds = &self.used[at].thresholds;
        let limit = match node.test {
            Test::Threshold(t) => thresholds.partition_point(|&x| x < t),
            _ => thresholds.len(),
        } as u8;
        (
            at,
            Rank {
                limit,
                missing_left: node.missing_left,
            },
        )
    }

    /// Ranks of a row's values; `values` is scratch.
    pub(super) fn of_row<F: Float>(&self, row: &[F], values: &mut Vec<f64>, out: &mut Vec<u8>) {
        values.clear();
        values.extend(self.used.iter().map(|used| row[used.feature].f64()));
        out.resize(self.len(), 0);
        ranks_of_row(&self.searches, values, out);
    }

    /// Ranks of `count` rows from `first` on, feature by feature.
    pub(super) fn of_block<F: Float>(
        &self,
        x: View<'_, Dense<F>>,
        first: usize,
        count: usize,
        out: &mut Vec<Mask>,
    ) {
        out.resize(self.len(), [0; ROWS]);
        let (mut values, mut ranks) = ([0.0; WIDTH], [0; WIDTH]);
        for start in (0..count).step_by(WIDTH) {
            let lanes = WIDTH.min(count - start);
            for ((used, search), out) in self.used.iter().zip(&self.searches).zip(out.iter_mut()) {
                for (k, value) in values[..lanes].iter_mut().enumerate() {
                    *value = x.row(first + start + k)[used.feature].f64();
                }
                search.ranks(&values, &mut ranks);
                for ((out, rank), value) in
                    out[start..start + lanes].iter_mut().zip(ranks).zip(values)
                {
                    *out = if value.is_nan() { MISSING } else { rank };
                }
            }
        }
    }
}

fn threshold(node: &Node) -> Result<Option<f64>, &'static str> {
    match (&node.test, node.missing) {
        (Test::Threshold(t), Missing::Nan) => Ok(Some(*t)),
        (Test::Present, Missing::Nan) => Ok(None),
        _ => Err("only thresholds with missing values apart"),
    }
}

/// A comparison of ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rank {
    /// Ranks up to this one go left.
    pub(super) limit: u8,
    pub(super) missing_left: bool,
}

impl Rank {
    /// The comparison without a branch for missing values.
    pub(super) fn rule(self) -> Rule {
        Rule::new(self.limit, MISSING, self.missing_left)
    }
}
