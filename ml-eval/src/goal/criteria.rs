//! The criteria of success, in numbers.

use super::criterion::{Criterion, CriterionRole};
use super::limits::Limits;
use super::milestone::Milestone;
use crate::error::{Error, Result};
use ml_data::figure;
use ml_data::validate::distinct;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The criteria of success: business and model metrics, limits, milestones.
///
/// ```
/// use ml_data::contract::Direction;
/// use ml_eval::goal::{Criterion, Limits, SuccessCriteria};
/// let orders = Criterion::new("orders per visit", Direction::HigherIsBetter, 0.031, 0.032, 0.035);
/// let criteria = SuccessCriteria::new()
///     .business(orders)
///     .model(Criterion::new("ndcg@10", Direction::HigherIsBetter, 0.029, 0.05, 0.09))
///     .limits(Limits { p95_latency_ms: Some(20.0), ..Limits::default() })
///     .milestone("first test", "2030-03-01");
/// criteria.check()?;
/// assert_eq!(criteria.model[0].minimum, 0.05);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SuccessCriteria {
    /// Metrics of the business, known after deployment.
    pub business: Vec<Criterion>,
    /// Metrics of the model, known before.
    pub model: Vec<Criterion>,
    /// Limits on everything else.
    pub limits: Limits,
    /// Dates.
    pub milestones: Vec<Milestone>,
}

impl SuccessCriteria {
    /// Nothing required yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a metric of the business.
    #[must_use]
    pub fn business(mut self, criterion: Criterion) -> Self {
        self.business.push(criterion);
        self
    }

    /// Adds a metric of the model.
    #[must_use]
    pub fn model(mut self, criterion: Criterion) -> Self {
        self.model.push(criterion);
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a date, as `YYYY-MM-DD`.
    #[must_use]
    pub fn milestone(mut self, name: impl Into<String>, due: impl Into<String>) -> Self {
        self.milestones.push(Milestone {
            name: name.into(),
            due: due.into(),
        });
        self
    }

    /// Whether the criteria can be decided on.
    ///
    /// # Errors
    /// No primary model metric; a metric named twice; numbers that are not finite or out of order
    /// (target at least as good as minimum, minimum of a primary metric at least as good as the
    /// baseline); a limit that is not a positive number; a date that is none.
    pub fn check(&self) -> Result<()> {
        if !self.model.iter().any(|c| c.role == CriterionRole::Primary) {
            return Err(Error::Required {
                who: "SuccessCriteria".into(),
                what: "a primary model metric".into(),
                how: "without one, nothing would have to beat the baseline".into(),
            });
        }
        let criteria = || self.business.iter().chain(&self.model);
        criteria().try_for_each(Criterion::check)?;
        distinct(
            "metric of SuccessCriteria",
            criteria().map(|c| c.metric.as_str()),
        )?;
        self.limits.check()?;
        self.milestones.iter().try_for_each(Milestone::check)
    }
}

impl fmt::Display for SuccessCriteria {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28}{:>11}{:>11}{:>11}  unit",
            "metric", "baseline", "minimum", "target"
        )?;
        for (kind, criteria) in [("business", &self.business), ("model", &self.model)] {
            for c in criteria {
                let arrow = if c.reaches(1.0, 0.0) { '+' } else { '-' };
                let role = if c.role == CriterionRole::Guardrail {
                    " (guardrail)"
                } else {
                    ""
                };
                let name = format!("{} {arrow}", c.metric);
                writeln!(
                    f,
                    "{name:<28}{:>11}{:>11}{:>11}  {}{role} [{kind}]",
                    figure(c.baseline),
                    figure(c.minimum),
                    figure(c.target),
                    c.unit
                )?;
            }
        }
        let l = &self.limits;
        let mut line = |name: &str, limit: Option<String>| match limit {
            Some(limit) => writeln!(f, "{name:<28}{limit}"),
            None => Ok(()),
        };
        line(
            "p95 latency",
            l.p95_latency_ms.map(|v| format!("at most {v} ms")),
        )?;
        line(
            "model size",
            l.model_size_mb.map(|v| format!("at most {v} MB")),
        )?;
        line(
            "explainability",
            l.explainability.map(|v| format!("at least {v}")),
        )?;
        line(
            "fairness gap",
            l.fairness_gap.map(|v| format!("at most {v}")),
        )?;
        line("privacy", l.privacy.map(|v| format!("at least {v}")))?;
        self.milestones
            .iter()
            .try_for_each(|m| writeln!(f, "{:<28}{}", m.due, m.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goal::Explainability;
    use ml_data::contract::Direction;

    fn good() -> SuccessCriteria {
        SuccessCriteria::new().model(Criterion::new(
            "rmse",
            Direction::LowerIsBetter,
            3.0,
            2.5,
            2.0,
        ))
    }

    #[test]
    fn numbers_out_of_order_are_refused() {
        let text = |c: SuccessCriteria| c.check().unwrap_err().to_string();
        assert!(good().check().is_ok());
        assert!(text(SuccessCriteria::new()).contains("primary"));
        assert!(
            text(good().model(Criterion::new(
                "auc",
                Direction::HigherIsBetter,
                0.7,
                0.8,
                0.75
            )))
            .contains("target")
        );
        assert!(
            text(good().model(Criterion::new(
                "auc",
                Direction::HigherIsBetter,
                0.7,
                0.6,
                0.9
            )))
            .contains("guardrail")
        );
        assert!(
            good()
                .model(Criterion::new("auc", Direction::HigherIsBetter, 0.7, 0.6, 0.9).guardrail())
                .check()
                .is_ok()
        );
        assert!(
            text(good().model(Criterion::new(
                "auc",
                Direction::HigherIsBetter,
                f64::NAN,
                0.6,
                0.9
            )))
            .contains("finite")
        );
        assert!(
            text(good().business(Criterion::new(
                "rmse",
                Direction::LowerIsBetter,
                1.0,
                1.0,
                1.0
            )))
            .contains("duplicate metric")
        );
        assert!(
            text(good().limits(Limits {
                p95_latency_ms: Some(0.0),
                ..Limits::default()
            }))
            .contains("p95_latency_ms")
        );
        assert!(text(good().milestone("launch", "2030-02-29")).contains("2030-02-29"));
        assert!(good().milestone("launch", "2028-02-29").check().is_ok());
    }

    #[test]
    fn reads_as_a_table_and_survives_json() {
        let criteria = good().limits(Limits {
            explainability: Some(Explainability::Global),
            ..Limits::default()
        });
        let text = criteria.to_string();
        assert!(
            text.contains("rmse -") && text.contains("explainability              at least global"),
            "{text}"
        );
        let json = serde_json::to_string(&criteria).unwrap();
        assert_eq!(
            serde_json::from_str::<SuccessCriteria>(&json).unwrap(),
            criteria
        );
    }
}
