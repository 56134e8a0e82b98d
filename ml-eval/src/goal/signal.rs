//! Signals: the relation of each feature to the outcome, with permutation p-values corrected for
//! the number of features.

use super::columns::{FeatureValues, Levels, Outcome, RowSample};
use ml_data::random::{generator, permutation};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A measure of the relation of a feature to the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Statistic {
    /// Area under the ROC curve of a numeric feature; for several classes the one farthest from
    /// 0.5, each class against the rest. `0.5 + sum of the centred ranks of a class / (n_in
    /// n_out)`.
    RocAuc,
    /// Spearman's rank correlation of a numeric feature with a real outcome: Pearson's of the
    /// mid-ranks.
    Spearman,
    /// Cramér's V of a categorical feature with classes:
    /// `sqrt(chi² / (n (min(levels, classes) - 1)))`.
    CramersV,
    /// Correlation ratio eta: `sqrt(between-levels sum of squares / total sum of squares)` of the
    /// ranks of a real outcome.
    CorrelationRatio,
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RocAuc => "AUC",
            Self::Spearman => "rho",
            Self::CramersV => "V",
            Self::CorrelationRatio => "eta",
        })
    }
}

/// The relation of one feature to the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The feature.
    pub feature: String,
    /// The measure of its relation.
    pub statistic: Statistic,
    /// The statistic's value.
    pub value: f64,
    /// Share of the permutations of the outcome with a relation at least as strong: `(1 + stronger)
    /// / (1 + permutations)`.
    pub p_value: f64,
    /// The same against the strongest of *all* features in each permutation (Westfall and Young),
    /// so that one in twenty useless features does not look useful.
    pub adjusted_p_value: f64,
}

/// A feature prepared for many permutations.
enum Prepared {
    /// Centred mid-ranks of the rows that are present.
    Ranked {
        rows: Vec<u32>,
        ranks: Vec<f64>,
        squares: f64,
    },
    /// Levels of all rows.
    Levels { codes: Vec<u32>, counts: Vec<f64> },
}

/// The outcome, as permuted: class codes, or ranks of a real outcome.
enum OutcomeCodes {
    Classes(Vec<u32>),
    Ranks(Vec<f64>),
}

/// The signals of all features, in the order given.
pub(crate) fn signals(
    features: &[(&str, FeatureValues<'_>)],
    outcome: Outcome<'_>,
    rows: &RowSample,
    permutations: usize,
    seed: u64,
) -> Vec<Signal> {
    let prepared: Vec<Prepared> = features.iter().map(|(_, f)| prepare(*f, rows)).collect();
    let (outcome_codes, classes) = match outcome.levels() {
        Some(levels) => (
            OutcomeCodes::Classes(rows.take(&levels.codes)),
            levels.names.len(),
        ),
        None => (OutcomeCodes::Ranks(real_ranks(outcome, rows)), 0),
    };
    let observed: Vec<(Statistic, f64)> = prepared
        .iter()
        .map(|p| statistic(p, &outcome_codes, classes))
        .collect();
    let drawn: Vec<Vec<f64>> = (0..permutations)
        .into_par_iter()
        .map(|b| {
            let order = permutation(
                rows.0.len(),
                &mut generator(seed, "feasibility permutation", b as u64),
            );
            let shuffled = outcome_codes.shuffled(&order);
            prepared
                .iter()
                .map(|p| strength(statistic(p, &shuffled, classes)))
                .collect()
        })
        .collect();
    p_values(features, &observed, &drawn)
}

impl OutcomeCodes {
    fn shuffled(&self, order: &[u32]) -> Self {
        match self {
            Self::Classes(c) => Self::Classes(order.iter().map(|&i| c[i as usize]).collect()),
            Self::Ranks(r) => Self::Ranks(order.iter().map(|&i| r[i as usize]).collect()),
        }
    }
}

fn real_ranks(outcome: Outcome<'_>, rows: &RowSample) -> Vec<f64> {
    match outcome {
        Outcome::Real(values) => centred_ranks(&rows.take(values)),
        _ => Vec::new(),
    }
}

fn prepare(feature: FeatureValues<'_>, rows: &RowSample) -> Prepared {
    match feature {
        FeatureValues::Numeric(values) => {
            let taken = rows.take(values);
            let present: Vec<u32> = (0..taken.len() as u32)
                .filter(|&i| !taken[i as usize].is_nan())
                .collect();
            let ranks = centred_ranks(
                &present
                    .iter()
                    .map(|&i| taken[i as usize])
                    .collect::<Vec<f64>>(),
            );
            let squares = ranks.iter().map(|r| r * r).sum();
            Prepared::Ranked {
                rows: present,
                ranks,
                squares,
            }
        }
        FeatureValues::Categorical(codes) => {
            let levels = Levels::new(&rows.take(codes));
            let mut counts = vec![0.0; levels.names.len()];
            levels.codes.iter().for_each(|&c| counts[c as usize] += 1.0);
            Prepared::Levels {
                codes: levels.codes,
                counts,
            }
        }
    }
}

/// Mid-ranks minus their mean.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let sorted = crate::radix::sorted_rows(values);
    let mut ranks = vec![0.0; values.len()];
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let mut start = 0;
    for ties in sorted.chunk_by(|a, b| a.key == b.key) {
        let rank = start as f64 + (ties.len() as f64 - 1.0) / 2.0 - middle;
        ties.iter().for_each(|t| ranks[t.row as usize] = rank);
        start += ties.len();
    }
    ranks
}

fn statistic(feature: &Prepared, outcome: &OutcomeCodes, classes: usize) -> (Statistic, f64) {
    match (feature, outcome) {
        (Prepared::Ranked { rows, ranks, .. }, OutcomeCodes::Classes(codes)) => {
            (Statistic::RocAuc, auc(rows, ranks, codes, classes))
        }
        (
            Prepared::Ranked {
                rows,
                ranks,
                squares,
            },
            OutcomeCodes::Ranks(y),
        ) => (Statistic::Spearman, correlation(rows, ranks, *squares, y)),
        (Prepared::Levels { codes, counts }, OutcomeCodes::Classes(y)) => {
            (Statistic::CramersV, cramers_v(codes, counts, y, classes))
        }
        (Prepared::Levels { codes, counts }, OutcomeCodes::Ranks(y)) => (
            Statistic::CorrelationRatio,
            correlation_ratio(codes, counts, y),
        ),
    }
}

/// Distance of a statistic from its value without a relation.
fn strength((statistic, value): (Statistic, f64)) -> f64 {
    match statistic {
        Statistic::RocAuc => (value - 0.5).abs(),
        _ => value.abs(),
    }
}

/// The area of the class farthest from 0.5 (of two classes, the second). With centred ranks it is
/// `0.5 + sum / (in * out)`.
fn auc(rows: &[u32], ranks: &[f64], codes: &[u32], classes: usize) -> f64 {
    let mut sums = vec![(0.0, 0.0); classes];
    for (&row, &rank) in rows.iter().zip(ranks) {
        let s = &mut sums[codes[row as usize] as usize];
        *s = (s.0 + rank, s.1 + 1.0);
    }
    let n = rows.len() as f64;
    let tried = if classes == 2 { &sums[1..] } else { &sums[..] };
    // Of no row or of all rows: 0 / 0, which is no farther from 0.5 than anything.
    let areas = tried
        .iter()
        .map(|(sum, count)| 0.5 + sum / (count * (n - count)));
    areas.fold(0.5, |best: f64, area| {
        if (area - 0.5).abs() > (best - 0.5).abs() {
            area
        } else {
            best
        }
    })
}

fn correlation(rows: &[u32], ranks: &[f64], squares: f64, y: &[f64]) -> f64 {
    let (mut sum, mut square, mut product) = (0.0, 0.0, 0.0);
    for (&row, &rank) in rows.iter().zip(ranks) {
        let v = y[row as usize];
        sum += v;
        square += v * v;
        product += rank * v;
    }
    let spread = squares * (square - sum * sum / rows.len().max(1) as f64);
    if spread > 0.0 {
        product / spread.sqrt()
    } else {
        0.0
    }
}

fn cramers_v(codes: &[u32], counts: &[f64], y: &[u32], classes: usize) -> f64 {
    let mut table = vec![0.0; counts.len() * classes];
    let mut totals = vec![0.0; classes];
    for (&level, &class) in codes.iter().zip(y) {
        table[level as usize * classes + class as usize] += 1.0;
        totals[class as usize] += 1.0;
    }
    let smaller = counts.len().min(classes);
    if smaller < 2 {
        return 0.0;
    }
    // chi-squared / n is the sum of n_ij^2 / (n_i n_j) minus 1
    let share: f64 = table
        .chunks(classes)
        .zip(counts)
        .map(|(row, c)| {
            row.iter()
                .zip(&totals)
                .map(|(x, t)| x * x / (c * t))
                .sum::<f64>()
        })
        .sum();
    ((share - 1.0).max(0.0) / (smaller - 1) as f64).sqrt()
}

fn correlation_ratio(codes: &[u32], counts: &[f64], y: &[f64]) -> f64 {
    let mut sums = vec![0.0; counts.len()];
    let mut squares = 0.0; // ranks are centred: this is the total sum of squares
    for (&level, &v) in codes.iter().zip(y) {
        sums[level as usize] += v;
        squares += v * v;
    }
    let between: f64 = sums.iter().zip(counts).map(|(s, c)| s * s / c).sum();
    if squares > 0.0 {
        (between / squares).sqrt()
    } else {
        0.0
    }
}

fn p_values(
    features: &[(&str, FeatureValues<'_>)],
    observed: &[(Statistic, f64)],
    drawn: &[Vec<f64>],
) -> Vec<Signal> {
    let draws = drawn.len() as f64;
    // strengths in units of their own spread under permutation, so that features of many levels do
    // not outweigh the others
    let scale: Vec<(f64, f64)> = (0..features.len())
        .map(|f| {
            let mean = drawn.iter().map(|d| d[f]).sum::<f64>() / draws;
            // Up to a factor that all features share.
            let squares = drawn.iter().map(|d| (d[f] - mean).powi(2));
            let spread = squares.sum::<f64>().sqrt();
            (mean, spread)
        })
        .collect();
    let standard = |f: usize, s: f64| {
        if scale[f].1 > 0.0 {
            (s - scale[f].0) / scale[f].1
        } else {
            f64::NEG_INFINITY
        }
    };
    let strongest: Vec<f64> = drawn
        .iter()
        .map(|d| {
            d.iter()
                .enumerate()
                .map(|(f, s)| standard(f, *s))
                .fold(f64::NEG_INFINITY, f64::max)
        })
        .collect();
    let share = |stronger: usize| (1 + stronger) as f64 / (1.0 + draws);
    features
        .iter()
        .zip(observed)
        .enumerate()
        .map(|(f, ((name, _), &(statistic, value)))| {
            let found = strength((statistic, value)) - 1e-12; // equal up to rounding counts as equal
            Signal {
                feature: (*name).to_owned(),
                statistic,
                value,
                p_value: share(drawn.iter().filter(|d| d[f] >= found).count()),
                adjusted_p_value: share(
                    strongest
                        .iter()
                        .filter(|s| **s >= standard(f, found))
                        .count(),
                ),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
