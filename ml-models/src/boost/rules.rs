//! Rules between parameters of boosting.

use ml_data::{Error, Result};

use super::choices::{Boosting, DataSampleStrategy};
use super::objective::Objective;
use super::params::{Boost, BoostParams, STEP};
use crate::tree::GrowPolicy;

/// Rule of a forest.
pub(super) const TREES_DIFFER: &str = "for Rf, trees must differ: bagging_freq with \
     bagging_fraction, or a feature_fraction that leaves out columns";

impl BoostParams {
    /// The first parameter outside its range, or at odds with another: its name, value, and the
    /// rule it breaks.
    pub(super) fn broken_rule(&self) -> Option<(&'static str, String, &'static str)> {
        let out = self.out_of_range();
        let out = out.map(|(name, value, rule)| (name, value.to_string(), rule));
        out.or_else(|| self.at_odds())
    }

    /// The first parameter that does not go with another.
    fn at_odds(&self) -> Option<(&'static str, String, &'static str)> {
        let renews = self.objective.is_some_and(Objective::renews_leaves);
        let direction = self.monotone_constraints.iter().find(|&&m| m != 0);
        let random_columns = self.feature_fraction < 1.0 || self.feature_fraction_bynode < 1.0;
        let checks = [
            (
                self.objective == Some(Objective::Quantile) && self.alpha >= 1.0,
                "alpha",
                self.alpha.to_string(),
                "above 0, and below 1 for quantiles",
            ),
            (
                self.is_unbalance && self.scale_pos_weight != 1.0,
                "scale_pos_weight",
                self.scale_pos_weight.to_string(),
                "finite and above 0, and 1 with is_unbalance",
            ),
            (
                self.top_rate + self.other_rate > 1.0,
                "top_rate",
                self.top_rate.to_string(),
                "in (0, 1], and at most 1 together with other_rate",
            ),
            (
                self.grow_policy == GrowPolicy::SymmetricTree
                    && self.max_depth > Some(GrowPolicy::DEEPEST_SYMMETRIC),
                "max_depth",
                self.max_depth.unwrap_or(0).to_string(),
                "at most 16 for symmetric trees, which are tables with 2^max_depth entries",
            ),
            (
                self.path_smooth > 0.0 && self.min_data_in_leaf < 2,
                "path_smooth",
                self.path_smooth.to_string(),
                "finite and at least 0, and only with a min_data_in_leaf of at least 2",
            ),
            (
                renews && direction.is_some(),
                "monotone_constraints",
                direction.map_or_else(String::new, i8::to_string),
                "all 0 with RegressionL1, Quantile and Mape, whose leaf values are found anew from residuals in no order",
            ),
            (
                self.data_sample_strategy == DataSampleStrategy::Goss && self.random_rows(),
                "bagging_freq",
                self.bagging_freq.to_string(),
                "0 with GOSS, which draws rows by their gradients",
            ),
            (
                self.boosting == Boosting::Rf && !self.bags() && !random_columns,
                "boosting",
                "Rf".into(),
                TREES_DIFFER,
            ),
            (
                self.boosting == Boosting::Dart && self.early_stopping_round.is_some(),
                "early_stopping_round",
                self.early_stopping_round.unwrap_or(0).to_string(),
                "none with DART, whose later rounds change earlier trees",
            ),
            (
                self.label_gain.as_ref().is_some_and(Vec::is_empty),
                "label_gain",
                "[]".into(),
                "non-empty, and all entries finite and at least 0",
            ),
        ];
        let mut broken = checks.into_iter().filter(|c| c.0);
        broken
            .next()
            .map(|(_, name, value, rule)| (name, value, rule))
    }
}

/// Refuses the first parameter outside its range, at odds with another, or without effect.
pub(crate) fn check_params(boost: &Boost) -> Result<()> {
    let params = boost.params();
    let broken = params.broken_rule().or_else(|| params.without_effect());
    if let Some((name, value, rule)) = broken {
        return Err(Error::parameter(STEP, name, value, rule));
    }
    if boost.checkpoint.as_ref().is_some_and(|c| c.every == 0) {
        let rule = "written every so many rounds, at least 1";
        return Err(Error::parameter(STEP, "checkpoint", 0, rule));
    }
    Ok(())
}
