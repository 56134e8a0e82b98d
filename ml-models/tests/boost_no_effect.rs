//! Parameters that have no effect with others are refused, and pass with what they need.
#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::contract::Params;
use ml_models::boost::{Boost, Boosting, DataSampleStrategy, Objective};

fn refused(boost: Boost, name: &str) {
    let e = boost.check().unwrap_err().to_string();
    assert!(e.contains(&format!("`{name}`")), "{name}: {e}");
}

#[test]
fn parameters_without_effect_are_named() {
    let b = Boost::new;
    refused(b().bagging_fraction(0.5), "bagging_fraction");
    refused(b().bagging_by_query(true), "bagging_by_query");
    refused(b().alpha(0.5), "alpha");
    refused(b().objective(Objective::Fair).alpha(0.5), "alpha");
    refused(b().fair_c(2.0), "fair_c");
    refused(b().poisson_max_delta_step(0.5), "poisson_max_delta_step");
    refused(b().tweedie_variance_power(1.2), "tweedie_variance_power");
    refused(b().top_rate(0.3), "top_rate");
    refused(b().other_rate(0.3), "other_rate");
    refused(b().drop_rate(0.3), "drop_rate");
    refused(b().max_drop(3), "max_drop");
    refused(b().skip_drop(0.3), "skip_drop");
    refused(b().num_grad_quant_bins(8), "num_grad_quant_bins");
    refused(b().stochastic_rounding(false), "stochastic_rounding");
    refused(
        b().early_stopping_min_delta(0.1),
        "early_stopping_min_delta",
    );
    let numbers = || b().objective(Objective::Regression);
    refused(
        numbers().lambdarank_truncation_level(5),
        "lambdarank_truncation_level",
    );
    refused(numbers().lambdarank_norm(false), "lambdarank_norm");
    refused(b().yetirank_permutations(5), "yetirank_permutations");
    refused(b().yetirank_decay(0.5), "yetirank_decay");
    let e = b().bagging_fraction(0.5).check().unwrap_err().to_string();
    assert!(e.contains("set bagging_freq to 1"), "{e}");
}

#[test]
fn with_what_they_need_they_pass() {
    let b = Boost::new;
    for boost in [
        b(),
        b().bagging_fraction(0.5)
            .bagging_freq(1)
            .bagging_by_query(true),
        b().objective(Objective::Huber).alpha(0.5),
        b().objective(Objective::Quantile).alpha(0.5),
        b().objective(Objective::Fair).fair_c(2.0),
        b().data_sample_strategy(DataSampleStrategy::Goss)
            .top_rate(0.3)
            .other_rate(0.2),
        b().boosting(Boosting::Dart)
            .drop_rate(0.3)
            .max_drop(3)
            .skip_drop(0.1),
        b().use_quantized_grad(true)
            .num_grad_quant_bins(8)
            .stochastic_rounding(false),
        b().early_stopping_round(Some(5))
            .early_stopping_min_delta(0.1),
        b().lambdarank_truncation_level(5).lambdarank_norm(false),
        b().objective(Objective::YetiRank).yetirank_decay(0.5),
        b().categorical_feature(["x0"])
            .cat_l2(5.0)
            .max_cat_to_onehot(1),
        // A default that is spelled out is no mistake.
        b().alpha(0.9).top_rate(0.2).bagging_fraction(1.0),
    ] {
        assert!(boost.check().is_ok(), "{boost:?}");
    }
}
