//! Where optional real data lies.

use std::path::PathBuf;

/// A file of the development data: in the folder that `ML_PIPELINE_DATA` names, else in `../shared/data` beside the workspace.
/// `None`, with a line on standard error, when it is not there.
#[allow(dead_code, clippy::print_stderr)]
pub(crate) fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ML_PIPELINE_DATA").map(PathBuf::from);
    let folder = folder
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    let path = folder.join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: {} is not here; set ML_PIPELINE_DATA to the folder that holds it",
        path.display()
    );
    None
}

/// A golden file beside the tests.
#[allow(dead_code)]
pub(crate) fn golden(file: &str) -> serde_json::Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
