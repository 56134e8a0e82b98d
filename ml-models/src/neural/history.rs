//! Learning curves.

use serde::{Deserialize, Serialize};

/// One pass over the training rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Weighted mean loss over the batches as they were trained, with dropout, each before its own
    /// step.
    pub train_loss: f64,
    /// Weighted mean loss on the validation sample after the epoch, without dropout.
    pub valid_loss: Option<f64>,
}

/// Record of a training.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    epochs: Vec<Epoch>,
    best_epoch: usize,
    restored: bool,
}

impl History {
    /// The learning curve, first epoch first.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The epoch (from 1) with the lowest validation loss; without a validation sample, the last
    /// one.
    pub fn best_epoch(&self) -> usize {
        self.best_epoch
    }

    /// Whether the model holds the weights of [`best_epoch`](Self::best_epoch) rather than those of
    /// the last epoch.
    pub fn restored(&self) -> bool {
        self.restored
    }

    pub(super) fn push(&mut self, epoch: Epoch, best: bool) {
        self.epochs.push(epoch);
        if best {
            self.best_epoch = epoch.epoch;
        }
    }

    /// Whether the best epoch is one of them, for histories that were read from a file.
    pub(super) fn is_sound(&self) -> bool {
        self.best_epoch <= self.epochs.len()
    }

    pub(super) fn set_restored(&mut self) {
        self.restored = true;
    }
}
