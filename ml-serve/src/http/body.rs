//! Reading a body that may be too long, and one that tells its connection when it is whole.

use super::connections::{ConnectionPhase, ConnectionState};
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Bytes of a body that is too long that are read and thrown away, so that its sender gets to read
/// the refusal in place of a reset connection.
const DISCARD: u64 = 32 << 20;

/// A client's body. Once its last byte is there, the connection waits for the service and no more
/// for its client.
pub(super) struct WatchedBody {
    body: Incoming,
    connection: Arc<ConnectionState>,
}

impl WatchedBody {
    pub(super) fn new(body: Incoming, connection: Arc<ConnectionState>) -> Self {
        let watched = Self { body, connection };
        watched.watch();
        watched
    }

    fn watch(&self) {
        let whole = self.body.is_end_stream();
        self.connection.set(if whole {
            ConnectionPhase::Work
        } else {
            ConnectionPhase::Body
        });
    }
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match frame {
            Some(_) => self.watch(),
            // A chunked body says its end only here.
            None => self.connection.set(ConnectionPhase::Work),
        }
        Poll::Ready(frame)
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

pub(super) enum BodyError {
    TooLarge,
    Broken(String),
}

/// The whole body, if it has at most `limit` bytes.
pub(super) async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, BodyError> {
    let announced = body.size_hint();
    if announced.lower() > DISCARD.max(limit as u64) {
        return Err(BodyError::TooLarge);
    }
    let expected = announced.lower() as usize;
    let mut bytes = Vec::with_capacity(if expected <= limit { expected } else { 0 });
    let mut seen = 0u64;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|e| BodyError::Broken(e.to_string()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen += data.len() as u64;
        if seen > DISCARD.max(limit as u64) {
            return Err(BodyError::TooLarge);
        }
        if seen <= limit as u64 {
            bytes.extend_from_slice(&data);
        }
    }
    if seen > limit as u64 {
        Err(BodyError::TooLarge)
    } else {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
