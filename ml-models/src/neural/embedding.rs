//! Learned vectors for columns that hold integer ids.

use ml_data::random::Xoshiro256PlusPlus;
use rand_distr::{Distribution, Normal};
use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// Largest cardinality: whole numbers up to this are exact in `f32`.
pub(super) const MAX_CARDINALITY: usize = 1 << 24;

/// A column, by position or by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnRef {
    /// Position in the input, from 0.
    Position(usize),
    /// Name in the input's header.
    Name(String),
}

impl From<usize> for ColumnRef {
    fn from(position: usize) -> Self {
        Self::Position(position)
    }
}

impl From<&str> for ColumnRef {
    fn from(name: &str) -> Self {
        Self::Name(name.into())
    }
}

impl From<String> for ColumnRef {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

/// A column of ids `0..cardinality` that the network replaces by a learned vector of length `dim`.
///
/// The vectors follow the dense columns in the first layer's input, in the order in which the
/// embeddings were added. One more row is learned for ids that training did not know: see
/// [`Mlp::unknown_rate`](super::Mlp::unknown_rate).
///
/// # Missing values
/// NaN is the unknown id. An id at or above `cardinality` is the unknown id when predicting, and an
/// error when training, where it means that `cardinality` is wrong. Negative, fractional and
/// infinite ids are errors always.
///
/// ```
/// use ml_models::neural::Embedding;
/// let user = Embedding::new("user", 50_000, 16).init_std(0.1);
/// assert_eq!((user.cardinality(), user.dim()), (50_000, 16));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    column: ColumnRef,
    cardinality: usize,
    dim: usize,
    init_std: f32,
}

impl Embedding {
    /// Embeds `column`, a position or a name, whose ids are below `cardinality`, in `dim`
    /// dimensions.
    pub fn new(column: impl Into<ColumnRef>, cardinality: usize, dim: usize) -> Self {
        Self {
            column: column.into(),
            cardinality,
            dim,
            init_std: 0.05,
        }
    }

    /// Standard deviation of the normal distribution the initial vectors are drawn from (default
    /// 0.05).
    #[must_use]
    pub fn init_std(mut self, init_std: f32) -> Self {
        self.init_std = init_std;
        self
    }

    /// The column of ids.
    pub fn column(&self) -> &ColumnRef {
        &self.column
    }

    /// Number of known ids.
    pub fn cardinality(&self) -> usize {
        self.cardinality
    }

    /// Length of the vectors.
    pub fn dim(&self) -> usize {
        self.dim
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        if self.cardinality == 0 || self.cardinality > MAX_CARDINALITY {
            return Err(Fault::parameter(
                "embedding.cardinality",
                self.cardinality,
                "in 1..=16777216",
            ));
        }
        if self.dim == 0 {
            return Err(Fault::parameter("embedding.dim", self.dim, "at least 1"));
        }
        if !(self.init_std.is_finite() && self.init_std >= 0.0) {
            return Err(Fault::parameter(
                "embedding.init_std",
                self.init_std,
                "finite and not negative",
            ));
        }
        Ok(())
    }
}

/// The learned vectors of one embedding: `cardinality + 1` rows, the last for unknown ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    pub(super) column: usize,
    pub(super) cardinality: usize,
    pub(super) dim: usize,
    pub(super) weights: Vec<f32>,
}

impl Table {
    /// Initial vectors.
    pub(super) fn new(of: &Embedding, column: usize, rng: &mut Xoshiro256PlusPlus) -> Self {
        let mut weights = vec![0.0; (of.cardinality + 1) * of.dim];
        if let Ok(normal) = Normal::new(0.0f32, of.init_std) {
            weights.iter_mut().for_each(|w| *w = normal.sample(rng));
        }
        Self {
            column,
            cardinality: of.cardinality,
            dim: of.dim,
            weights,
        }
    }

    /// The vector of a row of the table.
    pub(super) fn vector(&self, id: u32) -> &[f32] {
        let from = id as usize * self.dim;
        &self.weights[from..from + self.dim]
    }

    /// The table row of an id as it stands in the input; `None` if it cannot be an id.
    pub(super) fn id(&self, value: f32) -> Option<u32> {
        if value.is_nan() {
            return Some(self.cardinality as u32);
        }
        if !(value.is_finite() && value >= 0.0 && value.fract() == 0.0) {
            return None;
        }
        Some((value as usize).min(self.cardinality) as u32)
    }
}

/// A generator for tests that build tables by hand.
#[cfg(test)]
pub(super) fn test_rng(seed: u64) -> Xoshiro256PlusPlus {
    ml_data::random::generator(seed, "test", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_unknown() {
        let t = Table::new(&Embedding::new(0, 3, 2), 0, &mut test_rng(1));
        assert_eq!(t.weights.len(), 8);
        for (value, id) in [
            (0.0, Some(0)),
            (2.0, Some(2)),
            (3.0, Some(3)),
            (1e9, Some(3)),
            (f32::NAN, Some(3)),
        ] {
            assert_eq!(t.id(value), id);
        }
        for value in [-1.0, 0.5, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(t.id(value), None);
        }
        assert_eq!(t.vector(3), &t.weights[6..]);
    }

    #[test]
    fn initial_spread() {
        let t = Table::new(
            &Embedding::new(0, 9_999, 4).init_std(0.2),
            0,
            &mut test_rng(7),
        );
        let n = t.weights.len() as f32;
        let mean = t.weights.iter().sum::<f32>() / n;
        let sd = (t.weights.iter().map(|w| (w - mean).powi(2)).sum::<f32>() / n).sqrt();
        assert!(
            mean.abs() < 0.005 && (sd - 0.2).abs() < 0.005,
            "{mean} {sd}"
        );
    }

    #[test]
    fn refuses_senseless_sizes() {
        assert!(Embedding::new(0, 10, 4).check().is_ok());
        for bad in [
            Embedding::new(0, 0, 4),
            Embedding::new(0, 10, 0),
            Embedding::new(0, (1 << 24) + 1, 1),
            Embedding::new(0, 1, 1).init_std(f32::NAN),
        ] {
            assert!(
                matches!(bad.check(), Err(Fault::Parameter { .. })),
                "{bad:?}"
            );
        }
    }
}
