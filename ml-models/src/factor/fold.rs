//! New users and items without a new fit.

use super::fitted::{Derived, FittedImplicitAls, unknown};
use super::interactions::Entries;
use super::matrix::Factors;
use super::solve::{Scratch, Solver};
use ml_data::{Error, Result};

/// A list of `(id, value)` as checked, merged entries.
fn entries(list: &[(u32, f32)], known: usize, what: &str) -> Result<(Vec<u32>, Vec<f32>)> {
    for &(id, v) in list {
        if id as usize >= known {
            return Err(unknown(what, id, known));
        }
        if !(v >= 0.0 && v.is_finite()) {
            return Err(Error::value(
                format!("value of {what} {id}"),
                "a finite number of at least 0",
                v,
            ));
        }
    }
    let mut list = list.to_vec();
    list.sort_by_key(|e| e.0);
    list.dedup_by(|b, a| {
        let same = a.0 == b.0;
        if same {
            a.1 += b.1;
        }
        same
    });
    Ok(list.into_iter().unzip())
}

impl FittedImplicitAls {
    /// The factors of a user with this history of `(item, value)`, in any order, duplicates added
    /// up: the exact solution with the items as they are, what one more half-iteration would give.
    /// A user without history gets zeros.
    ///
    /// ```
    /// use ml_models::factor::{ImplicitAls, Interactions};
    /// let pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)];
    /// let seen = Interactions::from_pairs(4, 4, pairs)?;
    /// let model = ImplicitAls::new().factors(2).alpha(10.0).fit(&seen)?;
    /// let new = model.fold_in_user(&[(2, 1.0)])?;
    /// let best = model.recommend_to(&new, 1, &[2])?;
    /// assert_eq!(best[0].item, 3);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// An unknown item; a negative or non-finite value; a singular system (regularization near 0).
    pub fn fold_in_user(&self, history: &[(u32, f32)]) -> Result<Vec<f32>> {
        let (ids, values) = entries(history, self.items(), "item")?;
        self.solve(
            &self.items,
            &self.derived.item_gram,
            Entries {
                ids: &ids,
                values: &values,
            },
            "new user",
        )
    }

    /// The factors of an item with this history of `(user, value)`.
    ///
    /// # Errors
    /// As [`fold_in_user`](Self::fold_in_user).
    pub fn fold_in_item(&self, history: &[(u32, f32)]) -> Result<Vec<f32>> {
        let (ids, values) = entries(history, self.users(), "user")?;
        self.solve(
            &self.users,
            &self.derived.user_gram,
            Entries {
                ids: &ids,
                values: &values,
            },
            "new item",
        )
    }

    fn solve(
        &self,
        y: &Factors,
        gram: &[f32],
        e: Entries<'_>,
        what: &'static str,
    ) -> Result<Vec<f32>> {
        let mut scratch = Scratch::new(y.factors(), Solver::Cholesky);
        let mut x = vec![0.0; y.stride()];
        if !e.ids.is_empty() {
            self.params
                .side(self.derived.isa, y, gram, what)
                .solve_one(e, &mut x, &mut scratch)?;
        }
        x.truncate(y.factors());
        Ok(x)
    }

    /// The factors of a user with checked entries, in reused memory; padded.
    pub(super) fn fold_into(
        &self,
        e: Entries<'_>,
        x: &mut Vec<f32>,
        scratch: &mut Option<(usize, Scratch)>,
    ) -> Result<()> {
        let y = &self.items;
        x.resize(y.stride(), 0.0);
        if scratch.as_ref().is_none_or(|s| s.0 != y.factors()) {
            *scratch = Some((y.factors(), Scratch::new(y.factors(), Solver::Cholesky)));
        }
        match scratch {
            Some((_, s)) => self
                .params
                .side(self.derived.isa, y, &self.derived.item_gram, "session")
                .solve_one(e, x, s),
            None => Ok(()),
        }
    }

    /// Replaces or adds users: each gets the factors of its full new history, solved with the items
    /// as they are. Unknown ids extend the model; numbers skipped on the way get zero factors.
    ///
    /// # Errors
    /// As [`fold_in_user`](Self::fold_in_user), for the id `u32::MAX`, and for ids so high that the
    /// factors up to them take more memory than [`ImplicitAls::limits`](super::ImplicitAls::limits)
    /// allow; the model is then unchanged.
    pub fn partial_fit_users(&mut self, users: &[(u32, Vec<(u32, f32)>)]) -> Result<()> {
        let solved: Vec<_> = users
            .iter()
            .map(|(u, h)| Ok((*u, self.fold_in_user(h)?)))
            .collect::<Result<_>>()?;
        self.params.check_size(rows_with(&solved), 0)?;
        let mut users = self.users.clone();
        store(&mut users, &solved, "user")?;
        let derived = Derived::new(&self.params, self.derived.isa, &users, &self.items)?;
        (self.users, self.derived) = (users, derived);
        Ok(())
    }

    /// Replaces or adds items, as [`partial_fit_users`](Self::partial_fit_users) does for users.
    ///
    /// # Errors
    /// As [`partial_fit_users`](Self::partial_fit_users).
    pub fn partial_fit_items(&mut self, items: &[(u32, Vec<(u32, f32)>)]) -> Result<()> {
        let solved: Vec<_> = items
            .iter()
            .map(|(i, h)| Ok((*i, self.fold_in_item(h)?)))
            .collect::<Result<_>>()?;
        self.params.check_size(0, rows_with(&solved))?;
        let mut items = self.items.clone();
        store(&mut items, &solved, "item")?;
        let derived = Derived::new(&self.params, self.derived.isa, &self.users, &items)?;
        (self.items, self.derived) = (items, derived);
        Ok(())
    }
}

/// Rows up to the highest id.
fn rows_with(solved: &[(u32, Vec<f32>)]) -> usize {
    (solved.iter().map(|(id, _)| *id as usize + 1))
        .max()
        .unwrap_or(0)
}

/// Writes solved rows, making room for new ones.
fn store(to: &mut Factors, solved: &[(u32, Vec<f32>)], what: &str) -> Result<()> {
    if solved.iter().any(|(id, _)| *id == u32::MAX) {
        return Err(unknown(what, u32::MAX, u32::MAX as usize));
    }
    to.grow(rows_with(solved));
    for (id, x) in solved {
        to.row_mut(*id as usize)[..x.len()].copy_from_slice(x);
    }
    to.check_finite(what)
}
