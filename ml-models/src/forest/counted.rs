//! Weights of rows and of classes, as integers.

use serde::{Deserialize, Serialize};

use super::fixed;
use crate::tree::weights::Weights;
use ml_data::{Error, Result};

/// Factors of the rows of some classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ClassWeight {
    /// All classes together count the same: `rows / (classes * rows of the class)`, rows by their
    /// weights, classes without any left out.
    Balanced,
    /// A factor above 0 for each class, in the order of the classes; of two classes the negative
    /// one first.
    Each(Vec<f64>),
}

/// Classes of the rows.
#[derive(Debug)]
pub(super) struct Classes<'a> {
    pub(super) codes: &'a [u32],
    pub(super) count: usize,
}

impl ClassWeight {
    /// The first factor that is not above 0 and finite.
    pub(super) fn refused(&self) -> Option<f64> {
        match self {
            Self::Balanced => None,
            Self::Each(factors) => factors
                .iter()
                .copied()
                .find(|f| !(f.is_finite() && *f > 0.0)),
        }
    }

    /// A factor for each row.
    pub(super) fn of(
        &self,
        step: &'static str,
        classes: &Classes<'_>,
        weights: &Weights,
    ) -> Result<Vec<f64>> {
        let factors = match self {
            Self::Each(factors) if factors.len() != classes.count => {
                let found = format!("{} factors for {} classes", factors.len(), classes.count);
                let rule = "one factor for each class";
                return Err(Error::parameter(step, "class_weight", found, rule));
            }
            Self::Each(factors) => factors.clone(),
            Self::Balanced => balanced(classes, weights),
        };
        Ok(classes.codes.iter().map(|&c| factors[c as usize]).collect())
    }
}

/// Factors that make all classes count the same; their sums do not depend on the order of the rows.
fn balanced(classes: &Classes<'_>, weights: &Weights) -> Vec<f64> {
    let n = classes.codes.len();
    let each: Vec<f64> = (0..n).map(|row| weights.of(row)).collect();
    let (whole, _) = fixed::weights(&each, n as f64);
    let mut sums = vec![0_i64; classes.count];
    for (&code, weight) in classes.codes.iter().zip(whole) {
        sums[code as usize] += weight;
    }
    let seen = sums.iter().filter(|&&s| s > 0).count();
    let all = sums.iter().sum::<i64>() as f64;
    let factor = |&sum: &i64| match sum {
        0 => 1.0,
        sum => all / (seen as f64 * sum as f64),
    };
    sums.iter().map(factor).collect()
}

/// Rows of a tree, repeats included, are counted in 31 bits.
const MOST_REPEATS: f64 = (1_u64 << 31) as f64;

/// Weights of rows, as integers.
#[derive(Debug)]
pub(super) struct Counted {
    /// Number of rows that each stands for, if not one.
    pub(super) repeats: Option<Vec<u32>>,
    /// Integer weights and what they were multiplied by, where weights are not whole.
    pub(super) real: Option<(Vec<i64>, f64)>,
}

impl Counted {
    /// Weights times factors, where given. `draws` bounds how many rows, repeats included, a tree
    /// is grown on.
    pub(super) fn new(weights: &Weights, factors: Option<Vec<f64>>, draws: f64) -> Self {
        let repeats = weights.repeats().filter(|_| draws < MOST_REPEATS);
        let own = match weights {
            _ if repeats.is_some() => None,
            weights => weights.factors(),
        };
        let both = match (own, factors) {
            (Some(own), Some(factors)) => {
                Some(own.iter().zip(factors).map(|(w, f)| w * f).collect())
            }
            (own, factors) => own.or(factors),
        };
        Self {
            repeats: repeats.map(<[u32]>::to_vec),
            real: both.map(|both: Vec<f64>| fixed::weights(&both, draws)),
        }
    }

    pub(super) fn times(&self, row: usize, drawn: u32) -> u32 {
        let repeats = self.repeats.as_ref().map_or(1, |r| r[row]);
        drawn.saturating_mul(repeats)
    }

    /// The weight of a row that counts so often.
    pub(super) fn weight(&self, row: usize, times: u32) -> i64 {
        let weight = self.real.as_ref().map_or(1, |(w, _)| w[row]);
        weight.saturating_mul(i64::from(times))
    }

    pub(super) fn scale(&self) -> f64 {
        self.real.as_ref().map_or(1.0, |r| r.1)
    }

    pub(super) fn largest(&self) -> f64 {
        let most = |(w, _): &(Vec<i64>, f64)| w.iter().copied().max().unwrap_or(1) as f64;
        self.real.as_ref().map_or(1.0, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_classes_count_the_same() {
        let classes = Classes {
            codes: &[0, 0, 0, 2],
            count: 3,
        };
        let weights = Weights::new(vec![1.0, 1.0, 0.5, 0.5]);
        let got = ClassWeight::Balanced.of("a", &classes, &weights).unwrap();
        // 3 / (2 * 2.5) and 3 / (2 * 0.5)
        assert_eq!(got, [0.6, 0.6, 0.6, 3.0]);
        let two = ClassWeight::Each(vec![1.0, 2.0]).of("a", &classes, &weights);
        assert!(two.unwrap_err().to_string().contains("class_weight"));
    }

    #[test]
    fn repeats_stay_whole_unless_they_are_too_many() {
        let weights = Weights::Repeats(vec![1, 4]);
        let whole = Counted::new(&weights, None, 8.0);
        assert!(whole.real.is_none() && whole.times(1, 2) == 8 && whole.weight(1, 8) == 8);
        let many = Counted::new(&weights, None, 1e10);
        assert!(many.repeats.is_none() && many.times(1, 2) == 2);
        let weight = |row| many.weight(row, 1) as f64 / many.scale();
        assert_eq!([weight(0), weight(1)], [1.0, 4.0]);
    }
}
