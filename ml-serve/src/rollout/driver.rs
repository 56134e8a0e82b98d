//! A canary at work: a route that moves, a ledger of the stage, and a judge.

use super::canary::{Canary, CanaryDecision, Verdict};
use super::health::Health;
use super::ledger::{ArmServices, Ledger, LedgerOptions, lock};
use super::route::{Arm, unit_interval, user_hash};
use crate::error::Result;
use crate::recommend::{Recommend, Request, Response};
use ml_data::event::{Action, OutcomeEvent};
use ml_eval::sequential::Unit;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// State of a rollout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RolloutPhase {
    /// The challenger has this share of users.
    Running {
        /// The share.
        share: f64,
    },
    /// The last stage was passed: the challenger has all users, and can become the champion.
    Completed,
    /// A gate broke: the control has all users again.
    RolledBack,
}

impl RolloutPhase {
    /// The challenger's share of users.
    pub fn share(&self) -> f64 {
        match self {
            Self::Running { share } => *share,
            Self::Completed => 1.0,
            Self::RolledBack => 0.0,
        }
    }
}

impl fmt::Display for RolloutPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running { share } => write!(f, "running at {:.0} %", share * 100.0),
            Self::Completed => f.write_str("completed"),
            Self::RolledBack => f.write_str("rolled back"),
        }
    }
}

/// A change of the challenger's share. Prints as one line.
///
/// ```
/// use ml_serve::rollout::{RolloutPhase, RolloutStep};
/// let reasons = vec!["20.00 % of 30 requests failed; at most 1.00 % may".to_string()];
/// let (at, to) = ("2024-06-15T10:30:00Z".into(), RolloutPhase::RolledBack);
/// let step = RolloutStep { at, from: 0.05, to, reasons };
/// let text = "5 % -> rolled back: 20.00 % of 30 requests failed; at most 1.00 % may";
/// assert_eq!(step.to_string(), text);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RolloutStep {
    /// Moment, ISO 8601 in UTC.
    pub at: String,
    /// The share before.
    pub from: f64,
    /// The phase it went to.
    pub to: RolloutPhase,
    /// Reasons of the step.
    pub reasons: Vec<String>,
}

impl fmt::Display for RolloutStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = self.reasons.join("; ");
        write!(f, "{:.0} % -> {}: {reasons}", self.from * 100.0, self.to)
    }
}

struct RolloutState {
    stage: usize,
    phase: RolloutPhase,
    stage_began: Instant,
    unjudged: u64,
    ledger: Ledger,
    /// The control of the last stage that had one, for the stage in which it has no traffic.
    last_control: Health,
    steps: Vec<RolloutStep>,
}

type OnStep = Box<dyn Fn(&RolloutStep) + Send + Sync>;

/// A canary at work: routes by the present stage, counts, and every so many requests advances or
/// rolls back by itself.
pub struct CanaryRollout {
    arms: ArmServices,
    canary: Canary,
    salt: String,
    counting: LedgerOptions,
    judge_every: u64,
    min_stage: Duration,
    on_step: Option<OnStep>,
    state: Mutex<RolloutState>,
}

impl fmt::Debug for CanaryRollout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (phase, canary) = (self.phase(), &self.canary);
        f.debug_struct("CanaryRollout")
            .field("phase", &phase)
            .field("canary", canary)
            .finish_non_exhaustive()
    }
}

impl CanaryRollout {
    /// Begins at the first stage. `salt` names the rollout: another salt puts other users first.
    ///
    /// # Errors
    /// As [`Canary::check`].
    pub fn new(
        control: Arc<dyn Recommend>,
        challenger: Arc<dyn Recommend>,
        canary: Canary,
        salt: impl Into<String>,
    ) -> Result<Self> {
        canary.check()?;
        let counting = LedgerOptions {
            slow_ms: canary.limits().p95_max_ms,
            users: match canary.limits().unit {
                Unit::User => LedgerOptions::default().users,
                Unit::Request => None,
            },
            ..LedgerOptions::default()
        };
        let state = RolloutState {
            stage: 0,
            phase: RolloutPhase::Running {
                share: canary.shares()[0],
            },
            stage_began: Instant::now(),
            unjudged: 0,
            ledger: Ledger::new(counting),
            last_control: Health::default(),
            steps: Vec::new(),
        };
        Ok(Self {
            arms: ArmServices {
                control,
                challenger,
            },
            canary,
            salt: salt.into(),
            counting,
            judge_every: 10,
            min_stage: Duration::ZERO,
            on_step: None,
            state: Mutex::new(state),
        })
    }

    /// Sets how many users are told apart in a stage (default
    /// [`COUNTED_USERS`](crate::limits::COUNTED_USERS)): the tests by user are over the first so
    /// many. Counts begin anew; without effect by request.
    #[must_use]
    pub fn users(self, most: usize) -> Self {
        self.counting(|counting| counting.users = counting.users.map(|_| most))
    }
    /// Sets how many answers wait for their outcome (default
    /// [`WAITING_ANSWERS`](crate::limits::WAITING_ANSWERS)). Counts begin anew.
    #[must_use]
    pub fn waiting(self, answers: usize) -> Self {
        self.counting(|counting| counting.waiting = answers)
    }
    fn counting(mut self, set: impl FnOnce(&mut LedgerOptions)) -> Self {
        set(&mut self.counting);
        lock(&self.state).ledger = Ledger::new(self.counting);
        self
    }
    /// Judges after this many requests of the challenger (default 10; 0 only when
    /// [`judge`](Self::judge) is called). The level of the [gates](super::Gates) holds for any
    /// number.
    #[must_use]
    pub fn judge_every(mut self, requests: u64) -> Self {
        self.judge_every = requests;
        self
    }
    /// Least time that a stage lasts (default no limit; a week in most shops). Rolling back never
    /// waits.
    #[must_use]
    pub fn stage_at_least(mut self, time: Duration) -> Self {
        self.min_stage = time;
        self
    }
    /// Called at every change of share: to move an alias, to tell somebody.
    #[must_use]
    pub fn on_step(mut self, call: impl Fn(&RolloutStep) + Send + Sync + 'static) -> Self {
        self.on_step = Some(Box::new(call));
        self
    }

    /// The state of the rollout.
    pub fn phase(&self) -> RolloutPhase {
        lock(&self.state).phase
    }
    /// All changes of share, oldest first.
    pub fn steps(&self) -> Vec<RolloutStep> {
        lock(&self.state).steps.clone()
    }
    /// Counts of this stage: control, challenger.
    pub fn health(&self) -> (Health, Health) {
        let state = lock(&self.state);
        let ledger = &state.ledger;
        (ledger.health(Arm::Control), ledger.health(Arm::Challenger))
    }
    /// Counts an outcome; a purchase is a conversion of the request it names, once, if that was of
    /// this stage. False when it counts nothing.
    pub fn outcome(&self, outcome: &OutcomeEvent) -> bool {
        outcome.action == Action::Purchase
            && lock(&self.state)
                .ledger
                .record_conversion(outcome.request_id)
    }

    /// Decides now and applies the decision.
    pub fn judge(&self) -> Verdict {
        let mut state = lock(&self.state);
        state.unjudged = 0;
        let RolloutPhase::Running { share } = state.phase else {
            return Verdict {
                decision: CanaryDecision::Hold,
                reasons: vec!["the rollout is over".into()],
            };
        };
        // With all traffic the challenger has no control beside it: errors are compared with those
        // of the stage before.
        let concurrent = share < 1.0;
        let control = if concurrent {
            state.ledger.health(Arm::Control)
        } else {
            state.last_control
        };
        let challenger = state.ledger.health(Arm::Challenger);
        let mut verdict = self.canary.judge(&control, &challenger, concurrent);
        if verdict.decision == CanaryDecision::Advance
            && state.stage_began.elapsed() < self.min_stage
        {
            verdict.decision = CanaryDecision::Hold;
            verdict
                .reasons
                .push("the stage has not lasted long enough".into());
        }
        let next = match verdict.decision {
            CanaryDecision::Hold => return verdict,
            CanaryDecision::RollBack => RolloutPhase::RolledBack,
            CanaryDecision::Advance => {
                state.stage += 1;
                self.canary
                    .shares()
                    .get(state.stage)
                    .map_or(RolloutPhase::Completed, |s| RolloutPhase::Running {
                        share: *s,
                    })
            }
        };
        self.enter(state, share, next, control, verdict.reasons.clone());
        verdict
    }

    /// Rolls back for a reason from outside; false when the rollout is over.
    pub(super) fn roll_back(&self, reason: String) -> bool {
        let state = lock(&self.state);
        let RolloutPhase::Running { share } = state.phase else {
            return false;
        };
        let control = state.ledger.health(Arm::Control);
        self.enter(
            state,
            share,
            RolloutPhase::RolledBack,
            control,
            vec![reason],
        );
        true
    }

    /// Goes to the next phase, and tells.
    fn enter(
        &self,
        mut state: MutexGuard<'_, RolloutState>,
        from: f64,
        next: RolloutPhase,
        control: Health,
        reasons: Vec<String>,
    ) {
        let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let step = RolloutStep {
            at,
            from,
            to: next,
            reasons,
        };
        (state.phase, state.stage_began, state.last_control) = (next, Instant::now(), control);
        state.ledger = Ledger::new(self.counting);
        state.steps.push(step.clone());
        drop(state);
        let (from, to, reasons) = (step.from, step.to.share(), &step.reasons);
        tracing::info!(from, to, ?reasons, "the challenger's share changed");
        if let Some(call) = &self.on_step {
            call(&step);
        }
    }

    /// Counts an answer; true when it is time to judge.
    fn count(&self, of: &RoutedRequest, answer: &Result<Response>, took: Duration) -> bool {
        let mut state = lock(&self.state);
        // An answer begun in an earlier stage belongs to no count.
        if state.stage != of.stage || !matches!(state.phase, RolloutPhase::Running { .. }) {
            return false;
        }
        state.ledger.record_answer(of.arm, of.user, answer, took);
        state.unjudged += u64::from(of.arm == Arm::Challenger);
        self.judge_every > 0 && state.unjudged >= self.judge_every
    }
}

/// A request under way.
struct RoutedRequest {
    stage: usize,
    arm: Arm,
    user: u64,
}

impl Recommend for CanaryRollout {
    fn recommend(&self, request: &Request) -> Result<Response> {
        let (stage, share) = {
            let state = lock(&self.state);
            (state.stage, state.phase.share())
        };
        let user = user_hash(&self.salt, &request.user_id);
        let arm = if unit_interval(user) < share {
            Arm::Challenger
        } else {
            Arm::Control
        };
        let (of, mut due) = (RoutedRequest { stage, arm, user }, false);
        let answer = self.arms.ask(arm, request, |answer, took| {
            due = self.count(&of, answer, took);
        });
        if due {
            self.judge();
        }
        answer
    }
    fn version(&self) -> Option<String> {
        match self.phase() {
            RolloutPhase::Completed => self.arms.challenger.version(),
            _ => self.arms.control.version(),
        }
    }
}
