//! The promotion gate.

use super::criteria::SuccessCriteria;
use super::criterion::{Criterion, CriterionRole};
use super::decision::{GateDecision, GateReason};
use super::measured::Measured;
use crate::bootstrap::Estimate;
use crate::error::Result;
use ml_data::figure;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Decides whether a candidate may replace what runs.
///
/// A candidate is promoted when every primary model metric beats the baseline model (the paired
/// interval lies wholly on the better side of zero), every metric reaches its minimum, and no limit
/// is broken. What is required but not measured refuses it too, except for business metrics, which
/// can only be measured in production; so does a metric measured twice. The decision lists *all*
/// reasons.
///
/// A candidate that is no better passes one metric's interval of level 0.95 with probability 0.025:
/// the two-sided type I error of [`Bootstrap::paired`](crate::bootstrap::Bootstrap::paired), .05,
/// lies half on the worse side.
///
/// ```
/// use ml_data::contract::Direction;
/// use ml_eval::bootstrap::{Estimate, Interval};
/// use ml_eval::goal::{Criterion, Gate, Measured, SuccessCriteria};
/// let ndcg = Criterion::new("ndcg@10", Direction::HigherIsBetter, 0.029, 0.05, 0.09);
/// let gate = Gate::new(SuccessCriteria::new().model(ndcg))?;
/// let interval = Interval { lower: -0.001, upper: 0.009, level: 0.95 };
/// let unsure = Estimate { value: 0.004, interval };
/// let decision = gate.decide(&Measured::new().compared("ndcg@10", 0.033, unsure));
/// assert!(!decision.passed);
/// assert_eq!(decision.reasons[0].to_string(), "ndcg@10: measured 0.033, minimum 0.05");
/// let why = "ndcg@10: difference to the baseline +0.0040 [-0.0010, +0.0090] includes 0";
/// assert_eq!(decision.reasons[1].to_string(), why);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    criteria: SuccessCriteria,
}

impl Gate {
    /// A gate with these criteria.
    ///
    /// # Errors
    /// Criteria that cannot be decided on, see [`SuccessCriteria::check`].
    pub fn new(criteria: SuccessCriteria) -> Result<Self> {
        criteria.check()?;
        Ok(Self { criteria })
    }

    /// The requirements of the gate.
    #[must_use]
    pub fn criteria(&self) -> &SuccessCriteria {
        &self.criteria
    }

    /// Promotes or refuses a candidate.
    #[must_use]
    pub fn decide(&self, measured: &Measured) -> GateDecision {
        let mut reasons = Vec::new();
        let mut pending = Vec::new();
        reasons.extend(measured.repeated().map(|metric| GateReason::MeasuredTwice {
            metric: metric.to_owned(),
        }));
        for criterion in &self.criteria.model {
            match measured.find(&criterion.metric) {
                Some((_, value, difference)) => {
                    model_metric(criterion, *value, *difference, &mut reasons);
                }
                None => reasons.push(GateReason::NotMeasured {
                    name: criterion.metric.clone(),
                    required: format!("{} {}", bound(criterion), criterion.minimum),
                }),
            }
        }
        for criterion in &self.criteria.business {
            match measured.find(&criterion.metric) {
                Some((_, value, _)) => minimum(criterion, *value, true, &mut reasons),
                None => pending.push(criterion.metric.clone()),
            }
        }
        self.limits(measured, &mut reasons);
        GateDecision {
            passed: reasons.is_empty(),
            reasons,
            met: self.met(measured),
            pending,
        }
    }

    /// The criteria whose minimum is reached, in sentences.
    fn met(&self, measured: &Measured) -> Vec<String> {
        let all = self.criteria.model.iter().chain(&self.criteria.business);
        let reached = all.filter_map(|c| {
            let (_, value, difference) = measured.find(&c.metric)?;
            let (name, bound, least) = (&c.metric, bound(c), figure(c.minimum));
            let than = difference.map_or_else(String::new, |d| {
                format!(", difference to the baseline {d:+}")
            });
            c.reaches(*value, c.minimum)
                .then(|| format!("{name}: measured {}, {bound} {least}{than}", figure(*value)))
        });
        reached.collect()
    }

    fn limits(&self, m: &Measured, reasons: &mut Vec<GateReason>) {
        let l = &self.criteria.limits;
        at_most(
            "p95 latency",
            l.p95_latency_ms,
            m.p95_latency_ms,
            " ms",
            reasons,
        );
        at_most(
            "model size",
            l.model_size_mb,
            m.model_size_mb,
            " MB",
            reasons,
        );
        at_most("fairness gap", l.fairness_gap, m.fairness_gap, "", reasons);
        limit(
            "explainability",
            l.explainability,
            m.explainability,
            |limit, found| found >= limit,
            "at least ",
            "",
            reasons,
        );
        limit(
            "privacy",
            l.privacy,
            m.privacy,
            |limit, found| found >= limit,
            "at least ",
            "",
            reasons,
        );
    }
}

fn model_metric(
    criterion: &Criterion,
    value: f64,
    difference: Option<Estimate>,
    reasons: &mut Vec<GateReason>,
) {
    minimum(criterion, value, false, reasons);
    if criterion.role == CriterionRole::Guardrail {
        return;
    }
    match difference {
        None => reasons.push(GateReason::NotCompared {
            metric: criterion.metric.clone(),
            measured: value,
        }),
        // both ends strictly on the better side; an end that is not a number fails
        Some(d)
            if [d.interval.lower, d.interval.upper]
                .iter()
                .all(|end| criterion.reaches(*end, 0.0) && *end != 0.0) => {}
        Some(difference) => reasons.push(GateReason::NotBetterThanBaseline {
            metric: criterion.metric.clone(),
            difference,
        }),
    }
}

fn minimum(criterion: &Criterion, measured: f64, business: bool, reasons: &mut Vec<GateReason>) {
    if !criterion.reaches(measured, criterion.minimum) {
        reasons.push(GateReason::MissesMinimum {
            metric: criterion.metric.clone(),
            measured,
            required: criterion.minimum,
            business,
        });
    }
}

fn bound(criterion: &Criterion) -> &'static str {
    if criterion.reaches(1.0, 0.0) {
        "at least"
    } else {
        "at most"
    }
}

fn at_most(
    name: &str,
    allowed: Option<f64>,
    found: Option<f64>,
    unit: &str,
    reasons: &mut Vec<GateReason>,
) {
    limit(
        name,
        allowed,
        found,
        |limit, found| found <= limit,
        "at most ",
        unit,
        reasons,
    );
}

/// A limit that is set must be measured and kept.
fn limit<T: fmt::Display>(
    name: &str,
    allowed: Option<T>,
    found: Option<T>,
    keeps: impl Fn(&T, &T) -> bool,
    bound: &str,
    unit: &str,
    reasons: &mut Vec<GateReason>,
) {
    let Some(allowed) = allowed else { return };
    let required = format!("{bound}{allowed}{unit}");
    let name = name.to_owned();
    match found {
        None => reasons.push(GateReason::NotMeasured { name, required }),
        Some(found) if !keeps(&allowed, &found) => {
            reasons.push(GateReason::BreaksLimit {
                name,
                measured: format!("{found}{unit}"),
                required,
            });
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Explainability, Limits, Privacy};
    use super::*;
    use crate::bootstrap::Interval;
    use ml_data::contract::Direction;

    fn gate() -> Gate {
        let limits = Limits {
            p95_latency_ms: Some(20.0),
            model_size_mb: Some(50.0),
            explainability: Some(Explainability::Global),
            fairness_gap: Some(0.05),
            privacy: Some(Privacy::Pseudonymised),
        };
        let criteria = SuccessCriteria::new()
            .business(Criterion::new(
                "conversion",
                Direction::HigherIsBetter,
                0.03,
                0.031,
                0.04,
            ))
            .model(Criterion::new(
                "ndcg@10",
                Direction::HigherIsBetter,
                0.03,
                0.05,
                0.09,
            ))
            .model(Criterion::new(
                "log_loss",
                Direction::LowerIsBetter,
                0.5,
                0.45,
                0.4,
            ))
            .model(Criterion::new("coverage", Direction::HigherIsBetter, 0.5, 0.3, 0.6).guardrail())
            .limits(limits);
        Gate::new(criteria).unwrap()
    }

    fn interval(lower: f64, upper: f64) -> Estimate {
        let (value, level) = ((lower + upper) / 2.0, 0.95);
        let interval = Interval {
            lower,
            upper,
            level,
        };
        Estimate { value, interval }
    }

    fn good() -> Measured {
        Measured::new()
            .compared("ndcg@10", 0.06, interval(0.01, 0.03))
            .compared("log_loss", 0.44, interval(-0.06, -0.02))
            .metric("coverage", 0.35)
            .p95_latency_ms(3.0)
            .model_size_mb(8.0)
            .explainability(Explainability::PerPrediction)
            .fairness_gap(0.01)
            .privacy(Privacy::Anonymised)
    }

    #[test]
    fn the_criteria_that_are_met_are_said() {
        let met = gate().decide(&good().metric("conversion", 0.04)).met;
        let gain = ", difference to the baseline";
        let all = [
            format!("ndcg@10: measured 0.06, at least 0.05{gain} +0.0200 [+0.0100, +0.0300]"),
            format!("log_loss: measured 0.44, at most 0.45{gain} -0.0400 [-0.0600, -0.0200]"),
            "coverage: measured 0.35, at least 0.3".into(),
            "conversion: measured 0.04, at least 0.031".into(),
        ];
        assert_eq!(met, all);
        let missed = gate().decide(&good().metric("conversion", 0.02)).met;
        assert_eq!(missed, all[..3]);
    }

    #[test]
    fn a_good_candidate_passes_and_business_metrics_wait() {
        let decision = gate().decide(&good());
        assert!(decision.passed, "{decision}");
        assert_eq!(decision.pending, ["conversion"]);
        assert!(!gate().decide(&good().metric("conversion", 0.029)).passed);
        assert!(gate().decide(&good().metric("conversion", 0.031)).passed);
    }

    #[test]
    fn every_single_fault_refuses_with_its_numbers() {
        let with = |change: fn(&mut Measured)| {
            let mut m = good();
            change(&mut m);
            let decision = gate().decide(&m);
            assert!(!decision.passed);
            assert_eq!(decision.reasons.len(), 1, "{decision}");
            decision.reasons[0].to_string()
        };
        assert_eq!(
            with(|m| m.metrics[0].1 = 0.04),
            "ndcg@10: measured 0.04, minimum 0.05"
        );
        assert_eq!(
            with(|m| m.metrics[0].1 = f64::NAN),
            "ndcg@10: measured NaN, minimum 0.05"
        );
        assert!(
            with(|m| m.metrics[0].2 = Some(interval(-0.001, 0.03)))
                .ends_with("[-0.0010, +0.0300] includes 0")
        );
        assert!(with(|m| m.metrics[0].2 = Some(interval(0.0, 0.03))).contains("includes 0"));
        assert!(with(|m| m.metrics[1].2 = Some(interval(0.01, 0.03))).contains("wrong side"));
        assert!(with(|m| m.metrics[1].2 = Some(interval(f64::NAN, -0.1))).contains("log_loss"));
        assert!(with(|m| m.metrics[1].2 = None).contains("without a paired interval"));
        assert_eq!(
            with(|m| m.metrics[1].1 = 0.46),
            "log_loss: measured 0.46, minimum 0.45"
        );
        assert_eq!(
            with(|m| m.metrics[2].1 = 0.2),
            "coverage: measured 0.2, minimum 0.3"
        );
        assert_eq!(
            with(|m| drop(m.metrics.pop())),
            "coverage: not measured, required at least 0.3"
        );
        assert_eq!(
            with(|m| m.p95_latency_ms = Some(21.5)),
            "p95 latency: measured 21.5 ms, required at most 20 ms"
        );
        assert_eq!(
            with(|m| m.p95_latency_ms = None),
            "p95 latency: not measured, required at most 20 ms"
        );
        assert_eq!(
            with(|m| m.model_size_mb = Some(f64::NAN)),
            "model size: measured NaN MB, required at most 50 MB"
        );
        assert_eq!(
            with(|m| m.fairness_gap = Some(0.06)),
            "fairness gap: measured 0.06, required at most 0.05"
        );
        assert_eq!(
            with(|m| m.explainability = Some(Explainability::Opaque)),
            "explainability: measured opaque, required at least global"
        );
        assert_eq!(
            with(|m| m.privacy = Some(Privacy::Identified)),
            "privacy: measured identified, required at least pseudonymised"
        );
    }

    /// Both ends count, whichever side is the better one: log loss is to fall.
    #[test]
    fn an_interval_that_reaches_beyond_zero_refuses() {
        for (metric, lower, upper) in [(1, -0.06, 0.01), (1, -0.01, 0.06), (0, -0.01, 0.03)] {
            let mut m = good();
            m.metrics[metric].2 = Some(interval(lower, upper));
            let decision = gate().decide(&m);
            assert!(!decision.passed, "{metric} [{lower}, {upper}]");
            assert!(decision.reasons[0].to_string().contains("includes 0"));
        }
    }

    /// "At most" and "at least": a value at the limit keeps it.
    #[test]
    fn a_value_at_the_limit_passes() {
        let at = Measured::new()
            .compared("ndcg@10", 0.05, interval(0.01, 0.03))
            .compared("log_loss", 0.45, interval(-0.06, -0.02))
            .metric("coverage", 0.3)
            .metric("conversion", 0.031)
            .p95_latency_ms(20.0)
            .model_size_mb(50.0)
            .explainability(Explainability::Global)
            .fairness_gap(0.05)
            .privacy(Privacy::Pseudonymised);
        let decision = gate().decide(&at);
        assert!(decision.passed, "{decision}");
    }

    #[test]
    fn case_s7_a_metric_measured_twice_refuses() {
        let decision = gate().decide(&good().metric("coverage", 0.1).metric("coverage", 0.9));
        let text: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["coverage: measured twice"]);
    }

    #[test]
    fn all_reasons_are_listed_and_survive_json() {
        let decision = gate().decide(&Measured::new());
        assert_eq!(decision.reasons.len(), 8, "{decision}");
        assert!(
            decision
                .to_string()
                .starts_with("refused\n  ndcg@10: not measured")
        );
        let json = serde_json::to_string(&decision).unwrap();
        assert_eq!(
            serde_json::from_str::<GateDecision>(&json).unwrap(),
            decision
        );
    }
}
