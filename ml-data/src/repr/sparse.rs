//! A sparse matrix in compressed rows with column names.

use super::{Float, Names, Repr, Rows};
use crate::error::{Error, Result};
use crate::schema::Schema;

/// One row: column indices, ascending, and their values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SparseRow<'a, F> {
    /// Ascending column numbers.
    pub indices: &'a [u32],
    /// The value at each of them.
    pub values: &'a [F],
}

/// One owned sparse row.
#[derive(Debug, Clone, Default)]
pub struct SparseBuf<F> {
    /// Ascending column numbers.
    pub indices: Vec<u32>,
    /// The value at each of them.
    pub values: Vec<F>,
}

/// Rows of mostly zeros.
///
/// ```
/// use ml_data::prelude::*;
/// let x = Sparse::new(Names::numbered(4), vec![0, 2, 2], vec![1, 3], vec![5.0, 6.0])?;
/// assert_eq!(x.row(0).indices, [1, 3]);
/// assert!(x.row(1).values.is_empty());
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sparse<F = f64> {
    names: Names,
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<F>,
}

impl<F: Float> Sparse<F> {
    /// From row starts (one more than rows), column indices and values.
    ///
    /// # Errors
    /// Starts that do not grow from 0 to the number of values, or indices that do not ascend within
    /// a row or exceed the width.
    pub fn new(
        names: Names,
        starts: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<F>,
    ) -> Result<Self> {
        Error::check_len("sparse values", indices.len(), values.len())?;
        let falls = starts.windows(2).position(|w| w[0] > w[1]);
        let found = match (starts.first(), falls, starts.last()) {
            (None, ..) => Some("none".to_owned()),
            (Some(&first), ..) if first != 0 => Some(format!("{first} at 0")),
            (_, Some(at), _) => Some(format!("{} at {at}, then {}", starts[at], starts[at + 1])),
            (.., Some(&last)) if last != indices.len() => {
                Some(format!("{last} at {}, the end", starts.len() - 1))
            }
            _ => None,
        };
        if let Some(found) = found {
            let expected = format!("numbers that grow from 0 to {}", indices.len());
            return Err(Error::value("sparse row starts", expected, found));
        }
        for (row, w) in starts.windows(2).enumerate() {
            let r = &indices[w[0]..w[1]];
            if r.windows(2).any(|p| p[0] >= p[1])
                || r.last().is_some_and(|&c| c as usize >= names.len())
            {
                let expected = format!("ascending column numbers below {}", names.len());
                return Err(Error::cell(
                    "sparse indices",
                    row,
                    expected,
                    format!("{r:?}"),
                ));
            }
        }
        Ok(Self {
            names,
            starts,
            indices,
            values,
        })
    }
    /// Column names.
    pub fn names(&self) -> &Names {
        &self.names
    }
    /// Number of stored values.
    pub fn stored(&self) -> usize {
        self.values.len()
    }
}

impl<F: Float> Rows for Sparse<F> {
    type Row<'a> = SparseRow<'a, F>;
    type Buf = SparseBuf<F>;

    fn len(&self) -> usize {
        self.starts.len() - 1
    }
    #[inline]
    fn row(&self, i: usize) -> SparseRow<'_, F> {
        let (a, b) = (self.starts[i], self.starts[i + 1]);
        SparseRow {
            indices: &self.indices[a..b],
            values: &self.values[a..b],
        }
    }
    fn view(buf: &SparseBuf<F>) -> SparseRow<'_, F> {
        SparseRow {
            indices: &buf.indices,
            values: &buf.values,
        }
    }
    fn clear(buf: &mut SparseBuf<F>) {
        buf.indices.clear();
        buf.values.clear();
    }
}

impl<F: Float> Repr for Sparse<F> {
    type Header = Names;

    fn header(&self) -> &Names {
        &self.names
    }
    fn schema_of(header: &Names) -> Result<Schema> {
        header.schema()
    }
    fn check(&self, expected: &Names) -> Result<()> {
        if self.names == *expected {
            return Ok(());
        }
        Err(Error::Schema(format!(
            "expected {} sparse columns, found {}",
            expected.len(),
            self.names.len()
        )))
    }
    fn cell_text(&self, row: usize, column: usize) -> String {
        let row = self.row(row);
        let at = row.indices.binary_search(&(column as u32));
        super::dense::text_of(at.map_or(0.0, |at| row.values[at].f64()))
    }
    fn collect(
        header: Names,
        n: usize,
        row: &mut dyn FnMut(usize, &mut SparseBuf<F>) -> Result<()>,
    ) -> Result<Self> {
        let (mut starts, mut buf) = (vec![0], SparseBuf::default());
        for i in 0..n {
            row(i, &mut buf)?;
            starts.push(buf.indices.len());
        }
        Self::new(header, starts, buf.indices, buf.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_shapes_are_refused_with_the_row() {
        let e = Sparse::new(
            Names::numbered(2),
            vec![0, 0, 2],
            vec![1, 0],
            vec![1.0, 2.0],
        )
        .unwrap_err();
        assert_eq!(
            e.to_string(),
            "column `sparse indices`, row 1: expected ascending column numbers below 2, found [1, 0]"
        );
        assert!(Sparse::new(Names::numbered(2), vec![0, 3], vec![1], vec![1.0]).is_err());
    }

    #[test]
    fn collect_appends_rows() {
        let s = Sparse::collect(Names::numbered(3), 2, &mut |i, b| {
            b.indices.push(i as u32);
            b.values.push(1.0);
            Ok(())
        })
        .unwrap();
        assert_eq!((s.len(), s.stored(), s.row(1).indices), (2, 2, &[1u32][..]));
    }
}
