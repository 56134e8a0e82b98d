//! A server as a process, seen from outside: stopped by SIGTERM it finishes its requests and exits
//! with code 0; without descriptors left it still answers.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ml_data::contract::{ByVisit, RankFn, Ranker};
use ml_serve::http::Server;
use ml_serve::recommend::{Bundle, Catalogue, IdIndex, Product, RecommendationService, Rung};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn slow() -> impl Ranker<Query = ByVisit> {
    RankFn::by_score::<ByVisit>(1, |_, _| {
        std::thread::sleep(Duration::from_millis(300));
        1.0
    })
}

/// Runs only when the other tests start it as a process of its own.
#[test]
fn child() {
    let Ok(address) = std::env::var("ML_SERVE_TEST_ADDRESS") else {
        return;
    };
    // Files that the server has no hand in: descriptors run out before its own limit of connections
    // is reached.
    let others = std::env::var("ML_SERVE_TEST_FILES").map_or(0, |n| n.parse().unwrap());
    let _others: Vec<_> = (0..others)
        .map(|_| std::fs::File::open("/dev/null").unwrap())
        .collect();
    let catalogue = Catalogue::new([Product::new("mug", "kitchen", 8.0)]).unwrap();
    let bundle =
        Bundle::new("v1", catalogue, IdIndex::default()).rung(Rung::new("popularity", slow()));
    Server::new()
        .run(
            &address,
            Arc::new(RecommendationService::new(bundle).unwrap()),
        )
        .unwrap();
}

/// A child that serves on a free port, and a first connection to it.
fn serve(set_up: &str, files: u32) -> (Child, String, TcpStream) {
    let address = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let process = Command::new("sh")
        .args(["-c", &format!("{set_up} exec \"$0\" --exact child")])
        .arg(std::env::current_exe().unwrap())
        .env("ML_SERVE_TEST_ADDRESS", &address)
        .env("ML_SERVE_TEST_FILES", files.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let stream = loop {
        match TcpStream::connect(&address) {
            Ok(stream) => break stream,
            Err(e) => assert!(began.elapsed() < Duration::from_secs(30), "{e}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    (process, address, stream)
}

fn terminate(process: &Child) {
    let killed = Command::new("kill")
        .args(["-TERM", &process.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
}

#[test]
fn case_v2_silent_connections_take_no_descriptor_from_others() {
    // At the limit of connections (three quarters of the files), and where accepting fails before
    // it is reached.
    for files in [0, 48] {
        let (mut process, address, _first) = serve("ulimit -n 128;", files);
        let _silent: Vec<_> = (0..140)
            .map(|_| TcpStream::connect(&address).unwrap())
            .collect();
        for _ in 0..3 {
            let mut stream = TcpStream::connect(&address).unwrap();
            let patience = Some(Duration::from_secs(30));
            stream.set_read_timeout(patience).unwrap();
            let ask = b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            stream.write_all(ask).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        terminate(&process);
        assert_eq!(process.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn sigterm_drains_and_exits_with_zero() {
    let (mut process, _, mut stream) = serve("", 0);
    let body = r#"{"user_id": "ann"}"#;
    let head = "POST /api/v1/recommendations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ";
    stream
        .write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes())
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    terminate(&process);
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
