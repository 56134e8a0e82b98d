//! Reading a body that may be too long.

use axum::body::{Body, HttpBody};
use std::future::poll_fn;
use std::pin::Pin;

/// Bytes of a body that is too long that are read and thrown away, so that its sender gets to read
/// the refusal in place of a reset connection.
const DISCARD: u64 = 32 << 20;

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
