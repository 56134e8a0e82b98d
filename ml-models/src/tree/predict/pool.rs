//! Buffers of batches, kept for the next batch: fresh memory costs more than what is done in it.

use std::sync::{Mutex, PoisonError};

use super::block::Scratch;

/// As many buffers as were in use at a time. A clone starts without any.
#[derive(Debug, Default)]
pub(super) struct Pool {
    idle: Mutex<Vec<Scratch>>,
}

impl Clone for Pool {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Pool {
    /// Lends a buffer for the time of a call.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let lent = self.idle().pop();
        let mut scratch = lent.unwrap_or_default();
        let done = work(&mut scratch);
        self.idle().push(scratch);
        done
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
