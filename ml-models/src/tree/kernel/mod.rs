//! The inner loops that decide the speed. Each is plain code compiled three times (baseline, AVX2, AVX-512) and chosen at run
//! time; where intrinsics are used, a scalar twin gives the same bits.
#![allow(unsafe_code)]

mod answers;
mod gain;
mod histogram;
mod levels;
mod logistic;
mod lookup;
mod masks;
mod pairs;
mod partition;
mod rough;
mod search;
mod shapley;
mod softmax;
mod sums;
mod thresholds;

pub(crate) use answers::{Bits, Bytes, Question, Questions, ROWS};
pub(crate) use gain::{Constants, best_of, gains, shrink, unpack};
pub(crate) use histogram::{Bins, Columns, LINE, Rows, SLACK, accumulate, add, subtract};
pub(crate) use levels::round_by_chance;
pub(crate) use logistic::logistic;
pub(crate) use lookup::{Few, Many, add_few, add_many};
pub(crate) use masks::{Fork, LEAVES, Reached, leaves, number_by_answers};
pub(crate) use pairs::{Query, Ranked};
pub(crate) use partition::{Rule, partition};
pub(crate) use rough::{ABOVE, Allowed, Room, rough_gain};
pub(crate) use search::{Search, WIDTH};
pub(crate) use shapley::{Buffers, Factors, LANES, Lanes, Op, POINTS, Step, Table, shapley};
pub(crate) use softmax::{BLOCK, cross_entropy, softmax};
pub(crate) use sums::running_sums;
pub(crate) use thresholds::{Thresholds, ranks_of_column, ranks_of_row};

use ml_data::simd::{Level, dispatch};
