//! Moments at which connections are closed, to the millisecond.

use super::*;

fn limits() -> HttpLimits {
    let ms = Duration::from_millis;
    HttpLimits {
        head_timeout: ms(100),
        write_timeout: ms(200),
        idle_timeout: ms(300),
        grace: ms(40),
        ..HttpLimits::default()
    }
}

#[test]
fn a_phase_lasts_as_long_as_its_limit_and_no_longer() {
    let linger = LINGER.as_millis() as u64;
    for (phase, limit, why) in [
        (ConnectionPhase::Fresh, 100, "head_timeout"),
        (ConnectionPhase::Head, 100, "head_timeout"),
        (ConnectionPhase::Answer, 200, "write_timeout"),
        (ConnectionPhase::Kept, 300, "idle_timeout"),
        (ConnectionPhase::Linger, linger, "linger"),
    ] {
        let over = |now| phase.over(1000, now, None, &limits());
        assert_eq!(over(1000 + limit), None, "{phase:?}");
        assert_eq!(over(1001 + limit), Some(why), "{phase:?}");
    }
    for phase in [
        ConnectionPhase::Body,
        ConnectionPhase::Work,
        ConnectionPhase::Closed,
    ] {
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
    let over = |phase: ConnectionPhase, since, now| phase.over(since, now, Some(500), &limits());
    for phase in [ConnectionPhase::Fresh, ConnectionPhase::Kept] {
        for (since, end) in [(450, 540), (500, 540), (520, 560)] {
            assert_eq!(over(phase, since, end), None, "{phase:?} {since}");
            assert_eq!(
                over(phase, since, end + 1),
                Some("stopping"),
                "{phase:?} {since}"
            );
        }
    }
    assert_eq!(
        over(ConnectionPhase::Head, 500, 599),
        None,
        "it has begun to ask"
    );
    assert_eq!(over(ConnectionPhase::Kept, 100, 600), Some("idle_timeout"));
}

#[test]
fn connections_are_told_apart_and_closed_together() {
    let connections = ConnectionTable::new();
    let (first, second) = (connections.take(), connections.take());
    assert_eq!(connections.len(), 2);
    first.connection.set(ConnectionPhase::Linger);
    second.connection.set(ConnectionPhase::Body);
    assert_eq!(
        (first.connection.phase(), second.connection.phase()),
        (ConnectionPhase::Linger, ConnectionPhase::Body)
    );
    assert!(first.connection.read().1 <= connections.now());
    connections.shut();
    assert_eq!(
        (first.connection.phase(), second.connection.phase()),
        (ConnectionPhase::Closed, ConnectionPhase::Closed)
    );
    drop(first);
    assert_eq!(connections.len(), 1);
}
