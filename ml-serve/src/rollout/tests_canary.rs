//! Decisions by value, from counts.

use super::*;

const CONTROL: Health = Health {
    requests: 20_000,
    errors: 200,
    slow: 0,
    p95_ms: 10.0,
    conversions: 660,
    by_user: None,
};
const FINE: Health = Health {
    requests: 2_000,
    errors: 20,
    slow: 0,
    p95_ms: 10.0,
    conversions: 66,
    by_user: None,
};

fn decide(challenger: Health) -> Verdict {
    Canary::new().decide(&CONTROL, &challenger)
}

#[test]
fn each_gate_alone_rolls_back() {
    assert_eq!(decide(FINE).decision, CanaryDecision::Advance);
    let slow = Health {
        slow: 400,
        p95_ms: 350.0,
        ..FINE
    };
    let cases = [
        (
            Health {
                errors: 100,
                ..FINE
            },
            "5.00 % of 2000 requests failed against 1.00 % of the control's 20000, over 0.10 points more (p = ",
        ),
        (
            slow,
            "p95 latency is 350.0 ms; at most 200.0 ms allowed: 20.00 % of 2000 requests took longer (p = ",
        ),
        (
            Health {
                conversions: 20,
                ..FINE
            },
            "conversion 1.01 % is below 3.33 % by more than 0.20 points (p = ",
        ),
    ];
    for (health, words) in cases {
        let verdict = decide(health);
        assert_eq!(verdict.decision, CanaryDecision::RollBack, "{health:?}");
        assert_eq!(verdict.reasons.len(), 1, "{:?}", verdict.reasons);
        assert!(
            verdict.reasons[0].starts_with(words),
            "{:?}",
            verdict.reasons
        );
        assert!(verdict.reasons[0].ends_with("at any look, level 8.3e-4)"));
    }
    let all = Health {
        errors: 500,
        conversions: 1,
        ..slow
    };
    assert_eq!(decide(all).reasons.len(), 3, "every broken gate is named");
}

#[test]
fn case_s1_errors_that_both_arms_have_are_nobodys_fault() {
    for rate in [0.001, 0.005, 0.01, 0.05, 0.5, 1.0] {
        let arm = |requests: u64| Health {
            requests,
            errors: (requests as f64 * rate) as u64,
            p95_ms: 10.0,
            ..Health::default()
        };
        for n in [50, 100, 1_000, 20_000] {
            let verdict = Canary::new().decide(&arm(20_000), &arm(n));
            assert_ne!(verdict.decision, CanaryDecision::RollBack, "{rate} {n}");
        }
    }
    // one error in fifty is a raw share of 2 %, and no proof
    let early = Health {
        requests: 50,
        errors: 1,
        conversions: 1,
        ..FINE
    };
    assert_eq!(decide(early).decision, CanaryDecision::Hold);
}

#[test]
fn nothing_is_judged_too_early_and_no_stage_passed() {
    let at = |requests, errors| {
        let conversions = requests / 30;
        decide(Health {
            requests,
            errors,
            conversions,
            ..FINE
        })
    };
    assert_eq!(at(9, 9).decision, CanaryDecision::Hold);
    assert_eq!(at(9, 9).reasons, ["9 of the 10 requests to judge by"]);
    assert_eq!(at(10, 10).decision, CanaryDecision::RollBack);
    assert_eq!(at(999, 9).decision, CanaryDecision::Hold);
    assert_eq!(at(999, 9).reasons, ["healthy so far; 999 of 1000 requests"]);
    assert_eq!(at(1000, 10).decision, CanaryDecision::Advance);
    let words = [
        "1.00 % errors, p95 10.0 ms over 1000 requests",
        "conversion 3.33 % against 3.33 % is not shown to be worse",
    ];
    assert_eq!(at(1000, 10).reasons, words);
}

#[test]
fn a_limit_of_errors_is_tested_whatever_the_control_does() {
    let canary = Canary::new().gates(Gates {
        error_rate_max: 0.02,
        ..Gates::default()
    });
    let control = Health {
        errors: 1_000,
        ..CONTROL
    };
    let failing = |errors| canary.decide(&control, &Health { errors, ..FINE });
    let verdict = failing(100);
    assert_eq!(verdict.decision, CanaryDecision::RollBack);
    let words = "5.00 % of 2000 requests failed; at most 2.00 % may (p = ";
    assert!(
        verdict.reasons[0].starts_with(words),
        "{:?}",
        verdict.reasons
    );
    assert_eq!(
        failing(40).decision,
        CanaryDecision::Advance,
        "at the limit"
    );
    assert_eq!(
        failing(45).decision,
        CanaryDecision::Advance,
        "no proof of more"
    );
}

#[test]
fn without_a_control_nothing_advances_unless_a_limit_is_set() {
    let verdict = Canary::new().decide(&Health::default(), &FINE);
    assert_eq!(verdict.decision, CanaryDecision::Hold);
    assert!(verdict.reasons[0].starts_with("nothing to compare errors with"));
    let limited = Canary::new().gates(Gates {
        error_rate_max: 0.05,
        ..Gates::default()
    });
    let alone = limited.decide(&Health::default(), &FINE);
    assert_eq!(alone.decision, CanaryDecision::Advance);
    assert_eq!(
        alone.reasons[1],
        "conversion was not compared: an arm has no answers"
    );
    // a control that has requests and no answers can not convert either
    let mute = Health {
        requests: 500,
        errors: 500,
        ..Health::default()
    };
    let verdict = Canary::new().decide(&mute, &FINE);
    assert_eq!(verdict.decision, CanaryDecision::Advance);
    assert!(verdict.reasons[1].contains("not compared"));
    // one that has answers is compared
    let brief = Health {
        requests: 30,
        conversions: 1,
        ..Health::default()
    };
    let verdict = Canary::new().decide(&brief, &FINE);
    assert_eq!(
        verdict.reasons[1],
        "conversion 3.33 % against 3.33 % is not shown to be worse"
    );
    // the control of another time is not compared
    let verdict = Canary::new().judge(
        &CONTROL,
        &Health {
            conversions: 0,
            ..FINE
        },
        false,
    );
    assert_eq!(verdict.decision, CanaryDecision::Advance);
    assert_eq!(
        verdict.reasons[1],
        "conversion was not compared: no control ran beside it"
    );
}

/// Users with five requests each, the first `bad` of which fail at all of them.
fn by_user(users: u64, bad: u64) -> Health {
    let mut sums = UserClusters::default();
    for user in 0..users {
        let failed = if user < bad { 5.0 } else { 0.0 };
        sums.errors.add(5.0, failed);
        sums.slow.add(5.0, failed);
    }
    Health {
        requests: users * 5,
        errors: bad * 5,
        slow: bad * 5,
        by_user: Some(sums),
        ..Health::default()
    }
}

#[test]
fn what_happens_to_one_user_five_times_is_one_observation() {
    let (control, unlucky) = (by_user(4_000, 40), by_user(400, 14));
    let canary = |unit| {
        Canary::new().gates(Gates {
            unit,
            ..Gates::default()
        })
    };
    let decision = |unit, h: &Health| canary(unit).decide(&control, h).decision;
    assert_eq!(decision(Unit::Request, &unlucky), CanaryDecision::RollBack);
    assert_eq!(decision(Unit::User, &unlucky), CanaryDecision::Advance);
    assert_eq!(
        decision(Unit::User, &by_user(400, 60)),
        CanaryDecision::RollBack
    );
    // slowness: 7.5 % of the users against the 5 % that may be
    let slow = Health {
        errors: 0,
        ..by_user(400, 30)
    };
    assert_eq!(decision(Unit::Request, &slow), CanaryDecision::RollBack);
    assert_eq!(decision(Unit::User, &slow), CanaryDecision::Advance);
}

#[test]
fn the_level_is_shared_by_stages_and_gates() {
    let level = |canary: Canary| canary.level();
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-15, "{a} {b}");
    close(level(Canary::new()), 0.01 / 12.0);
    close(level(Canary::new().stages([0.5, 1.0])), 0.01 / 6.0);
    let gates = |g| level(Canary::new().gates(g));
    let default = Gates::default;
    close(
        gates(Gates {
            error_rate_max: 0.1,
            ..default()
        }),
        0.01 / 16.0,
    );
    close(
        gates(Gates {
            error_margin: 1.0,
            ..default()
        }),
        0.01 / 8.0,
    );
    close(
        gates(Gates {
            p95_max_ms: f64::INFINITY,
            ..default()
        }),
        0.01 / 8.0,
    );
    close(
        gates(Gates {
            conversion_margin: 1.0,
            alpha: 0.08,
            ..default()
        }),
        0.01,
    );
}

#[test]
fn stages_that_make_no_sense_are_refused() {
    assert!(Canary::new().check().is_ok());
    for stages in [
        vec![],
        vec![0.5],
        vec![0.5, 0.2, 1.0],
        vec![0.5, 0.5, 1.0],
        vec![0.0, 1.0],
        vec![0.5, 2.0],
        vec![f64::NAN, 1.0],
        vec![1.0],
    ] {
        let canary = Canary::new().stages(stages.clone());
        assert!(canary.check().is_err(), "{stages:?}");
    }
    let limited = Gates {
        error_rate_max: 0.02,
        ..Gates::default()
    };
    assert!(Canary::new().stages([1.0]).gates(limited).check().is_ok());
}

/// A change of the gates, and the setting at fault.
type Setting = (fn(&mut Gates), &'static str);

#[test]
fn gates_that_make_no_sense_are_refused() {
    let failing = Health {
        errors: 2_000,
        ..FINE
    };
    let refused = |set: fn(&mut Gates)| {
        let mut gates = Gates::default();
        set(&mut gates);
        let canary = Canary::new().gates(gates);
        let verdict = canary.decide(&CONTROL, &failing);
        assert_eq!(verdict.decision, CanaryDecision::Hold, "{verdict:?}");
        canary.check().unwrap_err().to_string()
    };
    let settings: [Setting; 9] = [
        (|g| g.judge_from = 0, "judge_from"),
        (|g| g.min_requests = 9, "min_requests"),
        (|g| g.error_rate_max = f64::NAN, "error_rate_max"),
        (|g| g.error_margin = -0.1, "error_margin"),
        (|g| g.p95_max_ms = 0.0, "p95_max_ms"),
        (|g| g.p95_max_ms = f64::NAN, "p95_max_ms"),
        (|g| g.conversion_margin = 1.1, "conversion_margin"),
        (|g| g.alpha = 1.0, "alpha"),
        (|g| g.alpha = 0.0, "alpha"),
    ];
    for (set, name) in settings {
        let error = refused(set);
        assert!(error.contains(name), "{error}");
    }
    let ends = Gates {
        judge_from: 1,
        min_requests: 1,
        error_margin: 0.0,
        error_rate_max: 0.0,
        ..Gates::default()
    };
    assert!(Canary::new().gates(ends).check().is_ok());
}

#[test]
fn settings_of_an_earlier_version_can_still_be_read() {
    let gates: Gates =
        serde_json::from_str(r#"{ "min_requests": 500, "error_rate_max": 0.02 }"#).unwrap();
    let expected = Gates {
        min_requests: 500,
        error_rate_max: 0.02,
        ..Gates::default()
    };
    assert_eq!(gates, expected);
    let json = r#"{ "requests": 9, "errors": 1, "p95_ms": 2.0, "conversions": 3 }"#;
    let health: Health = serde_json::from_str(json).unwrap();
    assert_eq!((health.requests, health.by_user), (9, None));
}
