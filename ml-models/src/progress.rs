//! A bar that shows how far training is.

#[cfg(feature = "progress")]
use ml_data::indicatif::ProgressBar;

/// The bar a user gave, if any. Two configurations are equal whatever bar they have.
#[derive(Debug, Clone, Default)]
pub(crate) struct BarHandle(pub(crate) Option<ProgressBar>);

impl PartialEq for BarHandle {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Report of a finished round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RoundReport {
    /// Rounds finished, from 1.
    pub(crate) iteration: usize,
    /// The metric of the training rows, where it is asked for.
    pub(crate) train: Option<f64>,
    /// The validation metric, if there are validation rows.
    pub(crate) valid: Option<f64>,
    /// The best round so far, where training stops early by it.
    pub(crate) best: Option<usize>,
}

impl RoundReport {
    /// A round of a training that keeps no record of its best.
    #[cfg(feature = "linalg")]
    pub(crate) fn of(round: &ml_data::contract::Round<'_>) -> Self {
        Self {
            iteration: round.round,
            train: round.train,
            valid: round.valid,
            best: None,
        }
    }
}

/// The bar of one training: rounds, epochs, sweeps or trees.
pub(crate) struct TrainingBar<'a> {
    bar: Option<&'a ProgressBar>,
    /// The best round seen and its metric.
    best: Option<(usize, f64)>,
}

impl<'a> TrainingBar<'a> {
    /// A bar of so many rounds, some of them done.
    pub(crate) fn begin(handle: &'a BarHandle, rounds: usize, done: usize) -> Self {
        let bar = handle.0.as_ref();
        if let Some(bar) = bar {
            bar.set_length(rounds as u64);
            bar.set_position(done as u64);
        }
        Self { bar, best: None }
    }

    /// Moves on by a round.
    pub(crate) fn round(&mut self, progress: &RoundReport, metric: &str) {
        let Some(bar) = self.bar else { return };
        bar.set_position(progress.iteration as u64);
        let mut message = Vec::new();
        if let Some(value) = progress.train {
            message.push(format!("training {metric} {value:.6}"));
        }
        if let Some(value) = progress.valid {
            message.push(format!("{metric} {value:.6}"));
            if progress.best == Some(progress.iteration) {
                self.best = Some((progress.iteration, value));
            }
        }
        if let Some((round, value)) = self.best {
            message.push(format!("best {value:.6} (round {round})"));
        }
        if !message.is_empty() {
            bar.set_message(message.join(", "));
        }
    }

    /// Moves on by one of many that are made at the same time, in no order.
    pub(crate) fn one_more(&self) {
        if let Some(bar) = self.bar {
            bar.inc(1);
        }
    }

    /// Leaves the bar where it is: training may have stopped early.
    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.abandon();
        }
    }
}

/// The bar of a build without the feature `progress`: there is none.
#[cfg(not(feature = "progress"))]
#[derive(Debug, Clone)]
pub(crate) enum ProgressBar {}

#[cfg(not(feature = "progress"))]
impl ProgressBar {
    fn set_length(&self, _: u64) {}
    fn set_position(&self, _: u64) {}
    fn inc(&self, _: u64) {}
    fn set_message(&self, _: String) {}
    fn abandon(&self) {}
}
