//! Counts of the requests of two arms.

use super::health::{Health, UserClusters};
use super::latencies::LatencyWindow;
use super::route::Arm;
use crate::error::Result;
use crate::limits::{COUNTED_USERS, WAITING_ANSWERS};
use crate::recommend::{Recommend, Request, Response, panic_text};
use ml_eval::sequential::Clusters;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
struct ArmCounts {
    requests: u64,
    errors: u64,
    slow: u64,
    conversions: u64,
    latencies: LatencyWindow,
    by_user: UserClusters,
}

/// Totals of one user.
#[derive(Debug, Default, Clone, Copy)]
struct UserCounts {
    requests: u32,
    errors: u32,
    slow: u32,
    conversions: u32,
}

impl UserCounts {
    fn answered(self) -> u32 {
        self.requests - self.errors
    }
}

/// Exchanges the totals of a user in a sum; a user without x is not in it.
fn replace_totals(sums: &mut Clusters, before: (u32, u32), now: (u32, u32)) {
    let pair = |(x, y): (u32, u32)| (f64::from(x), f64::from(y));
    match (before.0, now.0) {
        (_, 0) => {}
        (0, _) => sums.add(pair(now).0, pair(now).1),
        _ => sums.change(pair(before), pair(now)),
    }
}

impl UserClusters {
    fn replace_user(&mut self, before: UserCounts, now: UserCounts) {
        let pairs = |v: UserCounts| {
            [
                (v.requests, v.errors),
                (v.requests, v.slow),
                (v.answered(), v.conversions),
            ]
        };
        let sums = [&mut self.errors, &mut self.slow, &mut self.conversions];
        for ((sums, before), now) in sums.into_iter().zip(pairs(before)).zip(pairs(now)) {
            replace_totals(sums, before, now);
        }
    }
}

/// Settings of a ledger.
#[derive(Debug, Clone, Copy)]
pub(super) struct LedgerOptions {
    /// A request that takes longer is slow.
    pub slow_ms: f64,
    /// Answers that may wait.
    pub waiting: usize,
    /// Users that are told apart; `None` counts by request.
    pub users: Option<usize>,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self {
            slow_ms: f64::INFINITY,
            waiting: WAITING_ANSWERS,
            users: Some(COUNTED_USERS),
        }
    }
}

/// Counts of both arms. A user is named by the hash that routes; each user is in one arm.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    options: LedgerOptions,
    control: ArmCounts,
    challenger: ArmCounts,
    waiting: HashMap<u64, (Arm, u64)>,
    order: VecDeque<u64>,
    users: HashMap<u64, UserCounts>,
}

impl Ledger {
    pub(super) fn new(options: LedgerOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    fn arm_mut(&mut self, arm: Arm) -> &mut ArmCounts {
        match arm {
            Arm::Control => &mut self.control,
            Arm::Challenger => &mut self.challenger,
        }
    }

    pub(super) fn health(&self, arm: Arm) -> Health {
        let side = match arm {
            Arm::Control => &self.control,
            Arm::Challenger => &self.challenger,
        };
        Health {
            requests: side.requests,
            errors: side.errors,
            slow: side.slow,
            p95_ms: side.latencies.p95(),
            conversions: side.conversions,
            by_user: self.options.users.map(|_| side.by_user),
        }
    }

    /// Counts an answer. A request that could not be used says nothing about the version.
    pub(super) fn record_answer(
        &mut self,
        arm: Arm,
        user: u64,
        answer: &Result<Response>,
        took: Duration,
    ) {
        if answer.as_ref().is_err_and(crate::Error::is_request) {
            return;
        }
        let ms = took.as_secs_f64() * 1e3;
        let (failed, slow) = (answer.is_err(), ms > self.options.slow_ms);
        let side = self.arm_mut(arm);
        side.requests += 1;
        side.errors += u64::from(failed);
        side.slow += u64::from(slow);
        side.latencies.push(ms);
        self.count_user(arm, user, |visits| {
            visits.requests += 1;
            visits.errors += u32::from(failed);
            visits.slow += u32::from(slow);
        });
        if let Ok(answer) = answer {
            self.await_outcome(answer.trace.request_id, arm, user);
        }
    }

    fn await_outcome(&mut self, request_id: u64, arm: Arm, user: u64) {
        if self.order.len() >= self.options.waiting {
            self.order.pop_front().map(|old| self.waiting.remove(&old));
        }
        self.order.push_back(request_id);
        self.waiting.insert(request_id, (arm, user));
    }

    /// Changes the totals of a user, who is new or known, if there is room.
    fn count_user(&mut self, arm: Arm, user: u64, by: impl FnOnce(&mut UserCounts)) {
        let room = self
            .options
            .users
            .is_some_and(|most| self.users.len() < most);
        let visits = match self.users.get_mut(&user) {
            Some(visits) => visits,
            None if room => self.users.entry(user).or_default(),
            None => return,
        };
        let before = *visits;
        by(visits);
        let now = *visits;
        self.arm_mut(arm).by_user.replace_user(before, now);
    }

    /// Counts the conversion of a request; false when it counts nothing.
    pub(super) fn record_conversion(&mut self, request_id: u64) -> bool {
        let Some((arm, user)) = self.waiting.remove(&request_id) else {
            return false;
        };
        self.arm_mut(arm).conversions += 1;
        // only of users that were taken when they came
        if self.users.contains_key(&user) {
            self.count_user(arm, user, |visits| visits.conversions += 1);
        }
        true
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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

/// The two versions.
pub(super) struct ArmServices {
    pub control: Arc<dyn Recommend>,
    pub challenger: Arc<dyn Recommend>,
}

impl ArmServices {
    /// Asks an arm and counts what came of it; a challenger that fails leaves the answer to the
    /// control.
    pub(super) fn ask(
        &self,
        arm: Arm,
        request: &Request,
        count: impl FnOnce(&Result<Response>, Duration),
    ) -> Result<Response> {
        let service = match arm {
            Arm::Control => &self.control,
            Arm::Challenger => &self.challenger,
        };
        let (answer, took) = timed(&**service, request);
        count(&answer, took);
        match answer {
            Err(e) if arm == Arm::Challenger && !e.is_request() => self.control.recommend(request),
            answer => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fake;

    const MS: Duration = Duration::from_millis(1);

    fn answer(id: u64) -> Result<Response> {
        let mut answer = fake("v", |_| Some(vec!["p"])).recommend(&Request::new("u"))?;
        answer.trace.request_id = id;
        Ok(answer)
    }

    fn failure() -> Result<Response> {
        Err(crate::Error::NotReady)
    }

    fn ledger(waiting: usize, users: usize) -> Ledger {
        Ledger::new(LedgerOptions {
            slow_ms: 200.0,
            waiting,
            users: Some(users),
        })
    }

    #[test]
    fn slow_is_what_takes_longer_than_the_limit() {
        let mut l = ledger(9, 9);
        for took in [MS, 200 * MS, 200 * MS + Duration::from_micros(1), 900 * MS] {
            l.record_answer(Arm::Challenger, 1, &answer(1), took);
        }
        l.record_answer(Arm::Challenger, 2, &failure(), 300 * MS);
        let health = l.health(Arm::Challenger);
        assert_eq!((health.requests, health.slow, health.errors), (5, 3, 1));
        assert_eq!(health.p95_ms, 900.0);
        let slow = health.by_user.unwrap().slow;
        assert_eq!((slow.users(), slow.x(), slow.y()), (2, 5.0, 3.0));
        assert_eq!(l.health(Arm::Control).requests, 0);
    }

    /// By hand: user 1 has 3 requests, 1 error, 2 answers, 1 conversion; user 2 an error alone;
    /// user 3 is of the other arm.
    #[test]
    fn sums_by_user_are_those_of_the_users() {
        let mut l = ledger(9, 9);
        l.record_answer(Arm::Control, 1, &answer(10), MS);
        l.record_answer(Arm::Control, 1, &failure(), MS);
        l.record_answer(Arm::Control, 2, &failure(), MS);
        l.record_answer(Arm::Control, 1, &answer(11), MS);
        l.record_answer(Arm::Challenger, 3, &answer(12), MS);
        assert!(l.record_conversion(11) && !l.record_conversion(11) && !l.record_conversion(99));
        let of = |pairs: &[(f64, f64)]| {
            let mut sums = Clusters::default();
            pairs.iter().for_each(|(x, y)| sums.add(*x, *y));
            sums
        };
        let control = l.health(Arm::Control);
        let expected = UserClusters {
            errors: of(&[(3.0, 1.0), (1.0, 1.0)]),
            slow: of(&[(3.0, 0.0), (1.0, 0.0)]),
            conversions: of(&[(2.0, 1.0)]),
        };
        assert_eq!(control.by_user, Some(expected));
        assert_eq!(
            (control.requests, control.errors, control.conversions),
            (4, 2, 1)
        );
        let challenger = l.health(Arm::Challenger);
        assert_eq!(challenger.by_user.unwrap().conversions, of(&[(1.0, 0.0)]));
    }

    #[test]
    fn of_waiting_answers_the_oldest_is_forgotten_first() {
        let mut l = ledger(3, 9);
        (0..5).for_each(|id| l.record_answer(Arm::Control, id, &answer(id), MS));
        let converted: Vec<bool> = (0..5).map(|id| l.record_conversion(id)).collect();
        assert_eq!(converted, [false, false, true, true, true]);
        assert_eq!((l.waiting.len(), l.order.len()), (0, 3));
        let mut l = Ledger::default();
        let one = answer(0);
        for id in 0..=WAITING_ANSWERS as u64 {
            let mut answer = one.as_ref().ok().cloned();
            if let Some(answer) = &mut answer {
                answer.trace.request_id = id;
            }
            l.record_answer(
                Arm::Control,
                id % 7,
                &answer.ok_or(crate::Error::NotReady),
                MS,
            );
        }
        assert!(
            !l.record_conversion(0) && l.record_conversion(1),
            "100,001 answers"
        );
        assert_eq!(l.order.len(), 100_000);
    }

    #[test]
    fn a_user_past_the_limit_converts_by_request_alone() {
        let mut l = ledger(9, 1);
        l.record_answer(Arm::Control, 1, &answer(1), MS);
        l.record_answer(Arm::Control, 2, &answer(2), MS);
        assert!(l.record_conversion(2) && l.record_conversion(1));
        let control = l.health(Arm::Control);
        assert_eq!((control.requests, control.conversions), (2, 2));
        let sums = control.by_user.unwrap().conversions;
        assert_eq!((sums.users(), sums.x(), sums.y()), (1, 1.0, 1.0));
    }
}
