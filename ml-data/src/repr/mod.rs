//! Representations of rows: [`Table`](crate::table::Table), [`Dense`], [`Sparse`], and the views
//! that let splits and folds share one copy of the data.

mod any;
mod dense;
mod into_rows;
mod sparse;
mod view;

pub use any::{AnyRow, AnyView};
pub use dense::{Dense, Float, Names};
pub use into_rows::{CowRows, IntoData, IntoRows};
pub use sparse::{Sparse, SparseBuf, SparseRow};
pub use view::{RowSet, View};

use crate::error::Result;
use crate::schema::Schema;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// Anything that is a sequence of rows: tables, matrices, predictions.
pub trait Rows: Send + Sync + Sized + 'static {
    /// One row, borrowed.
    type Row<'a>: Copy;
    /// One owned row that is filled again and again. Producers append, the caller clears.
    type Buf: Default + Send + 'static;
    /// Number of rows.
    fn len(&self) -> usize;
    /// True when there are no rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Row `i`.
    ///
    /// # Panics
    /// `i` past the last row, as indexing a slice.
    fn row(&self, i: usize) -> Self::Row<'_>;
    /// The buffer read as a row.
    fn view(buf: &Self::Buf) -> Self::Row<'_>;
    /// Empties the buffer, keeping its memory.
    fn clear(buf: &mut Self::Buf);
}

/// Rows that steps and models read, with a header that says what the columns mean.
pub trait Repr: Rows {
    /// Identity of the columns: a schema, or names.
    type Header: Clone + PartialEq + Debug + Send + Sync + Serialize + DeserializeOwned + 'static;
    /// The header of these rows.
    fn header(&self) -> &Self::Header;
    /// The columns in words that outlive the program: what an artifact says of the rows it reads.
    /// Columns of a matrix are numeric features.
    ///
    /// # Errors
    /// Two columns of one name.
    fn schema_of(header: &Self::Header) -> Result<Schema>;
    /// Refuses rows whose columns mean something else than `expected`.
    ///
    /// # Errors
    /// Every difference, by column.
    fn check(&self, expected: &Self::Header) -> Result<()>;
    /// One cell as a person reads it; empty where it is missing.
    ///
    /// # Panics
    /// A row or a column past the last, as indexing a slice.
    fn cell_text(&self, row: usize, column: usize) -> String;
    /// Builds `n` rows by calling `row(i, buffer)` on an emptied buffer.
    ///
    /// # Errors
    /// Whatever `row` returns, or a row of the wrong width.
    fn collect(
        header: Self::Header,
        n: usize,
        row: &mut dyn FnMut(usize, &mut Self::Buf) -> Result<()>,
    ) -> Result<Self>;
}
