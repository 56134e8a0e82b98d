//! Bodies at their limit, announced or not.

use super::*;
use axum::body::Bytes;
use hyper::body::{Frame, SizeHint};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

/// So many frames of this data, of which it announces what it likes; counts those that are read.
struct Frames {
    data: Bytes,
    left: usize,
    announced: u64,
    read: Arc<AtomicUsize>,
}

impl HttpBody for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.read.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Some(Ok(Frame::data(self.data.clone()))))
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.announced);
        hint
    }
}

/// The outcome (the length of the body), and how many frames were read.
fn outcome(data: usize, frames: usize, announced: u64, limit: usize) -> (Option<usize>, usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let body = Body::new(Frames {
        data: vec![7; data].into(),
        left: frames,
        announced,
        read: count.clone(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let length = match runtime.block_on(read(body, limit)) {
        Ok(bytes) => Some(bytes.len()),
        Err(BodyError::TooLarge) => None,
        Err(BodyError::Broken(why)) => panic!("{why}"),
    };
    (length, count.load(Ordering::SeqCst))
}

#[test]
fn the_limit_itself_is_taken_and_a_byte_more_is_read_and_refused() {
    assert_eq!(outcome(5, 2, 0, 10), (Some(10), 2));
    assert_eq!(outcome(5, 2, 0, 9), (None, 2));
    assert_eq!(
        outcome(5, 4, 0, 9),
        (None, 4),
        "its sender gets to read the refusal"
    );
    assert_eq!(outcome(5, 0, 0, 0), (Some(0), 0));
}

/// Discarded bytes end at 32 MiB, or at the limit where that is more.
#[test]
fn bodies_without_end_are_left() {
    const MIB: usize = 1 << 20;
    assert_eq!(outcome(MIB, 32, 0, 9), (None, 32));
    assert_eq!(outcome(MIB, 40, 0, 9), (None, 33));
    assert_eq!(outcome(MIB, 34, 0, 33 * MIB + 1), (None, 34));
}

#[test]
fn bodies_that_announce_too_much_are_not_read() {
    assert_eq!(outcome(1, 1, DISCARD, 9), (Some(1), 1));
    assert_eq!(outcome(1, 1, DISCARD + 1, 9), (None, 0));
    assert_eq!(
        outcome(1, 1, DISCARD + 1, DISCARD as usize + 1),
        (Some(1), 1)
    );
}
