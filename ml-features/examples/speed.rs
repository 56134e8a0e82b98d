//! Measures the steps: `cargo run --release -p ml-features --example speed`.
#![allow(clippy::print_stdout)]

use ml_data::contract::{Apply, Transformer};
use ml_data::prelude::*;
use ml_data::random::{RngExt, generator};
use ml_features::aggregate::{LoggedEvent, days};
use ml_features::prelude::*;
use std::time::Instant;

fn least<T>(times: usize, mut f: impl FnMut() -> T) -> f64 {
    let one = |_| {
        let t = Instant::now();
        std::hint::black_box(f());
        t.elapsed().as_secs_f64()
    };
    (0..times).map(one).fold(f64::INFINITY, f64::min)
}

fn orders(n: usize) -> Result<Table> {
    let mut rng = generator(1, "speed", 0);
    let mut columns = Vec::new();
    for c in 0..8 {
        let v: Vec<f64> = (0..n)
            .map(|_| {
                if rng.random_bool(0.05) {
                    f64::NAN
                } else {
                    rng.random::<f64>() * 100.0
                }
            })
            .collect();
        columns.push((format!("n{c}"), Column::num(v)));
    }
    for (c, k) in [3_u32, 5, 8, 12].into_iter().enumerate() {
        let v: Vec<String> = (0..n)
            .map(|_| format!("level {}", rng.random_range(0..k)))
            .collect();
        columns.push((format!("c{c}"), Column::cat(v.iter().map(Some))));
    }
    let v: Vec<String> = (0..n)
        .map(|_| format!("m{}", rng.random_range(0..5_000)))
        .collect();
    columns.push(("merchant".into(), Column::cat(v.iter().map(Some))));
    columns.push(("y".into(), Column::num((0..n).map(|_| rng.random::<f64>()))));
    Table::new(columns)
}

fn main() -> Result<()> {
    let n = 1_000_000;
    let table = orders(n)?;
    columns(&table, n)?;
    target(&table)?;
    event_log(n)
}

/// Imputation, scaling and one-hot codes of a table.
fn columns(table: &Table, n: usize) -> Result<()> {
    let train = table.drop(&["merchant"])?.regression("y")?.into_train();
    let steps = ColumnTransformer::new()
        .with(
            Kind::Num,
            SimpleImputer::median()
                .add_indicator(true)
                .then(StandardScaler::new()),
        )
        .with(Kind::Cat, OneHotEncoder::new())
        .f32();
    let (fitted, x) = steps.fit_transform(&train)?;
    println!(
        "impute + scale + one-hot, {n} rows x 12 -> {} columns",
        x.width()
    );
    println!(
        "  fit_transform        {:.3} s",
        least(3, || steps.fit_transform(&train))
    );
    println!(
        "  apply, one matrix    {:.3} s",
        least(3, || fitted.apply(train.x()))
    );
    let stream = || {
        train
            .x()
            .blocks(512)
            .map(|b| fitted.apply(b).map_or(0, |x| x.width()))
            .sum::<usize>()
    };
    println!("  apply, blocks of 512 {:.3} s", least(3, stream));
    let view = train.x();
    let (mut s, mut out) = (Default::default(), Vec::new());
    let rows = || {
        for row in view.iter().take(200_000) {
            out.clear();
            let _ = fitted.apply_row(row, &mut s, &mut out);
        }
        out.len()
    };
    println!(
        "  row                  {:.0} ns",
        least(3, rows) * 1e9 / 200_000.0
    );
    Ok(())
}

/// Cross-fitted target encoding.
fn target(table: &Table) -> Result<()> {
    let train = table
        .select(&["merchant", "y"])?
        .regression("y")?
        .into_train();
    println!(
        "target encoder fit_transform, 5 folds {:.3} s",
        least(3, || TargetEncoder::new().fit_transform(&train))
    );
    Ok(())
}

/// Point-in-time features of an event log.
fn event_log(n: usize) -> Result<()> {
    let mut rng = generator(2, "speed", 0);
    let event = |_| LoggedEvent {
        user: rng.random_range(0..50_000),
        item: rng.random_range(0..20_000),
        time: rng.random_range(0..days(365.0)),
        value: rng.random::<f64>() * 100.0,
        kind: 0,
    };
    let events: Vec<LoggedEvent> = (0..n).map(event).collect();
    println!(
        "event log of {n}: sort {:.3} s",
        least(3, || EventLog::new(events.clone()))
    );
    let log = EventLog::new(events)?;
    let as_of = AsOf::new()
        .rfm(Of::User)
        .rfm(Of::Item)
        .velocity(Of::Item, days(7.0))
        .trend(Of::Item, days(7.0), days(30.0))
        .window(Of::User, days(30.0))
        .history();
    println!(
        "  index                {:.3} s",
        least(3, || as_of.build(&log))
    );
    let features = as_of.build(&log)?;
    let users: Vec<u32> = (0..n).map(|_| rng.random_range(0..50_000)).collect();
    let items: Vec<u32> = (0..n).map(|_| rng.random_range(0..20_000)).collect();
    let at: Vec<i64> = (0..n).map(|_| rng.random_range(0..days(365.0))).collect();
    println!(
        "  batch of {n} x {}: {:.3} s",
        features.names().len(),
        least(3, || features.batch(&users, &items, &at))
    );
    let mut out = Vec::new();
    let rows = || {
        for i in 0..200_000 {
            out.clear();
            features.features_into(users[i], items[i], at[i], &mut out);
        }
        out.len()
    };
    println!(
        "  row, random user, item, moment {:.0} ns",
        least(3, rows) * 1e9 / 200_000.0
    );
    Ok(())
}
