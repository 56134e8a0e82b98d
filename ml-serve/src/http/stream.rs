//! A stream that tells its connection what happens on it, and gives the parser's refusals their
//! JSON.

use super::connections::{ConnectionPhase, ConnectionState};
use super::error_reply::ErrorReply;
use axum::http::StatusCode;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A client's stream.
#[derive(Debug)]
pub(super) struct WatchedStream<S> {
    stream: S,
    connection: Arc<ConnectionState>,
    /// The longest head, in bytes.
    head_limit: usize,
    /// Length of the request line as far as it is there, and whether it is whole: a head that is
    /// too long for its line alone is a URI that is too long.
    line: (usize, bool),
    /// A refusal that takes the place of the parser's, and how much of it is written.
    refusal: Option<(Vec<u8>, usize)>,
}

impl<S> WatchedStream<S> {
    pub(super) fn new(stream: S, connection: Arc<ConnectionState>, head_limit: usize) -> Self {
        Self {
            stream,
            connection,
            head_limit,
            line: (0, false),
            refusal: None,
        }
    }

    fn arrived(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if matches!(
            self.connection.phase(),
            ConnectionPhase::Fresh | ConnectionPhase::Kept
        ) {
            self.line = (0, false);
            self.connection.set(ConnectionPhase::Head);
        }
        if self.connection.phase() == ConnectionPhase::Head && !self.line.1 {
            let end = bytes.iter().position(|b| *b == b'\n');
            self.line.0 += end.unwrap_or(bytes.len());
            self.line.1 = end.is_some();
        }
    }

    /// The bytes in place of an answer that the service did not make: a head without a body.
    fn refusal(&self, head: &[u8]) -> Option<Vec<u8>> {
        if !matches!(
            self.connection.phase(),
            ConnectionPhase::Fresh | ConnectionPhase::Head | ConnectionPhase::Kept
        ) {
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
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => ErrorReply::new(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "headers_too_large",
                "the headers are too long or too many",
            ),
            StatusCode::BAD_REQUEST => ErrorReply::new(
                StatusCode::BAD_REQUEST,
                "bad_request",
                "this is not a request of HTTP/1.1",
            ),
            _ => return None,
        };
        Some(refusal.into_bytes())
    }
}

fn uri_too_long() -> ErrorReply {
    ErrorReply::new(
        StatusCode::URI_TOO_LONG,
        "uri_too_long",
        "the request line is too long",
    )
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
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

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
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
        me.connection.set(ConnectionPhase::Answer);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.connection.phase() == ConnectionPhase::Answer && self.refusal.is_none() {
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
        if self.connection.phase() == ConnectionPhase::Answer {
            self.connection.set(ConnectionPhase::Kept);
        }
        Poll::Ready(Ok(()))
    }

    /// Hangs up, and reads on until the client does so too: closing a stream with unread bytes
    /// would reset it, and the client would lose the answer that is on its way. The sweep ends the
    /// wait in time.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.connection.phase() != ConnectionPhase::Linger {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.connection.set(ConnectionPhase::Linger);
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
