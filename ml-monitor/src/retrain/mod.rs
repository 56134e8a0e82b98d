//! Retraining: fixed dates, and triggers from what has been seen since.
//!
//! A [`RetrainPolicy`] holds [`ScheduleRule`]s over dates and [`Trigger`]s over what monitoring
//! found; given the [`Situation`] of a day it makes a [`RetrainDecision`] with its reasons. Whether
//! the model that comes out of it is better than the one in service is for the application to test
//! before it promotes the new one.

mod decision;
mod policy;
mod schedule;
mod situation;
mod text;
mod trigger;

/// The calendar types that the API speaks.
pub use chrono::{NaiveDate, Weekday};
pub use decision::{RetrainDecision, RetrainReason};
pub use policy::RetrainPolicy;
pub use schedule::{Cadence, RetrainAction, ScheduleRule, day_of};
pub use situation::Situation;
pub use trigger::{MetricState, Trigger};
