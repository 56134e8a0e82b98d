//! Sinks of prediction events.

use crate::error::{Error, Result};
use crate::limits::EVENTS_KEPT;
use ml_data::event::PredictionEvent;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Receiver of an event for every answered request, and for every request no rung could answer.
/// Requests that are refused for what they say are not predictions.
pub trait EventSink: Send + Sync {
    /// Takes an event. The request is answered whatever this returns; failures are counted in
    /// [`ServiceStats::events_lost`](super::ServiceStats::events_lost).
    ///
    /// # Errors
    /// The event could not be kept.
    fn emit(&self, event: PredictionEvent) -> Result<()>;
}

/// The newest events in memory, for tests and small programs: when it is full the oldest event
/// makes room, and is counted.
///
/// ```
/// use ml_data::event::PredictionEvent;
/// use ml_serve::recommend::{EventSink, EventBuffer};
/// # let event = |request_id| PredictionEvent {
/// #     request_id, at: 0, model_version: "v1".into(), answered_by: None,
/// #     user: None, items: vec![], scores: vec![], latency_us: 0, error: None,
/// # };
/// let memory = EventBuffer::bounded(2);
/// (1..=3).try_for_each(|id| memory.emit(event(id)))?;
/// assert_eq!(memory.dropped(), 1);
/// assert_eq!(memory.take().iter().map(|e| e.request_id).collect::<Vec<_>>(), [2, 3]);
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug)]
pub struct EventBuffer {
    capacity: usize,
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    events: VecDeque<PredictionEvent>,
    dropped: u64,
}

impl Default for EventBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl EventBuffer {
    /// An empty memory of [`EVENTS_KEPT`], 10,000 events.
    pub fn new() -> Self {
        Self::bounded(EVENTS_KEPT)
    }
    /// An empty memory of at most so many events.
    pub fn bounded(capacity: usize) -> Self {
        Self {
            capacity,
            ring: Mutex::default(),
        }
    }
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Takes all events out, oldest first.
    pub fn take(&self) -> Vec<PredictionEvent> {
        std::mem::take(&mut self.ring().events).into()
    }
    /// Number of events that made room for newer ones.
    pub fn dropped(&self) -> u64 {
        self.ring().dropped
    }
}

impl EventSink for EventBuffer {
    fn emit(&self, event: PredictionEvent) -> Result<()> {
        let mut ring = self.ring();
        if ring.events.len() < self.capacity {
            ring.events.push_back(event);
            return Ok(());
        }
        ring.dropped += 1;
        if let Some(mut oldest) = ring.events.pop_front() {
            overwrite(&mut oldest, &event);
            ring.events.push_back(oldest);
        }
        Ok(())
    }
}

/// Writes one event over another, in the memory that this has. Were the oldest event freed and the
/// newest kept, texts that live long would lie between texts that live for one request all over the
/// heap, which then grows for hours.
fn overwrite(kept: &mut PredictionEvent, event: &PredictionEvent) {
    let PredictionEvent {
        request_id,
        at,
        model_version,
        answered_by,
        user,
        items,
        scores,
        latency_us,
        error,
    } = event;
    (kept.request_id, kept.at, kept.latency_us) = (*request_id, *at, *latency_us);
    kept.model_version.clone_from(model_version);
    kept.answered_by.clone_from(answered_by);
    kept.user.clone_from(user);
    kept.items.clone_from(items);
    kept.scores.clone_from(scores);
    kept.error.clone_from(error);
}

/// Appends events to a file, one JSON object a line, each written whole by one call. The file grows
/// by what is written: about 400 bytes for a list of ten. Rotate it as any log.
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    open: Mutex<OpenFile>,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    /// Reused from event to event.
    line: Vec<u8>,
    /// True when the last line of the file is whole.
    ended: bool,
}

impl JsonLines {
    /// Opens or makes the file. A last line that a crash cut short is ended, so that later lines
    /// stay readable.
    ///
    /// # Errors
    /// A path that can not be opened for writing.
    pub fn append(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let fail = |e| Error::io(format!("opening the event file {}", path.display()), e);
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(fail)?;
        let length = file.metadata().map_err(fail)?.len();
        let mut last = [b'\n'];
        if length > 0 {
            file.seek(SeekFrom::Start(length - 1))
                .and_then(|_| file.read_exact(&mut last))
                .map_err(fail)?;
        }
        if last != *b"\n" {
            file.write_all(b"\n").map_err(fail)?;
        }
        Ok(Self {
            path,
            open: Mutex::new(OpenFile {
                file,
                line: Vec::new(),
                ended: true,
            }),
        })
    }
}

impl EventSink for JsonLines {
    fn emit(&self, event: PredictionEvent) -> Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let OpenFile { file, line, ended } = &mut *open;
        // A line that could not be written whole is ended, so that it spoils no other.
        line.clear();
        if !*ended {
            line.push(b'\n');
        }
        let fail = |e: std::io::Error| {
            Error::io(format!("writing the event file {}", self.path.display()), e)
        };
        serde_json::to_writer(&mut *line, &event).map_err(|e| fail(e.into()))?;
        line.push(b'\n');
        *ended = false;
        file.write_all(line).map_err(fail)?;
        *ended = true;
        Ok(())
    }
}

/// Hands events to another thread through a bounded channel; events that find it full or closed are
/// lost, and counted.
#[derive(Debug)]
pub struct ChannelSink(SyncSender<PredictionEvent>);

impl ChannelSink {
    /// A sink, and the end to read from.
    pub fn bounded(capacity: usize) -> (Self, Receiver<PredictionEvent>) {
        let (send, receive) = sync_channel(capacity);
        (Self(send), receive)
    }
}

impl EventSink for ChannelSink {
    fn emit(&self, event: PredictionEvent) -> Result<()> {
        self.0
            .try_send(event)
            .map_err(|e| ml_data::Error::encode("event for the channel", e).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: u64) -> PredictionEvent {
        PredictionEvent {
            request_id: id,
            at: 1,
            model_version: "v1".into(),
            answered_by: Some("blend".into()),
            user: Some("a\nb".into()),
            items: vec!["x".into()],
            scores: vec![0.5],
            latency_us: 9,
            error: None,
        }
    }

    #[test]
    fn lines_survive_a_crash_in_the_middle_of_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.jsonl");
        JsonLines::append(&path).unwrap().emit(event(1)).unwrap();
        OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"{\"request_id\": 2, ")
            .unwrap();
        JsonLines::append(&path).unwrap().emit(event(3)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let read: Vec<_> = text
            .lines()
            .map(serde_json::from_str::<PredictionEvent>)
            .collect();
        assert_eq!(read.len(), 3);
        assert_eq!(read[0].as_ref().unwrap(), &event(1));
        assert!(read[1].is_err());
        assert_eq!(read[2].as_ref().unwrap(), &event(3));
        let e = JsonLines::append(path.join("below")).unwrap_err();
        assert!(e.to_string().contains("below"), "{e}");
    }

    #[test]
    fn a_full_memory_writes_every_field_over() {
        let other = PredictionEvent {
            request_id: 7,
            at: 2,
            model_version: "a longer version".into(),
            answered_by: None,
            user: None,
            items: vec!["y".into(), "z".into()],
            scores: vec![0.25, 0.125],
            latency_us: 3,
            error: Some("no rung".into()),
        };
        let memory = EventBuffer::bounded(1);
        for event in [event(1), other.clone(), event(1), other.clone()] {
            memory.emit(event).unwrap();
        }
        assert_eq!((memory.take(), memory.dropped()), (vec![other], 3));
        let none = EventBuffer::bounded(0);
        none.emit(event(1)).unwrap();
        assert_eq!((none.take(), none.dropped()), (vec![], 1));
    }

    #[test]
    fn a_full_or_closed_channel_is_an_error_not_a_wait() {
        let (sink, end) = ChannelSink::bounded(1);
        sink.emit(event(1)).unwrap();
        assert!(sink.emit(event(2)).is_err());
        assert_eq!(end.recv().unwrap().request_id, 1);
        drop(end);
        assert!(sink.emit(event(3)).is_err());
    }
}
