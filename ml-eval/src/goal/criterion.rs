//! One metric with the numbers that matter.

use crate::error::{Error, Result};
use ml_data::contract::Direction;
use serde::{Deserialize, Serialize};

/// The part of a metric at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CriterionRole {
    /// The candidate must be better than the baseline model: the paired interval of the difference
    /// must exclude zero.
    #[default]
    Primary,
    /// The candidate must only meet the minimum, which may lie below the baseline (a
    /// non-inferiority margin).
    Guardrail,
}

/// One metric with the numbers that matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Name, as the metric reports it ("ndcg@10").
    pub metric: String,
    /// Unit ("orders per visit"; empty for a pure number).
    pub unit: String,
    /// Whether higher or lower is better.
    pub direction: Direction,
    /// Today's value.
    pub baseline: f64,
    /// The least that is worth deploying.
    pub minimum: f64,
    /// The goal.
    pub target: f64,
    /// The part of the metric at the gate.
    pub role: CriterionRole,
}

impl Criterion {
    /// A criterion: today's value, the least that is worth deploying, and the goal.
    #[must_use]
    pub fn new(
        metric: impl Into<String>,
        direction: Direction,
        baseline: f64,
        minimum: f64,
        target: f64,
    ) -> Self {
        Self {
            metric: metric.into(),
            unit: String::new(),
            direction,
            baseline,
            minimum,
            target,
            role: CriterionRole::Primary,
        }
    }

    /// The unit of the numbers.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Makes it a guardrail: the minimum must be met, the baseline need not be beaten.
    #[must_use]
    pub fn guardrail(mut self) -> Self {
        self.role = CriterionRole::Guardrail;
        self
    }

    /// Whether `value` is at least as good as `bar`. False if either is not a number.
    #[must_use]
    pub fn reaches(&self, value: f64, bar: f64) -> bool {
        match self.direction {
            Direction::HigherIsBetter => value >= bar,
            Direction::LowerIsBetter => value <= bar,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let complain = |value: f64, what: &str, rule: &str| {
            let what = format!("SuccessCriteria: {what} of metric `{}`", self.metric);
            Err(Error::value(what, rule, value))
        };
        let numbers = [
            ("baseline", self.baseline),
            ("minimum", self.minimum),
            ("target", self.target),
        ];
        if let Some((what, value)) = numbers.iter().find(|n| !n.1.is_finite()) {
            return complain(*value, what, "a finite number");
        }
        if !self.reaches(self.target, self.minimum) {
            return complain(self.target, "target", "one at least as good as the minimum");
        }
        if self.role == CriterionRole::Primary && !self.reaches(self.minimum, self.baseline) {
            return complain(
                self.minimum,
                "minimum",
                "one at least as good as the baseline, or a guardrail",
            );
        }
        Ok(())
    }
}
