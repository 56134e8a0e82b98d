//! Vector instructions of the processor, chosen once at run time for every kernel of the family.
//!
//! A kernel is one plain body, compiled once for each [`InstructionSet`]. They differ in speed
//! only: the compiler neither reorders nor fuses floating-point operations, so the bits are those
//! of the baseline. The exceptions are the factorisation (`ml_models::factor`), whose kernels fuse
//! multiplications with additions above the baseline and say so, and matrix products of networks,
//! which are faer's: it chooses its instructions by itself and does not read the variable.
//!
//! # The variable `ML_PIPELINE_SIMD`
//! Lowers the instruction set of a whole process, to measure what registers bring or to reproduce
//! another machine:
//!
//! | value | instruction set |
//! |---|---|
//! | not set, empty | the best of the processor |
//! | `baseline` | [`InstructionSet::Baseline`] |
//! | `avx2` | [`InstructionSet::Avx2`], or lower if the processor has no more |
//! | `avx512` | [`InstructionSet::Avx512`], or lower if the processor has no more |
//!
//! It is read once, by the first kernel. Kernels can not fail, so they ignore other values; fitting
//! a model does not: it calls [`check`], which refuses them.
//!
//! ```
//! use ml_data::simd::{InstructionSet, widest};
//! assert!(InstructionSet::detect() <= InstructionSet::processor());
//! let squares = widest(#[inline(always)] || (1..4).map(|x| x * x).sum::<i32>());
//! assert_eq!(squares, 14);
//! ```
#![allow(unsafe_code)]

use crate::error::{Error, Result};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// The variable of the environment that lowers the instruction set.
const VARIABLE: &str = "ML_PIPELINE_SIMD";

/// Sets of vector instructions, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstructionSet {
    /// Instructions that every processor of the architecture has (x86-64: SSE2).
    Baseline,
    /// Registers of 256 bits: AVX2, FMA, BMI1, BMI2, LZCNT and POPCNT (of x86-64-v3).
    Avx2,
    /// Registers of 512 bits: AVX-512 F, BW, DQ and VL besides (x86-64-v4).
    Avx512,
}

/// The instruction set found, counted from 1; 0 for none yet.
static FOUND: AtomicU8 = AtomicU8::new(0);

impl InstructionSet {
    /// The instruction set that kernels use: the processor's, or the lower one asked for by
    /// `ML_PIPELINE_SIMD`.
    #[inline]
    #[must_use]
    pub fn detect() -> Self {
        match FOUND.load(Relaxed) {
            0 => Self::find(),
            1 => Self::Baseline,
            2 => Self::Avx2,
            _ => Self::Avx512,
        }
    }

    #[cold]
    fn find() -> Self {
        let most = asked().ok().flatten().unwrap_or(Self::Avx512);
        let isa = Self::processor().min(most);
        FOUND.store(isa as u8 + 1, Relaxed);
        isa
    }

    /// The best instruction set of this processor, whatever the environment asks for.
    #[must_use]
    pub fn processor() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            // Every feature that a kernel is compiled for: a virtual machine may offer some without
            // the others.
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if avx2 && avx512 {
                return Self::Avx512;
            }
            if avx2 {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }

    /// The instruction sets that this processor can run, lowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        let best = Self::processor();
        [Self::Baseline, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(move |isa| *isa <= best)
    }
}

/// Refuses a value of `ML_PIPELINE_SIMD` that names no instruction set.
///
/// # Errors
/// [`Error::Parameter`] with the value.
pub fn check() -> Result<()> {
    asked().map(drop)
}

fn asked() -> Result<Option<InstructionSet>> {
    match std::env::var(VARIABLE) {
        Ok(value) => named(&value),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(value)) => named(&value.to_string_lossy()),
    }
}

fn named(value: &str) -> Result<Option<InstructionSet>> {
    match value {
        "" => Ok(None),
        "baseline" => Ok(Some(InstructionSet::Baseline)),
        "avx2" => Ok(Some(InstructionSet::Avx2)),
        "avx512" => Ok(Some(InstructionSet::Avx512)),
        _ => Err(Error::parameter(
            "environment",
            VARIABLE,
            value,
            "`baseline`, `avx2`, `avx512`, or not set",
        )),
    }
}

/// Runs `work` compiled for the instruction set of [`InstructionSet::detect`]. `work` and what it
/// calls must be `#[inline(always)]`, or it runs as compiled for the baseline.
#[inline]
pub fn widest<R>(work: impl FnOnce() -> R) -> R {
    // SAFETY: `detect` gives no instruction set above the processor's.
    unsafe { run(InstructionSet::detect(), work) }
}

/// Runs `work` compiled for an instruction set, or for the processor's where that is lower: to
/// compare them.
pub fn at<R>(isa: InstructionSet, work: impl FnOnce() -> R) -> R {
    // SAFETY: the instruction set is not above the processor's.
    unsafe { run(isa.min(InstructionSet::processor()), work) }
}

/// Runs `work` as [`widest`] does, with fused multiply-add where it is told `true`:
/// `x.mul_add(a, b)` is one instruction then, and slow where it is told `false`. The bits depend on
/// the instruction set, so this is for measuring a processor.
#[doc(hidden)]
#[inline]
pub fn widest_fused<R>(work: impl FnOnce(bool) -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    match InstructionSet::detect() {
        // SAFETY: `detect` gives no instruction set above the processor's.
        InstructionSet::Avx512 => return unsafe { avx512_fused(work) },
        // SAFETY: as above.
        InstructionSet::Avx2 => return unsafe { avx2_fused(work) },
        InstructionSet::Baseline => {}
    }
    work(cfg!(any(target_arch = "aarch64", target_feature = "fma")))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512_fused<R>(work: impl FnOnce(bool) -> R) -> R {
    work(true)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2_fused<R>(work: impl FnOnce(bool) -> R) -> R {
    work(true)
}

/// # Safety
/// The processor has the instruction set.
#[inline(always)]
unsafe fn run<R>(isa: InstructionSet, work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    match isa {
        // SAFETY: the caller's promise.
        InstructionSet::Avx512 => return unsafe { avx512(work) },
        // SAFETY: as above.
        InstructionSet::Avx2 => return unsafe { avx2(work) },
        InstructionSet::Baseline => {}
    }
    let _ = isa;
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Declares a function that compiles a body for each
/// [`InstructionSet`](crate::simd::InstructionSet) and calls the one in use. The body must be
/// `#[inline(always)]`. It makes an `unsafe` call, which the module around it has to allow.
/// `in use: path;` before the function names another function than
/// [`detect`](crate::simd::InstructionSet::detect) for the instruction set in use, none above the
/// processor's.
#[doc(hidden)]
#[macro_export]
macro_rules! simd_dispatch {
    (in use: $isa:path; $(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? = $body:path;) => {
        $(#[$meta])*
        $vis fn $name($($arg: $type),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn avx2($($arg: $type),*) $(-> $ret)? { $body($($arg),*) }
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512($($arg: $type),*) $(-> $ret)? { $body($($arg),*) }
                match $isa() {
                    // SAFETY: it gives none above the processor's.
                    $crate::simd::InstructionSet::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::simd::InstructionSet::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::simd::InstructionSet::Baseline => {}
                }
            }
            $body($($arg),*)
        }
    };
    ($($function:tt)*) => {
        $crate::simd::dispatch! { in use: $crate::simd::InstructionSet::detect; $($function)* }
    };
}
#[doc(hidden)]
pub use simd_dispatch as dispatch;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_variable_name_instruction_sets_or_are_refused() {
        assert_eq!(named("").unwrap(), None);
        assert_eq!(named("baseline").unwrap(), Some(InstructionSet::Baseline));
        assert_eq!(named("avx2").unwrap(), Some(InstructionSet::Avx2));
        assert_eq!(named("avx512").unwrap(), Some(InstructionSet::Avx512));
        for wrong in ["AVX2", "sse2", "0", " avx2"] {
            let e = named(wrong).unwrap_err();
            assert!(e.is_parameter(), "{e}");
            let text = format!("environment: parameter `ML_PIPELINE_SIMD` = {wrong}: must be");
            assert!(e.to_string().starts_with(&text), "{e}");
        }
    }

    #[test]
    fn available_instruction_sets_ascend_from_the_baseline_to_the_processors() {
        let all: Vec<InstructionSet> = InstructionSet::available().collect();
        assert_eq!(all.first(), Some(&InstructionSet::Baseline));
        assert_eq!(all.last(), Some(&InstructionSet::processor()));
        assert!(all.is_sorted());
        assert!(all.contains(&InstructionSet::detect()));
    }

    #[inline(always)]
    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    dispatch! {
        fn dispatched(a: &[f32], b: &[f32]) -> f32 = dot;
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let a: Vec<f32> = (0..999).map(|i| (i as f32 * 0.37).sin()).collect();
        let b: Vec<f32> = (0..999).map(|i| (i as f32 * 0.73).cos()).collect();
        let want = dot(&a, &b).to_bits();
        for isa in InstructionSet::available() {
            let got = at(
                isa,
                #[inline(always)]
                || dot(&a, &b),
            );
            assert_eq!(got.to_bits(), want, "{isa:?}");
        }
        assert_eq!(
            widest(
                #[inline(always)]
                || dot(&a, &b)
            )
            .to_bits(),
            want
        );
        assert_eq!(dispatched(&a, &b).to_bits(), want);
    }
}
