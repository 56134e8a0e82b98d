//! Putting a new version before shoppers without betting the shop on it.
//!
//! - [`Shadow`]: the challenger sees every request, its answers are only compared.
//! - [`Route`]: a fixed share of users gets the challenger, always the same ones (A/B).
//! - [`Canary`]: the share grows in stages (5, 20, 50, 100 %) while the challenger is healthy, and
//!   falls to nothing when it is not. [`Canary::decide`] is a pure function of what was counted;
//!   [`CanaryRollout`] counts, routes and applies it.
//! - [`BlueGreen`]: a registry alias and a service that move together, and back.
//!
//! [`CanaryRollout`] and [`BlueGreen`] hear the signals of monitors
//! ([`Act`](ml_data::health::Act)): one that asks to roll back takes the challenger's traffic away,
//! or the newest promotion back.
//!
//! [`Shadow`], [`AbTest`] and [`CanaryRollout`] are [`Recommend`](crate::recommend::Recommend)
//! themselves, so they can be served over HTTP in place of a service.

mod ab;
mod bluegreen;
mod canary;
mod driver;
mod gates;
mod health;
mod latencies;
mod ledger;
mod route;
mod shadow;
mod signal;
#[cfg(test)]
mod simulate;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_canary;
#[cfg(test)]
mod tests_driver;

pub use ab::AbTest;
pub use bluegreen::BlueGreen;
pub use canary::{Canary, CanaryDecision, Verdict};
pub use driver::{CanaryRollout, RolloutPhase, RolloutStep};
pub use gates::Gates;
pub use health::{Health, Inferiority, UserClusters, always_valid_inferiority, inferiority};
pub use ml_eval::sequential::{Evidence, Unit};
pub use route::{Arm, Route};
pub use shadow::{Shadow, ShadowReport};
