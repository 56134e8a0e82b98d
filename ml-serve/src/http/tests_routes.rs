//! Routes of a user beside those of the service.

use super::Server;
use super::tests::{API, quick, send, start};
use crate::error::Error;
use crate::testing::service;
use axum::Router;
use axum::routing::{get, post};

const JSON: &str = "application/json";

async fn broken() -> &'static str {
    panic!("a fault of mine")
}

fn own() -> Router {
    Router::new()
        .route("/about", get(|| async { "a shop" }))
        .route("/echo", post(|body: String| async move { body }))
        .route("/broken", get(broken))
}

#[test]
fn routes_of_ones_own_are_served_beside_those_of_the_service() {
    let running = start(quick().routes(own()), service("v1", 0).0);
    let at = running.address;
    let about = send(at, "GET", "/about", JSON, b"");
    assert_eq!((about.status, about.body.as_str()), (200, "a shop"));
    let echo = send(at, "POST", "/echo", "text/plain", b"twice");
    assert_eq!((echo.status, echo.body.as_str()), (200, "twice"));
    let list = send(at, "POST", API, JSON, br#"{"user_id": "u1"}"#);
    assert_eq!(list.status, 200);
    let broken = send(at, "GET", "/broken", JSON, b"");
    assert_eq!(broken.code(), (500, "panic".into()));
    let method = send(at, "GET", API, JSON, b"");
    assert_eq!(method.code(), (405, "method_not_allowed".into()));
    let unknown = send(at, "GET", "/nothing", JSON, b"");
    assert_eq!((unknown.status, unknown.body.as_str()), (404, ""));
    let metrics = send(at, "GET", "/metrics", JSON, b"").body;
    let other = r#"http_requests_total{route="other",status="200"} 2"#;
    assert!(metrics.contains(other), "{metrics}");
    running.stop().unwrap();
}

#[test]
fn paths_that_no_route_takes_go_to_the_fallback_there_is() {
    let with = own().fallback(|| async { "my own" });
    let more = Router::new().route("/more", get(|| async { "more" }));
    let running = start(quick().routes(with).routes(more), service("v1", 0).0);
    let body = |path| send(running.address, "GET", path, JSON, b"").body;
    assert_eq!([body("/nothing"), body("/more")], ["my own", "more"]);
    assert!(body("/health/ready").contains("v1"));
    running.stop().unwrap();
    // Alone, the service says so itself.
    let running = start(quick(), service("v1", 0).0);
    let unknown = send(running.address, "GET", "/nothing", JSON, b"");
    assert_eq!(unknown.code(), (404, "not_found".into()));
    running.stop().unwrap();
}

#[test]
fn a_route_that_the_service_has_is_refused() {
    let twice = Router::new().route("/health/live", get(|| async { "mine" }));
    let running = start(quick().routes(twice), service("v1", 0).0);
    let e = running.stop().unwrap_err();
    assert!(matches!(e, Error::Routes { .. }), "{e}");
    assert!(e.to_string().contains("/health/live"), "{e}");
    let running = start(quick().routes(own()).routes(own()), service("v1", 0).0);
    let e = running.stop().unwrap_err().to_string();
    // Whichever of the three axum finds first.
    assert!(
        e.contains("already exists") && !e.contains("panicked"),
        "{e}"
    );
}

#[test]
fn the_routes_alone_leave_the_fallback_to_their_host() {
    let app: Router = Router::new()
        .fallback(|| async { "the host's" })
        .merge(Server::new().router(service("v1", 0).0));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = runtime.block_on(async {
        let request = axum::extract::Request::get("/nothing");
        let request = request.body(axum::body::Body::empty()).unwrap();
        let answer = tower::ServiceExt::oneshot(app, request).await.unwrap();
        axum::body::to_bytes(answer.into_body(), 100).await.unwrap()
    });
    assert_eq!(answer, "the host's");
}

/// A route that answers after its body is whole is work, and not a client that keeps others out:
/// at the limit of connections it stays.
#[test]
fn work_on_a_whole_body_is_not_cut_for_a_new_connection() {
    let pause = std::time::Duration::from_millis(400);
    let work = move |body: String| async move {
        tokio::time::sleep(pause).await;
        body
    };
    let own = Router::new().route("/work", post(work));
    let server = quick().connections(1).yield_after(pause / 20).routes(own);
    let running = start(server, service("v1", 0).0);
    let at = running.address;
    let slow = std::thread::spawn(move || send(at, "POST", "/work", JSON, b"done"));
    std::thread::sleep(pause / 4);
    let other = send(at, "GET", "/health/live", JSON, b"");
    assert_eq!(other.status, 200);
    assert_eq!(slow.join().unwrap().body, "done");
    running.stop().unwrap();
}
