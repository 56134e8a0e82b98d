//! The connections there are, and what each of them waits for.

use super::metrics::Metrics;
use super::server::Server;
use crate::limits::LINGER;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The wait of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The first byte ever.
    Fresh,
    /// The rest of a request's head.
    Head,
    /// The rest of its body.
    Body,
    /// The service.
    Work,
    /// The client, to take the answer.
    Answer,
    /// The next request.
    Kept,
    /// The client, to hang up.
    Linger,
    /// Its end.
    Closed,
}

impl Phase {
    const ALL: [Self; 8] = [
        Self::Fresh,
        Self::Head,
        Self::Body,
        Self::Work,
        Self::Answer,
        Self::Kept,
        Self::Linger,
        Self::Closed,
    ];

    /// The time it may last, and the word for its end in the metrics. Bodies and work are timed
    /// where they are answered.
    fn limit(self, limits: &Server) -> Option<(Duration, &'static str)> {
        match self {
            Self::Fresh | Self::Head => Some((limits.head_timeout, "head_timeout")),
            Self::Answer => Some((limits.write_timeout, "write_timeout")),
            Self::Kept => Some((limits.idle_timeout, "idle_timeout")),
            Self::Linger => Some((LINGER, "linger")),
            Self::Body | Self::Work | Self::Closed => None,
        }
    }

    /// Why a connection is closed that is in this phase since `since`, if it is: its client is too
    /// slow, or it asks nothing although the port was closed at `closed`.
    fn over(
        self,
        since: u64,
        now: u64,
        closed: Option<u64>,
        limits: &Server,
    ) -> Option<&'static str> {
        let quiet = matches!(self, Self::Fresh | Self::Kept);
        let late = self
            .limit(limits)
            .filter(|(limit, _)| now.saturating_sub(since) > limit.as_millis() as u64)
            .map(|(_, why)| why);
        let grace = limits.grace.as_millis() as u64;
        let over = closed
            .filter(|at| quiet && now.saturating_sub(since.max(*at)) > grace)
            .map(|_| "stopping");
        late.or(over)
    }
}

/// One connection's phase and since when, in one word, so that a request costs a few stores.
#[derive(Debug)]
pub(super) struct Seat {
    base: Instant,
    state: AtomicU64,
    close: Notify,
}

impl Seat {
    fn now(&self) -> u64 {
        self.base.elapsed().as_millis() as u64
    }

    pub(super) fn set(&self, phase: Phase) {
        self.state
            .store(self.now() * 8 + phase as u64, Ordering::Relaxed);
    }

    pub(super) fn phase(&self) -> Phase {
        self.read().0
    }

    fn read(&self) -> (Phase, u64) {
        let state = self.state.load(Ordering::Relaxed);
        (Phase::ALL[(state % 8) as usize], state / 8)
    }

    /// Asks the connection's task to end.
    fn shut(&self) {
        self.set(Phase::Closed);
        self.close.notify_one();
    }

    /// Done when it is to end.
    pub(super) async fn shut_down(&self) {
        self.close.notified().await;
    }
}

/// All seats.
#[derive(Debug)]
pub(super) struct Seats {
    base: Instant,
    table: Mutex<HashMap<u64, Arc<Seat>>>,
    next: AtomicU64,
    left: Notify,
}

/// A seat, given back when dropped.
#[derive(Debug)]
pub(super) struct Taken {
    all: Arc<Seats>,
    number: u64,
    pub(super) seat: Arc<Seat>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.all.table().remove(&self.number);
        self.all.left.notify_one();
    }
}

impl Seats {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            base: Instant::now(),
            table: Mutex::default(),
            next: AtomicU64::new(0),
            left: Notify::new(),
        })
    }

    fn table(&self) -> MutexGuard<'_, HashMap<u64, Arc<Seat>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(self: &Arc<Self>) -> Taken {
        let seat = Arc::new(Seat {
            base: self.base,
            state: AtomicU64::new(0),
            close: Notify::new(),
        });
        seat.set(Phase::Fresh);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.table().insert(number, seat.clone());
        Taken {
            all: self.clone(),
            number,
            seat,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table().len()
    }

    /// Done when a seat was given back.
    pub(super) async fn left(&self) {
        self.left.notified().await;
    }

    /// Milliseconds on the clock of the seats.
    pub(super) fn now(&self) -> u64 {
        self.base.elapsed().as_millis() as u64
    }

    /// Closes connections whose client is too slow; once the port is closed (at `closed`), also
    /// those that ask nothing.
    pub(super) fn sweep(&self, limits: &Server, closed: Option<u64>, metrics: &Metrics) {
        let now = self.now();
        for seat in self.table().values() {
            let (phase, since) = seat.read();
            if let Some(why) = phase.over(since, now, closed, limits) {
                seat.shut();
                metrics.closed(why);
            }
        }
    }

    /// Closes the connection that has waited longest for its client, if that is at least `least`;
    /// those that are being answered stay.
    pub(super) fn make_room(&self, least: Duration, metrics: &Metrics) -> bool {
        let now = self.now();
        let table = self.table();
        let longest = table
            .values()
            .map(|seat| (seat.read(), seat))
            .filter(|((phase, _), _)| !matches!(phase, Phase::Work | Phase::Closed))
            .min_by_key(|((_, since), _)| *since);
        match longest {
            Some(((_, since), seat)) if now.saturating_sub(since) >= least.as_millis() as u64 => {
                seat.shut();
                metrics.closed("made_room");
                true
            }
            _ => false,
        }
    }

    /// Closes every connection.
    pub(super) fn shut(&self) {
        self.table().values().for_each(|seat| seat.shut());
    }
}

#[cfg(test)]
mod tests;
