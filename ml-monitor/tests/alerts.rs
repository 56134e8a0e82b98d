//! Alerts from observation to sink.

#![allow(clippy::unwrap_used)] // functions shared by tests, which the lint takes for library code

use std::fs;
use std::time::Duration;

use ml_data::{Error, Result};
use ml_monitor::alert::{
    Aggregate, AlertChange, AlertEvent, AlertManager, AlertRule, FileSink, MemorySink, Severity,
    Sink, WriterSink, presets,
};

const SECOND: i64 = 1_000_000;

/// The changes a rule reports over values observed a second apart.
fn changes(rule: AlertRule, values: &[f64]) -> Vec<(usize, AlertChange, Severity)> {
    let name = rule.name().to_string();
    let mut alerts = AlertManager::new([rule]).unwrap();
    let seen = values.iter().enumerate().filter_map(|(i, &v)| {
        let event = alerts.observe(&name, i as i64 * SECOND, v).unwrap().event?;
        Some((i, event.change, event.severity))
    });
    seen.collect()
}

use AlertChange::{Escalated, Opened, Resolved};
use Severity::{Critical, Warning};

#[test]
fn opens_once_escalates_once_and_resolves() {
    let values = [
        90.0, 101.0, 150.0, 201.0, 250.0, 120.0, 220.0, 95.0, 90.0, 50.0,
    ];
    let expected = [
        (1, Opened, Warning),
        (3, Escalated, Critical),
        (8, Resolved, Critical),
    ];
    assert_eq!(changes(presets::latency_ms(), &values), expected);
    // Straight to critical opens as critical.
    assert_eq!(
        changes(presets::latency_ms(), &[500.0, 400.0]),
        [(0, Opened, Critical)]
    );
}

#[test]
fn thresholds_themselves_are_good() {
    assert_eq!(
        changes(presets::latency_ms(), &[100.0, 200.0]),
        [(1, Opened, Warning)]
    );
    assert_eq!(
        changes(presets::error_rate(), &[0.005, 0.0051, 0.0101]),
        [(1, Opened, Warning), (2, Escalated, Critical)]
    );
    let conversion = [0.03, 0.0299, 0.0305, 0.0279, 0.031];
    let expected = [
        (1, Opened, Warning),
        (3, Escalated, Critical),
        (4, Resolved, Critical),
    ];
    assert_eq!(changes(presets::conversion_rate(), &conversion), expected);
}

#[test]
fn hysteresis_keeps_a_dancing_value_quiet() {
    let dancing: Vec<f64> = (0..40)
        .map(|i| if i % 2 == 0 { 101.0 } else { 99.0 })
        .collect();
    let eager = changes(AlertRule::above("x", 100.0, 200.0), &dancing);
    assert_eq!(eager.len(), 40);
    assert_eq!(
        changes(AlertRule::above("x", 100.0, 200.0).clear(90.0), &dancing),
        [(0, Opened, Warning)]
    );
}

#[test]
fn windows() {
    let three = Duration::from_secs(3);
    let rule = || AlertRule::above("x", 10.0, 20.0);
    // The mean of the last three: 12 at index 2, 25.3 at index 4, 8.7 at index 7.
    let values = [6.0, 9.0, 21.0, 25.0, 30.0, 20.0, 5.0, 1.0];
    let expected = [
        (2, Opened, Warning),
        (4, Escalated, Critical),
        (7, Resolved, Critical),
    ];
    assert_eq!(
        changes(rule().window(three, Aggregate::Mean), &values),
        expected
    );
    // Every one of three seconds, and not before three seconds were seen.
    let values = [
        11.0, 12.0, 13.0, 14.0, 22.0, 22.0, 22.0, 9.0, 30.0, 30.0, 30.0,
    ];
    let expected = [
        (3, Opened, Warning),
        (6, Escalated, Critical),
        (7, Resolved, Critical),
        (10, Opened, Critical),
    ];
    assert_eq!(
        changes(rule().window(three, Aggregate::Every), &values),
        expected
    );
    let below = AlertRule::below("x", 10.0, 5.0).window(three, Aggregate::Every);
    assert_eq!(
        changes(below, &[4.0, 4.0, 9.0, 4.0, 4.0, 4.0]),
        [(3, Opened, Warning), (5, Escalated, Critical)]
    );
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let mut alerts = AlertManager::new(presets::recommendations()).unwrap();
    let refuse = |alerts: &mut AlertManager, name, at, value| {
        alerts.observe(name, at, value).unwrap_err().to_string()
    };
    assert!(refuse(&mut alerts, "latency", 0, 1.0).contains("latency_ms"));
    assert!(refuse(&mut alerts, "latency_ms", 0, f64::NAN).contains("NaN"));
    let infinite = alerts
        .observe("latency_ms", 5, f64::INFINITY)
        .unwrap()
        .event
        .unwrap();
    assert_eq!(infinite.value, f64::MAX);
    assert_eq!(
        alerts
            .open()
            .map(|(rule, s)| (rule.name(), s))
            .collect::<Vec<_>>(),
        [("latency_ms", Critical)]
    );
    assert!(refuse(&mut alerts, "latency_ms", 4, 1.0).contains("time"));
    let twice = [presets::latency_ms(), presets::latency_ms()];
    assert!(
        AlertManager::new(twice)
            .unwrap_err()
            .to_string()
            .contains("`latency_ms`")
    );
}

/// An alert began when it opened, not when it became critical; and two observations may share a
/// moment.
#[test]
fn an_escalated_alert_began_when_it_opened() {
    let memory = MemorySink::new();
    let mut alerts = AlertManager::new([presets::latency_ms()])
        .unwrap()
        .sink(memory.clone());
    for (at, value) in [(3, 150.0), (8, 250.0), (8, 260.0), (20, 10.0)] {
        alerts.observe("latency_ms", at, value).unwrap();
    }
    let seen: Vec<_> = (memory.events().iter())
        .map(|e| (e.change, e.at, e.since))
        .collect();
    assert_eq!(seen, [(Opened, 3, 3), (Escalated, 8, 3), (Resolved, 20, 3)]);
    let mean = AlertRule::above("x", 10.0, 20.0).window(Duration::from_secs(1), Aggregate::Mean);
    let mut alerts = AlertManager::new([mean]).unwrap();
    assert!(alerts.observe("x", 7, 4.0).unwrap().event.is_none());
    assert!(alerts.observe("x", 7, 14.0).unwrap().event.is_none());
    // 4, 14 and 15: their mean of 11 is above 10 only if the first two of one moment both count.
    let opened = alerts.observe("x", 7, 15.0).unwrap().event.unwrap();
    assert_eq!((opened.value, opened.since), (11.0, 7));
}

#[test]
fn file_holds_a_json_line_an_event() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("alerts.jsonl");
    let memory = MemorySink::new();
    let rule = presets::latency_ms().runbook("https://wiki.example/latency");
    for run in 0..2 {
        let mut alerts = AlertManager::new([rule.clone()])
            .unwrap()
            .sink(FileSink::new(&path))
            .sink(memory.clone());
        for (i, v) in [150.0, 80.0].into_iter().enumerate() {
            let observed = alerts
                .observe("latency_ms", run * 100 + i as i64, v)
                .unwrap();
            assert!(observed.failures.is_empty());
        }
    }
    let text = fs::read_to_string(&path).unwrap();
    let events: Vec<AlertEvent> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(events, memory.events());
    assert_eq!(events.len(), 4);
    assert_eq!(
        events[0].runbook.as_deref(),
        Some("https://wiki.example/latency")
    );
}

#[test]
fn writer_gets_readable_lines() {
    let path = tempfile::NamedTempFile::new().unwrap();
    let mut alerts = AlertManager::new([presets::error_rate().runbook("docs/errors.md")])
        .unwrap()
        .sink(WriterSink::new(path.reopen().unwrap()));
    alerts.observe("error_rate", 0, 0.02).unwrap();
    alerts.observe("error_rate", 1, 0.0).unwrap();
    let text = fs::read_to_string(path.path()).unwrap();
    let expected = "\
CRITICAL error_rate: opened at value 0.02 (level 0.01), see docs/errors.md
CRITICAL error_rate: resolved at value 0 (level 0.004), see docs/errors.md
";
    assert_eq!(text, expected);
}

/// Refuses the first `refusals` deliveries.
struct Flaky {
    refusals: usize,
    taken: MemorySink,
}

impl Sink for Flaky {
    fn name(&self) -> &str {
        "flaky"
    }

    fn deliver(&mut self, event: &AlertEvent) -> Result<()> {
        if self.refusals > 0 {
            self.refusals -= 1;
            return Err(Error::io("deliver", std::io::Error::other("unreachable")));
        }
        self.taken.deliver(event)
    }
}

#[test]
fn a_failing_sink_is_reported_and_tried_again() {
    let (good, flaky) = (MemorySink::new(), MemorySink::new());
    let mut alerts = AlertManager::new([presets::latency_ms()])
        .unwrap()
        .sink(Flaky {
            refusals: 2,
            taken: flaky.clone(),
        })
        .sink(good.clone());
    let first = alerts.observe("latency_ms", 0, 150.0).unwrap();
    assert!(first.event.is_some() && first.failures.len() == 1);
    assert_eq!(
        (first.failures[0].sink.as_str(), first.failures[0].waiting),
        ("flaky", 1)
    );
    let second = alerts.observe("latency_ms", 1, 250.0).unwrap();
    assert_eq!(
        (
            second.failures[0].waiting,
            good.events().len(),
            flaky.events().len()
        ),
        (2, 2, 0)
    );
    assert!(alerts.flush().is_empty());
    assert_eq!(flaky.events(), good.events());
}

#[test]
fn files_that_cannot_be_written_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("no/such/folder/alerts.jsonl");
    let mut alerts = AlertManager::new([presets::latency_ms()])
        .unwrap()
        .sink(FileSink::new(&path));
    let failures = alerts.observe("latency_ms", 0, 150.0).unwrap().failures;
    assert!(
        matches!(&failures[0].error, Error::Io { context, .. } if context.contains("no/such/folder"))
    );
    // The alert is open all the same, and is delivered when the folder appears.
    assert_eq!(alerts.open().count(), 1);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(alerts.flush().is_empty());
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
}

/// The names that reports of failures give.
#[test]
fn sinks_say_what_they_are() {
    assert_eq!(MemorySink::new().name(), "memory");
    assert_eq!(FileSink::new("a/b.jsonl").name(), "file a/b.jsonl");
    assert_eq!(WriterSink::new(Vec::new()).name(), "writer");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let mut alerts = AlertManager::new([presets::latency_ms()])
        .unwrap()
        .sink(FileSink::new("/dev/full"));
    let failures = alerts.observe("latency_ms", 0, 150.0).unwrap().failures;
    assert!(
        failures[0].error.to_string().contains("/dev/full"),
        "{}",
        failures[0].error
    );
}
