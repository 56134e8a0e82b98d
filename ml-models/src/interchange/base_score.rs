//! Formats without starting scores have them in the first trees.

use ml_data::{Error, Result};

use crate::tree::{EnsembleParts, Leaf, Tree};

/// The trees, those of the first round with the starting scores added to their values: the sums
/// stay as they were. A model without trees gets a round of single leaves.
pub(super) fn with_base_score(format: &'static str, parts: &EnsembleParts) -> Result<Vec<Tree>> {
    let mut trees = parts.trees.clone();
    if parts.base_score.iter().all(|&s| s == 0.0) {
        return Ok(trees);
    }
    if trees.is_empty() {
        let leaf = Leaf {
            value: 0.0,
            weight: 0.0,
            count: 0,
        };
        let constant = Tree {
            nodes: Vec::new(),
            leaves: vec![leaf],
            shrinkage: 1.0,
        };
        trees = vec![constant; parts.outputs];
    }
    for (t, (tree, base_score)) in trees.iter_mut().zip(&parts.base_score).enumerate() {
        tree.nodes.iter_mut().for_each(|n| n.value += base_score);
        tree.leaves.iter_mut().for_each(|l| l.value += base_score);
        if tree.leaves.iter().any(|l| !l.value.is_finite()) {
            return Err(Error::Unsupported {
                step: format,
                what: format!("tree {t}: a leaf that overflows with the starting score"),
                why: "scores must be finite".into(),
            });
        }
    }
    Ok(trees)
}
