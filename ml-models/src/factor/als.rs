//! Implicit alternating least squares: the parameters and the fit.

use super::fitted::FittedImplicitAls;
use super::interactions::Interactions;
use super::kernel::Isa;
use super::matrix::Factors;
use super::solve::{Side, gram, regularized};
use super::{Error, Result};
use crate::limits::ModelLimits;
use ml_data::contract::Params;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// How each user's and item's least-squares problem is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Solver {
    /// A few steps of conjugate gradients from the factors of the previous iteration: several times faster than the exact
    /// solution, for a loss that differs by thousandths of a percent after 15 iterations.
    ConjugateGradient {
        /// Steps an iteration.
        steps: usize,
    },
    /// The exact solution.
    Cholesky,
}

impl Default for Solver {
    fn default() -> Self {
        Solver::ConjugateGradient { steps: 3 }
    }
}

/// Alternating least squares for implicit feedback.
///
/// Learns a vector for every user and item whose dot product scores the pair. All pairs count: one that was not observed
/// wants a score of 0 with confidence 1; one observed with value `v` wants 1 with confidence `c = alpha * v` (and with
/// `v = 0` is left out: its confidence is 0). The fit minimises
///
/// `sum over all pairs of c (p - x.y)^2 + regularization (sum |x|^2 + sum |y|^2)`.
///
/// This is the convention of the Python library `implicit`: confidence is `alpha * v`, not `1 + alpha * v` as in the
/// paper, so **values below `1 / alpha` weigh less than no observation**. Parameters and defaults are its too; the strength
/// of regularization is not scaled by the number of observations.
///
/// Use it when there are many users with a few to a few thousand interactions each and no ratings. Users and items are
/// known by number only; new ones are folded in without a new fit
/// ([`fold_in_user`](FittedImplicitAls::fold_in_user)).
///
/// ```
/// use ml_models::factor::{ImplicitAls, Interactions};
/// // two circles of taste: users 0-2 like items 0-2, users 3-5 like items 3-5; each user has left out one item
/// let pairs = (0..6u32).flat_map(|u| (0..3).filter(move |i| u % 3 != *i).map(move |i| (u, u / 3 * 3 + i)));
/// let seen = Interactions::from_pairs(6, 6, pairs)?;
/// let model = ImplicitAls::new().factors(4).alpha(10.0).seed(1).fit(&seen)?;
/// let best = model.recommend(4, 1, &seen)?;
/// assert_eq!(best[0].item, 4);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
/// A pair without an entry is an observation of absence. Users and items without any entry get zero factors.
///
/// # Weights
/// The values are the weights.
///
/// # Determinism
/// Equal data, parameters and instruction set give equal bits for any number of threads. AVX-512 and AVX2 agree bit for bit
/// with the conjugate-gradient solver. Processors with neither round differently, and iterations let factors drift apart along
/// directions the data leaves open; the loss stays within 0.1 %.
///
/// # References
/// Hu, Koren and Volinsky (2008), [doi:10.1109/ICDM.2008.22](https://doi.org/10.1109/ICDM.2008.22);
/// Takács, Pilászy and Tikk (2011), [doi:10.1145/2043932.2043987](https://doi.org/10.1145/2043932.2043987).
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
        }
    }
}

/// What the fit reports after every iteration.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Iteration {
    /// Counted from 0.
    pub iteration: usize,
    /// How many there will be, unless the callback breaks off.
    pub iterations: usize,
    /// The loss divided by the sum of all confidences (as `implicit` reports it), if
    /// [`calculate_training_loss`](ImplicitAls::calculate_training_loss) is on.
    pub loss: Option<f64>,
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
    /// 100 factors, regularization 0.01, alpha 1, 15 iterations of 3 conjugate-gradient steps, seed 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Numbers a user or item. Time grows linearly with conjugate gradients, quadratically with Cholesky.
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

    /// How often users and items are solved in turn.
    #[must_use]
    pub fn iterations(mut self, iterations: usize) -> Self {
        self.iterations = iterations;
        self
    }

    /// How each least-squares problem is solved.
    #[must_use]
    pub fn solver(mut self, solver: Solver) -> Self {
        self.solver = solver;
        self
    }

    /// Whether the callback gets the loss; costs one more pass over the data an iteration.
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

    /// Learns factors from small random ones.
    ///
    /// # Errors
    /// A parameter out of range; more memory than [`limits`](Self::limits) allow; no users or no
    /// items; `alpha` times a value that is not finite; factors that grew past the range of f32; a
    /// singular system (only with a regularization near 0).
    pub fn fit(&self, data: &Interactions) -> Result<FittedImplicitAls> {
        self.fit_with(data, &mut |_| ControlFlow::Continue(()))
    }

    /// [`fit`](Self::fit) with a callback after every iteration, which may break off; the factors so far are kept.
    ///
    /// ```
    /// use ml_models::factor::{ImplicitAls, Interactions};
    /// use std::ops::ControlFlow;
    /// let seen = Interactions::from_pairs(3, 3, [(0, 0), (0, 1), (1, 1), (2, 2)])?;
    /// let mut losses = vec![];
    /// ImplicitAls::new().factors(2).calculate_training_loss(true).fit_with(&seen, &mut |step| {
    ///     losses.extend(step.loss);
    ///     if step.iteration == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    /// })?;
    /// assert_eq!(losses.len(), 5);
    /// assert!(losses[4] < losses[0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_with(
        &self,
        data: &Interactions,
        on: &mut dyn FnMut(Iteration) -> ControlFlow<()>,
    ) -> Result<FittedImplicitAls> {
        self.check_data(data)?;
        let users = Factors::random(data.users(), self.factors, 0.01, self.seed, "als users");
        let items = Factors::random(data.items(), self.factors, 0.01, self.seed, "als items");
        self.iterate(Isa::best(), data, users, items, on)
    }

    /// [`fit_with`](Self::fit_with) from given factors, `users x factors` and `items x factors`: to go on with an
    /// earlier fit after new data arrived. With 0 iterations the model is that of these factors, learned anywhere.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and if a shape does not fit or a factor is not finite.
    #[allow(clippy::needless_pass_by_value)] // views go by value, as everywhere in ndarray
    pub fn fit_from(
        &self,
        data: &Interactions,
        users: ArrayView2<'_, f32>,
        items: ArrayView2<'_, f32>,
        on: &mut dyn FnMut(Iteration) -> ControlFlow<()>,
    ) -> Result<FittedImplicitAls> {
        self.check_data(data)?;
        let users =
            Factors::from_array(&users, data.users(), self.factors, "initial user factors")?;
        let items =
            Factors::from_array(&items, data.items(), self.factors, "initial item factors")?;
        self.iterate(Isa::best(), data, users, items, on)
    }

    /// Everything that can be known to be wrong before work starts.
    fn check_data(&self, data: &Interactions) -> Result<()> {
        self.check()?;
        if data.users() == 0 || data.items() == 0 {
            return Err(Error::value(
                "interactions",
                "at least one user and one item",
                &format!("{} x {}", data.users(), data.items()),
            ));
        }
        self.check_size(data.users(), data.items())?;
        let most = data.by_user().values.iter().fold(0.0f32, |m, &v| m.max(v));
        if (self.alpha * most).is_finite() {
            Ok(())
        } else {
            Err(Error::value(
                "alpha times the largest value",
                "a finite f32",
                "infinity",
            ))
        }
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

    pub(super) fn iterate(
        &self,
        isa: Isa,
        data: &Interactions,
        mut users: Factors,
        mut items: Factors,
        on: &mut dyn FnMut(Iteration) -> ControlFlow<()>,
    ) -> Result<FittedImplicitAls> {
        let mut item_gram = gram(isa, &items);
        for iteration in 0..self.iterations {
            let fixed = regularized(&item_gram, &items, self.regularization);
            self.side(isa, &items, &fixed, "user")
                .update(data.by_user(), &mut users)?;
            let user_gram = gram(isa, &users);
            let fixed = regularized(&user_gram, &users, self.regularization);
            self.side(isa, &users, &fixed, "item")
                .update(data.by_item(), &mut items)?;
            item_gram = gram(isa, &items);
            let loss = self
                .calculate_training_loss
                .then(|| self.loss(isa, data, (&users, &user_gram), (&items, &item_gram)));
            if on(Iteration {
                iteration,
                iterations: self.iterations,
                loss,
            })
            .is_break()
            {
                break;
            }
        }
        users.check_finite("fitted user")?;
        items.check_finite("fitted item")?;
        FittedImplicitAls::new(self.clone(), isa, users, items)
    }

    /// One side's problems.
    pub(super) fn side<'a>(
        &self,
        isa: Isa,
        y: &'a Factors,
        gram: &'a [f32],
        what: &'static str,
    ) -> Side<'a> {
        Side {
            isa,
            y,
            gram,
            alpha: self.alpha,
            solver: self.solver,
            what,
        }
    }

    /// The loss over the sum of confidences, both over all pairs.
    fn loss(
        &self,
        isa: Isa,
        data: &Interactions,
        (x, xx): (&Factors, &[f64]),
        (y, yy): (&Factors, &[f64]),
    ) -> f64 {
        let (observed, confidence) = self.side(isa, y, &[], "user").loss(data.by_user(), x);
        let all: f64 = xx.iter().zip(yy).map(|(a, b)| a * b).sum();
        let trace = |g: &[f64]| g.iter().step_by(x.stride() + 1).sum::<f64>();
        let total = all + observed + self.regularization * (trace(xx) + trace(yy));
        total / (confidence + data.users() as f64 * data.items() as f64 - data.len() as f64)
    }
}
