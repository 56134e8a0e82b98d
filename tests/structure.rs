//! The house stands as drawn: imports go down only, and the default tree is light.
#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::Value;
use std::collections::BTreeSet;
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

/// Names of the crates that a build of a package takes, its own among them.
fn crates(package: &str, flags: &[&str]) -> BTreeSet<String> {
    let tree = [
        "tree",
        "-p",
        package,
        "-e",
        "normal,build",
        "--prefix",
        "none",
    ];
    let tree = cargo(&[&tree[..], flags].concat());
    let name = |line: &str| {
        line.split_once(" (")
            .map_or(line, |(name, _)| name)
            .to_owned()
    };
    tree.lines().map(name).collect()
}

#[test]
fn no_heavy_engine_comes_unasked() {
    let all = crates("ml-pipeline", &["--features", "full"]);
    for name in all.iter().filter_map(|c| c.split_whitespace().next()) {
        assert!(!HEAVY.contains(&name), "the features `full` pull {name}");
    }
}

/// A build of a user has at most so many crates, and none of what it did not ask for.
#[test]
fn builds_are_as_light_as_the_readme_says() {
    let arrays = [
        "arrow",
        "parquet",
        "csv",
        "chrono",
        "faer",
        "indicatif",
        "tokio",
    ];
    let lean: &[&str] = &["--no-default-features"];
    let full: &[&str] = &["--features", "full"];
    for (package, flags, most, without) in [
        ("ml-models", lean, 45, &arrays[..]),
        ("ml-data", &[], 75, &["parquet", "faer", "tokio"]),
        ("ml-pipeline", &[], 120, &["parquet", "tokio"]),
        ("ml-pipeline", full, 185, &[]),
    ] {
        let found = crates(package, flags);
        let n = found.len();
        assert!(n > 20 && n <= most, "{package} {flags:?}: {n} crates");
        for name in without {
            let it = found.iter().find(|c| c.starts_with(name));
            assert!(it.is_none(), "{package} {flags:?} pulls {it:?}");
        }
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
        "--features",
        "full",
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
