use super::Server;
use super::tests::{API, get, post, quick, raw, start};
use crate::error::{Error, Result};
use crate::recommend::{Recommend, Request, Response};
use crate::testing::{SLOW, service};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(30);
const ASK: &str = r#"{"user_id": "a"}"#;

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    stream
}

fn head(length: usize) -> String {
    format!(
        "POST {API} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// A connection that said so much and no more.
fn said(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

/// Reads to the end; a reset is an end, too.
fn rest(mut stream: &TcpStream) -> String {
    let mut text = Vec::new();
    match stream.read_to_end(&mut text) {
        Err(e) if e.kind() != ErrorKind::ConnectionReset => panic!("not closed: {e}"),
        _ => String::from_utf8(text).unwrap(),
    }
}

/// Reads one answer of a kept connection: its head and body, or what came of them.
fn answer(mut stream: &TcpStream) -> Result<String, String> {
    let (mut text, mut byte) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(at) = text.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&text[..at]).to_lowercase();
            let length = head
                .lines()
                .find_map(|l| l.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |l| l.parse().unwrap());
            if text.len() >= at + 4 + length {
                return Ok(String::from_utf8(text).unwrap());
            }
        }
        match stream.read(&mut byte) {
            Ok(0) => return Err(format!("ended after {} bytes", text.len())),
            Ok(n) => text.extend_from_slice(&byte[..n]),
            Err(e) => return Err(e.to_string()),
        }
    }
}

#[test]
fn case_v1_slow_bodies_keep_nobody_from_a_place() {
    let (service, _) = service("v1", 0);
    let server = start(quick().concurrency(2), service);
    let begun = head(ASK.len()) + "{";
    let slow: Vec<_> = (0..16).map(|_| said(server.address, &begun)).collect();
    // The server has read what they sent: a request after them is answered.
    assert_eq!(get(server.address, "/health/live").status, 200);
    for _ in 0..20 {
        assert_eq!(post(server.address, ASK).status, 200);
    }
    // And they are answered when they come to an end.
    for mut stream in &slow[..2] {
        stream.write_all(&ASK.as_bytes()[1..]).unwrap();
        assert!(answer(stream).unwrap().starts_with("HTTP/1.1 200"));
    }
    server.stop().unwrap();
}

#[test]
fn case_v2_clients_that_are_too_slow_are_closed() {
    let short = Duration::from_millis(200);
    let (service, _) = service("v1", 0);
    let limits = quick().head_timeout(short).idle_timeout(short);
    let server = start(limits.write_timeout(short), service);
    let at = server.address;
    assert_eq!(rest(&connect(at)), "", "not a byte");
    assert_eq!(rest(&said(at, "GET /health/live HT")), "", "half a head");
    let kept = said(at, "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n");
    let all = rest(&kept);
    assert!(
        all.starts_with("HTTP/1.1 200") && all.ends_with("}"),
        "{all}"
    );
    // A client that only asks, and never reads: what it sends piles up until it is closed.
    let mut deaf = connect(at);
    let asks = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    let began = Instant::now();
    while deaf.write_all(asks.as_bytes()).is_ok() {
        assert!(began.elapsed() < LONG, "still taken");
    }
    for (cause, least) in [
        ("head_timeout", 2),
        ("idle_timeout", 1),
        ("write_timeout", 1),
    ] {
        let metrics = get(at, "/metrics").body;
        let name = format!("http_connections_closed_total{{cause=\"{cause}\"}} ");
        let count = metrics.lines().find_map(|l| l.strip_prefix(&name));
        let count: u32 = count
            .unwrap_or_else(|| panic!("no {cause} in {metrics}"))
            .parse()
            .unwrap();
        assert!(count >= least, "{cause}: {count}");
    }
    server.stop().unwrap();
}

#[test]
fn case_v2_at_the_limit_the_longest_silence_makes_room() {
    let (service, switch) = service("v1", 0);
    let limits = quick()
        .connections(4)
        .yield_after(Duration::from_millis(50));
    let server = start(limits.head_timeout(LONG * 10), service);
    let at = server.address;
    // One that is being answered is not silent, however long that takes.
    switch.store(SLOW, Ordering::SeqCst);
    let busy = said(at, &(head(ASK.len()) + ASK));
    let silent: Vec<_> = (0..20).map(|_| connect(at)).collect();
    for _ in 0..5 {
        assert_eq!(get(at, "/health/live").status, 200);
    }
    assert!(answer(&busy).unwrap().starts_with("HTTP/1.1 200"));
    assert_eq!(rest(&silent[0]), "", "the first to be silent was closed");
    server.stop().unwrap();
}

/// Asks until the port is closed, five times on each connection or until an answer is the last;
/// what was lost, and how many were answered.
fn client(at: SocketAddr) -> (Vec<String>, usize) {
    let mut answered = 0;
    while let Ok(stream) = TcpStream::connect(at) {
        stream.set_read_timeout(Some(LONG)).unwrap();
        for _ in 0..5 {
            let sent = (&stream).write_all((head(ASK.len()) + ASK).as_bytes());
            let got = sent.map_err(|e| e.to_string());
            match got.and_then(|()| answer(&stream)) {
                Ok(text) if text.starts_with("HTTP/1.1 200") => {
                    answered += 1;
                    if text.contains("connection: close") {
                        break;
                    }
                }
                other => return (vec![format!("{other:?}")], answered),
            }
        }
        // As a load balancer does after a last answer: it looks again a little later.
        std::thread::sleep(Duration::from_millis(5));
    }
    (Vec::new(), answered)
}

#[test]
fn case_v4_stopping_under_load_loses_no_request() {
    let (service, _) = service("v1", 0);
    let mut server = start(quick().notice(Duration::from_millis(300)), service);
    let at = server.address;
    let clients: Vec<_> = (0..8)
        .map(|_| std::thread::spawn(move || client(at)))
        .collect();
    std::thread::sleep(Duration::from_millis(100));
    drop(server.stop.take());
    for thread in clients {
        let (lost, answered) = thread.join().unwrap();
        assert!(lost.is_empty() && answered > 0, "{lost:?} after {answered}");
    }
    server.stop().unwrap();
}

#[test]
fn case_v4_a_stopping_server_says_so_on_every_answer_and_takes_new_connections() {
    let (service, switch) = service("v1", 0);
    switch.store(SLOW, Ordering::SeqCst);
    let mut server = start(quick().notice(Duration::from_secs(1)), service);
    let at = server.address;
    let (kept, busy) = (connect(at), said(at, &(head(ASK.len()) + ASK)));
    assert_eq!(get(at, "/health/ready").status, 200);
    drop(server.stop.take());
    let began = Instant::now();
    while get(at, "/health/ready").status == 200 {
        assert!(began.elapsed() < LONG, "still ready");
    }
    // What was begun, what was connected, and what only comes now.
    let asked = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    (&kept).write_all(asked.as_bytes()).unwrap();
    for stream in [busy, kept, said(at, asked)] {
        let text = rest(&stream);
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        assert!(text.contains("connection: close"), "{text}");
    }
    server.stop().unwrap();
}

#[test]
fn case_v4_half_sent_requests_do_not_hold_the_end_back() {
    let (service, _) = service("v1", 0);
    let short = Duration::from_millis(300);
    let limits = quick().head_timeout(short).request_timeout(short);
    let server = start(limits.drain_timeout(LONG * 10), service);
    let at = server.address;
    let halves = ["POST /api", "G", &head(9), &(head(9) + "{"), ""];
    let half: Vec<_> = halves.iter().map(|text| said(at, text)).collect();
    assert_eq!(get(at, "/health/live").status, 200);
    let began = Instant::now();
    server.stop().unwrap();
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    let ends: Vec<String> = half.iter().map(rest).collect();
    assert!(
        ends[2].starts_with("HTTP/1.1 408") && ends[3].starts_with("HTTP/1.1 408"),
        "{ends:?}"
    );
}

#[test]
fn case_v4_clients_that_close_their_side_get_their_answer() {
    let (service, switch) = service("v1", 0);
    switch.store(SLOW, Ordering::SeqCst);
    let server = start(quick(), service);
    let stream = said(server.address, &(head(ASK.len()) + ASK));
    stream.shutdown(Shutdown::Write).unwrap();
    let text = rest(&stream);
    assert!(
        text.starts_with("HTTP/1.1 200") && text.contains("p0"),
        "{text}"
    );
    server.stop().unwrap();
}

#[test]
fn a_request_that_is_still_worked_on_at_the_end_is_a_drain_timeout() {
    struct Stuck(Mutex<mpsc::Receiver<()>>);
    impl Recommend for Stuck {
        fn recommend(&self, _: &Request) -> Result<Response> {
            let _ = self.0.lock().unwrap().recv();
            Err(Error::NotReady)
        }
        fn version(&self) -> Option<String> {
            None
        }
    }
    let (release, wait) = mpsc::channel();
    let limits = quick()
        .request_timeout(LONG)
        .drain_timeout(Duration::from_millis(100));
    let mut server = start(limits, Arc::new(Stuck(Mutex::new(wait))));
    let at = server.address;
    let _asked = said(at, &(head(ASK.len()) + ASK));
    let began = Instant::now();
    while !get(at, "/metrics").body.contains("requests_in_flight 1") {
        assert!(began.elapsed() < LONG, "not begun");
    }
    drop(server.stop.take());
    let began = Instant::now();
    while TcpStream::connect(at).is_ok() {
        assert!(began.elapsed() < LONG, "still open");
    }
    // The runtime waits for its threads: let go once the server has given up.
    let freed = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        drop(release);
    });
    let end = server.stop();
    assert!(
        matches!(end, Err(Error::DrainTimeout { waited_ms: 100 })),
        "{end:?}"
    );
    freed.join().unwrap();
}

#[test]
fn case_v9_what_is_refused_before_it_is_a_request_is_json_too() {
    let (service, _) = service("v1", 0);
    let server = start(quick(), service);
    let at = server.address;
    let is = |text: String, status: u16, code: &str| {
        let answer = raw(at, text.as_bytes());
        assert_eq!(answer.code(), (status, code.into()), "{}", answer.head);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("connection"), Some("close"));
    };
    let line = |path: &str| format!("GET /{path} HTTP/1.1\r\nhost: x\r\n");
    for long in [65_535, 70_000, 1_000_000] {
        is(line(&"a".repeat(long)) + "\r\n", 414, "uri_too_long");
    }
    let wide = format!("x-wide: {}\r\n\r\n", "b".repeat(100_000));
    is(line("") + &wide, 431, "headers_too_large");
    let many: String = (0..200).map(|i| format!("x-{i}: 1\r\n")).collect();
    is(line("") + &many + "\r\n", 431, "headers_too_large");
    is("hello\r\n\r\n".into(), 400, "bad_request");
    is("GET / HTTP/9.9\r\n\r\n".into(), 400, "bad_request");
    is(line("") + "no colon\r\n\r\n", 400, "bad_request");
    is(
        line("") + "content-length: many\r\n\r\n",
        400,
        "bad_request",
    );
    // After a request on the same connection, too.
    let live = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    let stream = said(at, live);
    assert!(answer(&stream).unwrap().starts_with("HTTP/1.1 200"));
    (&stream).write_all(b"hello\r\n\r\n").unwrap();
    assert!(rest(&stream).ends_with(
        r#"{"error":{"code":"bad_request","message":"this is not a request of HTTP/1.1","field":null}}"#
    ));
    assert_eq!(get(at, "/health/live").status, 200);
    server.stop().unwrap();
}

#[test]
fn defaults_are_those_of_the_page_of_limits() {
    use crate::limits::*;
    let set = Server::new()
        .connections(CONNECTIONS)
        .concurrency(CONCURRENCY)
        .head_limit(HEAD_BYTES)
        .body_limit(BODY_BYTES)
        .head_timeout(HEAD_TIMEOUT)
        .request_timeout(REQUEST_TIMEOUT)
        .write_timeout(WRITE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .yield_after(YIELD_AFTER)
        .notice(NOTICE)
        .grace(GRACE)
        .drain_timeout(DRAIN_TIMEOUT);
    assert_eq!(Server::new().limits, set.limits);
    assert!(NOTICE > Duration::ZERO);
}
