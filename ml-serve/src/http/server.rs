//! Listening, draining, stopping.

use super::api::{App, router};
use super::metrics::Metrics;
use crate::error::{Error, Result};
use crate::recommend::Recommend;
use axum::Router;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

/// Limits of the server, and the ways to start it.
///
/// ```no_run
/// use ml_serve::http::Server;
/// use ml_serve::recommend::RecommendationService;
/// use std::sync::Arc;
/// // Blocks until SIGTERM or ctrl-c, finishes what was begun, returns.
/// let service = Arc::new(RecommendationService::empty());
/// Server::new().run("127.0.0.1:8080", service)?;
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    pub(super) body_limit: usize,
    concurrency: usize,
    pub(super) request_timeout: Duration,
    notice: Duration,
    drain_timeout: Duration,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            body_limit: 64 << 10,
            concurrency: 256,
            request_timeout: Duration::from_secs(5),
            notice: Duration::ZERO,
            drain_timeout: Duration::from_secs(30),
        }
    }
}

impl Server {
    /// The default limits.
    pub fn new() -> Self {
        Self::default()
    }
    /// The longest body, in bytes (default 64 KiB).
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }
    /// How many recommendation requests are answered at once (default 256); more get 503 `overloaded`.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests;
        self
    }
    /// How long a body may take to arrive (then 408), and an answer to be made (then 503); default 5 s each.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = limit;
        self
    }
    /// How long the server says "not ready" before it stops accepting connections, so that a load balancer looks away first
    /// (default none; on Kubernetes a little more than the readiness period).
    #[must_use]
    pub fn notice(mut self, notice: Duration) -> Self {
        self.notice = notice;
        self
    }
    /// How long to wait for requests under way when stopping (default 30 s).
    #[must_use]
    pub fn drain_timeout(mut self, limit: Duration) -> Self {
        self.drain_timeout = limit;
        self
    }

    fn app(&self, service: Arc<dyn Recommend>) -> Arc<App> {
        Arc::new(App {
            service,
            limits: self.clone(),
            metrics: Metrics::new(),
            places: Arc::new(Semaphore::new(self.concurrency.min(Semaphore::MAX_PERMITS))),
            draining: AtomicBool::new(false),
        })
    }

    /// The routes alone, to nest into a server of your own.
    pub fn router(&self, service: Arc<dyn Recommend>) -> Router {
        router(self.app(service))
    }

    /// Serves until `shutdown` is done, then says "not ready", finishes the requests under way and returns.
    ///
    /// # Errors
    /// [`Error::Io`] when the listener fails; [`Error::DrainTimeout`] when requests were still open after the drain timeout.
    pub async fn serve(
        &self,
        listener: TcpListener,
        service: Arc<dyn Recommend>,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let app = self.app(service);
        let (closing, closed) = tokio::sync::oneshot::channel::<()>();
        let (told, notice) = (app.clone(), self.notice);
        let stop = async move {
            shutdown.await;
            told.draining.store(true, Ordering::SeqCst);
            tracing::info!("draining");
            tokio::time::sleep(notice).await;
            let _ = closing.send(());
        };
        let serving = axum::serve(listener, router(app.clone()))
            .with_graceful_shutdown(stop)
            .into_future();
        let patience = async {
            if closed.await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(self.drain_timeout).await;
        };
        tokio::select! {
            done = serving => done.map_err(|e| Error::io("serving HTTP", e)),
            // Connections that never sent a request do not count.
            () = patience => match app.metrics.in_flight.get() {
                0 => Ok(()),
                _ => Err(Error::DrainTimeout { waited_ms: self.drain_timeout.as_millis() as u64 }),
            },
        }
    }

    /// Listens on an address (`127.0.0.1:0` picks a free port), and catches SIGTERM and ctrl-c from now on, on a runtime of its
    /// own. Connections wait until [`Listening::run`] answers them; what is printed in between is true.
    ///
    /// ```
    /// use ml_serve::http::Server;
    /// let listening = Server::new().listen("127.0.0.1:0")?;
    /// assert!(listening.address().port() > 0);
    /// assert!(Server::new().listen(&listening.address().to_string()).is_err()); // in use
    /// # Ok::<(), ml_serve::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`] naming the address when it can not be listened on.
    pub fn listen(&self, address: &str) -> Result<Listening> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|e| Error::io("starting the server's threads", e))?;
        let (shutdown, listener) = runtime.block_on(async {
            // Signals are caught before the port is open: whoever can connect can also stop the server.
            let shutdown = shutdown_signal()?;
            Ok::<_, Error>((shutdown, bind(address).await?))
        })?;
        let address = listener
            .local_addr()
            .map_err(|e| Error::io(format!("listening on {address}"), e))?;
        tracing::info!(%address, "listening");
        Ok(Listening {
            server: self.clone(),
            address,
            listener,
            shutdown: Box::pin(shutdown),
            runtime,
        })
    }

    /// Listens on an address and serves until SIGTERM or ctrl-c, on a runtime of its own; blocks.
    ///
    /// # Errors
    /// [`Error::Io`] naming the address when it can not be listened on; as [`serve`](Self::serve).
    pub fn run(&self, address: &str, service: Arc<dyn Recommend>) -> Result<()> {
        self.listen(address)?.run(service)
    }
}

/// A server that listens and does not answer yet; from [`Server::listen`].
pub struct Listening {
    server: Server,
    address: SocketAddr,
    listener: TcpListener,
    shutdown: Pin<Box<dyn Future<Output = ()> + Send>>,
    runtime: Runtime,
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Listening {
    /// Where it listens: the port that was picked, when the address left it open.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until SIGTERM or ctrl-c; blocks.
    ///
    /// # Errors
    /// As [`Server::serve`].
    pub fn run(self, service: Arc<dyn Recommend>) -> Result<()> {
        let done = self
            .runtime
            .block_on(self.server.serve(self.listener, service, self.shutdown));
        // A ranker that never returns must not keep the process alive.
        self.runtime.shutdown_timeout(Duration::from_millis(100));
        done
    }
}

/// Listens on an address (`127.0.0.1:0` picks a free port).
///
/// # Errors
/// [`Error::Io`] naming the address: in use, not of this machine, not allowed, not an address.
pub async fn bind(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|e| Error::io(format!("listening on {address}"), e))
}

/// Done when the process is asked to stop: SIGTERM or ctrl-c. Signals are caught from the call on, not from the first poll.
///
/// # Errors
/// The system does not let signals be caught.
#[cfg(unix)]
pub fn shutdown_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let catch =
        |kind, name: &str| signal(kind).map_err(|e| Error::io(format!("catching {name}"), e));
    let mut terminate = catch(SignalKind::terminate(), "SIGTERM")?;
    let mut interrupt = catch(SignalKind::interrupt(), "ctrl-c")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Done when the process is asked to stop: ctrl-c.
///
/// # Errors
/// None on this system.
#[cfg(not(unix))]
pub fn shutdown_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
