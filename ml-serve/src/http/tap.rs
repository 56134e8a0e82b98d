//! A stream that tells its seat what happens on it, and gives the parser's refusals their JSON.

use super::reply::Refusal;
use super::seat::{Phase, Seat};
use axum::http::StatusCode;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A client's stream.
#[derive(Debug)]
pub(super) struct Tap<S> {
    stream: S,
    seat: Arc<Seat>,
    /// The longest head, in bytes.
    head_limit: usize,
    /// Length of the request line as far as it is there, and whether it is whole: a head that is
    /// too long for its line alone is a URI that is too long.
    line: (usize, bool),
    /// A refusal that takes the place of the parser's, and how much of it is written.
    refusal: Option<(Vec<u8>, usize)>,
}

impl<S> Tap<S> {
    pub(super) fn new(stream: S, seat: Arc<Seat>, head_limit: usize) -> Self {
        Self {
            stream,
            seat,
            head_limit,
            line: (0, false),
            refusal: None,
        }
    }

    fn arrived(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if matches!(self.seat.phase(), Phase::Fresh | Phase::Kept) {
            self.line = (0, false);
            self.seat.set(Phase::Head);
        }
        if self.seat.phase() == Phase::Head && !self.line.1 {
            let end = bytes.iter().position(|b| *b == b'\n');
            self.line.0 += end.unwrap_or(bytes.len());
            self.line.1 = end.is_some();
        }
    }

    /// What to write in place of an answer that the service did not make: a head without a body.
    fn refusal(&self, head: &[u8]) -> Option<Vec<u8>> {
        if !matches!(self.seat.phase(), Phase::Fresh | Phase::Head | Phase::Kept) {
            return None;
        }
        let head = std::str::from_utf8(head).ok()?;
        let status = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
        let refusal = match StatusCode::from_u16(status).ok()? {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
                if !self.line.1 || self.line.0 > self.head_limit =>
            {
                uri_too_long()
            }
            StatusCode::URI_TOO_LONG => uri_too_long(),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Refusal::new(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "headers_too_large",
                "the headers are too long or too many",
            ),
            StatusCode::BAD_REQUEST => Refusal::new(
                StatusCode::BAD_REQUEST,
                "bad_request",
                "this is not a request of HTTP/1.1",
            ),
            _ => return None,
        };
        Some(refusal.into_bytes())
    }
}

fn uri_too_long() -> Refusal {
    Refusal::new(
        StatusCode::URI_TOO_LONG,
        "uri_too_long",
        "the request line is too long",
    )
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.arrived(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let me = &mut *self;
        if me.refusal.is_none() {
            me.refusal = me.refusal(buf).map(|bytes| (bytes, 0));
        }
        let Some((bytes, written)) = &mut me.refusal else {
            return Pin::new(&mut me.stream).poll_write(cx, buf);
        };
        while *written < bytes.len() {
            let n = ready!(Pin::new(&mut me.stream).poll_write(cx, &bytes[*written..]))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *written += n;
        }
        me.refusal = None;
        me.seat.set(Phase::Answer);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.seat.phase() == Phase::Answer && self.refusal.is_none() {
            return Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        }
        let first = bufs
            .iter()
            .find(|b| !b.is_empty())
            .map_or(&[][..], |b| &**b);
        self.poll_write(cx, first)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        // The server flushes when all of an answer is written.
        if self.seat.phase() == Phase::Answer {
            self.seat.set(Phase::Kept);
        }
        Poll::Ready(Ok(()))
    }

    /// Hangs up, and reads on until the client does so too: closing a stream with unread bytes
    /// would reset it, and the client would lose the answer that is on its way. The sweep ends the
    /// wait in time.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.seat.phase() != Phase::Linger {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.seat.set(Phase::Linger);
        }
        let mut unread = [0; 4096];
        loop {
            let mut unread = ReadBuf::new(&mut unread);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut unread))?;
            if unread.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

#[cfg(test)]
mod tests;
