//! Binary labels, as flags or as 0 and 1.

use crate::error::{self, Result};

/// A binary label: `bool`, or `u8` of 0 (negative) and 1 (positive).
pub trait BinaryLabel: sealed::Label {}

impl BinaryLabel for bool {}
impl BinaryLabel for u8 {}

mod sealed {
    /// The reading of a label.
    pub trait Label: Copy + Send + Sync + 'static {
        /// Whether it is the positive class.
        fn positive(self) -> bool;
        /// The number that a bad label holds.
        fn bad(self) -> Option<u8>;
    }

    impl Label for bool {
        #[inline(always)]
        fn positive(self) -> bool {
            self
        }
        #[inline(always)]
        fn bad(self) -> Option<u8> {
            None
        }
    }

    impl Label for u8 {
        #[inline(always)]
        fn positive(self) -> bool {
            self == 1
        }
        #[inline(always)]
        fn bad(self) -> Option<u8> {
            (self > 1).then_some(self)
        }
    }
}

/// Every label must be one of the two.
pub(crate) fn check<L: BinaryLabel>(labels: &[L]) -> Result<()> {
    let any = labels.iter().fold(false, |any, l| any | l.bad().is_some());
    let first = || {
        labels
            .iter()
            .enumerate()
            .find_map(|(row, l)| l.bad().map(|bad| (row, bad)))
    };
    match any.then(first).flatten() {
        Some((row, found)) => Err(error::value("label", row, found, "0 or 1")),
        None => Ok(()),
    }
}
