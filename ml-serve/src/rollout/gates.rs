//! Gates of a rollout, and the tests of them.

use super::health::{Health, always_valid_inferiority, by_user};
use crate::error::Result;
use ml_eval::sequential::{Clusters, Evidence, Share, ShareTest, Unit};
use serde::{Deserialize, Serialize};

/// Gates that a challenger has to keep to. The defaults are those of a shop front: no more errors
/// than the control has, a 95th percentile of at most 200 ms, conversion not below the control's by
/// more than 0.2 percentage points.
///
/// # Level
/// A challenger that keeps to all of them is rolled back with probability at most `alpha`, over the
/// *whole* rollout: all stages, all looks and all gates. Each gate is an always-valid test
/// ([`ml_eval::sequential`]) at alpha / (stages x gates in use), 1 / 1200 by default. A gate that
/// can not break is not in use: a margin, or `error_rate_max`, of 1; `p95_max_ms` infinite. By
/// request the tests of errors and latency are exact; by user, and for conversion, asymptotic.
///
/// Of 2,000 simulated rollouts of equal arms with the default stages and gates, at each of 0.1,
/// 0.5, 1 and 5 % errors and for each of four ways to send requests to arms, at most one was rolled
/// back (`rollout/simulate.rs`).
///
/// # Detection
/// Requests of the challenger until it is rolled back, medians of 101 rollouts with the default
/// stages and gates: 5 % errors against the control's 1 %: 340; everything fails: 10.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gates {
    /// Requests of the challenger before a stage may be passed (default 1000).
    pub min_requests: u64,
    /// Requests of the challenger before anything is judged (default 10).
    pub judge_from: u64,
    /// Margin by which the share of failed requests may lie above the control's, absolute (default
    /// 0.001). A challenger is not blamed for errors that the control has too.
    pub error_margin: f64,
    /// Highest share of failed requests, whatever the control does (default 1: no limit). It blames
    /// the challenger for what the machine does, too.
    pub error_rate_max: f64,
    /// Highest 95th percentile of latency, milliseconds (default 200): at most 5 % of the requests
    /// may take longer.
    pub p95_max_ms: f64,
    /// Margin by which conversion may fall below the control's, absolute (default 0.002). Compared
    /// only with a control that runs beside the challenger: purchases come late, so the past always
    /// looks better.
    pub conversion_margin: f64,
    /// The unit that is one observation (default: by user).
    pub unit: Unit,
    /// Probability that a challenger without fault is rolled back at any time in the whole rollout
    /// (default 0.01).
    pub alpha: f64,
}

impl Default for Gates {
    fn default() -> Self {
        Self {
            min_requests: 1000,
            judge_from: 10,
            error_margin: 0.001,
            error_rate_max: 1.0,
            p95_max_ms: 200.0,
            conversion_margin: 0.002,
            unit: Unit::User,
            alpha: 0.01,
        }
    }
}

/// The share of requests that may be slower than the limit of a 95th percentile.
const SLOW: f64 = 0.05;

impl Gates {
    /// Checks every gate.
    ///
    /// # Errors
    /// A gate outside its domain.
    pub fn check(&self) -> Result<()> {
        let wrong = |name, value: String, rule| {
            Err(ml_data::Error::parameter("Gates", name, value, rule).into())
        };
        if self.judge_from == 0 || self.min_requests < self.judge_from {
            let (from, min) = (self.judge_from, self.min_requests);
            let value = format!("judge_from {from}, min_requests {min}");
            return wrong("gates", value, "1 <= judge_from <= min_requests");
        }
        for (name, value) in [
            ("error_margin", self.error_margin),
            ("error_rate_max", self.error_rate_max),
            ("conversion_margin", self.conversion_margin),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return wrong(name, value.to_string(), "in [0, 1]");
            }
        }
        if self.p95_max_ms.is_nan() || self.p95_max_ms <= 0.0 {
            return wrong("p95_max_ms", self.p95_max_ms.to_string(), "above 0");
        }
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return wrong("alpha", self.alpha.to_string(), "in (0, 1)");
        }
        Ok(())
    }

    /// Gates that can break.
    fn in_use(&self) -> usize {
        let can = [
            self.error_margin < 1.0,
            self.error_rate_max < 1.0,
            self.p95_max_ms < f64::INFINITY,
            self.conversion_margin < 1.0,
        ];
        can.iter().filter(|can| **can).count()
    }

    /// Level of each test of a rollout of so many stages: Bonferroni's bound over stages and gates.
    pub(super) fn level(&self, stages: usize) -> f64 {
        self.alpha / (stages.max(1) * self.in_use().max(1)) as f64
    }
}

/// One look at both arms.
pub(super) struct GateCheck<'a> {
    pub gates: &'a Gates,
    pub control: &'a Health,
    pub challenger: &'a Health,
    /// True when the control runs at the same time.
    pub concurrent: bool,
    /// Level of each test.
    pub level: f64,
}

impl GateCheck<'_> {
    /// The gates that are broken, in sentences.
    pub(super) fn broken(&self) -> Result<Vec<String>> {
        let gates = [
            self.more_errors()?,
            self.too_many()?,
            self.slow()?,
            self.conversion()?,
        ];
        Ok(gates.into_iter().flatten().collect())
    }

    fn users(&self) -> Option<[&super::health::UserClusters; 2]> {
        let by_user = by_user(self.control, self.challenger);
        by_user.filter(|_| self.gates.unit == Unit::User)
    }

    /// The words, with p-value and level, if the evidence is enough.
    fn sentence(&self, evidence: Evidence, words: impl FnOnce() -> String) -> Option<String> {
        let (p, level) = (evidence.p_value(), self.level);
        evidence
            .rejects(level)
            .then(|| format!("{} (p = {p:.1e} at any look, level {level:.1e})", words()))
    }

    fn more_errors(&self) -> Result<Option<String>> {
        let (a, b, margin) = (self.control, self.challenger, self.gates.error_margin);
        let users = self.users().map(|[a, b]| [a.errors, b.errors]);
        let effect = users.map_or(1.0, |arms| Clusters::design_effect(&arms));
        let (control, challenger) = (a.failed()?, b.failed()?);
        let evidence = clustered(effect, |by| {
            let (control, challenger) = (control.effective(by), challenger.effective(by));
            Ok(ShareTest::default().above(control, challenger, margin)?)
        })?;
        Ok(self.sentence(evidence, || {
            let (rate, other) = (b.error_rate() * 100.0, a.error_rate() * 100.0);
            let (n, m, points) = (b.requests, a.requests, margin * 100.0);
            format!(
                "{rate:.2} % of {n} requests failed against {other:.2} % of the control's {m}, \
                 over {points:.2} points more"
            )
        }))
    }

    fn too_many(&self) -> Result<Option<String>> {
        let (b, max) = (self.challenger, self.gates.error_rate_max);
        let effect = self.users().map(|[_, b]| b.errors);
        let evidence = above(b.failed()?, effect, max)?;
        Ok(self.sentence(evidence, || {
            let (rate, n, max) = (b.error_rate() * 100.0, b.requests, max * 100.0);
            format!("{rate:.2} % of {n} requests failed; at most {max:.2} % may")
        }))
    }

    fn slow(&self) -> Result<Option<String>> {
        let (b, max) = (self.challenger, self.gates.p95_max_ms);
        let effect = self.users().map(|[_, b]| b.slow);
        let evidence = above(b.late()?, effect, SLOW)?;
        Ok(self.sentence(evidence, || {
            let (p95, rate, n) = (b.p95_ms, b.slow_rate() * 100.0, b.requests);
            format!(
                "p95 latency is {p95:.1} ms; at most {max:.1} ms allowed: \
                 {rate:.2} % of {n} requests took longer"
            )
        }))
    }

    fn conversion(&self) -> Result<Option<String>> {
        if !self.concurrent {
            return Ok(None);
        }
        let margin = self.gates.conversion_margin;
        let unit = |arm: &Health| Health {
            by_user: arm.by_user.filter(|_| self.gates.unit == Unit::User),
            ..*arm
        };
        let (a, b) = (unit(self.control), unit(self.challenger));
        let evidence = always_valid_inferiority(&a, &b, margin)?;
        Ok(self.sentence(evidence, || {
            let (b, a, margin) = (
                b.conversion() * 100.0,
                a.conversion() * 100.0,
                margin * 100.0,
            );
            format!("conversion {b:.2} % is below {a:.2} % by more than {margin:.2} points")
        }))
    }
}

/// The evidence of effective counts, and never more than that of the plain ones: so the level by
/// request is kept exactly.
fn clustered(effect: f64, test: impl Fn(f64) -> Result<Evidence>) -> Result<Evidence> {
    Ok(test(1.0)?.weakest(test(effect)?))
}

fn above(share: Share, users: Option<Clusters>, limit: f64) -> Result<Evidence> {
    let effect = users.map_or(1.0, |arm| Clusters::design_effect(&[arm]));
    clustered(effect, |by| {
        Ok(ShareTest::default().above_limit(share.effective(by), limit)?)
    })
}
