use super::*;
use crate::error::{Error, Result};
use crate::recommend::{Recommend, RecommendationService, Request, Response};
use crate::testing::{FAILS, SLOW, service};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

pub(super) const API: &str = "/api/v1/recommendations";

/// A server on a free port, stopped when told or dropped.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) stop: Option<oneshot::Sender<()>>,
    pub(super) thread: JoinHandle<Result<()>>,
}

/// The default limits, with a short end.
pub(super) fn quick() -> Server {
    Server::new()
        .notice(Duration::ZERO)
        .grace(Duration::from_millis(50))
}

pub(super) fn start(server: Server, service: Arc<dyn Recommend>) -> Running {
    let (stop, stopped) = oneshot::channel();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = bind("127.0.0.1:0").await?;
            tell.send(listener.local_addr().unwrap()).unwrap();
            server
                .serve(listener, service, async { _ = stopped.await })
                .await
        })
    });
    Running {
        address: told.recv().unwrap(),
        stop: Some(stop),
        thread,
    }
}

impl Running {
    pub(super) fn stop(mut self) -> Result<()> {
        drop(self.stop.take());
        self.thread.join().unwrap()
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
    pub(super) fn code(&self) -> (u16, String) {
        (
            self.status,
            self.json()["error"]["code"]
                .as_str()
                .unwrap_or("(none)")
                .into(),
        )
    }
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|l| {
                l.split_once(':')
                    .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            })
            .map(|(_, v)| v.trim())
    }
}

pub(super) fn raw(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream.write_all(request).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {text}"));
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.into(),
        body: body.into(),
    }
}

pub(super) fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    kind: &str,
    body: &[u8],
) -> Answer {
    let kind = if kind.is_empty() {
        String::new()
    } else {
        format!("content-type: {kind}\r\n")
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{kind}content-length: {}\r\n\r\n",
        body.len()
    );
    raw(address, &[head.as_bytes(), body].concat())
}

pub(super) fn get(address: SocketAddr, path: &str) -> Answer {
    send(address, "GET", path, "", b"")
}

pub(super) fn post(address: SocketAddr, body: &str) -> Answer {
    send(address, "POST", API, "application/json", body.as_bytes())
}

#[test]
fn the_api_answers_as_documented() {
    let (service, _) = service("v2.1.3", 0);
    let server = start(quick(), service);
    let body = r#"{"user_id": "user123", "context": {"current_product": "p0", "session_history": ["p1", "gone"]},
        "num_recommendations": 3, "filters": {"exclude_categories": ["c1"], "price_max": 100}}"#;
    let answer = send(
        server.address,
        "POST",
        API,
        "application/json; charset=utf-8",
        body.as_bytes(),
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    let json = answer.json();
    let ids: Vec<_> = json["recommendations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["product_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["p2", "p3", "p5"]);
    assert_eq!(json["metadata"]["model_version"], "v2.1.3");
    assert_eq!(answer.header("x-answered-by"), Some("popularity"));
    assert_eq!(
        answer.header("x-note"),
        Some("unknown products of session_history ignored")
    );
    assert!(
        answer
            .header("x-request-id")
            .unwrap()
            .parse::<u64>()
            .is_ok()
    );
    assert_eq!(
        get(server.address, "/health/live").json()["status"],
        "alive"
    );
    let ready = get(server.address, "/health/ready");
    assert_eq!(
        (ready.status, ready.json()["model_version"].as_str()),
        (200, Some("v2.1.3"))
    );
    server.stop().unwrap();
}

#[test]
fn every_fault_of_a_client_has_its_status_and_json() {
    let (service, _) = service("v1", 0);
    let server = start(quick().request_timeout(Duration::from_millis(300)), service);
    let at = server.address;
    let is = |answer: Answer, status: u16, code: &str| {
        assert_eq!(answer.code(), (status, code.into()), "{}", answer.body);
    };
    is(post(at, "{\"user_id\": "), 400, "malformed_json");
    is(post(at, ""), 400, "malformed_json");
    is(post(at, "\u{0}"), 400, "malformed_json");
    let wrong = post(at, r#"{"user_id": 7}"#);
    assert_eq!(wrong.json()["error"]["field"], "user_id");
    is(wrong, 422, "invalid_field");
    let range = post(at, r#"{"user_id": "a", "num_recommendations": 0}"#);
    assert_eq!(range.json()["error"]["field"], "num_recommendations");
    is(range, 422, "invalid_field");
    is(
        send(at, "POST", API, "text/plain", b"{}"),
        415,
        "unsupported_media_type",
    );
    is(
        send(at, "POST", API, "", b"{}"),
        415,
        "unsupported_media_type",
    );
    is(get(at, "/nothing"), 404, "not_found");
    let method = get(at, API);
    assert_eq!(method.header("allow"), Some("POST"));
    is(method, 405, "method_not_allowed");
    is(
        send(at, "DELETE", "/health/live", "", b""),
        405,
        "method_not_allowed",
    );
    let padded = format!("{{\"user_id\": \"a\"{}}}", " ".repeat(64 << 10));
    is(post(at, &padded), 413, "body_too_large");
    let huge = vec![b' '; 10 << 20];
    is(
        send(at, "POST", API, "application/json", &huge),
        413,
        "body_too_large",
    );
    let announced = format!(
        "POST {API} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n"
    );
    is(raw(at, announced.as_bytes()), 413, "body_too_large");
    let stalled = format!(
        "POST {API} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{{"
    );
    is(raw(at, stalled.as_bytes()), 408, "request_timeout");
    assert_eq!(post(at, r#"{"user_id": "still here"}"#).status, 200);
    server.stop().unwrap();
}

#[test]
fn the_reasons_given_to_clients_say_what_was_expected() {
    let (service, _) = service("v1", 0);
    let server = start(quick(), service);
    let at = server.address;
    let message = |answer: Answer| {
        let said = answer.json()["error"]["message"].clone();
        said.as_str().unwrap_or_default().to_owned()
    };
    let cut = message(post(at, "{\"user_id\": "));
    assert!(cut.contains("EOF") && cut.contains("line 1"), "{cut}");
    let number = message(post(at, r#"{"user_id": 7}"#));
    assert!(
        number.contains("user_id") && number.contains("string"),
        "{number}"
    );
    let huge = vec![b' '; 10 << 20];
    let large = message(send(at, "POST", API, "application/json", &huge));
    assert!(large.contains("65536"), "{large}");
    // A user nobody has seen is no fault.
    let unseen = post(at, r#"{"user_id": "nobody has seen this one"}"#);
    assert_eq!(unseen.status, 200);
    let list = unseen.json()["recommendations"].clone();
    assert!(
        list.as_array().is_some_and(|l| !l.is_empty()),
        "{}",
        unseen.body
    );
    // A server that is gone refuses; it does not hang.
    server.stop().unwrap();
    let e = TcpStream::connect(at).unwrap_err();
    assert_eq!(e.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[test]
fn chunked_bodies_are_limited_too() {
    let (service, _) = service("v1", 0);
    let server = start(quick().body_limit(64), service);
    let chunked = |chunks: &[&str]| {
        let mut request = format!(
            "POST {API} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        chunks
            .iter()
            .for_each(|c| request.push_str(&format!("{:x}\r\n{c}\r\n", c.len())));
        raw(server.address, (request + "0\r\n\r\n").as_bytes())
    };
    assert_eq!(chunked(&["{\"user_id\"", ": \"a\"}"]).status, 200);
    assert_eq!(
        chunked(&["{\"user_id\": \"a\"", &" ".repeat(50), "}"]).status,
        413
    );
    server.stop().unwrap();
}

#[test]
fn without_a_model_the_server_is_alive_and_not_ready() {
    let server = start(quick(), Arc::new(RecommendationService::empty()));
    assert_eq!(get(server.address, "/health/live").status, 200);
    assert_eq!(
        get(server.address, "/health/ready").code(),
        (503, "not_ready".into())
    );
    let answer = post(server.address, r#"{"user_id": "a"}"#);
    assert_eq!(answer.code(), (503, "not_ready".into()));
    assert_eq!(answer.header("retry-after"), Some("1"));
    server.stop().unwrap();
}

#[test]
fn faults_of_the_service_are_json_too() {
    struct Panics;
    impl Recommend for Panics {
        fn recommend(&self, _: &Request) -> Result<Response> {
            panic!("a bug")
        }
        fn version(&self) -> Option<String> {
            panic!("another bug")
        }
    }
    let server = start(quick(), Arc::new(Panics));
    assert_eq!(
        post(server.address, r#"{"user_id": "a"}"#).code(),
        (500, "panic".into())
    );
    assert_eq!(
        get(server.address, "/health/ready").code(),
        (500, "panic".into())
    );
    assert_eq!(get(server.address, "/health/live").status, 200);
    server.stop().unwrap();
    let (service, switch) = service("v1", 0);
    switch.store(FAILS, Ordering::SeqCst);
    let server = start(quick(), service);
    let answer = post(server.address, r#"{"user_id": "a"}"#);
    assert_eq!(answer.code(), (503, "no_answer".into()));
    assert!(!answer.body.contains("out of order"), "causes stay inside");
    server.stop().unwrap();
}

#[test]
fn too_many_or_too_slow_requests_get_503() {
    let (service, switch) = service("v1", 0);
    switch.store(SLOW, Ordering::SeqCst);
    let server = start(quick().concurrency(2), service.clone());
    let at = server.address;
    let mut codes: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|_| scope.spawn(move || post(at, r#"{"user_id": "a"}"#)))
            .collect();
        all.into_iter()
            .map(|t| t.join().unwrap())
            .map(|a| {
                assert!(
                    a.status == 200
                        || (a.code() == (503, "overloaded".into())
                            && a.header("retry-after").is_some())
                );
                a.status
            })
            .collect()
    });
    codes.sort_unstable();
    assert!(codes[0] == 200 && codes[7] == 503, "{codes:?}");
    server.stop().unwrap();
    let server = start(quick().request_timeout(Duration::from_millis(20)), service);
    assert_eq!(
        post(server.address, r#"{"user_id": "a"}"#).code(),
        (503, "timeout".into())
    );
    server.stop().unwrap();
}

#[test]
fn metrics_tell_requests_latencies_rungs_and_the_version() {
    let (service, _) = service("v7", 0);
    let server = start(quick(), service);
    for _ in 0..3 {
        assert_eq!(post(server.address, r#"{"user_id": "a"}"#).status, 200);
    }
    post(server.address, "{");
    get(server.address, "/random/path");
    let answer = get(server.address, "/metrics");
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("application/openmetrics-text")
    );
    for line in [
        "http_requests_total{route=\"/api/v1/recommendations\",status=\"200\"} 3",
        "http_requests_total{route=\"/api/v1/recommendations\",status=\"400\"} 1",
        "http_requests_total{route=\"other\",status=\"404\"} 1",
        "http_request_duration_seconds_count 4",
        "recommendations_answered_total{answered_by=\"popularity\"} 3",
        "model_info{version=\"v7\"} 1",
        "recommendation_requests_in_flight 0",
        "# EOF",
    ] {
        assert!(
            answer.body.lines().any(|l| l == line),
            "no `{line}` in\n{}",
            answer.body
        );
    }
    server.stop().unwrap();
}

#[test]
fn a_port_in_use_is_named() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    let (service, _) = service("v1", 0);
    let e = quick().run(&address, service.clone()).unwrap_err();
    assert!(
        matches!(&e, Error::Io { context, source } if context.contains(&address) && source.kind() == std::io::ErrorKind::AddrInUse),
        "{e}"
    );
    let e = quick().run("not an address", service).unwrap_err();
    assert!(e.to_string().contains("not an address"), "{e}");
}

#[test]
fn stopping_says_so_first_and_finishes_what_was_begun() {
    let (service, switch) = service("v1", 0);
    switch.store(SLOW, Ordering::SeqCst);
    let mut server = start(quick().notice(Duration::from_millis(100)), service);
    let at = server.address;
    let begun = std::thread::spawn(move || post(at, r#"{"user_id": "a"}"#));
    // An idle connection must not hold the server back.
    let _idle = TcpStream::connect(at).unwrap();
    std::thread::sleep(Duration::from_millis(60));
    drop(server.stop.take());
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(get(at, "/health/ready").code(), (503, "draining".into()));
    assert_eq!(begun.join().unwrap().status, 200);
    server.stop().unwrap();
    assert!(TcpStream::connect(at).is_err(), "the port is free again");
}

#[test]
fn swapping_under_load_over_http_fails_no_request() {
    let (service, _) = service("v1", 0);
    let (other, _) = crate::testing::service("v2", 5);
    let server = start(quick(), service.clone());
    let at = server.address;
    let versions: Vec<String> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(move || {
                    (0..40)
                        .map(|_| {
                            let answer = post(at, r#"{"user_id": "a"}"#);
                            assert_eq!(answer.status, 200, "{}", answer.body);
                            answer.json()["metadata"]["model_version"]
                                .as_str()
                                .unwrap()
                                .to_string()
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let mut next = other.bundle().unwrap();
        for _ in 0..20 {
            next = service.swap(next).unwrap().unwrap();
            std::thread::sleep(Duration::from_millis(2));
        }
        clients
            .into_iter()
            .flat_map(|c| c.join().unwrap())
            .collect()
    });
    assert_eq!(versions.len(), 120);
    assert!(versions.iter().all(|v| v == "v1" || v == "v2"));
    server.stop().unwrap();
}
