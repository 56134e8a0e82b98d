//! Listening, draining, stopping.

use super::accept::Acceptor;
use super::api::{App, routes, whole};
use super::limits::HttpLimits;
use super::metrics::Metrics;
use super::work::WorkQueue;
use crate::error::{Error, Result};
use crate::recommend::Recommend;
use axum::Router;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
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
///
/// Beside the routes of the service it serves those of its user, under the same limits and the same
/// orderly end:
///
/// ```
/// use ml_serve::axum::{Router, routing::get};
/// use ml_serve::http::Server;
/// let own = Router::new().route("/about", get(|| async { "a shop" }));
/// let server = Server::new().routes(own).body_limit(4096);
/// let listening = server.listen("127.0.0.1:0")?; // then `.run(service)`
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Server {
    pub(super) limits: HttpLimits,
    /// Routes of the user.
    own: Vec<Router>,
}

impl Server {
    /// The default limits, those of [`limits`](crate::limits).
    pub fn new() -> Self {
        Self::default()
    }
    /// Connections held at once (default 1024, at least 1), but never more than three quarters of
    /// the files that the process may have open. At the limit the connection that has waited
    /// longest for its client (for a first byte, the rest of a request, the answer to be taken, the
    /// next request) is closed for a new one, after [`yield_after`](Self::yield_after); those that
    /// are being answered stay.
    #[must_use]
    pub fn connections(mut self, most: usize) -> Self {
        self.limits.connections = most;
        self
    }
    /// The longest request line with its headers, in bytes (default 64 KiB); more get 414 or 431.
    #[must_use]
    pub fn head_limit(mut self, bytes: usize) -> Self {
        self.limits.head_limit = bytes;
        self
    }
    /// The longest body, in bytes (default 64 KiB); more get 413.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body_limit = bytes;
        self
    }
    /// Number of recommendation requests answered at once (default 256); more get 503
    /// `overloaded`. A request counts from the moment its body is there.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.limits.concurrency = requests;
        self
    }
    /// Time that a new connection may be silent, and that the head of a request may take from its
    /// first byte (default 5 s); the connection is then closed.
    #[must_use]
    pub fn head_timeout(mut self, limit: Duration) -> Self {
        self.limits.head_timeout = limit;
        self
    }
    /// Time for a body to arrive (then 408), and for an answer to be made (then 503); default 5 s
    /// each.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.limits.request_timeout = limit;
        self
    }
    /// Time for a client to read its answer (default 10 s); the connection is then closed.
    #[must_use]
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.limits.write_timeout = limit;
        self
    }
    /// Time that a connection is kept without another request (default 75 s).
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle_timeout = limit;
        self
    }
    /// Time that a connection may wait for its client before it can be closed for a new one at the
    /// limit of connections (default 500 ms).
    #[must_use]
    pub fn yield_after(mut self, wait: Duration) -> Self {
        self.limits.yield_after = wait;
        self
    }
    /// Time that the server says "not ready" before it closes its port, so that a load balancer
    /// looks away first (default 2 s; on Kubernetes a little more than endpoints take to spread).
    /// Connections are accepted and requests answered as before, with `connection: close`.
    #[must_use]
    pub fn notice(mut self, notice: Duration) -> Self {
        self.limits.notice = notice;
        self
    }
    /// Time that connections that are open when the port closes have for one more request (default
    /// 500 ms). A request that has begun to arrive keeps its own limits.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.limits.grace = grace;
        self
    }
    /// Time to wait for requests under way once the port is closed (default 30 s).
    #[must_use]
    pub fn drain_timeout(mut self, limit: Duration) -> Self {
        self.limits.drain_timeout = limit;
        self
    }

    fn app(&self, service: Arc<dyn Recommend>) -> Arc<App> {
        Arc::new(App {
            service,
            limits: self.limits.clone(),
            metrics: Metrics::new(),
            permits: Arc::new(Semaphore::new(
                self.limits.concurrency.min(Semaphore::MAX_PERMITS),
            )),
            work: WorkQueue::new(),
            draining: AtomicBool::new(false),
        })
    }

    /// Routes of one's own, served beside those of the service under this server's connection
    /// limits, its notice and its drain; requests to them are counted as route `other`, and a panic
    /// in them is a 500. Paths that no route takes go to their `fallback` if they have one, and
    /// else get an empty 404. Bodies and work have no limits but those that the routes bring
    /// (axum's `DefaultBodyLimit`, tower's time-outs).
    ///
    /// [`Response`](crate::recommend::Response) and [`Error`] are answers of axum's, those of the
    /// recommendation route. `recommend` is work of this thread; where a ranker may take
    /// milliseconds, call it in `tokio::task::spawn_blocking`.
    ///
    /// ```
    /// use ml_serve::axum::{Router, extract::{Path, State}, routing::get};
    /// use ml_serve::http::Server;
    /// use ml_serve::recommend::{RecommendationService, Request, Response};
    /// use std::sync::Arc;
    ///
    /// type Service = Arc<RecommendationService>;
    ///
    /// async fn for_user(State(service): State<Service>, Path(user): Path<String>)
    ///     -> ml_serve::Result<Response> {
    ///     service.recommend(&Request::new(user).count(3))
    /// }
    /// let service: Service = Arc::new(RecommendationService::empty());
    /// let own = Router::new().route("/for/{user}", get(for_user)).with_state(service.clone());
    /// let listening = Server::new().routes(own).listen("127.0.0.1:0")?; // then `.run(service)`
    /// # Ok::<(), ml_serve::Error>(())
    /// ```
    ///
    /// A path and method that the service answers itself, or that are given twice, are refused by
    /// [`serve`](Self::serve) and [`Listening::run`] as [`Error::Routes`].
    #[must_use]
    pub fn routes(mut self, own: Router) -> Self {
        self.own.push(own);
        self
    }

    /// The routes of the service alone, to merge or nest into a router that another server serves.
    /// They have no fallback.
    ///
    /// Of the limits, [`body_limit`](Self::body_limit), [`concurrency`](Self::concurrency) and
    /// [`request_timeout`](Self::request_timeout) hold there. All others are of connections and of
    /// the end, which are that server's affair: so is to say "not ready" before it stops. To have
    /// both, one's own routes and these limits, use [`routes`](Self::routes).
    ///
    /// ```
    /// use ml_serve::axum::{Router, routing::get};
    /// use ml_serve::http::Server;
    /// use ml_serve::recommend::RecommendationService;
    /// use std::sync::Arc;
    /// let service = Arc::new(RecommendationService::empty());
    /// let app: Router = Router::new()
    ///     .route("/about", get(|| async { "a shop" }))
    ///     .fallback(|| async { "my own 404" })
    ///     .merge(Server::new().router(service)); // or `.nest("/shop", ..)`
    /// ```
    pub fn router(&self, service: Arc<dyn Recommend>) -> Router {
        routes(self.app(service))
    }

    /// Serves until `shutdown` is done. Then says "not ready" and `connection: close` for the
    /// [notice](Self::notice), empties the queue of waiting connections, closes the port, finishes
    /// what was begun, and returns. No request that reached the port before it closed is lost, as
    /// long as its sender keeps the limits.
    ///
    /// # Errors
    /// [`Error::DrainTimeout`] when requests were still under way after the drain timeout;
    /// [`Error::Routes`] when [`routes`](Self::routes) overlap with those of the service.
    pub async fn serve(
        &self,
        listener: TcpListener,
        service: Arc<dyn Recommend>,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let app = self.app(service);
        let router = whole(app.clone(), &self.own)?;
        Acceptor::new(app, router).run(listener, shutdown).await
    }

    /// Listens on an address (`127.0.0.1:0` picks a free port), and catches SIGTERM and ctrl-c from
    /// now on, on a runtime of its own. Connections wait until [`Listening::run`] answers them;
    /// what is printed in between is true.
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
            // Signals are caught before the port is open: whoever can connect can also stop the
            // server.
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
    /// Address it listens on, with the port that was picked, when the address left it open.
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

/// Done when the process is asked to stop: SIGTERM or ctrl-c. Signals are caught from the call on,
/// not from the first poll.
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
