//! Accepting connections while there is room, and stopping without losing one.

use super::api::App;
use super::connection;
use super::connections::ConnectionTable;
use crate::error::{Error, Result};
use axum::Router;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval};

/// Time between two looks for slow clients, and for which accepting rests after an error that only
/// time or room can mend.
const TICK: Duration = Duration::from_millis(50);

/// Everything that accepting needs.
pub(super) struct Acceptor {
    app: Arc<App>,
    router: Router,
    connections: Arc<ConnectionTable>,
    max_connections: usize,
}

impl Acceptor {
    pub(super) fn new(app: Arc<App>, router: Router) -> Self {
        let files = open_files().map_or(usize::MAX, |n| (n / 4 * 3).max(1));
        Self {
            router,
            connections: ConnectionTable::new(),
            max_connections: app.limits.connections.max(1).min(files),
            app,
        }
    }

    /// Serves until `shutdown`, then for the notice, then empties the queue, closes the port, and
    /// waits for what is open.
    pub(super) async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<()> {
        self.accept_until(&listener, shutdown).await;
        self.app.draining.store(true, Ordering::SeqCst);
        tracing::info!("draining");
        let notice = self.app.limits.notice;
        self.accept_until(&listener, tokio::time::sleep(notice))
            .await;
        if refuse_handshakes(&listener) {
            // Handshakes under way come to their end, and are accepted.
            self.accept_until(&listener, tokio::time::sleep(TICK * 2))
                .await;
        }
        self.close(listener);
        self.drain().await
    }

    async fn accept_until(&self, listener: &TcpListener, end: impl Future<Output = ()>) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(end);
        let mut resting = false;
        loop {
            let full = self.connections.len() >= self.max_connections;
            if full {
                self.make_room();
            }
            tokio::select! {
                () = &mut end => return,
                _ = tick.tick() => {
                    resting = false;
                    self.connections.sweep(&self.app.limits, None, &self.app.metrics);
                }
                () = self.connections.left(), if full => {}
                accepted = listener.accept(), if !full && !resting => match accepted {
                    Ok((stream, _)) => self.serve(stream),
                    Err(e) => resting = self.refused(&e),
                },
            }
        }
    }

    fn make_room(&self) -> bool {
        let (limits, metrics) = (&self.app.limits, &self.app.metrics);
        self.connections.make_room(limits.yield_after, metrics)
    }

    /// Accepting failed. True when it makes no sense to try again at once: no descriptors, no
    /// memory.
    fn refused(&self, e: &io::Error) -> bool {
        let gone = [
            ErrorKind::ConnectionAborted,
            ErrorKind::ConnectionReset,
            ErrorKind::ConnectionRefused,
            ErrorKind::Interrupted,
        ];
        if gone.contains(&e.kind()) {
            return false;
        }
        let made_room = self.make_room();
        tracing::warn!(error = %e, made_room, "a connection could not be accepted");
        true
    }

    fn serve(&self, stream: TcpStream) {
        // Answers are written whole: waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let (slot, app) = (self.connections.take(), self.app.clone());
        self.app.metrics.connections.inc();
        let router = self.router.clone();
        tokio::spawn(async move {
            let _count = ConnectionGuard(app.clone());
            connection::serve(stream, slot, router, app).await;
        });
    }

    /// Accepts every connection that already waits, then closes the port at once.
    fn close(&self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else {
            return;
        };
        // Not blocking: the first error is an empty queue, or nothing that waiting would mend.
        while let Ok((stream, _)) = listener.accept() {
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                self.serve(stream);
            }
        }
    }

    async fn drain(&self) -> Result<()> {
        let closed = self.connections.now();
        let (app, limits) = (&self.app, &self.app.limits);
        let mut tick = interval(TICK);
        let empty = async {
            while self.connections.len() > 0 {
                tokio::select! {
                    _ = tick.tick() => self.connections.sweep(limits, Some(closed), &app.metrics),
                    () = self.connections.left() => {}
                }
            }
        };
        if tokio::time::timeout(limits.drain_timeout, empty)
            .await
            .is_ok()
        {
            return Ok(());
        }
        self.connections.shut();
        // Connections that sent no whole request do not count.
        match app.metrics.in_flight.get() {
            0 => Ok(()),
            _ => Err(Error::DrainTimeout {
                waited_ms: limits.drain_timeout.as_millis() as u64,
            }),
        }
    }
}

/// Makes the system pass over packets that ask for a new connection; true when it does. Closing the
/// port resets what is in its queue, and without this a client could get there between the last
/// look and the end. Its system asks again a second later, and is then refused, as by any port that
/// is closed.
#[cfg(target_os = "linux")]
fn refuse_handshakes(listener: &TcpListener) -> bool {
    use socket2::{SockFilter, SockRef};
    // On the TCP header: byte 13 holds the flags; of SYN (2) and ACK (16) only SYN is set.
    let filter = [
        SockFilter::new(0x30, 0, 0, 13),
        SockFilter::new(0x54, 0, 0, 0x12),
        SockFilter::new(0x15, 0, 1, 0x02),
        SockFilter::new(0x06, 0, 0, 0),
        SockFilter::new(0x06, 0, 0, u32::MAX),
    ];
    SockRef::from(listener).attach_filter(&filter).is_ok()
}

/// Only Linux can do that.
#[cfg(not(target_os = "linux"))]
fn refuse_handshakes(_: &TcpListener) -> bool {
    false
}

struct ConnectionGuard(Arc<App>);
impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.0.metrics.connections.dec();
    }
}

/// Number of files that this process may have open, where the system says so in a file.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|l| l.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}
