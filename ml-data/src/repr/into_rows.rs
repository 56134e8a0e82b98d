//! Rows that a model can be asked about: a view, a whole batch, or an array.

use super::{Dense, Float, Names, Repr, Rows, View};
use crate::error::{Error, Result};
use ndarray::{Array2, ArrayView2};

/// Rows of a batch, or rows that were made for the call.
#[derive(Debug)]
pub enum CowRows<'a, R> {
    /// Rows of a batch that lives elsewhere.
    Borrowed(View<'a, R>),
    /// Rows of their own.
    Owned(R),
}

impl<R: Rows> CowRows<'_, R> {
    /// The rows, by reference.
    pub fn view(&self) -> View<'_, R> {
        match self {
            CowRows::Borrowed(view) => *view,
            CowRows::Owned(rows) => View::all(rows),
        }
    }
}

/// Things that have rows of a representation: what
/// [`Predict::predict`](crate::contract::Predict::predict) takes.
///
/// | given | rows | copies |
/// |---|---|---|
/// | `train.x()`, [`View`] | those of the view | none |
/// | `&table`, `&dense`, `&sparse` | all | none |
/// | `&array`, `array.view()` of ndarray, `f32` or `f64`, in any memory order | all | one |
///
/// An array has no names. It takes those that the model was trained on, where it has as many
/// columns.
///
/// ```
/// use ml_data::ndarray::array;
/// use ml_data::prelude::*;
/// use ml_data::repr::IntoRows;
/// let trained = Names::new(["age", "height"]);
/// let x = array![[31.0, 1.8], [40.0, 1.7]];
/// let rows = x.t().into_rows(&trained)?;
/// assert_eq!(rows.view().row(0), [31.0, 40.0]);
/// assert_eq!(rows.view().data().names(), &trained);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rows that a model of `{R}` reads",
    label = "no rows of this model",
    note = "give a reference to the rows (`&x`), a view (`valid.x()`), or a two-dimensional array (`&array`); a test sample is scored by `test.evaluate(..)`"
)]
pub trait IntoRows<'a, R: Repr> {
    /// The rows, for a model that was trained on `header`.
    ///
    /// # Errors
    /// An array of another width. The columns of everything else are left for the model to check.
    fn into_rows(self, header: &R::Header) -> Result<CowRows<'a, R>>;
}

impl<'a, R: Repr> IntoRows<'a, R> for View<'a, R> {
    fn into_rows(self, _: &R::Header) -> Result<CowRows<'a, R>> {
        Ok(CowRows::Borrowed(self))
    }
}

impl<'a, R: Repr> IntoRows<'a, R> for &'a R {
    fn into_rows(self, _: &R::Header) -> Result<CowRows<'a, R>> {
        Ok(CowRows::Borrowed(View::all(self)))
    }
}

impl<'a, F: Float> IntoRows<'a, Dense<F>> for ArrayView2<'_, F> {
    fn into_rows(self, header: &Names) -> Result<CowRows<'a, Dense<F>>> {
        if self.ncols() != header.len() {
            return Err(other_width(header.len(), self.ncols()));
        }
        let rows = Dense::from(self).with_names(header.clone())?;
        Ok(CowRows::Owned(rows))
    }
}

impl<'a, F: Float> IntoRows<'a, Dense<F>> for &Array2<F> {
    fn into_rows(self, header: &Names) -> Result<CowRows<'a, Dense<F>>> {
        self.view().into_rows(header)
    }
}

/// The error about a matrix that is too narrow or too wide.
pub(super) fn other_width(expected: usize, found: usize) -> Error {
    Error::Schema(format!("expected {expected} columns, found {found}"))
}

impl<'a, R: Rows> From<&'a R> for View<'a, R> {
    fn from(data: &'a R) -> Self {
        View::all(data)
    }
}

impl<F: Float> From<ArrayView2<'_, F>> for Dense<F> {
    /// A copy in row order, columns named `x0`, `x1`, ...
    fn from(array: ArrayView2<'_, F>) -> Self {
        Self::from_array(array.as_standard_layout().into_owned())
    }
}

impl<F: Float> From<Array2<F>> for Dense<F> {
    /// As [`Dense::from_array`].
    fn from(array: Array2<F>) -> Self {
        Self::from_array(array)
    }
}

/// Rows that a data set is made of: a table, a matrix, or an array of ndarray, whose columns are
/// named `x0`, `x1`, ...
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no rows that a data set is made of",
    note = "give a `Table`, a `Dense` or `Sparse` matrix, or a two-dimensional array of `f32` or `f64`"
)]
pub trait IntoData {
    /// The representation of the rows.
    type Repr: Repr;
    /// The rows.
    fn into_data(self) -> Self::Repr;
}

impl<R: Repr> IntoData for R {
    type Repr = R;
    fn into_data(self) -> R {
        self
    }
}

impl<F: Float> IntoData for Array2<F> {
    type Repr = Dense<F>;
    fn into_data(self) -> Dense<F> {
        self.into()
    }
}

impl<F: Float> IntoData for ArrayView2<'_, F> {
    type Repr = Dense<F>;
    fn into_data(self) -> Dense<F> {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, s};

    /// Row by row, as any reader of the array would.
    fn by_index<F: Float>(x: ArrayView2<'_, F>) -> Vec<F> {
        let cells = (0..x.nrows()).flat_map(|i| (0..x.ncols()).map(move |j| (i, j)));
        cells.map(|at| x[at]).collect()
    }

    #[test]
    fn arrays_of_any_order_are_read_row_by_row() {
        let wide = Array2::from_shape_fn((4, 6), |(i, j)| (10 * i + j) as f32);
        let parts = [
            wide.view(),
            wide.t(),
            wide.slice(s![1..3, ..;2]),
            wide.slice(s![..;-1, 2..5]),
            wide.slice(s![..0, ..]),
        ];
        for part in parts {
            let names = Names::numbered(part.ncols());
            let rows = part.into_rows(&names).unwrap();
            assert_eq!(rows.view().data().values(), by_index(part));
            assert_eq!(rows.view().len(), part.nrows());
        }
        assert_eq!(Dense::from(wide.t()).values(), by_index(wide.t()));
    }

    #[test]
    fn an_array_takes_the_names_of_the_model_or_is_refused() {
        let names = Names::new(["a", "b"]);
        let rows = (&array![[1.0, 2.0]]).into_rows(&names).unwrap();
        assert_eq!(rows.view().data().names(), &names);
        let e = (&array![[1.0, 2.0, 3.0]]).into_rows(&names).unwrap_err();
        assert_eq!(e.to_string(), "schema changed: expected 2 columns, found 3");
        assert!(e.is_schema());
    }

    #[test]
    fn batches_and_views_are_not_copied() {
        let x = Dense::from_rows(2, vec![1.0, 2.0, 3.0, 4.0]).unwrap();
        let rows = (&x).into_rows(x.names()).unwrap();
        assert!(std::ptr::eq(rows.view().data(), &x));
        let last = View::new(&x, super::super::RowSet::Range(1, 2));
        let rows = last.into_rows(x.names()).unwrap();
        assert_eq!(
            (rows.view().len(), rows.view().row(0)),
            (1, &[3.0, 4.0][..])
        );
        assert_eq!(View::from(&x).len(), 2);
    }
}
