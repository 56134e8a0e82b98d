//! The contract of losses.

use std::fmt::Debug;

use ml_data::Result;

use super::percentile::Renewal;
pub(crate) use crate::tree::GradientPair;
use crate::tree::Link;

/// An objective together with the labels it is measured on. Scores and pairs of several outputs
/// follow each other, all rows of the first output first.
pub(crate) trait Loss: Debug + Send + Sync {
    /// Number of scores of a row.
    fn outputs(&self) -> usize {
        1
    }

    /// The constant scores to start from: those of the least loss, or near it; 0 where no constant
    /// is better than another.
    fn base_score(&self, weights: Option<&[f64]>) -> Vec<f64>;

    /// Whether all hessians are 1.
    fn unit_hessian(&self) -> bool {
        false
    }

    /// Gradients and hessians at these scores, weights left out. `round` counts from 0.
    fn gradients(&self, scores: &[f64], round: usize, out: &mut [GradientPair]);

    /// Whether rounds differ by what the loss draws.
    fn random(&self) -> bool {
        false
    }

    /// Refuses pairs that trees can not be grown from; the library's own losses have none.
    ///
    /// # Errors
    /// The row and what is wrong with its pair.
    fn check(&self, pairs: &[GradientPair]) -> Result<()> {
        let _ = pairs;
        Ok(())
    }

    /// Leaf values found anew from residuals, where a second-order step would be poor.
    fn renewal(&self) -> Option<Renewal<'_>> {
        None
    }

    /// The metric that validation watches.
    fn measure(&self) -> Measure<'static>;

    /// That metric at these scores, in which each row counts for its weight.
    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64;

    /// From scores to predictions.
    fn link(&self) -> Link {
        Link::Identity
    }

    /// The name that models keep, with the parameters that links need: LightGBM's where LightGBM
    /// has this loss.
    fn name(&self) -> String;
}

/// Name and direction of a validation metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measure<'a> {
    pub(crate) name: &'a str,
    pub(crate) higher_is_better: bool,
}

impl<'a> Measure<'a> {
    /// A loss.
    pub(super) const fn loss(name: &'a str) -> Self {
        Self {
            name,
            higher_is_better: false,
        }
    }
}
