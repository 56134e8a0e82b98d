//! Builds of small programs: crates, seconds, the size of the program.

use crate::board::Line;
use crate::tools::{ROOT, cargo};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// A program that fits a model, and what it depends on.
#[derive(Debug)]
struct Program {
    name: &'static str,
    dependencies: &'static str,
    source: &'static str,
}

/// `{root}` is this repository.
const PROGRAMS: &[Program] = &[
    Program {
        name: "ml-pipeline",
        dependencies: "ml-pipeline = { path = \"{root}\" }",
        source: include_str!("programs/ml_pipeline.rs"),
    },
    Program {
        name: "forust-ml",
        dependencies: "forust-ml = \"=0.8.0\"",
        source: include_str!("programs/forust.rs"),
    },
    Program {
        name: "smartcore",
        dependencies: "smartcore = \"=0.7.0\"",
        source: include_str!("programs/smartcore.rs"),
    },
    Program {
        name: "linfa, linfa-trees",
        dependencies: "linfa = \"=0.8.1\"\nlinfa-trees = \"=0.8.1\"\nndarray = \"0.16\"",
        source: include_str!("programs/linfa.rs"),
    },
];

/// A line a program that is not among `built`; one that can not be built says why.
pub(crate) fn all(out: &Path, built: &[String]) -> Vec<Line> {
    let line = |program: &Program| {
        eprintln!("build of {}", program.name);
        let folder = out.join("builds").join(program.name.replace(", ", "+"));
        let built = build(program, &folder);
        // Hundreds of megabytes, of no further use.
        let _ = fs::remove_dir_all(&folder);
        match built {
            Ok(mut value) => {
                value["name"] = json!(program.name);
                Line::default().with("op", "build").with("build", value)
            }
            Err(why) => Line::default()
                .with("op", "skipped")
                .with("workload", "build")
                .with("dataset", "program")
                .with("case", program.name)
                .with("why", why),
        }
    };
    let missing = |p: &&Program| !built.iter().any(|name| name == p.name);
    PROGRAMS.iter().filter(missing).map(line).collect()
}

fn build(program: &Program, folder: &Path) -> Result<Value, String> {
    let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
    // A target folder of an earlier, cut run would make the build short.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder.join("src")).map_err(failed)?;
    let dependencies = program.dependencies.replace("{root}", ROOT);
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n{dependencies}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).map_err(failed)?;
    fs::write(folder.join("src/main.rs"), program.source).map_err(failed)?;
    let folder = fs::canonicalize(folder).map_err(failed)?;
    run(&folder, &["fetch"])?;
    let tree = run(&folder, &["tree", "-e", "normal,build", "--prefix", "none"])?;
    let crates: BTreeSet<&str> = tree.lines().map(|l| l.trim_end_matches(" (*)")).collect();
    let clock = Instant::now();
    run(&folder, &["build", "--release", "--offline"])?;
    let wall = clock.elapsed().as_secs_f64();
    let binary = folder.join("target/release/program");
    let bytes = fs::metadata(&binary).map_or(0, |m| m.len());
    // Its own crate is not counted.
    Ok(json!({
        "crates": crates.len().saturating_sub(1),
        "wall_s": wall,
        "binary_mb": bytes as f64 / 1e6,
    }))
}

/// Output of a cargo command.
fn run(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = cargo()
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .args(arguments)
        .output()
        .map_err(|e| format!("cargo: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let error = errors.lines().find(|l| l.starts_with("error"));
    Err(error.unwrap_or("cargo failed").chars().take(300).collect())
}
