//! Watching models in production: drift of what they see, latency and errors, conversion against
//! the offline value, alerts, and the decision to train anew.

pub mod alert;
pub mod drift;
pub mod latency;
pub mod limits;
pub mod performance;
pub mod retrain;
