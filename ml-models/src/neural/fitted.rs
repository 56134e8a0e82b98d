//! A trained network.

use ml_data::contract::Predict;
use ml_data::ndarray::ArrayView2;
use ml_data::repr::{Dense, Float, Names, Repr, View};
use ml_data::sample::Scores;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::history::History;
use super::network::{Network, RowScratch};
use super::rows::{error, matrix};

/// A trained [`Mlp`](super::Mlp): predicts values ([`Real`](ml_data::sample::Real)), probabilities
/// of the positive class ([`Binary`](ml_data::sample::Binary)) or ranking scores
/// ([`Relevance`](ml_data::sample::Relevance)).
///
/// A batch and its rows one by one sum in another order: expect differences up to about `1e-5` of
/// the largest sums inside the network. Batches give the same bits on any number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct FittedMlp {
    names: Names,
    net: Network,
    probability: bool,
    history: History,
}

/// A network as it is read, before its lengths are checked.
#[derive(Deserialize)]
struct Saved {
    names: Names,
    net: Network,
    probability: bool,
    history: History,
}

impl TryFrom<Saved> for FittedMlp {
    type Error = &'static str;

    fn try_from(s: Saved) -> Result<Self, Self::Error> {
        let Saved {
            names,
            net,
            probability,
            history,
        } = s;
        match names.len() == net.width && net.is_sound() && history.is_sound() {
            true => Ok(Self {
                names,
                net,
                probability,
                history,
            }),
            false => {
                Err("the parts of the network contradict each other, or a weight is no number")
            }
        }
    }
}

impl FittedMlp {
    pub(super) fn new(names: Names, net: Network, probability: bool, history: History) -> Self {
        Self {
            names,
            net,
            probability,
            history,
        }
    }

    /// Learning curves, and the epoch whose weights the model holds.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Number of learned numbers.
    pub fn parameters(&self) -> usize {
        let layers = self
            .net
            .hidden
            .iter()
            .chain([&self.net.head])
            .map(|l| l.weights.len() + l.bias.len());
        layers.sum::<usize>()
            + self
                .net
                .tables
                .iter()
                .map(|t| t.weights.len())
                .sum::<usize>()
    }

    /// The learned vectors of an embedding, by order of addition: one row an id, the last for
    /// unknown ids.
    pub fn embedding(&self, which: usize) -> Option<ArrayView2<'_, f32>> {
        let table = self.net.tables.get(which)?;
        ArrayView2::from_shape((table.cardinality + 1, table.dim), &table.weights).ok()
    }

    /// Weights (inputs x outputs) and biases of a layer; the output unit is the layer after the
    /// last hidden one.
    pub fn layer(&self, which: usize) -> Option<(ArrayView2<'_, f32>, &[f32])> {
        let layer = self.net.hidden.iter().chain([&self.net.head]).nth(which)?;
        let weights = ArrayView2::from_shape((layer.inputs, layer.outputs), &layer.weights).ok()?;
        Some((weights, &layer.bias))
    }

    fn prediction(&self, z: f32) -> f64 {
        let z = f64::from(z);
        match self.probability {
            true => 1.0 / (1.0 + (-z).exp()),
            false => z,
        }
    }
}

/// Buffers of row prediction.
#[derive(Debug, Clone, Default)]
pub struct MlpScratch {
    row: Vec<f32>,
    buffers: RowScratch,
}

impl<F: Float> Predict<Dense<F>> for FittedMlp {
    type Prediction = Scores;
    type Scratch = MlpScratch;

    fn input(&self) -> &Names {
        &self.names
    }

    fn predict_row(&self, row: &[F], scratch: &mut MlpScratch, out: &mut f64) -> Result<()> {
        Error::check_len("columns of the row", self.names.len(), row.len())?;
        scratch.row.clear();
        scratch.row.extend(row.iter().map(|v| v.f32()));
        let z = self.net.output(&scratch.row, &mut scratch.buffers);
        *out = self.prediction(z.map_err(|f| error(f, &self.names, |_, c| row[c].f64()))?);
        Ok(())
    }

    fn predict_batch(&self, x: View<'_, Dense<F>>) -> Result<Scores> {
        x.data().check(&self.names)?;
        let mut z = vec![0.0; x.len()];
        self.net
            .outputs(&matrix(x), &mut z)
            .map_err(|f| error(f, &self.names, |r, c| x.row(r)[c].f64()))?;
        Ok(Scores(z.into_iter().map(|z| self.prediction(z)).collect()))
    }
}
