//! The fit of implicit alternating least squares.

use super::als::ImplicitAls;
use super::fitted::FittedImplicitAls;
use super::interactions::Interactions;
use super::kernel::Isa;
use super::matrix::Factors;
use super::recommender::Recommender;
use super::solve::{gram, regularized};
use crate::progress::{BarHandle, RoundReport, TrainingBar};
use ml_data::contract::{Params, Round};
use ml_data::{Error, Result};
use ndarray::ArrayView2;
use std::ops::ControlFlow;

/// The round of the callback is an iteration; its metric is `loss`, the loss of the formula divided
/// by the sum of all confidences (as `implicit` reports it), if
/// [`calculate_training_loss`](ImplicitAls::calculate_training_loss) is on.
///
/// ```
/// use ml_models::factor::{ImplicitAls, Interactions, Recommender};
/// use std::ops::ControlFlow;
/// let seen = Interactions::from_pairs(3, 3, [(0, 0), (0, 1), (1, 1), (2, 2)])?;
/// let mut losses = vec![];
/// let als = ImplicitAls::new().factors(2).calculate_training_loss(true);
/// als.fit_with(&seen, &mut |round| {
///     losses.extend(round.train);
///     if round.round == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
/// })?;
/// assert_eq!(losses.len(), 5);
/// assert!(losses[4] < losses[0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
impl Recommender for ImplicitAls {
    type Model = FittedImplicitAls;

    fn fit_with(
        &self,
        data: &Interactions,
        on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
    ) -> Result<FittedImplicitAls> {
        self.check_data(data)?;
        let users = Factors::random(data.users(), self.factors, 0.01, self.seed, "als users");
        let items = Factors::random(data.items(), self.factors, 0.01, self.seed, "als items");
        self.iterate(Isa::best(), data, users, items, on)
    }
}

impl ImplicitAls {
    /// Learns factors from small random ones.
    ///
    /// # Errors
    /// A parameter out of range; more memory than [`limits`](Self::limits) allow; no users or no
    /// items; `alpha` times a value that is not finite; factors that grew past the range of f32; a
    /// singular system (only with a regularization near 0).
    pub fn fit(&self, data: &Interactions) -> Result<FittedImplicitAls> {
        self.fit_with(data, &mut |_| ControlFlow::Continue(()))
    }

    /// [`fit_with`](Recommender::fit_with) from given factors, `users x factors` and
    /// `items x factors`: to go on with an earlier fit after new data arrived. With 0 iterations
    /// the model is that of these factors, learned anywhere.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and if a shape does not fit or a factor is not finite.
    #[allow(clippy::needless_pass_by_value)] // views go by value, as everywhere in ndarray
    pub fn fit_from(
        &self,
        data: &Interactions,
        users: ArrayView2<'_, f32>,
        items: ArrayView2<'_, f32>,
        on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
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
                format!("{} x {}", data.users(), data.items()),
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

    pub(super) fn iterate(
        &self,
        isa: Isa,
        data: &Interactions,
        mut users: Factors,
        mut items: Factors,
        on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
    ) -> Result<FittedImplicitAls> {
        let mut item_gram = gram(isa, &items);
        let mut bar = TrainingBar::begin(&self.progress_bar, self.iterations, 0);
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
            let round = Round {
                round: iteration + 1,
                of: self.iterations,
                metric: "loss",
                train: loss,
                valid: None,
            };
            bar.round(&RoundReport::of(&round), round.metric);
            if on(round).is_break() {
                break;
            }
        }
        bar.end();
        users.check_finite("fitted user")?;
        items.check_finite("fitted item")?;
        let params = ImplicitAls {
            progress_bar: BarHandle::default(),
            ..self.clone()
        };
        FittedImplicitAls::new(params, isa, users, items)
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
