//! Numbers that models score with, and the integer keys that order them.

/// A real number a model may score rows with: `f32` or `f64`.
///
/// Scores are compared through an integer key with the same order, so a radix sort can be used and
/// `-0.0` ties with `0.0`. Infinite scores are ordered like any other number (log odds of a certain
/// event); not-a-number is refused by every metric.
pub trait Score: key::Keyed + Copy + Into<f64> + PartialOrd + Send + Sync + 'static {
    /// Machine epsilon of the type, the clip of [`log_loss`](crate::metric::log_loss).
    const EPSILON: f64;
}

impl Score for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
}

impl Score for f64 {
    const EPSILON: f64 = f64::EPSILON;
}

pub(crate) mod key {
    /// An unsigned integer that orders like the number it was made from.
    pub trait Key: Copy + Ord + Default + Send + Sync {
        /// Bytes that a radix sort has to visit.
        const BYTES: usize;
        /// Byte `i`, the least significant first.
        fn byte(self, i: usize) -> usize;
    }

    impl Key for u32 {
        const BYTES: usize = 4;
        #[inline(always)]
        fn byte(self, i: usize) -> usize {
            (self >> (8 * i)) as usize & 0xff
        }
    }

    impl Key for u64 {
        const BYTES: usize = 8;
        #[inline(always)]
        fn byte(self, i: usize) -> usize {
            (self >> (8 * i)) as usize & 0xff
        }
    }

    /// A number with an order-preserving key.
    pub trait Keyed: Copy {
        /// The integer that orders like this number.
        type Key: Key;
        /// The key: smaller numbers have smaller keys, equal numbers equal keys.
        fn key(self) -> Self::Key;
        /// Whether it is not a number.
        fn missing(self) -> bool;
    }

    impl Keyed for f32 {
        type Key = u32;
        #[inline(always)]
        fn key(self) -> u32 {
            let bits = (self + 0.0).to_bits(); // -0.0 + 0.0 is 0.0: both zeros tie
            bits ^ ((((bits as i32) >> 31) as u32) | 0x8000_0000)
        }
        #[inline(always)]
        fn missing(self) -> bool {
            self.is_nan()
        }
    }

    impl Keyed for f64 {
        type Key = u64;
        #[inline(always)]
        fn key(self) -> u64 {
            let bits = (self + 0.0).to_bits();
            bits ^ ((((bits as i64) >> 63) as u64) | 0x8000_0000_0000_0000)
        }
        #[inline(always)]
        fn missing(self) -> bool {
            self.is_nan()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::key::Keyed;

    #[test]
    fn keys_order_like_numbers() {
        let ascending = [
            f64::NEG_INFINITY,
            -1e300,
            -1.5,
            -1e-300,
            0.0,
            1e-300,
            1.0,
            7.5,
            f64::INFINITY,
        ];
        for pair in ascending.windows(2) {
            assert!(pair[0].key() < pair[1].key(), "{pair:?}");
            assert!((pair[0] as f32).key() <= (pair[1] as f32).key(), "{pair:?}");
        }
        assert_eq!((-0.0f64).key(), 0.0f64.key());
        assert_eq!((-0.0f32).key(), 0.0f32.key());
        assert!((-2.0f32).key() < (-1.0f32).key());
    }
}
