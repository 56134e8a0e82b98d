//! Fusion of ranked lists: the worth of a place.

use ml_data::contract::Scored;
use serde::{Deserialize, Serialize};

/// Method that makes lists of different rankers comparable.
///
/// # References
/// Cormack, Clarke and Büttcher (2009), reciprocal rank fusion,
/// [doi:10.1145/1571941.1572114](https://doi.org/10.1145/1571941.1572114).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fusion {
    /// `1 / (k + rank)`, ranks from 1. Reads no scores, so rankers of any kind meet as equals: the
    /// safe choice.
    ReciprocalRank {
        /// Smoothing of the first ranks; 60 by convention.
        k: f64,
    },
    /// Scores moved to `[0, 1]` over the list. Keeps distances, but one extreme score flattens the
    /// rest.
    MinMax,
    /// Scores in standard deviations above the list's lowest (the z-score, moved so that the last
    /// item and the items a list leaves out are worth 0).
    ZScore,
}

impl Default for Fusion {
    fn default() -> Self {
        Fusion::ReciprocalRank { k: 60.0 }
    }
}

impl Fusion {
    /// Calls `each` with every item of a list, best first, and what its place is worth. A list
    /// without any distance between its scores is worth 1 for each item by `MinMax`, 0 by `ZScore`.
    /// Scores that are not finite are worth 0.
    pub(super) fn worth(self, list: &[Scored], mut each: impl FnMut(u32, f64)) {
        if let Fusion::ReciprocalRank { k } = self {
            for (rank, s) in list.iter().enumerate() {
                each(s.item, 1.0 / (k + (rank + 1) as f64));
            }
            return;
        }
        let scores = || {
            list.iter()
                .map(|s| f64::from(s.score))
                .filter(|s| s.is_finite())
        };
        let (low, high) = scores().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), s| {
            (l.min(s), h.max(s))
        });
        let unit = if self == Fusion::MinMax {
            high - low
        } else {
            let n = scores().count() as f64;
            let mean = scores().sum::<f64>() / n;
            (scores().map(|s| (s - mean) * (s - mean)).sum::<f64>() / n).sqrt()
        };
        let flat = if self == Fusion::MinMax { 1.0 } else { 0.0 };
        for s in list {
            let score = f64::from(s.score);
            let worth = if unit > 0.0 {
                (score - low) / unit
            } else {
                flat
            };
            each(s.item, if score.is_finite() { worth } else { 0.0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worth(f: Fusion, scores: &[f32]) -> Vec<f64> {
        let list: Vec<_> = scores
            .iter()
            .enumerate()
            .map(|(i, &score)| Scored {
                item: i as u32,
                score,
            })
            .collect();
        let mut out = vec![];
        f.worth(&list, |_, w| out.push(w));
        out
    }

    #[test]
    fn the_formulas() {
        assert_eq!(
            worth(Fusion::default(), &[9.0, 1.0]),
            [1.0 / 61.0, 1.0 / 62.0]
        );
        assert_eq!(worth(Fusion::MinMax, &[5.0, 2.0, 1.0]), [1.0, 0.25, 0.0]);
        // mean 2, deviation sqrt(2/3): z = 1.2247, 0, -1.2247
        let z = worth(Fusion::ZScore, &[3.0, 2.0, 1.0]);
        assert!(
            (z[0] - 2.449_489_742_783_178).abs() < 1e-12
                && (z[1] - 1.224_744_871_391_589).abs() < 1e-12
                && z[2] == 0.0
        );
    }

    #[test]
    fn flat_empty_and_infinite_lists() {
        assert_eq!(worth(Fusion::MinMax, &[2.0, 2.0]), [1.0, 1.0]);
        assert_eq!(worth(Fusion::ZScore, &[2.0]), [0.0]);
        assert_eq!(
            worth(Fusion::MinMax, &[f32::INFINITY, 3.0, 1.0, f32::NAN]),
            [0.0, 1.0, 0.0, 0.0]
        );
        assert!(worth(Fusion::ZScore, &[]).is_empty());
    }
}
