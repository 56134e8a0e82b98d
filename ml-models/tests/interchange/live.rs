//! Our files in the hands of the libraries they are made for: runs where `ML_PIPELINE_PYTHON` (or
//! `python3`) has them, and says so where not.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ml_data::contract::Fit;
use ml_data::repr::{Dense, RowSet, View};
use ml_data::sample::{Dataset, Real, RealLabels};
use ml_models::boost::{Boost, FittedBoost};
use ml_models::interchange::{lightgbm, onnx, xgboost};
use ml_models::tree::{Combine, Condition, Ensemble, EnsembleParts, Link, Node, Tree};

use crate::random::{Draw, FEATURES, Kinds, NUMERIC, ensemble, rows};

const ROWS: usize = 10_000;

/// A Python that can import `module`.
fn python(module: &str) -> Option<String> {
    let python = std::env::var("ML_PIPELINE_PYTHON").unwrap_or_else(|_| "python3".into());
    let import = format!("import numpy, {module}");
    let found = Command::new(&python).args(["-c", &import]).output();
    if found.is_ok_and(|o| o.status.success()) {
        return Some(python);
    }
    eprintln!("SKIPPED: `{python}` has no {module}; set ML_PIPELINE_PYTHON to one that has");
    None
}

fn bytes(values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    values.into_iter().flat_map(f64::to_le_bytes).collect()
}

/// Writes the model's files, rows and our answers into a folder.
fn prepare(
    library: &str,
    name: &str,
    ensemble: &Ensemble,
    x: Vec<f64>,
    files: &[(&str, Vec<u8>)],
) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{library}-{name}"));
    fs::create_dir_all(&dir).unwrap();
    let dense = Dense::from_rows(FEATURES as usize, x).unwrap();
    let all = View::all(&dense);
    let dense_rows = || (0..all.len()).map(|i| all.row(i));
    let raw = ensemble.raw_scores(all).unwrap();
    let predicted = ensemble.predictions(all).unwrap();
    let leaves = dense_rows().flat_map(|r| {
        let leaf = move |t: &Tree| t.leaf_of(|f| r[f]) as f64;
        ensemble.trees().iter().map(leaf)
    });
    let nodes = ensemble.trees().iter().map(|t| t.nodes().len() as f64);
    let few = View::new(&dense, RowSet::Range(0, all.len().min(500)));
    let contributions = ensemble.shap(few).unwrap().values().to_vec();
    let outputs = [
        ("rows", bytes(dense_rows().flatten().copied())),
        ("raw", bytes(raw)),
        ("predicted", bytes(predicted)),
        ("leaves", bytes(leaves)),
        ("nodes", bytes(nodes)),
        ("contributions", bytes(contributions)),
    ];
    for (file, content) in outputs.iter().chain(files) {
        fs::write(dir.join(file), content).unwrap();
    }
    dir
}

/// Lets the script compare all folders.
fn compare(python: &str, library: &str, dirs: &[PathBuf]) {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/interchange_live.py"
    );
    let columns = FEATURES.to_string();
    let run = Command::new(python)
        .args([script, library, &columns])
        .args(dirs)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let wrong = String::from_utf8_lossy(&run.stderr);
    eprintln!("{said}");
    assert!(run.status.success(), "{said}{wrong}");
}

type Shape = (usize, Link, Combine);

const ONE: Shape = (1, Link::Identity, Combine::Sum);
const LOGISTIC: Shape = (1, Link::Sigmoid(1.0), Combine::Sum);
const LOG: Shape = (1, Link::Exp, Combine::Sum);
const CLASSES: Shape = (3, Link::Softmax, Combine::Sum);

/// A model of seven rounds that says it was trained for this objective.
fn model(shape: Shape, objective: &str, kinds: Kinds, seed: u64) -> Ensemble {
    let parts = ensemble(7, shape, kinds, seed).parts().clone();
    Ensemble::new(EnsembleParts {
        objective: objective.into(),
        ..parts
    })
    .unwrap()
}

/// A model that was trained on numbers, categories and missing values.
fn trained() -> Ensemble {
    let mut draw = Draw(3);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..2_000 {
        let mut row: Vec<f64> = (0..NUMERIC).map(|_| draw.unit() * 4.0 - 2.0).collect();
        // Many categories, and few that are all common and never missing.
        row.extend([40, 6].map(|n| draw.below(n) as f64));
        y.push(
            row[0] * row[1]
                + f64::from(row[5] as u32 % 3)
                + f64::from(row[6] as u32 % 2)
                + draw.unit(),
        );
        row[..6].iter_mut().for_each(|v| {
            if draw.below(12) == 0 {
                *v = f64::NAN;
            }
        });
        x.extend(row);
    }
    let x = Dense::from_rows(FEATURES as usize, x).unwrap();
    let labels = RealLabels::new(y).unwrap();
    let train = Dataset::<_, Real>::new(x, labels).unwrap().into_train();
    let boost = Boost::new().categorical_feature(["x5", "x6"]);
    let model: FittedBoost = boost.num_iterations(30).fit(&train).unwrap();
    for column in [5, 6] {
        let splits = |n: &Node| n.feature == column && matches!(n.test, Condition::Categories(_));
        let mut nodes = model.trees().iter().flat_map(Tree::nodes);
        assert!(nodes.any(splits), "column {column}");
    }
    model.ensemble().clone()
}

const NUMBERS: Kinds = Kinds {
    categories: false,
    missing_left: true,
    zero: false,
};

/// The model as XGBoost's file keeps it: without counts of rows, with small covers.
fn through_xgboost(model: Ensemble) -> Ensemble {
    let mut parts = model.parts().clone();
    let small = |tree: &Tree| {
        let (mut nodes, mut leaves) = (tree.nodes().to_vec(), tree.leaves().to_vec());
        let weight = |count: u64| count as f64 / 1000.0;
        nodes.iter_mut().for_each(|n| n.weight = weight(n.count));
        leaves.iter_mut().for_each(|l| l.weight = weight(l.count));
        Tree::new(nodes, leaves, 1.0).unwrap()
    };
    parts.trees = parts.trees.iter().map(small).collect();
    let json = xgboost::to_json(&Ensemble::new(parts).unwrap()).unwrap();
    let read = xgboost::from_slice(json.as_bytes()).unwrap();
    assert!(
        read.trees()
            .iter()
            .all(|t| t.nodes().iter().all(|n| n.count == 0))
    );
    read
}

#[test]
fn lightgbm_predicts_the_same_from_our_text() {
    let Some(python) = python("lightgbm") else {
        return;
    };
    let kinds = Kinds {
        categories: true,
        missing_left: false,
        zero: true,
    };
    let cases = [
        ("identity", ONE, "custom"),
        ("sigmoid", (1, Link::Sigmoid(0.7), Combine::Sum), "custom"),
        ("forest", (1, Link::Exp, Combine::Mean), "custom"),
        ("softmax", CLASSES, "custom"),
        ("scores", (3, Link::Identity, Combine::Sum), "custom"),
        ("ova", (3, Link::Sigmoid(1.0), Combine::Mean), "custom"),
        ("quantile", ONE, "quantile alpha:0.25"),
        ("lambdarank", ONE, "lambdarank"),
        ("tweedie", LOG, "tweedie tweedie_variance_power:1.2"),
        ("cross-entropy", LOGISTIC, "cross_entropy"),
        ("trained", ONE, "regression"),
        ("from-xgboost", CLASSES, "multiclass num_class:3"),
    ];
    let dirs: Vec<PathBuf> = (0..)
        .zip(cases)
        .map(|(seed, (name, shape, objective))| {
            let model = match name {
                "trained" => trained(),
                "from-xgboost" => through_xgboost(model(shape, objective, NUMBERS, seed + 50)),
                _ => model(shape, objective, kinds, seed + 50),
            };
            let x = rows(ROWS, &model, true, seed);
            let text = lightgbm::to_string(&model).unwrap();
            prepare("lightgbm", name, &model, x, &[("model.txt", text.into())])
        })
        .collect();
    compare(&python, "lightgbm", &dirs);
}

#[test]
fn xgboost_finds_the_same_leaves_from_our_files() {
    let Some(python) = python("xgboost") else {
        return;
    };
    let kinds = Kinds {
        categories: true,
        missing_left: true,
        zero: false,
    };
    let cases = [
        ("identity", ONE, "custom"),
        ("sigmoid", LOGISTIC, "binary sigmoid:1"),
        ("forest", (1, Link::Exp, Combine::Mean), "poisson"),
        ("softmax", CLASSES, "multiclass num_class:3"),
        ("targets", (3, Link::Identity, Combine::Sum), "custom"),
        ("l1", ONE, "regression_l1"),
        ("huber", ONE, "huber"),
        ("lambdarank", ONE, "lambdarank"),
        ("gamma", LOG, "gamma"),
        ("tweedie", LOG, "tweedie"),
        ("cross-entropy", LOGISTIC, "cross_entropy"),
        ("trained", ONE, "regression"),
    ];
    let dirs: Vec<PathBuf> = (0..)
        .zip(cases)
        .map(|(seed, (name, shape, objective))| {
            let model = match name {
                "trained" => trained(),
                _ => model(shape, objective, kinds, seed + 80),
            };
            let x = rows(ROWS, &model, false, seed).into_iter().map(|v| {
                // Single precision, finite, and nothing between -1 and 0, where categories differ.
                let v = (v as f32).clamp(f32::MIN, f32::MAX);
                f64::from(if v > -1.0 && v < 0.0 { v - 1.0 } else { v })
            });
            let files = [
                ("model.json", xgboost::to_json(&model).unwrap().into_bytes()),
                ("model.ubj", xgboost::to_ubjson(&model).unwrap()),
            ];
            prepare("xgboost", name, &model, x.collect(), &files)
        })
        .collect();
    compare(&python, "xgboost", &dirs);
}

#[test]
fn onnxruntime_predicts_the_same_from_our_graph() {
    let Some(python) = python("onnxruntime, onnx") else {
        return;
    };
    let kinds = Kinds {
        categories: true,
        missing_left: true,
        zero: true,
    };
    let numbers = Kinds {
        categories: false,
        ..kinds
    };
    let cases = [
        ("identity", ONE, kinds),
        ("numbers", ONE, numbers),
        ("trained", ONE, kinds),
        ("sigmoid", (1, Link::Sigmoid(0.7), Combine::Sum), kinds),
        ("forest", (1, Link::Exp, Combine::Mean), kinds),
        ("softmax", CLASSES, kinds),
        ("ova", (3, Link::Sigmoid(1.0), Combine::Mean), kinds),
    ];
    let dirs: Vec<PathBuf> = (0..)
        .zip(cases)
        .map(|(seed, (name, shape, kinds))| {
            let model = match name {
                "trained" => trained(),
                _ => model(shape, "custom", kinds, seed + 110),
            };
            let x = rows(ROWS, &model, true, seed).into_iter();
            let x = x.map(|v| f64::from(v as f32)).collect();
            let file = onnx::to_bytes(&model).unwrap();
            prepare("onnx", name, &model, x, &[("model.onnx", file)])
        })
        .collect();
    compare(&python, "onnxruntime", &dirs);
}
