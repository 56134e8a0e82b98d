//! A disk that fills up while a version or an event is written: typed errors, and what was there
//! before stays as it was.
//!
//! The test runs itself in a shell that limits the size of files to a few kilobytes, so that writes
//! fail in the middle, as they do on a disk without space.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ml_data::event::PredictionEvent;
use ml_serve::Error;
use ml_serve::recommend::{EventSink, JsonLines};
use ml_serve::registry::{GateOutcome, Metadata, Registry, Version};
use std::path::Path;
use std::process::Command;

const FOLDER: &str = "ML_SERVE_TEST_FULL_DISK";

/// Runs only where the other test starts it, with limited files.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let registry = Registry::open(folder.join("models")).unwrap();
    let large = vec![7_u8; 1 << 20];
    let e = registry
        .publish("shop", &large, Metadata::default())
        .unwrap_err();
    let Error::NotWritable { path, source } = &e else {
        panic!("{e:?}");
    };
    assert!(path.ends_with("artifact.bin"), "{e}");
    assert_eq!(source.kind(), std::io::ErrorKind::FileTooLarge, "{e}");
    // Nothing of the failed version is left, and the champion still answers.
    assert_eq!(registry.versions("shop").unwrap(), [Version(1)]);
    let left: Vec<_> = std::fs::read_dir(folder.join("models/shop/versions"))
        .unwrap()
        .map(|f| f.unwrap().file_name())
        .collect();
    assert_eq!(left, ["v1"]);
    assert_eq!(
        registry.load("shop", "champion").unwrap().artifact,
        b"small"
    );

    let path = folder.join("events.jsonl");
    let events = JsonLines::append(&path).unwrap();
    let lost = (0..).find_map(|id| events.emit(event(id)).err()).unwrap();
    assert!(
        matches!(&lost, Error::Io { context, .. } if context.contains("events.jsonl")),
        "{lost:?}"
    );
    let (whole, cut) = lines(&path);
    assert!(whole > 3 && cut <= 1, "{whole} whole, {cut} cut");
    // Room again: the line that was cut spoils no other.
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    let kept = lines(&path);
    events.emit(event(99)).unwrap();
    assert_eq!(lines(&path), (kept.0 + 1, kept.1));
}

/// Lines that are events, and lines that are not.
fn lines(path: &Path) -> (usize, usize) {
    let text = std::fs::read_to_string(path).unwrap();
    let all = text.lines().filter(|l| !l.is_empty());
    let (whole, cut): (Vec<&str>, Vec<&str>) =
        all.partition(|l| serde_json::from_str::<PredictionEvent>(l).is_ok());
    (whole.len(), cut.len())
}

fn event(request_id: u64) -> PredictionEvent {
    PredictionEvent {
        request_id,
        at: 1,
        model_version: "v1".into(),
        answered_by: Some("blend".into()),
        user: Some("ann".into()),
        items: vec!["mug".into(); 10],
        scores: vec![0.5; 10],
        latency_us: 9,
        error: None,
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path().join("models")).unwrap();
    let first = registry
        .publish("shop", b"small", Metadata::default())
        .unwrap();
    let pass = GateOutcome::pass(["first"]);
    registry.promote("shop", first, "champion", &pass).unwrap();
    // The signal that a process gets for writing too much is ignored, so that it gets the error in
    // its place.
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$0\" --exact child --nocapture";
    let run = Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
