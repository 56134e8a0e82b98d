//! Both sides in turn, and the board of them: `benches/peers/run.sh` is the one command around it.
//!
//! `cargo bench --bench suite -- gbdt --data-dir DATA --out DIR --python PYTHON`
//!
//! Results are appended to `results.jsonl` as they come; `--resume` goes on where a run was cut.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod args;
#[path = "../board/mod.rs"]
#[allow(dead_code, unused_imports)]
mod board;
mod builds;
mod drive;
#[path = "../peers/meter.rs"]
#[allow(dead_code)]
mod meter;
mod plan;
#[path = "../limits/machine.rs"]
mod probe;
mod process;
mod tools;
#[path = "../peers/utc.rs"]
mod utc;

use args::Ask;
use board::{Board, Line};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Bad arguments, files that are not there or not readable.
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let outcome = match args::parse(&given, cores) {
        Ok(Ask::Usage) => {
            eprintln!("{}", args::USAGE);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Ask::Run(job)) => drive::run(&job),
        Ok(Ask::Board(folder)) => again(&folder),
        Ok(Ask::Readme(file)) => readme(&file),
        Err(reason) => Err(format!("{reason}\n{}", args::USAGE)),
    };
    outcome.unwrap_or_else(|reason| {
        eprintln!("error: {reason}");
        ExitCode::from(UNUSABLE)
    })
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

/// Writes the board of the results in a folder.
fn again(folder: &Path) -> Result<ExitCode, String> {
    let text = read(&folder.join("results.jsonl"))?;
    write_board(folder, &board::finished(&text))?;
    Ok(ExitCode::SUCCESS)
}

/// `board.json`, `board.md` and `index.html`.
fn write_board(folder: &Path, lines: &[Line]) -> Result<Board, String> {
    let board = board::build(lines);
    let json = serde_json::to_string_pretty(&board).map_err(|e| e.to_string())?;
    write(&folder.join("board.json"), &(json + "\n"))?;
    write(&folder.join("board.md"), &board::markdown(&board))?;
    let page = board::page(&board).map_err(|e| format!("drawing the plots: {e}"))?;
    write(&folder.join("index.html"), &page)?;
    Ok(board)
}

/// Writes README's table from a board, whose path is named as seen from README.
fn readme(file: &Path) -> Result<ExitCode, String> {
    let board: Board = serde_json::from_str(&read(file)?)
        .map_err(|e| format!("{}: not a board: {e}", file.display()))?;
    let root = Path::new(tools::ROOT);
    let whole = fs::canonicalize(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let base = fs::canonicalize(root).map_err(|e| e.to_string())?;
    let name = whole
        .strip_prefix(&base)
        .map_err(|_| format!("{} is not in this repository", file.display()))?;
    let path = root.join("README.md");
    let text = board::rewrite(&read(&path)?, &name.to_string_lossy(), &board)?;
    write(&path, &text)?;
    Ok(ExitCode::SUCCESS)
}
