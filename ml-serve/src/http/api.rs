//! The routes.

use super::body::{BodyError, read};
use super::error_reply::ErrorReply;
use super::limits::HttpLimits;
use super::metrics::Metrics;
use super::work::{JobError, WorkQueue};
use crate::error::{Error, Result};
use crate::recommend::{self, Recommend};
use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::catch_panic::CatchPanicLayer;

const RECOMMEND: &str = "/api/v1/recommendations";
const LIVE: &str = "/health/live";
const READY: &str = "/health/ready";
const METRICS: &str = "/metrics";

pub(super) struct App {
    pub(super) service: Arc<dyn Recommend>,
    pub(super) limits: HttpLimits,
    pub(super) metrics: Metrics,
    pub(super) permits: Arc<Semaphore>,
    pub(super) work: WorkQueue,
    pub(super) draining: AtomicBool,
}

/// The routes of the API, for a router that has a fallback of its own.
pub(super) fn routes(app: Arc<App>) -> Router {
    guarded(api(app.clone()), app)
}

/// All that a server answers: the API, routes of its user, and 404 for the rest.
///
/// # Errors
/// Two routes of one path and method.
pub(super) fn whole(app: Arc<App>, own: &[Router]) -> Result<Router> {
    if own.is_empty() {
        return Ok(guarded(api(app.clone()).fallback(not_found), app));
    }
    let api = api(app.clone());
    // Axum has no other way to ask whether routes overlap.
    let merged = std::panic::catch_unwind(AssertUnwindSafe(|| {
        own.iter().cloned().fold(api, Router::merge)
    }));
    merged.map(|all| guarded(all, app)).map_err(|panic| {
        let text = recommend::panic_text(&*panic);
        let reason = text.trim_start_matches("panicked: ").into();
        Error::Routes { reason }
    })
}

fn api(app: Arc<App>) -> Router {
    Router::new()
        .route(RECOMMEND, post(recommendations))
        .route(LIVE, get(|| async { Json(json!({"status": "alive"})) }))
        .route(READY, get(ready))
        .route(METRICS, get(metrics))
        .method_not_allowed_fallback(|| async {
            let message = "this route does not take this method";
            ErrorReply::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                message,
            )
        })
        .with_state(app)
}

async fn not_found() -> ErrorReply {
    ErrorReply::new(StatusCode::NOT_FOUND, "not_found", "there is no such route")
}

/// Routes whose requests are counted, and answered when their work panics.
fn guarded(routes: Router, app: Arc<App>) -> Router {
    let caught = |panic: Box<dyn Any + Send>| panicked(&*panic).into_response();
    routes
        .layer(CatchPanicLayer::custom(caught))
        .layer(middleware::from_fn_with_state(app, count))
}

async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let known = [RECOMMEND, LIVE, READY, METRICS];
    let route = known
        .into_iter()
        .find(|r| *r == request.uri().path())
        .unwrap_or("other");
    let started = Instant::now();
    let response = next.run(request).await;
    app.metrics.record_request(
        route,
        response.status().as_u16(),
        (route == RECOMMEND).then(|| started.elapsed()),
    );
    response
}

fn panicked(panic: &(dyn Any + Send)) -> ErrorReply {
    tracing::error!(cause = %recommend::panic_text(panic), "a request panicked");
    ErrorReply::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "panic",
        "the service failed",
    )
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    let kind = kind
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

async fn recommendations(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, ErrorReply> {
    if !is_json(request.headers()) {
        let message = "send the request as application/json";
        return Err(ErrorReply::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            message,
        ));
    }
    let limit = app.limits.body_limit;
    let body =
        match tokio::time::timeout(app.limits.request_timeout, read(request.into_body(), limit))
            .await
        {
            Ok(Ok(body)) => body,
            Ok(Err(BodyError::TooLarge)) => {
                let message = format!("the body has more than {limit} bytes");
                return Err(ErrorReply::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "body_too_large",
                    message,
                ));
            }
            Ok(Err(BodyError::Broken(why))) => {
                return Err(ErrorReply::new(StatusCode::BAD_REQUEST, "bad_body", why));
            }
            Err(_) => {
                let message = "the body did not arrive in time";
                return Err(ErrorReply::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "request_timeout",
                    message,
                ));
            }
        };
    let request = recommend::parse(&body)?;
    // Only now: a permit that waited for a body would be kept from others by clients that send
    // slowly.
    let permit = app.permits.clone().try_acquire_owned().map_err(|_| {
        ErrorReply::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "too many requests at this moment",
        )
    })?;
    let answer = answer(&app, request, permit).await?;
    app.metrics.record_answer(&answer.trace);
    Ok(reply(&answer))
}

/// The permit is given back when the work ends, even if nobody waits for it any more.
async fn answer(
    app: &Arc<App>,
    request: recommend::Request,
    permit: OwnedSemaphorePermit,
) -> Result<recommend::Response, ErrorReply> {
    app.metrics.in_flight.inc();
    let (service, held) = (app.service.clone(), (permit, InFlightGuard(app.clone())));
    let work = app.work.run(move || {
        let _held = held;
        service.recommend(&request)
    });
    let unavailable =
        |code, message| ErrorReply::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
    match tokio::time::timeout(app.limits.request_timeout, work).await {
        Ok(Ok(Ok(answer))) => Ok(answer),
        Ok(Ok(Err(e))) => {
            if let Error::NoAnswer { tried } = &e {
                app.metrics.record_unanswered(tried);
            }
            Err(e.into())
        }
        Ok(Err(JobError::Panicked(panic))) => Err(panicked(&*panic)),
        Ok(Err(JobError::Stopped)) => Err(unavailable("not_ready", "the server is stopping")),
        Err(_) => Err(unavailable("timeout", "the answer took too long")),
    }
}

struct InFlightGuard(Arc<App>);
impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.0.metrics.in_flight.dec();
    }
}

/// The body and headers of the recommendation route, for routes of one's own.
impl IntoResponse for recommend::Response {
    fn into_response(self) -> Response {
        reply(&self)
    }
}

fn reply(answer: &recommend::Response) -> Response {
    let mut response = Json(answer).into_response();
    let headers = response.headers_mut();
    headers.insert("x-request-id", HeaderValue::from(answer.trace.request_id));
    if let Some(Ok(rung)) = answer
        .trace
        .answered_by
        .as_deref()
        .map(HeaderValue::from_str)
    {
        headers.insert("x-answered-by", rung);
    }
    for note in &answer.trace.notes {
        headers.append("x-note", HeaderValue::from_static(note));
    }
    response
}

async fn ready(State(app): State<Arc<App>>) -> Result<Response, ErrorReply> {
    let not = |code, message| {
        Err(ErrorReply::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code,
            message,
        ))
    };
    if app.draining.load(Ordering::SeqCst) {
        return not("draining", "the server is shutting down");
    }
    match app.service.version() {
        Some(version) => {
            Ok(Json(json!({"status": "ready", "model_version": version})).into_response())
        }
        None => not("not_ready", "no model is loaded yet"),
    }
}

async fn metrics(State(app): State<Arc<App>>) -> Result<Response, ErrorReply> {
    let text = app.metrics.text(app.service.version()).map_err(|_| {
        ErrorReply::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the metrics could not be written",
        )
    })?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
