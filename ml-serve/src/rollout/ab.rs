//! Two versions side by side at a fixed share.

use super::health::{Health, Inferiority, always_valid_inferiority, inferiority};
use super::ledger::{ArmServices, Ledger, LedgerOptions, lock};
use super::route::{Arm, Route};
use crate::error::Result;
use crate::recommend::{Recommend, Request, Response};
use ml_data::event::{Action, OutcomeEvent};
use ml_eval::sequential::{Evidence, Unit};
use std::fmt;
use std::sync::{Arc, Mutex};

/// Two versions side by side at a fixed share, each user always on the same one.
///
/// Two tests of the same question, whether the challenger converts worse by more than a margin:
/// - [`inferiority`](Self::inferiority), for one look at a size that was chosen beforehand;
/// - [`always_valid`](Self::always_valid), for as many looks as one likes: dashboards, alarms,
///   stopping early.
///
/// Looking often and stopping at the first p-value below .05 of the former gives false alarms in a
/// third of the experiments.
///
/// # Level
/// Users are the unit of observation ([`Unit::User`], see [`unit`](Self::unit)). With five visits a
/// user whose propensities differ by 1 or 1.5 on the logit, a challenger that converts as the
/// control does is called worse at the level asked for; simulated in `rollout/simulate.rs`.
pub struct AbTest {
    arms: ArmServices,
    route: Route,
    counting: LedgerOptions,
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
            arms: ArmServices {
                control,
                challenger,
            },
            route,
            counting: LedgerOptions::default(),
            ledger: Mutex::default(),
        }
    }

    /// Sets what is one observation (default: by user). Counts begin anew.
    #[must_use]
    pub fn unit(self, unit: Unit) -> Self {
        let users = match unit {
            Unit::User => LedgerOptions::default().users,
            Unit::Request => None,
        };
        self.counting(|counting| counting.users = users)
    }
    /// Sets how many users are told apart (default
    /// [`COUNTED_USERS`](crate::limits::COUNTED_USERS)); the tests are over the first so many.
    /// Counts begin anew.
    #[must_use]
    pub fn users(self, most: usize) -> Self {
        self.counting(|counting| counting.users = Some(most))
    }
    /// Sets how many answers wait for their outcome (default
    /// [`WAITING_ANSWERS`](crate::limits::WAITING_ANSWERS)). Counts begin anew.
    #[must_use]
    pub fn waiting(self, answers: usize) -> Self {
        self.counting(|counting| counting.waiting = answers)
    }
    fn counting(mut self, set: impl FnOnce(&mut LedgerOptions)) -> Self {
        set(&mut self.counting);
        self.ledger = Mutex::new(Ledger::new(self.counting));
        self
    }

    /// Counts an outcome; a purchase is a conversion of the request it names, once. False when it
    /// counts nothing.
    pub fn outcome(&self, outcome: &OutcomeEvent) -> bool {
        outcome.action == Action::Purchase
            && lock(&self.ledger).record_conversion(outcome.request_id)
    }
    /// Counts so far: control, challenger.
    pub fn health(&self) -> (Health, Health) {
        let ledger = lock(&self.ledger);
        (ledger.health(Arm::Control), ledger.health(Arm::Challenger))
    }
    /// Test of whether the challenger converts worse by more than a margin, looked at once: see
    /// [`inferiority`].
    pub fn inferiority(&self, margin: f64) -> Option<Inferiority> {
        let (control, challenger) = self.health();
        inferiority(&control, &challenger, margin)
    }
    /// Test of whether the challenger converts worse by more than a margin, looked at as often as
    /// one likes: see [`always_valid_inferiority`].
    ///
    /// # Errors
    /// A margin outside [-1, 1].
    pub fn always_valid(&self, margin: f64) -> Result<Evidence> {
        let (control, challenger) = self.health();
        always_valid_inferiority(&control, &challenger, margin)
    }
}

impl Recommend for AbTest {
    fn recommend(&self, request: &Request) -> Result<Response> {
        let user = self.route.hash(&request.user_id);
        let arm = self.route.at(user);
        self.arms.ask(arm, request, |answer, took| {
            lock(&self.ledger).record_answer(arm, user, answer, took);
        })
    }
    fn version(&self) -> Option<String> {
        self.arms.control.version()
    }
}
