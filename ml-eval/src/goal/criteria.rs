//! What counts as success, in numbers.

use crate::error::{self, Result};
use ml_data::contract::Direction;
use ml_data::validate::distinct;
use ml_data::{Error, figure};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a metric is for at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CriterionRole {
    /// The candidate must be better than the baseline model: the paired interval of the difference must exclude zero.
    #[default]
    Primary,
    /// The candidate must only meet the minimum, which may lie below the baseline (a non-inferiority margin).
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
    /// What is reached today.
    pub baseline: f64,
    /// What is worth deploying.
    pub minimum: f64,
    /// What is hoped for.
    pub target: f64,
    /// What the metric is for at the gate.
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

    fn check(&self) -> Result<()> {
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

/// How much a model must explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Explainability {
    /// Nothing.
    Opaque,
    /// Which features matter overall.
    Global,
    /// Why each single prediction came out as it did.
    PerPrediction,
}

impl fmt::Display for Explainability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Opaque => "opaque",
            Self::Global => "global",
            Self::PerPrediction => "per prediction",
        })
    }
}

/// How closely the training data can be tied to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Privacy {
    /// Names, addresses or the like are used as they are.
    Identified,
    /// Persons are replaced by keys that someone can trace back.
    Pseudonymised,
    /// Nobody can be traced.
    Anonymised,
}

impl fmt::Display for Privacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identified => "identified",
            Self::Pseudonymised => "pseudonymised",
            Self::Anonymised => "anonymised",
        })
    }
}

/// Limits on everything but the metrics; what is `None` is not limited.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Longest 95th percentile of a prediction, milliseconds.
    pub p95_latency_ms: Option<f64>,
    /// Largest model file, megabytes.
    pub model_size_mb: Option<f64>,
    /// Least explanation.
    pub explainability: Option<Explainability>,
    /// Largest difference of the fairness metric between groups of people.
    pub fairness_gap: Option<f64>,
    /// Least protection of persons.
    pub privacy: Option<Privacy>,
}

/// A date by which something is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// What is there.
    pub name: String,
    /// Day, as `YYYY-MM-DD`.
    pub due: String,
}

/// What counts as success: business and model metrics, limits, milestones.
///
/// ```
/// use ml_data::contract::Direction;
/// use ml_eval::goal::{Criterion, Limits, SuccessCriteria};
/// let criteria = SuccessCriteria::new()
///     .business(Criterion::new("orders per visit", Direction::HigherIsBetter, 0.031, 0.032, 0.035))
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
    /// No primary model metric; a metric named twice; numbers that are not finite or out of order (target at least as good as
    /// minimum, minimum of a primary metric at least as good as the baseline); a limit that is not a positive number; a date
    /// that is none.
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
        let limits = [
            ("p95_latency_ms", self.limits.p95_latency_ms),
            ("model_size_mb", self.limits.model_size_mb),
            ("fairness_gap", self.limits.fairness_gap),
        ];
        for (name, limit) in limits {
            if let Some(limit) = limit.filter(|l| !(l.is_finite() && *l > 0.0)) {
                return Err(error::parameter("Limits", name, limit, "a positive number"));
            }
        }
        match self.milestones.iter().find(|m| !is_day(&m.due)) {
            Some(milestone) => Err(error::parameter(
                "Milestone",
                "due",
                &milestone.due,
                "a day, YYYY-MM-DD",
            )),
            None => Ok(()),
        }
    }
}

/// Whether the text is a day of the Gregorian calendar, `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (
        year.parse::<u32>(),
        month.parse::<usize>(),
        day.parse::<u32>(),
    ) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [
        31,
        if leap { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    (1..=12).contains(&month) && (1..=lengths[month - 1]).contains(&day)
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
