//! Rules for steps.

use super::{
    Bits, Claims, Fixture, Report, Take, Weights, allocations, refused, same,
    same_for_any_thread_count, text, worded,
};
use crate::contract::{Apply, Transformer};
use crate::repr::{Repr, RowSet, Rows, View};
use crate::sample::Target;

/// Checks a step against every rule that applies to it.
pub fn check_step<R, Y, T>(step: &T, fixture: &Fixture<R, Y::Labels>, claims: Claims) -> Report
where
    R: Take,
    Y: Target,
    T: Transformer<R, Y>,
    T::Out: Bits,
{
    let mut report = Report::new(step.name());
    let fitted = match fixture.sample::<Y>().and_then(|s| step.fit_transform(&s)) {
        Ok((fitted, _)) => fitted,
        Err(e) => {
            report.rule("fits the fixture", Err(e.to_string()));
            return report;
        }
    };
    let held = View::all(&fixture.valid);
    report.rule("row = batch", row_is_batch(&fitted, held, claims.row_batch));
    report.rule("subset invariance", subset(&fitted, &fixture.valid));
    report.rule("serde round trip", round_trip(&fitted, held));
    report.rule("idempotent fit", again(step, fixture, held, &fitted));
    report.rule(
        "same bits for 1, 2, 4 threads",
        threads::<R, Y, T>(step, fixture),
    );
    report.rule("sample weights", weights(step, fixture, claims.weights));
    if let Ok(tolerance) = claims.permutation {
        let shuffled = fixture.listed::<Y>(&fixture.shuffled(), None);
        report.rule(
            "permutation of rows",
            learned(step, shuffled, held, &fitted, tolerance),
        );
    }
    report.rule("empty input", empty(step, fixture, &fitted));
    report.rule("one row", one_row::<R, Y, T>(step, fixture));
    report.rule(
        "one column",
        one_column::<R, Y, T>(step, fixture, claims.row_batch),
    );
    report.rule(
        "missing and infinite values in training",
        strange_training::<R, Y, T>(step, fixture),
    );
    report.rule(
        "missing, unseen and infinite values",
        strange(&fitted, &fixture.strange, claims.takes_missing),
    );
    report.rule("no allocation on a warm row", warm(&fitted, held));
    report.rule(
        "output columns have names and widths that agree",
        header(&fitted, held),
    );
    report.rule(
        "output columns depend on their origin alone",
        origins(&fitted, &fixture.valid),
    );
    report
}

fn by_row<R: Repr, A: Apply<R>>(fitted: &A, x: View<'_, R>) -> crate::Result<A::Out> {
    let mut scratch = A::Scratch::default();
    let header = fitted.header(x.data().header());
    A::Out::collect(header, x.len(), &mut |i, out| {
        fitted.apply_row(x.row(i), &mut scratch, out)
    })
}

fn row_is_batch<R: Repr, A: Apply<R>>(
    fitted: &A,
    x: View<'_, R>,
    tolerance: f64,
) -> Result<(), String>
where
    A::Out: Bits,
{
    let (rows, batch) = (
        by_row(fitted, x).map_err(text)?,
        fitted.apply(x).map_err(text)?,
    );
    same(&rows.bits(), &batch.bits(), tolerance)
}

fn subset<R: Take, A: Apply<R>>(fitted: &A, valid: &R) -> Result<(), String>
where
    A::Out: Bits,
{
    let rows: Vec<u32> = (0..valid.len() as u32)
        .filter(|i| i % 3 != 1)
        .rev()
        .collect();
    let all = fitted.apply(View::all(valid)).map_err(text)?.bits();
    let part = fitted
        .apply(View::new(valid, RowSet::List(&rows)))
        .map_err(text)?
        .bits();
    let width = all.len() / valid.len().max(1);
    let expected: Vec<f64> = rows
        .iter()
        .flat_map(|&r| all[r as usize * width..(r as usize + 1) * width].to_vec())
        .collect();
    same(&expected, &part, 0.0)
}

fn round_trip<R: Repr, A: Apply<R>>(fitted: &A, x: View<'_, R>) -> Result<(), String>
where
    A::Out: Bits,
{
    let bytes = postcard::to_stdvec(fitted).map_err(text)?;
    let back: A = postcard::from_bytes(&bytes).map_err(text)?;
    same(
        &fitted.apply(x).map_err(text)?.bits(),
        &back.apply(x).map_err(text)?.bits(),
        0.0,
    )
}

fn again<R: Take, Y: Target, T: Transformer<R, Y>>(
    step: &T,
    fixture: &Fixture<R, Y::Labels>,
    x: View<'_, R>,
    fitted: &T::Fitted,
) -> Result<(), String>
where
    T::Out: Bits,
{
    let sample = fixture.sample::<Y>().map_err(text)?;
    let (_, first) = step.fit_transform(&sample).map_err(text)?;
    let (second, rows) = step.fit_transform(&sample).map_err(text)?;
    same(&first.bits(), &rows.bits(), 0.0)?;
    same(
        &fitted.apply(x).map_err(text)?.bits(),
        &second.apply(x).map_err(text)?.bits(),
        0.0,
    )
}

fn threads<R: Take, Y: Target, T: Transformer<R, Y>>(
    step: &T,
    fixture: &Fixture<R, Y::Labels>,
) -> Result<(), String> {
    same_for_any_thread_count(|| {
        let (fitted, _) = fixture
            .sample::<Y>()
            .and_then(|s| step.fit_transform(&s))
            .map_err(text)?;
        postcard::to_stdvec(&fitted).map_err(text)
    })
}

fn learned<R: Take, Y: Target, T: Transformer<R, Y>>(
    step: &T,
    sample: crate::Result<crate::sample::Sample<R, Y, crate::sample::Train>>,
    x: View<'_, R>,
    fitted: &T::Fitted,
    tolerance: f64,
) -> Result<(), String>
where
    T::Out: Bits,
{
    let (other, _) = sample.and_then(|s| step.fit_transform(&s)).map_err(text)?;
    same(
        &fitted.apply(x).map_err(text)?.bits(),
        &other.apply(x).map_err(text)?.bits(),
        tolerance,
    )
}

fn weights<R: Take, Y: Target, T: Transformer<R, Y>>(
    step: &T,
    fixture: &Fixture<R, Y::Labels>,
    claim: Weights,
) -> Result<(), String>
where
    T::Out: Bits,
{
    let (all, weights, repeated) = fixture.weighted(matches!(claim, Weights::ZeroOnly(..)));
    let weighted = fixture.listed::<Y>(&all, Some(weights)).map_err(text)?;
    let tolerance = match claim {
        Weights::Refused => return refused("weighted data", step.fit_transform(&weighted)),
        Weights::Irrelevant(_) | Weights::Positional(_) => {
            return step.fit_transform(&weighted).map(|_| ()).map_err(text);
        }
        Weights::Honoured(t) | Weights::ZeroOnly(t, _) => t,
    };
    let (fitted, _) = step.fit_transform(&weighted).map_err(text)?;
    learned(
        step,
        fixture.listed::<Y>(&repeated, None),
        View::all(&fixture.valid),
        &fitted,
        tolerance,
    )
}

fn empty<R: Take, Y: Target, T: Transformer<R, Y>>(
    step: &T,
    fixture: &Fixture<R, Y::Labels>,
    fitted: &T::Fitted,
) -> Result<(), String> {
    let none = View::new(&fixture.valid, RowSet::Range(0, 0));
    let rows = fitted.apply(none).map_err(text)?.len();
    if rows != 0 {
        return Err(format!("no rows in, {rows} rows out"));
    }
    refused(
        "fitting no rows",
        fixture
            .listed::<Y>(&[], None)
            .and_then(|s| step.fit_transform(&s)),
    )
}

fn one_row<R: Take, Y: Target, T: Transformer<R, Y>>(
    step: &T,
    fixture: &Fixture<R, Y::Labels>,
) -> Result<(), String> {
    let sample = fixture.listed::<Y>(&[0], None);
    match worded(sample.and_then(|s| step.fit_transform(&s)))? {
        Some((_, rows)) if rows.len() != 1 => Err(format!("one row in, {} rows out", rows.len())),
        _ => Ok(()),
    }
}

/// A step fitted on one column does to a row what it does to a batch, or says why it can not be
/// fitted.
fn one_column<R: Take, Y: Target, T: Transformer<R, Y>>(
    step: &T,
    fixture: &Fixture<R, Y::Labels>,
    tolerance: f64,
) -> Result<(), String>
where
    T::Out: Bits,
{
    let narrow = fixture.narrow();
    let sample = narrow.sample::<Y>();
    match worded(sample.and_then(|s| step.fit_transform(&s)))? {
        Some((fitted, _)) => row_is_batch(&fitted, View::all(&narrow.valid), tolerance),
        None => Ok(()),
    }
}

/// Rows of missing and infinite values alone are learned from, or refused in words.
fn strange_training<R: Take, Y: Target, T: Transformer<R, Y>>(
    step: &T,
    fixture: &Fixture<R, Y::Labels>,
) -> Result<(), String> {
    let sample = fixture.strange_sample::<Y>();
    match worded(sample.and_then(|s| step.fit_transform(&s)))? {
        Some((_, rows)) if rows.len() != fixture.strange.len() => Err(format!(
            "{} rows in, {} rows out",
            fixture.strange.len(),
            rows.len()
        )),
        _ => Ok(()),
    }
}

fn strange<R: Repr, A: Apply<R>>(fitted: &A, strange: &R, takes: bool) -> Result<(), String>
where
    A::Out: Bits,
{
    let x = View::all(strange);
    match (by_row(fitted, x), fitted.apply(x), takes) {
        (Ok(a), Ok(b), true) => same(&a.bits(), &b.bits(), 0.0),
        (Err(_), Err(_), false) => Ok(()),
        (a, b, _) => Err(format!(
            "row path: {:?}, batch path: {:?}, claims to take it: {takes}",
            a.err(),
            b.err()
        )),
    }
}

fn warm<R: Repr, A: Apply<R>>(fitted: &A, x: View<'_, R>) -> Result<(), String> {
    let (mut scratch, mut out) = (A::Scratch::default(), <A::Out as Rows>::Buf::default());
    let mut pass = |out: &mut <A::Out as Rows>::Buf| -> Result<(), String> {
        for row in x.iter() {
            A::Out::clear(out);
            fitted.apply_row(row, &mut scratch, out).map_err(text)?;
        }
        Ok(())
    };
    pass(&mut out)?;
    let (made, outcome) = allocations(|| pass(&mut out));
    outcome?;
    match made {
        None => Err("the test binary has no CountingAllocator".into()),
        Some(0) => Ok(()),
        Some(n) => Err(format!("{n} allocations in {} warm rows", x.len())),
    }
}

fn header<R: Repr, A: Apply<R>>(fitted: &A, x: View<'_, R>) -> Result<(), String> {
    let promised = fitted.header(x.data().header());
    let made = fitted.apply(x).map_err(text)?;
    made.check(&promised).map_err(text)
}

/// Where one input column gets the values of other rows, output columns of other origins stay.
fn origins<R: Take, A: Apply<R>>(fitted: &A, valid: &R) -> Result<(), String>
where
    A::Out: Bits,
{
    let origins = fitted.origins(valid.header()).map_err(text)?;
    let columns = R::schema_of(valid.header()).map_err(text)?.len();
    let before = fitted.apply(View::all(valid)).map_err(text)?.bits();
    let width = before.len() / valid.len().max(1);
    if origins.len() != width {
        return Err(format!(
            "{} origins of {width} output columns",
            origins.len()
        ));
    }
    if let Some(at) = origins.iter().flatten().find(|at| **at >= columns) {
        return Err(format!("origin {at} of {columns} input columns"));
    }
    let turned: Vec<u32> = (0..valid.len() as u32).rev().collect();
    for column in 0..columns {
        let mixed = valid.with_values_of(column, &turned);
        let after = fitted.apply(View::all(&mixed)).map_err(text)?.bits();
        for (i, (a, b)) in before.iter().zip(&after).enumerate() {
            let other = origins[i % width].is_some_and(|at| at != column);
            if other && a.to_bits() != b.to_bits() {
                let (out, at) = (i % width, origins[i % width]);
                return Err(format!(
                    "output column {out} of origin {at:?} follows column {column}"
                ));
            }
        }
    }
    Ok(())
}
