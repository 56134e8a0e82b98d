//! Transformers: fitted with their training rows transformed, applied to a table, applied to a row;
//! and a whole pipeline with a model.

use super::data::table;
use super::{Path, Work, work};
use ml_pipeline::prelude::*;
use std::hint::black_box;
use std::sync::Arc;

const ROWS: usize = 20_000;

pub(crate) const PATHS: &[Path] = &[
    Path::new("columns/fit", "rows", ROWS, |n| fit(table(n)?, steps!())),
    Path::new("columns/apply", "rows", ROWS, |n| {
        apply(table(n)?, steps!())
    }),
    Path::new("columns/one row", "rows", ROWS, |n| {
        row(table(n)?, steps!())
    })
    .one(),
    Path::new("impute/fit", "rows", ROWS, |n| {
        fit(some(n, 'x')?, SimpleImputer::median())
    }),
    Path::new("impute/apply", "rows", ROWS, |n| {
        apply(some(n, 'x')?, SimpleImputer::median())
    }),
    Path::new("scale/fit", "rows", ROWS, |n| {
        fit(some(n, 'x')?, StandardScaler::new())
    }),
    Path::new("scale/apply", "rows", ROWS, |n| {
        apply(some(n, 'x')?, StandardScaler::new())
    }),
    Path::new("one-hot/fit", "rows", ROWS, |n| {
        fit(some(n, 'c')?, OneHotEncoder::new())
    }),
    Path::new("one-hot/apply", "rows", ROWS, |n| {
        apply(some(n, 'c')?, OneHotEncoder::new())
    }),
    Path::new("target encoding/fit", "rows", ROWS, |n| {
        fit(some(n, 'c')?, by_target())
    }),
    Path::new("target encoding/apply", "rows", ROWS, |n| {
        apply(some(n, 'c')?, by_target())
    }),
    Path::new("pipeline/fit", "rows", 5000, pipeline_fit),
    Path::new("pipeline/predict", "rows", 5000, pipeline_predict),
    Path::new("pipeline/one row", "rows", 5000, pipeline_row).one(),
];

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
use steps;

fn by_target() -> TargetEncoder {
    TargetEncoder::new().cv(5).seed(1)
}

/// The columns whose names begin so, and the label.
fn some(rows: usize, first: char) -> Result<Table> {
    let table = table(rows)?;
    let names = table.schema().fields().iter().map(|f| f.name().to_string());
    let names: Vec<String> = names.filter(|n| n.starts_with(first) || n == "y").collect();
    table.select(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn train(table: Table) -> Result<Sample<Table, Binary, Train>> {
    Ok(table.binary("y", "1")?.into_train())
}

fn fit<S: Transformer<Table, Binary> + 'static>(table: Table, step: S) -> Result<Work> {
    let train = train(table)?;
    work!(step.fit_transform(&train))
}

fn apply<S: Transformer<Table, Binary> + 'static>(table: Table, step: S) -> Result<Work> {
    let train = train(table)?;
    let (fitted, _) = step.fit_transform(&train)?;
    work!(fitted.apply(train.x()))
}

fn row<S: Transformer<Table, Binary> + 'static>(table: Table, step: S) -> Result<Work> {
    let train = train(table)?;
    let (fitted, _) = step.fit_transform(&train)?;
    let (mut scratch, mut out, mut next) = (Default::default(), Default::default(), 0);
    Ok(Box::new(move || {
        next = (next + 1) % train.len();
        S::Out::clear(&mut out);
        fitted.apply_row(black_box(train.x().row(next)), &mut scratch, &mut out)?;
        black_box(&out);
        Ok(())
    }))
}

fn boost() -> Boost {
    Boost::new().num_iterations(100).num_leaves(31)
}

fn pipeline_fit(rows: usize) -> Result<Work> {
    let (train, pipeline) = (train(table(rows)?)?, steps!().model(boost()));
    work!(pipeline.fit(&train))
}

fn pipeline_predict(rows: usize) -> Result<Work> {
    let train = train(table(rows)?)?;
    let model = steps!().model(boost()).fit(&train)?;
    work!(model.predict_view(train.x()))
}

fn pipeline_row(rows: usize) -> Result<Work> {
    let train = train(table(rows)?)?;
    let model = steps!().model(boost()).fit(&train)?;
    let model: Arc<dyn Predictor<Table, Scores>> = Arc::new(model);
    let (mut session, mut next) = (model.session(), 0);
    Ok(Box::new(move || {
        next = (next + 1) % train.len();
        black_box(session.predict(black_box(train.x().row(next)))?);
        Ok(())
    }))
}
