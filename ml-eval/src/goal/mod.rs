//! Before modelling and before promotion: the problem, what counts as success, whether the data can carry it, and the gate.
//!
//! [`ProblemDefinition`] and [`SuccessCriteria`] are written down first and stored beside the model; [`Feasibility`] asks the
//! data; [`Gate`] compares a candidate's measured figures with the criteria and refuses what does not pass, naming the figures.

mod criteria;
mod decision;
mod feasibility;
mod gate;
mod measured;
mod noise;
mod problem;
mod report;
mod roi;
mod signal;

pub use criteria::{
    Criterion, CriterionRole, Explainability, Limits, Milestone, Privacy, SuccessCriteria,
};
pub use decision::{GateDecision, GateReason};
pub use feasibility::{Feasibility, Outcome};
pub use gate::Gate;
pub use measured::Measured;
pub use noise::NoiseFloor;
pub use problem::{ProblemDefinition, ProblemType};
pub use report::{Concern, FeasibilityReport};
pub use roi::{Roi, ValueModel};
pub use signal::{FeatureValues, Signal, Statistic};
