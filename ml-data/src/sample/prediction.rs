//! Predictions of many rows, as numbers and as arrays.

use crate::error::{Error, Result};
use crate::repr::Rows;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use std::sync::Arc;

/// Predictions of many rows that grow row by row.
pub trait Prediction: Rows + Default + Clone {
    /// Appends one row's prediction.
    fn push(&mut self, row: &Self::Buf);
    /// Appends row `i` of other predictions.
    ///
    /// # Panics
    /// A row that is not there.
    fn push_row(&mut self, from: &Self, i: usize);
    /// Every number in order, for comparison and digests.
    fn values(&self) -> &[f64];
}

/// One number a row: a value, the probability of the positive class, or a ranking score.
///
/// ```
/// use ml_data::ndarray::{Array1, ArrayView1, array};
/// use ml_data::prelude::*;
/// let scores = Scores(vec![0.25, 0.5]);
/// assert_eq!(scores.array(), array![0.25, 0.5]);
/// assert_eq!(Array1::from(scores).sum(), 0.75);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores(pub Vec<f64>);

impl Scores {
    /// The numbers as an array of ndarray, not copied; `Array1::from(scores)` takes them over.
    pub fn array(&self) -> ArrayView1<'_, f64> {
        ArrayView1::from(&self.0)
    }
}

impl From<Scores> for Array1<f64> {
    fn from(scores: Scores) -> Self {
        Self::from_vec(scores.0)
    }
}

impl<'a> From<&'a Scores> for ArrayView1<'a, f64> {
    fn from(scores: &'a Scores) -> Self {
        scores.array()
    }
}

impl Rows for Scores {
    type Row<'a> = f64;
    type Buf = f64;
    fn len(&self) -> usize {
        self.0.len()
    }
    fn row(&self, i: usize) -> f64 {
        self.0[i]
    }
    fn view(buf: &f64) -> f64 {
        *buf
    }
    fn clear(buf: &mut f64) {
        *buf = 0.0;
    }
}

impl Prediction for Scores {
    fn push(&mut self, row: &f64) {
        self.0.push(*row);
    }
    fn push_row(&mut self, from: &Self, i: usize) {
        self.0.push(from.0[i]);
    }
    fn values(&self) -> &[f64] {
        &self.0
    }
}

/// A probability for each class, flat by row, with the names of the classes where the model knows
/// them.
///
/// ```
/// use ml_data::prelude::*;
/// let p = Probabilities::new(3, vec![0.2, 0.5, 0.3, 0.4, 0.2, 0.4])?
///     .with_class_names(["oak".into(), "pine".into(), "yew".into()])?;
/// assert_eq!(p.argmax(), [1, 0]); // ties go to the first class
/// assert_eq!(p.labels()?, ["pine", "oak"]);
/// assert_eq!(p.array()?[[1, 2]], 0.4);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Probabilities {
    classes: usize,
    flat: Vec<f64>,
    names: Option<Arc<[Box<str>]>>,
}

impl Probabilities {
    /// From flat rows of `classes` numbers.
    ///
    /// # Errors
    /// The values do not fill whole rows.
    pub fn new(classes: usize, flat: Vec<f64>) -> Result<Self> {
        let rows = flat.len().checked_div(classes).unwrap_or(0);
        Error::check_len("probabilities", rows * classes, flat.len())?;
        Ok(Self {
            classes,
            flat,
            names: None,
        })
    }
    /// Names the classes, in the order of the probabilities. Classifiers do that.
    ///
    /// # Errors
    /// Another number of names than of classes.
    pub fn with_class_names(mut self, names: impl Into<Arc<[Box<str>]>>) -> Result<Self> {
        let names = names.into();
        Error::check_len("class names", self.classes, names.len())?;
        self.names = Some(names);
        Ok(self)
    }
    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }
    /// Names of the classes in the order of the probabilities, if they are known.
    pub fn class_names(&self) -> Option<&[Box<str>]> {
        self.names.as_deref()
    }
    /// The position of the most probable class of each row, the first of equals. `NaN` is less
    /// than every number.
    ///
    /// # Formula
    /// `min { k : p[k] = max p }`, as numpy's `argmax` on rows without `NaN`.
    #[must_use]
    pub fn argmax(&self) -> Vec<usize> {
        (0..self.len())
            .map(|i| first_largest(self.row(i)))
            .collect()
    }
    /// The name of the most probable class of each row: scikit-learn's `predict`.
    ///
    /// # Errors
    /// Classes without names: those of a model of your own that gives none.
    pub fn labels(&self) -> Result<Vec<&str>> {
        let names = self.names.as_deref().ok_or_else(|| Error::Required {
            who: "Probabilities::labels".into(),
            what: "the names of the classes".into(),
            how: "the model gave none; add them with `with_class_names`, or use `argmax`".into(),
        })?;
        Ok(self.argmax().into_iter().map(|k| &*names[k]).collect())
    }
    /// The probabilities as an array of ndarray, a row a row and a column a class, not copied.
    ///
    /// # Errors
    /// A shape ndarray does not take.
    pub fn array(&self) -> Result<ArrayView2<'_, f64>> {
        ArrayView2::from_shape(self.shape(), &self.flat).map_err(|e| self.no_array(e))
    }
    /// As [`Probabilities::array`], owned.
    ///
    /// # Errors
    /// A shape ndarray does not take.
    pub fn into_array(mut self) -> Result<Array2<f64>> {
        let flat = std::mem::take(&mut self.flat);
        let shape = (
            flat.len().checked_div(self.classes).unwrap_or(0),
            self.classes,
        );
        Array2::from_shape_vec(shape, flat).map_err(|e| self.no_array(e))
    }
    fn shape(&self) -> (usize, usize) {
        (self.len(), self.classes)
    }
    fn no_array(&self, e: ndarray::ShapeError) -> Error {
        Error::value(
            "probabilities",
            format!("rows of {} classes", self.classes),
            e,
        )
    }
}

fn first_largest(row: &[f64]) -> usize {
    let mut best = 0;
    for (k, p) in row.iter().enumerate() {
        if *p > row[best] || row[best].is_nan() && !p.is_nan() {
            best = k;
        }
    }
    best
}

impl Rows for Probabilities {
    type Row<'a> = &'a [f64];
    type Buf = Vec<f64>;
    fn len(&self) -> usize {
        self.flat.len().checked_div(self.classes).unwrap_or(0)
    }
    fn row(&self, i: usize) -> &[f64] {
        &self.flat[i * self.classes..(i + 1) * self.classes]
    }
    fn view(buf: &Vec<f64>) -> &[f64] {
        buf
    }
    fn clear(buf: &mut Vec<f64>) {
        buf.clear();
    }
}

impl Prediction for Probabilities {
    fn push(&mut self, row: &Vec<f64>) {
        self.classes = row.len();
        self.flat.extend_from_slice(row);
    }
    fn push_row(&mut self, from: &Self, i: usize) {
        self.classes = from.classes;
        if self.names.is_none() {
            self.names.clone_from(&from.names);
        }
        self.flat.extend_from_slice(from.row(i));
    }
    fn values(&self) -> &[f64] {
        &self.flat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_most_probable_class_is_the_first_of_equals_and_no_nan() {
        let nan = f64::NAN;
        let rows = [
            [0.1, 0.6, 0.6],
            [nan, 0.2, 0.1],
            [nan; 3],
            [0.5, nan, 0.7],
            [0.0; 3],
        ];
        let p = Probabilities::new(3, rows.concat()).unwrap();
        assert_eq!(p.argmax(), [1, 1, 0, 2, 0]);
        assert!(Probabilities::new(3, vec![]).unwrap().argmax().is_empty());
        assert!(Probabilities::default().argmax().is_empty());
    }

    #[test]
    fn names_travel_with_rows_and_are_asked_for() {
        let p = Probabilities::new(2, vec![0.1, 0.9, 0.8, 0.2]).unwrap();
        let e = p.labels().unwrap_err().to_string();
        assert!(
            e.contains("names of the classes") && e.contains("with_class_names"),
            "{e}"
        );
        let e = p.clone().with_class_names([Box::from("no")]).unwrap_err();
        assert_eq!(e.to_string(), "class names: expected 2 entries, found 1");
        let p = p.with_class_names(["no".into(), "yes".into()]).unwrap();
        let mut all = Probabilities::default();
        [1, 0, 1].iter().for_each(|&i| all.push_row(&p, i));
        assert_eq!(all.labels().unwrap(), ["no", "yes", "no"]);
        assert_eq!(all.class_names().unwrap().len(), 2);
    }

    #[test]
    fn predictions_are_arrays() {
        let p = Probabilities::new(2, vec![0.1, 0.9, 0.8, 0.2, 0.5, 0.5]).unwrap();
        let want = array![[0.1, 0.9], [0.8, 0.2], [0.5, 0.5]];
        assert_eq!(p.array().unwrap(), want);
        assert_eq!(p.into_array().unwrap(), want);
        let none = Probabilities::default();
        assert_eq!(none.array().unwrap().dim(), (0, 0));
        assert_eq!(none.into_array().unwrap().dim(), (0, 0));
        let s = Scores(vec![1.0, 2.0]);
        assert_eq!(ArrayView1::from(&s), array![1.0, 2.0]);
        assert_eq!(Array1::from(s), array![1.0, 2.0]);
    }
}
