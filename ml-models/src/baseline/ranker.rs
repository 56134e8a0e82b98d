//! Popularity behind the ranking contract.

use super::fitted::{Board, FittedPopularity};
use ml_data::Result;
use ml_data::contract::{
    ByItems, ByUser, ByVisit, Candidates, Narrow, Query, Ranker, Scored, best_first,
};

/// A query that may or may not name a user: what popularity is asked with. Every other query narrows to it.
#[derive(Debug)]
pub enum Anyone {}

impl Query for Anyone {
    type Of<'a> = Option<u32>;
}

impl Narrow<ByUser> for Anyone {
    fn narrow<'a>(user: <ByUser as Query>::Of<'a>) -> Option<<Anyone as Query>::Of<'a>> {
        Some(Some(user))
    }
}

impl Narrow<ByVisit> for Anyone {
    fn narrow<'a>(visit: <ByVisit as Query>::Of<'a>) -> Option<<Anyone as Query>::Of<'a>> {
        Some(visit.user)
    }
}

impl Narrow<ByItems> for Anyone {
    fn narrow<'a>(_: <ByItems as Query>::Of<'a>) -> Option<<Anyone as Query>::Of<'a>> {
        Some(None)
    }
}

/// Room to rank a list of candidates.
#[derive(Clone, Debug, Default)]
pub struct PopularityScratch {
    seen: Vec<Scored>,
}

/// Ranks by the user's segment where both are known, by the whole otherwise. Only items above 0 are ranked.
impl Ranker for FittedPopularity {
    type Query = Anyone;
    type Scratch = PopularityScratch;

    fn rank_into(
        &self,
        user: Option<u32>,
        among: Candidates<'_>,
        k: usize,
        scratch: &mut PopularityScratch,
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        let segment = user.and_then(|u| self.segment_of(u));
        self.board(segment).rank(among, k, scratch, out);
        Ok(())
    }
}

impl FittedPopularity {
    /// Ranks for a segment, whoever asks; by the whole for a segment that was not seen.
    pub fn rank_segment_into(
        &self,
        segment: u32,
        among: Candidates<'_>,
        k: usize,
        scratch: &mut PopularityScratch,
        out: &mut Vec<Scored>,
    ) {
        self.board(Some(segment)).rank(among, k, scratch, out);
    }
}

impl Board {
    fn rank(
        &self,
        among: Candidates<'_>,
        k: usize,
        scratch: &mut PopularityScratch,
        out: &mut Vec<Scored>,
    ) {
        out.clear();
        match among {
            Candidates::All => out.extend(self.best.iter().take(k)),
            Candidates::Except(set) => {
                out.extend(self.best.iter().filter(|s| !set.contains(s.item)).take(k));
            }
            Candidates::Only(list) => {
                let scores = list.iter().filter_map(|&item| {
                    self.scores
                        .get(item as usize)
                        .map(|&score| Scored { item, score })
                });
                scratch.seen.clear();
                scratch.seen.extend(scores.filter(|s| s.score > 0.0));
                scratch.seen.sort_unstable_by(best_first);
                scratch.seen.dedup();
                out.extend(scratch.seen.iter().take(k));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::Popularity;
    use crate::factor::Interactions;
    use ml_data::contract::{AnyRanker, ItemSet, Visit};
    use std::sync::Arc;

    fn fitted() -> FittedPopularity {
        // item 3 leads; users 0 and 1 are segment 0 and like item 0
        let data = Interactions::from_pairs(5, 5, [(0, 0), (1, 0), (2, 3), (3, 3), (4, 3), (4, 1)])
            .unwrap();
        Popularity::new()
            .fit_segments(&data, &[0, 0, 1, 1, 1])
            .unwrap()
    }

    #[test]
    fn ranks_every_kind_of_candidates() {
        let (p, mut s, mut out) = (fitted(), PopularityScratch::default(), vec![]);
        let mut items = |user, among: Candidates<'_>, k| {
            p.rank_into(user, among, k, &mut s, &mut out).unwrap();
            out.iter().map(|s| s.item).collect::<Vec<_>>()
        };
        assert_eq!(items(None, Candidates::All, 9), [3, 0, 1]);
        assert_eq!(items(Some(0), Candidates::All, 2), [0, 3]);
        assert_eq!(items(Some(99), Candidates::All, 1), [3]);
        assert_eq!(
            items(None, Candidates::Except(&ItemSet::new(vec![3])), 1),
            [0]
        );
        assert_eq!(items(None, Candidates::Only(&[1, 4, 0, 77, 1]), 9), [0, 1]);
        assert!(items(None, Candidates::All, 0).is_empty());
    }

    #[test]
    fn answers_every_query() {
        let p = Arc::new(fitted());
        let mut out = vec![];
        AnyRanker::<ByUser>::session(p.clone())
            .rank_into(1, Candidates::All, 1, &mut out)
            .unwrap();
        assert_eq!(out[0].item, 0);
        AnyRanker::<ByItems>::session(p.clone())
            .rank_into(&[], Candidates::All, 1, &mut out)
            .unwrap();
        assert_eq!(out[0].item, 3);
        let visit = Visit {
            user: Some(0),
            ..Visit::default()
        };
        AnyRanker::<ByVisit>::session(p)
            .rank_into(visit, Candidates::All, 1, &mut out)
            .unwrap();
        assert_eq!(out[0].item, 0);
    }

    #[test]
    fn survives_json() {
        let p = fitted();
        let back: FittedPopularity =
            serde_json::from_str(&serde_json::to_string(&p).unwrap()).unwrap();
        assert_eq!(back, p);
    }
}
