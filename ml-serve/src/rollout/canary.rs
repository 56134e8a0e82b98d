//! When a challenger gets more traffic, and when it loses it.

use super::health::{Health, inferiority};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// What a challenger has to keep to. The defaults are those of a shop front: at most 1 % errors, a 95th percentile of at
/// most 200 ms, conversion not below the control's by more than 0.2 percentage points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gates {
    /// Requests of the challenger before a stage may be passed (default 1000).
    pub min_requests: u64,
    /// Requests before anything is judged at all (default 50): one error in three requests says little.
    pub judge_from: u64,
    /// Highest share of failed requests (default 0.01).
    pub error_rate_max: f64,
    /// Highest 95th percentile of latency, milliseconds (default 200).
    pub p95_max_ms: f64,
    /// How far conversion may fall below the control's, absolute (default 0.002).
    pub conversion_margin: f64,
    /// Level of the one-sided test of that (default 0.01). Every look is a test: looking often calls for a lower level.
    pub alpha: f64,
}

impl Default for Gates {
    fn default() -> Self {
        Self {
            min_requests: 1000,
            judge_from: 50,
            error_rate_max: 0.01,
            p95_max_ms: 200.0,
            conversion_margin: 0.002,
            alpha: 0.01,
        }
    }
}

/// What to do with the challenger now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// Give it the next stage's share.
    Advance,
    /// Keep the share.
    Hold,
    /// Take all traffic away.
    RollBack,
}

/// A decision and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What to do.
    pub decision: Decision,
    /// Why, in sentences with the numbers.
    pub reasons: Vec<String>,
}

/// Stages and gates of a gradual rollout.
///
/// ```
/// use ml_serve::rollout::{Canary, Decision, Health};
/// let canary = Canary::new();
/// let control = Health { requests: 20_000, errors: 2, p95_ms: 12.0, conversions: 660 };
/// let healthy = Health { requests: 1_200, errors: 0, p95_ms: 14.0, conversions: 41 };
/// assert_eq!(canary.decide(&control, &healthy).decision, Decision::Advance);
/// let failing = Health { errors: 60, ..healthy };
/// let verdict = canary.decide(&control, &failing);
/// assert_eq!(verdict.decision, Decision::RollBack);
/// assert_eq!(verdict.reasons, ["5.00 % of 1200 requests failed; at most 1.00 % may"]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Canary {
    stages: Vec<f64>,
    gates: Gates,
}

impl Default for Canary {
    fn default() -> Self {
        Self {
            stages: vec![0.05, 0.20, 0.50, 1.0],
            gates: Gates::default(),
        }
    }
}

impl Canary {
    /// 5, 20, 50, 100 % with the default gates.
    pub fn new() -> Self {
        Self::default()
    }
    /// Sets the shares of the stages, rising, the last one 1.
    #[must_use]
    pub fn stages(mut self, shares: impl IntoIterator<Item = f64>) -> Self {
        self.stages = shares.into_iter().collect();
        self
    }
    /// Sets the gates.
    #[must_use]
    pub fn gates(mut self, gates: Gates) -> Self {
        self.gates = gates;
        self
    }

    pub(super) fn shares(&self) -> &[f64] {
        &self.stages
    }

    /// Checks stages and gates.
    ///
    /// # Errors
    /// No stages, shares that do not rise to 1, a gate outside its domain.
    pub fn check(&self) -> Result<()> {
        let wrong = |name, value: String, rule| {
            Err(ml_data::Error::parameter("Canary", name, value, rule).into())
        };
        let rising = self.stages.windows(2).all(|w| w[0] < w[1])
            && self.stages.first().is_some_and(|s| *s > 0.0);
        if !rising || self.stages.last().is_none_or(|s| (*s - 1.0).abs() > 1e-12) {
            return wrong(
                "stages",
                format!("{:?}", self.stages),
                "rising from above 0 to 1",
            );
        }
        let g = &self.gates;
        if g.judge_from == 0 || g.min_requests < g.judge_from {
            let value = format!(
                "judge_from {}, min_requests {}",
                g.judge_from, g.min_requests
            );
            return wrong("gates", value, "1 <= judge_from <= min_requests");
        }
        if !(0.0..=1.0).contains(&g.error_rate_max) {
            return wrong("error_rate_max", g.error_rate_max.to_string(), "in [0, 1]");
        }
        if g.p95_max_ms.is_nan() || g.p95_max_ms <= 0.0 {
            return wrong("p95_max_ms", g.p95_max_ms.to_string(), "above 0");
        }
        if !(0.0..=1.0).contains(&g.conversion_margin) {
            return wrong(
                "conversion_margin",
                g.conversion_margin.to_string(),
                "in [0, 1]",
            );
        }
        if !(g.alpha > 0.0 && g.alpha < 1.0) {
            return wrong("alpha", g.alpha.to_string(), "in (0, 1)");
        }
        Ok(())
    }

    /// Decides from what was counted in this stage. Any broken gate rolls back, whatever the others say.
    pub fn decide(&self, control: &Health, challenger: &Health) -> Verdict {
        let g = &self.gates;
        if challenger.requests < g.judge_from {
            let reason = format!(
                "{} of the {} requests to judge by",
                challenger.requests, g.judge_from
            );
            return Verdict {
                decision: Decision::Hold,
                reasons: vec![reason],
            };
        }
        let broken = self.broken(control, challenger);
        if !broken.is_empty() {
            return Verdict {
                decision: Decision::RollBack,
                reasons: broken,
            };
        }
        if challenger.requests < g.min_requests {
            let reason = format!(
                "healthy so far; {} of {} requests",
                challenger.requests, g.min_requests
            );
            return Verdict {
                decision: Decision::Hold,
                reasons: vec![reason],
            };
        }
        let (rate, p95) = (challenger.error_rate() * 100.0, challenger.p95_ms);
        let mut reasons = vec![format!(
            "{rate:.2} % errors, p95 {p95:.1} ms over {} requests",
            challenger.requests
        )];
        reasons.push(if control.answered() < g.judge_from {
            "conversion was not compared: the control had too little traffic".into()
        } else {
            let (a, b) = (
                challenger.conversion() * 100.0,
                control.conversion() * 100.0,
            );
            format!("conversion {a:.2} % against {b:.2} % is not shown to be worse")
        });
        Verdict {
            decision: Decision::Advance,
            reasons,
        }
    }

    fn broken(&self, control: &Health, challenger: &Health) -> Vec<String> {
        let (g, mut broken) = (&self.gates, Vec::new());
        if challenger.error_rate() > g.error_rate_max {
            let (rate, n, max) = (
                challenger.error_rate() * 100.0,
                challenger.requests,
                g.error_rate_max * 100.0,
            );
            broken.push(format!(
                "{rate:.2} % of {n} requests failed; at most {max:.2} % may"
            ));
        }
        if challenger.p95_ms.is_nan() || challenger.p95_ms > g.p95_max_ms {
            broken.push(format!(
                "p95 latency is {:.1} ms; at most {:.1} ms allowed",
                challenger.p95_ms, g.p95_max_ms
            ));
        }
        if control.answered() >= g.judge_from && challenger.answered() >= g.judge_from {
            let test = inferiority(control, challenger, g.conversion_margin);
            if let Some(test) = test.filter(|t| t.p_value < g.alpha) {
                let (a, b) = (
                    challenger.conversion() * 100.0,
                    control.conversion() * 100.0,
                );
                let (margin, p) = (g.conversion_margin * 100.0, test.p_value);
                broken.push(format!("conversion {a:.2} % is below {b:.2} % by more than {margin:.2} points (p = {p:.2e})"));
            }
        }
        broken
    }
}
