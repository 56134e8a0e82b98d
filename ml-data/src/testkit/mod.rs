//! The conformance suite: what every step, model, ranker and metric of the family has to keep,
//! checked by one body of code.
//!
//! A crate's `tests/conformance.rs` registers each of its types with a [`Fixture`] and its
//! [`Claims`], and asserts that the [`Report`] has no failures. A claim says how a rule is kept
//! (bit for bit, within a tolerance, or refused with an error); no claim turns a rule off silently,
//! except where the rule has no meaning for the type and the claim says why.

mod alloc;
mod damage;
mod explain;
mod fixture;
mod golden;
mod metric;
mod model;
mod predictions;
mod ranker;
mod rounds;
mod step;

pub use alloc::{CountingAllocator, allocations, largest_allocation};
pub use damage::{
    Damage, check_damaged, check_damaged_model, check_damaged_step, damaged_payloads, resigned,
};
pub use explain::{check_explain, check_importances};
pub use fixture::{Bits, Fixture, Take};
pub use golden::{golden, golden_of};
pub use metric::check_metric;
pub use model::check_model;
pub use ranker::check_ranker;
pub use rounds::check_valid;
pub use step::check_step;

use std::fmt;

/// Treatment of sample weights by a type: the duty that [`Estimator`](crate::contract::Estimator)
/// documents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weights {
    /// Weight 2 is the row twice and weight 0 is the row removed, within this relative tolerance (0
    /// is bit for bit).
    Honoured(f64),
    /// Weighted data is refused with an error.
    Refused,
    /// Weight 0 removes the row bit for bit or within tolerance, but a doubled weight is not a
    /// doubled row, for the reason given.
    ZeroOnly(f64, &'static str),
    /// Weighted data is taken, but what is learned depends on the positions of rows too, for the
    /// reason given: neither equality can hold.
    Positional(&'static str),
    /// The fitted state does not depend on rows counting more or less, for the reason given.
    Irrelevant(&'static str),
}

/// Claims of a type about the rules that admit several honest answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Claims {
    /// Row weights.
    pub weights: Weights,
    /// Shuffled training rows give the same function within this relative tolerance; `Err` says why
    /// they can not.
    pub permutation: Result<f64, &'static str>,
    /// Row by row and in a batch agree within this relative tolerance (0 is bit for bit).
    pub row_batch: f64,
    /// Rows the type has never seen the like of (missing, unseen, infinite) are taken; otherwise
    /// they must be a typed error.
    pub takes_missing: bool,
}

impl Default for Claims {
    fn default() -> Self {
        Self {
            weights: Weights::Honoured(1e-9),
            permutation: Ok(1e-9),
            row_batch: 0.0,
            takes_missing: true,
        }
    }
}

/// The rules that were checked, and those that were broken.
#[derive(Debug, Clone, Default)]
pub struct Report {
    subject: String,
    checked: Vec<&'static str>,
    failures: Vec<String>,
}

impl Report {
    /// A report about this subject, without a rule yet.
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            ..Self::default()
        }
    }

    /// Adds a rule, kept or broken for this reason.
    pub fn rule(&mut self, name: &'static str, outcome: Result<(), String>) {
        self.checked.push(name);
        if let Err(why) = outcome {
            self.failures.push(format!("{name}: {why}"));
        }
    }

    /// True when no rule was broken and at least one was checked.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && !self.checked.is_empty()
    }
    /// The rules that were checked.
    pub fn checked(&self) -> &[&'static str] {
        &self.checked
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} rules, {} broken",
            self.subject,
            self.checked.len(),
            self.failures.len()
        )?;
        self.failures.iter().try_for_each(|x| write!(f, "\n  {x}"))
    }
}

/// Equal bits, or equal within a relative tolerance (NaN equals NaN).
fn same(a: &[f64], b: &[f64], tolerance: f64) -> Result<(), String> {
    if a.len() != b.len() {
        return Err(format!("{} values against {}", a.len(), b.len()));
    }
    let close = |x: f64, y: f64| {
        x.to_bits() == y.to_bits()
            || (x.is_nan() && y.is_nan())
            || (tolerance > 0.0 && (x - y).abs() <= tolerance * (1.0 + x.abs().max(y.abs())))
    };
    match a.iter().zip(b).position(|(x, y)| !close(*x, *y)) {
        Some(i) => Err(format!(
            "value {i} of {}: {:?} against {:?} (tolerance {tolerance})",
            a.len(),
            a[i],
            b[i]
        )),
        None => Ok(()),
    }
}

/// Runs `work` in pools of 1, 2 and 4 threads and compares the bytes.
fn same_for_any_thread_count(
    work: impl Fn() -> Result<Vec<u8>, String> + Sync,
) -> Result<(), String> {
    let run = |threads: usize| -> Result<Vec<u8>, String> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|e| e.to_string())?;
        pool.install(&work)
    };
    let one = run(1)?;
    for threads in [2, 4] {
        if run(threads)? != one {
            return Err(format!("{threads} threads give other bytes than 1"));
        }
    }
    Ok(())
}

/// An error, not a panic and not success.
fn refused<T>(what: &str, outcome: crate::Result<T>) -> Result<(), String> {
    match outcome {
        Ok(_) => Err(format!("{what} was accepted")),
        Err(_) => Ok(()),
    }
}

/// Success or an error in words: either is an honest answer to odd data; a panic is not.
fn worded<T>(outcome: crate::Result<T>) -> Result<Option<T>, String> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.to_string().is_empty() => Err("an error without words".into()),
        Err(_) => Ok(None),
    }
}

fn text(e: impl fmt::Display) -> String {
    e.to_string()
}
