//! Responses, as a shop gets them.

use serde::{Deserialize, Serialize};

/// An answer, field by field the JSON of the API. What does not belong there travels in
/// [`trace`](Self::trace), which HTTP sends as headers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Products, best first. Fewer than asked for only when no more are left after filtering.
    pub recommendations: Vec<Recommendation>,
    /// About the answer.
    pub metadata: ResponseMetadata,
    /// For joining, monitoring and debugging; not part of the JSON body.
    #[serde(skip)]
    pub trace: Trace,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The product.
    pub product_id: String,
    /// Higher is better; never rises down the list, and means nothing across lists. A product
    /// filled in from a later rung scores at most what the product before it does.
    pub score: f32,
    /// Reason, in words that are true of this visitor and this product.
    pub reason: String,
}

/// About an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResponseMetadata {
    /// The version that answered.
    pub model_version: String,
    /// Time in the service, milliseconds, to three decimals.
    pub latency_ms: f64,
    /// Moment of the answer, ISO 8601 in UTC to the second (`2024-06-15T10:30:00Z`).
    pub timestamp: String,
}

/// Origin of an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// Joins later outcomes to this answer; below 2^53, so that every JSON reader keeps it whole.
    pub request_id: u64,
    /// The rung that gave the first product; `None` for an empty list.
    pub answered_by: Option<String>,
    /// Rungs that filled the list up.
    pub filled_by: Vec<String>,
    /// Rungs that were asked and failed, or were switched off, with the cause.
    pub failed: Vec<(String, String)>,
    /// Parts of the request that were ignored.
    pub notes: Vec<&'static str>,
}

impl Response {
    /// The product ids, best first.
    pub fn products(&self) -> Vec<&str> {
        self.recommendations
            .iter()
            .map(|r| r.product_id.as_str())
            .collect()
    }
}
