//! The connections there are, and what each of them waits for.

use super::limits::HttpLimits;
use super::metrics::Metrics;
use crate::limits::LINGER;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The wait of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectionPhase {
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

impl ConnectionPhase {
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
    fn limit(self, limits: &HttpLimits) -> Option<(Duration, &'static str)> {
        match self {
            Self::Fresh | Self::Head => Some((limits.head_timeout, "head_timeout")),
            Self::Answer => Some((limits.write_timeout, "write_timeout")),
            Self::Kept => Some((limits.idle_timeout, "idle_timeout")),
            Self::Linger => Some((LINGER, "linger")),
            Self::Body | Self::Work | Self::Closed => None,
        }
    }

    /// Cause to close a connection that is in this phase since `since`, if any: its client is too
    /// slow, or it asks nothing although the port was closed at `closed`.
    fn over(
        self,
        since: u64,
        now: u64,
        closed: Option<u64>,
        limits: &HttpLimits,
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
pub(super) struct ConnectionState {
    base: Instant,
    state: AtomicU64,
    close: Notify,
}

impl ConnectionState {
    fn now(&self) -> u64 {
        self.base.elapsed().as_millis() as u64
    }

    pub(super) fn set(&self, phase: ConnectionPhase) {
        self.state
            .store(self.now() * 8 + phase as u64, Ordering::Relaxed);
    }

    pub(super) fn phase(&self) -> ConnectionPhase {
        self.read().0
    }

    fn read(&self) -> (ConnectionPhase, u64) {
        let state = self.state.load(Ordering::Relaxed);
        (ConnectionPhase::ALL[(state % 8) as usize], state / 8)
    }

    /// Asks the connection's task to end.
    fn shut(&self) {
        self.set(ConnectionPhase::Closed);
        self.close.notify_one();
    }

    /// Done when it is to end.
    pub(super) async fn shut_down(&self) {
        self.close.notified().await;
    }
}

/// All connections.
#[derive(Debug)]
pub(super) struct ConnectionTable {
    base: Instant,
    table: Mutex<HashMap<u64, Arc<ConnectionState>>>,
    next: AtomicU64,
    left: Notify,
}

/// A connection, given back when dropped.
#[derive(Debug)]
pub(super) struct ConnectionSlot {
    all: Arc<ConnectionTable>,
    number: u64,
    pub(super) connection: Arc<ConnectionState>,
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.all.table().remove(&self.number);
        self.all.left.notify_one();
    }
}

impl ConnectionTable {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            base: Instant::now(),
            table: Mutex::default(),
            next: AtomicU64::new(0),
            left: Notify::new(),
        })
    }

    fn table(&self) -> MutexGuard<'_, HashMap<u64, Arc<ConnectionState>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(self: &Arc<Self>) -> ConnectionSlot {
        let connection = Arc::new(ConnectionState {
            base: self.base,
            state: AtomicU64::new(0),
            close: Notify::new(),
        });
        connection.set(ConnectionPhase::Fresh);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.table().insert(number, connection.clone());
        ConnectionSlot {
            all: self.clone(),
            number,
            connection,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table().len()
    }

    /// Done when a connection was given back.
    pub(super) async fn left(&self) {
        self.left.notified().await;
    }

    /// Milliseconds on the clock of the connections.
    pub(super) fn now(&self) -> u64 {
        self.base.elapsed().as_millis() as u64
    }

    /// Closes connections whose client is too slow; once the port is closed (at `closed`), also
    /// those that ask nothing.
    pub(super) fn sweep(&self, limits: &HttpLimits, closed: Option<u64>, metrics: &Metrics) {
        let now = self.now();
        for connection in self.table().values() {
            let (phase, since) = connection.read();
            if let Some(why) = phase.over(since, now, closed, limits) {
                connection.shut();
                metrics.record_closed(why);
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
            .map(|connection| (connection.read(), connection))
            .filter(|((phase, _), _)| {
                !matches!(phase, ConnectionPhase::Work | ConnectionPhase::Closed)
            })
            .min_by_key(|((_, since), _)| *since);
        match longest {
            Some(((_, since), connection))
                if now.saturating_sub(since) >= least.as_millis() as u64 =>
            {
                connection.shut();
                metrics.record_closed("made_room");
                true
            }
            _ => false,
        }
    }

    /// Closes every connection.
    pub(super) fn shut(&self) {
        self.table()
            .values()
            .for_each(|connection| connection.shut());
    }
}

#[cfg(test)]
mod tests;
