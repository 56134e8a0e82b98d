//! Arrow in and out. The supported Arrow major version is re-exported as [`crate::arrow`].

use super::arrow_in::column;
use super::column::Column;
use super::{Kind, Table};
use crate::arrow::array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, RecordBatch, RecordBatchOptions,
    StringArray, TimestampMicrosecondArray, UInt32Array,
};
use crate::arrow::buffer::{BooleanBuffer, NullBuffer};
use crate::error::{Error, Result};
use crate::repr::{Dense, Float, Names, Repr};
use crate::schema::{MISSING_BOOL, MISSING_CODE, MISSING_TIME};
use std::sync::Arc;

impl TryFrom<&RecordBatch> for Table {
    type Error = Error;

    /// Numbers and columns of nulls only become [`Kind::Num`], dictionaries [`Kind::Cat`], strings
    /// [`Kind::Text`], dates and timestamps [`Kind::Time`] (cut to the microsecond before),
    /// booleans [`Kind::Bool`]. `f64`, microseconds and 32-bit strings without nulls are shared,
    /// not copied.
    ///
    /// # Errors
    /// [`Error::Cell`] for a whole number that `f64` does not hold exactly (past 2^53: cast such a
    /// column to text or a dictionary first) and for a time too far away for microseconds;
    /// [`Error::ArrowType`] for a type that no table holds, [`Error::Duplicate`] for repeated
    /// names.
    fn try_from(batch: &RecordBatch) -> Result<Self> {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns());
        let columns = columns
            .map(|(f, c)| Ok((f.name().clone(), column(f.name(), c, 0)?)))
            .collect::<Result<Vec<_>>>()?;
        Table::new(columns)
    }
}

impl TryFrom<RecordBatch> for Table {
    type Error = Error;

    /// As of a borrowed batch, of which the table shares numbers, times and text, too.
    fn try_from(batch: RecordBatch) -> Result<Self> {
        Self::try_from(&batch)
    }
}

impl TryFrom<Table> for RecordBatch {
    type Error = Error;

    /// As of a borrowed table.
    fn try_from(table: Table) -> Result<Self> {
        Self::try_from(&table)
    }
}

impl TryFrom<&Table> for RecordBatch {
    type Error = Error;

    /// Missing values become nulls, categories dictionaries, times timestamps in microseconds
    /// without a zone. Numbers, times and text are shared, not copied.
    fn try_from(table: &Table) -> Result<Self> {
        let mut fields = Vec::with_capacity(table.schema().len());
        let mut arrays = Vec::with_capacity(table.schema().len());
        for (field, column) in table.schema().fields().iter().zip(table.columns()) {
            let array = array(field.name(), column)?;
            fields.push(crate::arrow::datatypes::Field::new(
                field.name(),
                array.data_type().clone(),
                true,
            ));
            arrays.push(array);
        }
        // The number of rows is told apart from the columns: a table without columns keeps it.
        let options = RecordBatchOptions::new().with_row_count(Some(table.rows()));
        let schema = Arc::new(crate::arrow::datatypes::Schema::new(fields));
        RecordBatch::try_new_with_options(schema, arrays, &options)
            .map_err(|e| Error::encode("table as an Arrow batch", e))
    }
}

/// One column as an Arrow array, missing values as nulls.
fn array(name: &str, column: &Column) -> Result<ArrayRef> {
    Ok(match column {
        Column::Num(v) => {
            let nulls = nulls(v, |x| !x.is_nan());
            Arc::new(Float64Array::new(v.clone(), nulls))
        }
        Column::Cat(codes, levels) => {
            let keys: UInt32Array = codes
                .iter()
                .map(|&c| (c != MISSING_CODE).then_some(c))
                .collect();
            let names: StringArray = levels.names().iter().map(|n| Some(&**n)).collect();
            let coded = DictionaryArray::try_new(keys, Arc::new(names))
                .map_err(|e| Error::encode(format!("column `{name}` as an Arrow dictionary"), e))?;
            Arc::new(coded)
        }
        Column::Text(v) => Arc::new(v.clone()),
        Column::Time(v) => {
            let nulls = nulls(v, |t| *t != MISSING_TIME);
            Arc::new(TimestampMicrosecondArray::new(v.clone(), nulls))
        }
        Column::Bool(v) => Arc::new(
            v.iter()
                .map(|&b| (b != MISSING_BOOL).then_some(b != 0))
                .collect::<BooleanArray>(),
        ),
    })
}

/// Which values are there; `None` when all are.
fn nulls<T>(values: &[T], there: impl Fn(&T) -> bool) -> Option<NullBuffer> {
    let there = BooleanBuffer::collect_bool(values.len(), |i| there(&values[i]));
    Some(NullBuffer::new(there)).filter(|nulls| nulls.null_count() > 0)
}

impl Table {
    /// The features as a matrix: numbers as they are, booleans as 0 and 1, missing ones as `NaN`.
    ///
    /// Columns of every other role stay out: a protected attribute, an identifier, a weight, a time
    /// or a group is nothing to learn from. Give a column [`Role::Feature`](super::Role::Feature)
    /// to learn from it all the same.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_data::table::{Column, Table};
    /// let table = Table::new([
    ///     ("a", Column::num([1.5, 2.5])),
    ///     ("b", Column::bool([Some(true), None])),
    /// ])?;
    /// let x = table.dense::<f32>()?;
    /// assert_eq!(x.row(0), [1.5, 1.0]);
    /// assert!(x.row(1)[1].is_nan());
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// A column of another kind: text, times and categories have to be encoded first.
    pub fn dense<F: Float>(&self) -> Result<Dense<F>> {
        let visible = self.features();
        let mut values = vec![F::of(f64::NAN); visible.len() * self.rows()];
        for (at, &position) in visible.iter().enumerate() {
            let to = values[at..].iter_mut().step_by(visible.len());
            match self.column(position) {
                Column::Num(from) => to.zip(from.iter()).for_each(|(to, &v)| *to = F::of(v)),
                Column::Bool(from) => to.zip(from.iter()).for_each(|(to, &v)| {
                    if v != MISSING_BOOL {
                        *to = F::of(f64::from(v));
                    }
                }),
                other => {
                    let name = self.schema().field(position).name();
                    return Err(Error::column_kind(
                        "Table::dense",
                        name,
                        Kind::Num,
                        other.kind(),
                    ));
                }
            }
        }
        let name = |&p: &usize| self.schema().field(p).name();
        let names = Names::new(visible.iter().map(name));
        if names.is_empty() {
            return Repr::collect(names, self.rows(), &mut |_, _| Ok(()));
        }
        Dense::new(names, values)
    }

    /// Which of the columns that a step works on ([`Table::inputs`]) hold `kind`.
    pub fn positions_of(&self, kind: Kind) -> Vec<usize> {
        self.inputs()
            .into_iter()
            .filter(|&p| self.column(p).kind() == kind)
            .collect()
    }
}
