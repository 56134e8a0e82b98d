//! The kernels compiled once for each instruction set, as tables of functions.

use super::gram::{self, Block};
use super::lanes::{NATIVE_FMA, Scalar};
use super::scan;
use super::system::{self, System};
use super::{GROUP, Group, PANELS};

/// Scores a user against eight panels.
type ScanOne =
    unsafe fn(*const f32, f32, *const f32, usize, &mut [[f32; 16]; PANELS]) -> [u16; PANELS];

/// One instruction set's functions. All are `unsafe`: the processor must have the set, and pointers
/// must be valid as the plain function of the same name demands.
pub(super) struct Table {
    pub(super) conjugate_gradient: unsafe fn(&System<'_>, usize, *mut f32, *mut f32),
    pub(super) gram_block: unsafe fn(&Block, usize, *mut f32),
    pub(super) gram_system: unsafe fn(&System<'_>, *mut f32),
    pub(super) right_side: unsafe fn(&System<'_>, *mut f32),
    pub(super) dots: unsafe fn(*const f32, usize, &[u32], *const f32, &mut [f32]),
    pub(super) scores: unsafe fn(*const f32, usize, usize, &[u32], *const f32, &mut [f32]),
    pub(super) scan_group:
        unsafe fn(&[*const f32; GROUP], &[f32; GROUP], *const f32, usize, &mut Group),
    pub(super) scan_one: ScanOne,
}

/// Compiles every kernel over lanes `$lanes`, for a register tile of `$u` users by `$p`
/// panels, and a tile of one user by `$one` panels.
macro_rules! table {
    ($table:ident, $module:ident, $lanes:ty, $u:literal x $p:literal, 1 x $one:literal $(, #[$feature:meta])?) => {
        mod $module {
            use super::*;

            $(#[$feature])?
            unsafe fn product<const NV: usize, const RESIDUAL: bool>(s: &System<'_>, q: *const f32, out: *mut f32) {
                // SAFETY: passed on
                unsafe { system::product::<$lanes, NV, RESIDUAL>(s, q, out) }
            }

            $(#[$feature])?
            unsafe fn product_long<const RESIDUAL: bool>(s: &System<'_>, q: *const f32, out: *mut f32) {
                // SAFETY: passed on
                unsafe { system::product_long::<$lanes, RESIDUAL>(s, q, out) }
            }

            unsafe fn any<const RESIDUAL: bool>(s: &System<'_>, q: *const f32, out: *mut f32) {
                // SAFETY: passed on; each arm fits the number of vectors
                unsafe {
                    match s.nv {
                        1 => product::<1, RESIDUAL>(s, q, out),
                        2 => product::<2, RESIDUAL>(s, q, out),
                        3 => product::<3, RESIDUAL>(s, q, out),
                        4 => product::<4, RESIDUAL>(s, q, out),
                        5 => product::<5, RESIDUAL>(s, q, out),
                        6 => product::<6, RESIDUAL>(s, q, out),
                        7 => product::<7, RESIDUAL>(s, q, out),
                        8 => product::<8, RESIDUAL>(s, q, out),
                        _ => product_long::<RESIDUAL>(s, q, out),
                    }
                }
            }

            unsafe fn either(s: &System<'_>, q: *const f32, out: *mut f32, residual: bool) {
                // SAFETY: passed on
                unsafe { if residual { any::<true>(s, q, out) } else { any::<false>(s, q, out) } }
            }

            $(#[$feature])?
            unsafe fn conjugate_gradient(s: &System<'_>, steps: usize, x: *mut f32, work: *mut f32) {
                // SAFETY: passed on
                unsafe { system::conjugate_gradient::<$lanes>(s, steps, x, work, either) }
            }

            $(#[$feature])?
            unsafe fn gram_block(rows: &Block, nv: usize, out: *mut f32) {
                // SAFETY: passed on
                unsafe { gram::gram::<$lanes, Block>(rows, nv, out) }
            }

            $(#[$feature])?
            unsafe fn gram_system(s: &System<'_>, out: *mut f32) {
                // SAFETY: passed on
                unsafe { gram::gram::<$lanes, System<'_>>(s, s.nv, out) }
            }

            $(#[$feature])?
            unsafe fn right_side(s: &System<'_>, out: *mut f32) {
                // SAFETY: passed on
                unsafe { system::right_side::<$lanes>(s, out) }
            }

            $(#[$feature])?
            unsafe fn dots(y: *const f32, nv: usize, ids: &[u32], q: *const f32, out: &mut [f32]) {
                // SAFETY: passed on
                unsafe { scan::dots::<$lanes>(y, nv, ids, q, out) }
            }

            $(#[$feature])?
            unsafe fn scores(y: *const f32, stride: usize, depth: usize, ids: &[u32], q: *const f32, out: &mut [f32]) {
                // SAFETY: passed on
                unsafe { scan::scores::<$lanes>(y, stride, depth, ids, q, out) }
            }

            $(#[$feature])?
            unsafe fn scan_group(users: &[*const f32; GROUP], least: &[f32; GROUP], panels: *const f32, depth: usize, out: &mut Group) {
                let stride = out.scores[0].len();
                for u in (0..GROUP).step_by($u) {
                    for p in (0..stride).step_by($p) {
                        // SAFETY: tiles divide the group evenly; the rest is passed on
                        unsafe {
                            let users: [*const f32; $u] = std::array::from_fn(|t| users[u + t]);
                            let least: [f32; $u] = std::array::from_fn(|t| least[u + t]);
                            let to = out.scores.as_mut_ptr().cast::<f32>().add(16 * (u * stride + p));
                            let masks = scan::scan::<$lanes, $u, $p>(users, least, panels.add(16 * p * depth), depth, to, stride);
                            for (to, from) in out.masks[u..u + $u].iter_mut().zip(masks) {
                                to[p..p + $p].copy_from_slice(&from);
                            }
                        }
                    }
                }
            }

            $(#[$feature])?
            unsafe fn scan_one(user: *const f32, least: f32, panels: *const f32, depth: usize, out: &mut [[f32; 16]; PANELS]) -> [u16; PANELS] {
                let mut masks = [0; PANELS];
                for p in (0..PANELS).step_by($one) {
                    // SAFETY: tiles divide the panels evenly; the rest is passed on
                    unsafe {
                        let to = out.as_mut_ptr().cast::<f32>().add(16 * p);
                        let [m] = scan::scan::<$lanes, 1, $one>([user], [least], panels.add(16 * p * depth), depth, to, PANELS);
                        masks[p..p + $one].copy_from_slice(&m);
                    }
                }
                masks
            }

            pub(in crate::factor::kernel) static TABLE: Table = Table {
                conjugate_gradient, gram_block, gram_system, right_side, dots, scores, scan_group, scan_one,
            };
        }
        pub(super) use self::$module::TABLE as $table;
    };
}

table!(SCALAR, scalar, Scalar<NATIVE_FMA>, 1 x 1, 1 x 1);
#[cfg(test)]
table!(FUSED, fused, Scalar<true>, 1 x 1, 1 x 1);
#[cfg(target_arch = "x86_64")]
table!(AVX2, avx2, super::super::x86::Avx2, 6 x 1, 1 x 4, #[target_feature(enable = "avx2,fma")]);
#[cfg(target_arch = "x86_64")]
table!(AVX512, avx512, super::super::x86::Avx512, 12 x 2, 1 x 8, #[target_feature(enable = "avx512f,avx2,fma")]);
