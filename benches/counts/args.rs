//! Arguments of the command line.

use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
usage: cargo bench --bench counts -- [options] [FILTER]
  --save FILE       count the instructions of every path, and keep them
  --compare FILE    count, and lay the counts beside those kept
  --count           count and print
  --test            run every path once, without valgrind
  FILTER            only paths whose name has this in it";

/// The kinds of calls.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Nothing was asked for, as in a plain `cargo bench`.
    Usage,
    /// Every path once.
    Test,
    /// Be the process whose instructions are counted.
    Child(String),
    Count(Job),
}

/// Files to keep counts in and to compare them with.
#[derive(Debug, Default)]
pub(crate) struct Job {
    pub(crate) save: Option<PathBuf>,
    pub(crate) compare: Option<PathBuf>,
    pub(crate) filter: String,
}

/// Reads the arguments. Cargo's own `--bench` is passed over.
pub(crate) fn parse(given: &[String]) -> Result<Ask, String> {
    let (mut job, mut asked, mut rest) = (Job::default(), false, given.iter());
    while let Some(flag) = rest.next() {
        match flag.as_str() {
            "--bench" => continue,
            "--test" => return Ok(Ask::Test),
            "--help" | "-h" => return Ok(Ask::Usage),
            "--count" => {}
            name @ ("--save" | "--compare" | "--child") => {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("`{name}` lacks its value"))?;
                match name {
                    "--save" => job.save = Some(value.into()),
                    "--compare" => job.compare = Some(value.into()),
                    _ => return Ok(Ask::Child(value.clone())),
                }
            }
            unknown if unknown.starts_with('-') => {
                return Err(format!("unknown option `{unknown}`"));
            }
            filter => filter.clone_into(&mut job.filter),
        }
        asked = true;
    }
    Ok(if asked { Ask::Count(job) } else { Ask::Usage })
}
