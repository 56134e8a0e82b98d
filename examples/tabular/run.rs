//! From two files to a folder of results.

use super::align::align;
use super::args::Args;
use super::goal::{self, Goal};
use super::job::job;
use super::labels::{binary, graded, group_codes, multiclass, real};
use super::report::{Notes, some_of};
use super::select::Features;
use super::{read, write};
use ml_pipeline::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Instant;

/// Fewer labelled rows than this teach nothing.
const LEAST: usize = 10;

/// Everything the fit needs.
pub struct Work<'a> {
    pub args: &'a Args,
    pub goal: Goal,
    pub features: Features,
    /// Labelled training rows.
    pub x: Table,
    pub target: Column,
    pub groups: Option<Vec<u32>>,
    pub test: Unseen,
}

/// The test file.
pub struct Unseen {
    pub x: Table,
    pub target: Option<Column>,
    pub groups: Option<Column>,
}

/// Runs the example; returns what metrics.json says.
pub fn run(args: &Args, say: &mut dyn FnMut(&str)) -> Result<Value> {
    let started = Instant::now();
    let mut notes = Notes::new(say);
    let work = prepare(args, &mut notes)?;
    let dir = &args.out;
    std::fs::create_dir_all(dir)
        .map_err(|e| Error::io(format!("creating {}", dir.display()), e))?;
    let mut report = match &work.goal {
        Goal::Binary(_) => job(&work, &mut notes, binary)?,
        Goal::Multiclass(_) => job(&work, &mut notes, multiclass)?,
        Goal::Regression => job(&work, &mut notes, real)?,
        Goal::Ranking => job(&work, &mut notes, graded)?,
    };
    report["seconds"] = json!(started.elapsed().as_secs_f64());
    report["notes"] = json!(notes.told());
    write::json(dir, &report)?;
    notes.say(&format!(
        "wrote predictions.csv, metrics.json, model.mlp and model.txt to {}",
        dir.display()
    ));
    Ok(report)
}

/// Reads both files, and decides what is predicted from what.
fn prepare<'a>(args: &'a Args, notes: &mut Notes<'_>) -> Result<Work<'a>> {
    let train = read::train(args, notes)?;
    let target = read::column(&train.table, &args.target, "--target")?;
    let group = args
        .group
        .as_ref()
        .map(|g| read::column(&train.table, g, "--group"));
    let group = group.transpose()?;
    let mut without = vec![target.clone()];
    without.extend(group.clone());
    for name in &args.drop {
        without.push(read::column(&train.table, name, "--drop")?);
    }
    let (goal, why) = goal::decide(&train.table, &target, args.task)?;
    let inferred = if args.task.is_none() {
        " (inferred)"
    } else {
        ""
    };
    notes.say(&format!("task: {}{inferred}, {why}", goal.name()));
    if let Goal::Binary(classes) = &goal {
        notes.say(&format!("positive class: {}", classes[1]));
    }
    let table = labelled(&train.table, &target, group.as_deref(), notes)?;
    let features = Features::of(&table, &without, notes)?;
    let test = test_rows(args, &train, &features, (&target, group.as_deref()), notes)?;
    let x = table.select(&features.names())?;
    let groups = group.map(|g| table.column_named(&g).map(group_codes));
    notes.say(&format!(
        "{} training rows, {} test rows, {} features",
        x.rows(),
        test.x.rows(),
        features.chosen.len()
    ));
    Ok(Work {
        args,
        goal,
        features,
        test: Unseen {
            x: test.x.conform(x.schema())?,
            ..test
        },
        x,
        target: table.column_named(&target)?.clone(),
        groups: groups.transpose()?,
    })
}

/// Training rows that have a label, and a group where groups are asked for.
fn labelled(
    table: &Table,
    target: &str,
    group: Option<&str>,
    notes: &mut Notes<'_>,
) -> Result<Table> {
    let has = |name: &str| -> Result<Vec<bool>> {
        let column = table.column_named(name)?;
        Ok((0..table.rows())
            .map(|row| goal::label(column, row).is_some())
            .collect())
    };
    let mut keep = has(target)?;
    if let Some(group) = group {
        let grouped = has(group)?;
        keep.iter_mut().zip(grouped).for_each(|(k, g)| *k &= g);
    }
    let left = keep.iter().filter(|k| !**k).count();
    if left > 0 {
        notes.add(format!(
            "{left} training rows without `{target}` (or a group) left out"
        ));
    }
    let rows = table.rows() - left;
    if rows < LEAST {
        return Err(Error::other(format!(
            "{rows} training rows with a value in `{target}`: at least {LEAST} are needed"
        )));
    }
    table.filter(&keep)
}

/// The test file's features, target and groups.
fn test_rows(
    args: &Args,
    train: &read::Sheet,
    features: &Features,
    (target, group): (&str, Option<&str>),
    notes: &mut Notes<'_>,
) -> Result<Unseen> {
    let sheet = read::test(args, &train.types, notes)?;
    let names = features.names();
    let trained: HashSet<&str> = train
        .table
        .schema()
        .fields()
        .iter()
        .map(|f| f.name())
        .collect();
    let known = |name: &str| trained.contains(name);
    let extra = sheet.table.schema().fields().iter().map(|f| f.name());
    let extra: Vec<&str> = extra.filter(|n| !known(n)).collect();
    if !extra.is_empty() {
        notes.add(format!(
            "columns of the test file that training did not have: {}",
            some_of(&extra)
        ));
    }
    let optional = |name: Option<&str>, notes: &mut Notes<'_>| -> Result<Option<Column>> {
        match name.filter(|n| sheet.table.schema().find(n).is_some()) {
            Some(n) => Ok(Some(align(&sheet, train, &[n], notes)?.column(0).clone())),
            None => Ok(None),
        }
    };
    let x = align(&sheet, train, &names, notes)?;
    let has_values = |c: &Column| c.missing() < c.len();
    let target = optional(Some(target), notes)?.filter(has_values);
    let groups = optional(group, notes)?;
    Ok(Unseen { x, target, groups })
}
