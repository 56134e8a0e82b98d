//! Implicit feedback: alternating least squares, top lists, a new user folded in.

use super::data::unit;
use super::{Path, Work, work};
use ml_pipeline::models::factor::FittedImplicitAls;
use ml_pipeline::prelude::*;

const ITEMS: usize = 1000;
const FACTORS: usize = 32;
/// Pairs of a user.
const PAIRS: usize = 20;

pub(crate) const PATHS: &[Path] = &[
    Path::new("als/fit", "pairs", 40_000, fit),
    Path::new("als/top 10", "users", 2000, top),
    Path::new("als/fold in a user", "users", 2000, fold).one(),
];

/// Popular items are those of low numbers.
fn pairs(users: usize) -> Result<Interactions> {
    let pair = |i: usize| {
        let item = unit(i, 1) * unit(i, 2) * ITEMS as f64;
        ((unit(i, 0) * users as f64) as u32, item as u32)
    };
    Interactions::from_pairs(users, ITEMS, (0..users * PAIRS).map(pair))
}

fn als() -> ImplicitAls {
    ImplicitAls::new().factors(FACTORS).iterations(3)
}

fn fit(pairs: usize) -> Result<Work> {
    let seen = self::pairs(pairs / PAIRS)?;
    work!(als().fit(&seen))
}

fn fitted(users: usize) -> Result<(FittedImplicitAls, Interactions)> {
    let seen = pairs(users)?;
    Ok((als().fit(&seen)?, seen))
}

fn top(users: usize) -> Result<Work> {
    let (model, seen) = fitted(users)?;
    let users: Vec<u32> = (0..users as u32).collect();
    work!(model.recommend_batch(&users, 10, Some(&seen)))
}

fn fold(users: usize) -> Result<Work> {
    let (model, _) = fitted(users)?;
    let history: Vec<(u32, f32)> = (0..PAIRS as u32).map(|i| (7 * i, 1.0)).collect();
    work!(model.fold_in_user(&history))
}
