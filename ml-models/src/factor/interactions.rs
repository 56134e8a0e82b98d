//! Interactions of users with items: a sparse matrix kept by user and by item.

mod cold;
mod ids;
#[cfg(feature = "table")]
mod table;

pub use cold::ColdIds;

use crate::limits::ModelLimits;
use ml_data::contract::IdIndex;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// The entries of one user or one item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entries<'a> {
    /// Items of a user, or users of an item, ascending.
    pub ids: &'a [u32],
    /// One value each.
    pub values: &'a [f32],
}

impl<'a> Entries<'a> {
    /// Pairs of id and value.
    pub fn iter(self) -> impl ExactSizeIterator<Item = (u32, f32)> + 'a {
        self.ids.iter().copied().zip(self.values.iter().copied())
    }
}

/// Compressed sparse rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Csr {
    /// Row `r` holds the entries `start[r]..start[r + 1]`.
    pub(crate) start: Vec<usize>,
    pub(crate) ids: Vec<u32>,
    pub(crate) values: Vec<f32>,
}

impl Csr {
    /// The number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    /// One row; empty past the last.
    pub(crate) fn row(&self, r: usize) -> Entries<'_> {
        let range = match (self.start.get(r), self.start.get(r + 1)) {
            (Some(&from), Some(&to)) => from..to,
            _ => 0..0,
        };
        Entries {
            ids: &self.ids[range.clone()],
            values: &self.values[range],
        }
    }

    /// The same entries by column. Within a column, rows ascend.
    fn transpose(&self, columns: usize) -> Csr {
        let entries =
            (0..self.rows()).flat_map(|r| self.row(r).iter().map(move |(id, v)| (id, r as u32, v)));
        scatter(columns, &self.ids, entries)
    }

    /// Adds up neighbours with the same id, in order.
    fn merge_duplicates(&mut self) {
        let (mut to, mut from) = (0, 0);
        for r in 1..self.start.len() {
            let end = self.start[r];
            while from < end {
                let (id, mut sum) = (self.ids[from], 0.0f64);
                while from < end && self.ids[from] == id {
                    sum += f64::from(self.values[from]);
                    from += 1;
                }
                (self.ids[to], self.values[to]) = (id, sum as f32);
                to += 1;
            }
            self.start[r] = to;
        }
        self.ids.truncate(to);
        self.values.truncate(to);
    }
}

/// Sorts `(row, id, value)` entries into rows by counting, in order of arrival within a row. `keys`
/// are their rows.
fn scatter(rows: usize, keys: &[u32], entries: impl Iterator<Item = (u32, u32, f32)>) -> Csr {
    let mut start = vec![0usize; rows + 1];
    for &r in keys {
        start[r as usize + 1] += 1;
    }
    for r in 0..rows {
        start[r + 1] += start[r];
    }
    let mut next = start.clone();
    // id and value travel as one word: one cache line touched an entry
    let mut packed = vec![(0u32, 0f32); keys.len()];
    for (r, id, v) in entries {
        let at = &mut next[r as usize];
        packed[*at] = (id, v);
        *at += 1;
    }
    Csr {
        start,
        ids: packed.iter().map(|p| p.0).collect(),
        values: packed.iter().map(|p| p.1).collect(),
    }
}

/// A sparse users x items matrix of non-negative values (counts, seconds, money), readable by user
/// and by item.
///
/// Users and items are numbered from 0, and carry their public ids where they were given by id
/// ([`from_ids`](Self::from_ids), `from_table`): [`user_index`](Self::user_index) and
/// [`item_ids`](Self::item_ids) translate. Pairs that occur more than once are added up. What the
/// value means is the model's business: [`ImplicitAls`](super::ImplicitAls) reads it as confidence,
/// [`Popularity`](crate::baseline::Popularity) as weight.
///
/// ```
/// use ml_models::factor::Interactions;
/// let triples = [(0, 2, 1.0), (1, 0, 4.0), (0, 2, 0.5), (0, 1, 1.0)];
/// let seen = Interactions::from_triples(2, 3, triples)?;
/// assert_eq!(seen.user(0).ids, [1, 2]);
/// assert_eq!(seen.user(0).values, [1.0, 1.5]);
/// assert_eq!(seen.item(0).ids, [1]);
/// assert_eq!(seen.len(), 3);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
/// A pair that is not listed was not observed. A listed value may be 0 (observed, worth nothing)
/// but not NaN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct Interactions {
    items: usize,
    by_user: Csr,
    #[serde(skip)]
    by_item: Csr,
    /// Empty where users and items are known by number alone.
    user_ids: IdIndex,
    item_ids: IdIndex,
}

/// The stored form: one orientation.
#[derive(Deserialize)]
struct Saved {
    items: usize,
    by_user: Csr,
    user_ids: IdIndex,
    item_ids: IdIndex,
}

impl TryFrom<Saved> for Interactions {
    type Error = Error;
    fn try_from(s: Saved) -> Result<Self> {
        let c = &s.by_user;
        let n = c.ids.len();
        let shaped = c.start.first() == Some(&0)
            && c.start.last() == Some(&n)
            && c.start.is_sorted()
            && c.values.len() == n;
        let ascending = shaped && (0..c.rows()).all(|r| c.row(r).ids.is_sorted_by(|a, b| a < b));
        let known = c.ids.iter().all(|&i| (i as usize) < s.items)
            && c.values.iter().all(|v| *v >= 0.0 && v.is_finite());
        if !(ascending && known) {
            return Err(Error::value(
                "saved interactions",
                "rows of ascending items with finite values",
                "damaged data",
            ));
        }
        check_rows(ModelLimits::default(), c.rows(), s.items)?;
        let by_item = c.transpose(s.items);
        let read = Interactions {
            items: s.items,
            by_user: s.by_user,
            by_item,
            user_ids: IdIndex::default(),
            item_ids: IdIndex::default(),
        };
        if s.user_ids.is_empty() && s.item_ids.is_empty() {
            return Ok(read);
        }
        read.with_ids(s.user_ids, s.item_ids)
    }
}

impl Interactions {
    /// Builds the matrix from `(user, item, value)` triples in any order, adding up duplicates.
    ///
    /// # Errors
    /// A value that is negative, NaN or infinite (also as a sum); an id that is not below its
    /// count; a count above `u32::MAX`, or
    /// [`Error::Limit`] for counts that take more memory than [`ModelLimits::bytes`].
    pub fn from_triples(
        users: usize,
        items: usize,
        triples: impl IntoIterator<Item = (u32, u32, f32)>,
    ) -> Result<Self> {
        Self::from_triples_within(ModelLimits::default(), users, items, triples)
    }

    /// Builds the matrix as [`from_triples`](Self::from_triples) does, with other limits: each user
    /// and item takes 16 bytes while it is made, with entries or without.
    ///
    /// # Errors
    /// As [`from_triples`](Self::from_triples).
    pub fn from_triples_within(
        limits: ModelLimits,
        users: usize,
        items: usize,
        triples: impl IntoIterator<Item = (u32, u32, f32)>,
    ) -> Result<Self> {
        for (what, n) in [("users", users), ("items", items)] {
            if n > u32::MAX as usize {
                return Err(Error::value(what, "at most 4294967295 rows", n));
            }
        }
        check_rows(limits, users, items)?;
        let triples: Vec<_> = triples.into_iter().collect();
        for (row, &(u, i, v)) in triples.iter().enumerate() {
            if u as usize >= users || i as usize >= items || !(v >= 0.0 && v.is_finite()) {
                return Err(refuse(row, (u, i, v), users, items));
            }
        }
        Self::from_checked(users, items, &triples)
    }

    /// Builds the matrix from `(user, item)` pairs, each worth 1; a pair that occurs n times is
    /// worth n.
    ///
    /// # Errors
    /// As [`Interactions::from_triples`].
    pub fn from_pairs(
        users: usize,
        items: usize,
        pairs: impl IntoIterator<Item = (u32, u32)>,
    ) -> Result<Self> {
        Self::from_triples(users, items, pairs.into_iter().map(|(u, i)| (u, i, 1.0)))
    }

    fn from_checked(users: usize, items: usize, triples: &[(u32, u32, f32)]) -> Result<Self> {
        let keys: Vec<u32> = triples.iter().map(|t| t.0).collect();
        let mut by_user = if triples.is_sorted_by(|a, b| (a.0, a.1) <= (b.0, b.1)) {
            scatter(users, &keys, triples.iter().copied())
        } else {
            // first by item, then stably by user: rows come out with ascending items
            let item_keys: Vec<u32> = triples.iter().map(|t| t.1).collect();
            let by_item = scatter(
                items,
                &item_keys,
                triples.iter().map(|&(u, i, v)| (i, u, v)),
            );
            by_item.transpose(users)
        };
        by_user.merge_duplicates();
        if let Some(at) = by_user.values.iter().position(|v| !v.is_finite()) {
            let user = by_user.start.partition_point(|&s| s <= at) - 1;
            let pair = format!("the sum of user {user}, item {}", by_user.ids[at]);
            return Err(Error::value(&pair, "a finite f32", "infinity"));
        }
        let by_item = by_user.transpose(items);
        Ok(Interactions {
            items,
            by_user,
            by_item,
            user_ids: IdIndex::default(),
            item_ids: IdIndex::default(),
        })
    }

    /// The number of users.
    #[must_use]
    pub fn users(&self) -> usize {
        self.by_user.rows()
    }

    /// The number of items.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items
    }

    /// The number of distinct pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_user.ids.len()
    }

    /// True when there is no pair at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A user's items, ascending; nothing for a user past the last.
    #[must_use]
    pub fn user(&self, user: u32) -> Entries<'_> {
        self.by_user.row(user as usize)
    }

    /// An item's users, ascending; nothing for an item past the last.
    #[must_use]
    pub fn item(&self, item: u32) -> Entries<'_> {
        self.by_item.row(item as usize)
    }

    /// All pairs, by user, then item.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32, f32)> + '_ {
        (0..self.users() as u32).flat_map(move |u| self.user(u).iter().map(move |(i, v)| (u, i, v)))
    }

    /// All pairs without their values: what a service is told that users have already.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.iter().map(|(user, item, _)| (user, item))
    }

    /// The rows of users.
    #[cfg(feature = "linalg")]
    pub(crate) fn by_user(&self) -> &Csr {
        &self.by_user
    }

    /// The rows of items.
    #[cfg(feature = "linalg")]
    pub(crate) fn by_item(&self) -> &Csr {
        &self.by_item
    }
}

/// Refuses so many users and items that their numbers alone take more memory than allowed.
fn check_rows(limits: ModelLimits, users: usize, items: usize) -> Result<()> {
    limits.check_bytes(
        &format!("Interactions of {users} users and {items} items"),
        [users.saturating_add(items)],
        16,
        "`Interactions::from_triples_within`; or number users and items from 0 up without gaps",
    )
}

/// The error of a triple.
fn refuse(row: usize, (u, i, v): (u32, u32, f32), users: usize, items: usize) -> Error {
    if u as usize >= users {
        Error::cell("user", row, format!("an id below {users}"), u)
    } else if i as usize >= items {
        Error::cell("item", row, format!("an id below {items}"), i)
    } else {
        Error::cell("value", row, "a finite number of at least 0", v)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_ids;
