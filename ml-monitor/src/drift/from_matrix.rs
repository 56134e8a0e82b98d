//! Columns of a matrix as values to compare.

use super::values::{ColumnSet, Values};
use ml_data::ndarray::ArrayView2;
use ml_data::repr::{Dense, Float};
use ml_data::{Error, Result};

impl ColumnSet<'static> {
    /// The columns of a matrix, as numbers under its names; `NaN` is missing. The values are
    /// copied: a matrix keeps rows together, tests read columns.
    ///
    /// # Errors
    /// Two columns of one name.
    ///
    /// # Example
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_monitor::drift::{ColumnSet, DriftDetector, ReferenceProfile};
    ///
    /// let names = Names::new(["age", "income"]);
    /// let trained = Dense::new(names.clone(), (0..800).map(|i| f64::from(i % 97)).collect())?;
    /// let today = (0..800).map(|i| f64::from(i % 97 + 30 * (i % 2))).collect();
    /// let today = Dense::new(names, today)?;
    /// let profile = ReferenceProfile::new(&ColumnSet::from_dense(&trained)?)?;
    /// let report = DriftDetector::new().compare(&profile, &ColumnSet::from_dense(&today)?)?;
    /// assert_eq!(report.drifted().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["income"]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn from_dense<F: Float>(x: &Dense<F>) -> Result<Self> {
        let mut set = Self::new();
        for (at, name) in x.names().iter().enumerate() {
            let column = x.values().iter().skip(at).step_by(x.width());
            set = set.with(name, Values::Numeric(column.map(|v| v.f64()).collect()))?;
        }
        Ok(set)
    }

    /// The columns of an array under these names, as numbers; `NaN` is missing. The values are
    /// copied.
    ///
    /// # Errors
    /// Another number of names than columns, or two columns of one name.
    ///
    /// # Example
    /// ```
    /// use ml_data::ndarray::array;
    /// use ml_monitor::drift::ColumnSet;
    /// let x = array![[1.0, 5.0], [2.0, f64::NAN]];
    /// assert_eq!(ColumnSet::from_array(x.view(), &["age", "income"])?.len(), 2);
    /// let one = ColumnSet::from_array(x.view(), &["age"]).unwrap_err();
    /// assert_eq!(one.to_string(), "names of the array's columns: expected 2 entries, found 1");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn from_array<F: Float>(x: ArrayView2<'_, F>, names: &[&str]) -> Result<Self> {
        Error::check_len("names of the array's columns", x.ncols(), names.len())?;
        let mut set = Self::new();
        for (column, name) in x.columns().into_iter().zip(names) {
            let values = column.iter().map(|v| v.f64()).collect();
            set = set.with(*name, Values::Numeric(values))?;
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::ndarray::{ShapeBuilder, array};
    use ml_data::repr::Names;

    fn numbers(set: &ColumnSet<'_>, name: &str) -> Vec<f64> {
        match set.get(name) {
            Some((_, Values::Numeric(v))) => v.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn columns_are_those_of_the_matrix_in_any_order_of_memory() {
        let x = Dense::new(Names::new(["a", "b"]), vec![1.0f32, 10.0, 2.0, 20.0]).unwrap();
        let set = ColumnSet::from_dense(&x).unwrap();
        assert_eq!(
            (numbers(&set, "a"), numbers(&set, "b")),
            (vec![1.0, 2.0], vec![10.0, 20.0])
        );

        let rows = array![[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]];
        let mut columns = ml_data::ndarray::Array2::zeros((3, 2).f());
        columns.assign(&rows);
        for x in [rows.view(), columns.view()] {
            let set = ColumnSet::from_array(x, &["a", "b"]).unwrap();
            assert_eq!(numbers(&set, "b"), [10.0, 20.0, 30.0]);
        }
    }

    #[test]
    fn names_are_checked() {
        let twice = Dense::new(Names::new(["a", "a"]), vec![1.0, 2.0]).unwrap();
        let said = ColumnSet::from_dense(&twice).unwrap_err().to_string();
        assert!(said.contains("`a`"), "{said}");
        let none = Dense::<f64>::new(Names::new(["a"]), Vec::new()).unwrap();
        assert_eq!(
            numbers(&ColumnSet::from_dense(&none).unwrap(), "a"),
            [0.0; 0]
        );
    }
}
