//! The range of each parameter.

use super::objective::Objective;
use super::params::{Boost, Boosting};

impl Boost {
    /// The first parameter outside its range: its name, value, and the rule it breaks.
    pub(crate) fn broken_rule(&self) -> Option<(&'static str, f64, &'static str)> {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let fraction = |x: f64| x > 0.0 && x <= 1.0;
        let penalty = |x: f64| x >= 0.0 && x.is_finite();
        let gains_ok = self
            .label_gain
            .as_ref()
            .is_none_or(|g| !g.is_empty() && g.iter().all(|&x| penalty(x)));
        let checks = [
            (
                "alpha",
                self.alpha,
                positive(self.alpha)
                    && (self.objective != Some(Objective::Quantile) || self.alpha < 1.0),
                "above 0, and below 1 for quantiles",
            ),
            (
                "fair_c",
                self.fair_c,
                positive(self.fair_c),
                "finite and above 0",
            ),
            (
                "poisson_max_delta_step",
                self.poisson_max_delta_step,
                positive(self.poisson_max_delta_step),
                "finite and above 0",
            ),
            (
                "tweedie_variance_power",
                self.tweedie_variance_power,
                (1.0..2.0).contains(&self.tweedie_variance_power),
                "in [1, 2)",
            ),
            (
                "scale_pos_weight",
                self.scale_pos_weight,
                positive(self.scale_pos_weight)
                    && !(self.is_unbalance && self.scale_pos_weight != 1.0),
                "finite and above 0, and 1 with is_unbalance",
            ),
            (
                "num_iterations",
                self.num_iterations as f64,
                self.num_iterations >= 1,
                "at least 1",
            ),
            (
                "learning_rate",
                self.learning_rate,
                fraction(self.learning_rate),
                "in (0, 1]",
            ),
            (
                "num_leaves",
                self.num_leaves as f64,
                (2..=131_072).contains(&self.num_leaves),
                "2 to 131072",
            ),
            (
                "max_depth",
                self.max_depth.unwrap_or(1) as f64,
                self.max_depth != Some(0),
                "at least 1",
            ),
            (
                "min_sum_hessian_in_leaf",
                self.min_sum_hessian_in_leaf,
                penalty(self.min_sum_hessian_in_leaf),
                "finite and at least 0",
            ),
            (
                "lambda_l1",
                self.lambda_l1,
                penalty(self.lambda_l1),
                "finite and at least 0",
            ),
            (
                "lambda_l2",
                self.lambda_l2,
                penalty(self.lambda_l2),
                "finite and at least 0",
            ),
            (
                "min_gain_to_split",
                self.min_gain_to_split,
                penalty(self.min_gain_to_split),
                "finite and at least 0",
            ),
            (
                "max_bin",
                self.max_bin as f64,
                (2..=65_535).contains(&self.max_bin),
                "2 to 65535",
            ),
            (
                "min_data_in_bin",
                self.min_data_in_bin as f64,
                self.min_data_in_bin >= 1,
                "at least 1",
            ),
            (
                "cat_smooth",
                self.cat_smooth,
                penalty(self.cat_smooth),
                "finite and at least 0",
            ),
            (
                "cat_l2",
                self.cat_l2,
                penalty(self.cat_l2),
                "finite and at least 0",
            ),
            (
                "max_cat_threshold",
                self.max_cat_threshold as f64,
                self.max_cat_threshold >= 1,
                "at least 1",
            ),
            (
                "bin_construct_sample_cnt",
                self.bin_construct_sample_cnt as f64,
                self.bin_construct_sample_cnt >= 1,
                "at least 1",
            ),
            (
                "feature_fraction",
                self.feature_fraction,
                fraction(self.feature_fraction),
                "in (0, 1]",
            ),
            (
                "feature_fraction_bynode",
                self.feature_fraction_bynode,
                fraction(self.feature_fraction_bynode),
                "in (0, 1]",
            ),
            (
                "top_rate",
                self.top_rate,
                fraction(self.top_rate) && self.top_rate + self.other_rate <= 1.0,
                "in (0, 1], and at most 1 together with other_rate",
            ),
            (
                "other_rate",
                self.other_rate,
                fraction(self.other_rate),
                "in (0, 1]",
            ),
            (
                "drop_rate",
                self.drop_rate,
                (0.0..=1.0).contains(&self.drop_rate),
                "in [0, 1]",
            ),
            (
                "skip_drop",
                self.skip_drop,
                (0.0..=1.0).contains(&self.skip_drop),
                "in [0, 1]",
            ),
            (
                "max_delta_step",
                self.max_delta_step,
                penalty(self.max_delta_step),
                "finite and at least 0",
            ),
            (
                "num_grad_quant_bins",
                self.num_grad_quant_bins as f64,
                (2..=1 << 16).contains(&self.num_grad_quant_bins),
                "2 to 65536",
            ),
            (
                "path_smooth",
                self.path_smooth,
                penalty(self.path_smooth) && (self.path_smooth == 0.0 || self.min_data_in_leaf > 1),
                "finite and at least 0, and only with a min_data_in_leaf of at least 2",
            ),
            (
                "monotone_constraints",
                self.monotone_constraints
                    .iter()
                    .map(|&m| f64::from(m))
                    .find(|m| m.abs() > 1.0)
                    .unwrap_or(0.0),
                self.monotone_constraints
                    .iter()
                    .all(|m| (-1..=1).contains(m)),
                "-1, 0 or 1 for each column",
            ),
            (
                "monotone_constraints",
                self.monotone_constraints
                    .iter()
                    .map(|&m| f64::from(m))
                    .find(|&m| m != 0.0)
                    .unwrap_or(0.0),
                !self.renews() || self.monotone_constraints.iter().all(|&m| m == 0),
                "all 0 with RegressionL1, Quantile and Mape, whose leaf values are found anew from residuals in no order",
            ),
            (
                "boosting",
                0.0,
                self.boosting != Boosting::Rf
                    || self.random_rows()
                    || self.feature_fraction < 1.0
                    || self.feature_fraction_bynode < 1.0,
                "for Rf, trees must differ: bagging_freq with bagging_fraction, or a feature_fraction below 1",
            ),
            (
                "early_stopping_round",
                self.early_stopping_round.unwrap_or(0) as f64,
                self.boosting != Boosting::Dart || self.early_stopping_round.is_none(),
                "none with DART, whose later rounds change earlier trees",
            ),
            (
                "bagging_fraction",
                self.bagging_fraction,
                fraction(self.bagging_fraction),
                "in (0, 1]",
            ),
            (
                "early_stopping_round",
                self.early_stopping_round.unwrap_or(1) as f64,
                self.early_stopping_round != Some(0),
                "at least 1",
            ),
            (
                "early_stopping_min_delta",
                self.early_stopping_min_delta,
                penalty(self.early_stopping_min_delta),
                "finite and at least 0",
            ),
            (
                "sigmoid",
                self.sigmoid,
                positive(self.sigmoid),
                "finite and above 0",
            ),
            (
                "lambdarank_truncation_level",
                self.lambdarank_truncation_level as f64,
                self.lambdarank_truncation_level >= 1,
                "at least 1",
            ),
            (
                "label_gain",
                self.label_gain.as_ref().map_or(0, Vec::len) as f64,
                gains_ok,
                "non-empty, and all entries finite and at least 0",
            ),
            (
                "refit_decay_rate",
                self.refit_decay_rate,
                (0.0..=1.0).contains(&self.refit_decay_rate),
                "in [0, 1]",
            ),
            (
                "checkpoint",
                self.checkpoint.as_ref().map_or(1, |c| c.every) as f64,
                self.checkpoint.as_ref().is_none_or(|c| c.every >= 1),
                "written every so many rounds, at least 1",
            ),
            (
                "eval_at",
                self.eval_at as f64,
                self.eval_at >= 1,
                "at least 1",
            ),
        ];
        checks
            .into_iter()
            .find(|c| !c.2)
            .map(|(name, value, _, rule)| (name, value, rule))
    }
}

impl Boost {
    /// Whether leaf values are found anew after a tree is grown.
    fn renews(&self) -> bool {
        matches!(
            self.objective,
            Some(Objective::RegressionL1 | Objective::Quantile | Objective::Mape)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_pass_and_each_bad_value_is_named() {
        assert_eq!(Boost::new().broken_rule(), None);
        let bad = [
            (Boost::new().num_iterations(0), "num_iterations"),
            (Boost::new().learning_rate(f64::NAN), "learning_rate"),
            (Boost::new().num_leaves(1), "num_leaves"),
            (Boost::new().max_depth(Some(0)), "max_depth"),
            (Boost::new().lambda_l2(-1.0), "lambda_l2"),
            (Boost::new().max_bin(65_536), "max_bin"),
            (Boost::new().feature_fraction(0.0), "feature_fraction"),
            (Boost::new().sigmoid(0.0), "sigmoid"),
            (Boost::new().num_grad_quant_bins(1), "num_grad_quant_bins"),
            (
                Boost::new().path_smooth(1.0).min_data_in_leaf(1),
                "path_smooth",
            ),
            (Boost::new().refit_decay_rate(1.5), "refit_decay_rate"),
            (Boost::new().label_gain(Some(vec![0.0, -1.0])), "label_gain"),
            (
                Boost::new().early_stopping_round(Some(0)),
                "early_stopping_round",
            ),
        ];
        for (boost, name) in bad {
            assert_eq!(boost.broken_rule().map(|r| r.0), Some(name));
        }
    }
}
