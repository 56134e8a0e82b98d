//! Fitted trees at work: `cargo bench --bench trees`, or `-- --test` to run each case once. Batches
//! have 50,000 rows.
#![allow(clippy::print_stderr, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ml_pipeline::data::random::hash;
use ml_pipeline::data::sample::{ClassLabels, RealLabels, Sample, Train};
use ml_pipeline::models::boost::{FittedBoost, GrowPolicy, Objective};
use ml_pipeline::models::tree::Ensemble;
use ml_pipeline::prelude::*;
use std::cell::LazyCell;
use std::hint::black_box;
use std::ops::Deref;

const ROWS: usize = 50_000;
const WIDTH: usize = 28;
/// Columns that hold categories in the data of that name.
const CATEGORIES: usize = 8;

/// A number between 0 and 1 that depends on the row and the column alone.
fn unit(row: usize, column: usize) -> f64 {
    hash(column as u64 + 1, row as u64) as f64 / u64::MAX as f64
}

/// Rows of uniform numbers, some missing; of the first `categories` columns, codes below 200, low
/// ones more often.
fn matrix(categories: usize) -> Result<Dense<f32>> {
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
    Dense::from_rows(WIDTH, (0..ROWS * WIDTH).map(cell).collect())
}

/// Label of a row: a little of every column, and much noise, so that trees grow to their full size.
fn signal(x: &[f32], row: usize) -> f64 {
    let parts = x.iter().enumerate().map(|(j, &v)| {
        let v = f64::from(if v.is_nan() { 0.3 } else { v });
        (v * (j % 7 + 1) as f64).sin() / (j + 1) as f64
    });
    parts.sum::<f64>() + unit(row, 1000)
}

fn boost(trees: usize, leaves: usize) -> Boost {
    Boost::new().num_iterations(trees).num_leaves(leaves)
}

/// Trees, and rows for them.
type Fitted = Result<(Ensemble, Dense<f32>)>;

fn regression(categories: usize, trees: usize, leaves: usize) -> Fitted {
    let x = matrix(categories)?;
    let y: Vec<f64> = (0..ROWS).map(|i| signal(x.row(i), i)).collect();
    let train = Dataset::regression(x.clone(), y)?.into_train();
    let columns = (0..categories).map(|j| format!("x{j}"));
    let model = boost(trees, leaves)
        .categorical_feature(columns)
        .fit(&train)?;
    Ok((model.ensemble().clone(), x))
}

/// Training rows of numbers.
fn numbers() -> Result<Sample<Dense<f32>, Real, Train>> {
    let x = matrix(0)?;
    let y: Vec<f64> = (0..ROWS).map(|i| signal(x.row(i), i)).collect();
    Ok(Dataset::new(x, RealLabels::new(y)?)?.into_train())
}

/// Trees of a policy, of so many levels.
fn levels(policy: GrowPolicy, trees: usize, depth: usize) -> Boost {
    let boost = boost(trees, 1 << depth).max_depth(Some(depth));
    boost.grow_policy(policy)
}

fn symmetric(trees: usize, depth: usize) -> Fitted {
    let (train, boost) = (numbers()?, levels(GrowPolicy::SymmetricTree, trees, depth));
    let model = boost.fit(&train)?;
    Ok((model.ensemble().clone(), matrix(0)?))
}

fn policies(c: &mut Criterion) {
    let train = LazyCell::new(numbers);
    for (name, policy) in [
        ("64 leaves, leaf-wise", GrowPolicy::Lossguide),
        ("64 leaves, depth-wise", GrowPolicy::Depthwise),
        ("64 leaves, symmetric", GrowPolicy::SymmetricTree),
    ] {
        let boost = levels(policy, 20, 6);
        fit_with(c, name, &train, move || boost.clone());
    }
}

fn classes(rounds: usize, leaves: usize) -> Fitted {
    let x = matrix(0)?;
    let code = |i| (signal(x.row(i), i) * 4.0).rem_euclid(7.0) as u32;
    let codes: Vec<u32> = (0..ROWS).map(code).collect();
    let names: Vec<Box<str>> = (0..7).map(|k| k.to_string().into()).collect();
    let train = Dataset::<_, Class>::new(x.clone(), ClassLabels::new(codes, names)?)?.into_train();
    let model = boost(rounds, leaves)
        .objective(Objective::Multiclass)
        .fit(&train)?;
    Ok((model.ensemble().clone(), x))
}

/// A batch and single rows; the trees are grown only if one of both is asked for.
fn predict(c: &mut Criterion, name: &str, fit: impl Fn() -> Fitted) {
    let fitted = LazyCell::new(fit);
    let get = || match &*fitted {
        Ok(fitted) => fitted,
        Err(error) => {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    };
    let mut group = c.benchmark_group("batch");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function(name, |b| {
        let (ensemble, x) = get();
        b.iter(|| ensemble.raw_scores(View::all(x)));
    });
    group.finish();
    c.benchmark_group("row").bench_function(name, |b| {
        let (ensemble, x) = get();
        let (mut scratch, mut out, mut next) = (Default::default(), [0.0; 7], 0);
        let out = &mut out[..ensemble.outputs()];
        b.iter(|| {
            next = (next + 1) % 2000;
            let done = ensemble.raw_row(black_box(x.row(next)), &mut scratch, out);
            black_box(&*out);
            done
        });
    });
}

/// Eight columns of 30 levels as one-hot codes, beside five numbers.
fn one_hot() -> Result<Sample<Dense<f32>, Real, Train>> {
    const LEVELS: usize = 30;
    let row = |i: usize| {
        let numbers = (0..5).map(move |j| unit(i, j) as f32);
        let level = move |j: usize| (unit(i, j + 5) * LEVELS as f64) as usize;
        let codes = (0..8 * LEVELS).map(move |k| f32::from(level(k / LEVELS) == k % LEVELS));
        numbers.chain(codes)
    };
    let x = Dense::from_rows(5 + 8 * LEVELS, (0..ROWS).flat_map(row).collect())?;
    let y: Vec<f64> = (0..ROWS).map(|i| signal(x.row(i), i)).collect();
    Ok(Dataset::new(x, RealLabels::new(y)?)?.into_train())
}

/// The same rows without their zeros.
fn stored(train: &Sample<Dense<f32>, Real, Train>) -> Result<Sample<Sparse<f32>, Real, Train>> {
    let x = train.x();
    let x = Sparse::collect(train.header().clone(), train.len(), &mut |i, to| {
        let row = (0..).zip(x.row(i)).filter(|cell| *cell.1 != 0.0);
        let (indices, values): (Vec<u32>, Vec<f32>) = row.unzip();
        to.indices.extend(indices);
        to.values.extend(values);
        Ok(())
    })?;
    Ok(Dataset::new(x, train.y().clone())?.into_train())
}

fn bundles(c: &mut Criterion) {
    let dense = LazyCell::new(one_hot);
    let sparse = LazyCell::new(|| one_hot().and_then(|train| stored(&train)));
    fit(c, "one-hot, bundled", &dense, true);
    fit(c, "one-hot, alone", &dense, false);
    fit(c, "one-hot, sparse", &sparse, true);
}

fn fit<R: Repr, T: Deref<Target = Result<Sample<R, Real, Train>>>>(
    c: &mut Criterion,
    name: &str,
    train: &T,
    bundle: bool,
) where
    Boost: Estimator<R, Real, Model = FittedBoost>,
{
    fit_with(c, name, train, || boost(10, 31).enable_bundle(bundle));
}

fn fit_with<R: Repr, T: Deref<Target = Result<Sample<R, Real, Train>>>>(
    c: &mut Criterion,
    name: &str,
    train: &T,
    boost: impl Fn() -> Boost,
) where
    Boost: Estimator<R, Real, Model = FittedBoost>,
{
    let mut group = c.benchmark_group("fit");
    group.bench_function(name, |b| match &**train {
        Ok(train) => b.iter(|| boost().fit(train).map(black_box)),
        Err(error) => {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    });
    group.finish();
}

fn all(c: &mut Criterion) {
    bundles(c);
    policies(c);
    predict(c, "100 x 31", || regression(0, 100, 31));
    predict(c, "100 x 255", || regression(0, 100, 255));
    predict(c, "500 x 63", || regression(0, 500, 63));
    predict(c, "500 x 64, symmetric", || symmetric(500, 6));
    predict(c, "100 x 256, symmetric", || symmetric(100, 8));
    predict(c, "100 x 255, categories", || {
        regression(CATEGORIES, 100, 255)
    });
    predict(c, "100 x 7 x 255", || classes(100, 255));
    predict(c, "20 x 4000", || regression(0, 20, 4000));
}

criterion_group! {
    name = trees;
    config = Criterion::default().sample_size(20);
    targets = all
}
criterion_main!(trees);
