//! Factors behind the ranking contract: for known users, and for visitors known by their session
//! alone.

use super::fitted::FittedImplicitAls;
use super::interactions::Entries;
use super::recommend::RankScratch;
use super::solve::Scratch;
use ml_data::contract::{ByItems, ByUser, Candidates, Ranker, Scored};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Ranks for users of the fit. A user the model does not know, or knows nothing about, gets no
/// answer.
impl Ranker for FittedImplicitAls {
    type Query = ByUser;
    type Scratch = RankScratch;

    fn rank_into(
        &self,
        user: u32,
        among: Candidates<'_>,
        k: usize,
        scratch: &mut RankScratch,
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        out.clear();
        if (user as usize) < self.users() {
            let factors = self.user_factors_padded(user);
            if factors.iter().any(|&x| x != 0.0) {
                self.rank(factors, among, k, scratch, out);
            }
        }
        Ok(())
    }
    fn item_count(&self) -> Option<usize> {
        Some(self.items())
    }
    fn user_count(&self) -> Option<usize> {
        Some(self.users())
    }
}

/// Ranks for visitors by the items of their session: folds the session in as a new user, then ranks
/// by those factors.
///
/// Every occurrence of an item adds the same value. Items the model does not know say nothing about
/// the visitor and are passed over; a session without known items gets no answer. The session's
/// items stay candidates: exclude them with [`Candidates::Except`].
///
/// ```
/// use ml_data::contract::{Candidates, ItemSet, Ranker};
/// use ml_models::factor::{FoldIn, ImplicitAls, Interactions};
/// let pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)];
/// let seen = Interactions::from_pairs(4, 4, pairs)?;
/// let model = ImplicitAls::new().factors(2).alpha(10.0).fit(&seen)?;
/// let ranker = FoldIn::new(model.into());
/// let (mut scratch, mut out) = Default::default();
/// ranker.rank_into(&[0], Candidates::Except(&ItemSet::new(vec![0])), 1, &mut scratch, &mut out)?;
/// assert_eq!(out[0].item, 1);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// Stored, it holds the factors of its model, also where another ranker beside it has the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FoldIn {
    model: Arc<FittedImplicitAls>,
    value: f32,
}

/// Room for one session's system and ranking.
#[derive(Debug, Default)]
pub struct FoldScratch {
    solve: Option<(usize, Scratch)>,
    ids: Vec<u32>,
    values: Vec<f32>,
    user: Vec<f32>,
    rank: RankScratch,
}

impl FoldIn {
    /// Every item of a session counts as an interaction of value 1.
    #[must_use]
    pub fn new(model: Arc<FittedImplicitAls>) -> Self {
        FoldIn { model, value: 1.0 }
    }

    /// The value of an item of the session, in the unit of the fit's data. Ranking refuses one that
    /// is negative or not finite.
    #[must_use]
    pub fn value(mut self, value: f32) -> Self {
        self.value = value;
        self
    }
}

impl Ranker for FoldIn {
    type Query = ByItems;
    type Scratch = FoldScratch;

    fn rank_into(
        &self,
        session: &[u32],
        among: Candidates<'_>,
        k: usize,
        s: &mut FoldScratch,
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        out.clear();
        if !(self.value >= 0.0 && self.value.is_finite()) {
            return Err(Error::parameter(
                "FoldIn",
                "value",
                self.value,
                "finite and at least 0",
            ));
        }
        s.ids.clear();
        s.ids.extend(
            session
                .iter()
                .filter(|&&i| (i as usize) < self.model.items()),
        );
        s.ids.sort_unstable();
        s.values.clear();
        // runs of an item become one entry
        let mut kept = 0;
        for at in 0..s.ids.len() {
            if at > 0 && s.ids[at] == s.ids[kept - 1] {
                s.values[kept - 1] += self.value;
            } else {
                s.ids[kept] = s.ids[at];
                s.values.push(self.value);
                kept += 1;
            }
        }
        s.ids.truncate(kept);
        if s.ids.is_empty() {
            return Ok(());
        }
        self.model.fold_into(
            Entries {
                ids: &s.ids,
                values: &s.values,
            },
            &mut s.user,
            &mut s.solve,
        )?;
        self.model
            .rank_factors_into(&s.user, among, k, &mut s.rank, out)
    }
    fn item_count(&self) -> Option<usize> {
        Some(self.model.items())
    }
}
