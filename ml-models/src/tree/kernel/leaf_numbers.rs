//! The leaves of a block of rows, by visiting every node of a tree once.
//!
//! Each node has a bit a row, set if the row reaches it. Nothing branches on a row's values, so all
//! rows of a register go through a node together.

use super::byte_questions::{Bits, Bytes};
use super::dispatch;
#[cfg(target_arch = "x86_64")]
use super::{InstructionSet, instruction_set};

/// Leaves of a tree, at most.
pub(crate) const LEAVES: usize = 256;

/// The rows that reach each leaf, then those that reach each node, parents first.
pub(crate) type Reached = [Bits; 2 * LEAVES];

/// A node: what it asks, and where its children are among the [`Reached`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fork {
    pub(crate) question: u32,
    /// The child where the answer is yes.
    pub(crate) left: u16,
    /// The child where it is no.
    pub(crate) right: u16,
}

/// Finds each row's leaf. The forks are those of a tree, the root first, parents before their
/// children; leaves are numbered from 0.
pub(crate) fn leaves(forks: &[Fork], answers: &[Bits], reached: &mut Reached, ids: &mut Bytes) {
    let mut planes = [Bits::NONE; 8];
    follow(forks, answers, reached, &mut planes);
    number(&planes, ids);
}

/// Numbers each row by its answers to the questions of all levels of a symmetric tree: the first is
/// the highest bit, and no is 1.
pub(crate) fn number_by_answers(levels: &[u32], answers: &[Bits], ids: &mut Bytes) {
    let mut planes = [Bits::NONE; 8];
    for (plane, &question) in planes.iter_mut().zip(levels.iter().rev()) {
        *plane = answers[question as usize].not();
    }
    number(&planes, ids);
}

dispatch! {
    /// The rows that reach each leaf, and from them the number of each row's leaf: bit `b` of it in
    /// `planes[b]`.
    fn follow(forks: &[Fork], answers: &[Bits], reached: &mut Reached, planes: &mut [Bits; 8]) = follow_body;
}

#[inline(always)]
fn follow_body(forks: &[Fork], answers: &[Bits], reached: &mut Reached, planes: &mut [Bits; 8]) {
    reached[if forks.is_empty() { 0 } else { LEAVES }] = Bits::ALL;
    for (at, fork) in forks.iter().enumerate() {
        let here = reached[(LEAVES + at) % (2 * LEAVES)];
        let yes = &answers[fork.question as usize];
        let (mut left, mut right) = (here, here);
        for ((left, right), yes) in left.0.iter_mut().zip(&mut right.0).zip(yes.0) {
            *left &= yes;
            *right &= !yes;
        }
        reached[fork.left as usize % (2 * LEAVES)] = left;
        reached[fork.right as usize % (2 * LEAVES)] = right;
    }
    let leaves = forks.len() + 1;
    let (eights, _) = reached.as_chunks_mut::<8>();
    // The leaves beyond the last, up to a multiple of 8.
    for leaf in leaves..leaves.next_multiple_of(8) {
        eights[leaf / 8][leaf % 8] = Bits::NONE;
    }
    for (k, eight) in eights[..leaves.div_ceil(8)].iter().enumerate() {
        let pairs: [Bits; 4] = std::array::from_fn(|i| or(&eight[2 * i], &eight[2 * i + 1]));
        let fours = [or(&pairs[0], &pairs[1]), or(&pairs[2], &pairs[3])];
        let odd = or(&or(&eight[1], &eight[3]), &or(&eight[5], &eight[7]));
        planes[0] = or(&planes[0], &odd);
        planes[1] = or(&planes[1], &or(&pairs[1], &pairs[3]));
        planes[2] = or(&planes[2], &fours[1]);
        let all = or(&fours[0], &fours[1]);
        for (bit, plane) in planes[3..].iter_mut().enumerate() {
            let keep = 0_u64.wrapping_sub((k >> bit & 1) as u64);
            for (plane, all) in plane.0.iter_mut().zip(all.0) {
                *plane |= all & keep;
            }
        }
    }
}

#[inline(always)]
fn or(a: &Bits, b: &Bits) -> Bits {
    Bits(std::array::from_fn(|w| a.0[w] | b.0[w]))
}

/// From eight planes of bits to bytes.
fn number(planes: &[Bits; 8], ids: &mut Bytes) {
    #[cfg(target_arch = "x86_64")]
    if instruction_set() == InstructionSet::Avx512 {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        unsafe { x86::number(planes, ids) };
        return;
    }
    plain_number(planes, ids);
}

/// Transposes 8 x 8 bits at a time.
fn plain_number(planes: &[Bits; 8], ids: &mut Bytes) {
    for (k, ids) in ids.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let byte = |plane: &Bits| (plane.0[k / 8] >> (k % 8 * 8)) as u8;
        let mut square = u64::from_le_bytes(std::array::from_fn(|b| byte(&planes[b])));
        for (shift, mask) in [
            (7, 0x00AA_00AA_00AA_00AA),
            (14, 0x0000_CCCC_0000_CCCC),
            (28, 0x0000_0000_F0F0_F0F0),
        ] {
            let swap = (square ^ square >> shift) & mask;
            square ^= swap ^ swap << shift;
        }
        *ids = square.to_le_bytes();
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Bits, Bytes};

    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn number(planes: &[Bits; 8], ids: &mut Bytes) {
        for (w, ids) in ids.as_chunks_mut::<64>().0.iter_mut().enumerate() {
            let mut id = _mm512_setzero_si512();
            for (bit, plane) in planes.iter().enumerate() {
                id = _mm512_mask_add_epi8(id, plane.0[w], id, _mm512_set1_epi8(1 << bit));
            }
            // SAFETY: 64 bytes are written.
            unsafe { _mm512_storeu_si512(ids.as_mut_ptr().cast(), id) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::byte_questions::ROWS;
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    #[test]
    fn rows_find_their_leaves() {
        // A chain: fork k asks whether the row's number is at most k.
        for leaves in [1, 2, 7, 8, 9, 31, 200, 256] {
            let forks: Vec<Fork> = (0..leaves - 1)
                .map(|k| Fork {
                    question: k as u32,
                    left: k as u16,
                    right: if k + 2 < leaves {
                        LEAVES + k + 1
                    } else {
                        leaves - 1
                    } as u16,
                })
                .collect();
            let answers: Vec<Bits> = (0..leaves - 1)
                .map(|k| {
                    let word = |w: usize| (0..64).map(|b| u64::from(w * 64 + b <= k) << b).sum();
                    Bits(std::array::from_fn(word))
                })
                .collect();
            let want: Bytes = std::array::from_fn(|i| i.min(leaves - 1) as u8);
            for isa in InstructionSet::available() {
                let (mut ids, mut reached) = ([9; ROWS], [Bits::ALL; 2 * LEAVES]);
                at(isa, || {
                    super::leaves(&forks, &answers, &mut reached, &mut ids)
                });
                assert_eq!(ids, want, "{isa:?}");
            }
        }
    }

    #[test]
    fn answers_number_rows() {
        let answers = [0x5555_5555_5555_5555, 0x3333_3333_3333_3333].map(|word| Bits([word; 8]));
        for isa in InstructionSet::available() {
            let mut ids = [9; ROWS];
            at(isa, || number_by_answers(&[1, 0], &answers, &mut ids));
            // The first answer is yes where `i % 4 < 2`, the second where `i` is even.
            assert_eq!(ids, std::array::from_fn(|i| (i % 4) as u8), "{isa:?}");
            at(isa, || number_by_answers(&[], &answers, &mut ids));
            assert_eq!(ids, [0; ROWS], "{isa:?}");
        }
    }
}
