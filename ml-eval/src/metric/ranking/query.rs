//! One query: documents with scores and grades.

use super::group::{Scratch, check};
use super::measure::{Measure, Whole};
use super::options::Gain;
use crate::error::{self, Result};
use crate::metric::score::Score;
use crate::metric::score_key::Keyed;

/// Grades up to this level are counted level by level, without sorting.
const LEVELS: u8 = 15;

/// A formula with its cut-off and the discounts of its ranks; shared by all queries of a call.
#[derive(Debug)]
pub(crate) struct Scorer {
    pub(crate) measure: Measure,
    pub(crate) k: usize,
    pub(crate) discounts: Vec<f64>,
}

impl Scorer {
    /// The value of one query, `None` if none of its documents is relevant. `first` is its first row, for messages.
    pub(crate) fn query<S: Score, G: Copy + Into<f64>>(
        &self,
        scores: &[S],
        grades: &[G],
        first: usize,
        scratch: &mut Scratch<<S as Keyed>::Key>,
    ) -> Result<Option<f64>> {
        check(scores, grades, first)?;
        let gain = self.measure.gain();
        let whole = self.whole(grades, gain, scratch);
        if whole.relevant == 0 {
            return Ok(None);
        }
        if !whole.ideal.is_finite() {
            return Err(error::data(format!(
                "the query at row {first} has grades too large for the {gain:?} gain"
            )));
        }
        scratch.head(scores, self.k, |row| {
            let grade: f64 = grades[row].into();
            (grade > 0.0, gain.of(grade))
        });
        Ok(Some(self.measure.value(
            &scratch.groups,
            whole,
            self.k,
            &self.discounts,
        )))
    }

    fn whole<K, G: Copy + Into<f64>>(
        &self,
        grades: &[G],
        gain: Gain,
        scratch: &mut Scratch<K>,
    ) -> Whole {
        if !self.measure.needs_ideal() {
            return Whole {
                relevant: grades
                    .iter()
                    .filter(|g| Into::<f64>::into(**g) > 0.0)
                    .count(),
                ideal: 1.0,
            };
        }
        // branch-free, so that the conversions are vectorised
        let (mut integers, mut top) = (true, 0);
        scratch.small.clear();
        scratch.small.extend(grades.iter().map(|&g| {
            let grade: f64 = g.into();
            let level = grade as u8;
            integers &= f64::from(level) == grade;
            top = top.max(level);
            level
        }));
        if integers && top <= LEVELS {
            self.by_level(&scratch.small, top, gain)
        } else {
            self.by_order(grades, gain, &mut scratch.grades)
        }
    }

    fn by_level(&self, levels: &[u8], top: u8, gain: Gain) -> Whole {
        let (mut relevant, mut rank, mut ideal) = (0, 0, 0.0);
        for level in (1..=top).rev() {
            let count = count(levels, level);
            relevant += count;
            let end = self.k.min(rank + count);
            ideal += gain.of(f64::from(level)) * self.discounts[rank..end].iter().sum::<f64>();
            rank = end;
        }
        Whole { relevant, ideal }
    }

    fn by_order<G: Copy + Into<f64>>(
        &self,
        grades: &[G],
        gain: Gain,
        buffer: &mut Vec<f64>,
    ) -> Whole {
        buffer.clear();
        buffer.extend(
            grades
                .iter()
                .map(|&g| Into::<f64>::into(g))
                .filter(|g| *g > 0.0),
        );
        let relevant = buffer.len();
        if relevant > self.k {
            buffer.select_nth_unstable_by(self.k - 1, |a, b| b.total_cmp(a));
            buffer.truncate(self.k);
        }
        buffer.sort_unstable_by(|a, b| b.total_cmp(a));
        Whole {
            relevant,
            ideal: buffer
                .iter()
                .zip(&self.discounts)
                .map(|(g, d)| gain.of(*g) * d)
                .sum(),
        }
    }
}

/// How many bytes equal `level`; counted in bytes per chunk, so that 16 or more are compared at once.
fn count(levels: &[u8], level: u8) -> usize {
    levels
        .chunks(255)
        .map(|c| usize::from(c.iter().map(|&l| u8::from(l == level)).sum::<u8>()))
        .sum()
}
