//! Explanations of an automatic model, in the names of the table.

use super::model::{AutoModel, FittedAuto, each};
use ml_data::contract::{
    Attributions, Explain, Explanation, FeatureImportances, ImportanceKind, Importances,
};
use ml_data::error::{Error, Result};
use ml_data::repr::{RowSet, View};
use ml_data::table::Table;

impl AutoModel {
    /// How much each column adds to the raw score of each row, before the link: log odds of two
    /// classes, a score for each of several ones. The parts of a time are added up. See
    /// [`Explain::explain`].
    ///
    /// # Formula
    /// `expected + sum of a row's attributions = its raw score`, for each output.
    ///
    /// # Errors
    /// As [`AutoModel::predict`].
    ///
    /// ```
    /// use ml_pipeline::prelude::*;
    /// let flats = Table::new([
    ///     ("rooms", Column::num((0..400).map(|i| f64::from(i % 5)))),
    ///     ("rent", Column::num((0..400).map(|i| f64::from(200 * (i % 5) + i % 7)))),
    /// ])?;
    /// let model = ml_pipeline::auto(&flats, "rent")?;
    /// let why = model.explain(&flats)?;
    /// let rent = model.predict(&flats)?.numbers()[3];
    /// assert!((why.score(3, 0).unwrap_or(0.0) - rent).abs() < 1e-6);
    /// // The mean absolute attribution says how much the model relies on a column.
    /// assert!(why.importances()?.get("rooms") > Some(100.0));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn explain(&self, table: &Table) -> Result<Attributions> {
        let rows = table.conform(self.schema())?;
        each!(self.pipeline(), pipeline => pipeline.explain(View::all(&rows)))
    }

    /// The explanation of one row for people: reasons with their cells, the largest first. Of
    /// several classes that with the highest score is explained. See [`Explain::explain_row`].
    ///
    /// # Errors
    /// A row that is not there; as [`AutoModel::predict`].
    ///
    /// ```
    /// use ml_pipeline::prelude::*;
    /// let flats = Table::new([
    ///     ("rooms", Column::num((0..400).map(|i| f64::from(i % 5)))),
    ///     ("rent", Column::num((0..400).map(|i| f64::from(200 * (i % 5) + i % 7)))),
    /// ])?;
    /// let why = ml_pipeline::auto(&flats, "rent")?.explain_row(&flats, 4)?;
    /// let first = &why.reasons()[0];
    /// assert_eq!((&*first.column, first.cell.as_str()), ("rooms", "4"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn explain_row(&self, table: &Table, row: usize) -> Result<Explanation> {
        if row >= table.rows() {
            let found = format!("{row} of {} rows", table.rows());
            let rule = "below the number of rows";
            return Err(Error::parameter("explain_row", "row", found, rule));
        }
        // The one row is conformed, not the table: many rows may be asked for in turn.
        let here = |e: Error| e.offset_row(row);
        let one = table.take(RowSet::Range(row, row + 1));
        let one = one.conform(self.schema()).map_err(here)?;
        each!(self.pipeline(), pipeline => pipeline.explain_row(&one, 0)).map_err(here)
    }
}

/// The table's columns: the parts of a time are added up. Those of the model's matrix are
/// `model.trees().importances(kind)`.
impl FeatureImportances for AutoModel {
    fn importances(&self, kind: ImportanceKind) -> Result<Importances> {
        each!(self.pipeline(), pipeline => pipeline.importances(kind))
    }
}
