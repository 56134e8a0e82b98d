//! Composition: chains of steps, and steps with a model at the end.

use super::model::{Estimator, LearnValid, Predict};
use super::round::OnRound;
use super::step::{Apply, ApplyExt, Params, Transformer};
use crate::error::{Error, Result};
use crate::repr::{Repr, Rows, View};
use crate::sample::{Prediction, Sample, Target, Train, Valid};
use serde::{Deserialize, Serialize};

/// Rows a fitted pipeline transforms at once: wide intermediate matrices stay in cache.
pub(super) const BLOCK: usize = 2048;

/// Two steps, one after the other; a fitted chain has the same shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Then<A, B>(
    /// The first step.
    pub A,
    /// The step on its output.
    pub B,
);

/// Steps and a model: an estimator whose fitted form predicts raw rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pipeline<T, M> {
    /// The steps.
    pub steps: T,
    /// The model on their output.
    pub model: M,
}

impl<T, M> Pipeline<T, M> {
    /// Steps and a model.
    pub fn new(steps: T, model: M) -> Self {
        Self { steps, model }
    }
}

/// Building chains, for every step.
pub trait Chain: Params + Sized {
    /// This step, then `next` on its output.
    fn then<B: Params>(self, next: B) -> Then<Self, B> {
        Then(self, next)
    }
    /// These steps, then a model.
    fn model<M: Params>(self, model: M) -> Pipeline<Self, M> {
        Pipeline::new(self, model)
    }
}
impl<T: Params> Chain for T {}

impl<A: Params, B: Params> Params for Then<A, B> {
    fn name(&self) -> &'static str {
        "Then"
    }
    fn check(&self) -> Result<()> {
        self.0.check()?;
        self.1.check()
    }
}

impl<R: Repr, Y: Target, A: Transformer<R, Y>, B: Transformer<A::Out, Y>> Transformer<R, Y>
    for Then<A, B>
{
    type Out = B::Out;
    type Fitted = Then<A::Fitted, B::Fitted>;

    fn fit_transform(&self, train: &Sample<R, Y, Train>) -> Result<(Self::Fitted, Self::Out)> {
        let (a, rows) = self.0.fit_transform(train)?;
        let (b, rows) = self.1.fit_transform(&train.with_x(rows)?)?;
        Ok((Then(a, b), rows))
    }
}

impl<R: Repr, A: Apply<R>, B: Apply<A::Out>> Apply<R> for Then<A, B> {
    type Out = B::Out;
    type Scratch = (A::Scratch, <A::Out as Rows>::Buf, B::Scratch);

    fn header(&self, input: &R::Header) -> <Self::Out as Repr>::Header {
        self.1.header(&self.0.header(input))
    }

    fn origins(&self, input: &R::Header) -> Result<Vec<Option<usize>>> {
        let middle = self.0.origins(input)?;
        let last = self.1.origins(&self.0.header(input))?;
        let before = |at: usize| middle.get(at).copied().flatten();
        Ok(last.into_iter().map(|at| at.and_then(before)).collect())
    }

    fn apply_row(
        &self,
        row: R::Row<'_>,
        s: &mut Self::Scratch,
        out: &mut <Self::Out as Rows>::Buf,
    ) -> Result<()> {
        A::Out::clear(&mut s.1);
        self.0.apply_row(row, &mut s.0, &mut s.1)?;
        self.1.apply_row(A::Out::view(&s.1), &mut s.2, out)
    }

    fn apply(&self, x: View<'_, R>) -> Result<Self::Out> {
        let middle = self.0.apply(x)?;
        self.1.apply(View::all(&middle))
    }
}

impl<T: Params, M: Params> Params for Pipeline<T, M> {
    fn name(&self) -> &'static str {
        "Pipeline"
    }
    fn check(&self) -> Result<()> {
        self.steps.check()?;
        self.model.check()
    }
    fn takes_init_score(&self) -> bool {
        self.model.takes_init_score()
    }
}

/// A fitted pipeline: predicts raw rows, remembers the columns and the kind of target it was
/// trained on.
///
/// A loaded one is checked on no rows: steps that do not take its columns, and a model that does
/// not take what the steps produce, are refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    bound = "T: Apply<R>, M: Predict<T::Out>",
    try_from = "Stored<R, T, M>"
)]
pub struct FittedPipeline<R: Repr, T, M> {
    input: R::Header,
    /// The fitted steps.
    pub steps: T,
    /// The fitted model.
    pub model: M,
    /// Travels in the header of an artifact, not in its payload, so that artifacts without it stay
    /// readable.
    #[serde(skip)]
    target: Option<&'static str>,
}

/// [`FittedPipeline`] as it is stored, not checked yet.
#[derive(Deserialize)]
#[serde(bound = "T: Apply<R>, M: Predict<T::Out>")]
struct Stored<R: Repr, T, M> {
    input: R::Header,
    steps: T,
    model: M,
}

impl<R: Repr, T: Apply<R>, M: Predict<T::Out>> TryFrom<Stored<R, T, M>>
    for FittedPipeline<R, T, M>
{
    type Error = Error;

    fn try_from(stored: Stored<R, T, M>) -> Result<Self> {
        let Stored {
            input,
            steps,
            model,
        } = stored;
        let none = R::collect(input.clone(), 0, &mut |_, _| Ok(()))?;
        let rows = steps.apply(View::all(&none))?;
        rows.check(model.input())?;
        Ok(Self::from_parts(input, steps, model))
    }
}

impl<R: Repr, T, M> FittedPipeline<R, T, M> {
    /// A pipeline from fitted parts. It does not know which kind of target they were trained on.
    pub fn from_parts(input: R::Header, steps: T, model: M) -> Self {
        Self {
            input,
            steps,
            model,
            target: None,
        }
    }
}

/// A pipeline fitted on these rows.
fn fitted<R: Repr, Y: Target, T, M>(
    train: &Sample<R, Y, Train>,
    steps: T,
    model: M,
) -> FittedPipeline<R, T, M> {
    FittedPipeline {
        input: train.header().clone(),
        steps,
        model,
        target: Some(Y::NAME),
    }
}

impl<R, Y, T, M> Estimator<R, Y> for Pipeline<T, M>
where
    R: Repr,
    Y: Target,
    T: Transformer<R, Y>,
    M: Estimator<T::Out, Y>,
{
    type Model = FittedPipeline<R, T::Fitted, M::Model>;

    fn learn(&self, train: &Sample<R, Y, Train>) -> Result<Self::Model> {
        let (steps, rows) = self.steps.fit_transform(train)?;
        let model = self.model.learn(&train.with_x(rows)?)?;
        Ok(fitted(train, steps, model))
    }

    fn learn_watched(&self, train: &Sample<R, Y, Train>, on: OnRound<'_>) -> Result<Self::Model> {
        let (steps, rows) = self.steps.fit_transform(train)?;
        let model = self.model.learn_watched(&train.with_x(rows)?, on)?;
        Ok(fitted(train, steps, model))
    }
}

impl<R, Y, T, M> LearnValid<R, Y> for Pipeline<T, M>
where
    R: Repr,
    Y: Target,
    T: Transformer<R, Y>,
    M: LearnValid<T::Out, Y>,
{
    fn learn_valid(
        &self,
        train: &Sample<R, Y, Train>,
        valid: &Sample<R, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<Self::Model> {
        let (steps, rows) = self.steps.fit_transform(train)?;
        valid.x().data().check(train.header())?;
        let valid = steps.transform(valid)?;
        let model = self.model.learn_valid(&train.with_x(rows)?, &valid, on)?;
        Ok(fitted(train, steps, model))
    }
}

impl<R: Repr, T: Apply<R>, M: Predict<T::Out>> Predict<R> for FittedPipeline<R, T, M> {
    type Prediction = M::Prediction;
    type Scratch = (T::Scratch, <T::Out as Rows>::Buf, M::Scratch);

    fn input(&self) -> &R::Header {
        &self.input
    }

    fn target(&self) -> Option<&'static str> {
        self.target.or_else(|| self.model.target())
    }

    fn set_target(&mut self, target: &'static str) {
        self.target = Some(target);
    }

    fn predict_row(
        &self,
        row: R::Row<'_>,
        s: &mut Self::Scratch,
        out: &mut <Self::Prediction as Rows>::Buf,
    ) -> Result<()> {
        T::Out::clear(&mut s.1);
        self.steps.apply_row(row, &mut s.0, &mut s.1)?;
        self.model.predict_row(T::Out::view(&s.1), &mut s.2, out)
    }

    fn predict_batch(&self, x: View<'_, R>) -> Result<Self::Prediction> {
        x.data().check(&self.input)?;
        let mut out = Self::Prediction::default();
        for block in x.blocks(BLOCK) {
            let here = |e: Error| e.offset_row(out.len());
            let rows = self.steps.apply(block).map_err(here)?;
            let part = self.model.predict_batch(View::all(&rows)).map_err(here)?;
            (0..part.len()).for_each(|i| out.push_row(&part, i));
        }
        Ok(out)
    }
}
