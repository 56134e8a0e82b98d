//! The house stands as drawn: imports go down only, and the default tree is light.
#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::Value;
use std::process::Command;

/// Storeys from the ground up; crates of one storey never import each other.
const STOREYS: [&[&str]; 4] = [
    &["ml-data"],
    &["ml-features", "ml-models", "ml-eval"],
    &["ml-serve", "ml-monitor"],
    &["ml-pipeline"],
];

/// Crates that `cargo add` must not bring: system libraries and heavy engines.
const HEAVY: [&str; 12] = [
    "openssl-sys",
    "openblas-src",
    "blas-src",
    "ndarray-linalg",
    "intel-mkl-src",
    "datafusion",
    "ballista",
    "polars",
    "zstd-sys",
    "libsqlite3-sys",
    "tonic",
    "aws-lc-sys",
];

/// Cargo's description of this workspace.
fn cargo(args: &[&str]) -> String {
    let run = Command::new(env!("CARGO"))
        .args(args)
        .args(["--offline", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

/// The manifests of this workspace alone: a resolved graph would need the sources of every
/// platform's dependencies, which building and testing on one platform do not fetch.
fn metadata() -> Value {
    serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps"])).unwrap()
}

#[test]
fn imports_go_down_only() {
    let all = metadata();
    let storey = |name: &str| STOREYS.iter().position(|s| s.contains(&name));
    let mut seen = 0;
    for package in all["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let Some(own) = storey(name) else { continue };
        seen += 1;
        for dependency in package["dependencies"].as_array().unwrap() {
            let to = dependency["name"].as_str().unwrap();
            let own_test_kit = dependency["kind"] == "dev" && to == name;
            if let Some(other) = storey(to) {
                assert!(other < own || own_test_kit, "{name} imports {to}");
            }
        }
    }
    assert_eq!(seen, 7, "every crate of the family was looked at");
}

#[test]
fn the_default_tree_is_light() {
    let tree = cargo(&["tree", "--edges", "normal,build", "--prefix", "none"]);
    assert!(
        tree.contains("ml-data") && tree.contains("axum"),
        "the tree was read"
    );
    for line in tree.lines() {
        let name = line.split_whitespace().next().unwrap_or("");
        assert!(!HEAVY.contains(&name), "the default tree pulls {name}");
    }
}

/// RUSTSEC-2024-0436: `paste` has no maintainer. It is allowed below faer's matrix products, and
/// nowhere else.
#[test]
fn case_v13_unmaintained_paste_comes_with_faer_alone() {
    let below = cargo(&[
        "tree",
        "--invert",
        "paste",
        "--prefix",
        "depth",
        "--edges",
        "normal,build",
    ]);
    let parents = below.lines().filter_map(|line| line.strip_prefix('1'));
    let names: Vec<&str> = parents
        .filter_map(|p| p.split_whitespace().next())
        .collect();
    assert!(
        !names.is_empty(),
        "it is gone: take its exception out of deny.toml"
    );
    for name in names {
        assert!(
            name == "pulp" || name.starts_with("gemm"),
            "{name} brings paste"
        );
    }
    let ours = below
        .lines()
        .filter(|line| line.contains(" v0.1.0 (") && line.starts_with('3'));
    assert!(ours.clone().count() > 0 && ours.clone().all(|line| line.starts_with("3ml-models ")));
    let deny = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    assert!(
        deny.contains("RUSTSEC-2024-0436"),
        "the exception has its reason"
    );
}
