//! Buffers for histograms, shared by the threads that grow a tree.

use std::sync::{Mutex, MutexGuard};

use super::scan::Scratch;
use crate::tree::kernel::SLACK;

/// Memory that the histograms of open leaves may take, in entries of 8 bytes.
const MOST: usize = 64 << 20;

/// Histograms of open leaves, and scratch ones. When there are too many of the former, a leaf gives
/// its own up once it knows its best split, and is counted anew when it is split.
#[derive(Debug)]
pub(crate) struct Pool {
    bins: usize,
    limit: usize,
    buffers: Mutex<Buffers>,
}

#[derive(Debug, Default)]
struct Buffers {
    free: Vec<Vec<u64>>,
    scratch: Vec<Vec<u64>>,
    searches: Vec<Scratch>,
    made: usize,
    #[cfg(test)]
    most: usize,
}

impl Pool {
    /// For trees of at most `leaves` leaves over `bins` bins, grown by `threads` threads.
    pub(crate) fn new(bins: usize, leaves: usize, threads: usize) -> Self {
        let wanted = leaves.saturating_add(2 * threads).max(2);
        Self {
            bins,
            limit: (MOST / bins.max(1)).clamp(2 * threads, wanted.max(2 * threads)),
            buffers: Mutex::default(),
        }
    }

    /// With room for so many histograms.
    #[cfg(test)]
    pub(super) fn with_limit(bins: usize, limit: usize) -> Self {
        Self {
            bins,
            limit,
            buffers: Mutex::default(),
        }
    }

    /// The most histograms there were at a time.
    #[cfg(test)]
    pub(super) fn most_held(&self) -> usize {
        self.buffers().most
    }

    fn buffers(&self) -> MutexGuard<'_, Buffers> {
        self.buffers.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// A histogram with undefined content.
    pub(crate) fn take(&self) -> Vec<u64> {
        let mut buffers = self.buffers();
        if let Some(free) = buffers.free.pop() {
            return free;
        }
        buffers.made += 1;
        #[cfg(test)]
        {
            buffers.most = buffers.most.max(buffers.made);
        }
        drop(buffers);
        vec![0; self.bins + SLACK]
    }

    pub(crate) fn give_back(&self, buffer: Vec<u64>) {
        let mut buffers = self.buffers();
        if buffers.made > self.limit {
            buffers.made -= 1;
        } else {
            buffers.free.push(buffer);
        }
    }

    /// Whether there are more histograms than there should be.
    pub(crate) fn crowded(&self) -> bool {
        self.buffers().made > self.limit
    }

    /// Runs `f` with the buffers of a search.
    pub(super) fn with_search<T>(&self, f: impl FnOnce(&mut Scratch) -> T) -> T {
        let mut search = self.buffers().searches.pop().unwrap_or_default();
        let out = f(&mut search);
        self.buffers().searches.push(search);
        out
    }

    /// Runs `f` with `count` scratch buffers of undefined content.
    pub(crate) fn with_scratch<T>(&self, count: usize, f: impl FnOnce(&mut [Vec<u64>]) -> T) -> T {
        let mut taken: Vec<Vec<u64>> = {
            let mut buffers = self.buffers();
            let keep = buffers.scratch.len().saturating_sub(count);
            buffers.scratch.split_off(keep)
        };
        taken.resize_with(count, || vec![0; self.bins + SLACK]);
        let out = f(&mut taken);
        self.buffers().scratch.append(&mut taken);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_is_bounded_and_reused() {
        let pool = Pool::new(MOST / 3, 100, 1);
        let taken: Vec<_> = (0..3).map(|_| pool.take()).collect();
        assert!(!pool.crowded());
        let more = pool.take();
        assert!(pool.crowded());
        pool.give_back(more);
        assert!(!pool.crowded());
        taken.into_iter().for_each(|t| pool.give_back(t));
        assert_eq!(pool.buffers().free.len(), 3);
        assert_eq!(pool.with_scratch(2, |s| s.len()), 2);
    }
}
