use super::*;
use crate::Error;
use crate::recommend::{Recommend, Request};
use crate::registry::{AliasMoveKind, GateOutcome, Metadata, Registry};
use crate::testing::{FAILS, FINE, SLOW, Switch, bundle, fake, from_item, purchase, service};
use ml_data::event::{Action, OutcomeEvent};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

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
fn beside_a_challenger_the_version_is_the_controls() {
    let fine = |version| fake(version, |_| Some(vec!["a"]));
    let route = Route::new("t", 0.5).unwrap();
    let test = AbTest::new(fine("v1"), fine("v2"), route);
    assert_eq!(test.version().as_deref(), Some("v1"));
    let shadow = Shadow::new(fine("v1"), fine("v2"), 9).unwrap();
    assert_eq!(shadow.version().as_deref(), Some("v1"));
}

#[test]
fn products_in_common_are_out_of_the_longer_list() {
    let lists = [["a", "b"].as_slice(), &["b", "c", "d", "e"]];
    for (control, challenger) in [(0, 1), (1, 0)] {
        let service = |version, list: usize| fake(version, move |_| Some(lists[list].to_vec()));
        let shadow = Shadow::new(service("v1", control), service("v2", challenger), 9).unwrap();
        shadow.recommend(&Request::new("u")).unwrap();
        assert!(shadow.catch_up(Duration::from_secs(20)));
        assert_eq!(shadow.report().overlap, 0.25, "`b` of four");
    }
}

#[test]
fn each_latency_of_the_shadow_is_its_own() {
    let control = fake("v1", |_| {
        std::thread::sleep(Duration::from_millis(400));
        Some(vec!["a"])
    });
    let shadow = Shadow::new(control, fake("v2", |_| Some(vec!["a"])), 9).unwrap();
    shadow.recommend(&Request::new("u")).unwrap();
    assert!(shadow.catch_up(Duration::from_secs(20)));
    let report = shadow.report();
    assert!(report.control_p95_ms >= 400.0, "{report:?}");
    assert!(report.challenger_p95_ms < 400.0, "{report:?}");
    assert_eq!((report.compared, report.overlap), (1, 1.0));
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
    assert!(test.always_valid(0.02).unwrap().p_value() < 1e-4);
    let [a, b] = [control, challenger].map(|h| h.by_user.unwrap().conversions);
    assert_eq!(
        (a.users(), b.users()),
        (control.requests, challenger.requests)
    );
    assert_eq!(
        (a.y(), b.y()),
        (control.conversions as f64, challenger.conversions as f64)
    );
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
    let build = move |p: &crate::registry::LoadedVersion| {
        count.fetch_add(1, Ordering::SeqCst);
        match p.artifact[0] {
            2 => Err(ml_data::Error::other("can not be built")),
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

#[test]
fn a_signal_takes_the_newest_promotion_back_once() {
    use ml_data::health::{Act, Action, HealthSignal, Severity};
    let registry = Registry::new(crate::registry::MemoryStore::new());
    let process = || {
        let service = Arc::new(crate::recommend::RecommendationService::empty());
        let build = |p: &crate::registry::LoadedVersion| match p.artifact[0] {
            9 => Err(ml_data::Error::other("can not be built")),
            first => Ok(bundle(
                &p.version.to_string(),
                from_item(first.into(), Switch::default()),
            )),
        };
        let deploy = BlueGreen::new(registry.clone(), "shop", "champion", service.clone(), build);
        (deploy, service)
    };
    let publish = |byte| registry.publish("shop", &[byte], Metadata::default());
    let (pass, first) = (GateOutcome::pass(["ok"]), publish(0).unwrap());
    let ((one, served), (two, also_served)) = (process(), process());
    let signal = |action| HealthSignal {
        source: "error_rate".into(),
        at: 0,
        severity: Severity::Critical,
        action,
        reason: "value 0.02 crossed 0.01".into(),
    };
    let roll_back = signal(Action::RollBack);
    assert!(!one.act(&roll_back).unwrap(), "nothing was promoted");
    one.promote(first, &pass).unwrap();
    assert!(!one.act(&roll_back).unwrap(), "no version before");
    for byte in [1, 2] {
        one.promote(publish(byte).unwrap(), &pass).unwrap();
    }
    two.refresh().unwrap();
    let version = |of: &Arc<crate::recommend::RecommendationService>| of.version().unwrap();
    assert_eq!(
        (version(&served), version(&also_served)),
        ("v3".into(), "v3".into())
    );
    assert!(!one.act(&signal(Action::Retrain)).unwrap());
    assert!(!one.act(&signal(Action::Review)).unwrap());
    assert_eq!(version(&served), "v3");

    // Both processes hear the signal, twice: the alias goes back by one.
    assert!(one.act(&roll_back).unwrap() && !one.act(&roll_back).unwrap());
    assert!(two.act(&roll_back).unwrap() && !two.act(&roll_back).unwrap());
    assert_eq!(
        (version(&served), version(&also_served)),
        ("v2".into(), "v2".into())
    );

    // A refused promotion is no move; the next promotion can be taken back again.
    let fourth = publish(3).unwrap();
    assert!(
        one.promote(fourth, &GateOutcome::refuse(["worse"]))
            .is_err()
    );
    assert!(!one.act(&roll_back).unwrap());
    one.promote(fourth, &pass).unwrap();
    assert!(Arc::new(one).act(&roll_back).unwrap());
    assert_eq!(version(&served), "v2");

    // What can not be built is told, and changes nothing.
    let broken = publish(9).unwrap();
    registry.promote("shop", broken, "champion", &pass).unwrap();
    registry.promote("shop", fourth, "champion", &pass).unwrap();
    two.refresh().unwrap();
    let said = two.act(&roll_back).unwrap_err().to_string();
    assert!(said.contains("can not be built"), "{said}");
    assert_eq!(version(&also_served), "v4");
}

#[test]
fn of_processes_that_hear_a_signal_at_once_one_goes_back() {
    use ml_data::health::{Act, Action, HealthSignal, Severity};
    let pass = GateOutcome::pass(["ok"]);
    let roll_back = HealthSignal {
        source: "error_rate".into(),
        at: 0,
        severity: Severity::Critical,
        action: Action::RollBack,
        reason: "value 0.02 crossed 0.01".into(),
    };
    for _ in 0..30 {
        let registry = Registry::new(crate::registry::MemoryStore::new());
        for byte in 0..4u8 {
            let version = registry.publish("shop", &[byte], Metadata::default());
            registry
                .promote("shop", version.unwrap(), "champion", &pass)
                .unwrap();
        }
        let start = std::sync::Barrier::new(4);
        let process = || {
            let service = Arc::new(crate::recommend::RecommendationService::empty());
            let build = |p: &crate::registry::LoadedVersion| {
                let answer = from_item(p.artifact[0].into(), Switch::default());
                Ok::<_, Error>(bundle(&p.version.to_string(), answer))
            };
            let deploy =
                BlueGreen::new(registry.clone(), "shop", "champion", service.clone(), build);
            deploy.refresh().unwrap();
            start.wait();
            assert!(deploy.act(&roll_back).unwrap(), "another version is served");
            assert_eq!(service.version().as_deref(), Some("v3"));
        };
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(process)).collect();
            all.into_iter().for_each(|p| p.join().unwrap());
        });
        let moved = registry.history("shop").unwrap();
        let back = AliasMoveKind::RolledBack;
        assert_eq!(moved.iter().filter(|m| m.kind == back).count(), 1);
    }
}

#[test]
fn limits_and_unit_of_an_a_b_test_are_settings() {
    let new = || {
        let service = |version| fake(version, |_: &str| Some(vec!["p0"]));
        AbTest::new(
            service("v1"),
            service("v2"),
            Route::new("exp", 0.5).unwrap(),
        )
    };
    let ask = |test: &AbTest| -> Vec<_> {
        let of = |i| test.recommend(&Request::new(format!("user{i}"))).unwrap();
        (0..20).map(of).collect()
    };
    let test = new().waiting(5);
    let answers = ask(&test);
    let converted = answers.iter().filter(|a| test.outcome(&purchase(a)));
    assert_eq!(converted.count(), 5);
    let test = new().users(7);
    ask(&test);
    let (a, b) = test.health();
    let users = |h: Health| h.by_user.unwrap().errors.users();
    assert_eq!((users(a) + users(b), a.requests + b.requests), (7, 20));
    let test = new().unit(Unit::Request);
    ask(&test);
    assert_eq!(
        (test.health().0.by_user, test.health().1.by_user),
        (None, None)
    );
}
