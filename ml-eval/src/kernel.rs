//! Compiles inner loops for wider vectors, chosen at run time.
#![allow(unsafe_code)]

/// Runs `work` compiled for the widest vectors this machine has. `work` and what it calls must be inlined (`#[inline(always)]`),
/// or it runs as compiled for the baseline. The results have the same bits: the compiler neither reorders nor fuses
/// floating-point operations.
#[inline]
pub(crate) fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        use std::is_x86_feature_detected as has;
        let vectors = [
            has!("avx512f"),
            has!("avx512bw"),
            has!("avx512dq"),
            has!("avx512vl"),
        ];
        let bits = [has!("bmi1"), has!("bmi2"), has!("lzcnt"), has!("popcnt")];
        if [vectors, bits].as_flattened().iter().all(|has| *has) {
            // SAFETY: every feature it is compiled for was detected just above.
            return unsafe { avx512(work) };
        }
        if has!("avx2") {
            // SAFETY: the feature was detected just above.
            return unsafe { avx2(work) };
        }
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,lzcnt,popcnt")]
fn avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}
