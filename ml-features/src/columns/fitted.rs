//! A fitted column-wise composition.

use super::parts::FittedParts;
use crate::cell::{PerColumn, spread};
use crate::scale::Same;
use ml_data::contract::Apply;
use ml_data::repr::{Dense, Float, Names, View};
use ml_data::table::{Schema, Table, TableRow};
use ml_data::{Error, Result, validate};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::sync::Arc;

/// Fitted parts side by side: reads table rows, produces dense rows.
///
/// A loaded one has names, all different. Whether the parts write as many columns is known where
/// they write, and checked there.
#[derive(Serialize, Deserialize)]
#[serde(bound = "P: FittedParts", try_from = "Stored<P>")]
pub struct FittedColumnTransformer<P, F = f64> {
    /// The fitted parts.
    pub parts: P,
    rest: Option<PerColumn<Same>>,
    names: Names,
    #[serde(skip)]
    output: PhantomData<fn() -> F>,
}

/// [`FittedColumnTransformer`] as they are stored, not checked yet.
#[derive(Deserialize)]
#[serde(bound = "P: FittedParts")]
struct Stored<P> {
    parts: P,
    rest: Option<PerColumn<Same>>,
    names: Names,
}

impl<P, F> TryFrom<Stored<P>> for FittedColumnTransformer<P, F> {
    type Error = Error;

    fn try_from(stored: Stored<P>) -> Result<Self> {
        distinct(&stored.names)?;
        Ok(Self::new(stored.parts, stored.rest, stored.names))
    }
}

/// Refuses output without columns, or two columns with one name.
pub(super) fn distinct(names: &Names) -> Result<()> {
    if names.is_empty() {
        return Err(Error::Empty(
            "ColumnTransformer: list of output columns".into(),
        ));
    }
    validate::distinct("output column of ColumnTransformer", names.iter())
}

impl<P: Clone, F> Clone for FittedColumnTransformer<P, F> {
    fn clone(&self) -> Self {
        let (parts, rest, names) = (self.parts.clone(), self.rest.clone(), self.names.clone());
        Self {
            parts,
            rest,
            names,
            output: PhantomData,
        }
    }
}

impl<P: std::fmt::Debug, F> std::fmt::Debug for FittedColumnTransformer<P, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FittedColumnTransformer")
            .field("parts", &self.parts)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl<P, F> FittedColumnTransformer<P, F> {
    pub(super) fn new(parts: P, rest: Option<PerColumn<Same>>, names: Names) -> Self {
        Self {
            parts,
            rest,
            names,
            output: PhantomData,
        }
    }
    /// Output names.
    pub fn names(&self) -> &Names {
        &self.names
    }
}

impl<P: FittedParts, F: Float> Apply<Table> for FittedColumnTransformer<P, F> {
    type Out = Dense<F>;
    type Scratch = (P::Scratch, Vec<f64>);

    fn header(&self, _: &Arc<Schema>) -> Names {
        self.names.clone()
    }

    fn origins(&self, input: &Arc<Schema>) -> Result<Vec<Option<usize>>> {
        let mut origins = Vec::with_capacity(self.names.len());
        self.parts.origins_into(input, &mut origins)?;
        if let Some(rest) = &self.rest {
            origins.extend(Apply::<Table>::origins(rest, input)?);
        }
        Ok(origins)
    }

    #[inline]
    fn apply_row(&self, row: TableRow<'_>, s: &mut Self::Scratch, out: &mut Vec<F>) -> Result<()> {
        s.1.clear();
        self.parts.row_into(row, &mut s.0, &mut s.1)?;
        if let Some(rest) = &self.rest {
            Apply::<Table>::apply_row(rest, row, &mut (), &mut s.1)?;
        }
        Error::check_len("columns of the parts", self.names.len(), s.1.len())?;
        out.extend(s.1.iter().map(|v| F::of(*v)));
        Ok(())
    }

    fn apply(&self, x: View<'_, Table>) -> Result<Dense<F>> {
        let width = self.names.len();
        let values = spread(x.len(), width, |first, rows, out| {
            let block = View::new(x.data(), x.rows().slice(first, first + rows));
            let mut offset = 0;
            let mut sink = |part: &Dense<f64>| {
                if offset + part.width() <= width {
                    place(part.values(), part.width(), out, width, offset);
                }
                offset += part.width();
            };
            self.parts.block(block, &mut sink)?;
            if let Some(rest) = &self.rest {
                sink(&rest.apply(block)?);
            }
            Error::check_len("columns of the parts", width, offset)
        })?;
        Dense::new(self.names.clone(), values)
    }
}

/// Copies row-major `values` of `w` columns into the columns of `out` that start at `offset`.
pub(super) fn place<F: Float>(
    values: &[f64],
    w: usize,
    out: &mut [F],
    width: usize,
    offset: usize,
) {
    if w == 0 {
        return;
    }
    for (from, to) in values.chunks_exact(w).zip(out.chunks_exact_mut(width)) {
        to[offset..offset + w]
            .iter_mut()
            .zip(from)
            .for_each(|(t, v)| *t = F::of(*v));
    }
}
