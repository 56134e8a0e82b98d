//! Settings, routes and counts, without a port.

use super::*;
use crate::testing::service;
use std::time::Duration;

#[test]
fn a_server_keeps_what_it_is_told() {
    let ms = Duration::from_millis;
    let server = Server::new()
        .connections(1)
        .head_limit(2)
        .body_limit(3)
        .head_timeout(ms(5))
        .request_timeout(ms(6))
        .write_timeout(ms(7))
        .idle_timeout(ms(8))
        .yield_after(ms(9))
        .notice(ms(10))
        .grace(ms(11))
        .drain_timeout(ms(12));
    let s = server.limits;
    assert_eq!((s.connections, s.head_limit, s.body_limit), (1, 2, 3));
    let times = [
        s.head_timeout,
        s.request_timeout,
        s.write_timeout,
        s.idle_timeout,
        s.yield_after,
        s.notice,
        s.grace,
        s.drain_timeout,
    ];
    assert_eq!(times, [5, 6, 7, 8, 9, 10, 11, 12].map(ms));
}

#[test]
fn the_routes_alone_answer_too() {
    use tower::ServiceExt;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let router = Server::new().router(service("v1", 0).0);
    let request = axum::http::Request::get("/metrics")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = runtime.block_on(router.oneshot(request)).unwrap();
    assert_eq!(answer.status().as_u16(), 200);
}

#[test]
fn rungs_of_a_request_nobody_answered_are_counted() {
    let metrics = metrics::Metrics::new();
    metrics.record_unanswered(&[
        ("als".into(), "gone".into()),
        ("popularity".into(), "late".into()),
    ]);
    let text = metrics.text(None).unwrap();
    for rung in ["als", "popularity"] {
        assert!(text.contains(&format!("rung=\"{rung}\"}} 1")), "{text}");
    }
}
