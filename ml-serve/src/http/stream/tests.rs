//! Heads of the parser that get a body.

use super::super::connections::ConnectionTable;
use super::*;

fn code(line: &[u8], phase: ConnectionPhase, head: &str) -> Option<String> {
    let slot = ConnectionTable::new().take();
    let mut tap = WatchedStream::new((), slot.connection.clone(), 10);
    tap.arrived(line);
    slot.connection.set(phase);
    let text = String::from_utf8(tap.refusal(head.as_bytes())?).unwrap();
    let body = text.split("\r\n\r\n").nth(1).unwrap();
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    Some(json["error"]["code"].as_str().unwrap().into())
}

#[test]
fn refusals_of_the_parser_get_their_code() {
    let of = |line: &[u8], status: u16| {
        code(
            line,
            ConnectionPhase::Head,
            &format!("HTTP/1.1 {status} Words\r\n\r\n"),
        )
    };
    let whole: &[u8] = b"0123456789\nx";
    for (line, status, want) in [
        (whole, 431, Some("headers_too_large")), // a line of exactly the limit
        (&b"0123456789a\n"[..], 431, Some("uri_too_long")),
        (&b"0123"[..], 431, Some("uri_too_long")), // the line does not end
        (whole, 414, Some("uri_too_long")),
        (whole, 400, Some("bad_request")),
        (whole, 200, None),
        (whole, 500, None),
    ] {
        assert_eq!(of(line, status).as_deref(), want, "{status} {line:?}");
    }
}

#[test]
fn answers_of_the_service_are_left_alone() {
    let head = "HTTP/1.1 400 Bad Request\r\n\r\n";
    for (phase, refused) in [
        (ConnectionPhase::Fresh, true),
        (ConnectionPhase::Head, true),
        (ConnectionPhase::Kept, true),
        (ConnectionPhase::Body, false),
        (ConnectionPhase::Work, false),
        (ConnectionPhase::Answer, false),
        (ConnectionPhase::Linger, false),
    ] {
        assert_eq!(code(b"GET\n", phase, head).is_some(), refused, "{phase:?}");
    }
    assert_eq!(code(b"GET\n", ConnectionPhase::Head, "no head"), None);
}

/// A stream whose vectored writes are said to be good, or not.
struct Says(bool);

impl AsyncRead for Says {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Says {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn is_write_vectored(&self) -> bool {
        self.0
    }
}

#[test]
fn the_stream_says_whether_it_writes_in_pieces() {
    for says in [true, false] {
        let tap = WatchedStream::new(
            Says(says),
            ConnectionTable::new().take().connection.clone(),
            10,
        );
        assert_eq!(tap.is_write_vectored(), says);
    }
}
