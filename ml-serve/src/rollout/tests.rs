use super::*;
use crate::Error;
use crate::recommend::{Recommend, Request, Response};
use crate::registry::{GateOutcome, Metadata, Registry};
use crate::testing::{FAILS, FINE, SLOW, Switch, bundle, from_item, service};
use ml_data::event::{Action, OutcomeEvent};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn purchase(answer: &Response) -> OutcomeEvent {
    let request_id = answer.trace.request_id;
    OutcomeEvent {
        request_id,
        at: 0,
        item: answer.products()[0].into(),
        action: Action::Purchase,
        value: 9.0,
    }
}

fn quick() -> Canary {
    Canary::new().gates(Gates {
        min_requests: 40,
        judge_from: 20,
        ..Gates::default()
    })
}

#[test]
fn each_gate_alone_rolls_back() {
    let canary = Canary::new();
    let control = Health {
        requests: 20_000,
        errors: 0,
        p95_ms: 10.0,
        conversions: 660,
    };
    let fine = Health {
        requests: 2_000,
        errors: 0,
        p95_ms: 10.0,
        conversions: 66,
    };
    let decide = |h: Health| canary.decide(&control, &h);
    assert_eq!(decide(fine).decision, Decision::Advance);
    assert_eq!(
        decide(Health {
            requests: 999,
            conversions: 33,
            ..fine
        })
        .decision,
        Decision::Hold
    );
    assert_eq!(
        decide(Health {
            requests: 49,
            errors: 49,
            ..fine
        })
        .decision,
        Decision::Hold,
        "too early to say"
    );
    let cases = [
        (Health { errors: 21, ..fine }, "failed"),
        (
            Health {
                p95_ms: 200.1,
                ..fine
            },
            "p95 latency",
        ),
        (
            Health {
                p95_ms: f64::NAN,
                ..fine
            },
            "p95 latency",
        ),
        (
            Health {
                conversions: 30,
                ..fine
            },
            "conversion 1.50 % is below 3.30 %",
        ),
        (
            Health {
                requests: 50,
                errors: 50,
                conversions: 0,
                ..fine
            },
            "100.00 %",
        ),
    ];
    for (health, words) in cases {
        let verdict = decide(health);
        assert_eq!(verdict.decision, Decision::RollBack, "{health:?}");
        assert!(verdict.reasons[0].contains(words), "{:?}", verdict.reasons);
    }
    assert_eq!(
        decide(Health { errors: 20, ..fine }).decision,
        Decision::Advance,
        "exactly at the limit"
    );
    assert_eq!(
        decide(Health {
            conversions: 62,
            ..fine
        })
        .decision,
        Decision::Advance,
        "within the margin"
    );
    let all = decide(Health {
        errors: 500,
        p95_ms: 900.0,
        conversions: 1,
        ..fine
    });
    assert_eq!(all.reasons.len(), 3, "every broken gate is named");
    let alone = canary.decide(&Health::default(), &fine);
    assert_eq!(alone.decision, Decision::Advance);
    assert!(alone.reasons[1].contains("not compared"));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let gates = |g: Gates| Canary::new().gates(g).check();
    assert!(Canary::new().check().is_ok());
    for stages in [
        vec![],
        vec![0.5],
        vec![0.5, 0.2, 1.0],
        vec![0.0, 1.0],
        vec![0.5, 2.0],
        vec![f64::NAN, 1.0],
    ] {
        assert!(
            Canary::new().stages(stages.clone()).check().is_err(),
            "{stages:?}"
        );
    }
    assert!(
        gates(Gates {
            judge_from: 0,
            ..Gates::default()
        })
        .is_err()
    );
    assert!(
        gates(Gates {
            min_requests: 10,
            ..Gates::default()
        })
        .is_err()
    );
    assert!(
        gates(Gates {
            error_rate_max: f64::NAN,
            ..Gates::default()
        })
        .is_err()
    );
    assert!(
        gates(Gates {
            p95_max_ms: 0.0,
            ..Gates::default()
        })
        .is_err()
    );
    assert!(
        gates(Gates {
            conversion_margin: -0.1,
            ..Gates::default()
        })
        .is_err()
    );
    assert!(
        gates(Gates {
            alpha: 1.0,
            ..Gates::default()
        })
        .is_err()
    );
}

#[test]
fn a_healthy_canary_goes_through_all_stages() {
    let ((control, _), (challenger, _)) = (service("v1", 0), service("v2", 3));
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let rollout = CanaryRollout::new(control, challenger, quick(), "t")
        .unwrap()
        .judge_every(20)
        .on_step(move |s| heard.lock().unwrap().push(s.to.share()));
    let mut by_challenger = [0usize; 2];
    for i in 0..4000 {
        let answer = rollout
            .recommend(&Request::new(format!("user{i}")).count(1))
            .unwrap();
        by_challenger[usize::from(answer.metadata.model_version == "v2")] += 1;
        if i % 30 == 0 {
            rollout.outcome(&purchase(&answer));
            assert!(
                !rollout.outcome(&purchase(&answer)),
                "a request converts once"
            );
        }
        if rollout.phase() == Phase::Completed {
            break;
        }
    }
    assert_eq!(rollout.phase(), Phase::Completed);
    assert_eq!(*told.lock().unwrap(), [0.2, 0.5, 1.0, 1.0]);
    assert_eq!(
        rollout.steps().iter().map(|s| s.from).collect::<Vec<_>>(),
        [0.05, 0.2, 0.5, 1.0]
    );
    assert!(
        by_challenger[0] > 0 && by_challenger[1] >= 160,
        "{by_challenger:?}"
    );
    assert_eq!(rollout.version().as_deref(), Some("v2"));
    assert_eq!(rollout.judge().decision, Decision::Hold);
}

#[test]
fn a_fault_rolls_back_by_itself_and_no_shopper_notices() {
    let ((control, _), (challenger, broken)) = (service("v1", 0), service("v2", 3));
    let rollout = CanaryRollout::new(control, challenger, quick(), "t")
        .unwrap()
        .judge_every(10);
    let ask = |i: usize| {
        rollout
            .recommend(&Request::new(format!("user{i}")).count(1))
            .unwrap()
    };
    (0..1000).for_each(|i| _ = ask(i));
    assert!(
        rollout.phase().share() > 0.05 && rollout.phase() != Phase::Completed,
        "{:?}",
        rollout.phase()
    );
    broken.store(FAILS, Ordering::SeqCst);
    for i in 1000..2000 {
        assert!(!ask(i).recommendations.is_empty());
    }
    assert_eq!(rollout.phase(), Phase::RolledBack);
    let last = rollout.steps().pop().unwrap();
    assert!(last.reasons[0].contains("failed"), "{:?}", last.reasons);
    broken.store(FINE, Ordering::SeqCst);
    assert!(
        (2000..2100).all(|i| ask(i).metadata.model_version == "v1"),
        "it stays rolled back"
    );
}

#[test]
fn refused_requests_do_not_count_against_a_version() {
    let ((control, _), (challenger, _)) = (service("v1", 0), service("v2", 3));
    let rollout = CanaryRollout::new(control, challenger, quick().stages([0.5, 1.0]), "t").unwrap();
    for i in 0..100 {
        let bad = rollout.recommend(&Request::new(format!("user{i}")).count(0));
        assert!(matches!(bad, Err(Error::Request { .. })));
    }
    let (control, challenger) = rollout.health();
    assert_eq!((control.requests, challenger.requests), (0, 0));
}

#[test]
fn a_stage_lasts_as_long_as_it_must() {
    let ((control, _), (challenger, _)) = (service("v1", 0), service("v2", 3));
    let rollout = CanaryRollout::new(control, challenger, quick().stages([0.5, 1.0]), "t").unwrap();
    let rollout = rollout
        .stage_at_least(Duration::from_secs(3600))
        .judge_every(0);
    (0..300).for_each(|i| {
        _ = rollout
            .recommend(&Request::new(format!("user{i}")))
            .unwrap();
    });
    let verdict = rollout.judge();
    assert_eq!(verdict.decision, Decision::Hold);
    assert_eq!(
        verdict.reasons.last().unwrap(),
        "the stage has not lasted long enough"
    );
}

#[test]
fn the_shadow_is_compared_and_never_heard() {
    let ((control, _), (challenger, switch)) = (service("v1", 0), service("v2", 5));
    let shadow = Shadow::new(control, challenger, 64).unwrap();
    for i in 0..30 {
        let answer = shadow
            .recommend(&Request::new(format!("u{i}")).count(10))
            .unwrap();
        assert_eq!(answer.metadata.model_version, "v1");
    }
    assert!(shadow.catch_up(Duration::from_secs(20)));
    let report = shadow.report();
    assert_eq!((report.compared, report.errors, report.skipped), (30, 0, 0));
    assert!(
        (report.overlap - 0.5).abs() < 1e-12,
        "p0..p9 against p5..p14: {report:?}"
    );
    switch.store(FAILS, Ordering::SeqCst);
    (0..5).for_each(|_| _ = shadow.recommend(&Request::new("u")).unwrap());
    assert!(shadow.catch_up(Duration::from_secs(20)));
    assert_eq!(shadow.report().errors, 5);
}

#[test]
fn a_slow_shadow_is_skipped_not_waited_for() {
    let ((control, _), (challenger, switch)) = (service("v1", 0), service("v2", 5));
    switch.store(SLOW, Ordering::SeqCst);
    let shadow = Shadow::new(control, challenger, 1).unwrap();
    (0..50).for_each(|_| _ = shadow.recommend(&Request::new("u")).unwrap());
    assert!(shadow.report().skipped >= 40, "{:?}", shadow.report());
    switch.store(FINE, Ordering::SeqCst);
}

#[test]
fn an_a_b_test_counts_each_side() {
    let ((control, _), (challenger, _)) = (service("v1", 0), service("v2", 3));
    let route = Route::new("exp", 0.3).unwrap();
    let test = AbTest::new(control, challenger, route.clone());
    assert_eq!(test.inferiority(0.0), None);
    for i in 0..1000 {
        let user = format!("user{i}");
        let answer = test.recommend(&Request::new(&user).count(1)).unwrap();
        let challenger = answer.metadata.model_version == "v2";
        assert_eq!(challenger, route.arm(&user) == Arm::Challenger);
        // Every second control request converts, every fourth of the challenger.
        if i % if challenger { 4 } else { 2 } == 0 {
            assert!(test.outcome(&purchase(&answer)));
        }
        let click = OutcomeEvent {
            action: Action::Click,
            ..purchase(&answer)
        };
        assert!(!test.outcome(&click));
    }
    let (control, challenger) = test.health();
    assert_eq!(control.requests + challenger.requests, 1000);
    assert!((0.25..0.35).contains(&(challenger.requests as f64 / 1000.0)));
    assert!(test.inferiority(0.02).unwrap().p_value < 1e-6);
}

#[test]
fn blue_and_green_move_with_the_alias() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::open(dir.path()).unwrap();
    let versions: Vec<_> = (0..3u8)
        .map(|i| registry.publish("shop", &[i], Metadata::default()).unwrap())
        .collect();
    let service = Arc::new(crate::recommend::RecommendationService::empty());
    let built = Arc::new(AtomicUsize::new(0));
    let count = built.clone();
    let build = move |p: &crate::registry::Published| {
        count.fetch_add(1, Ordering::SeqCst);
        match p.artifact[0] {
            2 => Err(ml_data::Error::Data("can not be built".into())),
            first => Ok(bundle(
                &p.version.to_string(),
                from_item(first.into(), Switch::default()),
            )),
        }
    };
    let deploy = BlueGreen::new(registry.clone(), "shop", "champion", service.clone(), build);
    assert!(matches!(deploy.refresh(), Err(Error::UnknownAlias { .. })));
    let pass = GateOutcome::pass(["ok"]);
    deploy.promote(versions[0], &pass).unwrap();
    assert!(matches!(
        deploy.promote(versions[1], &GateOutcome::refuse(["worse"])),
        Err(Error::Refused { .. })
    ));
    assert_eq!(service.version().as_deref(), Some("v1"));
    deploy.promote(versions[1], &pass).unwrap();
    assert_eq!(
        service
            .recommend(&Request::new("u").count(1))
            .unwrap()
            .products(),
        ["p1"]
    );
    assert!(
        deploy.promote(versions[2], &pass).is_err(),
        "what can not be built is not promoted"
    );
    assert_eq!(registry.aliases("shop").unwrap()["champion"], versions[1]);
    let before = built.load(Ordering::SeqCst);
    assert_eq!(deploy.rollback().unwrap(), versions[0]);
    assert_eq!(
        built.load(Ordering::SeqCst),
        before,
        "the way back loads nothing"
    );
    assert_eq!(service.version().as_deref(), Some("v1"));
    assert!(matches!(
        deploy.rollback(),
        Err(Error::NothingToRollBack { .. })
    ));
    // Another process promotes; this one follows.
    registry
        .promote("shop", versions[1], "champion", &pass)
        .unwrap();
    assert_eq!(deploy.refresh().unwrap(), Some(versions[1]));
    assert_eq!(deploy.refresh().unwrap(), None);
    assert_eq!(service.version().as_deref(), Some("v2"));
}
