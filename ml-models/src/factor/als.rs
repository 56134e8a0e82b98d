//! Parameters of implicit alternating least squares.

use super::kernel::Isa;
use super::matrix::Factors;
use super::solve::{HalfStep, Solver};
use crate::limits::ModelLimits;
use crate::progress::BarHandle;
use ml_data::contract::Params;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Alternating least squares for implicit feedback.
///
/// Learns a vector for every user and item whose dot product scores the pair.
///
/// # Formula
/// With the vectors `x` of users and `y` of items, the fit minimises, over *all* pairs,
///
/// ```text
/// sum c (p - x.y)^2 + regularization (sum |x|^2 + sum |y|^2)
/// ```
///
/// where a pair that was observed with value `v` has preference `p = 1` and confidence
/// `c = alpha v`, and any other `p = 0` and `c = 1`. (An observation with `v = 0` is left out: its
/// confidence is 0.) With the items fixed, each user is a least-squares problem of its own,
/// `(Y^T C Y + regularization I) x = Y^T C p`, and the other way round.
///
/// This is the convention of the Python library `implicit`: confidence is `alpha v`, not
/// `1 + alpha v` as in the paper, so **values below `1 / alpha` weigh less than no observation**.
/// Parameters and defaults are its too; the strength of regularization is not scaled by the number
/// of observations.
///
/// Use it when there are many users with a few to a few thousand interactions each and no ratings.
/// Users and items are known by number only; new ones are folded in without a new fit
/// ([`fold_in_user`](super::FittedImplicitAls::fold_in_user)).
///
/// ```
/// use ml_models::factor::{ImplicitAls, Interactions};
/// // users 0-2 like items 0-2, users 3-5 like items 3-5; each user has left out one item
/// let liked = |u: u32| (0..3).filter(move |i| u % 3 != *i).map(move |i| (u, u / 3 * 3 + i));
/// let pairs = (0..6).flat_map(liked);
/// let seen = Interactions::from_pairs(6, 6, pairs)?;
/// let model = ImplicitAls::new().factors(4).alpha(10.0).seed(1).fit(&seen)?;
/// let best = model.recommend(4, 1, &seen)?;
/// assert_eq!(best[0].item, 4);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
/// A pair without an entry is an observation of absence. Users and items without any entry get zero
/// factors.
///
/// # Weights
/// The values are the weights.
///
/// # Determinism
/// Equal data, parameters and instruction set give equal bits for any number of threads. AVX-512
/// and AVX2 agree bit for bit with the conjugate-gradient solver. Processors with neither round
/// differently, and iterations let factors drift apart along directions the data leaves open; the
/// loss stays within 0.1 %.
///
/// # References
/// Hu, Koren and Volinsky (2008), [doi:10.1109/ICDM.2008.22](https://doi.org/10.1109/ICDM.2008.22);
/// Takács, Pilászy and Tikk (2011),
/// [doi:10.1145/2043932.2043987](https://doi.org/10.1145/2043932.2043987).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImplicitAls {
    pub(super) factors: usize,
    pub(super) regularization: f64,
    pub(super) alpha: f32,
    pub(super) iterations: usize,
    pub(super) solver: Solver,
    pub(super) calculate_training_loss: bool,
    pub(super) seed: u64,
    #[serde(skip)]
    pub(super) limits: ModelLimits,
    #[serde(skip)]
    pub(super) progress_bar: BarHandle,
}

impl Default for ImplicitAls {
    fn default() -> Self {
        Self {
            factors: 100,
            regularization: 0.01,
            alpha: 1.0,
            iterations: 15,
            solver: Solver::default(),
            calculate_training_loss: false,
            seed: 0,
            limits: ModelLimits::default(),
            progress_bar: BarHandle::default(),
        }
    }
}

impl Params for ImplicitAls {
    fn name(&self) -> &'static str {
        "ImplicitAls"
    }

    fn check(&self) -> Result<()> {
        let rule = |good: bool, name, value: &dyn ToString, rule| {
            if good {
                Ok(())
            } else {
                Err(Error::parameter(
                    "ImplicitAls",
                    name,
                    value.to_string(),
                    rule,
                ))
            }
        };
        let r = self.regularization;
        rule(
            (1..=65_536).contains(&self.factors),
            "factors",
            &self.factors,
            "in 1..=65536",
        )?;
        rule(
            r >= 0.0 && r.is_finite(),
            "regularization",
            &r,
            "finite and at least 0",
        )?;
        rule(
            self.alpha > 0.0 && self.alpha.is_finite(),
            "alpha",
            &self.alpha,
            "finite and above 0",
        )?;
        let steps = if let Solver::ConjugateGradient { steps } = self.solver {
            steps
        } else {
            1
        };
        rule(steps >= 1, "steps", &steps, "at least 1")
    }
}

impl ImplicitAls {
    /// 100 factors, regularization 0.01, alpha 1, 15 iterations of 3 conjugate-gradient steps, seed
    /// 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Numbers a user or item. Time grows linearly with conjugate gradients, quadratically with
    /// Cholesky.
    #[must_use]
    pub fn factors(mut self, factors: usize) -> Self {
        self.factors = factors;
        self
    }

    /// Weight of the squared length of all factors.
    #[must_use]
    pub fn regularization(mut self, regularization: f64) -> Self {
        self.regularization = regularization;
        self
    }

    /// Confidence of an observation of value 1.
    #[must_use]
    pub fn alpha(mut self, alpha: f32) -> Self {
        self.alpha = alpha;
        self
    }

    /// Number of times that users and items are solved in turn.
    #[must_use]
    pub fn iterations(mut self, iterations: usize) -> Self {
        self.iterations = iterations;
        self
    }

    /// Solver of each least-squares problem.
    #[must_use]
    pub fn solver(mut self, solver: Solver) -> Self {
        self.solver = solver;
        self
    }

    /// Computes the loss for the callback, or not (default); costs one more pass over the data an
    /// iteration.
    #[must_use]
    pub fn calculate_training_loss(mut self, on: bool) -> Self {
        self.calculate_training_loss = on;
        self
    }

    /// The seed of the first factors.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Most bytes that the factors of the users, those of the items, and the squares of factors may
    /// take each (default 8 GiB).
    #[must_use]
    pub fn limits(mut self, limits: ModelLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Moves a bar by an iteration at a time, with the loss as its message where it is
    /// [computed](Self::calculate_training_loss). Its looks are its style's business.
    #[cfg(feature = "progress")]
    #[must_use]
    pub fn progress_bar(mut self, bar: ml_data::indicatif::ProgressBar) -> Self {
        self.progress_bar = BarHandle(Some(bar));
        self
    }

    /// Refuses numbers of users, items and factors that take more memory than allowed.
    pub(super) fn check_size(&self, users: usize, items: usize) -> Result<()> {
        let stride = self.factors.next_multiple_of(16);
        for (what, count, size) in [
            ("users", users, 4),
            ("items", items, 4),
            // Sums of products in f64 and f32, of both sides.
            ("factors", stride, 24),
        ] {
            self.limits.check_bytes(
                &format!("ImplicitAls: {count} {what} x {stride}"),
                [count, stride],
                size,
                "`ImplicitAls::limits`",
            )?;
        }
        Ok(())
    }

    /// The problems of one side, with the other fixed.
    pub(super) fn side<'a>(
        &self,
        isa: Isa,
        y: &'a Factors,
        gram: &'a [f32],
        what: &'static str,
    ) -> HalfStep<'a> {
        HalfStep {
            isa,
            y,
            gram,
            alpha: self.alpha,
            solver: self.solver,
            what,
        }
    }
}
