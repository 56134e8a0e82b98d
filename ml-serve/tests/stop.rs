//! A server stopped by SIGTERM finishes its requests and exits with code 0: seen from outside, as a process.
#![cfg(unix)]

use ml_data::contract::{ByVisit, RankFn, Ranker};
use ml_serve::http::Server;
use ml_serve::recommend::{Bundle, Catalogue, Product, RecommendationService, Rung, Users};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn slow() -> impl Ranker<Query = ByVisit> {
    RankFn::by_score::<ByVisit>(1, |_, _| {
        std::thread::sleep(Duration::from_millis(300));
        1.0
    })
}

/// Runs only when the other test starts it as a process of its own.
#[test]
fn child() {
    let Ok(address) = std::env::var("ML_SERVE_TEST_ADDRESS") else {
        return;
    };
    let catalogue = Catalogue::new([Product::new("mug", "kitchen", 8.0)]).unwrap();
    let bundle =
        Bundle::new("v1", catalogue, Users::default()).rung(Rung::new("popularity", slow()));
    Server::new()
        .run(
            &address,
            Arc::new(RecommendationService::new(bundle).unwrap()),
        )
        .unwrap();
}

#[test]
fn sigterm_drains_and_exits_with_zero() {
    let address = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child"])
        .env("ML_SERVE_TEST_ADDRESS", &address)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let mut stream = loop {
        match TcpStream::connect(&address) {
            Ok(stream) => break stream,
            Err(e) => assert!(began.elapsed() < Duration::from_secs(30), "{e}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let body = r#"{"user_id": "ann"}"#;
    let head = "POST /api/v1/recommendations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ";
    stream
        .write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes())
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let killed = Command::new("kill")
        .args(["-TERM", &process.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let mut answer = String::new();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"mug\""),
        "{answer}"
    );
    assert_eq!(process.wait().unwrap().code(), Some(0));
}
