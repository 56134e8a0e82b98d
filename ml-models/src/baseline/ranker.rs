//! Popularity behind the ranking contract.

use super::fitted::{FittedPopularity, Ranking};
use ml_data::Result;
use ml_data::contract::{
    ByItems, ByUser, ByVisit, Candidates, Narrow, Query, Ranker, Scored, best_first,
};

/// A query that may or may not name a user: what popularity is asked with. Every other query
/// narrows to it.
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

/// Ranks by the user's segment where both are known, by the whole otherwise. Only items above 0 are
/// ranked.
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
        self.ranking(segment).rank(among, k, scratch, out);
        Ok(())
    }
    fn item_count(&self) -> Option<usize> {
        Some(self.all.scores.len())
    }
    fn user_count(&self) -> Option<usize> {
        (!self.segment_of.is_empty()).then_some(self.segment_of.len())
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
        self.ranking(Some(segment)).rank(among, k, scratch, out);
    }
}

impl Ranking {
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

    #[test]
    fn what_is_told_of_items_users_and_segments() {
        let p = fitted();
        assert_eq!(
            [0, 1, 2, 3, 4, 9].map(|i| p.score(i)),
            [2.0, 1.0, 0.0, 3.0, 0.0, 0.0]
        );
        assert_eq!([0, 2, 5].map(|u| p.segment_of(u)), [Some(0), Some(1), None]);
        let items = |list: &[Scored]| list.iter().map(|s| s.item).collect::<Vec<_>>();
        assert_eq!(items(p.top()), [3, 0, 1]);
        // Two of item 0, and a share of 2, 3 and 1 of six.
        assert_eq!(items(p.top_of(0)), [0, 3, 1]);
        let scores: Vec<f32> = p.top_of(0).iter().map(|s| s.score).collect();
        assert_eq!(
            scores,
            [2.0 + 2.0 / 6.0, 0.5, 1.0 / 6.0_f64].map(|s| s as f32)
        );
        assert_eq!(p.top_of(7), p.top());
        let (mut s, mut out) = (PopularityScratch::default(), vec![]);
        p.rank_segment_into(1, Candidates::Only(&[0, 3, 3]), 5, &mut s, &mut out);
        assert_eq!(items(&out), [3, 0]);
        p.rank_segment_into(9, Candidates::All, 1, &mut s, &mut out);
        assert_eq!(out, p.top()[..1]);
    }

    #[test]
    fn boards_that_contradict_their_scores_are_refused() {
        let p = fitted();
        let changes: &[fn(&mut FittedPopularity)] = &[
            |p| p.all.scores.push(0.0),
            |p| p.all.scores[2] = -1.0,
            |p| p.all.scores[2] = f32::NAN,
            |p| p.all.best[0].score = 2.5,
            |p| p.all.best[2].item = 99,
            |p| p.all.best.swap(0, 1),
            |p| p.all.best[1] = p.all.best[0],
            |p| p.segments[1].best.swap(0, 1),
            |p| p.segments[1].scores.truncate(4),
            |p| p.segment_of[4] = 2,
        ];
        let again = |p: &FittedPopularity| {
            let bytes = serde_json::to_vec(p).unwrap();
            serde_json::from_slice::<FittedPopularity>(&bytes)
        };
        assert_eq!(again(&p).unwrap(), p);
        for (k, change) in changes.iter().enumerate() {
            let mut damaged = p.clone();
            change(&mut damaged);
            assert!(again(&damaged).is_err(), "{k}");
        }
    }
}
