//! Public ids of users or items, and the numbers that rankers know them by.

use super::ranker::Scored;
use crate::error::{Error, Result, hint};
use crate::schema::Levels;
#[cfg(feature = "table")]
use crate::schema::{Kind, MISSING_CODE};
#[cfg(feature = "table")]
use crate::table::{Column, Table};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Ids of users or items, numbered from 0 in order of first appearance: Spark's `StringIndexer`,
/// RecTools' `IdMap`, the mapping of LightFM's `Dataset`. Cheap to clone.
///
/// Rankers, interactions and services speak of numbers inside; whoever calls them speaks of ids. An
/// index translates both ways.
///
/// ```
/// use ml_data::contract::{IdIndex, Scored};
/// let items = IdIndex::new(["mug", "pan", "lamp"])?;
/// assert_eq!(items.index("lamp"), Some(2));
/// assert_eq!(items.id(1), Some("pan"));
/// let list = [Scored { item: 2, score: 0.9 }, Scored { item: 0, score: 0.4 }];
/// assert_eq!(items.ids(&list)?, ["lamp", "mug"]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdIndex(Arc<Levels>);

impl IdIndex {
    /// Ids in the order of their numbers.
    ///
    /// # Errors
    /// [`Error::Duplicate`] for an id that is given twice.
    pub fn new(ids: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        let mut levels = Levels::default();
        for (second, id) in ids.into_iter().enumerate() {
            let first = levels.add(id.as_ref()) as usize;
            if first < second {
                return Err(Error::Duplicate {
                    what: "id".into(),
                    name: id.as_ref().into(),
                    first,
                    second,
                });
            }
        }
        Ok(Self(levels.into()))
    }

    /// The ids of a column, and the number of each row's.
    ///
    /// Text and categories are ids as they are. Numbers have to be whole and at most 2^53 in size,
    /// so that no two ids become one: `17850` is the id `17850`.
    ///
    /// ```
    /// use ml_data::contract::IdIndex;
    /// use ml_data::prelude::*;
    /// let table = Table::new([("customer", Column::num([17850.0, 13047.0, 17850.0]))])?;
    /// let (customers, numbers) = IdIndex::from_column(&table, "customer")?;
    /// assert_eq!((customers.id(0), numbers), (Some("17850"), vec![0, 1, 0]));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column; one of times or booleans; a missing value, a fraction, an infinity or a
    /// number past 2^53, with its row.
    #[cfg(feature = "table")]
    pub fn from_column(table: &Table, name: &str) -> Result<(Self, Vec<u32>)> {
        let mut levels = Levels::default();
        let missing = |row| {
            Error::cell(
                name,
                row,
                "an id (`filter_by` drops rows)",
                "a missing value",
            )
        };
        let column = table.column_named(name)?;
        let numbers: Result<Vec<u32>> = match column {
            Column::Text(texts) => {
                let number = |(row, text): (usize, Option<&str>)| {
                    text.map(|id| levels.add(id)).ok_or_else(|| missing(row))
                };
                texts.iter().enumerate().map(number).collect()
            }
            Column::Cat(codes, names) => {
                let mut numbers = vec![MISSING_CODE; names.len()];
                let number = |(row, &code): (usize, &u32)| {
                    let id = names.name(code).ok_or_else(|| missing(row))?;
                    let number = &mut numbers[code as usize];
                    if *number == MISSING_CODE {
                        *number = levels.add(id);
                    }
                    Ok(*number)
                };
                codes.iter().enumerate().map(number).collect()
            }
            Column::Num(values) => {
                let mut known = foldhash::HashMap::<i64, u32>::default();
                let number = |(row, &value): (usize, &f64)| {
                    let whole = whole(value).ok_or_else(|| match value.is_nan() {
                        true => missing(row),
                        false => Error::cell(name, row, "a whole number up to 2^53", value),
                    })?;
                    let number = known.entry(whole);
                    Ok(*number.or_insert_with(|| levels.add(&whole.to_string())))
                };
                values.iter().enumerate().map(number).collect()
            }
            Column::Time(_) | Column::Bool(_) => {
                return Err(Error::column_kind(
                    "IdIndex",
                    name,
                    Kind::Cat,
                    column.kind(),
                ));
            }
        };
        Ok((Self(levels.into()), numbers?))
    }

    /// The number of an id, which is the next one when the id is new.
    pub fn insert(&mut self, id: &str) -> u32 {
        Arc::make_mut(&mut self.0).add(id)
    }

    /// The number of an id.
    pub fn index(&self, id: &str) -> Option<u32> {
        self.0.code(id)
    }

    /// The number of an id that has to be there; `what` names it in the error (`user`, `item`).
    ///
    /// # Errors
    /// [`Error::Value`] for an unknown id, with the nearest one.
    pub fn require(&self, what: &str, id: &str) -> Result<u32> {
        self.index(id).ok_or_else(|| {
            // Of a million ids one is near by chance, and comparing with them all takes seconds.
            let hint = hint(id, self.iter().take(100_000));
            Error::value(what, "a known id", format!("`{id}`{hint}"))
        })
    }

    /// The id of a number.
    pub fn id(&self, number: u32) -> Option<&str> {
        self.0.name(number)
    }

    /// The ids of a ranked list, in its order.
    ///
    /// # Errors
    /// [`Error::Value`] for an item that has no id here: the list comes from a ranker of other
    /// items.
    pub fn ids(&self, list: &[Scored]) -> Result<Vec<&str>> {
        let id = |scored: &Scored| {
            self.id(scored.item).ok_or_else(|| {
                let expected = format!("a number below {}", self.len());
                Error::value("ranked item", expected, scored.item)
            })
        };
        list.iter().map(id).collect()
    }

    /// All ids, in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.names().iter().map(|id| &**id)
    }

    /// Number of ids.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A number that stands for itself alone: whole, and of a size up to which `f64` has them all.
#[cfg(feature = "table")]
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbered_once_and_translated_both_ways() {
        let index = IdIndex::new(["b", "a", "é", ""]).unwrap();
        assert_eq!((index.len(), index.is_empty()), (4, false));
        assert_eq!(
            ["b", "a", "é", "", "c"].map(|id| index.index(id)),
            [Some(0), Some(1), Some(2), Some(3), None]
        );
        assert_eq!([0, 2, 4].map(|n| index.id(n)), [Some("b"), Some("é"), None]);
        assert_eq!(index.iter().collect::<Vec<_>>(), ["b", "a", "é", ""]);
        let twice = IdIndex::new(["b", "a", "c", "a"]).unwrap_err().to_string();
        assert_eq!(twice, "duplicate id `a`, at 1 and 3");
        let mut more = index.clone();
        assert_eq!(["a", "d", "b", "d"].map(|id| more.insert(id)), [1, 4, 0, 4]);
        assert_eq!((more.len(), index.len()), (5, 4));
    }

    #[test]
    fn what_is_unknown_is_named() {
        let users = IdIndex::new(["user12", "user34"]).unwrap();
        assert_eq!(users.require("user", "user34").unwrap(), 1);
        assert_eq!(
            users.require("user", "user35").unwrap_err().to_string(),
            "user: expected a known id, found `user35` (is it `user34`?)"
        );
        let list = [1, 2].map(|item| Scored { item, score: 0.0 });
        assert_eq!(users.ids(&list[..1]).unwrap(), ["user34"]);
        assert_eq!(
            users.ids(&list).unwrap_err().to_string(),
            "ranked item: expected a number below 2, found 2"
        );
    }

    #[test]
    fn json_is_the_list_of_ids_and_has_each_once() {
        let index = IdIndex::new(["b", "a"]).unwrap();
        let json = serde_json::to_string(&index).unwrap();
        assert_eq!(json, r#"["b","a"]"#);
        let back: IdIndex = serde_json::from_str(&json).unwrap();
        assert_eq!((back.index("a"), &back), (Some(1), &index));
        assert!(serde_json::from_str::<IdIndex>(r#"["b","b"]"#).is_err());
    }

    #[cfg(feature = "table")]
    #[test]
    fn columns_are_numbered_by_first_appearance_whatever_their_kind() {
        let cat = Column::cat(["x", "b", "a", "b"].map(Some));
        let table = Table::new([
            ("num", Column::num([-1.0, 3e15, -0.0, 3e15])),
            ("text", Column::text(["-1", "3", "0", "3"].map(Some))),
            ("cat", cat),
        ])
        .unwrap();
        let of = |table: &Table, name: &str| {
            let (index, numbers) = IdIndex::from_column(table, name).unwrap();
            let ids: Vec<String> = index.iter().map(Into::into).collect();
            (ids.join(" "), numbers)
        };
        assert_eq!(
            of(&table, "num"),
            ("-1 3000000000000000 0".into(), vec![0, 1, 2, 1])
        );
        assert_eq!(of(&table, "text"), ("-1 3 0".into(), vec![0, 1, 2, 1]));
        // Levels that no row has are no ids.
        assert_eq!(of(&table.tail(3), "cat"), ("b a".into(), vec![0, 1, 0]));
    }

    #[cfg(feature = "table")]
    #[test]
    fn what_is_no_id_is_refused_by_row() {
        let exact = (1_u64 << 53) as f64;
        let table = Table::new([
            ("fraction", Column::num([1.0, 1.5])),
            ("large", Column::num([exact, exact + 2.0])),
            ("infinite", Column::num([1.0, f64::NEG_INFINITY])),
            ("number", Column::num([1.0, f64::NAN])),
            ("text", Column::text([Some("a"), None])),
            ("cat", Column::cat([Some("a"), None])),
            ("time", Column::time([Some(1), Some(2)])),
            ("bool", Column::bool([Some(true), None])),
        ])
        .unwrap();
        let no_number = |found: &str| format!("expected a whole number up to 2^53, found {found}");
        for (name, said) in [
            ("fraction", no_number("1.5")),
            ("large", no_number("9007199254740994")),
            ("infinite", no_number("-inf")),
            (
                "number",
                "expected an id (`filter_by` drops rows), found a missing value".into(),
            ),
            (
                "text",
                "expected an id (`filter_by` drops rows), found a missing value".into(),
            ),
            (
                "cat",
                "expected an id (`filter_by` drops rows), found a missing value".into(),
            ),
        ] {
            let e = IdIndex::from_column(&table, name).unwrap_err().to_string();
            assert_eq!(e, format!("column `{name}`, row 1: {said}"));
        }
        for name in ["time", "bool", "tex"] {
            let e = IdIndex::from_column(&table, name).unwrap_err();
            assert!(e.is_schema() && e.to_string().contains(name), "{e}");
        }
    }
}
