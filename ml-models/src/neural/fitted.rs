//! A trained network.

use ml_data::contract::Predict;
use ml_data::ndarray::ArrayView2;
use ml_data::repr::{Dense, Float, Names, Repr, View};
use ml_data::sample::{Probabilities, Scores};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::history::History;
use super::loss::softmax;
use super::network::{Network, RowScratch};
use super::rows::{error, matrix};

/// Result of a training: the network, the columns it reads and its learning curves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct Trained {
    pub(super) names: Names,
    pub(super) net: Network,
    pub(super) history: History,
}

/// A network as it is read, before its lengths are checked.
#[derive(Deserialize)]
struct Saved {
    names: Names,
    net: Network,
    history: History,
}

impl TryFrom<Saved> for Trained {
    type Error = &'static str;

    fn try_from(s: Saved) -> Result<Self, Self::Error> {
        let Saved {
            names,
            net,
            history,
        } = s;
        match names.len() == net.width && net.is_sound() && history.is_sound() {
            true => Ok(Self {
                names,
                net,
                history,
            }),
            false => {
                Err("the parts of the network contradict each other, or a weight is no number")
            }
        }
    }
}

/// A trained [`Mlp`](super::Mlp): predicts values ([`Real`](ml_data::sample::Real)), probabilities
/// of the positive class ([`Binary`](ml_data::sample::Binary)) or ranking scores
/// ([`Relevance`](ml_data::sample::Relevance)).
///
/// A batch and its rows one by one sum in another order: expect differences up to about `1e-5` of
/// the largest sums inside the network. Batches give the same bits on any number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(Trained, bool)", into = "(Trained, bool)")]
pub struct FittedMlp {
    trained: Trained,
    probability: bool,
}

impl From<FittedMlp> for (Trained, bool) {
    fn from(model: FittedMlp) -> Self {
        (model.trained, model.probability)
    }
}

impl TryFrom<(Trained, bool)> for FittedMlp {
    type Error = String;

    fn try_from((trained, probability): (Trained, bool)) -> Result<Self, String> {
        match trained.net.head.outputs {
            1 => Ok(Self {
                trained,
                probability,
            }),
            n => Err(format!("a network of {n} outputs, where one is expected")),
        }
    }
}

/// A trained [`Mlp`](super::Mlp) of several classes: predicts a probability for each, in the order
/// of [`classes`](Self::classes).
///
/// A batch and its rows one by one sum in another order, as in [`FittedMlp`].
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::neural::Mlp;
/// let x: Vec<f64> = (0..300).map(|i| f64::from(i % 3) + f64::from(i % 7) / 20.0).collect();
/// let names = ["low", "middle", "high"];
/// let y: Vec<&str> = (0..300).map(|i| names[i % 3]).collect();
/// let data = Dataset::classes(Dense::from_rows(1, x)?, &y)?;
/// let mlp = Mlp::new().hidden_layer_sizes([16]).learning_rate(0.02).epochs(60);
/// let model = mlp.fit(&data.into_train())?;
/// assert_eq!(model.classes()[0].as_ref(), "high");
/// let new = model.predict(&Dense::from_rows(1, vec![0.1, 2.2])?)?;
/// assert_eq!(new.labels()?, ["low", "high"]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "(Trained, Vec<Box<str>>)",
    into = "(Trained, Vec<Box<str>>)"
)]
pub struct FittedMlpClassifier {
    trained: Trained,
    classes: Vec<Box<str>>,
}

impl From<FittedMlpClassifier> for (Trained, Vec<Box<str>>) {
    fn from(model: FittedMlpClassifier) -> Self {
        (model.trained, model.classes)
    }
}

impl TryFrom<(Trained, Vec<Box<str>>)> for FittedMlpClassifier {
    type Error = String;

    fn try_from((trained, classes): (Trained, Vec<Box<str>>)) -> Result<Self, String> {
        match trained.net.head.outputs {
            n if n == classes.len() => Ok(Self { trained, classes }),
            n => Err(format!(
                "a network of {n} outputs for {} classes",
                classes.len()
            )),
        }
    }
}

impl FittedMlp {
    pub(super) fn new(trained: Trained, probability: bool) -> Self {
        Self {
            trained,
            probability,
        }
    }

    fn prediction(&self, z: f32) -> f64 {
        let z = f64::from(z);
        match self.probability {
            true => 1.0 / (1.0 + (-z).exp()),
            false => z,
        }
    }
}

impl FittedMlpClassifier {
    pub(super) fn new(trained: Trained, classes: &[Box<str>]) -> Self {
        Self {
            trained,
            classes: classes.to_vec(),
        }
    }

    /// Names of the classes, in the order of the probabilities.
    pub fn classes(&self) -> &[Box<str>] {
        &self.classes
    }
}

/// Methods of both models.
macro_rules! network_methods {
    ($model:ty) => {
        impl $model {
            /// Learning curves, and the epoch whose weights the model holds.
            pub fn history(&self) -> &History {
                &self.trained.history
            }

            /// Number of learned numbers.
            pub fn parameters(&self) -> usize {
                let net = &self.trained.net;
                let layers = net.hidden.iter().chain([&net.head]);
                let layers = layers.map(|l| l.weights.len() + l.bias.len());
                layers.sum::<usize>() + net.tables.iter().map(|t| t.weights.len()).sum::<usize>()
            }

            /// The learned vectors of an embedding, by order of addition: one row an id, the last
            /// for unknown ids.
            pub fn embedding(&self, which: usize) -> Option<ArrayView2<'_, f32>> {
                let table = self.trained.net.tables.get(which)?;
                ArrayView2::from_shape((table.cardinality + 1, table.dim), &table.weights).ok()
            }

            /// Weights (inputs x outputs) and biases of a layer; the output units are the layer
            /// after the last hidden one.
            pub fn layer(&self, which: usize) -> Option<(ArrayView2<'_, f32>, &[f32])> {
                let layer = self
                    .trained
                    .net
                    .hidden
                    .iter()
                    .chain([&self.trained.net.head])
                    .nth(which)?;
                let weights =
                    ArrayView2::from_shape((layer.inputs, layer.outputs), &layer.weights).ok()?;
                Some((weights, &layer.bias))
            }
        }
    };
}
network_methods!(FittedMlp);
network_methods!(FittedMlpClassifier);

/// Buffers of row prediction.
#[derive(Debug, Clone, Default)]
pub struct MlpScratch {
    row: Vec<f32>,
    buffers: RowScratch,
}

impl Trained {
    /// The outputs of one row.
    fn row<'s, F: Float>(&self, row: &[F], scratch: &'s mut MlpScratch) -> Result<&'s [f32]> {
        Error::check_len("columns of the row", self.names.len(), row.len())?;
        scratch.row.clear();
        scratch.row.extend(row.iter().map(|v| v.f32()));
        let z = self.net.output(&scratch.row, &mut scratch.buffers);
        z.map_err(|f| error(f, &self.names, |_, c| row[c].f64()))
    }

    /// The outputs of many rows, row after row.
    fn batch<F: Float>(&self, x: View<'_, Dense<F>>) -> Result<Vec<f32>> {
        x.data().check(&self.names)?;
        let mut z = vec![0.0; x.len() * self.net.head.outputs];
        self.net
            .outputs(&matrix(x), &mut z)
            .map_err(|f| error(f, &self.names, |r, c| x.row(r)[c].f64()))?;
        Ok(z)
    }
}

impl<F: Float> Predict<Dense<F>> for FittedMlp {
    type Prediction = Scores;
    type Scratch = MlpScratch;

    fn input(&self) -> &Names {
        &self.trained.names
    }

    fn predict_row(&self, row: &[F], scratch: &mut MlpScratch, out: &mut f64) -> Result<()> {
        *out = self.prediction(self.trained.row(row, scratch)?[0]);
        Ok(())
    }

    fn predict_batch(&self, x: View<'_, Dense<F>>) -> Result<Scores> {
        let z = self.trained.batch(x)?;
        Ok(Scores(z.into_iter().map(|z| self.prediction(z)).collect()))
    }
}

impl<F: Float> Predict<Dense<F>> for FittedMlpClassifier {
    type Prediction = Probabilities;
    type Scratch = MlpScratch;

    fn input(&self) -> &Names {
        &self.trained.names
    }

    fn predict_row(&self, row: &[F], scratch: &mut MlpScratch, out: &mut Vec<f64>) -> Result<()> {
        out.resize(self.classes.len(), 0.0);
        softmax(self.trained.row(row, scratch)?, out);
        Ok(())
    }

    fn predict_batch(&self, x: View<'_, Dense<F>>) -> Result<Probabilities> {
        let z = self.trained.batch(x)?;
        let (classes, mut flat) = (self.classes.len(), vec![0.0; z.len()]);
        let rows = z.chunks_exact(classes).zip(flat.chunks_exact_mut(classes));
        rows.for_each(|(z, p)| softmax(z, p));
        Probabilities::new(classes, flat)?.with_class_names(self.classes.clone())
    }
}
