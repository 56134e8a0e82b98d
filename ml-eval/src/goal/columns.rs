//! The columns of a feasibility check: features, outcome, and the rows of them that are looked at.

use ml_data::random::{generator, permutation};

/// One column of features.
#[derive(Debug, Clone, Copy)]
pub enum FeatureValues<'a> {
    /// Numbers; `NaN` is missing, and missing rows are left out of this feature's statistic.
    Numeric(&'a [f64]),
    /// Codes of levels; missing may be any code of its own and counts as a level.
    Categorical(&'a [u32]),
}

impl FeatureValues<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numeric(v) => v.len(),
            Self::Categorical(v) => v.len(),
        }
    }
}

/// The outcome that is to be predicted.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// One of two classes.
    Binary(&'a [bool]),
    /// One of several classes, by code.
    Classes(&'a [u32]),
    /// A number.
    Real(&'a [f64]),
}

/// Codes renumbered 0, 1, ... in ascending order of the original codes.
#[derive(Debug)]
pub(super) struct Levels {
    pub(super) codes: Vec<u32>,
    pub(super) names: Vec<u32>,
}

impl Levels {
    pub(super) fn new(codes: &[u32]) -> Self {
        let mut names = codes.to_vec();
        names.sort_unstable();
        names.dedup();
        let codes = codes
            .iter()
            .map(|c| names.partition_point(|n| n < c) as u32)
            .collect();
        Self { codes, names }
    }
}

impl Outcome<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Binary(y) => y.len(),
            Self::Classes(y) => y.len(),
            Self::Real(y) => y.len(),
        }
    }

    /// The classes, unless it is a number.
    pub(super) fn levels(&self) -> Option<Levels> {
        match self {
            Self::Binary(y) => Some(Levels::new(
                &y.iter().map(|v| u32::from(*v)).collect::<Vec<_>>(),
            )),
            Self::Classes(y) => Some(Levels::new(y)),
            Self::Real(_) => None,
        }
    }
}

/// The rows that a check looks at, ascending.
#[derive(Debug)]
pub(super) struct RowSample(pub(super) Vec<u32>);

impl RowSample {
    pub(super) fn all(n: usize) -> Self {
        Self((0..n as u32).collect())
    }

    /// At most `most` rows, drawn without replacement.
    pub(super) fn drawn(n: usize, most: usize, seed: u64, stage: &str) -> Self {
        if n <= most {
            return Self::all(n);
        }
        let mut rows = permutation(n, &mut generator(seed, stage, 0));
        rows.truncate(most);
        rows.sort_unstable();
        Self(rows)
    }

    pub(super) fn take<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.0.iter().map(|&row| values[row as usize]).collect()
    }
}
