//! Arguments of the command line.

use crate::sets::{SETS, Scale, Set};
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
usage: cargo bench --bench data -- --out DIR [options]
  --out DIR         folder to write to, made where it is not there
  --only NAMES      comma-separated sets, e.g. higgs,reg (all)
  --scale S         rows, queries and users times S (1; all sets then take 1.7 GB)
  --quick           the same as --scale 0.02
  --csv             a CSV file beside every array
  --list            print the sets and stop";

/// `--quick`.
const QUICK: Scale = Scale(0.02);
/// Row numbers of larger sets would not fit 32 bits.
const LARGEST: f64 = 400.0;

/// Sets to write.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) out: PathBuf,
    pub(crate) sets: Vec<Set>,
    pub(crate) scale: Scale,
    pub(crate) csv: bool,
}

/// The kinds of calls.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Nothing was asked for, as in a plain `cargo bench`.
    Usage,
    List,
    Write(Job),
}

/// Reads the arguments. Cargo's own `--bench` and `--test` are passed over.
pub(crate) fn parse(given: &[String]) -> Result<Ask, String> {
    let mut job = Job {
        out: PathBuf::new(),
        sets: SETS.to_vec(),
        scale: Scale(1.0),
        csv: false,
    };
    let (mut asked, mut rest) = (false, given.iter());
    while let Some(flag) = rest.next() {
        match flag.as_str() {
            "--bench" | "--test" => continue,
            "--help" | "-h" => return Ok(Ask::Usage),
            "--list" => return Ok(Ask::List),
            "--quick" => job.scale = QUICK,
            "--csv" => job.csv = true,
            name @ ("--out" | "--only" | "--scale") => {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("`{name}` lacks its value"))?;
                match name {
                    "--out" => job.out = value.into(),
                    "--only" => job.sets = chosen(value)?,
                    _ => job.scale = scale(value)?,
                }
            }
            unknown => return Err(format!("unknown option `{unknown}`")),
        }
        asked = true;
    }
    if !asked {
        return Ok(Ask::Usage);
    }
    if job.out.as_os_str().is_empty() {
        return Err("`--out` is missing".into());
    }
    Ok(Ask::Write(job))
}

fn chosen(names: &str) -> Result<Vec<Set>, String> {
    let one = |name: &str| {
        let known = || SETS.iter().map(|s| s.name).collect::<Vec<_>>().join(" ");
        let found = SETS.iter().find(|s| s.name == name.trim());
        found
            .copied()
            .ok_or_else(|| format!("no set `{name}`; there are: {}", known()))
    };
    names.split(',').map(one).collect()
}

fn scale(value: &str) -> Result<Scale, String> {
    match value.parse() {
        Ok(s) if s > 0.0 && s <= LARGEST => Ok(Scale(s)),
        _ => Err(format!(
            "`--scale {value}`: expected a number above 0, {LARGEST} at most"
        )),
    }
}
