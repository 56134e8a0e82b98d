//! The best items of a user, one at a time or many at once.

use super::fitted::FittedImplicitAls;
use super::index::length;
use super::interactions::Interactions;
use super::kernel::{GROUP, Group};
use super::top::Top;
use ml_data::contract::{Candidates, Scored};
use ml_data::{Error, Result};
use rayon::prelude::*;
use std::borrow::Cow;

/// Room for one ranking; reused, it allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct RankScratch {
    top: Top,
    scores: Vec<f32>,
}

/// The best items of many users.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendations {
    start: Vec<usize>,
    scored: Vec<Scored>,
}

impl Recommendations {
    /// The number of users.
    #[must_use]
    pub fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// True when no user was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items of the `i`-th user asked for, best first; nothing past the last.
    #[must_use]
    pub fn row(&self, i: usize) -> &[Scored] {
        match (self.start.get(i), self.start.get(i + 1)) {
            (Some(&from), Some(&to)) => &self.scored[from..to],
            _ => &[],
        }
    }

    /// Every user's items, in the order asked for.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[Scored]> {
        self.start.windows(2).map(|w| &self.scored[w[0]..w[1]])
    }
}

impl FittedImplicitAls {
    /// The `k` best items for a known user, without those in `seen` (usually the data of the fit):
    /// highest dot product first, ties by lower item id. Fewer than `k` if there are no more.
    ///
    /// # Errors
    /// A user the model does not know.
    pub fn recommend(&self, user: u32, k: usize, seen: &Interactions) -> Result<Vec<Scored>> {
        self.known_user(user)?;
        self.recommend_to(self.user_factors_padded(user), k, seen.user(user).ids)
    }

    /// The `k` best items for the factors of a user, such as those of
    /// [`fold_in_user`](Self::fold_in_user), without the ids in `seen`, which come in any order.
    ///
    /// # Errors
    /// The wrong number of factors; factors that are not finite.
    pub fn recommend_to(&self, user: &[f32], k: usize, seen: &[u32]) -> Result<Vec<Scored>> {
        self.check_user(user)?;
        let mut seen = Cow::Borrowed(seen);
        if !seen.is_sorted() {
            seen.to_mut().sort_unstable();
        }
        let (mut top, mut out) = (Top::default(), Vec::new());
        top.start(k.min(self.items()));
        self.derived
            .index
            .search(self.derived.isa, user, &mut top, |item| {
                seen.binary_search(&item).is_ok()
            });
        top.finish(&mut out);
        Ok(out)
    }

    /// [`recommend`](Self::recommend) for many users, in parallel and several times faster for
    /// each; the same items and scores, bit for bit. Without `seen`, no item is left out.
    ///
    /// # Errors
    /// A user the model does not know.
    pub fn recommend_batch(
        &self,
        users: &[u32],
        k: usize,
        seen: Option<&Interactions>,
    ) -> Result<Recommendations> {
        for &user in users {
            self.known_user(user)?;
        }
        let k = k.min(self.items());
        let groups: Vec<(Vec<usize>, Vec<Scored>)> = users
            .par_chunks(GROUP)
            .map_init(
                || (vec![Top::default(); GROUP], Group::default()),
                |(tops, work), users| {
                    let rows: Vec<&[f32]> =
                        users.iter().map(|&u| self.user_factors_padded(u)).collect();
                    tops.iter_mut().for_each(|t| t.start(k));
                    let skip = |u: usize, item| {
                        seen.is_some_and(|s| s.user(users[u]).ids.binary_search(&item).is_ok())
                    };
                    self.derived
                        .index
                        .search_group(self.derived.isa, &rows, tops, work, skip);
                    let (mut ends, mut out) = (
                        Vec::with_capacity(users.len()),
                        Vec::with_capacity(users.len() * k),
                    );
                    for top in &mut tops[..users.len()] {
                        top.finish(&mut out);
                        ends.push(out.len());
                    }
                    (ends, out)
                },
            )
            .collect();
        let mut start = Vec::with_capacity(users.len() + 1);
        start.push(0);
        let mut scored = Vec::with_capacity(users.len() * k);
        for (ends, out) in &groups {
            start.extend(ends.iter().map(|e| scored.len() + e));
            scored.extend_from_slice(out);
        }
        Ok(Recommendations { start, scored })
    }

    /// Ranks the items of `among` by the factors of a user into `out`, best first; allocates
    /// nothing once `scratch` and `out` are warm. Ids in [`Candidates::Only`] that the model does
    /// not know are left out, repeated ones ranked once.
    ///
    /// # Errors
    /// The wrong number of factors; factors that are not finite.
    pub fn rank_factors_into(
        &self,
        user: &[f32],
        among: Candidates<'_>,
        k: usize,
        scratch: &mut RankScratch,
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        self.check_user(user)?;
        self.rank(user, among, k, scratch, out);
        Ok(())
    }

    pub(super) fn rank(
        &self,
        user: &[f32],
        among: Candidates<'_>,
        k: usize,
        scratch: &mut RankScratch,
        out: &mut Vec<Scored>,
    ) {
        let (d, top) = (&self.derived, &mut scratch.top);
        out.clear();
        match among {
            Candidates::All => {
                top.start(k.min(self.items()));
                d.index.search(d.isa, user, top, |_| false);
            }
            Candidates::Except(set) => {
                top.start(k.min(self.items()));
                d.index.search(d.isa, user, top, |item| set.contains(item));
            }
            Candidates::Only(list) => {
                top.start(k.min(list.len()));
                self.rank_list(user, list, top, &mut scratch.scores);
            }
        }
        top.finish(out);
    }

    fn rank_list(&self, user: &[f32], list: &[u32], top: &mut Top, scores: &mut Vec<f32>) {
        let mut known = [0u32; 64];
        scores.resize(known.len(), 0.0);
        let mut list = list
            .iter()
            .copied()
            .filter(|&i| (i as usize) < self.items())
            .peekable();
        while list.peek().is_some() {
            let mut n = 0;
            for (to, id) in known.iter_mut().zip(&mut list) {
                *to = id;
                n += 1;
            }
            self.derived.isa.scores(
                self.items.matrix(),
                self.items.factors(),
                &known[..n],
                user,
                &mut scores[..n],
            );
            for (&item, &score) in known[..n].iter().zip(scores.iter()) {
                if top.wants(score, item) && !top.holds(score, item) {
                    top.push(score, item);
                }
            }
        }
    }

    pub(super) fn user_factors_padded(&self, user: u32) -> &[f32] {
        self.users.row(user as usize)
    }

    /// `user` has one value a factor, padding allowed, and cannot overflow a score.
    fn check_user(&self, user: &[f32]) -> Result<()> {
        let (n, stride) = (self.items.factors(), self.items.stride());
        if user.len() != n && user.len() != stride {
            return Err(Error::value(
                "user factors",
                format!("{n} values"),
                user.len(),
            ));
        }
        let long = length(&user[..n]);
        if long.is_finite() && long * self.derived.index.longest() < f64::from(f32::MAX) {
            Ok(())
        } else {
            Err(Error::value(
                "user factors",
                "finite factors and scores",
                format!("length {long}"),
            ))
        }
    }
}
