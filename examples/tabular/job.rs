//! One task from labels to files.

use super::goal::Goal;
use super::holdout::HoldOut;
use super::labels::{Labelled, Labeller, group_codes};
use super::learn::{Trees, learn, predict, save};
use super::report::Notes;
use super::run::Work;
use super::scores::{Scored, score};
use super::write::{self, Lines};
use ml_pipeline::prelude::*;
use serde_json::{Value, json};

/// Learns, predicts, scores and writes.
pub fn job<Y, M>(work: &Work<'_>, notes: &mut Notes<'_>, label: Labeller<Y>) -> Result<Value>
where
    Y: Scored,
    Y::Prediction: Lines,
    Boost: LearnValid<Dense<f64>, Y> + Estimator<Dense<f64>, Y, Model = M>,
    M: Trees + Predict<Dense<f64>, Prediction = Y::Prediction>,
{
    let Labelled { labels, strata, .. } = label(&work.goal, &work.target, work.groups.as_deref())?;
    let mut data = Dataset::<Table, Y>::new(work.x.clone(), labels)?;
    if let Some(groups) = work.groups.as_ref().filter(|_| work.goal != Goal::Ranking) {
        data = data.with_groups(groups.clone())?;
    }
    let hold = HoldOut::new(work.x.rows(), strata, work.args.seed);
    let learned = learn::<Y, M>(data, &work.features, &hold, work.args.rounds)?;
    let valid = score::<Y>("held-out", &learned.held_out, &learned.predicted, notes);
    let x = &work.test.x;
    let predicted = predict(&learned.model, View::all(x))?;
    let test = score_test::<Y>(work, &predicted, label, notes)?;
    write::predictions(&work.args.out, &work.goal, &predicted)?;
    save::<Y, M>(&learned.model, &work.args.out, x, &predicted)?;
    let importances = importances(&learned.model.model, notes);
    Ok(json!({
        "task": work.goal.name(),
        "classes": work.goal.classes(),
        "rows": { "train": learned.train_rows, "held_out": learned.held_out.len(), "test": x.rows() },
        "rounds": learned.rounds,
        "held_out": valid,
        "test": test,
        "importances": importances,
    }))
}

/// The metrics of the test rows that have a label; null when there are none.
fn score_test<Y: Scored>(
    work: &Work<'_>,
    predicted: &Y::Prediction,
    label: Labeller<Y>,
    notes: &mut Notes<'_>,
) -> Result<Value> {
    let Some(target) = &work.test.target else {
        notes.say("the test file has no target: no metrics");
        return Ok(Value::Null);
    };
    let groups = work.test.groups.as_ref().map(group_codes);
    if work.goal == Goal::Ranking && groups.is_none() {
        notes.add("the test file has no groups: no metrics".into());
        return Ok(Value::Null);
    }
    let known = label(&work.goal, target, groups.as_deref())?;
    if known.rows.len() < target.len() {
        let left = target.len() - known.rows.len();
        notes.add(format!(
            "{left} test rows without a label that training had are predicted and not scored"
        ));
    }
    let mut some = Y::Prediction::default();
    known
        .rows
        .iter()
        .for_each(|&row| some.push_row(predicted, row as usize));
    Ok(score::<Y>("test", &known.labels, &some, notes))
}

/// The features by what their splits gained; the first twenty are printed.
fn importances(model: &impl Trees, notes: &mut Notes<'_>) -> Value {
    let trees = model.trees();
    let (gain, split) = (trees.gain_importance(), trees.split_importance());
    let total: f64 = gain.iter().sum();
    let mut order: Vec<usize> = (0..gain.len()).collect();
    order.sort_by(|&a, &b| gain[b].total_cmp(&gain[a]));
    let names: Vec<&str> = trees.names().iter().collect();
    notes.say("importances (percent of the gain, number of splits):");
    for &f in order.iter().take(20) {
        let share = if total > 0.0 { gain[f] / total } else { 0.0 };
        notes.say(&format!(
            "  {:>6.2} {:>6}  {}",
            share * 100.0,
            split[f],
            names[f]
        ));
    }
    let one = |&f: &usize| json!({ "feature": names[f], "gain": gain[f], "split": split[f] });
    order.iter().map(one).collect()
}
