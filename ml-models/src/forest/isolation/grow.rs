//! One tree of random splits.

use ml_data::random::{RngExt, Xoshiro256PlusPlus};
use ml_data::repr::{Dense, Float, View};

use crate::tree::{Child, Condition, Leaf, MissingType, Node, Tree};

/// Mean depth of an unsuccessful search in a binary search tree of so many keys.
pub(super) fn average_path_length(n: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        n => {
            let n = n as f64;
            2.0 * ((n - 1.0).ln() + EULER) - 2.0 * (n - 1.0) / n
        }
    }
}

/// A tree at work.
pub(super) struct Grower<'a, F> {
    x: View<'a, Dense<F>>,
    rows: Vec<u32>,
    rng: Xoshiro256PlusPlus,
    most: usize,
    nodes: Vec<Node>,
    leaves: Vec<Leaf>,
}

impl<'a, F: Float> Grower<'a, F> {
    pub(super) fn new(x: View<'a, Dense<F>>, rows: usize, mut rng: Xoshiro256PlusPlus) -> Self {
        // The first so many of a random order.
        let mut all: Vec<u32> = (0..x.len() as u32).collect();
        for i in 0..rows {
            let other = rng.random_range(i..all.len());
            all.swap(i, other);
        }
        all.truncate(rows);
        Self {
            x,
            rows: all,
            rng,
            most: (rows.max(2) as f64).log2().ceil() as usize,
            nodes: Vec::new(),
            leaves: Vec::new(),
        }
    }

    pub(super) fn grow(mut self) -> Tree {
        let rows = std::mem::take(&mut self.rows);
        self.below(rows, 0);
        Tree {
            nodes: self.nodes,
            leaves: self.leaves,
            shrinkage: 1.0,
        }
    }

    /// Grows what is below a set of rows; never deeper than the logarithm of the number of rows.
    fn below(&mut self, rows: Vec<u32>, depth: usize) -> Child {
        let split = (rows.len() > 1 && depth < self.most)
            .then(|| self.split(&rows))
            .flatten();
        let count = rows.len() as u64;
        let Some((feature, test, missing_left)) = split else {
            self.leaves.push(Leaf {
                value: depth as f64 + average_path_length(rows.len()),
                weight: count as f64,
                count,
            });
            return Child::Leaf(self.leaves.len() as u32 - 1);
        };
        let at = self.nodes.len();
        self.nodes.push(Node {
            feature,
            test,
            missing: MissingType::Nan,
            missing_left,
            left: Child::Leaf(0),
            right: Child::Leaf(0),
            gain: 0.0,
            value: depth as f64 + average_path_length(rows.len()),
            weight: count as f64,
            count,
        });
        let node = &self.nodes[at];
        let (left, right) = rows
            .into_iter()
            .partition(|&i| node.goes_left(self.x.row(i as usize)[feature as usize].f64()));
        let left = self.below(left, depth + 1);
        let right = self.below(right, depth + 1);
        (self.nodes[at].left, self.nodes[at].right) = (left, right);
        Child::Node(at as u32)
    }

    /// A random column that is not the same for all rows, and where to split it.
    fn split(&mut self, rows: &[u32]) -> Option<(u32, Condition, bool)> {
        let mut columns: Vec<u32> = (0..self.x.data().width() as u32).collect();
        while !columns.is_empty() {
            let drawn = self.rng.random_range(0..columns.len());
            let column = columns.swap_remove(drawn);
            let values = rows
                .iter()
                .map(|&i| self.x.row(i as usize)[column as usize].f64());
            let (mut low, mut high, mut missing) = (f64::INFINITY, f64::NEG_INFINITY, 0);
            for value in values {
                low = low.min(value);
                high = high.max(value);
                missing += usize::from(value.is_nan());
            }
            let missing_left = self.rng.random_range(0..2) == 0;
            if low < high {
                // Below the highest value, so that both sides have rows.
                let threshold = low + (high - low) * self.rng.random_range(0.0..1.0);
                let threshold = if threshold < high { threshold } else { low };
                return Some((column, Condition::Threshold(threshold), missing_left));
            }
            if missing > 0 && missing < rows.len() {
                return Some((column, Condition::Present, false));
            }
        }
        None
    }
}
