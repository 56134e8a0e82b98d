//! The canary at work: routing, counting, judging.

use super::*;
use crate::Error;
use crate::recommend::{Recommend, Request, Response};
use crate::testing::{fake, purchase};
use ml_data::event::{Action, OutcomeEvent};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

fn quick() -> Canary {
    Canary::new().gates(Gates {
        min_requests: 40,
        ..Gates::default()
    })
}

fn halves() -> Canary {
    quick().stages([0.5, 1.0])
}

fn fine(version: &'static str) -> Arc<dyn Recommend> {
    fake(version, |_| Some(vec!["p0"]))
}

fn rollout(challenger: Arc<dyn Recommend>, canary: Canary) -> CanaryRollout {
    CanaryRollout::new(fine("v1"), challenger, canary, "t").unwrap()
}

/// Users of a range ask once each; what they get.
fn ask(rollout: &CanaryRollout, users: std::ops::Range<usize>) -> Vec<Response> {
    let of = |i| rollout.recommend(&Request::new(format!("user{i}")));
    users.map(|i| of(i).unwrap()).collect()
}

fn by_challenger(answers: &[Response]) -> usize {
    let of = |a: &&Response| a.metadata.model_version == "v2";
    answers.iter().filter(of).count()
}

#[test]
fn a_healthy_canary_goes_through_all_stages() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let rollout =
        rollout(fine("v2"), quick()).on_step(move |s| heard.lock().unwrap().push(s.to.share()));
    assert_eq!(rollout.version().as_deref(), Some("v1"));
    let mut seen = 0;
    for i in 0..4000 {
        let answers = ask(&rollout, i..i + 1);
        seen += by_challenger(&answers);
        if i % 30 == 0 && rollout.outcome(&purchase(&answers[0])) {
            let again = rollout.outcome(&purchase(&answers[0]));
            assert!(!again, "a request converts once");
        }
        if rollout.phase() == RolloutPhase::Completed {
            break;
        }
    }
    assert_eq!(rollout.phase(), RolloutPhase::Completed);
    assert_eq!(*told.lock().unwrap(), [0.2, 0.5, 1.0, 1.0]);
    let from: Vec<_> = rollout.steps().iter().map(|s| s.from).collect();
    assert_eq!(from, [0.05, 0.2, 0.5, 1.0]);
    assert_eq!(seen, 160, "40 requests of the challenger a stage");
    assert_eq!(rollout.version().as_deref(), Some("v2"));
    let after = rollout.judge();
    assert_eq!(after.decision, CanaryDecision::Hold);
    assert_eq!(after.reasons, ["the rollout is over"]);
    assert_eq!(by_challenger(&ask(&rollout, 0..100)), 100);
    assert_eq!(
        rollout.health().1.requests,
        0,
        "nothing is counted any more"
    );
}

#[test]
fn a_fault_rolls_back_by_itself_and_no_shopper_notices() {
    let broken = Arc::new(AtomicBool::new(false));
    let switch = broken.clone();
    let challenger = fake("v2", move |_| {
        (!switch.load(Ordering::SeqCst)).then(|| vec!["p3"])
    });
    let rollout = rollout(challenger, quick());
    ask(&rollout, 0..1000);
    let phase = rollout.phase();
    assert!(
        phase.share() > 0.05 && phase != RolloutPhase::Completed,
        "{phase:?}"
    );
    broken.store(true, Ordering::SeqCst);
    assert!(
        ask(&rollout, 1000..2000)
            .iter()
            .all(|a| !a.recommendations.is_empty())
    );
    assert_eq!(rollout.phase(), RolloutPhase::RolledBack);
    let last = rollout.steps().pop().unwrap();
    assert!(
        last.reasons[0].contains("failed against"),
        "{:?}",
        last.reasons
    );
    assert_eq!((last.from, last.to.share()), (phase.share(), 0.0));
    broken.store(false, Ordering::SeqCst);
    assert_eq!(
        by_challenger(&ask(&rollout, 2000..2100)),
        0,
        "it stays rolled back"
    );
    assert_eq!(rollout.version().as_deref(), Some("v1"));
    assert_eq!(
        rollout.health().0.requests,
        0,
        "nothing is counted any more"
    );
}

#[test]
fn refused_requests_do_not_count_against_a_version() {
    struct Refuses;
    impl Recommend for Refuses {
        fn recommend(&self, _: &Request) -> crate::Result<Response> {
            Err(Error::request("num_recommendations", "1 to 100", "0"))
        }
        fn version(&self) -> Option<String> {
            None
        }
    }
    let rollout = rollout(Arc::new(Refuses), halves()).judge_every(0);
    let mut refused = 0;
    for i in 0..100 {
        match rollout.recommend(&Request::new(format!("user{i}"))) {
            Err(e) => refused += usize::from(e.is_request()),
            Ok(answer) => assert_eq!(answer.metadata.model_version, "v1"),
        }
    }
    assert!((30..70).contains(&refused), "{refused}");
    let (control, challenger) = rollout.health();
    assert_eq!(control.requests, 100 - refused as u64);
    assert_eq!((challenger.requests, challenger.errors), (0, 0));
    assert_eq!(challenger.by_user, Some(UserClusters::default()));
    assert_eq!(rollout.phase(), RolloutPhase::Running { share: 0.5 });
}

#[test]
fn a_stage_lasts_as_long_as_it_must() {
    let rollout = rollout(fine("v2"), halves());
    let rollout = rollout
        .stage_at_least(Duration::from_secs(3600))
        .judge_every(0);
    ask(&rollout, 0..300);
    let verdict = rollout.judge();
    assert_eq!(verdict.decision, CanaryDecision::Hold);
    let last = verdict.reasons.last().unwrap();
    assert_eq!(last, "the stage has not lasted long enough");
    assert_eq!(rollout.phase(), RolloutPhase::Running { share: 0.5 });
}

#[test]
fn it_judges_after_so_many_requests_of_the_challenger() {
    for every in [1, 25, 60] {
        let rollout = rollout(fine("v2"), halves()).judge_every(every);
        let (mut seen, mut user) = (0, 0);
        while rollout.steps().is_empty() {
            seen += by_challenger(&ask(&rollout, user..user + 1)) as u64;
            user += 1;
        }
        // the first judgement at 40 requests or more: 40, 50, 60
        assert_eq!(seen, every * 40_u64.div_ceil(every), "every {every}");
        assert!(user as u64 > seen + 10, "the control was asked, too");
    }
    let never = rollout(fine("v2"), halves()).judge_every(0);
    ask(&never, 0..500);
    assert!(never.steps().is_empty());
}

#[test]
fn only_purchases_of_this_stage_are_conversions() {
    let rollout = rollout(fine("v2"), halves()).judge_every(0);
    let answers = ask(&rollout, 0..200);
    let of = |action| OutcomeEvent {
        action,
        ..purchase(&answers[0])
    };
    for other in [Action::Click, Action::Cart, Action::Return] {
        assert!(!rollout.outcome(&of(other)), "{other:?}");
    }
    assert!(!rollout.outcome(&OutcomeEvent {
        request_id: 5,
        ..of(Action::Purchase)
    }));
    let sold = |rollout: &CanaryRollout| {
        let (a, b) = rollout.health();
        a.conversions + b.conversions
    };
    assert_eq!(sold(&rollout), 0);
    assert!(rollout.outcome(&of(Action::Purchase)));
    assert_eq!(sold(&rollout), 1);
    assert_eq!(rollout.judge().decision, CanaryDecision::Advance);
    assert!(
        !rollout.outcome(&purchase(&answers[1])),
        "of an earlier stage"
    );
    assert_eq!(sold(&rollout), 0);
}

#[test]
fn with_all_traffic_errors_are_compared_with_the_stage_before() {
    let broken = Arc::new(AtomicUsize::new(usize::MAX));
    let (every, calls) = (broken.clone(), AtomicUsize::new(1));
    let challenger = fake("v2", move |_| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        let fails = call.is_multiple_of(every.load(Ordering::SeqCst));
        (!fails).then(|| vec!["p0"])
    });
    let rollout = rollout(challenger, halves()).judge_every(0);
    let first = ask(&rollout, 0..2000);
    // every fifth request of the control converts, and none in the next stage
    for answer in first.iter().step_by(5) {
        rollout.outcome(&purchase(answer));
    }
    assert_eq!(rollout.judge().decision, CanaryDecision::Advance);
    assert_eq!(rollout.phase(), RolloutPhase::Running { share: 1.0 });
    ask(&rollout, 0..400);
    assert_eq!(rollout.health().0.requests, 0, "no control beside it");
    broken.store(20, Ordering::SeqCst);
    ask(&rollout, 400..1200);
    let verdict = rollout.judge();
    assert_eq!(verdict.decision, CanaryDecision::RollBack, "{verdict:?}");
    let words = "against 0.00 % of the control's ";
    assert!(verdict.reasons[0].contains(words), "{:?}", verdict.reasons);
    assert_eq!(
        verdict.reasons.len(),
        1,
        "late purchases are held against nobody"
    );
}

/// A version whose first call does something.
struct Meanwhile<F> {
    first: AtomicBool,
    call: F,
    inner: Arc<dyn Recommend>,
}

impl<F: Fn() + Send + Sync> Recommend for Meanwhile<F> {
    fn recommend(&self, request: &Request) -> crate::Result<Response> {
        if !self.first.swap(true, Ordering::SeqCst) {
            (self.call)();
        }
        self.inner.recommend(request)
    }
    fn version(&self) -> Option<String> {
        self.inner.version()
    }
}

#[test]
fn an_answer_begun_in_an_earlier_stage_belongs_to_no_count() {
    let cell: Arc<OnceLock<Arc<CanaryRollout>>> = Arc::default();
    let inside = cell.clone();
    // while the first request is under way, others pass the stage
    let call = move || {
        let rollout = inside.get().unwrap();
        ask(rollout, 0..200);
        assert_eq!(rollout.judge().decision, CanaryDecision::Advance);
    };
    let challenger = Arc::new(Meanwhile {
        first: AtomicBool::new(false),
        call,
        inner: fine("v2"),
    });
    let rollout = Arc::new(rollout(challenger, halves()).judge_every(0));
    cell.set(rollout.clone()).ok().unwrap();
    let first =
        (0..).find(|i| Route::new("t", 0.5).unwrap().arm(&format!("user{i}")) == Arm::Challenger);
    let answers = ask(&rollout, first.unwrap()..first.unwrap() + 1);
    assert_eq!(rollout.phase(), RolloutPhase::Running { share: 1.0 });
    let (control, challenger) = rollout.health();
    assert_eq!((control.requests, challenger.requests), (0, 0));
    assert!(!rollout.outcome(&purchase(&answers[0])));
}

#[test]
fn a_panic_of_the_challenger_is_an_error_and_the_control_answers() {
    let challenger = fake("v2", |_| panic!("out of order"));
    let rollout = rollout(challenger, halves()).judge_every(0);
    let answers = ask(&rollout, 0..60);
    assert_eq!(by_challenger(&answers), 0);
    let (control, challenger) = rollout.health();
    assert_eq!(control.requests + challenger.requests, 60);
    assert_eq!(challenger.errors, challenger.requests);
    assert_eq!(rollout.judge().decision, CanaryDecision::RollBack);
}

#[test]
fn an_error_of_the_control_is_passed_on_and_counted() {
    let control = fake("v1", |_| None);
    let rollout = CanaryRollout::new(control, fine("v2"), halves(), "t").unwrap();
    let rollout = rollout.judge_every(0);
    let failed = (0..100).filter(|i| {
        rollout
            .recommend(&Request::new(format!("user{i}")))
            .is_err()
    });
    let failed = failed.count() as u64;
    let (control, challenger) = rollout.health();
    assert_eq!((control.requests, control.errors), (failed, failed));
    assert_eq!((challenger.requests, challenger.errors), (100 - failed, 0));
    assert!((30..70).contains(&failed));
}

#[test]
fn the_limit_of_latency_and_the_unit_of_the_gates_are_those_of_the_ledger() {
    let gates = |unit| Gates {
        p95_max_ms: 1e-9,
        min_requests: 40,
        unit,
        ..Gates::default()
    };
    let canary = |unit| Canary::new().stages([0.5, 1.0]).gates(gates(unit));
    let rollout = rollout(fine("v2"), canary(Unit::Request)).judge_every(0);
    ask(&rollout, 0..100);
    let (_, challenger) = rollout.health();
    assert_eq!(challenger.slow, challenger.requests);
    assert_eq!(challenger.by_user, None);
    let verdict = rollout.judge();
    assert!(
        verdict.reasons[0].starts_with("p95 latency is"),
        "{verdict:?}"
    );
    assert_eq!(rollout.phase(), RolloutPhase::RolledBack);
}

#[test]
fn users_past_the_limit_are_counted_by_request_alone() {
    let rollout = rollout(fine("v2"), halves()).judge_every(0).users(10);
    ask(&rollout, 0..50);
    ask(&rollout, 0..50);
    let (a, b) = rollout.health();
    assert_eq!(a.requests + b.requests, 100);
    let [a, b] = [a.by_user.unwrap(), b.by_user.unwrap()];
    assert_eq!(a.errors.users() + b.errors.users(), 10);
    assert_eq!(a.conversions.x() + b.conversions.x(), 20.0);
}

#[test]
fn phases_and_steps_are_read_as_sentences() {
    assert_eq!(
        RolloutPhase::Running { share: 0.05 }.to_string(),
        "running at 5 %"
    );
    assert_eq!(RolloutPhase::Completed.to_string(), "completed");
    assert_eq!(RolloutPhase::RolledBack.to_string(), "rolled back");
    assert_eq!(
        (
            RolloutPhase::Completed.share(),
            RolloutPhase::RolledBack.share()
        ),
        (1.0, 0.0)
    );
    let rollout = rollout(fine("v2"), halves());
    ask(&rollout, 0..300);
    let first = rollout.steps()[0].to_string();
    assert!(
        first.starts_with("50 % -> running at 100 %: 0.00 % errors, p95 "),
        "{first}"
    );
    assert!(format!("{rollout:?}").starts_with("CanaryRollout { phase: "));
}

#[test]
fn a_signal_rolls_back_once() {
    use ml_data::health::{Act, Action, HealthSignal, Severity};
    let rollout = rollout(fine("v2"), halves());
    let signal = |action| HealthSignal {
        source: "error_rate".into(),
        at: 0,
        severity: Severity::Critical,
        action,
        reason: "value 0.02 crossed 0.01".into(),
    };
    assert!(!rollout.act(&signal(Action::Retrain)).unwrap());
    assert_eq!(rollout.phase(), RolloutPhase::Running { share: 0.5 });
    assert!(rollout.act(&signal(Action::RollBack)).unwrap());
    assert_eq!(rollout.phase(), RolloutPhase::RolledBack);
    assert_eq!(by_challenger(&ask(&rollout, 0..50)), 0);
    assert!(!rollout.act(&signal(Action::RollBack)).unwrap());
    let steps = rollout.steps();
    let told = "50 % -> rolled back: CRITICAL error_rate: roll back, value 0.02 crossed 0.01";
    assert_eq!((steps.len(), steps[0].to_string().as_str()), (1, told));
}
