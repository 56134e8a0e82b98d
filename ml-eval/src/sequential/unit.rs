//! Units of observation.

use serde::{Deserialize, Serialize};

/// The unit of observation of a comparison: what is taken as independent of all else.
///
/// Requests of one user are alike: a user who likes to buy converts again and again, a user whose
/// history breaks a version breaks it at each visit. Counted as independent they make both arms
/// look surer than they are; with five visits a user and propensities that differ by 1.5 on the
/// logit, a test at 5 % gives false alarms in 10 %.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// By user: all requests of a user are one observation (delta method over users; design effects
    /// for shares). Right wherever users come back, and where users, not requests, are assigned to
    /// arms. Asymptotic in the number of users.
    #[default]
    User,
    /// By request: each request is an observation of its own. Right where each comes from somebody
    /// else, or where what is counted has nothing to do with the user, as a node that fails at
    /// random. Exact for shares, at any number.
    Request,
}
