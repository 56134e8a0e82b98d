//! Rows of numbers whose type is known when the program runs.

use super::{Dense, Float, Names, Repr, RowSet, Sparse, SparseRow, View};
use crate::error::Result;

/// A view of dense or sparse rows of either precision.
///
/// A model that learns from all four types takes its rows as this, early: the code that learns is
/// then compiled once, with the model, and not once more in each program that fits one.
///
/// ```
/// use ml_data::repr::{AnyView, Dense, View};
/// let x = Dense::from_rows(2, vec![1.0_f32, 2.0, 3.0, 4.0])?;
/// let any = AnyView::from(View::all(&x));
/// assert!(matches!(any, AnyView::DenseF32(rows) if rows.row(1) == [3.0, 4.0]));
/// assert_eq!((any.len(), any.names().len()), (2, 2));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub enum AnyView<'a> {
    /// Dense rows of single precision.
    DenseF32(View<'a, Dense<f32>>),
    /// Dense rows of double precision.
    DenseF64(View<'a, Dense<f64>>),
    /// Sparse rows of single precision.
    SparseF32(View<'a, Sparse<f32>>),
    /// Sparse rows of double precision.
    SparseF64(View<'a, Sparse<f64>>),
}

/// The same expression for each type of an [`AnyView`] or [`AnyRow`].
#[doc(hidden)]
#[macro_export]
macro_rules! for_any {
    ($any:ident, $value:expr, $x:ident => $dense:expr, $sparse:expr) => {
        match $value {
            $crate::repr::$any::DenseF32($x) => $dense,
            $crate::repr::$any::DenseF64($x) => $dense,
            $crate::repr::$any::SparseF32($x) => $sparse,
            $crate::repr::$any::SparseF64($x) => $sparse,
        }
    };
}

impl<'a, F: Float> From<View<'a, Dense<F>>> for AnyView<'a> {
    fn from(x: View<'a, Dense<F>>) -> Self {
        F::any_dense(x)
    }
}

impl<'a, F: Float> From<View<'a, Sparse<F>>> for AnyView<'a> {
    fn from(x: View<'a, Sparse<F>>) -> Self {
        F::any_sparse(x)
    }
}

impl<'a> AnyView<'a> {
    /// Number of rows seen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// True when no row is seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows().is_empty()
    }

    /// Which rows of the matrix.
    #[must_use]
    pub fn rows(&self) -> RowSet<'a> {
        for_any!(AnyView, self, x => x.rows(), x.rows())
    }

    /// The names of the matrix's columns.
    #[must_use]
    pub fn names(&self) -> &'a Names {
        for_any!(AnyView, self, x => x.data().header(), x.data().header())
    }

    /// Other rows of the same matrix.
    #[must_use]
    pub fn with_rows(&self, rows: RowSet<'a>) -> Self {
        for_any!(AnyView, self, x => View::new(x.data(), rows).into(), View::new(x.data(), rows).into())
    }

    /// Refuses rows of other columns.
    ///
    /// # Errors
    /// Every difference, by column.
    pub fn check(&self, expected: &Names) -> Result<()> {
        for_any!(AnyView, self, x => x.data().check(expected), x.data().check(expected))
    }
}

/// A dense or sparse row of either precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AnyRow<'a> {
    /// A dense row of single precision.
    DenseF32(&'a [f32]),
    /// A dense row of double precision.
    DenseF64(&'a [f64]),
    /// A sparse row of single precision.
    SparseF32(SparseRow<'a, f32>),
    /// A sparse row of double precision.
    SparseF64(SparseRow<'a, f64>),
}

impl<'a, F: Float> From<&'a [F]> for AnyRow<'a> {
    #[inline]
    fn from(row: &'a [F]) -> Self {
        F::any_row(row)
    }
}

impl<'a, F: Float> From<SparseRow<'a, F>> for AnyRow<'a> {
    #[inline]
    fn from(row: SparseRow<'a, F>) -> Self {
        F::any_sparse_row(row)
    }
}
