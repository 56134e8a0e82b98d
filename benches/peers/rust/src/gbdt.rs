//! Boosted trees of forust.

use crate::case::{Case, Entry, Matrix, auc, rmse};
use serde_json::{Value, json};
use std::time::Instant;

const LEAVES: &str = "100 trees of 255 leaves, rate .1, grown leaf by leaf";

pub(crate) const ENTRIES: &[Entry] = &[
    entry("higgs", "forust", "0.8.0", LEAVES, forust),
    entry("reg", "forust", "0.8.0", LEAVES, forust),
];

const fn entry(
    dataset: &'static str,
    peer: &'static str,
    version: &'static str,
    note: &'static str,
    run: fn(&Case) -> Result<(), String>,
) -> Entry {
    Entry {
        workload: "gbdt",
        dataset,
        case: peer,
        peer,
        version,
        note,
        run,
    }
}

/// Both parts: rows column by column, and labels.
struct Data {
    x: (Vec<f64>, Matrix),
    y: Vec<f64>,
    test: (Vec<f64>, Matrix),
    truth: Vec<f64>,
}

fn read(case: &Case) -> Result<Data, String> {
    let columns = |name: &str| {
        let rows = case.array(name)?;
        Ok::<_, String>((rows.by_column(), rows))
    };
    Ok(Data {
        x: columns("train_x")?,
        y: case.array("train_y")?.values,
        test: columns("test_x")?,
        truth: case.array("test_y")?.values,
    })
}

fn quality(case: &Case, predicted: &[f64], truth: &[f64]) -> (&'static str, Value) {
    match case.entry.dataset {
        "reg" => ("rmse", json!(rmse(predicted, truth))),
        _ => ("auc", json!(auc(predicted, truth))),
    }
}

/// Lines of predicting: the batch of all training rows, and single rows.
fn after_fit(
    case: &Case,
    data: &Data,
    trees: usize,
    batch: impl Fn(&[f64], usize) -> Vec<f64>,
    row: impl Fn(&[f64]) -> Vec<f64>,
) -> Result<(), String> {
    let found = quality(case, &batch(&data.test.0, data.test.1.rows), &data.truth);
    let rows = data.x.1.rows;
    case.time(
        "predict",
        || Ok(batch(&data.x.0, rows)),
        |_| vec![("rows", json!(rows)), ("trees", json!(trees)), found],
    )?;
    let width = data.test.1.columns;
    let mut spent = Vec::new();
    for values in data.test.1.values.chunks_exact(width).take(2000) {
        let start = Instant::now();
        std::hint::black_box(row(values));
        spent.push(start.elapsed().as_nanos() as f64 / 1e3);
    }
    spent.sort_by(f64::total_cmp);
    let at = |share: usize| json!(spent.get(spent.len() * share / 100));
    case.emit(
        "row",
        vec![
            ("p50_us", at(50)),
            ("p99_us", at(99)),
            ("trees", json!(trees)),
        ],
    );
    Ok(())
}

fn forust(case: &Case) -> Result<(), String> {
    use forust_ml::gradientbooster::GrowPolicy;
    use forust_ml::objective::ObjectiveType;
    use forust_ml::{GradientBooster, Matrix};

    let data = read(case)?;
    let loss = || match case.entry.dataset {
        "reg" => ObjectiveType::SquaredLoss,
        _ => ObjectiveType::LogLoss,
    };
    let (rows, columns) = (data.x.1.rows, data.x.1.columns);
    let fit = || {
        let mut model = GradientBooster::default()
            .set_objective_type(loss())
            .set_iterations(case.trees)
            .set_learning_rate(0.1)
            .set_max_leaves(255)
            .set_max_depth(30)
            .set_nbins(255)
            .set_parallel(case.threads > 1)
            .set_num_threads(Some(case.threads))
            .set_seed(case.seed as u64);
        model.grow_policy = GrowPolicy::LossGuide;
        let x = Matrix::new(&data.x.0, rows, columns);
        model
            .fit_unweighted(&x, &data.y, None)
            .map_err(|e| e.to_string())?;
        Ok(model)
    };
    let trees = |m: &GradientBooster| m.trees.len();
    let model = case.time("fit", fit, |m| {
        vec![("trees", json!(trees(m))), ("rows", json!(rows))]
    })?;
    let batch =
        |x: &[f64], rows: usize| model.predict(&Matrix::new(x, rows, columns), case.threads > 1);
    let row = |x: &[f64]| model.predict(&Matrix::new(x, 1, columns), false);
    after_fit(case, &data, trees(&model), batch, row)
}
