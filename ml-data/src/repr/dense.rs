//! A dense matrix with column names.

use super::into_rows::other_width;
use super::{AnyRow, AnyView, Repr, Rows, Sparse, SparseRow, View};
use crate::error::{Error, Result};
use crate::schema::{Field, Kind, Schema};
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::sync::Arc;

/// Element types of rows: `f32` and `f64`.
pub trait Float:
    num_traits::Float + Copy + Default + Debug + Send + Sync + Serialize + DeserializeOwned + 'static
{
    /// The nearest value of this type.
    fn of(x: f64) -> Self;
    /// The value as `f64`, exact.
    fn f64(self) -> f64;
    /// The nearest `f32`.
    fn f32(self) -> f32;
    #[doc(hidden)]
    fn any_dense(x: View<'_, Dense<Self>>) -> AnyView<'_>;
    #[doc(hidden)]
    fn any_sparse(x: View<'_, Sparse<Self>>) -> AnyView<'_>;
    #[doc(hidden)]
    fn any_row(row: &[Self]) -> AnyRow<'_>;
    #[doc(hidden)]
    fn any_sparse_row(row: SparseRow<'_, Self>) -> AnyRow<'_>;
}

/// The variants of a precision.
macro_rules! any_of {
    ($dense:ident, $sparse:ident) => {
        fn any_dense(x: View<'_, Dense<Self>>) -> AnyView<'_> {
            AnyView::$dense(x)
        }
        fn any_sparse(x: View<'_, Sparse<Self>>) -> AnyView<'_> {
            AnyView::$sparse(x)
        }
        #[inline]
        fn any_row(row: &[Self]) -> AnyRow<'_> {
            AnyRow::$dense(row)
        }
        #[inline]
        fn any_sparse_row(row: SparseRow<'_, Self>) -> AnyRow<'_> {
            AnyRow::$sparse(row)
        }
    };
}

impl Float for f64 {
    #[inline]
    fn of(x: f64) -> Self {
        x
    }
    #[inline]
    fn f64(self) -> f64 {
        self
    }
    #[inline]
    fn f32(self) -> f32 {
        self as f32
    }
    any_of!(DenseF64, SparseF64);
}

impl Float for f32 {
    #[inline]
    fn of(x: f64) -> Self {
        x as f32
    }
    #[inline]
    fn f64(self) -> f64 {
        f64::from(self)
    }
    #[inline]
    fn f32(self) -> f32 {
        self
    }
    any_of!(DenseF32, SparseF32);
}

/// The names of a matrix's columns, shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names(Arc<[Box<str>]>);

impl Names {
    /// Names in column order.
    pub fn new<S: Into<Box<str>>>(names: impl IntoIterator<Item = S>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
    /// `x0`, `x1`, ... for matrices without names.
    pub fn numbered(n: usize) -> Self {
        Self::new((0..n).map(|i| format!("x{i}")))
    }
    /// Number of columns.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The name of a column.
    ///
    /// # Panics
    /// A position past the last name, as indexing a slice.
    pub fn get(&self, i: usize) -> &str {
        &self.0[i]
    }
    /// The columns as numeric features.
    ///
    /// # Errors
    /// Two columns of one name.
    pub fn schema(&self) -> Result<Schema> {
        Schema::new(
            self.iter()
                .map(|name| Field::new(name, Kind::Num))
                .collect(),
        )
    }
    /// All names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|s| &**s)
    }
}

/// Rows of numbers, row-major and contiguous, with column names.
///
/// ```
/// use ml_data::prelude::*;
/// let x = Dense::from_rows(2, vec![1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(x.row(1), [3.0, 4.0]);
/// assert_eq!(x.names().get(1), "x1");
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dense<F = f64> {
    names: Names,
    values: Vec<F>,
    rows: usize,
}

impl<F: Float> Dense<F> {
    /// From row-major values.
    ///
    /// # Errors
    /// The values do not fill whole rows.
    pub fn new(names: Names, values: Vec<F>) -> Result<Self> {
        let width = names.len();
        let rows = values.len().checked_div(width).unwrap_or(0);
        Error::check_len("values of the matrix", rows * width, values.len())?;
        Ok(Self {
            names,
            values,
            rows,
        })
    }
    /// From row-major values, columns named `x0`, `x1`, ...
    ///
    /// # Errors
    /// The values do not fill whole rows.
    pub fn from_rows(width: usize, values: Vec<F>) -> Result<Self> {
        Self::new(Names::numbered(width), values)
    }
    /// From an array; copies only when it is not row-major.
    pub fn from_array(array: Array2<F>) -> Self {
        let (rows, width) = array.dim();
        let standard = if array.is_standard_layout() {
            array
        } else {
            array.as_standard_layout().into_owned()
        };
        let (values, offset) = standard.into_raw_vec_and_offset();
        // A part of a larger array: its buffer begins before it, or ends after it.
        let from = offset.unwrap_or(0);
        let values = match values.get(from..from + rows * width) {
            Some(own) if own.len() < values.len() => own.to_vec(),
            _ => values,
        };
        Self {
            names: Names::numbered(width),
            values,
            rows,
        }
    }
    /// Renames the columns.
    ///
    /// # Errors
    /// Another number of names than columns.
    pub fn with_names(mut self, names: Names) -> Result<Self> {
        Error::check_len("column names", self.width(), names.len())?;
        self.names = names;
        Ok(self)
    }
    /// Column names.
    pub fn names(&self) -> &Names {
        &self.names
    }
    /// Number of columns.
    pub fn width(&self) -> usize {
        self.names.len()
    }
    /// Row-major values.
    pub fn values(&self) -> &[F] {
        &self.values
    }
    /// Row-major values, owned.
    pub fn into_values(self) -> Vec<F> {
        self.values
    }
    /// The matrix as an ndarray view.
    ///
    /// # Errors
    /// A shape ndarray does not take.
    pub fn array(&self) -> Result<ArrayView2<'_, F>> {
        ArrayView2::from_shape((self.rows, self.width()), &self.values).map_err(|e| {
            let shape = format!("{} x {} values", self.rows, self.width());
            Error::value("matrix", shape, e)
        })
    }
    /// Every value in another precision.
    pub fn cast<G: Float>(&self) -> Dense<G> {
        Dense {
            names: self.names.clone(),
            values: self.values.iter().map(|v| G::of(v.f64())).collect(),
            rows: self.rows,
        }
    }
    /// The rows of a view, copied together.
    ///
    /// # Panics
    /// A row that is not there, as indexing a slice.
    pub fn gather(view: View<'_, Self>) -> Self {
        let mut values = Vec::with_capacity(view.len() * view.data().width());
        view.iter().for_each(|r| values.extend_from_slice(r));
        Self {
            names: view.data().names.clone(),
            values,
            rows: view.len(),
        }
    }
}

impl<F: Float> Rows for Dense<F> {
    type Row<'a> = &'a [F];
    type Buf = Vec<F>;

    fn len(&self) -> usize {
        self.rows
    }
    #[inline]
    fn row(&self, i: usize) -> &[F] {
        let w = self.width();
        &self.values[i * w..(i + 1) * w]
    }
    fn view(buf: &Vec<F>) -> &[F] {
        buf
    }
    fn clear(buf: &mut Vec<F>) {
        buf.clear();
    }
}

/// A number as a person reads it.
pub(super) fn text_of(value: f64) -> String {
    match value.is_nan() {
        true => String::new(),
        false => crate::figure(value),
    }
}

impl<F: Float> Repr for Dense<F> {
    type Header = Names;

    fn header(&self) -> &Names {
        &self.names
    }

    fn schema_of(header: &Names) -> Result<Schema> {
        header.schema()
    }
    fn check(&self, expected: &Names) -> Result<()> {
        if Arc::ptr_eq(&self.names.0, &expected.0) || self.names == *expected {
            return Ok(());
        }
        if self.names.len() != expected.len() {
            return Err(other_width(expected.len(), self.names.len()));
        }
        let differ = self
            .names
            .iter()
            .zip(expected.iter())
            .enumerate()
            .filter(|(_, (a, b))| a != b);
        let differ: Vec<String> = differ
            .take(5)
            .map(|(i, (a, b))| format!("column {i}: expected `{b}`, found `{a}`"))
            .collect();
        Err(Error::Schema(differ.join("; ")))
    }

    fn cell_text(&self, row: usize, column: usize) -> String {
        text_of(self.row(row)[column].f64())
    }

    fn collect(
        header: Names,
        n: usize,
        row: &mut dyn FnMut(usize, &mut Vec<F>) -> Result<()>,
    ) -> Result<Self> {
        let width = header.len();
        let mut values = Vec::with_capacity(n * width);
        for i in 0..n {
            row(i, &mut values)?;
            Error::check_len(
                &format!("row {i} of the matrix"),
                (i + 1) * width,
                values.len(),
            )?;
        }
        Ok(Self {
            names: header,
            values,
            rows: n,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposed_array_is_copied_in_row_order() {
        let a = Array2::from_shape_vec((2, 3), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        let d = Dense::from_array(a.reversed_axes());
        assert_eq!(d.row(0), [1.0, 4.0]);
        assert_eq!(d.array().unwrap()[[2, 1]], 6.0);
    }

    #[test]
    fn a_sliced_array_keeps_its_own_values() {
        let a = Array2::from_shape_vec((3, 1), vec![1.0, 2.0, 3.0]).unwrap();
        let slice = |rows: ndarray::Slice| {
            let part = a.clone().slice_move(ndarray::s![rows, ..]);
            Dense::from_array(part).into_values()
        };
        assert_eq!(slice((1..).into()), [2.0, 3.0]);
        assert_eq!(slice((..2).into()), [1.0, 2.0]);
        assert!(slice((3..).into()).is_empty());
    }

    #[test]
    fn ragged_values_and_rows_are_refused() {
        assert!(Dense::from_rows(2, vec![1.0; 3]).is_err());
        let e = Dense::<f64>::collect(Names::numbered(2), 1, &mut |_, b| {
            b.push(1.0);
            Ok(())
        });
        assert_eq!(
            e.unwrap_err().to_string(),
            "row 0 of the matrix: expected 2 entries, found 1"
        );
    }
}
