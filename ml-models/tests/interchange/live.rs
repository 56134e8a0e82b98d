//! Our files in the hands of the libraries they are made for: runs where `ML_PIPELINE_PYTHON` (or `python3`) has them, and
//! says so where not.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ml_data::repr::{Dense, View};
use ml_models::interchange::{lightgbm, xgboost};
use ml_models::tree::{Combine, Ensemble, Link};

use crate::random::{FEATURES, Kinds, ensemble, rows};

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

/// Writes rows and our answers beside the model and lets the script compare.
fn compare(library: &str, name: &str, ensemble: &Ensemble, x: Vec<f64>, files: &[(&str, Vec<u8>)]) {
    let Some(python) = python(library) else {
        return;
    };
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{library}-{name}"));
    fs::create_dir_all(&dir).unwrap();
    let dense = Dense::from_rows(FEATURES as usize, x).unwrap();
    let all = View::all(&dense);
    let dense_rows = || (0..all.len()).map(|i| all.row(i));
    let raw = ensemble.raw_scores(all).unwrap();
    let predicted = ensemble.predictions(all).unwrap();
    let leaves = dense_rows().flat_map(|r| {
        let leaf = move |t: &ml_models::tree::Tree| t.leaf_of(|f| r[f]) as f64;
        ensemble.trees().iter().map(leaf)
    });
    let nodes = ensemble.trees().iter().map(|t| t.nodes().len() as f64);
    let outputs = [
        ("rows", bytes(dense_rows().flatten().copied())),
        ("raw", bytes(raw)),
        ("predicted", bytes(predicted)),
        ("leaves", bytes(leaves)),
        ("nodes", bytes(nodes)),
    ];
    for (file, content) in outputs.iter().chain(files) {
        fs::write(dir.join(file), content).unwrap();
    }
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/interchange_live.py"
    );
    let columns = FEATURES.to_string();
    let run = Command::new(python)
        .args([script, library, &columns])
        .arg(&dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let wrong = String::from_utf8_lossy(&run.stderr);
    eprintln!("{name}: {said}");
    assert!(run.status.success(), "{name}: {said}{wrong}");
}

#[test]
fn lightgbm_predicts_the_same_from_our_text() {
    let kinds = Kinds {
        categories: true,
        missing_left: false,
        zero: true,
    };
    let shapes = [
        ("identity", (1, Link::Identity, Combine::Sum)),
        ("sigmoid", (1, Link::Sigmoid(0.7), Combine::Sum)),
        ("forest", (1, Link::Exp, Combine::Mean)),
        ("softmax", (3, Link::Softmax, Combine::Sum)),
        ("one-vs-all", (3, Link::Sigmoid(1.0), Combine::Mean)),
    ];
    for (seed, (name, shape)) in shapes.into_iter().enumerate() {
        let model = ensemble(7, shape, kinds, seed as u64 + 50);
        let x = rows(ROWS, &model, true, seed as u64);
        let text = lightgbm::to_string(&model).unwrap();
        compare("lightgbm", name, &model, x, &[("model.txt", text.into())]);
    }
}

#[test]
fn xgboost_finds_the_same_leaves_from_our_files() {
    let kinds = Kinds {
        categories: true,
        missing_left: true,
        zero: false,
    };
    let shapes = [
        ("identity", (1, Link::Identity, Combine::Sum)),
        ("sigmoid", (1, Link::Sigmoid(1.0), Combine::Sum)),
        ("forest", (1, Link::Exp, Combine::Mean)),
        ("softmax", (3, Link::Softmax, Combine::Sum)),
        ("targets", (3, Link::Identity, Combine::Sum)),
    ];
    for (seed, (name, shape)) in shapes.into_iter().enumerate() {
        let model = ensemble(7, shape, kinds, seed as u64 + 80);
        let x = rows(ROWS, &model, false, seed as u64).into_iter().map(|v| {
            // Single precision, finite, and nothing between -1 and 0, where categories differ.
            let v = (v as f32).clamp(f32::MIN, f32::MAX);
            f64::from(if v > -1.0 && v < 0.0 { v - 1.0 } else { v })
        });
        let files = [
            ("model.json", xgboost::to_json(&model).unwrap().into_bytes()),
            ("model.ubj", xgboost::to_ubjson(&model).unwrap()),
        ];
        compare("xgboost", name, &model, x.collect(), &files);
    }
}
