//! Samples and user functions of one fit.

use ml_data::Result;

use super::evals::EvalsResult;
use super::objective::custom::CustomObjective;
use super::objective::loss::Measure;
use super::rows::SampleRef;
use crate::tree::Ensemble;

/// A metric of validation predictions: of all rows in the sample's order, row after row.
#[allow(missing_debug_implementations)]
pub struct EvalMetric<'a> {
    pub(crate) measure: Measure<'a>,
    pub(crate) score: Box<dyn Fn(Vec<f64>) -> Result<f64> + 'a>,
}

/// Everything that is fitted, besides the parameters.
pub(crate) struct Task<'a> {
    pub(crate) train: SampleRef<'a>,
    pub(crate) valid: Option<SampleRef<'a>>,
    pub(crate) custom: Option<&'a dyn CustomObjective>,
    pub(crate) eval_metric: Option<EvalMetric<'a>>,
    /// A model to go on from, and how its training went.
    pub(crate) warm_start: Option<(&'a Ensemble, &'a EvalsResult)>,
}

impl<'a> Task<'a> {
    /// Training rows alone.
    pub(crate) fn new(train: SampleRef<'a>) -> Self {
        Self {
            train,
            valid: None,
            custom: None,
            eval_metric: None,
            warm_start: None,
        }
    }
}
