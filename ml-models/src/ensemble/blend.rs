//! A weighted blend of rankers.

use super::fusion::Fusion;
use ml_data::contract::{AnyRanker, Candidates, Params, Query, RankSession, Ranker, Scored, top_k};
use ml_data::{Error, Result};
use std::fmt;
use std::sync::Arc;

/// Several rankers that answer one kind of query, fused into one list.
///
/// Every member ranks the candidates by itself; an item's score is the weighted sum of what its
/// place in each list is worth ([`Fusion`]). A member that has no opinion adds nothing. Blending
/// helps where members err differently: factors for those with a history, popularity for the rest.
///
/// ```
/// use ml_data::contract::{ByUser, Candidates, Ranker};
/// use ml_models::{baseline::Popularity, ensemble::Blend, factor::{ImplicitAls, Interactions}};
/// use std::sync::Arc;
/// let seen = Interactions::from_pairs(3, 3, [(0, 0), (0, 1), (1, 0), (2, 0), (2, 2)])?;
/// let als = Arc::new(ImplicitAls::new().factors(2).fit(&seen)?);
/// let popular = Arc::new(Popularity::new().fit(&seen)?);
/// let blend = Blend::<ByUser>::new().with("factors", als, 0.7).with("popularity", popular, 0.3);
/// let (mut scratch, mut out) = Default::default();
/// blend.rank_into(1, Candidates::All, 1, &mut scratch, &mut out)?;
/// assert_eq!(out[0].item, 0);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Errors
/// Ranking refuses a blend without members, weights that are negative, not finite or all 0, a bad
/// `k` of reciprocal ranks and a depth of 0; and passes on a member's error.
pub struct Blend<Q: Query> {
    members: Vec<Member<Q>>,
    fusion: Fusion,
    depth: usize,
}

struct Member<Q: Query> {
    name: String,
    ranker: Arc<dyn AnyRanker<Q>>,
    weight: f64,
}

impl<Q: Query> Clone for Member<Q> {
    fn clone(&self) -> Self {
        Member {
            name: self.name.clone(),
            ranker: self.ranker.clone(),
            weight: self.weight,
        }
    }
}

impl<Q: Query> Clone for Blend<Q> {
    fn clone(&self) -> Self {
        Blend {
            members: self.members.clone(),
            fusion: self.fusion,
            depth: self.depth,
        }
    }
}

impl<Q: Query> fmt::Debug for Blend<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<_> = self.members.iter().map(|m| (&m.name, m.weight)).collect();
        f.debug_struct("Blend")
            .field("members", &members)
            .field("fusion", &self.fusion)
            .field("depth", &self.depth)
            .finish()
    }
}

impl<Q: Query> Default for Blend<Q> {
    fn default() -> Self {
        Blend {
            members: Vec::new(),
            fusion: Fusion::default(),
            depth: 100,
        }
    }
}

impl<Q: Query> Params for Blend<Q> {
    fn name(&self) -> &'static str {
        "Blend"
    }

    fn check(&self) -> Result<()> {
        if self.members.is_empty() {
            return Err(Error::Empty("Blend: the list of rankers".into()));
        }
        if self.depth == 0 {
            return Err(Error::parameter("Blend", "depth", 0, "at least 1"));
        }
        if let Fusion::ReciprocalRank { k } = self.fusion
            && !(k >= 0.0 && k.is_finite())
        {
            return Err(Error::parameter("Blend", "k", k, "finite and at least 0"));
        }
        if let Some(m) = self
            .members
            .iter()
            .find(|m| !(m.weight >= 0.0 && m.weight.is_finite()))
        {
            return Err(Error::parameter(
                "Blend",
                "weight",
                format!("{} (of {})", m.weight, m.name),
                "finite and at least 0",
            ));
        }
        if self.members.iter().all(|m| m.weight == 0.0) {
            return Err(Error::parameter(
                "Blend",
                "weight",
                "0 for every ranker",
                "above 0 for one of them",
            ));
        }
        Ok(())
    }
}

impl<Q: Query> Blend<Q> {
    /// No members yet; reciprocal ranks with k = 60, lists of 100.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a ranker. Only the ratios of weights matter; a ranker of weight 0 is not asked.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<String>,
        ranker: Arc<dyn AnyRanker<Q>>,
        weight: f64,
    ) -> Self {
        self.members.push(Member {
            name: name.into(),
            ranker,
            weight,
        });
        self
    }

    /// Method that makes lists comparable.
    #[must_use]
    pub fn fusion(mut self, fusion: Fusion) -> Self {
        self.fusion = fusion;
        self
    }

    /// Number of items that each ranker is asked for, or `k` if that is more. Longer lists let an
    /// item win that all rankers like a little.
    #[must_use]
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Replaces the weights, in the order of the rankers.
    ///
    /// # Errors
    /// Another number of weights than rankers, or weights out of range.
    pub fn weights(mut self, weights: &[f64]) -> Result<Self> {
        Error::check_len("weights of the blend", self.members.len(), weights.len())?;
        for (member, &weight) in self.members.iter_mut().zip(weights) {
            member.weight = weight;
        }
        self.check()?;
        Ok(self)
    }

    /// The rankers' names and weights.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (&str, f64)> {
        self.members.iter().map(|m| (m.name.as_str(), m.weight))
    }

    /// Calls `each` with the member's number and its list for every member that `wanted` names.
    pub(super) fn ask(
        &self,
        query: Q::Of<'_>,
        among: Candidates<'_>,
        k: usize,
        scratch: &mut BlendScratch<Q>,
        wanted: impl Fn(f64) -> bool,
        mut each: impl FnMut(u32, u32, f64),
    ) -> Result<()> {
        scratch.open(self);
        for (number, (member, (_, session))) in
            (0u32..).zip(self.members.iter().zip(&mut scratch.sessions))
        {
            if wanted(member.weight) {
                session.rank_into(query, among, k.max(self.depth), &mut scratch.list)?;
                self.fusion
                    .worth(&scratch.list, |item, worth| each(number, item, worth));
            }
        }
        Ok(())
    }

    /// The number of rankers.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }
}

/// Sessions of the members and room for their lists.
pub struct BlendScratch<Q: Query> {
    sessions: Vec<Opened<Q>>,
    list: Vec<Scored>,
    worth: Vec<(u32, u32, f64)>,
}

/// A member and its session. Holding the member keeps its address from being taken by another.
type Opened<Q> = (Arc<dyn AnyRanker<Q>>, Box<dyn RankSession<Q>>);

impl<Q: Query> Default for BlendScratch<Q> {
    fn default() -> Self {
        BlendScratch {
            sessions: Vec::new(),
            list: Vec::new(),
            worth: Vec::new(),
        }
    }
}

impl<Q: Query> fmt::Debug for BlendScratch<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlendScratch")
            .field("sessions", &self.sessions.len())
            .finish_non_exhaustive()
    }
}

impl<Q: Query> BlendScratch<Q> {
    /// Opens sessions for this blend, unless they are open: a scratch may be handed from one blend
    /// to another.
    fn open(&mut self, blend: &Blend<Q>) {
        let same = self.sessions.len() == blend.members.len()
            && self
                .sessions
                .iter()
                .zip(&blend.members)
                .all(|((ranker, _), m)| Arc::ptr_eq(ranker, &m.ranker));
        if !same {
            self.sessions = blend
                .members
                .iter()
                .map(|m| (m.ranker.clone(), m.ranker.clone().session()))
                .collect();
        }
    }
}

impl<Q: Query> Ranker for Blend<Q> {
    type Query = Q;
    type Scratch = BlendScratch<Q>;

    fn rank_into(
        &self,
        query: Q::Of<'_>,
        among: Candidates<'_>,
        k: usize,
        scratch: &mut BlendScratch<Q>,
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        out.clear();
        self.check()?;
        if k == 0 {
            return Ok(());
        }
        let mut worth = std::mem::take(&mut scratch.worth);
        worth.clear();
        let asked = self.ask(
            query,
            among,
            k,
            scratch,
            |w| w > 0.0,
            |member, item, w| worth.push((item, member, w)),
        );
        // by item, then member: sums do not depend on the order of arrival
        worth.sort_unstable_by_key(|&(item, member, _)| (item, member));
        for run in worth.chunk_by(|a, b| a.0 == b.0) {
            let score: f64 = run
                .iter()
                .map(|&(_, member, w)| self.members[member as usize].weight * w)
                .sum();
            out.push(Scored {
                item: run[0].0,
                score: score as f32,
            });
        }
        scratch.worth = worth;
        top_k(out, k);
        asked
    }
}

#[cfg(test)]
mod tests;
