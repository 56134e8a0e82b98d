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

use ml_data::simd::InstructionSet;

/// [`ml_data::simd::dispatch!`] with the [`instruction_set`] of these kernels.
macro_rules! dispatch {
    ($($function:tt)*) => {
        ml_data::simd::dispatch! { in use: $crate::tree::kernel::instruction_set; $($function)* }
    };
}
use dispatch;

/// The instruction set that kernels use: the one found, or the one that a test forces.
#[inline(always)]
fn instruction_set() -> InstructionSet {
    #[cfg(test)]
    if let Some(isa) = forced::ISA.get() {
        return isa;
    }
    InstructionSet::detect()
}

/// Kernels with an instruction set that is not the one found.
#[cfg(test)]
mod forced {
    use super::{InstructionSet, instruction_set};
    use std::cell::Cell;

    thread_local! {
        pub(super) static ISA: Cell<Option<InstructionSet>> = const { Cell::new(None) };
    }

    /// Calls `work`; the kernels that it calls, in this thread, use the instruction set, or the
    /// processor's where that is lower.
    pub(super) fn at<R>(isa: InstructionSet, work: impl FnOnce() -> R) -> R {
        ISA.set(Some(isa.min(InstructionSet::processor())));
        let result = work();
        ISA.set(None);
        result
    }

    #[test]
    fn every_available_instruction_set_can_be_forced() {
        for isa in InstructionSet::available() {
            assert_eq!(at(isa, instruction_set), isa);
        }
        assert_eq!(instruction_set(), InstructionSet::detect());
    }
}
