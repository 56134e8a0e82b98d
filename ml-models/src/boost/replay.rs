//! Fitted trees on rows again, tree after tree: what training added up, with the same bits.

use ml_data::repr::AnyView;

use crate::tree::Ensemble;
use crate::tree::leaves_of_tree;

/// Adds the starting scores and the trees in their order to scores, one output after the other.
pub(super) fn add_to(model: &Ensemble, x: AnyView<'_>, scores: &mut [f64]) {
    let (n, outputs) = (x.len(), model.outputs());
    for (scores, base_score) in scores.chunks_mut(n).zip(&model.parts().base_score) {
        scores.iter_mut().for_each(|s| *s += base_score);
    }
    for (t, tree) in model.trees().iter().enumerate() {
        let scores = scores[t % outputs * n..][..n].iter_mut();
        for (score, leaf) in scores.zip(leaves_of_tree(tree, x)) {
            *score += tree.leaves()[leaf as usize].value;
        }
    }
}
