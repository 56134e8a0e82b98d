//! How monitors and running systems meet: a monitor emits [`HealthSignal`]s, and whatever can be
//! steered (a rollout, a training job) implements [`Act`]. Neither knows the other.

use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Severity of an alert or a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Look at it today.
    Warning,
    /// Act now.
    Critical,
}

/// Reaction that a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// People look at it.
    Review,
    /// The newest model goes: a rollout is taken back, an alias points at the version before.
    RollBack,
    /// A model is trained anew.
    Retrain,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Review => "review",
            Self::RollBack => "roll back",
            Self::Retrain => "retrain",
        })
    }
}

/// Finding of a monitor about a running model.
///
/// ```
/// use ml_data::health::{Action, HealthSignal, Severity};
/// let signal = HealthSignal {
///     source: "error_rate".into(),
///     at: 1_718_447_400_000_000,
///     severity: Severity::Critical,
///     action: Action::RollBack,
///     reason: "0.02 is above 0.01".into(),
/// };
/// assert_eq!(signal.to_string(), "CRITICAL error_rate: roll back, 0.02 is above 0.01");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthSignal {
    /// Name of the rule or policy that watched.
    pub source: String,
    /// Moment, microseconds since 1970.
    pub at: i64,
    /// How bad it is.
    pub severity: Severity,
    /// Reaction it asks for.
    pub action: Action,
    /// Why, in a sentence with the numbers.
    pub reason: String,
}

impl fmt::Display for HealthSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "WARNING",
            Severity::Critical => "CRITICAL",
        };
        let (source, action, reason) = (&self.source, self.action, &self.reason);
        write!(f, "{severity} {source}: {action}, {reason}")
    }
}

/// Whatever can be steered by signals: a rollout rolls back, a training job starts.
///
/// A signal of an action that it does not know, or that comes when there is nothing to do, changes
/// nothing: several may hear the same signals, and the same signal may come twice.
///
/// ```
/// use ml_data::health::{Act, Action, HealthSignal, Severity};
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// #[derive(Default)]
/// struct Trainer(AtomicUsize);
/// impl Act for Trainer {
///     fn act(&self, signal: &HealthSignal) -> ml_data::Result<bool> {
///         let mine = signal.action == Action::Retrain;
///         self.0.fetch_add(usize::from(mine), Ordering::Relaxed);
///         Ok(mine)
///     }
/// }
/// let (severity, reason) = (Severity::Warning, "half of the features drifted".to_owned());
/// let signal = HealthSignal { source: "retrain".into(), at: 0, severity, action: Action::Retrain, reason };
/// let trainer = Trainer::default();
/// assert!(trainer.act(&signal)?);
/// assert!(!trainer.act(&HealthSignal { action: Action::RollBack, ..signal })?);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub trait Act: Send + Sync {
    /// Does what a signal asks for; true when something was done.
    ///
    /// # Errors
    /// It should have been done and could not be.
    fn act(&self, signal: &HealthSignal) -> Result<bool>;
}

impl<T: Act + ?Sized> Act for Arc<T> {
    fn act(&self, signal: &HealthSignal) -> Result<bool> {
        (**self).act(signal)
    }
}
