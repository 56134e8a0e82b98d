//! Random forests of the first 100,000 rows: smartcore and linfa, which predict classes, on one
//! thread.

use crate::case::{Case, Entry, Matrix};
use serde_json::json;

const SMARTCORE: &str =
    "it uses one thread and predicts classes; square root of the columns a split";
const LINFA: &str =
    "it uses one thread and predicts classes; columns are drawn a tree, not a split";

pub(crate) const ENTRIES: &[Entry] = &[
    entry(
        "smartcore-depth-10",
        "smartcore",
        "0.7.0",
        SMARTCORE,
        smartcore,
    ),
    entry("linfa-depth-10", "linfa", "0.8.1", LINFA, linfa),
];

const fn entry(
    case: &'static str,
    peer: &'static str,
    version: &'static str,
    note: &'static str,
    run: fn(&Case) -> Result<(), String>,
) -> Entry {
    Entry {
        workload: "forest",
        dataset: "higgs",
        case,
        peer,
        version,
        note,
        run,
    }
}

const ROWS: usize = 100_000;
const DEPTH: u16 = 10;

/// The rows that are learned, and the test rows, with classes.
fn read(case: &Case) -> Result<[(Matrix, Vec<usize>); 2], String> {
    let part = |part: &str, most: usize| {
        let mut x = case.array(&format!("{part}_x"))?;
        let y = case.array(&format!("{part}_y"))?.values;
        x.rows = x.rows.min(most);
        x.values.truncate(x.rows * x.columns);
        let classes = y.iter().take(x.rows).map(|v| *v as usize).collect();
        Ok::<_, String>((x, classes))
    };
    Ok([part("train", ROWS)?, part("test", usize::MAX)?])
}

fn accuracy(predicted: &[usize], truth: &[usize]) -> f64 {
    let same = predicted.iter().zip(truth).filter(|(p, t)| p == t).count();
    same as f64 / truth.len() as f64
}

fn smartcore(case: &Case) -> Result<(), String> {
    use smartcore::ensemble::random_forest_classifier::{
        RandomForestClassifier, RandomForestClassifierParameters,
    };
    use smartcore::linalg::basic::matrix::DenseMatrix;

    let [(x, y), (test, truth)] = read(case)?;
    let dense =
        |m: Matrix| DenseMatrix::new(m.rows, m.columns, m.values, false).map_err(|e| e.to_string());
    let columns = x.columns;
    let (x, test) = (dense(x)?, dense(test)?);
    let trees = u16::try_from(case.trees).map_err(|e| e.to_string())?;
    let fit = || {
        let parameters = RandomForestClassifierParameters::default()
            .with_n_trees(trees)
            .with_max_depth(DEPTH)
            .with_m(columns.isqrt())
            .with_seed(case.seed as u64);
        RandomForestClassifier::fit(&x, &y, parameters).map_err(|e| e.to_string())
    };
    let model = case.time("fit", fit, |_| vec![("trees", json!(trees))])?;
    let predict = || model.predict(&test).map_err(|e| e.to_string());
    case.time("predict", predict, |p: &Vec<usize>| {
        vec![
            ("rows", json!(truth.len())),
            ("accuracy", json!(accuracy(p, &truth))),
        ]
    })?;
    Ok(())
}

fn linfa(case: &Case) -> Result<(), String> {
    use linfa::prelude::{Fit, Predict};
    use linfa_ensemble::RandomForestParams;
    use linfa_trees::DecisionTree;
    use ndarray::{Array1, Array2};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::SeedableRng;

    let [(x, y), (test, truth)] = read(case)?;
    let array = |m: Matrix| {
        Array2::from_shape_vec((m.rows, m.columns), m.values).map_err(|e| e.to_string())
    };
    let (x, test) = (array(x)?, array(test)?);
    let train = linfa::Dataset::new(x, Array1::from(y));
    let fit = || {
        let tree = DecisionTree::params().max_depth(Some(usize::from(DEPTH)));
        let draws = Xoshiro256PlusPlus::seed_from_u64(case.seed as u64);
        RandomForestParams::new_fixed_rng(tree, draws)
            .ensemble_size(case.trees)
            .bootstrap_proportion(1.0)
            .feature_proportion(0.6)
            .fit(&train)
            .map_err(|e| e.to_string())
    };
    let model = case.time("fit", fit, |_| vec![("trees", json!(case.trees))])?;
    let predict = || Ok(model.predict(&test).to_vec());
    case.time("predict", predict, |p: &Vec<usize>| {
        vec![
            ("rows", json!(truth.len())),
            ("accuracy", json!(accuracy(p, &truth))),
        ]
    })?;
    Ok(())
}
