//! Messages of running systems: predictions that were served, and their outcomes.

use serde::{Deserialize, Serialize};

/// One answered (or failed) request. A service emits it, monitoring reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PredictionEvent {
    /// Joins outcomes to predictions.
    pub request_id: u64,
    /// When the request came, microseconds since 1970.
    pub at: i64,
    /// The model version that answered.
    pub model_version: String,
    /// The rung of the fallback chain that answered (`blend`, `factorisation`, `popularity`), if
    /// one did.
    pub answered_by: Option<String>,
    /// The user asked for, when known.
    pub user: Option<String>,
    /// Items in the order shown.
    pub items: Vec<String>,
    /// Their scores.
    pub scores: Vec<f32>,
    /// Time to answer, microseconds.
    pub latency_us: u64,
    /// Why the request failed, if it did.
    pub error: Option<String>,
}

/// Reaction of a user to a prediction, possibly much later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeEvent {
    /// The request it answers.
    pub request_id: u64,
    /// When it happened, microseconds since 1970.
    pub at: i64,
    /// The item acted on.
    pub item: String,
    /// The kind of reaction.
    pub action: Action,
    /// Money that changed hands, in the shop's currency.
    pub value: f64,
}

/// Kinds of reactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Action {
    /// Looked at the item.
    Click,
    /// Put it into the cart.
    Cart,
    /// Bought it.
    Purchase,
    /// Sent it back.
    Return,
}
