//! Instructions of one path, counted by valgrind's callgrind in a process of its own.

use crate::paths::Path;
use std::path::Path as FilePath;
use std::process::{Command, Stdio};
use std::{fs, io};

/// The function whose instructions count, with what it calls; see `main.rs`.
const MEASURED: &str = "*counted_work*";

/// Whether valgrind is there.
pub(crate) fn available() -> bool {
    let version = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// Counts a path's instructions.
pub(crate) fn count(path: &Path, folder: &FilePath) -> Result<u64, String> {
    let file: String = path
        .name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .collect();
    let file = folder.join(file);
    let own = std::env::current_exe().map_err(|e| format!("this program's own path: {e}"))?;
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={MEASURED}"))
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(own)
        .args(["--child", path.name])
        .output();
    let run = run.map_err(|e| format!("starting valgrind: {e}"))?;
    if !run.status.success() {
        let said = String::from_utf8_lossy(&run.stderr);
        let last = said.lines().last().unwrap_or("no word");
        return Err(format!(
            "{}: valgrind ended with {}: {last}",
            path.name, run.status
        ));
    }
    let counted = total(&file).map_err(|e| format!("{}: {}: {e}", path.name, file.display()))?;
    match counted {
        0 => Err(format!("{}: no instruction was counted", path.name)),
        counted => Ok(counted),
    }
}

/// The sum of a file of callgrind.
fn total(file: &FilePath) -> io::Result<u64> {
    let text = fs::read_to_string(file)?;
    let line = text
        .lines()
        .find_map(|l| l.strip_prefix("totals:").or(l.strip_prefix("summary:")));
    let number = line.and_then(|l| l.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| io::Error::other("no line `totals:`"))
}
