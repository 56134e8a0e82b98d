//! The inner loops of the factorisation and of its top-k search, behind safe functions.
//!
//! Each loop is written once ([`generic`]) over sixteen lanes ([`lanes`]) and compiled for AVX-512, for AVX2 with fused
//! multiply-add, and for plain arrays; the best set the processor has is chosen at run time. AVX-512 and AVX2 return the
//! same bits; plain arrays round products separately, which changes a factor by about one part in a million. Nothing
//! here depends on the number of threads.
#![allow(unsafe_code)]

mod aligned;
mod entry;
mod generic;
mod lanes;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(super) use aligned::Aligned;
use entry::Table;
use generic::{Block, System};

/// Users in a group of [`Isa::scan_group`].
pub(super) const GROUP: usize = 12;
/// Panels of sixteen items that [`Isa::scan_group`] scores at once.
pub(super) const PAIR: usize = 2;
/// Panels of sixteen items that [`Isa::scan_one`] scores at once.
pub(super) const PANELS: usize = 8;

/// What [`Isa::scan_group`] found: scores are written only for panels with a bit in their mask.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// A bit for every item that reaches its user's threshold.
    pub(super) masks: [[u16; PAIR]; GROUP],
    /// Scores by user, panel, item.
    pub(super) scores: [[[f32; 16]; PAIR]; GROUP],
}

/// An instruction set the processor has. Made only by [`Isa::best`] and, in tests, [`Isa::all`].
#[derive(Clone, Copy)]
pub(super) struct Isa(&'static Table, &'static str);

impl std::fmt::Debug for Isa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.1)
    }
}

/// The rows of a matrix of factors that one row interacted with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weighted<'a> {
    /// Row numbers.
    pub(super) ids: &'a [u32],
    /// One value each.
    pub(super) values: &'a [f32],
    /// The confidence of a value of one.
    pub(super) alpha: f32,
}

/// Row-major factors whose rows are whole vectors of sixteen lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<'a> {
    /// `rows * 16 nv` values.
    pub(super) data: &'a [f32],
    /// Vectors a row.
    pub(super) nv: usize,
}

impl Matrix<'_> {
    /// Whether all ids are rows. One vectorised pass over the ids keeps the functions below sound for any input.
    fn holds(&self, ids: &[u32]) -> bool {
        let rows = self.data.len() / (16 * self.nv).max(1);
        ids.iter().fold(true, |all, &i| all & ((i as usize) < rows))
    }
}

impl Isa {
    /// The fastest set of this processor.
    pub(super) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return Isa(&entry::AVX512, "AVX-512");
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Isa(&entry::AVX2, "AVX2");
            }
        }
        Isa(&entry::SCALAR, "scalar")
    }

    /// The system of one row, checked. `None` if a length or an id is out of range.
    fn system<'a>(y: Matrix<'a>, gram: &'a [f32], e: Weighted<'a>, next: &'a [u32]) -> Option<System<'a>> {
        let side = 16 * y.nv;
        let fits = gram.len() == side * side && e.ids.len() == e.values.len() && y.holds(e.ids) && y.holds(next);
        fits.then(|| System { gram: gram.as_ptr(), y: y.data.as_ptr(), nv: y.nv, ids: e.ids, values: e.values, alpha: e.alpha, next })
    }

    /// `steps` steps of conjugate gradients on one row's system from the `x` given. `next` names the rows of `y` that the
    /// following call will need. Leaves `x` alone and returns false if lengths do not fit or an id is no row.
    pub(super) fn conjugate_gradient(
        self, y: Matrix<'_>, gram: &[f32], e: Weighted<'_>, next: &[u32], steps: usize, x: &mut [f32], work: &mut [f32],
    ) -> bool {
        let Some(s) = Self::system(y, gram, e, next) else { return false };
        if x.len() != 16 * y.nv || work.len() < 3 * x.len() {
            return false;
        }
        // SAFETY: the set was detected; ids are rows of `y`; `x`, `work` and `gram` have the lengths asked for
        unsafe { (self.0.conjugate_gradient)(&s, steps, x.as_mut_ptr(), work.as_mut_ptr()) };
        true
    }

    /// Adds `Y^T Y` of all rows of `y` to `out`, in vectors at and right of the diagonal only.
    pub(super) fn gram(self, y: Matrix<'_>, out: &mut [f32]) -> bool {
        let side = 16 * y.nv;
        if side == 0 || out.len() != side * side {
            return false;
        }
        let rows = Block { first: y.data.as_ptr(), rows: y.data.len() / side, nv: y.nv };
        // SAFETY: the set was detected; the block lies inside `y`; `out` is a square of the side
        unsafe { (self.0.gram_block)(&rows, y.nv, out.as_mut_ptr()) };
        true
    }

    /// Adds `sum (c - 1) y y^T` to `matrix` (vectors at and right of the diagonal only) and `sum c y` to `right`.
    pub(super) fn normal_equations(self, y: Matrix<'_>, e: Weighted<'_>, matrix: &mut [f32], right: &mut [f32]) -> bool {
        let side = 16 * y.nv;
        let fits = e.ids.len() == e.values.len() && y.holds(e.ids) && matrix.len() == side * side && right.len() == side;
        if !fits {
            return false;
        }
        let s = System { gram: std::ptr::null(), y: y.data.as_ptr(), nv: y.nv, ids: e.ids, values: e.values, alpha: e.alpha, next: &[] };
        // SAFETY: the set was detected; ids are rows of `y`; lengths were checked; neither function reads `gram`
        unsafe {
            (self.0.gram_system)(&s, matrix.as_mut_ptr());
            (self.0.right_side)(&s, right.as_mut_ptr());
        }
        true
    }

    /// Dot products of `q` with chosen rows of `y`, fast order of summation (for the loss).
    pub(super) fn dots(self, y: Matrix<'_>, ids: &[u32], q: &[f32], out: &mut [f32]) -> bool {
        if q.len() != 16 * y.nv || out.len() != ids.len() || !y.holds(ids) {
            return false;
        }
        // SAFETY: the set was detected; lengths and ids were checked
        unsafe { (self.0.dots)(y.data.as_ptr(), y.nv, ids, q.as_ptr(), out) };
        true
    }

    /// Scores of chosen rows of `y`: the first `depth` products summed in order, the same bits as the two scans.
    pub(super) fn scores(self, y: Matrix<'_>, depth: usize, ids: &[u32], q: &[f32], out: &mut [f32]) -> bool {
        if depth > 16 * y.nv || q.len() < depth || out.len() != ids.len() || !y.holds(ids) {
            return false;
        }
        // SAFETY: the set was detected; lengths and ids were checked
        unsafe { (self.0.scores)(y.data.as_ptr(), 16 * y.nv, depth, ids, q.as_ptr(), out) };
        true
    }

    /// Scores twelve users against two panels of sixteen items stored factor by factor, and keeps what reaches `least`.
    pub(super) fn scan_group(self, users: &[&[f32]; GROUP], least: &[f32; GROUP], panels: &[f32], depth: usize, out: &mut Group) -> bool {
        if panels.len() != 16 * PAIR * depth || users.iter().any(|u| u.len() < depth) {
            return false;
        }
        let users = users.map(<[f32]>::as_ptr);
        // SAFETY: the set was detected; users and panels hold `depth` values an item
        unsafe { (self.0.scan_group)(&users, least, panels.as_ptr(), depth, out) };
        true
    }

    /// Scores one user against eight panels of sixteen items; returns a bit for each item that reaches `least`.
    pub(super) fn scan_one(self, user: &[f32], least: f32, panels: &[f32], depth: usize, out: &mut [[f32; 16]; PANELS]) -> [u16; PANELS] {
        if panels.len() != 16 * PANELS * depth || user.len() < depth {
            return [0; PANELS];
        }
        // SAFETY: the set was detected; user and panels hold `depth` values an item
        unsafe { (self.0.scan_one)(user.as_ptr(), least, panels.as_ptr(), depth, out) }
    }
}
