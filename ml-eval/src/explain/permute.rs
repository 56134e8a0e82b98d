//! Rows whose columns can be shuffled one by one.

use ml_data::Result;
#[cfg(feature = "table")]
use ml_data::repr::RowSet;
use ml_data::repr::{Dense, Float, Repr, View};
#[cfg(feature = "table")]
use ml_data::table::Table;

/// Rows of which a column can be given the values of other rows.
pub trait Permute: Repr + Clone {
    /// Names of the columns.
    fn column_names(&self) -> Vec<String>;

    /// The rows of a view as rows of their own.
    fn gathered(view: View<'_, Self>) -> Self;

    /// Gives row `i` the value that row `order[i]` of `from` has in a column; without an order the
    /// value of its own row.
    ///
    /// # Errors
    /// `from` has other rows or columns.
    fn set_column(&mut self, column: usize, from: &Self, order: Option<&[u32]>) -> Result<()>;
}

impl<F: Float> Permute for Dense<F> {
    fn column_names(&self) -> Vec<String> {
        self.names().iter().map(str::to_owned).collect()
    }

    fn gathered(view: View<'_, Self>) -> Self {
        Self::gather(view)
    }

    fn set_column(&mut self, column: usize, from: &Self, order: Option<&[u32]>) -> Result<()> {
        let (names, width) = (self.names().clone(), self.width());
        let empty = Self::new(names.clone(), Vec::new())?;
        let mut values = std::mem::replace(self, empty).into_values();
        for (i, row) in values.chunks_exact_mut(width).enumerate() {
            let other = order.map_or(i, |order| order[i] as usize);
            row[column] = from.values()[other * width + column];
        }
        *self = Self::new(names, values)?;
        Ok(())
    }
}

#[cfg(feature = "table")]
impl Permute for Table {
    fn column_names(&self) -> Vec<String> {
        let fields = self.schema().fields().iter();
        fields.map(|f| f.name().to_owned()).collect()
    }

    fn gathered(view: View<'_, Self>) -> Self {
        view.data().take(view.rows())
    }

    fn set_column(&mut self, column: usize, from: &Self, order: Option<&[u32]>) -> Result<()> {
        let values = match order {
            Some(order) => from.column(column).take(RowSet::List(order)),
            None => from.column(column).clone(),
        };
        let mut columns = self.columns().to_vec();
        columns[column] = values;
        let schema = (**self.schema()).clone();
        *self = Self::from_parts(schema, columns)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::repr::Rows;
    use ml_data::table::Column;

    #[test]
    fn columns_are_shuffled_and_put_back() {
        let x = Dense::from_rows(2, vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0]).unwrap();
        let mut y = Dense::gathered(View::new(&x, RowSet::List(&[0, 1, 2])));
        y.set_column(1, &x, Some(&[2, 0, 1])).unwrap();
        assert_eq!(y.values(), [1.0, 30.0, 2.0, 10.0, 3.0, 20.0]);
        y.set_column(1, &x, None).unwrap();
        assert_eq!(x, y);
    }

    #[test]
    fn tables_too() {
        let names = ["a", "b", "c"].map(Some);
        let table = Table::new([
            ("x", Column::num([1.0, 2.0, 3.0])),
            ("c", Column::cat(names)),
        ])
        .unwrap();
        let mut other = Table::gathered(View::all(&table));
        other.set_column(1, &table, Some(&[1, 1, 0])).unwrap();
        let levels: Vec<_> = (0..3).map(|i| other.column(1).str_at(i)).collect();
        assert_eq!(levels, [Some("b"), Some("b"), Some("a")]);
        assert_eq!(other.num_at(0), table.num_at(0));
        assert_eq!(Rows::len(&other), 3);
        assert_eq!(other.column_names(), ["x", "c"]);
    }
}
