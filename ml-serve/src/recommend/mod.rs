//! Recommendations as a library call: a request in, a ranked list with reasons out, whatever breaks
//! in between.
//!
//! A [`Bundle`] is everything one model version needs: a [`Catalogue`], the ids of the known users
//! and a chain of [`Rung`]s, best first (`blend`, `factorisation`, `popularity`).
//! [`RecommendationService::recommend`] asks the rungs in order. A rung that fails, panics, takes
//! longer than its budget or has no opinion leaves the answer to the next; an answer that is too
//! short is filled up from the next. A rung that keeps failing is switched off for a while by its
//! [breaker](Rung::breaker). [`RecommendationService::swap`] replaces the bundle between two
//! requests; none is dropped.
//!
//! Filters are applied before ranking, so the list still has the length that was asked for. The
//! product on the page is never recommended. What the user has seen, which is what they
//! [have already](Bundle::known) and the products of the session, is not either, unless the bundle
//! allows [rebuying](Bundle::rebuy) or the request asks to [include](Request::include_seen) it.
//!
//! [`Bundle::save`] writes all of it as one artifact, which a [registry](crate::registry) keeps and
//! a [`BundleLoader`] reads back.

mod artifact;
mod breaker;
mod bundle;
mod catalogue;
mod catch;
mod chain;
mod facts;
mod loader;
mod parse;
mod request;
mod response;
mod rung;
mod service;
mod sink;
mod stored;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_artifact;
#[cfg(test)]
mod tests_chain;
mod timed;

pub use breaker::{Breaker, BreakerState};
pub use bundle::Bundle;
pub use catalogue::{Catalogue, Product};
pub(crate) use catch::panic_text;
pub use facts::{Facts, ReasonProvider, ReasonQuery, RecommendationReason};
pub use loader::BundleLoader;
pub use ml_data::contract::IdIndex;
pub use parse::parse;
pub use request::{Context, Filters, HISTORY_MAX, ID_MAX, LIST_MAX, Request};
pub use response::{Recommendation, Response, ResponseMetadata, Trace};
pub use rung::{Rung, RungStats};
pub use service::{Recommend, RecommendationService, ServiceStats};
pub use sink::{ChannelSink, EventBuffer, EventSink, JsonLines};
pub use stored::BUNDLE_KIND;
