//! Counted popularity.

use ml_data::contract::{Scored, best_first};
use serde::{Deserialize, Serialize};

/// Every item's score and the ranking of those above 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ranking {
    pub(super) scores: Vec<f32>,
    pub(super) best: Vec<Scored>,
}

impl Ranking {
    /// True when the ranking is that of the scores, for rankings that were read from a file.
    fn is_sound(&self, items: usize) -> bool {
        let scored = |s: &Scored| {
            self.scores
                .get(s.item as usize)
                .is_some_and(|&score| score == s.score)
        };
        self.scores.len() == items
            && self.scores.iter().all(|s| *s >= 0.0)
            && self.best.iter().all(scored)
            && (self.best).is_sorted_by(|a, b| best_first(a, b).is_lt())
    }
}

/// Counted popularity, ranked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct FittedPopularity {
    pub(super) all: Ranking,
    pub(super) segments: Vec<Ranking>,
    pub(super) segment_of: Vec<u32>,
}

/// The same as it is read, before it is checked.
#[derive(Deserialize)]
struct Saved {
    all: Ranking,
    segments: Vec<Ranking>,
    segment_of: Vec<u32>,
}

impl TryFrom<Saved> for FittedPopularity {
    type Error = &'static str;

    fn try_from(saved: Saved) -> Result<Self, &'static str> {
        let Saved {
            all,
            segments,
            segment_of,
        } = saved;
        let items = all.scores.len();
        if !(all.is_sound(items) && segments.iter().all(|s| s.is_sound(items))) {
            return Err("a ranking of items contradicts their scores");
        }
        if segment_of.iter().any(|&s| s as usize >= segments.len()) {
            return Err("a user has a segment without a ranking");
        }
        Ok(Self {
            all,
            segments,
            segment_of,
        })
    }
}

impl FittedPopularity {
    /// The whole ranking, best first, ties by item number.
    #[must_use]
    pub fn top(&self) -> &[Scored] {
        &self.all.best
    }

    /// The ranking of a segment; the whole one for a segment that was not seen.
    #[must_use]
    pub fn top_of(&self, segment: u32) -> &[Scored] {
        &self.ranking(Some(segment)).best
    }

    /// The count of an item; 0 for one that was not seen.
    #[must_use]
    pub fn score(&self, item: u32) -> f32 {
        self.all.scores.get(item as usize).copied().unwrap_or(0.0)
    }

    /// The segment of a user of [`fit_segments`](super::Popularity::fit_segments).
    #[must_use]
    pub fn segment_of(&self, user: u32) -> Option<u32> {
        self.segment_of.get(user as usize).copied()
    }

    /// The ranking of a segment.
    pub(super) fn ranking(&self, segment: Option<u32>) -> &Ranking {
        segment
            .and_then(|s| self.segments.get(s as usize))
            .unwrap_or(&self.all)
    }
}
