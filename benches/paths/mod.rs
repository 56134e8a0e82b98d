//! The hot paths of the family, each at a size that fits a quick look: `core` times them, `counts`
//! counts their instructions.

mod boost;
mod data;
mod drift;
mod forest;
mod metrics;
mod network;
mod read;
mod recommend;
mod serve;
mod transform;
mod trees;

use ml_pipeline::data::Result;

/// Work that is ready to be repeated.
pub(crate) type Work = Box<dyn FnMut() -> Result<()>>;

/// A hot path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path {
    /// Subject and path: `boost/fit numbers`.
    pub(crate) name: &'static str,
    /// Unit of its throughput: rows, pairs, scores, requests, bytes.
    pub(crate) unit: &'static str,
    /// Size that is timed, mostly rows.
    pub(crate) size: usize,
    /// Size whose instructions are counted; none where setting up takes too long under a tool
    /// that is fifty times as slow.
    pub(crate) counted: Option<usize>,
    /// Units that one run does at a size.
    pub(crate) units: fn(usize) -> usize,
    /// Makes the data and the models of a size.
    pub(crate) make: fn(usize) -> Result<Work>,
}

impl Path {
    /// A path whose runs do as many units as its size says.
    const fn new(
        name: &'static str,
        unit: &'static str,
        size: usize,
        make: fn(usize) -> Result<Work>,
    ) -> Self {
        Self {
            name,
            unit,
            size,
            counted: Some(size / 10),
            units: |n| n,
            make,
        }
    }

    /// So many units at a size.
    const fn units(mut self, units: fn(usize) -> usize) -> Self {
        self.units = units;
        self
    }

    /// One unit a run, whatever the size.
    const fn one(self) -> Self {
        self.units(|_| 1)
    }

    /// Counted at this size.
    const fn counted(mut self, size: usize) -> Self {
        self.counted = Some(size);
        self
    }

    /// Not counted.
    const fn timed_only(mut self) -> Self {
        self.counted = None;
        self
    }
}

/// Work that repeats an expression and keeps the compiler from leaving it out.
macro_rules! work {
    ($result:expr) => {
        Ok(Box::new(move || {
            std::hint::black_box($result?);
            Ok(())
        }))
    };
}
use work;

/// Every path, by subject.
pub(crate) fn all() -> Vec<Path> {
    let subjects = [
        boost::PATHS,
        trees::PATHS,
        forest::PATHS,
        recommend::PATHS,
        network::PATHS,
        metrics::PATHS,
        transform::PATHS,
        drift::PATHS,
        read::PATHS,
        serve::PATHS,
    ];
    subjects.concat()
}
