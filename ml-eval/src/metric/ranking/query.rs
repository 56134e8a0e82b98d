//! One query: documents with scores and grades.

use super::formula::{Formula, QueryTotals, discounts};
use super::group::{Group, Selection, head};
use super::options::Gain;
use crate::error::{self, Result};
use crate::score::Score;
use crate::score::key::{Key, Keyed};

/// Integer grades up to this level are counted level by level, without sorting.
const LEVELS: u32 = 15;

/// A metric with the discounts of its ranks; shared by all queries of a call.
#[derive(Debug)]
pub(crate) struct Scorer<M> {
    pub(super) metric: M,
    pub(super) discounts: Vec<f64>,
}

/// Buffers of one thread; nothing is allocated once they have grown.
#[derive(Debug)]
pub(crate) struct Scratch<K> {
    selection: Selection<K>,
    groups: Vec<Group>,
    grades: Vec<f64>,
    sorted: Vec<f64>,
}

impl<K: Key> Default for Scratch<K> {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            groups: Vec::new(),
            grades: Vec::new(),
            sorted: Vec::new(),
        }
    }
}

impl<M: Formula> Scorer<M> {
    /// A metric, ready for queries of at most `longest` documents.
    pub(crate) fn new(metric: &M, longest: usize) -> Result<Self> {
        metric.cutoff().check()?;
        Ok(Self {
            metric: metric.clone(),
            discounts: discounts(metric.cutoff().k.min(longest)),
        })
    }

    /// The gain of a grade; formulas without one do not look at it.
    #[inline(always)]
    pub(super) fn gain(&self) -> Gain {
        self.metric.gain().unwrap_or(Gain::Linear)
    }

    /// The value of one query, `None` if none of its documents is relevant. `first` is its first
    /// row, for messages.
    #[inline(always)]
    pub(crate) fn query<S: Score, G: Copy + Into<f64>>(
        &self,
        scores: &[S],
        grades: &[G],
        first: usize,
        scratch: &mut Scratch<<S as Keyed>::Key>,
    ) -> Result<Option<f64>> {
        let Scratch {
            selection,
            groups,
            grades: numbers,
            sorted,
        } = scratch;
        numbers.clear();
        numbers.extend(grades.iter().map(|g| Into::<f64>::into(*g)));
        check(scores, numbers, first)?;
        let gain = self.gain();
        let query = self.totals(numbers, sorted);
        if query.relevant == 0 {
            return Ok(None);
        }
        if !query.ideal_dcg.is_finite() {
            return Err(too_large(first, numbers, gain));
        }
        let relevance = |row: usize| (numbers[row] > 0.0, gain.of(numbers[row]));
        head(scores, self.metric.cutoff().k, relevance, selection, groups);
        Ok(Some(self.metric.value(groups, query, &self.discounts)))
    }

    #[inline(always)]
    fn totals(&self, grades: &[f64], sorted: &mut Vec<f64>) -> QueryTotals {
        let relevant = grades.len() - count(grades, 0.0);
        let ideal_dcg = match self.metric.gain() {
            None => 1.0,
            Some(gain) => self
                .by_level(grades, gain, relevant)
                .unwrap_or_else(|| self.by_order(grades, gain, sorted)),
        };
        QueryTotals {
            relevant,
            ideal_dcg,
        }
    }

    /// The best DCG from the number of documents of each level; `None` if the grades are not small
    /// integers.
    #[inline(always)]
    fn by_level(&self, grades: &[f64], gain: Gain, relevant: usize) -> Option<f64> {
        let mut counts = [0; LEVELS as usize + 1];
        let (mut level, mut found) = (0, 0);
        while found < relevant {
            level += 1;
            if level > LEVELS {
                return None;
            }
            counts[level as usize] = count(grades, f64::from(level));
            found += counts[level as usize];
        }
        let k = self.metric.cutoff().k;
        let (mut rank, mut ideal) = (0, 0.0);
        for level in (1..=level).rev() {
            let end = k.min(rank + counts[level as usize]);
            ideal += gain.of(f64::from(level)) * self.discounts[rank..end].iter().sum::<f64>();
            rank = end;
        }
        Some(ideal)
    }

    fn by_order(&self, grades: &[f64], gain: Gain, sorted: &mut Vec<f64>) -> f64 {
        sorted.clear();
        sorted.extend(grades.iter().filter(|g| **g > 0.0));
        let k = self.metric.cutoff().k;
        if sorted.len() > k {
            sorted.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a));
            sorted.truncate(k);
        }
        sorted.sort_unstable_by(|a, b| b.total_cmp(a));
        sorted
            .iter()
            .zip(&self.discounts)
            .map(|(g, d)| gain.of(*g) * d)
            .sum()
    }
}

#[inline(always)]
fn count(grades: &[f64], level: f64) -> usize {
    grades.iter().filter(|g| **g == level).count()
}

/// Numbers of one query's documents; no early exit, so that the loops are vectorised.
#[inline(always)]
fn check<S: Score>(scores: &[S], grades: &[f64], first: usize) -> Result<()> {
    let bad = |g: &f64| !(*g >= 0.0 && *g < f64::INFINITY);
    let any = scores.iter().fold(false, |any, s| any | s.missing())
        | grades.iter().fold(false, |any, g| any | bad(g));
    if any {
        fault(scores, grades, first, bad)
    } else {
        Ok(())
    }
}

#[cold]
fn fault<S: Score>(
    scores: &[S],
    grades: &[f64],
    first: usize,
    bad: impl Fn(&f64) -> bool,
) -> Result<()> {
    if let Some(row) = scores.iter().position(|s| s.missing()) {
        return Err(error::value(
            "predicted score",
            first + row,
            "NaN",
            "a number",
        ));
    }
    match grades.iter().position(bad) {
        Some(row) => Err(error::value(
            "relevance grade",
            first + row,
            grades[row],
            "a finite number of at least 0",
        )),
        None => Ok(()),
    }
}

#[cold]
fn too_large(first: usize, grades: &[f64], gain: Gain) -> ml_data::Error {
    let largest = (0..grades.len()).max_by(|&a, &b| grades[a].total_cmp(&grades[b]));
    let row = largest.unwrap_or(0);
    let expected = format!("a grade whose {gain:?} gain keeps the sum of the query finite");
    error::value("grade", first + row, grades[row], &expected)
}
