//! Tables from arrays of numbers, and back.

use crate::error::{Error, Result};
use crate::repr::Float;
use crate::table::{Column, Table};
use ndarray::{Array2, ArrayBase, Data, Ix2};

/// # Arrays
impl Table {
    /// A table from an array of numbers, a row of the array a row, with a name for each column.
    /// `NaN` is missing.
    ///
    /// ```
    /// use ml_data::ndarray::array;
    /// use ml_data::prelude::*;
    /// let table = Table::from_array(&array![[1.0, 10.0], [2.0, 20.0]], ["a", "b"])?;
    /// assert_eq!(table.num("b")?, [10.0, 20.0]);
    /// assert_eq!(table.to_array()?, array![[1.0, 10.0], [2.0, 20.0]]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of names than columns, or a name that is there twice.
    pub fn from_array<F: Float, S: Data<Elem = F>, N: Into<String>>(
        array: &ArrayBase<S, Ix2>,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        Error::check_len("names of the columns", array.ncols(), names.len())?;
        let columns = array.columns().into_iter();
        let columns = columns.map(|c| Column::num(c.iter().map(|v| v.f64())));
        let mut table = Self::new(names.into_iter().zip(columns))?;
        // An array without columns keeps its rows.
        table.rows = array.nrows();
        Ok(table)
    }

    /// The features as an array, a row a row: see [`Table::dense`].
    ///
    /// # Errors
    /// A feature that is neither of numbers nor of booleans.
    pub fn to_array(&self) -> Result<Array2<f64>> {
        let dense = self.dense::<f64>()?;
        let shape = (self.rows, dense.width());
        Array2::from_shape_vec(shape, dense.into_values())
            .map_err(|e| Error::encode("table as an array", e))
    }
}
