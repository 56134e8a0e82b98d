//! One user: a list of recommended items against the items that were relevant.

use super::group::Group;
use super::measure::Whole;
use super::query::Scorer;
use crate::error::{self, Error, Result};

/// The items that were relevant to one user: ascending ids, with or without grades.
///
/// Without grades every item has grade 1. Items of grade 0 may be listed; they count as not relevant.
#[derive(Debug, Clone, Copy)]
pub struct Relevant<'a> {
    items: &'a [u32],
    grades: Option<&'a [f64]>,
    count: usize,
}

impl<'a> Relevant<'a> {
    /// Items that are all equally relevant.
    ///
    /// # Errors
    /// Ids that are not strictly ascending.
    pub fn new(items: &'a [u32]) -> Result<Self> {
        if let Some(at) = items.windows(2).position(|w| w[0] >= w[1]) {
            return Err(error::value(
                "relevant items",
                at + 1,
                items[at + 1],
                "ids in strictly ascending order",
            ));
        }
        Ok(Self {
            items,
            grades: None,
            count: items.len(),
        })
    }

    /// Items with a grade each.
    ///
    /// # Errors
    /// Ids that are not strictly ascending, another number of grades, a grade that is negative or not finite.
    pub fn graded(items: &'a [u32], grades: &'a [f64]) -> Result<Self> {
        let plain = Self::new(items)?;
        if grades.len() != items.len() {
            return Err(error::length(
                "grades of the relevant items",
                items.len(),
                grades.len(),
            ));
        }
        if let Some(at) = grades.iter().position(|g| !(g.is_finite() && *g >= 0.0)) {
            return Err(error::value(
                "relevance grade",
                at,
                grades[at],
                "a finite number of at least 0",
            ));
        }
        Ok(Self {
            grades: Some(grades),
            count: grades.iter().filter(|g| **g > 0.0).count(),
            ..plain
        })
    }

    /// How many items are relevant.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The grade of an item, 0 if it is not relevant.
    #[must_use]
    pub fn grade(&self, item: u32) -> f64 {
        match (self.items.binary_search(&item), self.grades) {
            (Ok(at), Some(grades)) => grades[at],
            (Ok(_), None) => 1.0,
            (Err(_), _) => 0.0,
        }
    }
}

impl Scorer {
    /// The value of a recommended list, `None` if nothing was relevant. `groups` is a buffer.
    pub(crate) fn list(
        &self,
        recommended: &[u32],
        relevant: &Relevant<'_>,
        groups: &mut Vec<Group>,
    ) -> Result<Option<f64>> {
        let head = &recommended[..self.k.min(recommended.len())];
        repeated(head)?;
        if relevant.count == 0 {
            return Ok(None);
        }
        let gain = self.measure.gain();
        groups.clear();
        groups.extend(head.iter().map(|&item| {
            let grade = relevant.grade(item);
            Group {
                size: 1,
                relevant: usize::from(grade > 0.0),
                gain: gain.of(grade),
            }
        }));
        let whole = Whole {
            relevant: relevant.count,
            ideal: self.ideal(relevant),
        };
        if !whole.ideal.is_finite() {
            return Err(Error::value(
                "grades",
                format!("grades that the {gain:?} gain keeps finite"),
                "larger ones",
            ));
        }
        Ok(Some(self.measure.value(
            groups,
            whole,
            self.k,
            &self.discounts,
        )))
    }

    /// The DCG of the best order of the relevant items.
    fn ideal(&self, relevant: &Relevant<'_>) -> f64 {
        let reachable = self.k.min(relevant.count);
        match relevant.grades {
            _ if !self.measure.needs_ideal() => 1.0,
            None => self.discounts[..reachable].iter().sum(),
            Some(grades) => {
                let mut best: Vec<f64> = grades.iter().copied().filter(|g| *g > 0.0).collect();
                best.sort_unstable_by(|a, b| b.total_cmp(a));
                best.iter()
                    .zip(&self.discounts[..reachable])
                    .map(|(g, d)| self.measure.gain().of(*g) * d)
                    .sum()
            }
        }
    }
}

/// An item recommended twice would be counted twice.
fn repeated(head: &[u32]) -> Result<()> {
    let twice = if head.len() <= 32 {
        (1..head.len())
            .find(|&i| head[..i].contains(&head[i]))
            .map(|i| head[i])
    } else {
        let mut sorted = head.to_vec();
        sorted.sort_unstable();
        sorted.windows(2).find(|w| w[0] == w[1]).map(|w| w[0])
    };
    let Some(item) = twice else { return Ok(()) };
    let mut at = (0..head.len()).filter(|&i| head[i] == item);
    let mut next = || at.next().unwrap_or_default();
    Err(Error::Duplicate {
        what: "recommended item".into(),
        name: item.to_string(),
        first: next(),
        second: next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{PrecisionAtK, RankingMetric};

    /// Long lists are sorted to find an item twice, short ones searched; the two need not be
    /// neighbours.
    #[test]
    fn an_item_recommended_twice_is_found_wherever_it_stands() {
        let relevant = [1u32];
        let relevant = Relevant::new(&relevant).unwrap();
        for n in [2, 20, 32, 33, 40, 200] {
            let mut list: Vec<u32> = (0..n).rev().collect();
            let of = |list: &[u32]| PrecisionAtK::at(n as usize).list(list, &relevant);
            assert!(of(&list).is_ok());
            list[n as usize - 1] = list[0];
            let text = of(&list).unwrap_err().to_string();
            assert!(
                text.contains(&format!(
                    "duplicate recommended item `{}`, at 0 and {}",
                    n - 1,
                    n - 1
                )),
                "{text}"
            );
            // beyond the cut it is not looked at
            assert!(
                PrecisionAtK::at(n as usize - 1)
                    .list(&list, &relevant)
                    .is_ok()
            );
        }
    }
}
