//! Minimal cost-complexity pruning.

use super::node::{Child, Node};
use super::shape::{Leaf, Tree};

impl Tree {
    /// The smallest tree, with some splits of this one turned into leaves, for which the gains of
    /// its splits less `alpha` a leaf are highest; `alpha` is in the unit of [`Node::gain`]. 0
    /// removes splits that gain nothing, infinity all of them.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_models::boost::{Boost, FittedBoost};
    /// use ml_models::tree::{Ensemble, EnsembleParts, Tree};
    ///
    /// let x: Vec<f64> = (0..400).map(|i| f64::from(i) / 40.0).collect();
    /// let y: Vec<f64> = x.iter().enumerate().map(|(i, x)| x.sin() + 0.2 * ((i * 7919 % 101) as f64 / 50.0 - 1.0)).collect();
    /// let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
    /// let model: FittedBoost = Boost::new().num_iterations(20).fit(&train)?;
    ///
    /// // Fewer leaves, and what that costs.
    /// let mut parts = EnsembleParts::from(model.ensemble().clone());
    /// parts.trees = parts.trees.iter().map(|tree| tree.pruned(0.1)).collect();
    /// let small = FittedBoost::from_ensemble(Ensemble::new(parts)?)?;
    /// let leaves = |m: &FittedBoost| m.trees().iter().map(|t| t.leaves().len()).sum::<usize>();
    /// let loss = |m: &FittedBoost| -> Result<f64, ml_data::Error> {
    ///     let said = m.predict(train.x())?.0;
    ///     Ok(said.iter().zip(train.y().values()).map(|(a, b)| (a - b).powi(2)).sum())
    /// };
    /// assert!(leaves(&small) < leaves(&model) * 4 / 5);
    /// assert!(loss(&small)? < 1.1 * loss(&model)?);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # References
    ///
    /// Breiman, Friedman, Olshen and Stone, *Classification and regression trees* (1984), chapter
    /// 3, [doi:10.1201/9781315139470](https://doi.org/10.1201/9781315139470).
    #[must_use]
    pub fn pruned(&self, alpha: f64) -> Self {
        self.with_splits(&worth_keeping(&self.nodes, alpha, |node| {
            self.nodes[node].gain
        }))
    }

    /// The tree with these of its splits; the others became leaves.
    pub(crate) fn with_splits(&self, kept: &[bool]) -> Self {
        let mut place: Vec<u32> = Vec::with_capacity(kept.len());
        let mut nodes: Vec<Node> = Vec::new();
        for (node, &stays) in self.nodes.iter().zip(kept) {
            place.push(nodes.len() as u32);
            nodes.extend(stays.then(|| node.clone()));
        }
        let mut leaves = Vec::with_capacity(nodes.len() + 1);
        let mut moved = |child: Child| match child {
            Child::Node(node) if kept[node as usize] => Child::Node(place[node as usize]),
            Child::Node(node) => {
                let node = &self.nodes[node as usize];
                leaves.push(Leaf {
                    value: node.value,
                    weight: node.weight,
                    count: node.count,
                });
                Child::Leaf(leaves.len() as u32 - 1)
            }
            Child::Leaf(leaf) => {
                leaves.push(self.leaves[leaf as usize]);
                Child::Leaf(leaves.len() as u32 - 1)
            }
        };
        for node in &mut nodes {
            (node.left, node.right) = (moved(node.left), moved(node.right));
        }
        if nodes.is_empty() {
            moved(self.root());
        }
        Self {
            nodes,
            leaves,
            shrinkage: self.shrinkage,
        }
    }
}

/// The splits that stay when every leaf costs `alpha`.
pub(crate) fn worth_keeping(nodes: &[Node], alpha: f64, gain: impl Fn(usize) -> f64) -> Vec<bool> {
    // How much better a node is with its splits than as a leaf, 0 where it is not.
    let mut better = vec![0.0; nodes.len()];
    for (i, node) in nodes.iter().enumerate().rev() {
        let below = [node.left, node.right].map(|child| match child {
            Child::Node(c) => better[c as usize],
            Child::Leaf(_) => 0.0,
        });
        better[i] = f64::max(gain(i) + below[0] + below[1] - alpha, 0.0);
    }
    let mut kept = vec![false; nodes.len()];
    if let (Some(first), Some(&better)) = (kept.first_mut(), better.first()) {
        *first = better > 0.0;
    }
    for (i, node) in nodes.iter().enumerate() {
        for child in [node.left, node.right] {
            if let Child::Node(c) = child {
                kept[c as usize] = kept[i] && better[c as usize] > 0.0;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Condition, MissingType};

    /// A tree of three splits in a row, and its leaves 0 to 3.
    fn tree(gains: [f64; 3]) -> Tree {
        let node = |i: usize| Node {
            feature: 0,
            test: Condition::Threshold(i as f64),
            missing: MissingType::Nan,
            missing_left: false,
            left: Child::Leaf(i as u32),
            right: if i < 2 {
                Child::Node(i as u32 + 1)
            } else {
                Child::Leaf(3)
            },
            gain: gains[i],
            value: 10.0 + i as f64,
            weight: 1.0,
            count: 4 - i as u64,
        };
        let leaf = |i: usize| Leaf {
            value: i as f64,
            weight: 1.0,
            count: 1,
        };
        Tree::new((0..3).map(node).collect(), (0..4).map(leaf).collect(), 1.0).unwrap()
    }

    #[test]
    fn a_split_stays_for_what_is_below_it_and_goes_with_it() {
        let values = |alpha: f64| {
            let pruned = tree([5.0, 0.5, 4.0]).pruned(alpha);
            assert_eq!(pruned.flaw(1), None);
            [-1.0, 0.5, 1.5, 9.0].map(|x| pruned.leaves()[pruned.leaf_of(|_| x)].value)
        };
        assert_eq!(values(0.0), [0.0, 1.0, 2.0, 3.0]);
        // The second split gains .5 and the third 4: the two are worth 2.25 a leaf.
        assert_eq!(values(2.2), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(values(2.3), [0.0, 11.0, 11.0, 11.0]);
        assert_eq!(values(4.9), [0.0, 11.0, 11.0, 11.0]);
        assert_eq!(values(f64::INFINITY), [10.0; 4]);
    }

    #[test]
    fn a_last_split_goes_alone() {
        let pruned = tree([5.0, 4.0, 0.5]).pruned(1.0);
        assert_eq!((pruned.nodes().len(), pruned.leaves().len()), (2, 3));
        assert_eq!(pruned.leaves()[pruned.leaf_of(|_| 9.0)].value, 12.0);
        let single = tree([0.0; 3]).pruned(0.0);
        assert_eq!((single.nodes().len(), single.leaves()[0].value), (0, 10.0));
        assert_eq!(single.pruned(3.0), single);
    }
}
