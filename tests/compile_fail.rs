//! Misuse that types can see is a compile error with a sentence. Each file of `tests/compile_fail`
//! opens with the words that the compiler has to say (`//~`); `ok.rs`, which only differs in the
//! misused line, has to compile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

#[test]
fn misuse_is_refused_with_a_readable_message() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases: BTreeMap<String, String> = std::fs::read_dir(root.join("tests/compile_fail"))
        .unwrap()
        .map(|f| f.unwrap().path())
        .map(|p| {
            (
                p.file_stem().unwrap().to_str().unwrap().into(),
                std::fs::read_to_string(p).unwrap(),
            )
        })
        .collect();
    assert!(cases.len() >= 12 && cases.contains_key("ok"));
    let said = check(root, &cases);
    let mut failures = String::new();
    for (name, source) in &cases {
        let errors = said.get(name).map_or("", String::as_str);
        let expected: Vec<&str> = source
            .lines()
            .filter_map(|l| l.strip_prefix("//~ "))
            .collect();
        if name == "ok" && !errors.is_empty() {
            writeln!(failures, "the control does not compile:\n{errors}").unwrap();
        }
        assert_eq!(
            name == "ok",
            expected.is_empty(),
            "{name}: every misuse says what the compiler answers"
        );
        for words in expected {
            if !errors.contains(words) {
                writeln!(
                    failures,
                    "{name}: `{words}` is not in the message:\n{errors}"
                )
                .unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Compiles all cases as binaries of one small package and collects each one's errors.
fn check(root: &Path, cases: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let dir = tempfile::tempdir().unwrap();
    let mut manifest = format!(
        "[package]\nname = \"cases\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nml-pipeline = {{ path = {root:?} }}\n"
    );
    for (name, source) in cases {
        std::fs::write(dir.path().join(format!("{name}.rs")), source).unwrap();
        writeln!(manifest, "[[bin]]\nname = \"{name}\"\npath = \"{name}.rs\"").unwrap();
    }
    std::fs::write(dir.path().join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(root.join("Cargo.lock"), dir.path().join("Cargo.lock")).unwrap();
    // The test binary lies in TARGET/PROFILE/deps; the cases get a folder of their own beside
    // PROFILE.
    let target = std::env::current_exe()
        .unwrap()
        .ancestors()
        .nth(3)
        .unwrap()
        .join("compile_fail");
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--quiet",
            "--offline",
            "--keep-going",
            "--bins",
            "--message-format=json",
        ])
        .current_dir(dir.path())
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let mut said = BTreeMap::<String, String>::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        if message["reason"] == "compiler-message" && message["message"]["level"] == "error" {
            let bin = message["target"]["name"].as_str().unwrap().to_string();
            said.entry(bin)
                .or_default()
                .push_str(message["message"]["rendered"].as_str().unwrap());
        }
    }
    let reached = said.keys().filter(|k| cases.contains_key(*k)).count();
    assert!(
        reached + 1 >= cases.len(),
        "cargo check did not reach the cases:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}
