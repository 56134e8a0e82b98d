//! The design effect and the interval that it widens.

use super::*;
use ml_data::random::{RngExt, Xoshiro256PlusPlus, generator};

#[test]
fn strangers_and_single_visits_are_independent_trials() {
    for known in [false, true] {
        let mut tally = Tally::default();
        (0..200).for_each(|i| tally.count(known.then_some(i), i % 10 == 0));
        let found = tally.interval(0.95).unwrap();
        assert_eq!(found, Some(wilson_interval(20.0, 200.0, 0.95).unwrap()));
    }
    assert_eq!(Tally::default().interval(0.95).unwrap(), None);
}

/// Users who always do the same: ten visits of one tell what one visit tells. By hand, (100 -
/// 20 + 10) / 9 = 10 times 10/9 of the variance, up to the small-sample factor.
#[test]
fn visits_that_are_all_alike_count_once() {
    let mut tally = Tally::default();
    (0..100).for_each(|i| tally.count(Some(i / 10), i < 10));
    let effect = 10.0 * 10.0 / 9.0;
    approx::assert_relative_eq!(tally.design_effect(), effect, max_relative = 1e-12);
    let found = tally.interval(0.95).unwrap().unwrap();
    let once = wilson_interval(1.0, 10.0, 0.95).unwrap();
    assert!(found.lower < once.lower && found.upper > once.upper);
}

/// Unequal users beside strangers, by hand: 5 of 8 in 4 units; sums over units of kk 17, kn 17, nn
/// 22; (17 - 2 * 0.625 * 17 + 0.625^2 * 22) * 4/3 / (8 * 0.625 * 0.375) = 139/45.
#[test]
fn unequal_users_and_strangers_are_units() {
    let mut tally = Tally::default();
    for (user, success, times) in [
        (Some(1), true, 4),
        (Some(2), false, 2),
        (None, true, 1),
        (None, false, 1),
    ] {
        (0..times).for_each(|_| tally.count(user, success));
    }
    assert_eq!((tally.trials, tally.successes), (8, 5));
    approx::assert_relative_eq!(tally.design_effect(), 139.0 / 45.0, max_relative = 1e-12);
}

/// Users who come back and always, or never, succeed: no variance to compare, so trials count
/// whole.
#[test]
fn all_or_nothing_has_no_design_effect() {
    for success in [true, false] {
        let mut tally = Tally::default();
        (0..10).for_each(|i| tally.count(Some(i / 5), success));
        assert_eq!(tally.design_effect(), 1.0);
    }
}

fn bell(rng: &mut Xoshiro256PlusPlus) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

/// Five visits of each of 150 users, whose log odds have standard deviation 1.5: the share of
/// unchanged rates that lie above the whole interval is that of one tail, .025; taken as
/// independent it was twice to three times as large.
#[test]
fn case_s3_visits_of_one_user_raise_no_false_alarm() {
    let chance = |rng: &mut Xoshiro256PlusPlus| {
        let odds = (-2.0 + 1.5 * bell(rng)).exp();
        odds / (1.0 + odds)
    };
    let mut rng = generator(1, "truth", 0);
    let truth = (0..200_000).map(|_| chance(&mut rng)).sum::<f64>() / 200_000.0;
    let trials = 2000;
    let (mut alarms, mut as_independent) = (0.0, 0.0);
    for trial in 0..trials {
        let mut rng = generator(trial, "visits", 0);
        let mut tally = Tally::default();
        for user in 0..150 {
            let chance = chance(&mut rng);
            (0..5).for_each(|_| tally.count(Some(user), rng.random::<f64>() < chance));
        }
        let high = |i: Interval| f64::from(u8::from(i.upper < truth));
        alarms += high(tally.interval(0.95).unwrap().unwrap());
        as_independent += high(wilson_interval(tally.successes as f64, 750.0, 0.95).unwrap());
    }
    let n = trials as f64;
    let most = 0.025 + 4.0 * (0.025 * 0.975 / n).sqrt();
    assert!(alarms / n <= most, "{}", alarms / n);
    assert!(as_independent / n > most, "{}", as_independent / n);
}
