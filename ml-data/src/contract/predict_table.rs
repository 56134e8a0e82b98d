//! Prediction of tables and records that have to be made to fit first.

use super::erased::Predictor;
use crate::error::Result;
use crate::repr::View;
use crate::sample::Prediction;
use crate::table::{RowBinder, RowBuf, Table};
use serde::Serialize;

/// Prediction of whatever has the trained columns, for every model of tables, fitted or loaded.
///
/// ```
/// use ml_data::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Debug, Serialize, Deserialize)]
/// # struct Sum(<Table as Repr>::Header);
/// # impl Predict<Table> for Sum {
/// #     type Prediction = Scores;
/// #     type Scratch = ();
/// #     fn input(&self) -> &<Table as Repr>::Header { &self.0 }
/// #     fn predict_row(&self, row: ml_data::table::TableRow<'_>, _: &mut (), out: &mut f64)
/// #         -> Result<()> { *out = row.get(0).num() + f64::from(row.get(1).code()); Ok(()) }
/// # }
/// let train = Table::new([
///     ("price", Column::num([1.0, 2.0])),
///     ("city", Column::cat([Some("Oslo"), Some("Riga")])),
/// ])?;
/// # let model = Sum(train.schema().clone()); // predicts the price and the code of the city
/// // Other order, text for categories, a column too many.
/// let live = Table::new([
///     ("city", Column::text([Some("Riga")])),
///     ("id", Column::num([17.0])),
///     ("price", Column::num([4.0])),
/// ])?;
/// assert!(model.predict(&live).is_err());
/// assert_eq!(model.predict_table(&live)?.0, [5.0]);
///
/// #[derive(serde::Serialize)]
/// struct Visit { city: &'static str, price: f64 }
/// assert_eq!(model.predict_one(&Visit { city: "Riga", price: 2.0 })?, 3.0);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub trait PredictTable<P: Prediction>: Predictor<Table, P> {
    /// Predicts all rows of a table after [`Table::conform`]: columns in any order, with others
    /// between, categories of other codes or as text.
    ///
    /// # Errors
    /// Columns that are missing or of another kind, by name; a value the model can not take.
    fn predict_table(&self, table: &Table) -> Result<P> {
        let table = table.conform(self.trained_on())?;
        self.predict_view(View::all(&table))
    }

    /// Predicts one record: a struct with serde's `Serialize`, a map, a JSON object, with exactly
    /// the trained columns as fields ([`RowBinder`] has the rules, and what may be left out). A
    /// number for targets of a number, a probability for each class for several classes.
    ///
    /// Each call binds anew, and every field has to be there. A service keeps a [`RowBinder`] and a
    /// [`Session`](super::Session), which allocate nothing; records that lack fields are predicted
    /// by a binder with [`allow_missing`](RowBinder::allow_missing): its page has
    /// [an example](RowBinder#prediction).
    ///
    /// # Errors
    /// Fields that are unknown, absent or of another kind, by name; a value the model can not take.
    fn predict_one<T: Serialize + ?Sized>(&self, record: &T) -> Result<P::Buf> {
        let mut row = RowBuf::default();
        let row = RowBinder::new(self.trained_on()).fill(record, &mut row)?;
        self.predict_single(row)
    }
}

impl<P: Prediction, M: Predictor<Table, P> + ?Sized> PredictTable<P> for M {}
