//! From two files to a folder of results.

use super::align::align;
use super::args::Args;
use super::learn::{learn, save};
use super::report::{Notes, figure, some_of};
use super::{read, write};
use ml_pipeline::auto::{AutoModel, AutoScore, Task};
use ml_pipeline::data::contract::Importance;
use ml_pipeline::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::time::Instant;

/// Runs the example; returns what metrics.json says.
pub fn run(args: &Args, say: &mut dyn FnMut(&str)) -> Result<Value> {
    let started = Instant::now();
    let mut notes = Notes::new(say);
    let train = read::train(args, &mut notes)?;
    let named = Named::of(&train.table, args)?;
    let sheet = read::test(args, &train.types, &mut notes)?;
    let model = learn(&train.table, &named, args, &mut notes)?;
    let test = test_rows(&sheet, &train, &model, &named, &mut notes)?;
    let dir = &args.out;
    std::fs::create_dir_all(dir)
        .map_err(|e| Error::io(format!("creating {}", dir.display()), e))?;
    let predicted = model.predict(&test)?;
    write::predictions(dir, &predicted)?;
    save(&model, dir, &test, &predicted)?;
    let held_out = scores("held-out", model.scores(), &mut notes);
    let test_scores = score_test(&model, &test, &named, &mut notes)?;
    let report = json!({
        "task": model.task().name(),
        "classes": model.classes(),
        "rows": {
            "train": model.train_rows(),
            "held_out": model.held_out_rows(),
            "test": test.rows(),
        },
        "rounds": model.rounds(),
        "held_out": held_out,
        "test": test_scores,
        "importances": importances(&model, &mut notes)?,
        "seconds": started.elapsed().as_secs_f64(),
        "notes": notes.told(),
    });
    write::json(dir, &report)?;
    notes.say(&format!(
        "wrote predictions.csv, metrics.json, model.mlp and model.txt to {}",
        dir.display()
    ));
    Ok(report)
}

/// Columns that the command line names, as the file spells them.
pub struct Named {
    pub target: String,
    pub group: Option<String>,
    pub drop: Vec<String>,
}

impl Named {
    fn of(table: &Table, args: &Args) -> Result<Self> {
        let group = args.group.as_ref();
        let group = group.map(|g| read::column(table, g, "--group"));
        let drop = args.drop.iter().map(|d| read::column(table, d, "--drop"));
        Ok(Self {
            target: read::column(table, &args.target, "--target")?,
            group: group.transpose()?,
            drop: drop.collect::<Result<_>>()?,
        })
    }
}

/// The test file's features, and its target and groups where it has them.
fn test_rows(
    sheet: &read::Sheet,
    train: &read::Sheet,
    model: &AutoModel,
    named: &Named,
    notes: &mut Notes<'_>,
) -> Result<Table> {
    let names = |sheet: &read::Sheet| -> Vec<String> {
        let fields = sheet.table.schema().fields().iter();
        fields.map(|f| f.name().to_owned()).collect()
    };
    let trained: HashSet<String> = names(train).into_iter().collect();
    let found = names(sheet);
    let extra: Vec<&String> = found.iter().filter(|n| !trained.contains(*n)).collect();
    if !extra.is_empty() {
        notes.add(format!(
            "columns of the test file that training did not have: {}",
            some_of(&extra)
        ));
    }
    let mut wanted = model.feature_names();
    for name in std::iter::once(&named.target).chain(&named.group) {
        if found.contains(name) {
            wanted.push(name);
        }
    }
    align(sheet, train, &wanted, notes)
}

/// The metrics of the test rows that have a label; null when there are none.
fn score_test(
    model: &AutoModel,
    test: &Table,
    named: &Named,
    notes: &mut Notes<'_>,
) -> Result<Value> {
    let labelled = test.column_named(&named.target).ok();
    if labelled.is_none_or(|c| c.missing() == c.len()) {
        notes.say("the test file has no target: no metrics");
        return Ok(Value::Null);
    }
    let group = named.group.as_deref();
    let grouped = group.is_some_and(|g| test.schema().find(g).is_some());
    if model.task() == Task::Ranking && !grouped {
        notes.add("the test file has no groups: no metrics".into());
        return Ok(Value::Null);
    }
    let (values, told) = model.evaluate(test)?;
    told.into_iter().for_each(|note| notes.add(note));
    Ok(scores("test", &values, notes))
}

/// Metrics as a line, and as an object.
fn scores(rows: &str, scores: &[AutoScore], notes: &mut Notes<'_>) -> Value {
    let defined = scores.iter().filter_map(|s| Some((&s.metric, s.value?)));
    let line: Vec<String> = defined
        .map(|(metric, value)| format!("{metric} {}", figure(value)))
        .collect();
    notes.say(&format!("{rows} rows: {}", line.join(", ")));
    let pairs = scores.iter().map(|s| (s.metric.clone(), json!(s.value)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// The columns of the model's matrix by what their splits gained; the first twenty are printed.
fn importances(model: &AutoModel, notes: &mut Notes<'_>) -> Result<Value> {
    let gain = model.trees().importances(ImportanceKind::Gain)?;
    let split = model.trees().importances(ImportanceKind::Split)?;
    notes.say("importances (percent of the gain, number of splits):");
    let mut all = Vec::new();
    for (i, Importance { column, value }) in gain.iter().enumerate() {
        let splits = split.get(column).unwrap_or(0.0);
        if i < 20 {
            let percent = 100.0 * gain.share(column).unwrap_or(0.0);
            notes.say(&format!("  {percent:>6.2} {splits:>6}  {column}"));
        }
        all.push(json!({ "feature": column, "gain": value, "split": splits as u64 }));
    }
    Ok(json!(all))
}
