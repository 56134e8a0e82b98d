//! The programs of both sides, and the machine they run on.

use crate::args::Job;
use crate::board::Machine;
use crate::probe;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of this package.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The cargo that started this program, or the one on the path.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(ROOT);
    cargo
}

/// The program of a bench target of ours, built where it is not.
///
/// # Errors
/// A build that fails.
pub(crate) fn bench(name: &str) -> Result<PathBuf, String> {
    let output = cargo()
        .args([
            "bench",
            "--locked",
            "--no-run",
            "--message-format=json",
            "--bench",
            name,
        ])
        .output()
        .map_err(|e| format!("cargo: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let program = text
        .lines()
        .filter_map(|l| serde_json::from_str::<Value>(l).ok())
        .filter(|m| m["target"]["name"] == name)
        .find_map(|m| Some(PathBuf::from(m["executable"].as_str()?)));
    program.ok_or_else(|| {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = errors.lines().rev().find(|l| !l.trim().is_empty());
        format!(
            "building the bench `{name}`: {}",
            last.unwrap_or("no program").trim()
        )
    })
}

/// The first line that a program says of its version; empty where it says none.
fn version(mut command: Command) -> String {
    let said = command
        .output()
        .map(|o| [o.stdout, o.stderr].concat())
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&said);
    text.lines().next().unwrap_or("").trim().to_owned()
}

/// This machine, its tools, and the scale of the data.
pub(crate) fn machine(job: &Job) -> Machine {
    let found = probe::Machine::detect();
    let mut tools = BTreeMap::new();
    let mut told = |name: &str, program: PathBuf, flag: &str| {
        let mut command = Command::new(program);
        command.arg(flag);
        let text = version(command);
        let own = text.strip_prefix(name).map_or(text.as_str(), str::trim);
        if !own.is_empty() {
            tools.insert(name.to_owned(), own.to_owned());
        }
    };
    told(
        "rustc",
        std::env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from),
        "--version",
    );
    if let Some(python) = &job.python {
        told("Python", python.clone(), "--version");
    }
    tools.insert("ml-pipeline".into(), env!("CARGO_PKG_VERSION").into());
    let names = ["L1d", "L2", "L3"];
    let caches = names.iter().zip(found.caches);
    Machine {
        processor: found.processor.unwrap_or_default(),
        cores: found.cores,
        caches: caches
            .filter_map(|(name, bytes)| Some(format!("{name} {}", size(bytes?))))
            .collect(),
        memory_gb: found.memory.map_or(0.0, |b| b as f64 / f64::from(1 << 30)),
        system: system(),
        tools,
        at: crate::utc::now(),
        load: crate::meter::load(),
        scale: scale(&job.data_dir),
        quick: job.quick,
        commits: match &job.ours {
            None => commit().into_iter().collect(),
            Some(_) => vec!["not known (`--ours`)".into()],
        },
    }
}

/// The commit of this source, marked where files differ from it; none outside of a repository.
fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        let output = command.current_dir(ROOT).args(arguments).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(text)
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    let mark = if changed.is_empty() { "" } else { "-changed" };
    Some(commit + mark)
}

fn size(bytes: usize) -> String {
    if bytes >= 1 << 20 {
        format!("{} MB", bytes >> 20)
    } else {
        format!("{} KB", bytes >> 10)
    }
}

/// The system's name and kernel.
fn system() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|l| l.strip_prefix("PRETTY_NAME="))
        .map_or(std::env::consts::OS, |n| n.trim_matches('"'));
    let mut uname = Command::new("uname");
    uname.arg("-sr");
    let kernel = version(uname);
    if kernel.is_empty() {
        return name.to_owned();
    }
    format!("{name}, {kernel}")
}

/// Factor of the generator's numbers of rows; 1 where it left no word of it.
fn scale(data: &Path) -> f64 {
    let text = std::fs::read_to_string(data.join("manifest.json")).unwrap_or_default();
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    manifest["scale"].as_f64().unwrap_or(1.0)
}
