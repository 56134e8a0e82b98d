//! The join, the window and the verdict.

use super::*;

const HOUR: i64 = 3_600_000_000;

fn prediction(request_id: u64, at: i64) -> PredictionEvent {
    PredictionEvent {
        request_id,
        at,
        model_version: "1".into(),
        answered_by: None,
        user: None,
        items: ["a", "b", "c"].map(String::from).to_vec(),
        scores: vec![0.3, 0.2, 0.1],
        latency_us: 1000,
        error: None,
    }
}

fn outcome(request_id: u64, at: i64, item: &str, action: Action) -> OutcomeEvent {
    OutcomeEvent {
        request_id,
        at,
        item: item.into(),
        action,
        value: 1.0,
    }
}

fn monitor(success: Success) -> PerformanceMonitor {
    let hours = |h: u64| Duration::from_secs(h * 3600);
    PerformanceMonitor::new(success, 0.5)
        .unwrap()
        .window(hours(10))
        .label_delay(hours(2))
        .min_predictions(1)
}

const BOUGHT: Success = Success::Conversion(Action::Purchase);

#[test]
fn pending_predictions_do_not_count() {
    let mut m = monitor(BOUGHT);
    m.predicted(&prediction(1, 0));
    m.predicted(&prediction(2, 3 * HOUR));
    m.outcome(&outcome(2, 3 * HOUR + 1, "x", Action::Purchase));
    let s = m.snapshot(4 * HOUR).unwrap();
    assert_eq!(
        (s.predictions, s.successes, s.pending, s.rate),
        (1, 0, 1, Some(0.0))
    );
    let s = m.snapshot(5 * HOUR).unwrap();
    assert_eq!(
        (s.predictions, s.successes, s.pending, s.rate),
        (2, 1, 0, Some(0.5))
    );
}

#[test]
fn outcomes_wait_for_their_prediction_and_count_once() {
    let mut m = monitor(BOUGHT);
    for at in [5, 6] {
        m.outcome(&outcome(9, at, "x", Action::Purchase));
    }
    assert_eq!(m.snapshot(0).unwrap().waiting, 2);
    m.predicted(&prediction(9, 4));
    m.predicted(&prediction(9, 4));
    let s = m.snapshot(3 * HOUR).unwrap();
    assert_eq!(
        (s.predictions, s.successes, s.waiting, s.duplicates),
        (1, 1, 0, 1)
    );
}

#[test]
fn outcomes_outside_the_delay_are_late_and_strangers_unmatched() {
    let mut m = monitor(BOUGHT);
    m.predicted(&prediction(1, HOUR));
    m.outcome(&outcome(1, 4 * HOUR, "x", Action::Purchase));
    m.outcome(&outcome(1, 0, "x", Action::Purchase));
    m.outcome(&outcome(77, HOUR, "x", Action::Purchase));
    let s = m.snapshot(5 * HOUR).unwrap();
    assert_eq!(
        (s.successes, s.late_outcomes, s.waiting, s.unmatched),
        (0, 2, 1, 0)
    );
    let s = m.snapshot(100 * HOUR).unwrap();
    assert_eq!(
        (s.predictions, s.rate, s.waiting, s.unmatched, s.degraded),
        (0, None, 0, 1, false)
    );
    m.predicted(&prediction(2, HOUR));
    m.outcome(&outcome(3, HOUR, "x", Action::Purchase));
    let s = m.snapshot(100 * HOUR).unwrap();
    assert_eq!((s.late_predictions, s.unmatched, s.pending), (1, 2, 0));
}

#[test]
fn hits_need_the_item_among_the_first_k() {
    let mut m = monitor(Success::Hit {
        action: Action::Click,
        k: 2,
    });
    for (id, item, action) in [
        (1, "b", Action::Click),
        (2, "c", Action::Click),
        (3, "a", Action::Cart),
    ] {
        m.predicted(&prediction(id, 0));
        m.outcome(&outcome(id, 1, item, action));
    }
    let s = m.snapshot(2 * HOUR).unwrap();
    assert_eq!((s.predictions, s.successes), (3, 1));
}

#[test]
fn degraded_when_the_whole_interval_is_below() {
    for (successes, max_drop, min, degraded) in [
        (25, 0.0, 1, true),
        (45, 0.0, 1, false),
        (25, 0.2, 1, false),
        (25, 0.0, 101, false),
    ] {
        let mut m = monitor(BOUGHT).max_drop(max_drop).min_predictions(min);
        for id in 0..100 {
            m.predicted(&prediction(id, 0));
            if id < successes {
                m.outcome(&outcome(id, 1, "x", Action::Purchase));
            }
        }
        m.predicted(&PredictionEvent {
            error: Some("timeout".into()),
            ..prediction(500, 0)
        });
        let s = m.snapshot(2 * HOUR).unwrap();
        assert_eq!(
            (s.predictions, s.failed, s.degraded),
            (100, 1, degraded),
            "{successes} {max_drop} {min}"
        );
    }
}

#[test]
fn parameters_are_checked() {
    assert!(PerformanceMonitor::new(BOUGHT, 1.2).is_err());
    assert!(PerformanceMonitor::new(BOUGHT, f64::NAN).is_err());
    assert!(
        PerformanceMonitor::new(
            Success::Hit {
                action: Action::Click,
                k: 0
            },
            0.1
        )
        .is_err()
    );
    assert!(monitor(BOUGHT).max_drop(f64::NAN).snapshot(0).is_err());
    let mut m = monitor(BOUGHT).confidence(1.0);
    m.predicted(&prediction(1, 0));
    assert!(
        m.snapshot(9 * HOUR)
            .unwrap_err()
            .to_string()
            .contains("confidence")
    );
}

/// The moment of the prediction and the end of the delay are both in time; a moment outside is not.
#[test]
fn the_ends_of_the_delay_are_in_time() {
    for (at, successes, late) in [
        (5, 1, 0),
        (4, 0, 1),
        (5 + 2 * HOUR, 1, 0),
        (6 + 2 * HOUR, 0, 1),
    ] {
        let mut m = monitor(BOUGHT);
        m.predicted(&prediction(1, 5));
        m.outcome(&outcome(1, at, "x", Action::Purchase));
        let s = m.snapshot(3 * HOUR).unwrap();
        assert_eq!((s.successes, s.late_outcomes), (successes, late), "{at}");
    }
}

#[test]
fn another_action_is_no_conversion() {
    let mut m = monitor(BOUGHT);
    m.predicted(&prediction(1, 0));
    m.outcome(&outcome(1, 1, "a", Action::Click));
    assert_eq!(m.snapshot(2 * HOUR).unwrap().successes, 0);
}

/// An outcome that waits is given up on when its moment is no longer after the window's begin.
#[test]
fn a_waiting_outcome_is_given_up_on_at_the_begin_of_the_window() {
    let mut m = monitor(BOUGHT);
    for (request, at) in [(1, HOUR), (2, HOUR + 1)] {
        m.outcome(&outcome(request, at, "x", Action::Purchase));
    }
    let s = m.snapshot(13 * HOUR).unwrap();
    assert_eq!((s.from, s.to), (HOUR, 11 * HOUR));
    assert_eq!((s.waiting, s.unmatched), (1, 1));
}

/// An interval that ends at the offline rate is not below it.
#[test]
fn degraded_is_strictly_below() {
    let mut m = PerformanceMonitor::new(BOUGHT, 1.0)
        .unwrap()
        .label_delay(Duration::from_secs(1))
        .min_predictions(1);
    m.predicted(&prediction(1, 0));
    m.outcome(&outcome(1, 1, "x", Action::Purchase));
    // One success of one: the interval ends at exactly 1, which is the offline rate.
    let s = m.snapshot(HOUR).unwrap();
    assert_eq!((s.interval.unwrap().upper, s.degraded), (1.0, false));
}

#[test]
fn drops_that_are_no_number_are_refused() {
    for max_drop in [-0.1, f64::NAN, f64::INFINITY] {
        let text = monitor(BOUGHT)
            .max_drop(max_drop)
            .snapshot(0)
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("max_drop") && text.contains(&max_drop.to_string()),
            "{text}"
        );
    }
    assert!(monitor(BOUGHT).max_drop(0.0).snapshot(0).is_ok());
}

/// Ten visits of one user tell what one visit of each of ten users does not; names are told apart.
#[test]
fn visits_of_one_user_are_counted_together() {
    let width = |user: fn(u64) -> String| {
        let mut m = monitor(BOUGHT);
        for id in 0..100 {
            m.predicted(&PredictionEvent {
                user: Some(user(id)),
                ..prediction(id, 0)
            });
            if id < 10 {
                m.outcome(&outcome(id, 1, "x", Action::Purchase));
            }
        }
        let interval = m.snapshot(2 * HOUR).unwrap().interval.unwrap();
        interval.upper - interval.lower
    };
    let each = width(|id| format!("u{id}"));
    let by_ten = width(|id| format!("u{}", id / 10));
    let known = ml_eval::bootstrap::wilson_interval(10.0, 100.0, 0.95).unwrap();
    assert_eq!(each, known.upper - known.lower);
    assert!(by_ten > 2.0 * each, "{by_ten} {each}");
}
