//! The hot paths at sizes that fit a quick look: `cargo bench --bench core`, or `-- --test` to run
//! each of them once.
#![allow(clippy::print_stderr, missing_docs)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ml_pipeline::data::random::hash;
use ml_pipeline::data::source::CsvSource;
use ml_pipeline::eval::metric::{RankingMetric, roc_auc};
use ml_pipeline::models::factor::Interactions;
use ml_pipeline::monitor::drift::{KsMethod, ks_2samp};
use ml_pipeline::prelude::*;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

const NUMBERS: usize = 20;
const CATEGORIES: usize = 4;

/// A number between 0 and 1 that depends on the row and the column alone.
fn unit(row: usize, column: usize) -> f64 {
    hash(column as u64 + 1, row as u64) as f64 / u64::MAX as f64
}

/// Numbers with gaps, categories of 10 levels, and a label that some of them explain.
fn table(rows: usize) -> Result<Table> {
    let number = |column: usize| {
        let value = move |row| {
            let u = unit(row, column);
            if u < 0.05 { f64::NAN } else { u * 10.0 }
        };
        Column::num((0..rows).map(value))
    };
    let category = |column: usize| {
        let level = move |row| Some(format!("level {}", (unit(row, 100 + column) * 10.0) as u32));
        Column::cat((0..rows).map(level))
    };
    let label = |row| {
        let signal = unit(row, 0) + unit(row, 1) * unit(row, 2) + unit(row, 100);
        f64::from(signal + unit(row, 999) > 1.8)
    };
    let columns = (0..NUMBERS)
        .map(|j| (format!("x{j}"), number(j)))
        .chain((0..CATEGORIES).map(|j| (format!("c{j}"), category(j))))
        .chain([("y".into(), Column::num((0..rows).map(label)))]);
    Table::new(columns.collect::<Vec<_>>())
}

/// Imputed and scaled numbers beside one column a level.
macro_rules! steps {
    () => {
        ColumnTransformer::new()
            .with(
                Kind::Num,
                SimpleImputer::median().then(StandardScaler::new()),
            )
            .with(Kind::Cat, OneHotEncoder::new())
    };
}

fn row(c: &mut Criterion) -> Result<()> {
    let train = table(5000)?.binary("y", "1")?.into_train();
    let model = steps!()
        .model(Boost::new().num_iterations(100).num_leaves(31))
        .fit(&train)?;
    let model: Arc<dyn Predictor<Table, Scores>> = Arc::new(model);
    let mut session = model.session();
    let (rows, mut next) = (train.x(), 0);
    session.predict(rows.row(0))?;
    c.bench_function(
        "row/impute+scale+one-hot+boost 100x31, boxed session",
        |b| {
            b.iter(|| {
                next = (next + 1) % 1024;
                session.predict(black_box(rows.row(next)))
            });
        },
    );
    Ok(())
}

fn batch(c: &mut Criterion) -> Result<()> {
    let train = table(20_000)?.binary("y", "1")?.into_train();
    let (fitted, _) = steps!().fit_transform(&train)?;
    let mut group = c.benchmark_group("columns");
    group.throughput(Throughput::Elements(train.len() as u64));
    group.bench_function("transform 20k x 24", |b| b.iter(|| fitted.apply(train.x())));
    group.finish();
    Ok(())
}

/// Rows of uniform numbers.
fn matrix(rows: usize, width: usize) -> Result<Dense<f32>> {
    let values = (0..rows * width).map(|i| unit(i / width, i % width) as f32);
    Dense::from_rows(width, values.collect())
}

fn boost(c: &mut Criterion) -> Result<()> {
    let x = matrix(20_000, 20)?;
    let y: Vec<f64> = (0..x.len())
        .map(|i| f64::from(x.row(i)[0] * x.row(i)[1] + x.row(i)[2]))
        .collect();
    let train = Dataset::regression(x, y)?.into_train();
    let boost = Boost::new().num_iterations(20);
    boost.fit(&train)?;
    c.bench_function("boost/fit 20k x 20, 20 trees", |b| {
        b.iter(|| boost.fit(&train));
    });
    Ok(())
}

fn als(c: &mut Criterion) -> Result<()> {
    let (users, items) = (2000, 1000);
    let pair = |i: usize| {
        let item = unit(i, 1) * unit(i, 2) * items as f64;
        ((unit(i, 0) * users as f64) as u32, item as u32)
    };
    let seen = Interactions::from_pairs(users, items, (0..40_000).map(pair))?;
    let als = ImplicitAls::new().factors(32).iterations(3);
    als.fit(&seen)?;
    c.bench_function("als/fit 40k pairs, 32 factors, 3 iterations", |b| {
        b.iter(|| als.fit(&seen));
    });
    Ok(())
}

fn network(c: &mut Criterion) -> Result<()> {
    let x = matrix(10_000, 64)?;
    let y: Vec<u8> = (0..x.len())
        .map(|i| u8::from(x.row(i)[0] + x.row(i)[1] > 1.0))
        .collect();
    let train = Dataset::binary(x, y, "1")?.into_train();
    let mlp = Mlp::new().hidden_layer_sizes([128, 64]).epochs(1);
    mlp.fit(&train)?;
    let mut group = c.benchmark_group("mlp");
    group.throughput(Throughput::Elements(train.len() as u64));
    group.bench_function("epoch 10k x 64, 128-64", |b| b.iter(|| mlp.fit(&train)));
    group.finish();
    Ok(())
}

fn metrics(c: &mut Criterion) -> Result<()> {
    let n = 100_000;
    let scores: Vec<f32> = (0..n).map(|i| unit(i, 0) as f32).collect();
    let labels: Vec<u8> = (0..n)
        .map(|i| u8::from(unit(i, 0) + unit(i, 1) > 1.0))
        .collect();
    roc_auc(&scores, &labels, None)?;
    c.bench_function("metric/roc_auc 100k", |b| {
        b.iter(|| roc_auc(&scores, &labels, None));
    });
    let grades: Vec<f32> = (0..n).map(|i| (unit(i, 2) * 5.0).floor() as f32).collect();
    let sizes = vec![100; n / 100];
    let ndcg = Ndcg::at(10);
    ndcg.mean(&scores, &grades, &sizes, None)?;
    c.bench_function("metric/ndcg@10 1k x 100", |b| {
        b.iter(|| ndcg.mean(&scores, &grades, &sizes, None));
    });
    Ok(())
}

fn drift(c: &mut Criterion) -> Result<()> {
    let column = |j: usize| (0..100_000).map(|i| unit(i, j)).collect::<Vec<f64>>();
    let (reference, current) = (column(0), column(1));
    ks_2samp(&reference, &current, KsMethod::Auto)?;
    c.bench_function("drift/ks 100k against 100k", |b| {
        b.iter(|| ks_2samp(&reference, &current, KsMethod::Auto));
    });
    Ok(())
}

fn csv(c: &mut Criterion) -> Result<()> {
    let mut text = String::from("id,x,city,paid\n");
    for i in 0..20_000 {
        let (x, city, paid) = (unit(i, 0), (unit(i, 1) * 50.0) as u32, unit(i, 2) < 0.5);
        // Writing to a String can not fail.
        let _ = writeln!(text, "{i},{x:.6},city {city},{paid}");
    }
    let bytes: Arc<[u8]> = text.into_bytes().into();
    CsvSource::bytes("bench.csv", bytes.clone())
        .read()?
        .strict()?;
    let mut group = c.benchmark_group("csv");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("read 20k x 4", |b| {
        b.iter_batched(
            || CsvSource::bytes("bench.csv", bytes.clone()),
            CsvSource::read,
            BatchSize::LargeInput,
        );
    });
    group.finish();
    Ok(())
}

/// Runs every benchmark; a set-up that fails ends the program with its message.
fn all(c: &mut Criterion) {
    for run in [row, batch, boost, als, network, metrics, drift, csv] {
        if let Err(error) = run(c) {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    }
}

criterion_group! {
    name = core;
    config = Criterion::default().sample_size(20);
    targets = all
}
criterion_main!(core);
