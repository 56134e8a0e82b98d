//! One connection, from its first byte to its end.

use super::api::App;
use super::body::WatchedBody;
use super::connections::{ConnectionPhase, ConnectionSlot};
use super::stream::WatchedStream;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::net::TcpStream;
use tower::Service;

/// Serves a connection until the client hangs up, is too slow, or is told that its answer is the
/// last.
pub(super) async fn serve(stream: TcpStream, slot: ConnectionSlot, router: Router, app: Arc<App>) {
    let connection = slot.connection.clone();
    tokio::select! {
        () = talk(stream, &slot, router, app) => {}
        () = connection.shut_down() => {}
    }
}

async fn talk(stream: TcpStream, slot: &ConnectionSlot, router: Router, app: Arc<App>) {
    let (connection, limits) = (&slot.connection, &app.limits);
    let service = service_fn(|request: Request<Incoming>| {
        let request = request.map(|body| Body::new(WatchedBody::new(body, connection.clone())));
        let (answer, app) = (router.clone().call(request), app.clone());
        async move {
            let mut response = answer.await?;
            if app.draining.load(Ordering::SeqCst) {
                let last = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, last);
            }
            connection.set(ConnectionPhase::Answer);
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let io = TokioIo::new(WatchedStream::new(
        stream,
        connection.clone(),
        limits.head_limit,
    ));
    let done = http1::Builder::new()
        // A client that sends all it has to say and closes its side still gets its answer.
        .half_close(true)
        .max_buf_size(limits.head_limit.max(MIN_BUFFER))
        .max_header_size(limits.head_limit)
        .serve_connection(io, service)
        .await;
    if let Err(e) = &done {
        tracing::debug!(error = %e, "a connection ended early");
    }
}

/// The least that the parser can work with.
const MIN_BUFFER: usize = 8192;
