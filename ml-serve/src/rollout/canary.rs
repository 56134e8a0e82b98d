//! The rules by which a challenger gets more traffic, or loses it.

use super::gates::{GateCheck, Gates};
use super::health::Health;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// Decision about a challenger's share of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CanaryDecision {
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
    /// Action to take.
    pub decision: CanaryDecision,
    /// Reasons, in sentences with the numbers.
    pub reasons: Vec<String>,
}

impl Verdict {
    fn new(decision: CanaryDecision, reason: String) -> Self {
        Self {
            decision,
            reasons: vec![reason],
        }
    }
}

/// Stages and gates of a gradual rollout.
///
/// ```
/// use ml_serve::rollout::{Canary, CanaryDecision, Health};
/// let canary = Canary::new();
/// let arm = |requests, errors, conversions| {
///     Health { requests, errors, p95_ms: 12.0, conversions, ..Health::default() }
/// };
/// let (control, healthy) = (arm(20_000, 200, 660), arm(1_200, 13, 41));
/// assert_eq!(canary.decide(&control, &healthy).decision, CanaryDecision::Advance);
/// let failing = Health { errors: 60, ..healthy };
/// let verdict = canary.decide(&control, &failing);
/// assert_eq!(verdict.decision, CanaryDecision::RollBack);
/// let reason = "5.00 % of 1200 requests failed against 1.00 % of the control's 20000";
/// assert!(verdict.reasons[0].starts_with(reason));
/// // errors that both arms have are nobody's fault
/// let control = Health { errors: 1_000, ..control };
/// assert_eq!(canary.decide(&control, &failing).decision, CanaryDecision::Advance);
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
    pub(super) fn limits(&self) -> &Gates {
        &self.gates
    }

    /// Level of each test: alpha over stages and gates in use.
    pub fn level(&self) -> f64 {
        self.gates.level(self.stages.len())
    }

    /// Checks stages and gates.
    ///
    /// # Errors
    /// No stages, shares that do not rise to 1, a gate outside its domain; all traffic at once
    /// without a limit of errors, as there is then no control to compare with.
    pub fn check(&self) -> Result<()> {
        let wrong = |value: String, rule| {
            Err(ml_data::Error::parameter("Canary", "stages", value, rule).into())
        };
        let rising = self.stages.windows(2).all(|w| w[0] < w[1])
            && self.stages.first().is_some_and(|s| *s > 0.0);
        let last = self.stages.last();
        if !rising || last.is_none_or(|s| (*s - 1.0).abs() > 1e-12) {
            let value = format!("{:?}", self.stages);
            return wrong(value, "rising from above 0 to 1");
        }
        self.gates.check()?;
        if self.stages.len() == 1 && self.gates.error_rate_max >= 1.0 {
            let rule =
                "more than one: with one there is no control, and `error_rate_max` must be below 1";
            return wrong("[1.0]".into(), rule);
        }
        Ok(())
    }

    /// Decides from what was counted in this stage, of arms that ran side by side. Any broken gate
    /// rolls back, whatever the others say. A pure function of the counts, valid for any routing:
    /// shares of traffic may be as unequal as they like. It may be asked after every request: see
    /// the level of [`Gates`]. Settings that [`check`](Self::check) refuses hold.
    pub fn decide(&self, control: &Health, challenger: &Health) -> Verdict {
        self.judge(control, challenger, true)
    }

    /// As `decide`; `concurrent` is false when the control is that of an earlier stage.
    pub(super) fn judge(&self, control: &Health, challenger: &Health, concurrent: bool) -> Verdict {
        let g = &self.gates;
        let (n, hold) = (challenger.requests, CanaryDecision::Hold);
        if n < g.judge_from {
            let reason = format!("{n} of the {} requests to judge by", g.judge_from);
            return Verdict::new(hold, reason);
        }
        let look = GateCheck {
            gates: g,
            control,
            challenger,
            concurrent,
            level: self.level(),
        };
        let broken = match self.check().and_then(|()| look.broken()) {
            Ok(broken) => broken,
            Err(refused) => return Verdict::new(hold, refused.to_string()),
        };
        if !broken.is_empty() {
            return Verdict {
                decision: CanaryDecision::RollBack,
                reasons: broken,
            };
        }
        if n < g.min_requests {
            let reason = format!("healthy so far; {n} of {} requests", g.min_requests);
            return Verdict::new(hold, reason);
        }
        if control.requests == 0 && g.error_rate_max >= 1.0 {
            let reason = "nothing to compare errors with: the control had no requests";
            return Verdict::new(hold, reason.into());
        }
        Verdict {
            decision: CanaryDecision::Advance,
            reasons: passed(control, challenger, concurrent),
        }
    }
}

fn passed(control: &Health, challenger: &Health, concurrent: bool) -> Vec<String> {
    let (rate, p95) = (challenger.error_rate() * 100.0, challenger.p95_ms);
    let n = challenger.requests;
    let conversion = if !concurrent {
        "conversion was not compared: no control ran beside it".into()
    } else if control.answered() == 0 || challenger.answered() == 0 {
        "conversion was not compared: an arm has no answers".into()
    } else {
        let (a, b) = (
            challenger.conversion() * 100.0,
            control.conversion() * 100.0,
        );
        format!("conversion {a:.2} % against {b:.2} % is not shown to be worse")
    };
    vec![
        format!("{rate:.2} % errors, p95 {p95:.1} ms over {n} requests"),
        conversion,
    ]
}
