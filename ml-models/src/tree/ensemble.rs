//! Trees that are added up.

use ml_data::repr::{AnyRow, AnyView, Float, Names, View};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::link::{Combine, Link};
use super::matrix::Matrix;
use super::node::Node;
use super::predict::{Compiled, Scratch, rows};
use super::shape::Tree;

/// The parts of an ensemble; [`Ensemble::new`] checks that it fits together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnsembleParts {
    /// Names of the feature columns.
    pub names: Names,
    /// Scores a row: 1, or one a class. Tree `t` adds to output `t % outputs`.
    pub outputs: usize,
    /// The trees, round after round, each round one tree an output.
    pub trees: Vec<Tree>,
    /// The score of each output before the first tree.
    pub base_score: Vec<f64>,
    /// Sum or mean of the trees.
    pub combine: Combine,
    /// From scores to predictions.
    pub link: Link,
    /// The loss that the trees minimise, as LightGBM spells it in its files.
    pub objective: String,
}

/// Decision trees that predict together: boosted, or a forest.
///
/// Rows may be `f32` or `f64`; a row and a batch give the same bits, and the trees are added in
/// their order.
///
/// # References
///
/// Batches follow Lucchese et al., *QuickScorer* (SIGIR 2015),
/// [doi:10.1145/2766462.2767733](https://doi.org/10.1145/2766462.2767733), in spirit: all nodes are
/// evaluated for many rows at a time, without branches.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "EnsembleParts", into = "EnsembleParts")]
pub struct Ensemble {
    parts: EnsembleParts,
    compiled: Compiled,
}

impl PartialEq for Ensemble {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl TryFrom<EnsembleParts> for Ensemble {
    type Error = String;

    fn try_from(parts: EnsembleParts) -> Result<Self, String> {
        let outputs = parts.outputs;
        if outputs == 0
            || parts.base_score.len() != outputs
            || !parts.trees.len().is_multiple_of(outputs)
        {
            return Err(format!(
                "{} trees and {} starting scores do not go into {outputs} outputs",
                parts.trees.len(),
                parts.base_score.len()
            ));
        }
        if let Some(k) = parts.base_score.iter().position(|s| !s.is_finite()) {
            return Err(format!("the starting score of output {k} is not finite"));
        }
        if matches!(parts.link, Link::Sigmoid(steepness) if !steepness.is_finite()) {
            return Err("the steepness of the sigmoid is not finite".into());
        }
        for (i, tree) in parts.trees.iter().enumerate() {
            if let Some(flaw) = tree.flaw(parts.names.len()) {
                return Err(format!("tree {i}: {flaw}"));
            }
        }
        let compiled = Compiled::new(&parts.trees, &parts.base_score, parts.combine);
        Ok(Self { parts, compiled })
    }
}

impl From<Ensemble> for EnsembleParts {
    fn from(ensemble: Ensemble) -> Self {
        ensemble.parts
    }
}

impl Ensemble {
    /// Compiles trees for prediction.
    ///
    /// # Errors
    /// Parts that do not fit together, with the tree and the reason.
    pub fn new(parts: EnsembleParts) -> Result<Self> {
        Self::try_from(parts).map_err(|reason| Error::Fit {
            step: "Ensemble",
            reason,
        })
    }

    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> &EnsembleParts {
        &self.parts
    }

    /// The trees, in the order they are added up.
    #[must_use]
    pub fn trees(&self) -> &[Tree] {
        &self.parts.trees
    }

    /// Scores a row.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.parts.outputs
    }

    /// Names of the feature columns.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.parts.names
    }

    /// Number of nodes that each feature splits (LightGBM's `split` importance), in column order.
    #[must_use]
    pub fn split_importance(&self) -> Vec<u64> {
        self.importance(|_| 1)
    }

    /// Total gain of the splits on each feature (LightGBM's `gain` importance), in column order.
    #[must_use]
    pub fn gain_importance(&self) -> Vec<f64> {
        self.importance(|node| node.gain)
    }

    fn importance<T: Default + Clone + std::ops::AddAssign>(
        &self,
        of: impl Fn(&Node) -> T,
    ) -> Vec<T> {
        let mut sums = vec![T::default(); self.names().len()];
        for node in self.trees().iter().flat_map(Tree::nodes) {
            sums[node.feature as usize] += of(node);
        }
        sums
    }

    /// The scores of a row, before the link.
    ///
    /// # Errors
    /// Another number of features than the trained ones.
    pub fn raw_row<F: Float>(
        &self,
        row: &[F],
        scratch: &mut Scratch,
        out: &mut [f64],
    ) -> Result<()> {
        self.raw_any_row(row.into(), scratch, out)
    }

    fn raw_any_row(&self, row: AnyRow<'_>, scratch: &mut Scratch, out: &mut [f64]) -> Result<()> {
        Error::check_len("scores of a row", self.outputs(), out.len())?;
        rows::add_row(&self.compiled, row, self.names().len(), scratch, out)
    }

    pub(crate) fn raw_any_scores(&self, x: AnyView<'_>) -> Result<Vec<f64>> {
        x.check(self.names())?;
        rows::scores(&self.compiled, x)
    }

    /// The same for a row of either kind.
    pub(crate) fn raw_row_of<R: Matrix>(
        &self,
        row: R::Row<'_>,
        scratch: &mut Scratch,
        out: &mut [f64],
    ) -> Result<()> {
        self.raw_any_row(R::any_row(row), scratch, out)
    }

    /// The scores of all rows, before the link; [`outputs`](Self::outputs) numbers a row.
    ///
    /// # Errors
    /// Other columns than the trained ones.
    pub fn raw_scores<R: Matrix>(&self, x: View<'_, R>) -> Result<Vec<f64>> {
        self.raw_any_scores(R::any_view(x))
    }

    /// The leaf that each row reaches in each tree (LightGBM's `pred_leaf`): row after row, one
    /// number a tree.
    ///
    /// # Errors
    /// Other columns than the trained ones.
    pub fn leaves<R: Matrix>(&self, x: View<'_, R>) -> Result<Vec<u32>> {
        let x = R::any_view(x);
        x.check(self.names())?;
        rows::leaves(&self.compiled, x)
    }

    /// The predictions of all rows: probabilities, rates or scores, [`outputs`](Self::outputs)
    /// numbers a row.
    ///
    /// # Errors
    /// Other columns than the trained ones.
    pub fn predictions<R: Matrix>(&self, x: View<'_, R>) -> Result<Vec<f64>> {
        self.any_predictions(R::any_view(x))
    }

    fn any_predictions(&self, x: AnyView<'_>) -> Result<Vec<f64>> {
        let mut scores = self.raw_any_scores(x)?;
        if self.parts.link != Link::Identity {
            scores
                .chunks_mut(self.outputs())
                .for_each(|row| self.parts.link.apply(row));
        }
        Ok(scores)
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::Leaf;
    use super::*;
    use ml_data::repr::Dense;

    fn parts() -> EnsembleParts {
        let leaf = |value| Leaf {
            value,
            weight: 1.0,
            count: 1,
        };
        let tree = |value| Tree::new(vec![], vec![leaf(value)], 1.0).unwrap();
        EnsembleParts {
            names: Names::numbered(1),
            outputs: 2,
            trees: [1.0, 2.0, 3.0, 4.0].map(tree).into(),
            base_score: vec![0.5, -1.0],
            combine: Combine::Sum,
            link: Link::Softmax,
            objective: "multiclass num_class:2".into(),
        }
    }

    #[test]
    fn trees_go_to_their_outputs() {
        let x = Dense::from_rows(1, vec![0.0, 1.0]).unwrap();
        let sum = Ensemble::new(parts()).unwrap();
        assert_eq!(sum.raw_scores(View::all(&x)).unwrap(), [4.5, 5.0, 4.5, 5.0]);
        let p = sum.predictions(View::all(&x)).unwrap();
        assert!((p[1] - 1.0 / (1.0 + (-0.5_f64).exp())).abs() < 1e-15);
        let mean = Ensemble::new(EnsembleParts {
            combine: Combine::Mean,
            base_score: vec![0.0; 2],
            ..parts()
        })
        .unwrap();
        let (mut out, mut scratch) = ([0.0; 2], Scratch::default());
        mean.raw_row(&[0.0_f32], &mut scratch, &mut out).unwrap();
        assert_eq!(out, [2.0, 3.0]);
        assert!(mean.raw_row(&[0.0; 2], &mut scratch, &mut out).is_err());
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let broken = |change: fn(&mut EnsembleParts)| {
            let mut p = parts();
            change(&mut p);
            Ensemble::new(p).unwrap_err().to_string()
        };
        assert!(broken(|p| p.outputs = 3).contains("3 outputs"));
        assert!(broken(|p| p.outputs = 0).contains("0 outputs"));
        assert!(broken(|p| p.base_score[1] = f64::NAN).contains("output 1"));
        assert!(broken(|p| p.link = Link::Sigmoid(f64::NAN)).contains("steepness"));
        assert!(broken(|p| p.trees[2].leaves.clear()).contains("tree 2"));
    }
}
