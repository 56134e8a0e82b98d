//! The inner loops of the factorisation and of its top-k search, behind safe functions.
//!
//! Each loop is written once ([`system`], [`gram`], [`scan`]) over sixteen lanes ([`lanes`]) and
//! compiled for AVX-512, for AVX2 with fused multiply-add, and for plain arrays; [`InstructionSet`]
//! chooses the set at run time. AVX-512 and AVX2 return the same bits; plain arrays round products
//! separately, so that one row's solution differs by up to 2e-4 of its size. Nothing here depends
//! on the number of threads.
#![allow(unsafe_code)]

mod aligned;
mod entry;
mod gram;
mod lanes;
mod scan;
mod system;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(super) use aligned::Aligned;
use entry::Table;
use gram::Block;
use ml_data::simd::InstructionSet;
use system::System;

/// Users in a group of [`Isa::scan_group`].
pub(super) const GROUP: usize = 12;
/// Panels of sixteen items that [`Isa::scan_group`] scores at once.
pub(super) const PAIR: usize = 2;
/// Panels of sixteen items that [`Isa::scan_one`] scores at once.
pub(super) const PANELS: usize = 8;

/// Result of [`Isa::scan_group`]: scores are written only for panels with a bit in their mask.
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
    /// All ids are rows. One vectorised pass over the ids keeps the functions below sound for any
    /// input.
    ///
    /// # Panics
    /// If an id is no row: the caller has checked its data, so this is a bug.
    fn check(&self, ids: &[u32]) {
        let rows = self.data.len() / (16 * self.nv).max(1);
        assert!(
            ids.iter().fold(true, |all, &i| all & ((i as usize) < rows)),
            "an id is no row of the matrix"
        );
    }
}

/// All functions panic when lengths do not fit: their callers have checked the data, so that is a
/// bug.
impl Isa {
    /// The kernels of the instruction set in use.
    pub(super) fn best() -> Self {
        Self::of(InstructionSet::detect())
    }

    /// The kernels of an instruction set, or of the processor's where that is lower.
    fn of(isa: InstructionSet) -> Self {
        match isa.min(InstructionSet::processor()) {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => Isa(&entry::AVX512, "AVX-512"),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => Isa(&entry::AVX2, "AVX2"),
            _ => Isa(&entry::SCALAR, "scalar"),
        }
    }

    /// `steps` steps of conjugate gradients on one row's system from the `x` given. `next` names
    /// the rows of `y` that the following call will need.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn conjugate_gradient(
        self,
        y: Matrix<'_>,
        gram: &[f32],
        e: Weighted<'_>,
        next: &[u32],
        steps: usize,
        x: &mut [f32],
        work: &mut [f32],
    ) {
        let side = 16 * y.nv;
        assert!(
            gram.len() == side * side
                && e.ids.len() == e.values.len()
                && x.len() == side
                && work.len() >= 3 * side
        );
        y.check(e.ids);
        let s = System {
            gram: gram.as_ptr(),
            next,
            ..System::new(y, e)
        };
        // SAFETY: the set was detected; ids are rows of `y`; `x`, `work` and `gram` have the
        // lengths asked for. `next` is only prefetched, which cannot fault
        unsafe { (self.0.conjugate_gradient)(&s, steps, x.as_mut_ptr(), work.as_mut_ptr()) };
    }

    /// Adds `Y^T Y` of all rows of `y` to `out`, in vectors at and right of the diagonal only.
    pub(super) fn gram(self, y: Matrix<'_>, out: &mut [f32]) {
        let side = 16 * y.nv;
        assert!(side > 0 && out.len() == side * side);
        let rows = Block {
            first: y.data.as_ptr(),
            rows: y.data.len() / side,
            nv: y.nv,
        };
        // SAFETY: the set was detected; the block lies inside `y`; `out` is a square of the side
        unsafe { (self.0.gram_block)(&rows, y.nv, out.as_mut_ptr()) };
    }

    /// Adds `sum (c - 1) y y^T` to `matrix` (vectors at and right of the diagonal only) and `sum c
    /// y` to `right`.
    pub(super) fn normal_equations(
        self,
        y: Matrix<'_>,
        e: Weighted<'_>,
        matrix: &mut [f32],
        right: &mut [f32],
    ) {
        let side = 16 * y.nv;
        assert!(
            e.ids.len() == e.values.len() && matrix.len() == side * side && right.len() == side
        );
        y.check(e.ids);
        let s = System::new(y, e);
        // SAFETY: the set was detected; ids are rows of `y`; lengths were checked; neither function
        // reads `gram`
        unsafe {
            (self.0.gram_system)(&s, matrix.as_mut_ptr());
            (self.0.right_side)(&s, right.as_mut_ptr());
        }
    }

    /// Dot products of `q` with chosen rows of `y`, sixteen partial sums each (for the loss).
    pub(super) fn dots(self, y: Matrix<'_>, ids: &[u32], q: &[f32], out: &mut [f32]) {
        assert!(q.len() == 16 * y.nv && out.len() == ids.len());
        y.check(ids);
        // SAFETY: the set was detected; lengths and ids were checked
        unsafe { (self.0.dots)(y.data.as_ptr(), y.nv, ids, q.as_ptr(), out) };
    }

    /// Scores of chosen rows of `y`: the first `depth` products summed in order, the same bits as
    /// the two scans.
    pub(super) fn scores(
        self,
        y: Matrix<'_>,
        depth: usize,
        ids: &[u32],
        q: &[f32],
        out: &mut [f32],
    ) {
        assert!(depth <= 16 * y.nv && q.len() >= depth && out.len() == ids.len());
        y.check(ids);
        // SAFETY: the set was detected; lengths and ids were checked
        unsafe { (self.0.scores)(y.data.as_ptr(), 16 * y.nv, depth, ids, q.as_ptr(), out) };
    }

    /// Scores twelve users against two panels of sixteen items stored factor by factor, and keeps
    /// what reaches `least`.
    pub(super) fn scan_group(
        self,
        users: &[&[f32]; GROUP],
        least: &[f32; GROUP],
        panels: &[f32],
        depth: usize,
        out: &mut Group,
    ) {
        assert!(panels.len() == 16 * PAIR * depth && users.iter().all(|u| u.len() >= depth));
        let users = users.map(<[f32]>::as_ptr);
        // SAFETY: the set was detected; users and panels hold `depth` values an item
        unsafe { (self.0.scan_group)(&users, least, panels.as_ptr(), depth, out) };
    }

    /// Scores one user against eight panels of sixteen items; returns a bit for each item that
    /// reaches `least`.
    pub(super) fn scan_one(
        self,
        user: &[f32],
        least: f32,
        panels: &[f32],
        depth: usize,
        out: &mut [[f32; 16]; PANELS],
    ) -> [u16; PANELS] {
        assert!(panels.len() == 16 * PANELS * depth && user.len() >= depth);
        // SAFETY: the set was detected; user and panels hold `depth` values an item
        unsafe { (self.0.scan_one)(user.as_ptr(), least, panels.as_ptr(), depth, out) }
    }
}

impl<'a> System<'a> {
    /// Without a matrix and without rows to fetch.
    fn new(y: Matrix<'a>, e: Weighted<'a>) -> Self {
        let gram = std::ptr::null();
        System {
            gram,
            y: y.data.as_ptr(),
            nv: y.nv,
            ids: e.ids,
            values: e.values,
            alpha: e.alpha,
            next: &[],
        }
    }
}
