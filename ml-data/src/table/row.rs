//! One row: of a table, of a reusable buffer, or a slice of cells.

use super::cell::Cell;
use super::{MISSING_BOOL, MISSING_CODE, MISSING_TIME, Table};

/// A row that steps read by column position.
#[derive(Clone, Copy)]
pub struct TableRow<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Table(&'a Table, usize),
    Buf(&'a RowBuf),
    Cells(&'a [Cell<'a>]),
}

impl<'a> TableRow<'a> {
    /// A row from cells in schema order.
    pub fn of_cells(cells: &'a [Cell<'a>]) -> Self {
        Self(Source::Cells(cells))
    }
    pub(super) fn of_table(table: &'a Table, row: usize) -> Self {
        Self(Source::Table(table, row))
    }
    pub(super) fn of_buf(buf: &'a RowBuf) -> Self {
        Self(Source::Buf(buf))
    }
    /// The cell of a column; missing when the row is shorter.
    ///
    /// # Panics
    /// A row past the table's last one, as indexing a slice.
    #[inline]
    pub fn get(&self, column: usize) -> Cell<'a> {
        match self.0 {
            Source::Table(t, row) => match t.columns().get(column) {
                Some(column) => column.cell(row),
                None => Cell::Missing,
            },
            Source::Buf(b) => b.get(column),
            Source::Cells(c) => c.get(column).copied().unwrap_or(Cell::Missing),
        }
    }
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self.0 {
            Source::Table(t, _) => t.columns().len(),
            Source::Buf(b) => b.slots.len(),
            Source::Cells(c) => c.len(),
        }
    }
    /// True when there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Debug for TableRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries((0..self.len()).map(|i| self.get(i)))
            .finish()
    }
}

/// One owned row that is filled again and again: text goes to one arena, so a warm row allocates
/// nothing.
#[derive(Debug, Default, Clone)]
pub struct RowBuf {
    slots: Vec<Slot>,
    arena: String,
}

#[derive(Debug, Clone, Copy)]
enum Slot {
    Num(f64),
    Code(u32),
    Time(i64),
    Bool(u8),
    Text(u32, u32),
    Missing,
    /// Not written yet; read as missing.
    Absent,
}

impl RowBuf {
    /// Removes all cells, keeping the memory.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.arena.clear();
    }
    /// Empties the row for `width` cells that come in any order.
    pub(super) fn start(&mut self, width: usize) {
        self.clear();
        self.slots.resize(width, Slot::Absent);
    }
    /// Writes a cell after [`RowBuf::start`].
    pub(super) fn set(&mut self, column: usize, cell: Cell<'_>) {
        let slot = self.slot(cell);
        if let Some(to) = self.slots.get_mut(column) {
            *to = slot;
        }
    }
    /// True for a column that was written to since [`RowBuf::start`].
    pub(super) fn is_set(&self, column: usize) -> bool {
        !matches!(self.slots.get(column), Some(Slot::Absent) | None)
    }
    /// The columns that nothing was written to since [`RowBuf::start`].
    pub(super) fn absent(&self) -> impl Iterator<Item = usize> + '_ {
        let absent = |(i, slot): (usize, &Slot)| matches!(slot, Slot::Absent).then_some(i);
        self.slots.iter().enumerate().filter_map(absent)
    }
    /// Appends a cell.
    pub fn push(&mut self, cell: Cell<'_>) {
        let slot = self.slot(cell);
        self.slots.push(slot);
    }
    fn slot(&mut self, cell: Cell<'_>) -> Slot {
        match cell {
            Cell::Num(v) => Slot::Num(v),
            Cell::Code(c) => Slot::Code(c),
            Cell::Time(t) => Slot::Time(t),
            Cell::Bool(b) => Slot::Bool(u8::from(b)),
            Cell::Text(t) => {
                let start = self.arena.len() as u32;
                self.arena.push_str(t);
                Slot::Text(start, self.arena.len() as u32)
            }
            Cell::Missing => Slot::Missing,
        }
    }
    #[inline]
    fn get(&self, column: usize) -> Cell<'_> {
        match self.slots.get(column) {
            Some(Slot::Num(v)) => Cell::from_num(*v),
            Some(Slot::Code(MISSING_CODE))
            | Some(Slot::Time(MISSING_TIME))
            | Some(Slot::Bool(MISSING_BOOL)) => Cell::Missing,
            Some(Slot::Code(c)) => Cell::Code(*c),
            Some(Slot::Time(t)) => Cell::Time(*t),
            Some(Slot::Bool(b)) => Cell::Bool(*b != 0),
            Some(Slot::Text(a, b)) => Cell::Text(&self.arena[*a as usize..*b as usize]),
            Some(Slot::Missing | Slot::Absent) | None => Cell::Missing,
        }
    }
}
