//! Tables made to have a trained schema.

use super::{Column, Table};
use crate::error::{Error, Result, hint};
use crate::schema::{Field, Kind, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME, Schema};
use std::sync::Arc;

impl Table {
    /// This table with the columns of a trained schema, in its order:
    ///
    /// | here | trained | becomes |
    /// |---|---|---|
    /// | categories | categories | the trained codes; new levels get codes past the end, which fitted steps treat as unseen |
    /// | text | categories | categories |
    /// | categories | text | text |
    /// | booleans | numbers | 0 and 1 |
    /// | numbers, all 0, 1 or missing | booleans | false and true |
    /// | no value in any row | any kind | missing |
    /// | another column | not there | left out |
    ///
    /// Numbers do not become categories, nor the other way round: whether `1` is the level `"1"`
    /// or `"1.0"` only the reader of the file knows. Text does not become numbers or times.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let trained = Table::new([
    ///     ("city", Column::cat([Some("Oslo"), Some("Riga")])),
    ///     ("price", Column::num([1.0, 2.0])),
    /// ])?;
    /// let live = Table::new([
    ///     ("id", Column::num([7.0, 8.0])),
    ///     ("price", Column::num([4.0, 5.0])),
    ///     ("city", Column::text([Some("Riga"), Some("Rome")])),
    /// ])?;
    /// let live = live.conform(trained.schema())?;
    /// assert_eq!(live.cat("city")?.codes(), [1, 2]);
    /// assert_eq!(live.num("price")?, [4.0, 5.0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Schema`] with every column that is missing or of a kind that does not convert;
    /// [`Error::Cell`] for a number that is neither 0 nor 1 where booleans are due.
    pub fn conform(&self, to: &Arc<Schema>) -> Result<Self> {
        let known = self.schema().positions();
        let (mut columns, mut faults) = (Vec::with_capacity(to.len()), Vec::new());
        for field in to.fields() {
            let (name, kind) = (field.name(), field.kind());
            match known.get(name).map(|&p| self.column(p)) {
                None => faults.push(format!("`{name}` ({kind}): missing{}", self.near(name, to))),
                Some(column) => match conformed(column, field)? {
                    Some(column) => columns.push(column),
                    None => {
                        let found = column.kind();
                        faults.push(format!("`{name}`: expected {kind}, found {found}"));
                    }
                },
            }
        }
        if !faults.is_empty() {
            return Err(Error::Schema(faults.join("; ")));
        }
        Ok(Self {
            schema: to.clone(),
            columns: columns.into(),
            visible: None,
            rows: self.rows,
        })
    }

    /// A name here that the schema does not have and that is much like one it has.
    fn near(&self, name: &str, to: &Schema) -> String {
        let own = self.schema().fields().iter().map(Field::name);
        hint(name, own.filter(|n| to.find(n).is_none()))
    }
}

/// The column as the field has it; `None` where the kind does not convert.
fn conformed(column: &Column, field: &Field) -> Result<Option<Column>> {
    let no_levels = || Arc::new(Levels::default());
    let levels = || field.levels().cloned().unwrap_or_else(no_levels);
    Ok(Some(match (column, field.kind()) {
        (Column::Cat(..), Kind::Cat) => column.recode(&levels()),
        (same, kind) if same.kind() == kind => same.clone(),
        (Column::Text(texts), Kind::Cat) => {
            let mut levels = (*levels()).clone();
            let code = |text: Option<&str>| text.map_or(MISSING_CODE, |t| levels.add(t));
            let codes: Vec<u32> = texts.iter().map(code).collect();
            Column::Cat(codes.into(), Arc::new(levels))
        }
        (Column::Cat(..), Kind::Text) => {
            Column::text((0..column.len()).map(|row| column.str_at(row)))
        }
        (Column::Bool(values), Kind::Num) => {
            let number = |&b: &u8| match b {
                MISSING_BOOL => f64::NAN,
                b => f64::from(b),
            };
            Column::num(values.iter().map(number))
        }
        (Column::Num(values), Kind::Bool) => booleans(field.name(), values)?,
        (none, kind) if none.missing() == none.len() => missing(kind, none.len(), levels()),
        _ => return Ok(None),
    }))
}

/// 0 and 1 as truth values.
fn booleans(name: &str, values: &[f64]) -> Result<Column> {
    let odd = |v: &f64| !v.is_nan() && *v != 0.0 && *v != 1.0;
    if let Some(row) = values.iter().position(odd) {
        let expected = "0 or 1, for the trained column is boolean";
        return Err(Error::cell(name, row, expected, values[row]));
    }
    Ok(Column::bool(
        values.iter().map(|v| (!v.is_nan()).then_some(*v == 1.0)),
    ))
}

/// A column without values.
fn missing(kind: Kind, rows: usize, levels: Arc<Levels>) -> Column {
    match kind {
        Kind::Num => Column::Num(vec![f64::NAN; rows].into()),
        Kind::Cat => Column::Cat(vec![MISSING_CODE; rows].into(), levels),
        Kind::Text => Column::text(vec![None::<&str>; rows]),
        Kind::Time => Column::Time(vec![MISSING_TIME; rows].into()),
        Kind::Bool => Column::Bool(vec![MISSING_BOOL; rows].into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repr::Repr;
    use proptest::prelude::*;

    fn trained() -> Table {
        Table::new([
            ("price", Column::num([1.0, 2.0])),
            ("city", Column::cat([Some("Riga"), Some("Oslo")])),
            ("note", Column::text([Some("a"), None])),
            ("at", Column::time([Some(0), Some(1)])),
            ("new", Column::bool([Some(true), Some(false)])),
        ])
        .unwrap()
    }

    fn said(e: Error) -> String {
        assert!(e.is_schema() || e.is_data());
        e.to_string()
    }

    #[test]
    fn kinds_convert_by_the_table() {
        let live = Table::new([
            ("new", Column::num([1.0, f64::NAN, 0.0])),
            ("extra", Column::num([9.0; 3])),
            ("note", Column::cat([Some("x"), None, Some("y")])),
            ("city", Column::text([Some("Oslo"), None, Some("Rome")])),
            ("at", Column::time([Some(5), None, Some(7)])),
            ("price", Column::bool([Some(true), None, Some(false)])),
        ])
        .unwrap();
        let live = live.conform(trained().schema()).unwrap();
        live.check(trained().schema()).unwrap();
        let price = live.num_at(0).unwrap();
        assert_eq!((price[0], price[1].is_nan(), price[2]), (1.0, true, 0.0));
        assert_eq!(live.codes_at(1).unwrap(), [1, MISSING_CODE, 2]);
        let notes = [0, 1, 2].map(|row| live.column(2).str_at(row));
        assert_eq!(notes, [Some("x"), None, Some("y")]);
        assert_eq!(live.time_at(3).unwrap(), [5, MISSING_TIME, 7]);
        assert_eq!(live.column(4).as_bool().unwrap(), [1, MISSING_BOOL, 0]);
        let again = live.conform(trained().schema()).unwrap();
        assert_eq!(again.to_string(), live.to_string());
    }

    #[test]
    fn a_column_without_values_is_of_every_kind() {
        let none = || Column::num([f64::NAN; 2]);
        let names = ["price", "city", "note", "at", "new"];
        let live = Table::new(names.map(|n| (n, none()))).unwrap();
        let live = live.conform(trained().schema()).unwrap();
        for (column, like) in live.columns().iter().zip(trained().columns()) {
            assert_eq!((column.kind(), column.missing()), (like.kind(), 2));
        }
    }

    #[test]
    fn only_missing_columns_and_other_kinds_are_refused_and_by_name() {
        let live = Table::new([
            ("zz", Column::num([1.0])),
            ("new", Column::text([Some("yes")])),
            ("city", Column::num([1.0])),
            ("pric", Column::num([1.0])),
            ("at", Column::text([Some("2024-01-01")])),
        ])
        .unwrap();
        assert_eq!(
            said(live.conform(trained().schema()).unwrap_err()),
            "schema changed: `price` (numeric): missing (is it `pric`?); \
             `city`: expected categorical, found numeric; `note` (text): missing; \
             `at`: expected time, found text; `new`: expected boolean, found text"
        );
        let flag = Table::new([("new", Column::bool([Some(true)]))]).unwrap();
        let two = Table::new([("new", Column::num([0.0, 1.0, 2.0]))]).unwrap();
        assert_eq!(
            said(two.conform(flag.schema()).unwrap_err()),
            "column `new`, row 2: expected 0 or 1, for the trained column is boolean, found 2"
        );
    }

    #[test]
    fn plain_checks_say_what_conforming_mends() {
        let t = trained();
        let advice = "; `predict_table`, or `conform` of the table or sample, mends that";
        let said = |names: &[&str]| {
            let e = t.select(names).unwrap().check(t.schema()).unwrap_err();
            e.to_string()
        };
        let turned = said(&["city", "price", "note", "at", "new"]);
        assert_eq!(
            turned,
            format!("schema changed: `price`: expected before `city`{advice}")
        );
        let extra = t.with_column("zz", Column::num([1.0, 2.0])).unwrap();
        let e = extra.check(t.schema()).unwrap_err().to_string();
        assert_eq!(
            e,
            format!("schema changed: `zz` (numeric): not expected{advice}")
        );
        let text = t
            .with_column("city", Column::text([Some("Riga"), None]))
            .unwrap();
        let e = text.check(t.schema()).unwrap_err().to_string();
        assert!(e.contains("found text") && e.ends_with(advice), "{e}");
        let other = t
            .with_column("city", Column::cat([Some("Oslo"), None]))
            .unwrap();
        let e = other.check(t.schema()).unwrap_err().to_string();
        assert!(
            e.contains("coded differently") && e.ends_with(advice),
            "{e}"
        );
        // Nothing of positions where a column is missing, and no promise either.
        let missing = said(&["price", "note", "at", "new"]);
        assert_eq!(missing, "schema changed: `city` (categorical): missing");
    }

    proptest! {
        #[test]
        fn a_shuffled_table_with_more_columns_conforms_to_itself(
            levels in proptest::collection::vec(proptest::option::of("[a-e]{1,2}"), 1..30),
            turn in 0_usize..4,
        ) {
            let n = levels.len();
            let numbers = || Column::num((0..n).map(|i| i as f64));
            let cat = Column::cat(levels.iter().map(Option::as_deref));
            let whole = Table::new([("x", numbers()), ("c", cat), ("z", numbers())]).unwrap();
            let mut names = ["x", "c", "z", "more"];
            names.rotate_left(turn);
            let turned = whole.with_column("more", numbers()).unwrap().select(&names).unwrap();
            let back = turned.conform(whole.schema()).unwrap();
            prop_assert_eq!(back.to_string(), whole.to_string());
            // Other codes for the same levels mean the same after conforming.
            let mut names = whole.column(1).levels().unwrap().names().to_vec();
            names.reverse();
            let (last, own) = (names.len() as u32, whole.codes_at(1).unwrap());
            let codes = own.iter().map(|&c| if c == MISSING_CODE { c } else { last - 1 - c });
            let turned = Arc::new(Levels::try_from(names).unwrap());
            let other = Column::cat_from_codes(codes.collect(), turned).unwrap();
            let other = whole.with_column("c", other).unwrap();
            let text = whole.with_column("c", Column::text(levels.iter().map(Option::as_deref))).unwrap();
            for live in [other, text] {
                let live = live.conform(whole.schema()).unwrap();
                prop_assert_eq!(live.codes_at(1), whole.codes_at(1));
            }
        }
    }
}
