//! Fitting boosted trees: numbers, categories, classes, lists, sparse columns, policies of growth;
//! and bins alone.

use super::data::{matrix, signal, signals, unit};
use super::{Path, Work, work};
use ml_pipeline::data::sample::{ClassLabels, RealLabels, RelevanceLabels};
use ml_pipeline::models::boost::{GrowPolicy, Objective};
use ml_pipeline::prelude::*;

const WIDTH: usize = 20;
const CLASSES: u32 = 7;
/// Documents of a query.
const LIST: usize = 100;

pub(crate) const PATHS: &[Path] = &[
    Path::new("bin/numbers", "rows", 50_000, bins),
    Path::new("fit/numbers", "rows", 20_000, |n| numbers(n, boost(20))),
    Path::new("fit/quantised", "rows", 20_000, |n| {
        numbers(n, boost(20).use_quantized_grad(true))
    }),
    Path::new("fit/bags", "rows", 20_000, |n| {
        numbers(n, boost(20).bagging_fraction(0.5).bagging_freq(1))
    }),
    Path::new("fit/depth-wise", "rows", 20_000, |n| {
        numbers(n, policy(GrowPolicy::Depthwise))
    }),
    Path::new("fit/symmetric", "rows", 20_000, |n| {
        numbers(n, policy(GrowPolicy::SymmetricTree))
    }),
    Path::new("fit/categories", "rows", 20_000, categories),
    Path::new("fit/classes", "rows", 10_000, classes),
    Path::new("fit/lists", "rows", 20_000, |n| lists(n, boost(10))),
    Path::new("fit/lists, YetiRank", "rows", 20_000, |n| {
        lists(n, boost(10).objective(Objective::YetiRank))
    }),
    Path::new("fit/one-hot, bundled", "rows", 20_000, |n| one_hot(n, true)),
    Path::new("fit/one-hot, alone", "rows", 20_000, |n| one_hot(n, false)),
    Path::new("fit/one-hot, sparse", "rows", 20_000, sparse),
];

fn boost(trees: usize) -> Boost {
    Boost::new().num_iterations(trees)
}

/// Trees of six levels.
fn policy(policy: GrowPolicy) -> Boost {
    boost(20)
        .num_leaves(64)
        .max_depth(Some(6))
        .grow_policy(policy)
}

fn train(rows: usize) -> Result<Sample<Dense<f32>, Real, Train>> {
    let x = matrix(rows, WIDTH)?;
    let y = signals(&x);
    Ok(Dataset::regression(x, y)?.into_train())
}

fn bins(rows: usize) -> Result<Work> {
    let train = train(rows)?;
    work!(boost(1).bin_rows(&train))
}

fn numbers(rows: usize, boost: Boost) -> Result<Work> {
    let train = train(rows)?;
    work!(boost.fit(&train))
}

/// Half of the columns hold codes below 200, low ones more often.
fn categories(rows: usize) -> Result<Work> {
    let coded = WIDTH / 2;
    let cell = |i: usize| match (unit(i / WIDTH, i % WIDTH), i % WIDTH) {
        (u, column) if column < coded => (u * u * 200.0).floor() as f32,
        (u, _) => u as f32,
    };
    let x = Dense::from_rows(WIDTH, (0..rows * WIDTH).map(cell).collect())?;
    let y = signals(&x);
    let train = Dataset::regression(x, y)?.into_train();
    let boost = boost(20).categorical_feature((0..coded).map(|j| format!("x{j}")));
    work!(boost.fit(&train))
}

fn classes(rows: usize) -> Result<Work> {
    let x = matrix(rows, WIDTH)?;
    let code = |i| (signal(x.row(i), i) * 4.0).rem_euclid(f64::from(CLASSES)) as u32;
    let codes: Vec<u32> = (0..rows).map(code).collect();
    let names: Vec<Box<str>> = (0..CLASSES).map(|k| k.to_string().into()).collect();
    let labels = ClassLabels::new(codes, names)?;
    let train = Dataset::<_, Class>::new(x, labels)?.into_train();
    let boost = boost(5).objective(Objective::Multiclass);
    work!(boost.fit(&train))
}

fn lists(rows: usize, boost: Boost) -> Result<Work> {
    let x = matrix(rows, WIDTH)?;
    let grade = |i| (signal(x.row(i), i) + unit(i, 7)).floor().clamp(0.0, 4.0) as f32;
    let grades: Vec<f32> = (0..rows).map(grade).collect();
    let queries: Vec<u32> = (0..rows).map(|i| (i / LIST) as u32).collect();
    let labels = RelevanceLabels::new(grades, queries)?;
    let train = Dataset::<_, Relevance>::new(x, labels)?.into_train();
    work!(boost.fit(&train))
}

/// Eight columns of 30 levels as one-hot codes, beside five numbers.
fn coded(rows: usize) -> Result<Sample<Dense<f32>, Real, Train>> {
    const LEVELS: usize = 30;
    let row = |i: usize| {
        let numbers = (0..5).map(move |j| unit(i, j) as f32);
        let level = move |j: usize| (unit(i, j + 5) * LEVELS as f64) as usize;
        let codes = (0..8 * LEVELS).map(move |k| f32::from(level(k / LEVELS) == k % LEVELS));
        numbers.chain(codes)
    };
    let x = Dense::from_rows(5 + 8 * LEVELS, (0..rows).flat_map(row).collect())?;
    let y = signals(&x);
    Ok(Dataset::new(x, RealLabels::new(y)?)?.into_train())
}

fn one_hot(rows: usize, bundle: bool) -> Result<Work> {
    let (train, boost) = (coded(rows)?, boost(10).enable_bundle(bundle));
    work!(boost.fit(&train))
}

/// The same rows without their zeros.
fn sparse(rows: usize) -> Result<Work> {
    let dense = coded(rows)?;
    let x = dense.x();
    let x = Sparse::collect(dense.header().clone(), dense.len(), &mut |i, to| {
        let row = (0..).zip(x.row(i)).filter(|cell| *cell.1 != 0.0);
        let (indices, values): (Vec<u32>, Vec<f32>) = row.unzip();
        to.indices.extend(indices);
        to.values.extend(values);
        Ok(())
    })?;
    let train = Dataset::<_, Real>::new(x, dense.y().clone())?.into_train();
    let boost = boost(10);
    work!(boost.fit(&train))
}
