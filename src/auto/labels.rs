//! The labels of rows, as each kind of target wants them.

use super::task::{self, TaskSpec};
use ml_data::error::{Error, Result};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Real, RealLabels, Relevance, RelevanceLabels, Target,
};
use ml_data::schema::Levels;
use ml_data::table::Column;

/// A number for each group.
pub(super) fn group_codes(column: &Column) -> Vec<u32> {
    let mut levels = Levels::default();
    let code = |row| levels.add(&task::label(column, row).unwrap_or_default());
    (0..column.len()).map(code).collect()
}

/// Labels of some rows: those that have one, and which these are.
pub(super) struct Labelled<Y: Target> {
    pub(super) labels: Y::Labels,
    pub(super) rows: Vec<u32>,
    /// For stratified sampling.
    pub(super) strata: Vec<u32>,
}

fn coded(spec: &TaskSpec, target: &Column) -> (Vec<u32>, Vec<u32>) {
    let codes = task::codes(target, &spec.classes);
    let known = codes
        .into_iter()
        .zip(0..)
        .filter_map(|(c, row)| Some((c?, row)));
    known.unzip()
}

pub(super) fn binary(
    spec: &TaskSpec,
    target: &Column,
    _: Option<&[u32]>,
) -> Result<Labelled<Binary>> {
    let (codes, rows) = coded(spec, target);
    let flags: Vec<u8> = codes.iter().map(|&c| c as u8).collect();
    let labels = BinaryLabels::new(flags, spec.classes.last().map_or("", |c| c))?;
    Ok(Labelled {
        labels,
        rows,
        strata: codes,
    })
}

pub(super) fn multiclass(
    spec: &TaskSpec,
    target: &Column,
    _: Option<&[u32]>,
) -> Result<Labelled<Class>> {
    let (codes, rows) = coded(spec, target);
    Ok(Labelled {
        labels: ClassLabels::new(codes.clone(), spec.classes.clone())?,
        rows,
        strata: codes,
    })
}

fn valued(target: &Column) -> (Vec<f64>, Vec<u32>) {
    let numbers = task::numbers(target).into_iter().zip(0..);
    numbers.filter(|(v, _)| !v.is_nan()).unzip()
}

pub(super) fn real(_: &TaskSpec, target: &Column, _: Option<&[u32]>) -> Result<Labelled<Real>> {
    let (values, rows) = valued(target);
    Ok(Labelled {
        labels: RealLabels::new(values)?,
        rows,
        strata: Vec::new(),
    })
}

pub(super) fn graded(
    _: &TaskSpec,
    target: &Column,
    groups: Option<&[u32]>,
) -> Result<Labelled<Relevance>> {
    let (values, rows) = valued(target);
    let grades: Vec<f32> = values.iter().map(|v| *v as f32).collect();
    let groups = groups
        .ok_or_else(|| Error::other("ranking needs a group column: the query of each row"))?;
    let queries: Vec<u32> = rows.iter().map(|&r| groups[r as usize]).collect();
    Ok(Labelled {
        labels: RelevanceLabels::new(grades, queries)?,
        rows,
        strata: Vec::new(),
    })
}
