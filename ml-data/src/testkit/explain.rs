//! Rules for explanations.

use super::{Fixture, Report, Take, refused, same, same_for_any_thread_count, text};
use crate::contract::{Explain, FeatureImportances, ImportanceKind};
use crate::repr::{RowSet, View};

/// Checks a fitted model's explanations of the held-out and the strange rows of a fixture against
/// every rule: attributions and the expected score add up to the raw score (within the relative
/// `tolerance`), a row alone is explained as in a batch, and the number of threads changes no bit.
pub fn check_explain<R, L, M>(model: &M, fixture: &Fixture<R, L>, tolerance: f64) -> Report
where
    R: Take,
    M: Explain<R>,
{
    let mut report = Report::new("explanations");
    let held = View::all(&fixture.valid);
    for (name, rows) in [
        ("attributions add up to the raw score", &fixture.valid),
        (
            "strange rows: attributions add up to the raw score",
            &fixture.strange,
        ),
    ] {
        report.rule(name, adds_up(model, View::all(rows), tolerance));
    }
    report.rule("row = batch", alone(model, &fixture.valid));
    report.rule(
        "explained row = batch",
        explained_row(model, &fixture.valid),
    );
    report.rule(
        "same bits for 1, 2, 4 threads",
        same_for_any_thread_count(|| {
            let numbers = model.explain(held).map_err(text)?;
            Ok(numbers
                .values()
                .iter()
                .flat_map(|v| v.to_bits().to_le_bytes())
                .collect())
        }),
    );
    report.rule("no rows", none(model, &fixture.valid));
    report
}

fn adds_up<R: Take, M: Explain<R>>(
    model: &M,
    x: View<'_, R>,
    tolerance: f64,
) -> Result<(), String> {
    let (found, raw) = (
        model.explain(x).map_err(text)?,
        model.raw_scores(x).map_err(text)?,
    );
    let outputs = found.outputs().len();
    let score = |i: usize| found.score(i / outputs, i % outputs);
    let sums: Vec<f64> = (0..found.len() * outputs).filter_map(score).collect();
    same(&raw, &sums, tolerance)
}

fn alone<R: Take, M: Explain<R>>(model: &M, valid: &R) -> Result<(), String> {
    let prepared = model.prepare();
    let all = model.explain(View::all(valid)).map_err(text)?;
    for i in (0..valid.len()).step_by(7) {
        let one = View::new(valid, RowSet::Range(i, i + 1));
        let one = model.explain_with(&prepared, one).map_err(text)?;
        for k in 0..all.outputs().len() {
            same(
                all.get(i, k).unwrap_or(&[]),
                one.get(0, k).unwrap_or(&[f64::NAN]),
                0.0,
            )?;
        }
    }
    Ok(())
}

fn explained_row<R: Take, M: Explain<R>>(model: &M, valid: &R) -> Result<(), String> {
    refused(
        "a row that is not there",
        model.explain_row(valid, valid.len()),
    )?;
    let all = model.explain(View::all(valid)).map_err(text)?;
    let why = model.explain_row(valid, valid.len() - 1).map_err(text)?;
    let output = all.outputs().iter().position(|o| o == why.output());
    let output = output.ok_or("an output that is not there")?;
    let numbers = all.get(valid.len() - 1, output).unwrap_or(&[]);
    for reason in why.reasons() {
        let at = all.columns().iter().position(|c| c == &*reason.column);
        let at = at.ok_or_else(|| format!("a reason `{}` that is no column", reason.column))?;
        same(&[numbers[at]], &[reason.attribution], 0.0)?;
    }
    let short = why.top(1);
    let sum = short.expected() + short.rest();
    let sum = sum + short.reasons().iter().map(|r| r.attribution).sum::<f64>();
    same(&[why.score()], &[sum], 1e-9)
}

fn none<R: Take, M: Explain<R>>(model: &M, valid: &R) -> Result<(), String> {
    let none = View::new(valid, RowSet::Range(0, 0));
    let found = model.explain(none).map_err(text)?;
    match found.is_empty() && found.values().is_empty() {
        true => Ok(()),
        false => Err(format!("no rows in, {} explanations out", found.len())),
    }
}

/// Checks that the importances of a fitted model are of the columns that its attributions are of,
/// and none below 0.
pub fn check_importances<R, M>(model: &M, x: View<'_, R>) -> Report
where
    R: Take,
    M: Explain<R> + FeatureImportances,
{
    let mut report = Report::new("importances");
    for (name, kind) in [
        ("gain", ImportanceKind::Gain),
        ("split", ImportanceKind::Split),
    ] {
        report.rule(name, columns(model, x, kind));
    }
    report
}

fn columns<R: Take, M: Explain<R> + FeatureImportances>(
    model: &M,
    x: View<'_, R>,
    kind: ImportanceKind,
) -> Result<(), String> {
    let found = model.explain(x).map_err(text)?;
    let important = model.importances(kind).map_err(text)?;
    if let Some(i) = important.iter().find(|i| i.value < 0.0) {
        return Err(format!("{} of column {}", i.value, i.column));
    }
    let mut names: Vec<&str> = important.iter().map(|i| &*i.column).collect();
    let mut columns: Vec<&str> = found.columns().iter().collect();
    names.sort_unstable();
    columns.sort_unstable();
    match names == columns {
        true => Ok(()),
        false => Err(format!("of {names:?}, attributions of {columns:?}")),
    }
}
