//! Sinks of alerts.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ml_data::{Error, Result};

use super::event::AlertEvent;

/// A place alerts are delivered to.
///
/// An [`AlertManager`](super::AlertManager) keeps what a sink refused and tries again, in order, so
/// a sink must not keep part of an event it returns an error for.
pub trait Sink: Send {
    /// A short name for error reports.
    fn name(&self) -> &str;

    /// Delivers one event.
    ///
    /// # Errors
    /// The event was not delivered.
    fn deliver(&mut self, event: &AlertEvent) -> Result<()>;
}

/// Keeps events in memory. Clones share one list: give one clone to the manager and read the other.
#[derive(Debug, Clone, Default)]
pub struct MemorySink(Arc<Mutex<Vec<AlertEvent>>>);

impl MemorySink {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything delivered so far.
    #[must_use]
    pub fn events(&self) -> Vec<AlertEvent> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Sink for MemorySink {
    fn name(&self) -> &str {
        "memory"
    }

    fn deliver(&mut self, event: &AlertEvent) -> Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event.clone());
        Ok(())
    }
}

/// Appends each event to a file as one line of JSON.
///
/// The file is opened for every event, so it may be rotated away. Of a line that could only be
/// written in part (disk full) the part is taken back.
#[derive(Debug, Clone)]
pub struct FileSink {
    path: PathBuf,
    name: String,
}

impl FileSink {
    /// A sink for this file, which is made when the first event comes; its folder has to exist.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_path_buf();
        let name = format!("file {}", path.display());
        Self { path, name }
    }
}

impl Sink for FileSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn deliver(&mut self, event: &AlertEvent) -> Result<()> {
        let line = json_line(event)?;
        let failed = |e| Error::io(format!("append an alert to {}", self.path.display()), e);
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .map_err(failed)?;
        let before = file.metadata().map_err(failed)?.len();
        file.write_all(&line)
            .and_then(|()| file.flush())
            .map_err(|e| {
                // Best effort: if this fails too, the error below is the one to report.
                drop(file.set_len(before));
                failed(e)
            })
    }
}

/// Writes each event as a line of text (its `Display` form) to a writer: standard error, a log, a
/// socket.
#[derive(Debug)]
pub struct WriterSink<W> {
    writer: W,
}

impl<W: Write + Send> WriterSink<W> {
    /// A sink for this writer.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { writer }
    }
}

impl<W: Write + Send> Sink for WriterSink<W> {
    fn name(&self) -> &str {
        "writer"
    }

    fn deliver(&mut self, event: &AlertEvent) -> Result<()> {
        let line = format!("{event}\n");
        let written = self
            .writer
            .write_all(line.as_bytes())
            .and_then(|()| self.writer.flush());
        written.map_err(|e| Error::io("write an alert", e))
    }
}

fn json_line(event: &AlertEvent) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(event)
        .map_err(|e| Error::encode(format!("alert `{}` as JSON", event.rule), e))?;
    line.push(b'\n');
    Ok(line)
}
