//! From the contracts' rows, labels and weights to what the engine reads, and from its faults to
//! errors with names.

use std::any::Any;
use std::borrow::Cow;

use ml_data::repr::{Dense, Float, Names, RowSet, View};
use ml_data::{Error, Result, validate};

use super::embedding::{ColumnRef, Embedding};
use super::fault::Fault;
use super::network::Network;
use super::shard::Examples;

/// Name in messages.
pub(super) const STEP: &str = "Mlp";

/// The rows of a view as a row-major `f32` matrix; borrowed if they are one already.
pub(super) fn matrix<'a, F: Float>(x: View<'a, Dense<F>>) -> Cow<'a, [f32]> {
    if let (Some(dense), RowSet::Range(from, to)) = (
        (x.data() as &dyn Any).downcast_ref::<Dense<f32>>(),
        x.rows(),
    ) {
        let width = dense.width();
        return Cow::Borrowed(&dense.values()[from * width..to * width]);
    }
    let mut values = Vec::with_capacity(x.len() * x.data().width());
    x.iter()
        .for_each(|row| values.extend(row.iter().map(|v| v.f32())));
    Cow::Owned(values)
}

/// Labels as `f32`.
pub(super) fn labels(y: impl Iterator<Item = f64>) -> Result<Vec<f32>> {
    let convert = |(row, y): (usize, f64)| match y as f32 {
        small if small.is_finite() => Ok(small),
        _ => Err(Error::cell(
            "label",
            row,
            "a finite number that fits f32",
            y,
        )),
    };
    y.enumerate().map(convert).collect()
}

/// Weights divided by the mean of those that are not 0, so that only their ratios matter and `f32`
/// holds them.
pub(super) fn weights(w: Option<&[f64]>) -> Result<Option<Vec<f32>>> {
    let Some(w) = w else { return Ok(None) };
    let largest = validate::weights(w, w.len())?;
    let counted = w.iter().filter(|w| **w > 0.0).count();
    if counted == 0 {
        return Err(Error::ZeroWeights {
            what: "training sample".into(),
        });
    }
    // Divided by the largest first: a sum of large weights could overflow.
    let mean = w.iter().map(|w| w / largest).sum::<f64>() / counted as f64;
    Ok(Some(
        w.iter().map(|w| (w / largest / mean) as f32).collect(),
    ))
}

/// Positions of the embedded columns.
pub(super) fn positions(embeddings: &[Embedding], names: &Names) -> Result<Vec<usize>> {
    let find = |e: &Embedding| match e.column() {
        ColumnRef::Position(p) if *p < names.len() => Ok(*p),
        ColumnRef::Position(p) => Err(Error::no_column(STEP, &format!("number {p}"), names.iter())),
        ColumnRef::Name(n) => names
            .iter()
            .position(|m| m == n)
            .ok_or_else(|| Error::no_column(STEP, n, names.iter())),
    };
    embeddings.iter().map(find).collect()
}

/// Rows of a sample as the engine reads them: checked, with ids as rows of the tables. In training
/// an id must be below the cardinality; in validation, as in prediction, a larger one is the
/// unknown id.
pub(super) fn examples<'a>(
    net: &Network,
    x: &'a [f32],
    y: &'a [f32],
    weights: Option<&'a [f32]>,
    training: bool,
) -> Result<Examples<'a>, Fault> {
    let mut ids = Vec::with_capacity(y.len() * net.tables.len());
    for (r, row) in x.chunks_exact(net.width.max(1)).enumerate() {
        net.check_row(r, row)?;
        for table in &net.tables {
            let value = row[table.column];
            if training && value >= table.cardinality as f32 {
                let (column, cardinality) = (table.column, table.cardinality);
                return Err(Fault::IdTooLarge {
                    row: r,
                    column,
                    value: f64::from(value),
                    cardinality,
                });
            }
            ids.push(table.id(value).unwrap_or(table.cardinality as u32));
        }
    }
    Ok(Examples {
        x,
        width: net.width,
        ids,
        y,
        weights,
    })
}

/// The error that names what the fault numbers; `original` gives a cell as the caller wrote it,
/// before `f32`.
pub(super) fn error(fault: Fault, names: &Names, original: impl Fn(usize, usize) -> f64) -> Error {
    let cell = |row, column, expected: String| {
        Error::cell(names.get(column), row, expected, original(row, column))
    };
    match fault {
        Fault::NotFinite { row, column, .. } => cell(
            row,
            column,
            "a finite number that fits f32 (networks take no missing values)".into(),
        ),
        Fault::NotAnId { row, column, .. } => cell(
            row,
            column,
            "an id: a whole number from 0, or NaN for unknown".into(),
        ),
        Fault::IdTooLarge {
            row,
            column,
            cardinality,
            ..
        } => cell(
            row,
            column,
            format!("an id below the cardinality {cardinality}"),
        ),
        Fault::Parameter { name, value, rule } => Error::Parameter {
            step: STEP,
            name,
            value,
            rule,
        },
        Fault::Diverged { epoch } => {
            let reason = format!(
                "the loss of epoch {epoch} is not a finite number: lower `learning_rate` or scale the columns and labels"
            );
            Error::Fit { step: STEP, reason }
        }
    }
}
