//! A function of the program around, as a step.

use crate::cell::{CellFn, NumCell, NumColumn, Refused, numeric_step};
use ml_data::Result;
use ml_data::contract::Params;
use ml_data::repr::Float;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// A function of one number, which [`FunctionTransformer`] makes a step of. It is a type and no
/// closure, so that a fitted pipeline can be saved and loaded; parameters are its fields.
pub trait NumFn: Clone + Debug + Send + Sync + Serialize + DeserializeOwned + 'static {
    /// The value for `x`; `NaN` is a missing one.
    fn value(&self, x: f64) -> f64;
}

/// Puts each number of each column through a function and learns nothing: scikit-learn's
/// `FunctionTransformer`.
///
/// Works on the numeric and boolean columns of a table and on matrices; columns keep their names.
/// A step that learns is a [`Transformer`](ml_data::contract::Transformer).
///
/// # Missing values
/// Reach the function as `NaN`: most return `NaN`, one may return a number.
///
/// # Weights
/// Change nothing.
///
/// # Errors
/// A column of another kind; a number for which the function is not defined (it returns `NaN`),
/// with column and row.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::scale::{FunctionTransformer, NumFn, StandardScaler};
/// use serde::{Deserialize, Serialize};
/// #[derive(Debug, Clone, Serialize, Deserialize)]
/// struct Log;
/// impl NumFn for Log {
///     fn value(&self, x: f64) -> f64 {
///         x.ln()
///     }
/// }
/// let table = Table::new([("price", Column::num([1.0, 0.5, f64::NAN]))])?;
/// let train = table.unlabelled()?.into_train();
/// let step = FunctionTransformer::new(Log);
/// let (fitted, x) = step.fit_transform(&train)?;
/// assert_eq!(x.values()[..2], [0.0, 0.5_f64.ln()]);
/// assert!(x.values()[2].is_nan());
/// let loss = Table::new([("price", Column::num([-1.0]))])?;
/// let e = fitted.apply(View::all(&loss)).unwrap_err().to_string();
/// assert!(e.starts_with("column `price`, row 0: expected a number that the function is defined"));
/// let steps = step.then(StandardScaler::new()); // as any other step
/// # let _ = steps;
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionTransformer<T> {
    function: T,
}

impl<T: NumFn> FunctionTransformer<T> {
    /// Puts numbers through this function.
    pub fn new(function: T) -> Self {
        Self { function }
    }

    fn learn(&self, _: &NumColumn<'_>) -> Result<Applied<T>> {
        Ok(Applied(self.function.clone()))
    }
}

impl<T: NumFn> Params for FunctionTransformer<T> {
    fn name(&self) -> &'static str {
        "FunctionTransformer"
    }
}

/// The function, applied to a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "T: NumFn")]
pub struct Applied<T>(T);

impl<T: NumFn> CellFn for Applied<T> {
    type In = NumCell;
    const STEP: &'static str = "FunctionTransformer";

    #[inline]
    fn width(&self) -> usize {
        1
    }
    #[inline]
    fn cell<F: Float>(&self, x: f64, out: &mut [F]) -> Result<(), Refused> {
        let value = self.0.value(x);
        if value.is_nan() && !x.is_nan() {
            return Err(Refused {
                expected: "a number that the function is defined for",
                found: "one for which it returns NaN",
            });
        }
        out[0] = F::of(value);
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.push(column.into());
    }
}

numeric_step!(@[T: NumFn] FunctionTransformer<T>, Applied<T>);
