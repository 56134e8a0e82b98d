//! A bar that shows how far training is.

use indicatif::ProgressBar;

use super::train::Progress;

/// The bar a user gave, if any. Two configurations are equal whatever bar they have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown(pub(crate) Option<ProgressBar>);

impl PartialEq for Shown {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The bar of one training.
pub(super) struct Bar<'a> {
    bar: Option<&'a ProgressBar>,
    /// The best round seen and its metric.
    best: Option<(usize, f64)>,
}

impl<'a> Bar<'a> {
    /// A bar of so many rounds, some of them done.
    pub(super) fn begin(shown: &'a Shown, rounds: usize, done: usize) -> Self {
        let bar = shown.0.as_ref();
        if let Some(bar) = bar {
            bar.set_length(rounds as u64);
            bar.set_position(done as u64);
        }
        Self { bar, best: None }
    }

    /// Moves on by a round.
    pub(super) fn round(&mut self, progress: &Progress, metric: &str) {
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

    /// Leaves the bar where it is: training may have stopped early.
    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.abandon();
        }
    }
}
