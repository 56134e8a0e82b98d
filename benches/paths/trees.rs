//! Fitted trees at work: batches, single rows, Shapley values.

use super::data::{signal, signals, unit};
use super::{Path, Work, work};
use ml_pipeline::data::sample::ClassLabels;
use ml_pipeline::models::boost::{GrowPolicy, Objective};
use ml_pipeline::models::tree::{Ensemble, Explainer};
use ml_pipeline::prelude::*;
use std::hint::black_box;

const WIDTH: usize = 28;
/// Columns that hold categories in the data of that name.
const CATEGORIES: usize = 8;
const CLASSES: usize = 7;

pub(crate) const PATHS: &[Path] = &[
    Path::new("batch/100 x 31", "rows", 50_000, |n| {
        batch(numbers(n, 100, 31)?)
    }),
    Path::new("batch/100 x 255", "rows", 50_000, |n| {
        batch(numbers(n, 100, 255)?)
    })
    .counted(10_000),
    Path::new("batch/500 x 63", "rows", 50_000, |n| {
        batch(numbers(n, 500, 63)?)
    })
    .timed_only(),
    Path::new("batch/500 x 64, symmetric", "rows", 50_000, |n| {
        batch(symmetric(n, 500, 6)?)
    })
    .timed_only(),
    Path::new("batch/100 x 255, categories", "rows", 50_000, |n| {
        batch(coded(n, 100, 255)?)
    }),
    Path::new("batch/100 x 7 x 255", "rows", 50_000, |n| {
        batch(classes(n, 100, 255)?)
    })
    .timed_only(),
    Path::new("batch/20 x 4000", "rows", 50_000, |n| {
        batch(numbers(n, 20, 4000)?)
    }),
    Path::new("row/100 x 31", "rows", 20_000, |n| {
        row(numbers(n, 100, 31)?)
    })
    .one(),
    Path::new("row/100 x 255", "rows", 50_000, |n| {
        row(numbers(n, 100, 255)?)
    })
    .one()
    .counted(10_000),
    Path::new("row/500 x 63", "rows", 50_000, |n| {
        row(numbers(n, 500, 63)?)
    })
    .one()
    .timed_only(),
    Path::new("row/500 x 64, symmetric", "rows", 50_000, |n| {
        row(symmetric(n, 500, 6)?)
    })
    .one()
    .timed_only(),
    Path::new("row/100 x 255, categories", "rows", 50_000, |n| {
        row(coded(n, 100, 255)?)
    })
    .one(),
    Path::new("row/100 x 7 x 255", "rows", 50_000, |n| {
        row(classes(n, 100, 255)?)
    })
    .one()
    .timed_only(),
    Path::new("row/20 x 4000", "rows", 50_000, |n| {
        row(numbers(n, 20, 4000)?)
    })
    .one(),
    Path::new("shap/100 x 31", "rows", 20_000, |n| {
        shap(numbers(n, 100, 31)?)
    })
    .units(|_| EXPLAINED),
];

/// Rows that are explained.
const EXPLAINED: usize = 500;

/// Trees, and rows for them.
type Fitted = (Ensemble, Dense<f32>);

/// Rows of uniform numbers, some missing; of the first `categories` columns, codes below 200, low
/// ones more often.
fn matrix(rows: usize, categories: usize) -> Result<Dense<f32>> {
    let cell = |i: usize| {
        let (row, column) = (i / WIDTH, i % WIDTH);
        let u = unit(row, column);
        if column < categories {
            (u * u * 200.0).floor() as f32
        } else if u < 0.02 {
            f32::NAN
        } else {
            u as f32
        }
    };
    Dense::from_rows(WIDTH, (0..rows * WIDTH).map(cell).collect())
}

fn grow(x: Dense<f32>, boost: &Boost) -> Result<Fitted> {
    let y = signals(&x);
    let train = Dataset::regression(x.clone(), y)?.into_train();
    Ok((boost.fit(&train)?.ensemble().clone(), x))
}

fn boost(trees: usize, leaves: usize) -> Boost {
    Boost::new().num_iterations(trees).num_leaves(leaves)
}

fn numbers(rows: usize, trees: usize, leaves: usize) -> Result<Fitted> {
    grow(matrix(rows, 0)?, &boost(trees, leaves))
}

fn coded(rows: usize, trees: usize, leaves: usize) -> Result<Fitted> {
    let columns = (0..CATEGORIES).map(|j| format!("x{j}"));
    let boost = boost(trees, leaves).categorical_feature(columns);
    grow(matrix(rows, CATEGORIES)?, &boost)
}

fn symmetric(rows: usize, trees: usize, depth: usize) -> Result<Fitted> {
    let boost = boost(trees, 1 << depth).max_depth(Some(depth));
    grow(
        matrix(rows, 0)?,
        &boost.grow_policy(GrowPolicy::SymmetricTree),
    )
}

fn classes(rows: usize, rounds: usize, leaves: usize) -> Result<Fitted> {
    let x = matrix(rows, 0)?;
    let code = |i| (signal(x.row(i), i) * 4.0).rem_euclid(CLASSES as f64) as u32;
    let codes: Vec<u32> = (0..rows).map(code).collect();
    let names: Vec<Box<str>> = (0..CLASSES).map(|k| k.to_string().into()).collect();
    let labels = ClassLabels::new(codes, names)?;
    let train = Dataset::<_, Class>::new(x.clone(), labels)?.into_train();
    let boost = boost(rounds, leaves).objective(Objective::Multiclass);
    Ok((boost.fit(&train)?.ensemble().clone(), x))
}

fn batch((ensemble, x): Fitted) -> Result<Work> {
    work!(ensemble.raw_scores(View::all(&x)))
}

fn row((ensemble, x): Fitted) -> Result<Work> {
    let (mut scratch, mut out, mut next) = (Default::default(), [0.0; CLASSES], 0);
    let (rows, outputs) = (x.len().min(2000), ensemble.outputs());
    Ok(Box::new(move || {
        next = (next + 1) % rows;
        ensemble.raw_row(black_box(x.row(next)), &mut scratch, &mut out[..outputs])?;
        black_box(&out);
        Ok(())
    }))
}

fn shap((ensemble, x): Fitted) -> Result<Work> {
    let few = x.values()[..EXPLAINED * WIDTH].to_vec();
    let x = Dense::from_rows(WIDTH, few)?;
    work!(Explainer::new(&ensemble).shap(View::all(&x)))
}
