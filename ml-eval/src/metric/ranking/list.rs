//! One user: a list of recommended items against the items that were relevant.

use super::formula::{Formula, QueryTotals};
use super::group::Group;
use super::query::Scorer;
use super::relevant::Relevant;
use crate::error::{Error, Result};

/// A metric that scores recommended lists, whichever it is.
pub(crate) trait ListScorer: Send + Sync {
    /// The value of a recommended list, `None` if nothing was relevant. `groups` is a buffer.
    fn list(
        &self,
        recommended: &[u32],
        relevant: &Relevant<'_>,
        groups: &mut Vec<Group>,
    ) -> Result<Option<f64>>;
}

impl<M: Formula> ListScorer for Scorer<M> {
    fn list(
        &self,
        recommended: &[u32],
        relevant: &Relevant<'_>,
        groups: &mut Vec<Group>,
    ) -> Result<Option<f64>> {
        let k = self.metric.cutoff().k;
        let head = &recommended[..k.min(recommended.len())];
        repeated(head)?;
        if relevant.count() == 0 {
            return Ok(None);
        }
        let gain = self.gain();
        groups.clear();
        groups.extend(head.iter().map(|&item| {
            let grade = relevant.grade(item);
            Group {
                size: 1,
                relevant: usize::from(grade > 0.0),
                gain: gain.of(grade),
            }
        }));
        let query = QueryTotals {
            relevant: relevant.count(),
            ideal_dcg: self.ideal_dcg(relevant),
        };
        if !query.ideal_dcg.is_finite() {
            let grades = relevant.grades.iter().copied().flatten();
            let largest = grades.fold(0.0, |most: f64, g| most.max(*g));
            let expected = format!("grades whose {gain:?} gains have a finite sum");
            return Err(Error::value("grades", expected, largest));
        }
        Ok(Some(self.metric.value(groups, query, &self.discounts)))
    }
}

impl<M: Formula> Scorer<M> {
    /// The DCG of the best order of the relevant items.
    fn ideal_dcg(&self, relevant: &Relevant<'_>) -> f64 {
        let Some(gain) = self.metric.gain() else {
            return 1.0;
        };
        let reachable = self.metric.cutoff().k.min(relevant.count());
        match relevant.grades {
            None => self.discounts[..reachable].iter().sum(),
            Some(grades) => {
                let mut best: Vec<f64> = grades.iter().copied().filter(|g| *g > 0.0).collect();
                best.sort_unstable_by(|a, b| b.total_cmp(a));
                best.iter()
                    .zip(&self.discounts[..reachable])
                    .map(|(g, d)| gain.of(*g) * d)
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
