//! Rankers: given a query (a user, the items of a session, a visit), the best items of a set of
//! candidates.

use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::any::TypeId;
use std::cmp::Ordering;
use std::sync::Arc;

/// The kind of query a ranker answers. Queries are markers, so that rankers of different needs can
/// stand behind one pointer.
pub trait Query: Send + Sync + 'static {
    /// The query itself.
    type Of<'a>: Copy;
}

/// A known user, by number.
#[derive(Debug)]
pub enum ByUser {}
/// Items seen in a session, oldest first.
#[derive(Debug)]
pub enum ByItems {}
/// A whole visit.
#[derive(Debug)]
pub enum ByVisit {}

impl Query for ByUser {
    type Of<'a> = u32;
}
impl Query for ByItems {
    type Of<'a> = &'a [u32];
}
impl Query for ByVisit {
    type Of<'a> = Visit<'a>;
}

/// All a service knows when it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Visit<'a> {
    /// The user's number, when the user is known.
    pub user: Option<u32>,
    /// Items of this session, oldest first.
    pub session: &'a [u32],
    /// The item on the page.
    pub current: Option<u32>,
    /// The moment of the request, microseconds since 1970.
    pub now: i64,
}

/// Narrowing of a wide query to what a ranker reads; `None` when it can not answer.
pub trait Narrow<Q: Query>: Query {
    /// The part of the query this ranker reads.
    fn narrow<'a>(q: Q::Of<'a>) -> Option<Self::Of<'a>>;
}

impl<Q: Query> Narrow<Q> for Q {
    fn narrow<'a>(q: Q::Of<'a>) -> Option<Q::Of<'a>> {
        Some(q)
    }
}
impl Narrow<ByVisit> for ByUser {
    fn narrow<'a>(q: <ByVisit as Query>::Of<'a>) -> Option<<ByUser as Query>::Of<'a>> {
        q.user
    }
}
impl Narrow<ByVisit> for ByItems {
    fn narrow<'a>(q: <ByVisit as Query>::Of<'a>) -> Option<<ByItems as Query>::Of<'a>> {
        (!q.session.is_empty()).then_some(q.session)
    }
}

/// An item and its score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The item's number.
    pub item: u32,
    /// Higher is better; only the order within one list has a meaning.
    pub score: f32,
}

/// Best first, ties by item number; `NaN` is last.
pub fn best_first(a: &Scored, b: &Scored) -> Ordering {
    let key = |s: f32| if s.is_nan() { f32::NEG_INFINITY } else { s };
    key(b.score)
        .total_cmp(&key(a.score))
        .then(a.item.cmp(&b.item))
}

/// Keeps the `k` best of `out`, in order.
pub fn top_k(out: &mut Vec<Scored>, k: usize) {
    if k == 0 {
        out.clear();
    } else if out.len() > k {
        out.select_nth_unstable_by(k - 1, best_first);
        out.truncate(k);
    }
    out.sort_unstable_by(best_first);
}

/// Item numbers, sorted: membership by binary search.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u32>")]
pub struct ItemSet(Vec<u32>);

/// A stored set is sorted again: nobody promises that it was when it was written.
impl From<Vec<u32>> for ItemSet {
    fn from(items: Vec<u32>) -> Self {
        Self::new(items)
    }
}

impl ItemSet {
    /// From numbers in any order.
    pub fn new(mut items: Vec<u32>) -> Self {
        items.sort_unstable();
        items.dedup();
        Self(items)
    }
    /// True when the item is in the set.
    #[inline]
    pub fn contains(&self, item: u32) -> bool {
        self.0.binary_search(&item).is_ok()
    }
    /// The numbers, ascending.
    pub fn items(&self) -> &[u32] {
        &self.0
    }
    /// Number of items.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Fills the set again, keeping its memory.
    pub fn refill(&mut self, items: impl IntoIterator<Item = u32>) {
        self.0.clear();
        self.0.extend(items);
        self.0.sort_unstable();
        self.0.dedup();
    }
}

/// Which items may be ranked.
#[derive(Debug, Clone, Copy)]
pub enum Candidates<'a> {
    /// Every item the ranker knows.
    All,
    /// Every item but these.
    Except(&'a ItemSet),
    /// Only these, in any order; numbers the ranker does not know are left out.
    Only(&'a [u32]),
}

impl Candidates<'_> {
    /// Calls `each` for every candidate below `items`.
    #[inline]
    pub fn for_each(&self, items: usize, mut each: impl FnMut(u32)) {
        match self {
            Candidates::All => (0..items as u32).for_each(each),
            Candidates::Except(set) => (0..items as u32)
                .filter(|i| !set.contains(*i))
                .for_each(each),
            Candidates::Only(list) => list
                .iter()
                .copied()
                .filter(|i| (*i as usize) < items)
                .for_each(&mut each),
        }
    }
}

/// A ranker. An empty answer means "no opinion", so a chain can ask the next one. One that is a
/// function needs no type of its own: [`RankFn`](super::RankFn).
///
/// ```
/// use ml_data::contract::{ByUser, Candidates, Ranker, Scored, top_k};
/// /// Items of the shelf that each user looks at, the newest (of the highest number) first.
/// struct Newest { shelf_of_item: Vec<u8>, shelf_of_user: Vec<u8> }
/// impl Ranker for Newest {
///     type Query = ByUser;
///     type Scratch = ();
///     fn rank_into(
///         &self,
///         user: u32,
///         among: Candidates<'_>,
///         k: usize,
///         (): &mut (),
///         out: &mut Vec<Scored>,
///     ) -> ml_data::Result<()> {
///         out.clear();
///         let Some(shelf) = self.shelf_of_user.get(user as usize) else {
///             return Ok(()); // no opinion
///         };
///         among.for_each(self.shelf_of_item.len(), |item| {
///             if self.shelf_of_item[item as usize] == *shelf {
///                 out.push(Scored { item, score: item as f32 });
///             }
///         });
///         top_k(out, k);
///         Ok(())
///     }
///     fn item_count(&self) -> Option<usize> {
///         Some(self.shelf_of_item.len())
///     }
/// }
/// let newest = Newest { shelf_of_item: vec![0, 1, 0, 0], shelf_of_user: vec![0] };
/// let items = |list: Vec<Scored>| list.iter().map(|s| s.item).collect::<Vec<_>>();
/// assert_eq!(items(newest.rank(0, 2)?), [3, 2]);
/// assert!(newest.rank(7, 2)?.is_empty());
/// # Ok::<(), ml_data::Error>(())
/// ```
pub trait Ranker: Send + Sync + 'static {
    /// Kind of the queries.
    type Query: Query;
    /// Per-thread working memory.
    type Scratch: Default + Send + 'static;
    /// Fills `out` (emptied first) with at most `k` items, best first, ties by item number. A warm
    /// call allocates nothing.
    ///
    /// # Errors
    /// A query the ranker can not read.
    fn rank_into(
        &self,
        query: <Self::Query as Query>::Of<'_>,
        among: Candidates<'_>,
        k: usize,
        scratch: &mut Self::Scratch,
        out: &mut Vec<Scored>,
    ) -> Result<()>;
    /// At most `k` of all items, best first, ties by item number. For now and then: it allocates;
    /// many queries go through [`Ranker::rank_into`] or a [`RankSession`].
    ///
    /// ```
    /// use ml_data::contract::{ByUser, RankFn, Ranker};
    /// let near = RankFn::by_score::<ByUser>(9, |user, item| -(user.abs_diff(item) as f32));
    /// let best: Vec<u32> = near.rank(4, 3)?.iter().map(|s| s.item).collect();
    /// assert_eq!(best, [4, 3, 5]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Ranker::rank_into`].
    fn rank(&self, query: <Self::Query as Query>::Of<'_>, k: usize) -> Result<Vec<Scored>> {
        let (mut scratch, mut out) = (Self::Scratch::default(), Vec::new());
        self.rank_into(query, Candidates::All, k, &mut scratch, &mut out)?;
        Ok(out)
    }
    /// The number of items it was fitted on, if that is fixed. A service compares it with its
    /// catalogue.
    fn item_count(&self) -> Option<usize> {
        None
    }
    /// The number of users it was fitted on, if it knows users.
    fn user_count(&self) -> Option<usize> {
        None
    }
}

/// A ranker behind a pointer, for any query that narrows to its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not rank for `{Q}` queries",
    note = "its own query must be the same, or implement `Narrow<{Q}>`"
)]
pub trait AnyRanker<Q: Query>: Send + Sync {
    /// A session for one thread.
    fn session(self: Arc<Self>) -> Box<dyn RankSession<Q>>;
    /// The kind of query its ranker reads: what an answer can depend on. That of [`ByUser`] for a
    /// model of users, whatever it is asked with.
    fn reads(&self) -> TypeId {
        TypeId::of::<Q>()
    }
    /// As [`Ranker::item_count`].
    fn item_count(&self) -> Option<usize> {
        None
    }
    /// As [`Ranker::user_count`].
    fn user_count(&self) -> Option<usize> {
        None
    }
}

impl<Q: Query, R: Ranker> AnyRanker<Q> for R
where
    R::Query: Narrow<Q>,
{
    fn session(self: Arc<Self>) -> Box<dyn RankSession<Q>> {
        Box::new(Warm {
            ranker: self,
            scratch: R::Scratch::default(),
        })
    }
    fn reads(&self) -> TypeId {
        TypeId::of::<R::Query>()
    }
    fn item_count(&self) -> Option<usize> {
        Ranker::item_count(self)
    }
    fn user_count(&self) -> Option<usize> {
        Ranker::user_count(self)
    }
}

/// Ranks query after query on one thread with reused memory.
pub trait RankSession<Q: Query>: Send {
    /// As [`Ranker::rank_into`].
    ///
    /// # Errors
    /// A query the ranker can not read.
    fn rank_into(
        &mut self,
        query: Q::Of<'_>,
        among: Candidates<'_>,
        k: usize,
        out: &mut Vec<Scored>,
    ) -> Result<()>;
    /// At most `k` of all items, best first, ties by item number, in a list of its own.
    ///
    /// # Errors
    /// As [`RankSession::rank_into`].
    fn rank(&mut self, query: Q::Of<'_>, k: usize) -> Result<Vec<Scored>> {
        let mut out = Vec::new();
        self.rank_into(query, Candidates::All, k, &mut out)?;
        Ok(out)
    }
}

struct Warm<R: Ranker> {
    ranker: Arc<R>,
    scratch: R::Scratch,
}

impl<Q: Query, R: Ranker> RankSession<Q> for Warm<R>
where
    R::Query: Narrow<Q>,
{
    fn rank_into(
        &mut self,
        query: Q::Of<'_>,
        among: Candidates<'_>,
        k: usize,
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        out.clear();
        match R::Query::narrow(query) {
            Some(q) => self.ranker.rank_into(q, among, k, &mut self.scratch, out),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::RankFn;

    #[test]
    fn best_first_with_ties_by_item() {
        let by_number = RankFn::by_score::<ByUser>(5, |user, item| ((item + user) % 3) as f32);
        let session: Arc<dyn AnyRanker<ByVisit>> = Arc::new(by_number);
        let (mut s, mut out) = (session.session(), Vec::new());
        let visit = Visit {
            user: Some(0),
            ..Visit::default()
        };
        s.rank_into(visit, Candidates::All, 4, &mut out).unwrap();
        assert_eq!(out.iter().map(|x| x.item).collect::<Vec<_>>(), [2, 1, 4, 0]);
        assert_eq!(s.rank(visit, 4).unwrap(), out);
        s.rank_into(
            visit,
            Candidates::Except(&ItemSet::new(vec![2])),
            2,
            &mut out,
        )
        .unwrap();
        assert_eq!(out.iter().map(|x| x.item).collect::<Vec<_>>(), [1, 4]);
        s.rank_into(visit, Candidates::Only(&[0, 9, 3]), 9, &mut out)
            .unwrap();
        assert_eq!(out.iter().map(|x| x.item).collect::<Vec<_>>(), [0, 3]);
        s.rank_into(Visit::default(), Candidates::All, 4, &mut out)
            .unwrap();
        assert!(
            out.is_empty(),
            "a user ranker has no opinion on an unknown visitor"
        );
    }

    #[test]
    fn nan_is_last_and_k_zero_is_empty() {
        let mut v = vec![
            Scored {
                item: 0,
                score: f32::NAN,
            },
            Scored {
                item: 1,
                score: -1.0,
            },
        ];
        top_k(&mut v, 2);
        assert_eq!(v[0].item, 1);
        top_k(&mut v, 0);
        assert!(v.is_empty());
    }
}
