//! Defaults of everything whose size a caller sets and the memory pays for.
//!
//! | default | raised by | past it |
//! |---|---|---|
//! | [`SLICES`] | [`LatencyMonitor::with_max_slices`] | an error that names `slices` |
//! | [`BINS`] | no need: bins without rows tell nothing | an error that names `bins` |
//! | [`CODES`] | counting by yourself: [`chi_square`](crate::drift::chi_square()) takes counts | an error that names the code |
//! | [`DRAWS`] | no need: simulation tells p-values down to a millionth | an error that names `draws` |
//! | [`POINTS`] | no need: ranks beyond it move no p-value | an error that names `max_points` |
//!
//! [`LatencyMonitor::with_max_slices`]: crate::latency::LatencyMonitor::with_max_slices

/// Slices of a latency window, 0.1 MB each: 0.4 GB.
pub const SLICES: usize = 4_096;
/// Bins of a population stability index.
pub const BINS: usize = 100_000;
/// Category codes of [`chi_square_2samp`](crate::drift::chi_square_2samp) are below it: 0.1 GB a
/// sample.
pub const CODES: usize = 10_000_000;
/// Simulated pairs of samples of [`NullMethod`](crate::drift::NullMethod).
pub const DRAWS: usize = 1_000_000;
/// Points of a numeric column kept in a [`ReferenceProfile`](crate::drift::ReferenceProfile).
pub const POINTS: usize = 100_000_000;
