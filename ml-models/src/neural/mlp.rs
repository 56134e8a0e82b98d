//! Parameters of the multi-layer perceptron.

use ml_data::Error;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::embedding::Embedding;
use super::fault::Fault;
use super::init::Init;
use super::loss::Loss;
use super::network::Shape;
use super::optimizer::Adam;
use super::rows::STEP;
use super::shard::SHARD_ROWS;
use super::train::Plan;
use crate::limits::ModelLimits;
use crate::progress::BarHandle;
use ml_data::validate::within_limit;

/// Multi-layer perceptron with embedding layers, trained by Adam in `f32`.
///
/// Each hidden layer computes `activation(x W + b)`; the output units read the last of them: one,
/// or one for each class. The target decides the loss and what the outputs mean:
///
/// | target | loss of a row | prediction |
/// |---|---|---|
/// | [`Real`](ml_data::sample::Real) | squared error `(z - y)²` | `z` |
/// | [`Binary`](ml_data::sample::Binary) | logistic `ln(1 + exp(z)) - y z` | probability `1 / (1 + exp(-z))` |
/// | [`Class`](ml_data::sample::Class) | multinomial `ln Σ exp(z[k]) - z[y]` | probabilities `exp(z[k]) / Σ exp(z)` |
/// | [`Relevance`](ml_data::sample::Relevance) | logistic with `y = grade / largest training grade`, row by row | score `z` |
///
/// Weights and biases start as scikit-learn's do ([`Init::Glorot`]), or as PyTorch's
/// ([`init`](Self::init)). A batch's loss is the weighted mean over its rows; Adam follows its
/// gradient, and vectors of ids that are not in the batch do not move (PyTorch's `SparseAdam`).
///
/// # When to use it
/// Many rows; smooth or multiplicative effects; ids of many levels, whose vectors the
/// [embeddings](Self::embedding) learn together with the rest, such as user and item. On tables of
/// a few thousand mixed columns boosted trees are usually better and need no preparation. Scale
/// dense columns (and labels far from unit size) to about mean 0 and deviation 1 first: a network
/// that sees raw prices learns slowly or not at all.
///
/// # Reproducibility
/// The same seed gives the same bits on any number of threads: batches are cut into shards of a
/// fixed size and gradients are added in a fixed order. Another kind of processor may round matrix
/// products otherwise.
///
/// # Missing values
/// Dense columns must be finite: NaN and infinities are refused with their column and row, in
/// fitting and in predicting; impute first. In an embedded column NaN is the unknown id; see
/// [`Embedding`].
///
/// # Weights
/// Rows count by their weight; only ratios matter. A row of weight 0 is left out of training and of
/// the validation loss: the result is that of data without the row. Weight 2 is not the same as the
/// row twice, since the row is then in one batch, not in two.
///
/// # Errors
/// `fit` refuses parameters outside their domain, samples without rows or with every weight 0,
/// cells and ids the network can not take, labels beyond `f32`, columns that are not there,
/// networks that take more memory than
/// [`limits`](Self::limits) allow, and says so when the loss leaves the numbers.
///
/// # Watching a training
/// `fit_watched`, and `fit_valid_watched` with a validation sample, call a function after each
/// epoch, which may log ([`log_every`](ml_data::contract::log_every)) and stop: the model is then
/// that of the epochs so far, and with a validation sample of the best of them
/// ([`restore_best`](Self::restore_best)). The metric is the loss of the table above.
///
/// # Examples
/// ```
/// use ml_data::prelude::*;
/// use ml_models::neural::Mlp;
///
/// // Inside or outside of a circle: no straight line separates them.
/// let points: Vec<f64> = (0..2000).flat_map(|i| [(i % 50) as f64 / 25.0 - 1.0, (i / 50) as f64 / 20.0 - 1.0]).collect();
/// let inside: Vec<u8> = points.chunks(2).map(|p| u8::from(p[0] * p[0] + p[1] * p[1] < 0.5)).collect();
/// let data = Dataset::binary(Dense::from_rows(2, points)?, inside, "inside")?;
/// let TrainValidTest { train, valid, .. } = data.split(Split::random(0.2, 0.2).seed(1))?;
///
/// let model = Mlp::new().hidden_layer_sizes([32, 16]).learning_rate(0.01).epochs(30).fit_valid(&train, &valid)?;
/// let best = model.history().epochs()[model.history().best_epoch() - 1];
/// assert!(best.valid_loss.is_some_and(|loss| loss < 0.1));
/// let at = |x: f64, y: f64| model.predict(&Dense::from_rows(2, vec![x, y])?).map(|p| p.0[0]);
/// assert!(at(0.0, 0.0)? > 0.95 && at(0.9, -0.9)? < 0.05);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// * D. P. Kingma, J. Ba: Adam, a method for stochastic optimization, 2015,
///   [doi:10.48550/arXiv.1412.6980](https://doi.org/10.48550/arXiv.1412.6980)
/// * I. Loshchilov, F. Hutter: Decoupled weight decay regularization, 2019,
///   [doi:10.48550/arXiv.1711.05101](https://doi.org/10.48550/arXiv.1711.05101)
/// * K. He et al.: Delving deep into rectifiers, 2015,
///   [doi:10.1109/ICCV.2015.123](https://doi.org/10.1109/ICCV.2015.123)
/// * G. E. Hinton et al.: Improving neural networks by preventing co-adaptation of feature
///   detectors, 2012, [doi:10.48550/arXiv.1207.0580](https://doi.org/10.48550/arXiv.1207.0580)
/// * C. Guo, F. Berkhahn: Entity embeddings of categorical variables, 2016,
///   [doi:10.48550/arXiv.1604.06737](https://doi.org/10.48550/arXiv.1604.06737)
/// * X. He et al.: Neural collaborative filtering, 2017,
///   [doi:10.1145/3038912.3052569](https://doi.org/10.1145/3038912.3052569)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mlp {
    hidden_layer_sizes: Vec<usize>,
    activation: Activation,
    #[serde(default)]
    init: Init,
    embeddings: Vec<Embedding>,
    dots: Vec<(usize, usize)>,
    unknown_rate: f64,
    batch_size: usize,
    learning_rate: f64,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    weight_decay: f64,
    dropout: f64,
    epochs: usize,
    shuffle: bool,
    patience: usize,
    tol: f64,
    restore_best: bool,
    seed: u64,
    #[serde(skip)]
    limits: ModelLimits,
    #[serde(skip)]
    pub(super) progress_bar: BarHandle,
}

impl Default for Mlp {
    fn default() -> Self {
        Self {
            hidden_layer_sizes: vec![100],
            activation: Activation::Relu,
            init: Init::Glorot,
            embeddings: Vec::new(),
            dots: Vec::new(),
            unknown_rate: 0.01,
            batch_size: 256,
            learning_rate: 1e-3,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            dropout: 0.0,
            epochs: 20,
            shuffle: true,
            patience: 10,
            tol: 1e-4,
            restore_best: true,
            seed: 0,
            limits: ModelLimits::default(),
            progress_bar: BarHandle::default(),
        }
    }
}

impl Mlp {
    /// One hidden layer of 100 ReLU units, 20 epochs of batches of 256, Adam at `1e-3`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Units of each hidden layer, first to last (default `[100]`); empty for a linear model.
    #[must_use]
    pub fn hidden_layer_sizes(mut self, sizes: impl Into<Vec<usize>>) -> Self {
        self.hidden_layer_sizes = sizes.into();
        self
    }

    /// Activation of the hidden layers (default ReLU).
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Distribution of the initial weights and biases (default [`Init::Glorot`]).
    #[must_use]
    pub fn init(mut self, init: Init) -> Self {
        self.init = init;
        self
    }

    /// Most bytes that training may take (default 8 GiB): four numbers for each weight, and a
    /// batch's buffers.
    #[must_use]
    pub fn limits(mut self, limits: ModelLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds an embedding; the column it reads is then no dense input.
    #[must_use]
    pub fn embedding(mut self, embedding: Embedding) -> Self {
        self.embeddings.push(embedding);
        self
    }

    /// Adds to the output the dot product of the vectors of two embeddings of equal length, given
    /// by their order of addition: the matrix-factorisation term beside the layers. Not for targets
    /// of classes, which have an output each.
    #[must_use]
    pub fn dot(mut self, first: usize, second: usize) -> Self {
        self.dots.push((first, second));
        self
    }

    /// Probability that training replaces an id by the unknown one (default 0.01). This is what
    /// teaches the vector that unseen and missing ids get: about the average of all ids, rare ones
    /// and common ones as often as they occur. With 0 the vector stays at its small random start
    /// unless the training rows have missing ids.
    #[must_use]
    pub fn unknown_rate(mut self, rate: f64) -> Self {
        self.unknown_rate = rate;
        self
    }

    /// Rows of a batch (default 256); the last batch of an epoch may be smaller.
    #[must_use]
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.batch_size = rows;
        self
    }

    /// Step size of Adam (default 0.001; scikit-learn's `learning_rate_init`).
    #[must_use]
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.learning_rate = rate;
        self
    }

    /// Decay of Adam's first moment (default 0.9).
    #[must_use]
    pub fn beta_1(mut self, beta: f64) -> Self {
        self.beta_1 = beta;
        self
    }

    /// Decay of Adam's second moment (default 0.999).
    #[must_use]
    pub fn beta_2(mut self, beta: f64) -> Self {
        self.beta_2 = beta;
        self
    }

    /// Added to Adam's denominator (default 1e-8).
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// Decoupled weight decay (default 0; above 0 the optimiser is AdamW): each step multiplies
    /// weights by `1 - learning_rate * weight_decay`. Biases are left alone; embedding vectors
    /// decay when a batch touches them.
    #[must_use]
    pub fn weight_decay(mut self, decay: f64) -> Self {
        self.weight_decay = decay;
        self
    }

    /// Probability that a hidden unit is dropped, after each hidden layer, in training (default 0).
    /// The units that stay are divided by `1 - dropout`, so prediction needs no correction. Rounded
    /// to a multiple of 1/65536.
    #[must_use]
    pub fn dropout(mut self, rate: f64) -> Self {
        self.dropout = rate;
        self
    }

    /// Passes over the training rows (default 20), an upper bound when a validation sample stops
    /// training.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// Whether each epoch draws a new order of the rows (default true).
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Moves a bar by an epoch at a time, with the losses as its message: with a validation sample
    /// or without. Its looks are its style's business.
    #[cfg(feature = "progress")]
    #[must_use]
    pub fn progress_bar(mut self, bar: ml_data::indicatif::ProgressBar) -> Self {
        self.progress_bar = BarHandle(Some(bar));
        self
    }

    /// With a validation sample: stop after this many epochs in a row that did not lower the best
    /// validation loss by at least [`tol`](Self::tol) (default 10; scikit-learn's
    /// `n_iter_no_change`).
    #[must_use]
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// Smallest improvement of the validation loss that resets the patience (default 1e-4).
    #[must_use]
    pub fn tol(mut self, tol: f64) -> Self {
        self.tol = tol;
        self
    }

    /// With a validation sample: whether the model gets the weights of the epoch with the lowest
    /// validation loss (default true) or those of the last epoch.
    #[must_use]
    pub fn restore_best(mut self, restore: bool) -> Self {
        self.restore_best = restore;
        self
    }

    /// Seed of initial weights, order of rows and dropped units (default 0; scikit-learn's
    /// `random_state`).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Range checks that need no data.
    pub(super) fn validate(&self) -> Result<(), Fault> {
        let unit = |name, x: f64| match (0.0..1.0).contains(&x) {
            true => Ok(()),
            false => Err(Fault::parameter(name, x, "in [0, 1)")),
        };
        let positive = |name, x: f64| match x > 0.0 && x.is_finite() {
            true => Ok(()),
            false => Err(Fault::parameter(name, x, "above 0 and finite")),
        };
        let at_least_one = |name, n: usize| match n {
            0 => Err(Fault::parameter(name, n, "at least 1")),
            _ => Ok(()),
        };
        let not_negative = |name, x: f64| match x >= 0.0 && x.is_finite() {
            true => Ok(()),
            false => Err(Fault::parameter(name, x, "finite and not negative")),
        };
        for &units in &self.hidden_layer_sizes {
            at_least_one("hidden_layer_sizes", units)?;
        }
        at_least_one("batch_size", self.batch_size)?;
        at_least_one("epochs", self.epochs)?;
        at_least_one("patience", self.patience)?;
        positive("learning_rate", self.learning_rate)?;
        positive("epsilon", self.epsilon)?;
        unit("beta_1", self.beta_1)?;
        unit("beta_2", self.beta_2)?;
        unit("dropout", self.dropout)?;
        unit("unknown_rate", self.unknown_rate)?;
        not_negative("weight_decay", self.weight_decay)?;
        not_negative("tol", self.tol)?;
        self.embeddings.iter().try_for_each(Embedding::check)?;
        for &(a, b) in &self.dots {
            match (self.embeddings.get(a), self.embeddings.get(b)) {
                (Some(x), Some(y)) if a != b && x.dim() == y.dim() => {}
                _ => {
                    return Err(Fault::parameter(
                        "dot",
                        (a, b),
                        "two different embeddings of equal length",
                    ));
                }
            }
        }
        Ok(())
    }

    /// The embeddings, in the order of addition.
    pub(super) fn embeddings(&self) -> &[Embedding] {
        &self.embeddings
    }

    /// The shape of the network for an input of `width` columns, with the position of each
    /// embedding's column.
    pub(super) fn shape<'a>(
        &'a self,
        width: usize,
        columns: &'a [usize],
        outputs: usize,
    ) -> Shape<'a> {
        let Self {
            hidden_layer_sizes: hidden,
            activation,
            init,
            embeddings,
            dots,
            ..
        } = self;
        Shape {
            width,
            hidden,
            activation: *activation,
            init: *init,
            embeddings,
            columns,
            dots,
            outputs,
        }
    }

    /// Refuses networks that would take more memory than allowed, for so many columns and rows.
    pub(super) fn check_size(
        &self,
        width: usize,
        rows: usize,
        outputs: usize,
    ) -> Result<(), Error> {
        if outputs > 1 && !self.dots.is_empty() {
            let rule = "none where there are several classes: it adds to one output";
            return Err(Error::parameter(STEP, "dot", "given", rule));
        }
        let rows = rows.min(self.batch_size).max(SHARD_ROWS);
        within_limit(
            STEP,
            "bytes",
            self.limits.bytes,
            self.shape(width, &[], outputs).bytes(rows),
            || "`ModelLimits::bytes`, given to `Mlp::limits`, or ask for fewer units".into(),
        )
    }

    pub(super) fn planned(&self) -> usize {
        self.epochs
    }

    pub(super) fn seeded(&self) -> u64 {
        self.seed
    }

    pub(super) fn plan(&self, loss: Loss) -> Plan {
        let adam = Adam {
            learning_rate: self.learning_rate,
            beta_1: self.beta_1,
            beta_2: self.beta_2,
            epsilon: self.epsilon,
            weight_decay: self.weight_decay,
        };
        Plan {
            loss,
            adam,
            epochs: self.epochs,
            batch_size: self.batch_size,
            shuffle: self.shuffle,
            dropout: self.dropout as f32,
            unknown_rate: self.unknown_rate,
            seed: self.seed,
            patience: self.patience,
            tol: self.tol,
            restore_best: self.restore_best,
        }
    }
}
