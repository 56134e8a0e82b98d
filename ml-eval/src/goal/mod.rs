//! Before modelling and before promotion: the problem, the criteria of success, the feasibility
//! check of the data, and the gate.
//!
//! [`ProblemDefinition`] and [`SuccessCriteria`] are written down first and stored beside the
//! model; [`Feasibility`] asks the data; [`Gate`] compares a candidate's measured figures with the
//! criteria and refuses what does not pass, naming the figures.

mod columns;
mod criteria;
mod criterion;
mod decision;
mod feasibility;
mod gate;
mod limits;
mod measured;
mod milestone;
mod noise;
mod problem;
mod report;
mod roi;
mod signal;

pub use columns::{FeatureValues, Outcome};
pub use criteria::SuccessCriteria;
pub use criterion::{Criterion, CriterionRole};
pub use decision::{GateDecision, GateReason};
pub use feasibility::Feasibility;
pub use gate::Gate;
pub use limits::{Explainability, Limits, Privacy};
pub use measured::Measured;
pub use milestone::Milestone;
pub use noise::NoiseFloor;
pub use problem::{ProblemDefinition, ProblemType};
pub use report::{Concern, FeasibilityReport};
pub use roi::{Roi, ValueModel};
pub use signal::{Signal, Statistic};
