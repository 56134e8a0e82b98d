//! Parameters of all forests, and their rules.

use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::counted::ClassWeight;
use crate::progress::BarHandle;

/// Number of columns drawn for each node.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MaxFeatures {
    /// All of them.
    All,
    /// The square root of their number, rounded down.
    Sqrt,
    /// The binary logarithm of their number, rounded down.
    Log2,
    /// A share of them, rounded down.
    Share(f64),
    /// So many.
    Count(usize),
}

/// Number of rows drawn, with replacement, for each tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MaxSamples {
    /// As many as there are.
    #[default]
    All,
    /// A share of their number, rounded to the nearest whole number, halves to the even one.
    Share(f64),
    /// So many.
    Count(usize),
}

impl MaxFeatures {
    /// The number of columns drawn of `n`, at least 1.
    pub(super) fn of(self, n: usize) -> usize {
        let some = match self {
            Self::All => n,
            Self::Sqrt => n.isqrt(),
            Self::Log2 => n.checked_ilog2().unwrap_or(0) as usize,
            Self::Share(share) => (share * n as f64) as usize,
            Self::Count(count) => count,
        };
        some.clamp(1, n.max(1))
    }
}

impl MaxSamples {
    /// The number of rows drawn of `n`, at least 1.
    pub(super) fn of(self, n: usize) -> usize {
        match self {
            Self::All => n,
            Self::Share(share) => ((share * n as f64).round_ties_even() as usize).max(1),
            Self::Count(count) => count.clamp(1, n),
        }
    }
}

/// Trees of a forest, at most: a tree takes some hundred bytes at least.
const MOST_TREES: usize = 1 << 24;

/// Parameters of all forests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) n_estimators: usize,
    pub(super) max_depth: Option<usize>,
    pub(super) min_samples_split: usize,
    pub(super) min_samples_leaf: usize,
    /// Without one, the square root of the number for classes and all for numbers.
    pub(super) max_features: Option<MaxFeatures>,
    pub(super) max_leaf_nodes: Option<usize>,
    #[serde(default)]
    pub(super) ccp_alpha: f64,
    pub(super) bootstrap: bool,
    pub(super) max_samples: MaxSamples,
    pub(super) oob_score: bool,
    pub(super) class_weight: Option<ClassWeight>,
    pub(super) max_bin: usize,
    pub(super) random_thresholds: bool,
    pub(super) seed: u64,
    #[serde(skip)]
    pub(super) progress_bar: BarHandle,
}

/// A parameter's value, and whether it is as expected.
struct Rule {
    name: &'static str,
    value: String,
    holds: bool,
    expected: &'static str,
}

impl Settings {
    pub(super) fn forest() -> Self {
        Self {
            n_estimators: 100,
            max_depth: None,
            min_samples_split: 2,
            min_samples_leaf: 1,
            max_features: None,
            max_leaf_nodes: None,
            ccp_alpha: 0.0,
            bootstrap: true,
            max_samples: MaxSamples::All,
            oob_score: false,
            class_weight: None,
            max_bin: 255,
            random_thresholds: false,
            seed: 0,
            progress_bar: BarHandle::default(),
        }
    }

    pub(super) fn check(&self, step: &'static str) -> Result<()> {
        let broken = self.rules().into_iter().find(|r| !r.holds);
        broken.map_or(Ok(()), |r| {
            Err(Error::parameter(step, r.name, r.value, r.expected))
        })
    }

    /// One row a rule.
    fn rules(&self) -> [Rule; 12] {
        let share = |s: f64| s > 0.0 && s <= 1.0;
        let features = match self.max_features {
            Some(MaxFeatures::Share(s)) => share(s),
            Some(MaxFeatures::Count(n)) => n >= 1,
            _ => true,
        };
        let samples = match self.max_samples {
            MaxSamples::Share(s) => share(s),
            MaxSamples::Count(n) => n >= 1,
            MaxSamples::All => true,
        };
        let text = |n: usize| n.to_string();
        let some = |n: Option<usize>| n.map_or("None".into(), text);
        let (one, two) = ("at least 1", "at least 2");
        let rules = [
            (
                "n_estimators",
                text(self.n_estimators),
                (1..=MOST_TREES).contains(&self.n_estimators),
                "1 to 16777216",
            ),
            (
                "max_depth",
                some(self.max_depth),
                self.max_depth != Some(0),
                "None or at least 1",
            ),
            (
                "min_samples_split",
                text(self.min_samples_split),
                self.min_samples_split >= 2,
                two,
            ),
            (
                "min_samples_leaf",
                text(self.min_samples_leaf),
                self.min_samples_leaf >= 1,
                one,
            ),
            (
                "max_features",
                format!("{:?}", self.max_features),
                features,
                "a share above 0 and at most 1, or a count of at least 1",
            ),
            (
                "max_leaf_nodes",
                some(self.max_leaf_nodes),
                self.max_leaf_nodes.is_none_or(|n| n >= 2),
                "None or at least 2",
            ),
            (
                "ccp_alpha",
                self.ccp_alpha.to_string(),
                self.ccp_alpha >= 0.0 && self.ccp_alpha.is_finite(),
                "a finite number of at least 0",
            ),
            (
                "max_samples",
                format!("{:?}", self.max_samples),
                samples,
                "a share above 0 and at most 1, or a count of at least 1",
            ),
            (
                "max_samples",
                format!("{:?}", self.max_samples),
                self.bootstrap || self.max_samples == MaxSamples::All,
                "All where rows are not drawn (`bootstrap` is off)",
            ),
            (
                "oob_score",
                self.oob_score.to_string(),
                self.bootstrap || !self.oob_score,
                "false where rows are not drawn (`bootstrap` is off)",
            ),
            (
                "class_weight",
                format!("{:?}", self.class_weight),
                self.class_weight
                    .as_ref()
                    .is_none_or(|w| w.refused().is_none()),
                "finite factors above 0",
            ),
            (
                "max_bin",
                text(self.max_bin),
                (2..=255).contains(&self.max_bin),
                "from 2 to 255",
            ),
        ];
        rules.map(|(name, value, holds, expected)| Rule {
            name,
            value,
            holds,
            expected,
        })
    }
}

#[cfg(test)]
mod tests;
