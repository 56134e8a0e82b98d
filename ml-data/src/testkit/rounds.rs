//! Rules for trainings that are watched.

use super::predictions::{batch, finite, round_trip};
use super::{Fixture, Report, Take, refused, same, same_for_any_thread_count, text};
use crate::contract::{Estimator, Fit, LearnValid, OnRound, Round};
use crate::repr::View;
use crate::sample::Target;
use std::ops::ControlFlow;

/// Checks that a model watches validation rows as [`LearnValid`] promises: every round is measured
/// on them, in order; a callback that never breaks changes no bit; one that breaks leaves a usable
/// model; and rows of other columns are refused. [`check_model`](super::check_model) checks the
/// same without validation rows.
pub fn check_valid<R, Y, E>(estimator: &E, fixture: &Fixture<R, Y::Labels>) -> Report
where
    R: Take,
    Y: Target,
    E: LearnValid<R, Y>,
{
    let mut report = Report::new(estimator.name());
    let fit = |on: OnRound<'_>| {
        let (train, valid) = (fixture.sample::<Y>()?, fixture.held_out::<Y>()?);
        estimator.fit_valid_watched(&train, &valid, on)
    };
    let unwatched = || {
        let (train, valid) = (fixture.sample::<Y>()?, fixture.held_out::<Y>()?);
        estimator.fit_valid(&train, &valid)
    };
    report.rule(
        "rounds with validation rows",
        rounds::<R, Y, E>(&fit, &unwatched, fixture, true),
    );
    report.rule(
        "validation rows of other columns",
        other_columns::<R, Y, E>(estimator, fixture),
    );
    report
}

/// The rule of rounds without validation rows.
pub(super) fn watched<R: Take, Y: Target, E: Estimator<R, Y>>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
) -> Result<(), String> {
    let fit = |on: OnRound<'_>| estimator.fit_watched(&fixture.sample::<Y>()?, on);
    let unwatched = || estimator.fit(&fixture.sample::<Y>()?);
    rounds::<R, Y, E>(&fit, &unwatched, fixture, false)
}

type Fitted<R, Y, E> = crate::Result<<E as Estimator<R, Y>>::Model>;

/// Rounds are told from 1 on; a callback that never breaks changes no bit; one that breaks is not
/// called again and leaves a usable model, the same for any number of threads.
fn rounds<R: Take, Y: Target, E: Estimator<R, Y>>(
    fit: &(dyn Fn(OnRound<'_>) -> Fitted<R, Y, E> + Sync),
    unwatched: &dyn Fn() -> Fitted<R, Y, E>,
    fixture: &Fixture<R, Y::Labels>,
    measured: bool,
) -> Result<(), String> {
    let (mut told, mut fault) = (0, None);
    let whole = fit(&mut |round| {
        told += 1;
        fault = fault.take().or_else(|| wrong(&round, told, measured));
        ControlFlow::Continue(())
    });
    let whole = whole.map_err(text)?;
    if let Some(fault) = fault {
        return Err(fault);
    }
    if told == 0 {
        return Err("no round was told".into());
    }
    let bytes = |model: &E::Model| postcard::to_stdvec(model).map_err(text);
    if bytes(&whole)? != bytes(&unwatched().map_err(text)?)? {
        return Err("a callback that never breaks changes the model".into());
    }
    let last = told.div_ceil(2);
    let stopped = || -> Result<E::Model, String> {
        let mut calls = 0;
        let part = fit(&mut |round| {
            calls += 1;
            match round.round < last {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        match calls == last {
            true => part.map_err(text),
            false => Err(format!("stopped in round {last}, called {calls} times")),
        }
    };
    let part = stopped()?;
    let held = View::all(&fixture.valid);
    finite(&part, held)?;
    round_trip(&part, held)?;
    if last == told {
        same(
            &batch(&part, held).map_err(text)?,
            &batch(&whole, held).map_err(text)?,
            0.0,
        )?;
    }
    same_for_any_thread_count(|| bytes(&stopped()?))
}

/// The fault of the round that was told as the `number`-th.
fn wrong(round: &Round<'_>, number: usize, measured: bool) -> Option<String> {
    if round.round != number || round.of < number {
        return Some(format!("round {number} was told as {round:?}"));
    }
    if round.valid.is_some() != measured {
        return Some(format!("validation rows: {measured}, told {round:?}"));
    }
    let values = [round.train, round.valid];
    let named = !round.metric.is_empty() || values == [None, None];
    (!named).then(|| format!("a value without the name of its metric: {round:?}"))
}

/// Validation rows have the columns of the training rows.
fn other_columns<R: Take, Y: Target, E: LearnValid<R, Y>>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
) -> Result<(), String> {
    let train = fixture.sample::<Y>().map_err(text)?;
    let other = fixture.narrow().held_out::<Y>().map_err(text)?;
    if other.x().data().check(train.header()).is_ok() {
        return Ok(()); // there is one column alone
    }
    refused(
        "validation rows of other columns",
        estimator.fit_valid(&train, &other),
    )
}
