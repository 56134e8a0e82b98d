//! A batch and the rows of it that are meant: what splits, folds and blocks hand around without
//! copying.

use super::Rows;

/// A set of rows, in order. It does not know the batch: rows that are not there are found where it
/// is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowSet<'a> {
    /// From the first up to, not including, the second; none when the second is not larger, as in
    /// `5..2`.
    Range(usize, usize),
    /// These rows.
    List(&'a [u32]),
}

impl<'a> RowSet<'a> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            RowSet::Range(a, b) => b.saturating_sub(*a),
            RowSet::List(l) => l.len(),
        }
    }
    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The `i`-th row of the set. Past the end of a range it is a row after the range.
    ///
    /// # Panics
    /// `i` past the end of a list, as indexing a slice.
    #[inline]
    pub fn get(&self, i: usize) -> usize {
        match self {
            RowSet::Range(a, _) => a + i,
            RowSet::List(l) => l[i] as usize,
        }
    }
    /// All rows in order.
    pub fn iter(self) -> impl Iterator<Item = usize> + Clone + 'a {
        (0..self.len()).map(move |i| self.get(i))
    }
    /// The part from `start` up to `end`, counted within the set; rows past its end are in no part.
    #[must_use]
    pub fn slice(self, start: usize, end: usize) -> Self {
        let end = end.min(self.len());
        let start = start.min(end);
        match self {
            RowSet::Range(a, _) => RowSet::Range(a + start, a + end),
            RowSet::List(l) => RowSet::List(&l[start..end]),
        }
    }
}

/// Rows of a batch, by reference.
#[derive(Debug)]
pub struct View<'a, R> {
    data: &'a R,
    rows: RowSet<'a>,
}

impl<R> Clone for View<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for View<'_, R> {}

impl<'a, R: Rows> View<'a, R> {
    /// All rows.
    pub fn all(data: &'a R) -> Self {
        Self {
            data,
            rows: RowSet::Range(0, data.len()),
        }
    }
    /// A set of rows. Reading a row that `data` does not have panics, as indexing a slice.
    pub fn new(data: &'a R, rows: RowSet<'a>) -> Self {
        Self { data, rows }
    }
    /// Number of rows seen.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// True when no row is seen.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// The batch behind it.
    pub fn data(&self) -> &'a R {
        self.data
    }
    /// Which rows of the batch.
    pub fn rows(&self) -> RowSet<'a> {
        self.rows
    }
    /// The `i`-th row seen.
    ///
    /// # Panics
    /// `i` past the last row seen, or a row that the batch does not have.
    #[inline]
    pub fn row(&self, i: usize) -> R::Row<'a> {
        self.data.row(self.rows.get(i))
    }
    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = R::Row<'a>> + 'a {
        let (data, rows) = (self.data, self.rows);
        (0..rows.len()).map(move |i| data.row(rows.get(i)))
    }
    /// The same rows in blocks of at most `size`.
    pub fn blocks(&self, size: usize) -> impl Iterator<Item = View<'a, R>> + 'a {
        let (data, rows, size) = (self.data, self.rows, size.max(1));
        (0..rows.len()).step_by(size).map(move |a| View {
            data,
            rows: rows.slice(a, (a + size).min(rows.len())),
        })
    }
}
