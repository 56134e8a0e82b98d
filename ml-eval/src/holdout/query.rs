//! Queries that can be kept.

use ml_data::contract::{ByItems, ByUser, ByVisit, Query, Visit};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// A kind of query whose values can be stored in a [`Holdout`](super::Holdout).
pub trait HeldQuery: Query {
    /// The stored form.
    type Held: Debug + Clone + Send + Sync;
    /// The stored query, as rankers read it.
    fn ask(held: &Self::Held) -> Self::Of<'_>;
    /// The user who asks, when known: queries of one user are averaged and resampled together.
    fn user(held: &Self::Held) -> Option<u32>;
}

impl HeldQuery for ByUser {
    type Held = u32;
    fn ask(held: &u32) -> <ByUser as Query>::Of<'_> {
        *held
    }
    fn user(held: &u32) -> Option<u32> {
        Some(*held)
    }
}

impl HeldQuery for ByItems {
    type Held = Vec<u32>;
    fn ask(held: &Vec<u32>) -> <ByItems as Query>::Of<'_> {
        held
    }
    fn user(_: &Vec<u32>) -> Option<u32> {
        None
    }
}

impl HeldQuery for ByVisit {
    type Held = VisitBuf;
    fn ask(held: &VisitBuf) -> <ByVisit as Query>::Of<'_> {
        Visit {
            user: held.user,
            session: &held.session,
            current: held.current,
            now: held.now,
        }
    }
    fn user(held: &VisitBuf) -> Option<u32> {
        held.user
    }
}

/// An owned [`Visit`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitBuf {
    /// The user's number, when the user is known.
    pub user: Option<u32>,
    /// Items of the session, oldest first.
    pub session: Vec<u32>,
    /// The item on the page.
    pub current: Option<u32>,
    /// The moment of the request, microseconds since 1970.
    pub now: i64,
}

impl From<Visit<'_>> for VisitBuf {
    fn from(visit: Visit<'_>) -> Self {
        Self {
            user: visit.user,
            session: visit.session.to_vec(),
            current: visit.current,
            now: visit.now,
        }
    }
}
