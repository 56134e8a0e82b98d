//! The weights of a blend, learned from judged queries.

use super::blend::{Blend, BlendScratch};
use ml_data::contract::{Candidates, Params, Query, Scored, best_first};
use ml_data::{Error, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A query whose right answers are known.
pub struct Judged<'a, Q: Query> {
    /// The query.
    pub query: Q::Of<'a>,
    /// The items that may be ranked.
    pub among: Candidates<'a>,
    /// The items that were right and how right they were (1 if it is yes or no).
    pub relevant: &'a [(u32, f32)],
}

impl<Q: Query> fmt::Debug for Judged<'_, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judged")
            .field("relevant", &self.relevant)
            .finish_non_exhaustive()
    }
}

/// Finds the weights of a [`Blend`] with the highest mean NDCG@k on validation queries.
///
/// First every point of a grid on the simplex of weights (or, with so many rankers that it has more
/// than 2,000 points, every ranker alone and all alike), then coordinate ascent from the best one
/// with steps that halve four times. Ties keep the earlier weights, and equal weights come first:
/// rankers that add nothing are not preferred by chance. Take queries that the members were not
/// fitted on, or the weights favour the member that remembers most.
///
/// NDCG is the sum over the first k places of `relevance / log2(place + 1)`, divided by that sum
/// for the best possible list of the relevant items. Queries without relevant items are left out of
/// the mean.
///
/// ```
/// use ml_data::contract::{ByUser, Candidates};
/// use ml_models::{baseline::Popularity, ensemble::{Blend, Judged, WeightSearch}, factor::{ImplicitAls, Interactions}};
/// use std::sync::Arc;
/// let seen = Interactions::from_pairs(4, 4, [(0, 0), (0, 1), (1, 0), (2, 2), (2, 3), (3, 3), (1, 3)])?;
/// let als = Arc::new(ImplicitAls::new().factors(2).alpha(5.0).fit(&seen)?);
/// let popular = Arc::new(Popularity::new().fit(&seen)?);
/// let blend = Blend::<ByUser>::new().with("factors", als, 1.0).with("popularity", popular, 1.0);
/// let judged = [Judged { query: 3, among: Candidates::Only(&[0, 1, 2]), relevant: &[(2, 1.0)] }];
/// let learned = WeightSearch::new().learn(&blend, &judged)?;
/// assert_eq!(learned.ndcg, 1.0);
/// assert_eq!(blend.weights(&learned.weights)?.members().len(), 2);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Järvelin and Kekäläinen (2002),
/// [doi:10.1145/582415.582418](https://doi.org/10.1145/582415.582418).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightSearch {
    k: usize,
    grid: usize,
}

impl Default for WeightSearch {
    fn default() -> Self {
        WeightSearch { k: 10, grid: 10 }
    }
}

/// Result of the search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LearnedWeights {
    /// A weight for each ranker; they add up to 1.
    pub weights: Vec<f64>,
    /// Mean NDCG@k with these weights.
    pub ndcg: f64,
    /// Mean NDCG@k with equal weights.
    pub equal: f64,
    /// Mean NDCG@k of each ranker alone.
    pub alone: Vec<f64>,
    /// Number of queries that were averaged.
    pub queries: usize,
}

impl Params for WeightSearch {
    fn name(&self) -> &'static str {
        "WeightSearch"
    }

    fn check(&self) -> Result<()> {
        let rule = |good: bool, name, value, rule| {
            if good {
                Ok(())
            } else {
                Err(Error::parameter("WeightSearch", name, value, rule))
            }
        };
        rule(self.k >= 1, "k", self.k, "at least 1")?;
        rule(
            (1..=1000).contains(&self.grid),
            "grid",
            self.grid,
            "in 1..=1000",
        )
    }
}

/// One judged query, as what every item of any list is worth by every ranker.
struct Case {
    items: Vec<u32>,
    /// `items x rankers`; NaN where a ranker did not list the item.
    worth: Vec<f64>,
    gains: Vec<f64>,
    ideal: f64,
}

impl WeightSearch {
    /// NDCG@10, weights in tenths.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of places that count.
    #[must_use]
    pub fn k(mut self, k: usize) -> Self {
        self.k = k;
        self
    }

    /// Weights of the first search are multiples of one part in `grid`.
    #[must_use]
    pub fn grid(mut self, grid: usize) -> Self {
        self.grid = grid;
        self
    }

    /// Searches. The blend's own weights do not matter.
    ///
    /// # Errors
    /// Parameters out of range; a blend without rankers; no query with a relevant item; relevance
    /// that is negative or not finite; an item listed as relevant twice; a ranker's error.
    pub fn learn<Q: Query>(
        &self,
        blend: &Blend<Q>,
        judged: &[Judged<'_, Q>],
    ) -> Result<LearnedWeights> {
        self.check()?;
        let n = blend.len();
        let equal = vec![1.0 / n.max(1) as f64; n];
        blend.clone().weights(&equal)?;
        let mut scratch = BlendScratch::default();
        let mut cases = Vec::new();
        for (row, j) in judged.iter().enumerate() {
            cases.extend(self.case(blend, row, j, &mut scratch)?);
        }
        if cases.is_empty() {
            return Err(Error::Empty(
                "WeightSearch: the list of queries with relevant items".into(),
            ));
        }
        let mut best = Best {
            weights: equal.clone(),
            ndcg: self.ndcg(&cases, &equal),
        };
        let at_equal = best.ndcg;
        let corners: Vec<Vec<f64>> = (0..n)
            .map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect())
            .collect();
        let alone = corners.iter().map(|w| self.ndcg(&cases, w)).collect();
        let points = if points(n, self.grid) <= 2000 {
            simplex(n, self.grid)
        } else {
            corners
        };
        for w in points {
            best.offer(self.ndcg(&cases, &w), w);
        }
        self.climb(&cases, &mut best);
        Ok(LearnedWeights {
            weights: best.weights,
            ndcg: best.ndcg,
            equal: at_equal,
            alone,
            queries: cases.len(),
        })
    }

    fn case<Q: Query>(
        &self,
        blend: &Blend<Q>,
        row: usize,
        j: &Judged<'_, Q>,
        scratch: &mut BlendScratch<Q>,
    ) -> Result<Option<Case>> {
        let mut relevant = j.relevant.to_vec();
        relevant.sort_by_key(|r| r.0);
        if let Some(r) = relevant.iter().find(|r| !(r.1 >= 0.0 && r.1.is_finite())) {
            return Err(Error::cell(
                "relevance",
                row,
                "a finite number of at least 0",
                r.1,
            ));
        }
        if let Some(w) = relevant.windows(2).find(|w| w[0].0 == w[1].0) {
            return Err(Error::cell(
                "relevant items",
                row,
                "every item once",
                format!("item {} twice", w[0].0),
            ));
        }
        let mut gains: Vec<f64> = relevant.iter().map(|r| f64::from(r.1)).collect();
        gains.sort_unstable_by(|a, b| b.total_cmp(a));
        let ideal: f64 = gains
            .iter()
            .take(self.k)
            .enumerate()
            .map(|(place, g)| g * discount(place))
            .sum();
        if ideal <= 0.0 {
            return Ok(None);
        }
        let mut all = Vec::new();
        blend.ask(
            j.query,
            j.among,
            self.k,
            scratch,
            |_| true,
            |member, item, worth| all.push((item, member, worth)),
        )?;
        all.sort_unstable_by_key(|&(item, member, _)| (item, member));
        let mut case = Case {
            items: Vec::new(),
            worth: Vec::new(),
            gains: Vec::new(),
            ideal,
        };
        for run in all.chunk_by(|a, b| a.0 == b.0) {
            let at = case.worth.len();
            case.worth.resize(at + blend.len(), f64::NAN);
            for &(_, member, worth) in run {
                case.worth[at + member as usize] = worth;
            }
            let found = relevant.binary_search_by_key(&run[0].0, |r| r.0);
            case.items.push(run[0].0);
            case.gains
                .push(found.map_or(0.0, |f| f64::from(relevant[f].1)));
        }
        Ok(Some(case))
    }

    /// The mean over cases, added up in their order whatever the threads.
    fn ndcg(&self, cases: &[Case], weights: &[f64]) -> f64 {
        let each: Vec<f64> = cases
            .par_iter()
            .map_init(Vec::new, |room, c| c.ndcg(weights, self.k, room))
            .collect();
        each.iter().sum::<f64>() / cases.len() as f64
    }

    /// Moves weight to or from one ranker at a time.
    fn climb(&self, cases: &[Case], best: &mut Best) {
        let mut step = 0.5 / self.grid as f64;
        for _ in 0..4 {
            // every gain is real, so this ends; the bound is for a plateau of tiny gains
            for _ in 0..20 {
                let before = best.ndcg;
                for i in 0..best.weights.len() {
                    for by in [step, -step] {
                        let mut w = best.weights.clone();
                        w[i] = (w[i] + by).max(0.0);
                        let sum: f64 = w.iter().sum();
                        if sum > 0.0 {
                            w.iter_mut().for_each(|w| *w /= sum);
                            best.offer(self.ndcg(cases, &w), w);
                        }
                    }
                }
                if best.ndcg <= before {
                    break;
                }
            }
            step /= 2.0;
        }
    }
}

struct Best {
    weights: Vec<f64>,
    ndcg: f64,
}

impl Best {
    fn offer(&mut self, ndcg: f64, weights: Vec<f64>) {
        // sums in another order of items differ in the last bits; that is no gain
        if ndcg > self.ndcg + 1e-12 {
            *self = Best { weights, ndcg };
        }
    }
}

impl Case {
    fn ndcg(&self, weights: &[f64], k: usize, room: &mut Vec<(Scored, f64)>) -> f64 {
        room.clear();
        for ((&item, &gain), worth) in self
            .items
            .iter()
            .zip(&self.gains)
            .zip(self.worth.chunks_exact(weights.len()))
        {
            // as the blend does: rankers of weight 0 are not asked, so what only they list is not
            // ranked
            let listed = || {
                worth
                    .iter()
                    .zip(weights)
                    .filter(|(v, w)| !v.is_nan() && **w > 0.0)
            };
            if listed().next().is_some() {
                let score: f64 = listed().map(|(v, w)| v * w).sum();
                room.push((
                    Scored {
                        item,
                        score: score as f32,
                    },
                    gain,
                ));
            }
        }
        if room.len() > k {
            room.select_nth_unstable_by(k - 1, |a, b| best_first(&a.0, &b.0));
            room.truncate(k);
        }
        room.sort_unstable_by(|a, b| best_first(&a.0, &b.0));
        room.iter()
            .enumerate()
            .map(|(place, (_, gain))| gain * discount(place))
            .sum::<f64>()
            / self.ideal
    }
}

/// Discount of a place, from 0.
fn discount(place: usize) -> f64 {
    1.0 / (place as f64 + 2.0).log2()
}

/// Number of points of the grid: `grid + n - 1` over `n - 1`.
fn points(n: usize, grid: usize) -> u64 {
    (1..n as u64).fold(1u64, |c, i| c.saturating_mul(grid as u64 + i) / i)
}

/// All weights that are multiples of `1 / grid` and add up to 1.
fn simplex(n: usize, grid: usize) -> Vec<Vec<f64>> {
    fn fill(left: usize, at: usize, parts: &mut [usize], all: &mut Vec<Vec<f64>>, grid: usize) {
        if at + 1 == parts.len() {
            parts[at] = left;
            all.push(parts.iter().map(|&p| p as f64 / grid as f64).collect());
            return;
        }
        for p in 0..=left {
            parts[at] = p;
            fill(left - p, at + 1, parts, all, grid);
        }
    }
    let mut all = Vec::new();
    fill(grid, 0, &mut vec![0; n], &mut all, grid);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::contract::{ByUser, RankFn, Ranker};
    use std::sync::Arc;

    /// Scores item `i` for user `u` by a table.
    fn table(scores: [[f32; 4]; 3]) -> impl Ranker<Query = ByUser> {
        RankFn::by_score::<ByUser>(4, move |user, item| scores[user as usize][item as usize])
    }

    const RELEVANT: [&[(u32, f32)]; 3] = [&[(1, 1.0)], &[(3, 2.0), (0, 1.0)], &[]];

    fn judged() -> Vec<Judged<'static, ByUser>> {
        (0..3)
            .map(|u| Judged {
                query: u,
                among: Candidates::All,
                relevant: RELEVANT[u as usize],
            })
            .collect()
    }

    fn blend() -> Blend<ByUser> {
        // the first is right for user 0, the second for user 1, the third for nobody
        let a = table([[0.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 0.0], [0.0; 4]]);
        let b = table([[3.0, 2.0, 1.0, 0.0], [4.0, 1.0, 0.0, 9.0], [0.0; 4]]);
        let c = table([[3.0, 0.0, 1.0, 2.0], [1.0, 2.0, 3.0, 0.0], [0.0; 4]]);
        Blend::new()
            .with("a", Arc::new(a), 1.0)
            .with("b", Arc::new(b), 1.0)
            .with("c", Arc::new(c), 1.0)
    }

    #[test]
    fn finds_weights_that_rank_everything_right() {
        let blend = blend().fusion(crate::ensemble::Fusion::MinMax);
        let found = WeightSearch::new().learn(&blend, &judged()).unwrap();
        assert_eq!((found.ndcg, found.queries), (1.0, 2));
        assert!(
            found.weights[2] < 0.2 && (found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12,
            "{found:?}"
        );
        // user 0 alone by the second: item 1 at place 2; user 1 right
        assert!((found.alone[1] - (1.0 / 3f64.log2() + 1.0) / 2.0).abs() < 1e-12);
        let expect = blend.weights(&found.weights).unwrap();
        let (mut s, mut out) = (BlendScratch::default(), vec![]);
        expect
            .rank_into(0, Candidates::All, 1, &mut s, &mut out)
            .unwrap();
        assert_eq!(out[0].item, 1);
        expect
            .rank_into(1, Candidates::All, 2, &mut s, &mut out)
            .unwrap();
        assert_eq!([out[0].item, out[1].item], [3, 0]);
        assert_eq!(
            serde_json::from_str::<LearnedWeights>(&serde_json::to_string(&found).unwrap())
                .unwrap(),
            found
        );
    }

    #[test]
    fn the_same_for_any_number_of_threads() {
        let runs = [1, 2, 4].map(|n| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(n)
                .build()
                .unwrap();
            pool.install(|| WeightSearch::new().k(2).learn(&blend(), &judged()).unwrap())
        });
        assert!(runs[0] == runs[1] && runs[0] == runs[2]);
        assert!(runs[0].ndcg >= runs[0].equal && runs[0].alone.iter().all(|&a| runs[0].ndcg >= a));
    }

    #[test]
    fn the_grid_is_complete() {
        assert_eq!((points(3, 10), simplex(3, 10).len()), (66, 66));
        assert_eq!((points(1, 10), simplex(1, 10)), (1, vec![vec![1.0]]));
        assert!(
            simplex(4, 5)
                .iter()
                .all(|w| (w.iter().sum::<f64>() - 1.0).abs() < 1e-12)
        );
        assert!(points(40, 1000) > 2000);
    }

    #[test]
    fn refuses_bad_judgements() {
        let learn = |relevant: &[(u32, f32)]| {
            let judged = [Judged {
                query: 0,
                among: Candidates::All,
                relevant,
            }];
            WeightSearch::new()
                .learn(&blend(), &judged)
                .unwrap_err()
                .to_string()
        };
        assert!(learn(&[]).contains("empty"));
        assert!(learn(&[(1, f32::NAN)]).contains("NaN"));
        assert!(learn(&[(1, 1.0), (1, 1.0)]).contains("twice"));
        assert!(WeightSearch::new().k(0).learn(&blend(), &judged()).is_err());
        assert!(WeightSearch::new().grid(0).check().is_err());
        assert!(
            WeightSearch::new()
                .learn(&Blend::<ByUser>::new(), &judged())
                .is_err()
        );
    }
}
