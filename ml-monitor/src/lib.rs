//! Watching models in production: drift of what they see, latency and errors, conversion against
//! the offline value, alerts, and the decision to train anew.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod alert;
pub mod drift;
pub mod latency;
pub mod limits;
pub mod performance;
pub mod retrain;
