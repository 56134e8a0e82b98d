//! The command line.

use ml_pipeline::auto::Task;
use std::path::PathBuf;

pub const USAGE: &str = "\
usage: tabular --train FILE --test FILE --target COLUMN [options] --out DIR
  --train FILE     rows to learn from: CSV, plain or gzip; comma, semicolon, tab or bar between fields
  --test FILE      rows to predict, with or without the target
  --target COLUMN  what is predicted
  --task TASK      binary, multiclass, regression or ranking (default: by the target's values)
  --group COLUMN   ranking: the query of each row; other tasks: rows that stay together when some are held out
  --drop A,B       columns to leave out
  --out DIR        where predictions.csv, metrics.json, model.mlp and model.txt go
  --no-header      the files begin with a row; columns are called column_0, column_1, ...
  --separator C    the byte between fields, or `tab` (default: found out)
  --decimal C      the decimal mark of numbers (default: a point)
  --rounds N       most rounds of boosting (default: 1000)
  --seed N         seed of the rows held out and of the model (default: 1)";

#[derive(Debug, Clone)]
pub struct Args {
    pub train: PathBuf,
    pub test: PathBuf,
    pub target: String,
    pub task: Option<Task>,
    pub group: Option<String>,
    pub drop: Vec<String>,
    pub out: PathBuf,
    pub header: bool,
    pub separator: Option<u8>,
    pub decimal: u8,
    pub rounds: usize,
    pub seed: u64,
}

/// `Ok(None)` asks for the usage text.
pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Args>, String> {
    let (mut train, mut test, mut target, mut out) = (None, None, None, None);
    let (mut task, mut group, mut drop, mut header) = (None, None, Vec::new(), true);
    let (mut separator, mut decimal, mut rounds, mut seed) = (None, b'.', 1000, 1);
    while let Some(flag) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--train" => train = Some(value()?.into()),
            "--test" => test = Some(value()?.into()),
            "--target" => target = Some(value()?),
            "--out" => out = Some(value()?.into()),
            "--task" => task = Some(task_of(&value()?)?),
            "--group" => group = Some(value()?),
            "--drop" => drop.extend(value()?.split(',').map(str::to_owned)),
            "--no-header" => header = false,
            "--separator" => separator = Some(byte(&flag, &value()?)?),
            "--decimal" => decimal = byte(&flag, &value()?)?,
            "--rounds" => rounds = whole(&flag, &value()?, 1)? as usize,
            "--seed" => seed = whole(&flag, &value()?, 0)?,
            "-h" | "--help" => return Ok(None),
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    let needed = |flag: &str| format!("{flag} is missing");
    if task == Some(Task::Ranking) && group.is_none() {
        return Err("--task ranking needs --group, the column of queries".into());
    }
    Ok(Some(Args {
        train: train.ok_or_else(|| needed("--train"))?,
        test: test.ok_or_else(|| needed("--test"))?,
        target: target.ok_or_else(|| needed("--target"))?,
        out: out.ok_or_else(|| needed("--out"))?,
        drop: drop
            .into_iter()
            .filter(|d: &String| !d.is_empty())
            .collect(),
        task,
        group,
        header,
        separator,
        decimal,
        rounds,
        seed,
    }))
}

fn task_of(text: &str) -> Result<Task, String> {
    match text {
        "binary" => Ok(Task::Binary),
        "multiclass" => Ok(Task::Multiclass),
        "regression" => Ok(Task::Regression),
        "ranking" => Ok(Task::Ranking),
        other => Err(format!(
            "--task: `{other}` is not binary, multiclass, regression or ranking"
        )),
    }
}

fn byte(flag: &str, text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [b] => Ok(*b),
        b"tab" | b"\\t" => Ok(b'\t'),
        _ => Err(format!("{flag}: `{text}` is not one byte")),
    }
}

fn whole(flag: &str, text: &str, least: u64) -> Result<u64, String> {
    let number = text.parse().ok().filter(|n| *n >= least);
    number.ok_or_else(|| format!("{flag}: `{text}` is not a whole number of at least {least}"))
}
