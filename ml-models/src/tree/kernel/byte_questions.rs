//! Questions about bytes, answered for a block of rows: one bit a row, set where the answer is yes.

#[cfg(target_arch = "x86_64")]
use super::{InstructionSet, instruction_set};

/// Rows of a block.
pub(crate) const ROWS: usize = 512;

/// One byte a row.
pub(crate) type Bytes = [u8; ROWS];

/// Words of one bit a row.
pub(crate) const WORDS: usize = ROWS / 64;

/// One bit a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C, align(64))] // no register's worth of them lies across cache lines
pub(crate) struct Bits(pub(crate) [u64; WORDS]);

impl Bits {
    pub(crate) const NONE: Self = Self([0; WORDS]);
    pub(crate) const ALL: Self = Self([u64::MAX; WORDS]);

    pub(crate) fn not(&self) -> Self {
        Self(self.0.map(|word| !word))
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|w| self.0[w] & other.0[w]))
    }
}

/// A set of bytes: bit `b % 64` of word `b / 64` stands for byte `b`.
pub(crate) type Set = [u64; 4];

/// Questions, each asked once however many nodes ask it: first those with a limit, then those with
/// a set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Questions {
    runs: Vec<Run>,
    limits: Vec<u8>,
    sets: Vec<Set>,
}

/// Questions that are asked of the same bytes.
#[derive(Debug, Clone, Copy)]
struct Run {
    slot: u32,
    kind: Kind,
    from: u32,
    to: u32,
}

/// Kind of the questions of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Is the byte, plus this (mod 256), at most the limit?
    Limit { shift: u8 },
    /// Is it in the set?
    Set,
}

/// A question about the bytes of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Question {
    /// Is the byte, plus `shift` (mod 256), at most the limit?
    Limit { slot: u32, shift: u8, limit: u8 },
    /// Is it in the set?
    Set { slot: u32, set: Set },
}

impl Questions {
    /// From questions in ascending order.
    pub(crate) fn new(questions: &[Question]) -> Self {
        let mut new = Self::default();
        for (at, question) in questions.iter().enumerate() {
            let (slot, kind) = match *question {
                Question::Limit { slot, shift, limit } => {
                    new.limits.push(limit);
                    (slot, Kind::Limit { shift })
                }
                Question::Set { slot, set } => {
                    new.sets.push(set);
                    (slot, Kind::Set)
                }
            };
            let to = at as u32 + 1;
            match new.runs.last_mut() {
                Some(run) if (run.slot, run.kind) == (slot, kind) => run.to = to,
                _ => new.runs.push(Run {
                    slot,
                    kind,
                    from: at as u32,
                    to,
                }),
            }
        }
        new
    }

    /// Number of questions.
    pub(crate) fn len(&self) -> usize {
        self.limits.len() + self.sets.len()
    }

    /// Answers all of them; `slots` has the bytes, `out` room for the answers.
    pub(crate) fn answer(&self, slots: &[Bytes], out: &mut [Bits]) {
        for run in &self.runs {
            let bytes = &slots[run.slot as usize];
            let (from, to) = (run.from as usize, run.to as usize);
            let out = &mut out[from..to];
            match run.kind {
                Kind::Limit { shift } => limits(bytes, shift, &self.limits[from..to], out),
                Kind::Set => {
                    let first = self.limits.len();
                    sets(bytes, &self.sets[from - first..to - first], out);
                }
            }
        }
    }
}

fn limits(bytes: &Bytes, shift: u8, limits: &[u8], out: &mut [Bits]) {
    #[cfg(target_arch = "x86_64")]
    match instruction_set() {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        InstructionSet::Avx512 => return unsafe { x86::limits_512(bytes, shift, limits, out) },
        // SAFETY: as above.
        InstructionSet::Avx2 => return unsafe { x86::limits_256(bytes, shift, limits, out) },
        InstructionSet::Baseline => {}
    }
    plain_limits(bytes, shift, limits, out);
}

fn sets(bytes: &Bytes, sets: &[Set], out: &mut [Bits]) {
    #[cfg(target_arch = "x86_64")]
    match instruction_set() {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        InstructionSet::Avx512 => return unsafe { x86::sets_512(bytes, sets, out) },
        // SAFETY: as above.
        InstructionSet::Avx2 => return unsafe { x86::sets_256(bytes, sets, out) },
        InstructionSet::Baseline => {}
    }
    plain_sets(bytes, sets, out);
}

fn plain_limits(bytes: &Bytes, shift: u8, limits: &[u8], out: &mut [Bits]) {
    for (&limit, out) in limits.iter().zip(out) {
        let mut yes = [0; ROWS];
        for (yes, byte) in yes.iter_mut().zip(bytes) {
            *yes = u8::from(byte.wrapping_add(shift) <= limit);
        }
        *out = pack(&yes);
    }
}

fn plain_sets(bytes: &Bytes, sets: &[Set], out: &mut [Bits]) {
    for (set, out) in sets.iter().zip(out) {
        *out = pack(&bytes.map(|b| (set[b as usize / 64] >> (b % 64)) as u8 & 1));
    }
}

/// From bytes that are 0 or 1 to bits.
fn pack(yes: &Bytes) -> Bits {
    /// Eight bytes times this have their lowest bits side by side on top.
    const TOGETHER: u64 = 0x0102_0408_1020_4080;
    let mut bits = [0; WORDS];
    for (k, eight) in yes.as_chunks::<8>().0.iter().enumerate() {
        let byte = u64::from_le_bytes(*eight).wrapping_mul(TOGETHER) >> 56;
        bits[k / 8] |= byte << (k % 8 * 8);
    }
    Bits(bits)
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Bits, Bytes, Set, WORDS};

    #[target_feature(enable = "avx512f,avx512bw")]
    fn load_512(bytes: &Bytes) -> [__m512i; WORDS] {
        // SAFETY: 64 bytes are read for each 64 rows.
        std::array::from_fn(|w| unsafe { _mm512_loadu_si512(bytes.as_ptr().add(64 * w).cast()) })
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn limits_512(bytes: &Bytes, shift: u8, limits: &[u8], out: &mut [Bits]) {
        let shift = _mm512_set1_epi8(shift as i8);
        let bytes = load_512(bytes).map(|b| _mm512_add_epi8(b, shift));
        for (&limit, out) in limits.iter().zip(out) {
            let limit = _mm512_set1_epi8(limit as i8);
            for (out, bytes) in out.0.iter_mut().zip(bytes) {
                *out = _mm512_cmple_epu8_mask(bytes, limit);
            }
        }
    }

    /// For each 32 rows, the highest bits of what `yes` makes of their bytes.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn each_256(bytes: &Bytes, out: &mut Bits, yes: impl Fn(__m256i) -> __m256i) {
        let (bytes, _) = bytes.as_chunks::<64>();
        for (out, bytes) in out.0.iter_mut().zip(bytes) {
            // SAFETY: the 64 bytes are read.
            let (low, high) = unsafe {
                (
                    _mm256_loadu_si256(bytes.as_ptr().cast()),
                    _mm256_loadu_si256(bytes.as_ptr().add(32).cast()),
                )
            };
            let [low, high] = [low, high].map(|b| _mm256_movemask_epi8(yes(b)) as u32);
            *out = u64::from(low) | u64::from(high) << 32;
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn limits_256(bytes: &Bytes, shift: u8, limits: &[u8], out: &mut [Bits]) {
        let shift = _mm256_set1_epi8(shift as i8);
        for (&limit, out) in limits.iter().zip(out) {
            let limit = _mm256_set1_epi8(limit as i8);
            each_256(bytes, out, |b| {
                let b = _mm256_add_epi8(b, shift);
                _mm256_cmpeq_epi8(_mm256_min_epu8(b, limit), b)
            });
        }
    }

    /// 1, 2, 4, .. 128, twice.
    const POWERS: i64 = i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]);

    /// The halves of a set as bytes.
    #[target_feature(enable = "avx2")]
    fn halves(set: &Set) -> [__m128i; 2] {
        [
            _mm_set_epi64x(set[1] as i64, set[0] as i64),
            _mm_set_epi64x(set[3] as i64, set[2] as i64),
        ]
    }

    #[target_feature(enable = "avx2,avx512f,avx512bw")]
    pub(super) fn sets_512(bytes: &Bytes, sets: &[Set], out: &mut [Bits]) {
        let bytes = load_512(bytes);
        // Which byte of a half of the set, which bit of it, and which half.
        let at = bytes.map(|b| _mm512_and_si512(_mm512_srli_epi16::<3>(b), _mm512_set1_epi8(15)));
        let bit = bytes.map(|b| {
            _mm512_shuffle_epi8(
                _mm512_set1_epi64(POWERS),
                _mm512_and_si512(b, _mm512_set1_epi8(7)),
            )
        });
        let upper = bytes.map(|b| _mm512_movepi8_mask(b));
        for (set, out) in sets.iter().zip(out) {
            let [low, high] = halves(set).map(|half| _mm512_broadcast_i32x4(half));
            for (w, out) in out.0.iter_mut().enumerate() {
                let low = _mm512_shuffle_epi8(low, at[w]);
                let high = _mm512_shuffle_epi8(high, at[w]);
                let byte = _mm512_mask_blend_epi8(upper[w], low, high);
                *out = _mm512_test_epi8_mask(byte, bit[w]);
            }
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn sets_256(bytes: &Bytes, sets: &[Set], out: &mut [Bits]) {
        for (set, out) in sets.iter().zip(out) {
            let [low, high] = halves(set).map(|half| _mm256_broadcastsi128_si256(half));
            each_256(bytes, out, |b| {
                let at = _mm256_and_si256(_mm256_srli_epi16::<3>(b), _mm256_set1_epi8(15));
                let bit = _mm256_shuffle_epi8(
                    _mm256_set1_epi64x(POWERS),
                    _mm256_and_si256(b, _mm256_set1_epi8(7)),
                );
                let low = _mm256_shuffle_epi8(low, at);
                let high = _mm256_shuffle_epi8(high, at);
                let byte = _mm256_blendv_epi8(low, high, b);
                _mm256_cmpeq_epi8(_mm256_and_si256(byte, bit), bit)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    #[test]
    fn every_instruction_set_answers_alike() {
        let slots: [Bytes; 2] = [
            std::array::from_fn(|i| i as u8),
            std::array::from_fn(|i| (i * 71 % 256) as u8),
        ];
        let set =
            |seed: u64| [1, 2, 3, 4].map(|w| seed.wrapping_mul(w * 2 + 1).rotate_left(w as u32));
        let limit = |slot, shift, limit| Question::Limit { slot, shift, limit };
        let mut questions = vec![
            limit(0, 0, 0),
            limit(0, 0, 254),
            limit(0, 1, 0),
            limit(0, 1, 100),
            limit(1, 0, 17),
            limit(1, 1, 255),
            Question::Set {
                slot: 0,
                set: set(0x9E37_79B9_7F4A_7C15),
            },
            Question::Set {
                slot: 0,
                set: set(0xD1B5_4A32_D192_ED03),
            },
            Question::Set {
                slot: 1,
                set: set(0x9E37_79B9_7F4A_7C15),
            },
        ];
        questions.sort_unstable();
        let all = Questions::new(&questions);
        assert_eq!(all.len(), questions.len());
        for isa in InstructionSet::available() {
            let mut out = vec![Bits::NONE; all.len()];
            at(isa, || all.answer(&slots, &mut out));
            for (question, out) in questions.iter().zip(&out) {
                let answer = |byte: u8| match *question {
                    Question::Limit { shift, limit, .. } => byte.wrapping_add(shift) <= limit,
                    Question::Set { set, .. } => set[byte as usize / 64] >> (byte % 64) & 1 == 1,
                };
                let (Question::Limit { slot, .. } | Question::Set { slot, .. }) = *question;
                for (i, &byte) in slots[slot as usize].iter().enumerate() {
                    let got = out.0[i / 64] >> (i % 64) & 1 == 1;
                    assert_eq!(got, answer(byte), "{isa:?} {question:?} {i}");
                }
            }
        }
    }
}
