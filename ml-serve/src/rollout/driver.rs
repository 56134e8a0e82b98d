//! Two services, a route between them, and a ledger of what came of it.

use super::canary::{Canary, Decision, Verdict};
use super::health::{Health, Inferiority, Latencies, inferiority};
use super::route::{Arm, Route};
use crate::error::Result;
use crate::recommend::{Recommend, Request, Response, panic_text};
use ml_data::event::{Action, OutcomeEvent};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many answers wait for their outcome; the oldest is forgotten first.
const WAITING: usize = 100_000;

#[derive(Debug, Default)]
struct Side {
    requests: u64,
    errors: u64,
    conversions: u64,
    latencies: Latencies,
}

impl Side {
    fn health(&self) -> Health {
        let p95_ms = self.latencies.p95();
        Health {
            requests: self.requests,
            errors: self.errors,
            p95_ms,
            conversions: self.conversions,
        }
    }
}

#[derive(Debug, Default)]
struct Ledger {
    control: Side,
    challenger: Side,
    waiting: HashMap<u64, Arm>,
    order: VecDeque<u64>,
}

impl Ledger {
    fn side(&mut self, arm: Arm) -> &mut Side {
        match arm {
            Arm::Control => &mut self.control,
            Arm::Challenger => &mut self.challenger,
        }
    }

    /// Counts an answer. A request that could not be used says nothing about the version.
    fn enter(&mut self, arm: Arm, answer: &Result<Response>, took: Duration) {
        if answer.as_ref().is_err_and(crate::Error::is_request) {
            return;
        }
        let side = self.side(arm);
        side.requests += 1;
        side.latencies.push(took.as_secs_f64() * 1e3);
        match answer {
            Err(_) => side.errors += 1,
            Ok(answer) => {
                if self.order.len() >= WAITING {
                    self.order.pop_front().map(|old| self.waiting.remove(&old));
                }
                self.order.push_back(answer.trace.request_id);
                self.waiting.insert(answer.trace.request_id, arm);
            }
        }
    }

    fn converted(&mut self, request_id: u64) -> bool {
        let Some(arm) = self.waiting.remove(&request_id) else {
            return false;
        };
        self.side(arm).conversions += 1;
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks a service, timed; a panic becomes an error.
pub(super) fn timed(service: &dyn Recommend, request: &Request) -> (Result<Response>, Duration) {
    let started = Instant::now();
    let answer = catch_unwind(AssertUnwindSafe(|| service.recommend(request)));
    let answer = answer.unwrap_or_else(|panic| {
        let tried = vec![("service".into(), panic_text(&*panic))];
        Err(crate::Error::NoAnswer { tried })
    });
    (answer, started.elapsed())
}

/// Routes, asks, counts; a challenger that fails leaves the answer to the control.
fn ask(
    pair: &Pair,
    arm: Arm,
    request: &Request,
    count: impl FnOnce(Arm, &Result<Response>, Duration),
) -> Result<Response> {
    let service = if arm == Arm::Control {
        &pair.control
    } else {
        &pair.challenger
    };
    let (answer, took) = timed(&**service, request);
    count(arm, &answer, took);
    match answer {
        Err(e) if arm == Arm::Challenger && !e.is_request() => pair.control.recommend(request),
        answer => answer,
    }
}

struct Pair {
    control: Arc<dyn Recommend>,
    challenger: Arc<dyn Recommend>,
}

/// Two versions side by side at a fixed share, each user always on the same one.
pub struct AbTest {
    pair: Pair,
    route: Route,
    ledger: Mutex<Ledger>,
}

impl fmt::Debug for AbTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbTest")
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}

impl AbTest {
    /// Splits between two services.
    pub fn new(control: Arc<dyn Recommend>, challenger: Arc<dyn Recommend>, route: Route) -> Self {
        Self {
            pair: Pair {
                control,
                challenger,
            },
            route,
            ledger: Mutex::default(),
        }
    }
    /// Counts an outcome; a purchase is a conversion of the request it names, once. False when it counts nothing.
    pub fn outcome(&self, outcome: &OutcomeEvent) -> bool {
        outcome.action == Action::Purchase && lock(&self.ledger).converted(outcome.request_id)
    }
    /// What was counted: control, challenger.
    pub fn health(&self) -> (Health, Health) {
        let ledger = lock(&self.ledger);
        (ledger.control.health(), ledger.challenger.health())
    }
    /// Whether the challenger converts worse by more than a margin; see [`inferiority`].
    pub fn inferiority(&self, margin: f64) -> Option<Inferiority> {
        let (control, challenger) = self.health();
        inferiority(&control, &challenger, margin)
    }
}

impl Recommend for AbTest {
    fn recommend(&self, request: &Request) -> Result<Response> {
        let arm = self.route.arm(&request.user_id);
        ask(&self.pair, arm, request, |arm, answer, took| {
            lock(&self.ledger).enter(arm, answer, took);
        })
    }
    fn version(&self) -> Option<String> {
        self.pair.control.version()
    }
}

/// How far a rollout has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
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

impl Phase {
    /// The challenger's share of users.
    pub fn share(&self) -> f64 {
        match self {
            Self::Running { share } => *share,
            Self::Completed => 1.0,
            Self::RolledBack => 0.0,
        }
    }
}

impl fmt::Display for Phase {
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
/// use ml_serve::rollout::{Phase, Step};
/// let reasons = vec!["20.00 % of 30 requests failed; at most 1.00 % may".to_string()];
/// let step = Step { at: "2024-06-15T10:30:00Z".into(), from: 0.05, to: Phase::RolledBack, reasons };
/// assert_eq!(step.to_string(), "5 % -> rolled back: 20.00 % of 30 requests failed; at most 1.00 % may");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// When, ISO 8601 in UTC.
    pub at: String,
    /// The share before.
    pub from: f64,
    /// The phase it went to.
    pub to: Phase,
    /// Why.
    pub reasons: Vec<String>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = self.reasons.join("; ");
        write!(f, "{:.0} % -> {}: {reasons}", self.from * 100.0, self.to)
    }
}

struct State {
    stage: usize,
    phase: Phase,
    began: Instant,
    unchecked: u64,
    ledger: Ledger,
    /// The control of an earlier stage, for stages in which it has too little traffic of its own.
    earlier: Health,
    steps: Vec<Step>,
}

type OnStep = Box<dyn Fn(&Step) + Send + Sync>;

/// A canary at work: routes by the present stage, counts, and every so many requests advances or rolls back by itself.
pub struct CanaryRollout {
    pair: Pair,
    canary: Canary,
    salt: String,
    every: u64,
    at_least: Duration,
    on_step: Option<OnStep>,
    state: Mutex<State>,
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
        let state = State {
            stage: 0,
            phase: Phase::Running {
                share: canary.shares()[0],
            },
            began: Instant::now(),
            unchecked: 0,
            ledger: Ledger::default(),
            earlier: Health::default(),
            steps: Vec::new(),
        };
        Ok(Self {
            pair: Pair {
                control,
                challenger,
            },
            canary,
            salt: salt.into(),
            every: 50,
            at_least: Duration::ZERO,
            on_step: None,
            state: Mutex::new(state),
        })
    }

    /// Judges after this many requests of the challenger (default 50; 0 only when [`judge`](Self::judge) is called).
    #[must_use]
    pub fn judge_every(mut self, requests: u64) -> Self {
        self.every = requests;
        self
    }
    /// How long a stage lasts at least (default no limit; a week in most shops). Rolling back never waits.
    #[must_use]
    pub fn stage_at_least(mut self, time: Duration) -> Self {
        self.at_least = time;
        self
    }
    /// Called at every change of share: to move an alias, to tell somebody.
    #[must_use]
    pub fn on_step(mut self, call: impl Fn(&Step) + Send + Sync + 'static) -> Self {
        self.on_step = Some(Box::new(call));
        self
    }

    /// How far it has come.
    pub fn phase(&self) -> Phase {
        lock(&self.state).phase
    }
    /// All changes of share, oldest first.
    pub fn steps(&self) -> Vec<Step> {
        lock(&self.state).steps.clone()
    }
    /// What was counted in this stage: control, challenger.
    pub fn health(&self) -> (Health, Health) {
        let state = lock(&self.state);
        (
            state.ledger.control.health(),
            state.ledger.challenger.health(),
        )
    }
    /// Counts an outcome; a purchase is a conversion of the request it names, once, if that was of this stage. False when it
    /// counts nothing.
    pub fn outcome(&self, outcome: &OutcomeEvent) -> bool {
        outcome.action == Action::Purchase && lock(&self.state).ledger.converted(outcome.request_id)
    }

    /// Decides now and applies the decision.
    pub fn judge(&self) -> Verdict {
        let mut state = lock(&self.state);
        state.unchecked = 0;
        let Phase::Running { share } = state.phase else {
            return Verdict {
                decision: Decision::Hold,
                reasons: vec!["the rollout is over".into()],
            };
        };
        let (own, challenger) = (
            state.ledger.control.health(),
            state.ledger.challenger.health(),
        );
        let control = if own.requests >= state.earlier.requests {
            own
        } else {
            state.earlier
        };
        let mut verdict = self.canary.decide(&control, &challenger);
        if verdict.decision == Decision::Advance && state.began.elapsed() < self.at_least {
            verdict.decision = Decision::Hold;
            verdict
                .reasons
                .push("the stage has not lasted long enough".into());
        }
        let next = match verdict.decision {
            Decision::Hold => return verdict,
            Decision::RollBack => Phase::RolledBack,
            Decision::Advance => {
                state.stage += 1;
                self.canary
                    .shares()
                    .get(state.stage)
                    .map_or(Phase::Completed, |s| Phase::Running { share: *s })
            }
        };
        let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let step = Step {
            at,
            from: share,
            to: next,
            reasons: verdict.reasons.clone(),
        };
        (state.phase, state.began, state.earlier) = (next, Instant::now(), control);
        state.ledger = Ledger::default();
        state.steps.push(step.clone());
        drop(state);
        tracing::info!(from = step.from, to = step.to.share(), reasons = ?step.reasons, "the challenger's share changed");
        if let Some(call) = &self.on_step {
            call(&step);
        }
        verdict
    }

    fn count(&self, arm: Arm, stage: usize, answer: &Result<Response>, took: Duration) -> bool {
        let mut state = lock(&self.state);
        // An answer begun in an earlier stage belongs to no count.
        if state.stage != stage || !matches!(state.phase, Phase::Running { .. }) {
            return false;
        }
        state.ledger.enter(arm, answer, took);
        state.unchecked += u64::from(arm == Arm::Challenger);
        self.every > 0 && state.unchecked >= self.every
    }
}

impl Recommend for CanaryRollout {
    fn recommend(&self, request: &Request) -> Result<Response> {
        let (stage, share) = {
            let state = lock(&self.state);
            (state.stage, state.phase.share())
        };
        let position = super::route::position(&self.salt, &request.user_id);
        let arm = if position < share {
            Arm::Challenger
        } else {
            Arm::Control
        };
        let mut due = false;
        let answer = ask(&self.pair, arm, request, |arm, answer, took| {
            due = self.count(arm, stage, answer, took);
        });
        if due {
            self.judge();
        }
        answer
    }
    fn version(&self) -> Option<String> {
        match self.phase() {
            Phase::Completed => self.pair.challenger.version(),
            _ => self.pair.control.version(),
        }
    }
}
