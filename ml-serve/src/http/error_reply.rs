//! Errors as JSON.

use crate::error::Error;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An error answer.
#[derive(Debug)]
pub(super) struct ErrorReply {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) field: Option<String>,
}

#[derive(Serialize)]
struct Envelope {
    error: Inner,
}

#[derive(Serialize)]
struct Inner {
    code: &'static str,
    message: String,
    field: Option<String>,
}

impl ErrorReply {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            field: None,
        }
    }
}

impl ErrorReply {
    fn envelope(self) -> Envelope {
        let error = Inner {
            code: self.code,
            message: self.message,
            field: self.field,
        };
        Envelope { error }
    }

    /// The whole answer as it goes over the wire, the last of its connection.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let status = self.status;
        let body = serde_json::to_string(&self.envelope()).unwrap_or_default();
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// The status and JSON that the service's own routes answer with, for routes of one's own.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        ErrorReply::from(self).into_response()
    }
}

impl From<Error> for ErrorReply {
    fn from(e: Error) -> Self {
        let (status, code) = match &e {
            Error::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed_json"),
            Error::Request { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_field"),
            Error::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
            Error::NoAnswer { .. } => {
                // The causes are for the operator, not for the shopper.
                tracing::error!(error = %e, "a request was not answered");
                let message = "no model could answer this request";
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, "no_answer", message);
            }
            _ => {
                tracing::error!(error = %e, "a request failed");
                return Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "the service failed",
                );
            }
        };
        Self {
            status,
            code,
            message: e.to_string(),
            field: e.field().map(Into::into),
        }
    }
}

impl IntoResponse for ErrorReply {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self.envelope())).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
