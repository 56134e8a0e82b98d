//! The inner loops that decide the speed. Each is plain code compiled three times (baseline, AVX2,
//! AVX-512) and chosen at run time; where intrinsics are used, a scalar twin gives the same bits.
#![allow(unsafe_code)]

mod byte_questions;
mod histogram;
mod interval_search;
mod lambda_pairs;
mod leaf_numbers;
mod leaf_values;
mod logistic;
mod partition;
mod rough_gain;
mod running_sums;
mod shapley;
mod softmax;
mod stochastic_rounding;
mod threshold_gains;
mod threshold_ranks;

pub(crate) use byte_questions::{Bits, Bytes, Question, Questions, ROWS};
pub(crate) use histogram::{Bins, Columns, LINE, Rows, SLACK, accumulate, add, subtract};
pub(crate) use interval_search::{Search, WIDTH};
pub(crate) use lambda_pairs::{Query, Ranked};
pub(crate) use leaf_numbers::{Fork, LEAVES, Reached, leaves, number_by_answers};
pub(crate) use leaf_values::{Few, Many, add_few, add_many};
pub(crate) use logistic::logistic;
pub(crate) use partition::{Rule, partition};
pub(crate) use rough_gain::{ABOVE, Allowed, Room, rough_gain};
pub(crate) use running_sums::running_sums;
pub(crate) use shapley::{Buffers, Factors, LANES, Lanes, Op, POINTS, Step, Table, shapley};
pub(crate) use softmax::{BLOCK, cross_entropy, softmax};
pub(crate) use stochastic_rounding::round_by_chance;
pub(crate) use threshold_gains::{Constants, best_of, gains, shrink, unpack};
pub(crate) use threshold_ranks::{Thresholds, ranks_of_column, ranks_of_row};

use ml_data::simd::Level;

/// [`ml_data::simd::dispatch!`] with the level of [`level`].
macro_rules! dispatch {
    ($($function:tt)*) => {
        ml_data::simd::dispatch! { in use: $crate::tree::kernel::level; $($function)* }
    };
}
use dispatch;

/// The level that kernels run at: the one found, or the one that a test forces.
#[inline(always)]
fn level() -> Level {
    #[cfg(test)]
    if let Some(level) = forced::LEVEL.get() {
        return level;
    }
    Level::detect()
}

/// Kernels at a level that is not the one found.
#[cfg(test)]
mod forced {
    use super::{Level, level};
    use std::cell::Cell;

    thread_local! {
        pub(super) static LEVEL: Cell<Option<Level>> = const { Cell::new(None) };
    }

    /// Calls `work`; the kernels that it calls, in this thread, run at the level, or at the
    /// processor's where that is lower.
    pub(super) fn at<R>(level: Level, work: impl FnOnce() -> R) -> R {
        LEVEL.set(Some(level.min(Level::processor())));
        let result = work();
        LEVEL.set(None);
        result
    }

    #[test]
    fn every_available_level_can_be_forced() {
        for forced in Level::available() {
            assert_eq!(at(forced, level), forced);
        }
        assert_eq!(level(), Level::detect());
    }
}
