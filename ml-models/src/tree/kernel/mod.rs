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
pub(crate) use gain::{Constants, best_of, shrink, unpack};
pub(crate) use histogram::{Bins, Columns, LINE, Rows, SLACK, accumulate, add, subtract};
pub(crate) use levels::round_by_chance;
pub(crate) use logistic::logistic;
pub(crate) use lookup::{Few, Many, add_few, add_many};
pub(crate) use masks::{Fork, LEAVES, Reached, leaves};
pub(crate) use pairs::{Query, Ranked};
pub(crate) use partition::{Rule, partition};
pub(crate) use rough::{ABOVE, Allowed, Room, rough_gain};
pub(crate) use search::{Search, WIDTH};
pub(crate) use shapley::{Buffers, Factors, LANES, Lanes, Op, POINTS, Step, Table, shapley};
pub(crate) use softmax::{BLOCK, cross_entropy, softmax};
pub(crate) use sums::running_sums;
pub(crate) use thresholds::{Thresholds, ranks_of_column, ranks_of_row};

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// What the processor offers, in the steps that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// What [`Level::detect`] has found: 0 for nothing yet, then the level and 1.
static FOUND: AtomicU8 = AtomicU8::new(0);

impl Level {
    /// The best level of this processor, or the lower one that the variable `ML_PIPELINE_SIMD` asks for (`baseline`, `avx2`).
    #[inline]
    fn detect() -> Self {
        match FOUND.load(Relaxed) {
            0 => Self::find(),
            1 => Self::Baseline,
            #[cfg(target_arch = "x86_64")]
            2 => Self::Avx2,
            #[cfg(target_arch = "x86_64")]
            _ => Self::Avx512,
            #[cfg(not(target_arch = "x86_64"))]
            _ => Self::Baseline,
        }
    }

    #[cold]
    fn find() -> Self {
        let most = match std::env::var("ML_PIPELINE_SIMD").as_deref() {
            Ok("baseline") => 0,
            Ok("avx2") => 1,
            _ => 2,
        };
        let level = Self::offered(most);
        FOUND.store(level as u8 + 1, Relaxed);
        level
    }

    /// The best level that the processor offers, up to `most`.
    fn offered(most: u8) -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            // Every feature that a kernel is compiled for: a virtual machine may offer some without the others.
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if avx2 && avx512 && most >= 2 {
                return Self::Avx512;
            }
            if avx2 && most >= 1 {
                return Self::Avx2;
            }
        }
        let _ = most;
        Self::Baseline
    }
}

/// Declares a function that compiles `$body` for each [`Level`] and calls the one the processor can run. The body must be
/// `#[inline(always)]`; no level contracts multiplications and additions, so all give the same bits.
macro_rules! dispatch {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? = $body:path;) => {
        $(#[$meta])*
        $vis fn $name($($arg: $type),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn avx2($($arg: $type),*) $(-> $ret)? { $body($($arg),*) }
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512($($arg: $type),*) $(-> $ret)? { $body($($arg),*) }
                match $crate::tree::kernel::Level::detect() {
                    // SAFETY: `detect` found the features the function is compiled for.
                    $crate::tree::kernel::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::tree::kernel::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::tree::kernel::Level::Baseline => {}
                }
            }
            $body($($arg),*)
        }
    };
}
use dispatch;
