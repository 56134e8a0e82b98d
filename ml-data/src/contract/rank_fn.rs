//! Rankers made of a function.

use super::ranker::{Candidates, Query, Ranker, Scored, top_k};
use crate::error::Result;
use std::fmt;
use std::marker::PhantomData;

/// A ranker that is a function: a rule of the business, a call to a model from elsewhere, a
/// stand-in in a test.
///
/// [`RankFn::new`] takes the whole of [`Ranker::rank_into`] without working memory;
/// [`RankFn::by_score`] only scores one item for one query and sorts.
///
/// # Examples
/// ```
/// use ml_data::contract::{ByUser, Candidates, RankFn, Ranker};
///
/// let prices = [9.0, 2.0, 5.0];
/// let cheapest_first = RankFn::by_score::<ByUser>(3, move |_user, item| -prices[item as usize]);
/// let mut best = Vec::new();
/// cheapest_first.rank_into(7, Candidates::All, 2, &mut (), &mut best)?;
/// assert_eq!(best.iter().map(|s| s.item).collect::<Vec<_>>(), [1, 2]);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub struct RankFn<Q, F> {
    rank: F,
    query: PhantomData<fn(Q)>,
}

impl<Q: Query, F> RankFn<Q, F>
where
    F: Fn(Q::Of<'_>, Candidates<'_>, usize, &mut Vec<Scored>) -> Result<()> + Send + Sync + 'static,
{
    /// Ranks with `rank(query, among, k, out)`; `out` comes empty.
    pub fn new(rank: F) -> Self {
        Self {
            rank,
            query: PhantomData,
        }
    }
}

impl RankFn<(), ()> {
    /// Ranks items `0..items` by `score(query, item)`, highest first, ties by item.
    pub fn by_score<Q: Query>(
        items: usize,
        score: impl Fn(Q::Of<'_>, u32) -> f32 + Send + Sync + 'static,
    ) -> impl Ranker<Query = Q, Scratch = ()> + fmt::Debug {
        RankFn::<Q, _>::new(
            move |query: Q::Of<'_>, among: Candidates<'_>, k: usize, out: &mut Vec<Scored>| {
                among.for_each(items, |item| {
                    out.push(Scored {
                        item,
                        score: score(query, item),
                    });
                });
                top_k(out, k);
                Ok(())
            },
        )
    }
}

impl<Q, F> fmt::Debug for RankFn<Q, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RankFn")
    }
}

impl<Q: Query, F> Ranker for RankFn<Q, F>
where
    F: Fn(Q::Of<'_>, Candidates<'_>, usize, &mut Vec<Scored>) -> Result<()> + Send + Sync + 'static,
{
    type Query = Q;
    type Scratch = ();
    fn rank_into(
        &self,
        query: Q::Of<'_>,
        among: Candidates<'_>,
        k: usize,
        (): &mut (),
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        out.clear();
        (self.rank)(query, among, k, out)
    }
}
