//! When a connection is closed, to the millisecond.

use super::*;

fn limits() -> Server {
    let ms = Duration::from_millis;
    Server::new()
        .head_timeout(ms(100))
        .write_timeout(ms(200))
        .idle_timeout(ms(300))
        .grace(ms(40))
}

#[test]
fn a_phase_lasts_as_long_as_its_limit_and_no_longer() {
    let linger = LINGER.as_millis() as u64;
    for (phase, limit, why) in [
        (Phase::Fresh, 100, "head_timeout"),
        (Phase::Head, 100, "head_timeout"),
        (Phase::Answer, 200, "write_timeout"),
        (Phase::Kept, 300, "idle_timeout"),
        (Phase::Linger, linger, "linger"),
    ] {
        let over = |now| phase.over(1000, now, None, &limits());
        assert_eq!(over(1000 + limit), None, "{phase:?}");
        assert_eq!(over(1001 + limit), Some(why), "{phase:?}");
    }
    for phase in [Phase::Body, Phase::Work, Phase::Closed] {
        assert_eq!(
            phase.over(0, u64::MAX, Some(0), &limits()),
            None,
            "{phase:?}"
        );
    }
}

/// The grace runs from the end of the port, or from the phase, whichever is later.
#[test]
fn quiet_connections_have_the_grace_once_the_port_is_closed() {
    let over = |phase: Phase, since, now| phase.over(since, now, Some(500), &limits());
    for phase in [Phase::Fresh, Phase::Kept] {
        for (since, end) in [(450, 540), (500, 540), (520, 560)] {
            assert_eq!(over(phase, since, end), None, "{phase:?} {since}");
            assert_eq!(
                over(phase, since, end + 1),
                Some("stopping"),
                "{phase:?} {since}"
            );
        }
    }
    assert_eq!(over(Phase::Head, 500, 599), None, "it has begun to ask");
    assert_eq!(over(Phase::Kept, 100, 600), Some("idle_timeout"));
}

#[test]
fn seats_are_told_apart_and_closed_together() {
    let seats = Seats::new();
    let (first, second) = (seats.take(), seats.take());
    assert_eq!(seats.len(), 2);
    first.seat.set(Phase::Linger);
    second.seat.set(Phase::Body);
    assert_eq!(
        (first.seat.phase(), second.seat.phase()),
        (Phase::Linger, Phase::Body)
    );
    assert!(first.seat.read().1 <= seats.now());
    seats.shut();
    assert_eq!(
        (first.seat.phase(), second.seat.phase()),
        (Phase::Closed, Phase::Closed)
    );
    drop(first);
    assert_eq!(seats.len(), 1);
}
