//! Rules for models.

use super::predictions::{batch, finite, round_trip};
use super::{
    Claims, Fixture, Report, Take, Weights, allocations, refused, rounds, same,
    same_for_any_thread_count, text, worded,
};
use crate::contract::{Estimator, Fit, Predict};
use crate::repr::{RowSet, Rows, View};
use crate::sample::{Prediction, Sample, Target, Train};

/// Checks a model against every rule that applies to it.
pub fn check_model<R, Y, E>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
    claims: Claims,
) -> Report
where
    R: Take,
    Y: Target,
    E: Estimator<R, Y>,
{
    let mut report = Report::new(estimator.name());
    let model = match fixture.sample::<Y>().and_then(|s| estimator.fit(&s)) {
        Ok(model) => model,
        Err(e) => {
            report.rule("fits the fixture", Err(e.to_string()));
            return report;
        }
    };
    let held = View::all(&fixture.valid);
    report.rule("row = batch", row_is_batch(&model, held, claims.row_batch));
    report.rule(
        "subset invariance",
        subset(&model, &fixture.valid, claims.row_batch),
    );
    report.rule("serde round trip", round_trip(&model, held));
    report.rule(
        "same bits for 1, 2, 4 threads and for a second fit",
        threads::<R, Y, E>(estimator, fixture),
    );
    report.rule("rounds", rounds::watched::<R, Y, E>(estimator, fixture));
    report.rule(
        "sample weights",
        weights(estimator, fixture, claims.weights),
    );
    if let Ok(tolerance) = claims.permutation {
        let shuffled = fixture.listed::<Y>(&fixture.shuffled(), None);
        report.rule(
            "permutation of rows",
            learned(estimator, shuffled, held, &model, tolerance),
        );
    }
    report.rule("empty input", empty(estimator, fixture, &model));
    report.rule("one row", one_row::<R, Y, E>(estimator, fixture));
    report.rule(
        "one column",
        one_column::<R, Y, E>(estimator, fixture, claims.row_batch),
    );
    report.rule(
        "missing and infinite values in training",
        strange_training::<R, Y, E>(estimator, fixture),
    );
    report.rule(
        "missing, unseen and infinite values",
        strange(&model, &fixture.strange, claims.takes_missing),
    );
    report.rule("no allocation on a warm row", warm(&model, held));
    report.rule("predictions are finite", finite(&model, held));
    report
}

fn by_row<R: Take, M: Predict<R>>(model: &M, x: View<'_, R>) -> crate::Result<Vec<f64>> {
    let mut scratch = M::Scratch::default();
    let (mut buf, mut out) = (
        <M::Prediction as Rows>::Buf::default(),
        M::Prediction::default(),
    );
    for row in x.iter() {
        M::Prediction::clear(&mut buf);
        model.predict_row(row, &mut scratch, &mut buf)?;
        out.push(&buf);
    }
    Ok(out.values().to_vec())
}

fn row_is_batch<R: Take, M: Predict<R>>(
    model: &M,
    x: View<'_, R>,
    tolerance: f64,
) -> Result<(), String> {
    same(
        &by_row(model, x).map_err(text)?,
        &batch(model, x).map_err(text)?,
        tolerance,
    )
}

fn subset<R: Take, M: Predict<R>>(model: &M, valid: &R, tolerance: f64) -> Result<(), String> {
    let rows: Vec<u32> = (0..valid.len() as u32)
        .filter(|i| i % 3 != 1)
        .rev()
        .collect();
    let all = batch(model, View::all(valid)).map_err(text)?;
    let part = batch(model, View::new(valid, RowSet::List(&rows))).map_err(text)?;
    let width = all.len() / valid.len().max(1);
    let expected: Vec<f64> = rows
        .iter()
        .flat_map(|&r| all[r as usize * width..(r as usize + 1) * width].to_vec())
        .collect();
    same(&expected, &part, tolerance)
}

fn threads<R: Take, Y: Target, E: Estimator<R, Y>>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
) -> Result<(), String> {
    same_for_any_thread_count(|| {
        let model = fixture
            .sample::<Y>()
            .and_then(|s| estimator.fit(&s))
            .map_err(text)?;
        postcard::to_stdvec(&model).map_err(text)
    })
}

fn learned<R: Take, Y: Target, E: Estimator<R, Y>>(
    estimator: &E,
    sample: crate::Result<Sample<R, Y, Train>>,
    x: View<'_, R>,
    model: &E::Model,
    tolerance: f64,
) -> Result<(), String> {
    let other = sample.and_then(|s| estimator.fit(&s)).map_err(text)?;
    same(
        &batch(model, x).map_err(text)?,
        &batch(&other, x).map_err(text)?,
        tolerance,
    )
}

fn weights<R: Take, Y: Target, E: Estimator<R, Y>>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
    claim: Weights,
) -> Result<(), String> {
    let (all, weights, repeated) = fixture.weighted(matches!(claim, Weights::ZeroOnly(..)));
    let weighted = fixture.listed::<Y>(&all, Some(weights)).map_err(text)?;
    let tolerance = match claim {
        Weights::Refused => return refused("weighted data", estimator.fit(&weighted)),
        Weights::Irrelevant(_) | Weights::Positional(_) => {
            return estimator.fit(&weighted).map(|_| ()).map_err(text);
        }
        Weights::Honoured(t) | Weights::ZeroOnly(t, _) => t,
    };
    let model = estimator.fit(&weighted).map_err(text)?;
    learned(
        estimator,
        fixture.listed::<Y>(&repeated, None),
        View::all(&fixture.valid),
        &model,
        tolerance,
    )
}

fn empty<R: Take, Y: Target, E: Estimator<R, Y>>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
    model: &E::Model,
) -> Result<(), String> {
    let none = batch(model, View::new(&fixture.valid, RowSet::Range(0, 0))).map_err(text)?;
    if !none.is_empty() {
        return Err(format!("no rows in, {} predictions out", none.len()));
    }
    refused(
        "fitting no rows",
        fixture
            .listed::<Y>(&[], None)
            .and_then(|s| estimator.fit(&s)),
    )
}

fn one_row<R: Take, Y: Target, E: Estimator<R, Y>>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
) -> Result<(), String> {
    let sample = fixture.listed::<Y>(&[0], None);
    worded(sample.and_then(|s| estimator.fit(&s))).map(|_| ())
}

/// A model of one column predicts by row what it predicts in a batch, or says why it can not be.
fn one_column<R: Take, Y: Target, E: Estimator<R, Y>>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
    tolerance: f64,
) -> Result<(), String> {
    let narrow = fixture.narrow();
    let sample = narrow.sample::<Y>();
    match worded(sample.and_then(|s| estimator.fit(&s)))? {
        Some(model) => row_is_batch(&model, View::all(&narrow.valid), tolerance),
        None => Ok(()),
    }
}

/// A model learned from rows of missing and infinite values alone still predicts finite numbers, if
/// it was learned.
fn strange_training<R: Take, Y: Target, E: Estimator<R, Y>>(
    estimator: &E,
    fixture: &Fixture<R, Y::Labels>,
) -> Result<(), String> {
    let sample = fixture.strange_sample::<Y>();
    match worded(sample.and_then(|s| estimator.fit(&s)))? {
        Some(model) => finite(&model, View::all(&fixture.valid)),
        None => Ok(()),
    }
}

fn strange<R: Take, M: Predict<R>>(model: &M, strange: &R, takes: bool) -> Result<(), String> {
    let x = View::all(strange);
    match (by_row(model, x), batch(model, x), takes) {
        (Ok(a), Ok(b), true) => same(&a, &b, 1e-6),
        (Err(_), Err(_), false) => Ok(()),
        (a, b, _) => Err(format!(
            "row path: {:?}, batch path: {:?}, claims to take it: {takes}",
            a.err(),
            b.err()
        )),
    }
}

fn warm<R: Take, M: Predict<R>>(model: &M, x: View<'_, R>) -> Result<(), String> {
    let (mut scratch, mut buf) = (
        M::Scratch::default(),
        <M::Prediction as Rows>::Buf::default(),
    );
    let mut pass = || -> Result<(), String> {
        for row in x.iter() {
            M::Prediction::clear(&mut buf);
            model
                .predict_row(row, &mut scratch, &mut buf)
                .map_err(text)?;
        }
        Ok(())
    };
    pass()?;
    let (made, outcome) = allocations(pass);
    outcome?;
    match made {
        None => Err("the test binary has no CountingAllocator".into()),
        Some(0) => Ok(()),
        Some(n) => Err(format!("{n} allocations in {} warm rows", x.len())),
    }
}
