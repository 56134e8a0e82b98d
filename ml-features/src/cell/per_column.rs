//! A fitted step that works column by column.

use super::{CellFn, CellKind, NumCell, Refused, spread};
use ml_data::contract::Apply;
use ml_data::repr::{Dense, Float, Names, RowSet, View};
use ml_data::table::{Schema, Table, TableRow};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One fitted cell function for each column it was learned on: reads tables, and dense rows where
/// its cells are numbers.
///
/// A loaded one is checked: offsets, width and reach have to be those of its cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "C: CellFn", try_from = "Stored<C>")]
pub struct PerColumn<C> {
    columns: Vec<Entry<C>>,
    width: usize,
    /// One more than the last position read.
    reach: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "C: CellFn")]
struct Entry<C> {
    cell: C,
    position: usize,
    offset: usize,
    name: Box<str>,
}

/// [`PerColumn`] as it is stored, not checked yet.
#[derive(Deserialize)]
#[serde(bound = "C: CellFn")]
struct Stored<C> {
    columns: Vec<Entry<C>>,
    width: usize,
    reach: usize,
}

impl<C: CellFn> TryFrom<Stored<C>> for PerColumn<C> {
    type Error = String;

    fn try_from(stored: Stored<C>) -> Result<Self, String> {
        let (mut width, mut reach) = (0_usize, 0);
        for e in &stored.columns {
            // A dictionary code's worth of columns is more than any table has.
            if e.offset != width || e.position >= u32::MAX as usize {
                return Err(format!(
                    "{}: column `{}` reads position {} and writes at {}, expected {width}",
                    C::STEP,
                    e.name,
                    e.position,
                    e.offset
                ));
            }
            width = width.saturating_add(e.cell.width());
            reach = reach.max(e.position + 1);
        }
        if (width, reach) != (stored.width, stored.reach) {
            return Err(format!(
                "{}: expected {width} output columns of {reach} input columns, found {} of {}",
                C::STEP,
                stored.width,
                stored.reach
            ));
        }
        Ok(Self {
            columns: stored.columns,
            width,
            reach,
        })
    }
}

impl<C: CellFn> PerColumn<C> {
    /// From `(position in the input, column name, what was learned)`, in output order.
    pub fn new(columns: impl IntoIterator<Item = (usize, Box<str>, C)>) -> Self {
        let (mut width, mut reach) = (0, 0);
        let entry = |(position, name, cell): (usize, Box<str>, C)| {
            let offset = width;
            width += cell.width();
            reach = reach.max(position + 1);
            Entry {
                cell,
                position,
                offset,
                name,
            }
        };
        let columns = columns.into_iter().map(entry).collect();
        Self {
            columns,
            width,
            reach,
        }
    }
    /// The fitted form of a column.
    pub fn column(&self, name: &str) -> Option<&C> {
        self.columns
            .iter()
            .find(|e| &*e.name == name)
            .map(|e| &e.cell)
    }
    /// Every column with what was learned on it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &C)> {
        self.columns.iter().map(|e| (&*e.name, &e.cell))
    }
    /// Number of output columns.
    pub fn width(&self) -> usize {
        self.width
    }
    /// Output names.
    pub fn names(&self) -> Names {
        let mut names = Vec::with_capacity(self.width);
        self.columns
            .iter()
            .for_each(|e| e.cell.names(&e.name, &mut names));
        Names::new(names)
    }

    /// The position that each output column reads.
    fn positions(&self) -> Vec<Option<usize>> {
        let of = |e: &Entry<C>| std::iter::repeat_n(Some(e.position), e.cell.width());
        self.columns.iter().flat_map(of).collect()
    }

    fn check_reach(&self, found: usize) -> Result<()> {
        if found < self.reach {
            let absent = self.columns.iter().filter(|e| e.position >= found);
            let absent: Vec<String> = absent.map(|e| format!("`{}`", e.name)).collect();
            return Err(Error::Schema(format!(
                "{}: expected at least {} columns, found {found}: no {}",
                C::STEP,
                self.reach,
                absent.join(", ")
            )));
        }
        Ok(())
    }

    /// Appends one row, reading values with `get`.
    #[inline]
    fn row_into<F: Float>(
        &self,
        get: impl Fn(usize) -> <C::In as CellKind>::Value,
        out: &mut Vec<F>,
    ) -> Result<()> {
        let start = out.len();
        out.resize(start + self.width, F::default());
        let out = &mut out[start..];
        for e in &self.columns {
            // Literal widths let the compiler drop the bounds checks of the cell function.
            let x = get(e.position);
            let done = match e.cell.width() {
                1 => e.cell.cell(x, &mut out[e.offset..e.offset + 1]),
                w => e.cell.cell(x, &mut out[e.offset..e.offset + w]),
            };
            done.map_err(|r| e.refuse(0, r))?;
        }
        Ok(())
    }

    /// Fills a block of rows, column by column.
    fn block(&self, table: &Table, rows: RowSet<'_>, out: &mut [f64]) -> Result<()> {
        for e in &self.columns {
            let column = &table.columns()[e.position];
            let (cell, width) = (&e.cell, self.width);
            let done = match cell.width() {
                1 => C::In::each(column, rows, |i, x| {
                    let at = i * width + e.offset;
                    cell.cell(x, &mut out[at..at + 1])
                }),
                2 => C::In::each(column, rows, |i, x| {
                    let at = i * width + e.offset;
                    cell.cell(x, &mut out[at..at + 2])
                }),
                w => C::In::each(column, rows, |i, x| {
                    let at = i * width + e.offset;
                    cell.cell(x, &mut out[at..at + w])
                }),
            };
            match done {
                Some(Ok(())) => {}
                Some(Err((row, refused))) => return Err(e.refuse(row, refused)),
                None => return Err(e.kind_error(column.kind())),
            }
        }
        Ok(())
    }
}

impl<C: CellFn> Entry<C> {
    fn refuse(&self, row: usize, r: Refused) -> Error {
        Error::cell(&*self.name, row, r.expected, r.found)
    }
    fn kind_error(&self, found: ml_data::table::Kind) -> Error {
        Error::column_kind(C::STEP, &*self.name, C::In::KIND, found)
    }
}

impl<C: CellFn> Apply<Table> for PerColumn<C> {
    type Out = Dense<f64>;
    type Scratch = ();

    fn header(&self, _: &Arc<Schema>) -> Names {
        self.names()
    }
    fn origins(&self, _: &Arc<Schema>) -> Result<Vec<Option<usize>>> {
        Ok(self.positions())
    }
    #[inline]
    fn apply_row(&self, row: TableRow<'_>, (): &mut (), out: &mut Vec<f64>) -> Result<()> {
        self.check_reach(row.len())?;
        self.row_into(|p| C::In::of(row.get(p)), out)
    }
    fn apply(&self, x: View<'_, Table>) -> Result<Dense<f64>> {
        self.check_reach(x.data().columns().len())?;
        // A block of no rows reads nothing, but refuses columns of another kind.
        self.block(x.data(), RowSet::Range(0, 0), &mut [])?;
        let values = spread(x.len(), self.width, |first, n, out| {
            self.block(x.data(), x.rows().slice(first, first + n), out)
        })?;
        dense(self.names(), values, x.len())
    }
}

impl<F: Float, C: CellFn<In = NumCell>> Apply<Dense<F>> for PerColumn<C> {
    type Out = Dense<F>;
    type Scratch = ();

    fn header(&self, _: &Names) -> Names {
        self.names()
    }
    fn origins(&self, _: &Names) -> Result<Vec<Option<usize>>> {
        Ok(self.positions())
    }
    #[inline]
    fn apply_row(&self, row: &[F], (): &mut (), out: &mut Vec<F>) -> Result<()> {
        self.check_reach(row.len())?;
        self.row_into(|p| row[p].f64(), out)
    }
    fn apply(&self, x: View<'_, Dense<F>>) -> Result<Dense<F>> {
        self.check_reach(x.data().width())?;
        let values = spread(x.len(), self.width, |first, n, out: &mut [F]| {
            for i in 0..n {
                let (row, out) = (
                    x.row(first + i),
                    &mut out[i * self.width..(i + 1) * self.width],
                );
                for e in &self.columns {
                    let v = row[e.position].f64();
                    let done = match e.cell.width() {
                        1 => e.cell.cell(v, &mut out[e.offset..e.offset + 1]),
                        w => e.cell.cell(v, &mut out[e.offset..e.offset + w]),
                    };
                    done.map_err(|r| e.refuse(i, r))?;
                }
            }
            Ok(())
        })?;
        dense(self.names(), values, x.len())
    }
}

/// A matrix of `rows` rows, also when it has no columns.
fn dense<F: Float>(names: Names, values: Vec<F>, rows: usize) -> Result<Dense<F>> {
    if names.is_empty() {
        return ml_data::repr::Repr::collect(names, rows, &mut |_, _| Ok(()));
    }
    Dense::new(names, values)
}
