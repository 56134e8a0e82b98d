//! Parameters that have no effect with others: a table, a line each.
//!
//! LightGBM takes most of them in silence, and users then wonder why nothing changes. A parameter
//! at its default is never refused, nor one that the data decide about: those of categories where
//! no column holds categories, those of a loss that the target may choose.

use super::choices::{Boosting, DataSampleStrategy};
use super::objective::Objective;
use super::params::BoostParams;

/// A parameter that needs another: it may differ from its default only where `works` holds.
struct Needs {
    name: &'static str,
    /// Its value where it is not the default.
    changed: fn(&BoostParams, &BoostParams) -> Option<String>,
    works: fn(&BoostParams) -> bool,
    rule: &'static str,
}

/// Lines of the table: parameter, condition, rule.
macro_rules! needs {
    ($($name:ident: $works:expr, $rule:literal;)*) => {
        &[$(Needs {
            name: stringify!($name),
            changed: |given, default| {
                (given.$name != default.$name).then(|| format!("{:?}", given.$name))
            },
            works: $works,
            rule: $rule,
        }),*]
    };
}

fn goss(params: &BoostParams) -> bool {
    params.data_sample_strategy == DataSampleStrategy::Goss
}

fn dart(params: &BoostParams) -> bool {
    params.boosting == Boosting::Dart
}

/// The objective is one of these, or is chosen by the target.
fn open_or(params: &BoostParams, objectives: &[Objective]) -> bool {
    params.objective.is_none_or(|o| objectives.contains(&o))
}

/// The objective is one of these.
fn is(params: &BoostParams, objectives: &[Objective]) -> bool {
    params.objective.is_some_and(|o| objectives.contains(&o))
}

const TABLE: &[Needs] = needs! {
    alpha: |p| is(p, &[Objective::Huber, Objective::Quantile]),
        "left out unless the objective is Huber or Quantile, which alone read it";
    fair_c: |p| is(p, &[Objective::Fair]),
        "left out unless the objective is Fair, which alone reads it";
    poisson_max_delta_step: |p| is(p, &[Objective::Poisson]),
        "left out unless the objective is Poisson, which alone reads it";
    tweedie_variance_power: |p| is(p, &[Objective::Tweedie]),
        "left out unless the objective is Tweedie, which alone reads it";
    bagging_fraction: |p| p.bagging_freq > 0,
        "1 where bagging_freq is 0, which turns bagging off: set bagging_freq to 1 to draw rows every round";
    bagging_by_query: |p| p.bagging_freq > 0,
        "false where bagging_freq is 0, which turns bagging off";
    top_rate: goss,
        "left out unless data_sample_strategy is Goss, which alone reads it";
    other_rate: goss,
        "left out unless data_sample_strategy is Goss, which alone reads it";
    drop_rate: dart,
        "left out unless boosting is Dart, which alone reads it";
    max_drop: dart,
        "left out unless boosting is Dart, which alone reads it";
    skip_drop: dart,
        "left out unless boosting is Dart, which alone reads it";
    num_grad_quant_bins: |p| p.use_quantized_grad,
        "left out unless use_quantized_grad is set, which alone reads it";
    stochastic_rounding: |p| p.use_quantized_grad,
        "left out unless use_quantized_grad is set, which alone reads it";
    early_stopping_min_delta: |p| p.early_stopping_round.is_some(),
        "0 where early_stopping_round is not set: nothing stops early";
    lambdarank_truncation_level: |p| open_or(p, &[Objective::Lambdarank, Objective::RankMap]),
        "left out unless the objective is Lambdarank or RankMap, which alone read it";
    lambdarank_norm: |p| open_or(p, &[Objective::Lambdarank, Objective::RankMap]),
        "left out unless the objective is Lambdarank or RankMap, which alone read it";
    yetirank_permutations: |p| is(p, &[Objective::YetiRank]),
        "left out unless the objective is YetiRank, which alone reads it";
    yetirank_decay: |p| is(p, &[Objective::YetiRank]),
        "left out unless the objective is YetiRank, which alone reads it";
};

impl BoostParams {
    /// The first parameter that others keep from having an effect: name, value, rule.
    pub(super) fn without_effect(&self) -> Option<(&'static str, String, &'static str)> {
        let default = Self::default();
        TABLE.iter().find_map(|line| {
            let value = (line.changed)(self, &default)?;
            (!(line.works)(self)).then_some((line.name, value, line.rule))
        })
    }
}
