//! Tells the crate which compiler builds it: artifacts say so.

use std::env;
use std::process::Command;

fn main() {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    let version = version.unwrap_or_else(|_| "unknown".into());
    let target = env::var("TARGET").unwrap_or_else(|_| "unknown".into());
    println!("cargo::rustc-env=ML_DATA_RUSTC={version}");
    println!("cargo::rustc-env=ML_DATA_TARGET={target}");
    println!("cargo::rerun-if-changed=build.rs");
}
