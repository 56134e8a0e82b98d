//! Alerts: rules over observed values, at most one open alert a rule, and the places they are
//! written to.
//!
//! A [`AlertRule`] says when a value is a warning, when it is critical and when all is well again.
//! An [`AlertManager`] is fed with observations, decides, and hands each change to its [`Sink`]s.
//! [`presets`] has rules for a recommendation service.

mod event;
mod manager;
pub mod presets;
mod rule;
mod signal;
mod sink;

pub use event::{AlertChange, AlertEvent, Severity};
pub use manager::{AlertManager, AlertOutcome, SinkFailure};
pub use presets::recommendations;
pub use rule::{Aggregate, AlertRule, ThresholdSide};
pub use signal::SignalSink;
pub use sink::{FileSink, MemorySink, Sink, WriterSink};
