//! Objectives that users write.

use ml_data::contract::type_name;
use ml_data::{Error, Result};

use super::loss::{GradientPair, Loss, Measure};

/// A loss that users bring. The labels are the sample's own, in its order without rows of weight 0;
/// binary labels are 0 and 1.
pub trait CustomObjective: std::fmt::Debug + Send + Sync {
    /// Writes the gradient and the hessian of each row's loss with respect to its score; both
    /// finite, the hessian at least 0. Weights are multiplied in afterwards.
    fn gradients(&self, labels: &[f64], scores: &[f64], out: &mut [[f32; 2]]);

    /// The score every row starts from. Default 0.
    fn base_score(&self, labels: &[f64], weights: Option<&[f64]>) -> f64 {
        let _ = (labels, weights);
        0.0
    }

    /// The metric that validation watches: less is better.
    fn evaluate(&self, labels: &[f64], scores: &[f64], weights: Option<&[f64]>) -> f64;

    /// The name of the objective and of what validation watches. Default the type's.
    fn name(&self) -> &'static str {
        type_name::<Self>()
    }
}

/// A user's objective on its labels.
#[derive(Debug)]
pub(crate) struct Custom<'a> {
    pub(crate) objective: &'a dyn CustomObjective,
    pub(crate) labels: Vec<f64>,
    /// Rows of the labels in the sample, which errors name.
    pub(crate) rows: Vec<u32>,
}

impl Loss for Custom<'_> {
    fn base_score(&self, weights: Option<&[f64]>) -> Vec<f64> {
        vec![self.objective.base_score(&self.labels, weights)]
    }

    fn gradients(&self, scores: &[f64], _: usize, out: &mut [GradientPair]) {
        self.objective.gradients(&self.labels, scores, out);
    }

    fn check(&self, pairs: &[GradientPair]) -> Result<()> {
        let sound = |[g, h]: &GradientPair| g.is_finite() && h.is_finite() && *h >= 0.0;
        match pairs.iter().position(|pair| !sound(pair)) {
            Some(at) => Err(Error::cell(
                self.objective.name(),
                self.rows[at] as usize,
                "a finite gradient and a finite hessian of at least 0",
                format!("{:?}", pairs[at]),
            )),
            None => Ok(()),
        }
    }

    fn measure(&self) -> Measure<'static> {
        Measure::loss(self.objective.name())
    }

    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        self.objective.evaluate(&self.labels, scores, weights)
    }

    fn name(&self) -> String {
        "custom".into()
    }
}
