//! Fitted trees on rows again, tree after tree: what training added up, with the same bits.

use ml_data::repr::View;
use rayon::prelude::*;

use crate::tree::math::PIECE;
use crate::tree::{Ensemble, Matrix, Tree};

/// The leaf of each row.
pub(super) fn leaves<R: Matrix>(tree: &Tree, x: View<'_, R>) -> Vec<u32> {
    (0..x.len())
        .into_par_iter()
        .with_min_len(PIECE)
        .map(|i| {
            let row = x.row(i);
            tree.leaf_of(|feature| R::value(row, feature)) as u32
        })
        .collect()
}

/// Adds the starting scores and the trees in their order to scores, one output after the other.
pub(super) fn add_to<R: Matrix>(model: &Ensemble, x: View<'_, R>, scores: &mut [f64]) {
    let (n, outputs) = (x.len(), model.outputs());
    for (scores, start) in scores.chunks_mut(n).zip(&model.parts().start) {
        scores.iter_mut().for_each(|s| *s += start);
    }
    for (t, tree) in model.trees().iter().enumerate() {
        let scores = scores[t % outputs * n..][..n].iter_mut();
        for (score, leaf) in scores.zip(leaves(tree, x)) {
            *score += tree.leaves()[leaf as usize].value;
        }
    }
}
