//! The labels of rows, as each kind of target wants them.

use super::goal::{self, Goal};
use ml_pipeline::data::sample::{BinaryLabels, ClassLabels, RealLabels, RelevanceLabels};
use ml_pipeline::data::table::Levels;
use ml_pipeline::prelude::*;

/// A number for each group.
pub fn group_codes(column: &Column) -> Vec<u32> {
    let mut levels = Levels::default();
    let code = |row| levels.add(&goal::label(column, row).unwrap_or_default());
    (0..column.len()).map(code).collect()
}

/// Labels of some rows: those that have one, and which these are.
pub struct Labelled<Y: Target> {
    pub labels: Y::Labels,
    pub rows: Vec<u32>,
    /// For stratified sampling.
    pub strata: Vec<u32>,
}

pub type Labeller<Y> = fn(&Goal, &Column, Option<&[u32]>) -> Result<Labelled<Y>>;

fn coded(goal: &Goal, target: &Column) -> (Vec<u32>, Vec<u32>) {
    let codes = goal::codes(target, goal.classes());
    let known = codes
        .into_iter()
        .zip(0..)
        .filter_map(|(c, row)| Some((c?, row)));
    known.unzip()
}

pub fn binary(goal: &Goal, target: &Column, _: Option<&[u32]>) -> Result<Labelled<Binary>> {
    let (codes, rows) = coded(goal, target);
    let flags: Vec<u8> = codes.iter().map(|&c| c as u8).collect();
    let labels = BinaryLabels::new(flags, goal.classes().last().map_or("", |c| c))?;
    Ok(Labelled {
        labels,
        rows,
        strata: codes,
    })
}

pub fn multiclass(goal: &Goal, target: &Column, _: Option<&[u32]>) -> Result<Labelled<Class>> {
    let (codes, rows) = coded(goal, target);
    Ok(Labelled {
        labels: ClassLabels::new(codes.clone(), goal.classes().to_vec())?,
        rows,
        strata: codes,
    })
}

fn valued(target: &Column) -> (Vec<f64>, Vec<u32>) {
    let numbers = goal::numbers(target).into_iter().zip(0..);
    numbers.filter(|(v, _)| !v.is_nan()).unzip()
}

pub fn real(_: &Goal, target: &Column, _: Option<&[u32]>) -> Result<Labelled<Real>> {
    let (values, rows) = valued(target);
    Ok(Labelled {
        labels: RealLabels::new(values)?,
        rows,
        strata: Vec::new(),
    })
}

pub fn graded(_: &Goal, target: &Column, groups: Option<&[u32]>) -> Result<Labelled<Relevance>> {
    let (values, rows) = valued(target);
    let grades: Vec<f32> = values.iter().map(|v| *v as f32).collect();
    let groups = groups.ok_or_else(|| Error::other("ranking needs the column of --group"))?;
    let queries: Vec<u32> = rows.iter().map(|&r| groups[r as usize]).collect();
    Ok(Labelled {
        labels: RelevanceLabels::new(grades, queries)?,
        rows,
        strata: Vec::new(),
    })
}
