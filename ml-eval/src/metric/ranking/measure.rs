//! The four formulas, over groups of ties, so that scored documents and recommended lists share them.

use super::group::Group;
use super::options::{Denominator, Gain};
use serde::{Deserialize, Serialize};

/// Which formula.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Measure {
    Precision,
    Recall(Denominator),
    AveragePrecision(Denominator),
    Ndcg(Gain),
}

/// What the whole query holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole {
    /// Documents with a grade above 0.
    pub(crate) relevant: usize,
    /// DCG of the best order of the first k.
    pub(crate) ideal: f64,
}

impl Measure {
    #[inline(always)]
    pub(crate) fn gain(self) -> Gain {
        match self {
            Self::Ndcg(gain) => gain,
            _ => Gain::Linear,
        }
    }

    #[inline(always)]
    pub(crate) fn needs_ideal(self) -> bool {
        matches!(self, Self::Ndcg(_))
    }

    /// The value of a query with at least one relevant document.
    #[inline(always)]
    pub(crate) fn value(self, groups: &[Group], whole: Whole, k: usize, discounts: &[f64]) -> f64 {
        let divide = |by: Denominator| match by {
            Denominator::Reachable => whole.relevant.min(k) as f64,
            Denominator::AllRelevant => whole.relevant as f64,
        };
        match self {
            Self::Precision => hits(groups, k) / k as f64,
            Self::Recall(by) => hits(groups, k) / divide(by),
            Self::AveragePrecision(by) => precision_sum(groups, k) / divide(by),
            Self::Ndcg(_) => (dcg(groups, k, discounts) / whole.ideal).min(1.0),
        }
    }
}

/// Expected number of relevant documents in the first k ranks.
#[inline(always)]
fn hits(groups: &[Group], k: usize) -> f64 {
    let mut rank = 0;
    let mut hits = 0.0;
    for group in groups {
        let inside = group.size.min(k - rank);
        hits += if inside == group.size {
            group.relevant as f64
        } else {
            group.relevant as f64 * inside as f64 / group.size as f64
        };
        rank += inside;
    }
    hits
}

/// Expected sum, over the relevant documents in the first k ranks, of the precision at their rank.
///
/// Within a group of `n` ties with `r` relevant, the document at place `j` is relevant with probability `r / n`, and then
/// `(j - 1)(r - 1) / (n - 1)` of the places before it are expected to be relevant too.
#[inline(always)]
fn precision_sum(groups: &[Group], k: usize) -> f64 {
    let (mut rank, mut hits, mut sum) = (0usize, 0.0, 0.0);
    for group in groups {
        let (n, r) = (group.size as f64, group.relevant as f64);
        if group.relevant > 0 {
            let slope = if group.size > 1 {
                (r - 1.0) / (n - 1.0)
            } else {
                0.0
            };
            for place in 0..group.size.min(k - rank) {
                sum += r / n * (hits + 1.0 + place as f64 * slope) / (rank + place + 1) as f64;
            }
        }
        rank = k.min(rank + group.size);
        hits += r;
    }
    sum
}

/// Expected discounted gain of the first k ranks: a group's mean gain times the discounts of its ranks.
#[inline(always)]
fn dcg(groups: &[Group], k: usize, discounts: &[f64]) -> f64 {
    let (mut rank, mut sum) = (0, 0.0);
    for group in groups {
        let end = k.min(rank + group.size);
        let discount: f64 = discounts[rank..end].iter().sum();
        let mean = if group.size == 1 {
            group.gain
        } else {
            group.gain / group.size as f64
        };
        sum += mean * discount;
        rank = end;
    }
    sum
}

/// `1 / log2(rank + 1)` for ranks 1, 2, ...
pub(crate) fn discounts(ranks: usize) -> Vec<f64> {
    (0..ranks).map(|i| 1.0 / (i as f64 + 2.0).log2()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of a formula over every order of the ties, by brute force.
    fn by_orders(groups: &[&[bool]], k: usize, of: &dyn Fn(&[Group]) -> f64) -> f64 {
        fn orders(items: &[bool]) -> Vec<Vec<bool>> {
            if items.is_empty() {
                return vec![vec![]];
            }
            (0..items.len())
                .flat_map(|i| {
                    let mut rest = items.to_vec();
                    let first = rest.remove(i);
                    orders(&rest).into_iter().map(move |mut o| {
                        o.insert(0, first);
                        o
                    })
                })
                .collect()
        }
        let mut lists = vec![vec![]];
        for group in groups {
            lists = lists
                .iter()
                .flat_map(|l: &Vec<bool>| {
                    orders(group).into_iter().map(|o| [l.clone(), o].concat())
                })
                .collect();
        }
        let total: f64 = lists
            .iter()
            .map(|l| {
                let single: Vec<Group> = l
                    .iter()
                    .take(k)
                    .map(|&hit| Group {
                        size: 1,
                        relevant: usize::from(hit),
                        gain: f64::from(u8::from(hit)),
                    })
                    .collect();
                of(&single)
            })
            .sum();
        total / lists.len() as f64
    }

    #[test]
    fn ties_are_the_mean_over_their_orders() {
        let lists: [&[bool]; 4] = [
            &[true],
            &[false, true, true],
            &[false],
            &[true, false, false],
        ];
        let groups: Vec<Group> = lists
            .iter()
            .map(|l| {
                let relevant = l.iter().filter(|h| **h).count();
                Group {
                    size: l.len(),
                    relevant,
                    gain: relevant as f64,
                }
            })
            .collect();
        for k in 1..=8 {
            let table = discounts(k);
            assert!(
                (hits(&groups, k) - by_orders(&lists, k, &|g| hits(g, k))).abs() < 1e-12,
                "k {k}"
            );
            assert!(
                (precision_sum(&groups, k) - by_orders(&lists, k, &|g| precision_sum(g, k))).abs()
                    < 1e-12,
                "k {k}"
            );
            assert!(
                (dcg(&groups, k, &table) - by_orders(&lists, k, &|g| dcg(g, k, &table))).abs()
                    < 1e-12,
                "k {k}"
            );
        }
    }
}
