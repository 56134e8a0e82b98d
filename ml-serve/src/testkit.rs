//! The conformance suite of registry backends (feature `testkit`).

use crate::Result;
use crate::registry::RegistryStore;
use ml_data::testkit::Report;
use std::sync::atomic::{AtomicBool, Ordering};

/// Threads of the races.
const THREADS: u8 = 8;

type Outcome = std::result::Result<(), String>;

/// A duty, and its check on an empty store.
type Rule = (&'static str, fn(&dyn RegistryStore) -> Outcome);

/// Checks the duties of a [`RegistryStore`] that show from outside. `make` gives an empty store at
/// every call.
///
/// Survival of a crash or a loss of power can not be seen from inside a process that goes on; a
/// backend needs tests of its own for that.
///
/// ```
/// use ml_serve::registry::MemoryStore;
/// use ml_serve::testkit::check_registry_store;
/// let report = check_registry_store("memory", MemoryStore::new);
/// assert!(report.passed(), "{report}");
/// ```
pub fn check_registry_store<S: RegistryStore>(name: &str, make: impl Fn() -> S) -> Report {
    let mut report = Report::new(name);
    let rules: [Rule; 11] = [
        ("an empty store holds nothing", empty),
        ("an entry reads back part by part", entry_reads_back),
        ("an entry is written once", entry_is_written_once),
        ("a record changes by compare-and-swap", record_swaps),
        ("entries and records share their keys", keys_are_shared),
        ("names are listed level by level in order", listing),
        ("odd keys are taken or refused", odd_keys),
        ("bytes of every kind and size", any_bytes),
        ("of racing swaps one wins", racing_swaps),
        ("of racing puts one wins, whole", racing_puts),
        ("readers see whole things only", readers_beside_writers),
    ];
    for (rule, check) in rules {
        report.rule(rule, check(&make()));
    }
    report
}

/// The value of a call that must not fail.
fn done<T>(result: Result<T>) -> std::result::Result<T, String> {
    result.map_err(|e| format!("failed: {e}"))
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Outcome {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what}: expected {expected:?}, found {found:?}")),
    }
}

fn empty(store: &dyn RegistryStore) -> Outcome {
    expect("list of all", done(store.list(""))?, vec![])?;
    expect("list below a key", done(store.list("m/versions"))?, vec![])?;
    expect("part", done(store.get("m/versions/v1", "a.bin"))?, None)?;
    expect("size", done(store.size("m/versions/v1", "a.bin"))?, None)?;
    expect("record", done(store.read("m/aliases.json"))?, None)
}

fn entry_reads_back(store: &dyn RegistryStore) -> Outcome {
    let parts: [(&str, &[u8]); 2] = [("a.bin", b"model"), ("b.json", b"{}")];
    expect("put", done(store.put("m/versions/v1", &parts))?, true)?;
    for (name, bytes) in parts {
        let found = done(store.get("m/versions/v1", name))?;
        expect("part", found.as_deref(), Some(bytes))?;
        let length = done(store.size("m/versions/v1", name))?;
        expect("size", length, Some(bytes.len() as u64))?;
    }
    expect(
        "a part that is not there",
        done(store.get("m/versions/v1", "c"))?,
        None,
    )?;
    expect("its size", done(store.size("m/versions/v1", "c"))?, None)?;
    expect(
        "another entry",
        done(store.get("m/versions/v2", "a.bin"))?,
        None,
    )
}

fn entry_is_written_once(store: &dyn RegistryStore) -> Outcome {
    expect("put", done(store.put("m/v1", &[("a", b"old")]))?, true)?;
    let again = done(store.put("m/v1", &[("a", b"new"), ("b", b"more")]))?;
    expect("put where an entry is", again, false)?;
    expect(
        "the part",
        done(store.get("m/v1", "a"))?,
        Some(b"old".to_vec()),
    )?;
    expect("the new part", done(store.get("m/v1", "b"))?, None)
}

fn record_swaps(store: &dyn RegistryStore) -> Outcome {
    let swap = |expected: Option<&[u8]>, new: &[u8]| {
        done(store.compare_and_swap("m/aliases.json", expected, new))
    };
    expect(
        "swap of one that is not there",
        swap(Some(b""), b"x")?,
        false,
    )?;
    expect("it", done(store.read("m/aliases.json"))?, None)?;
    expect("what it left", done(store.list(""))?, vec![])?;
    expect("first swap", swap(None, b"one")?, true)?;
    expect("swap as if it were new", swap(None, b"two")?, false)?;
    expect("swap from other bytes", swap(Some(b"on"), b"two")?, false)?;
    expect(
        "the record",
        done(store.read("m/aliases.json"))?,
        Some(b"one".to_vec()),
    )?;
    expect("swap", swap(Some(b"one"), b"two")?, true)?;
    expect("swap for the same", swap(Some(b"two"), b"two")?, true)?;
    expect(
        "the record",
        done(store.read("m/aliases.json"))?,
        Some(b"two".to_vec()),
    )
}

fn keys_are_shared(store: &dyn RegistryStore) -> Outcome {
    done(store.put("m/v1", &[("a", b"entry")]))?;
    done(store.compare_and_swap("m/record", None, b"record"))?;
    let put = done(store.put("m/record", &[("a", b"x")]))?;
    expect("put where a record is", put, false)?;
    let swapped = store.compare_and_swap("m/v1", None, b"x");
    expect("swap where an entry is fails", swapped.is_err(), true)?;
    let read = store.read("m/v1");
    expect("read where an entry is fails", read.is_err(), true)?;
    expect(
        "entry",
        done(store.get("m/v1", "a"))?,
        Some(b"entry".to_vec()),
    )?;
    expect(
        "record",
        done(store.read("m/record"))?,
        Some(b"record".to_vec()),
    )
}

fn listing(store: &dyn RegistryStore) -> Outcome {
    for entry in [
        "m/versions/v2",
        "m/versions/v10",
        "m/versions/v1",
        "hats/versions/v1",
    ] {
        done(store.put(entry, &[("a", b"x")]))?;
    }
    for record in ["m/aliases.json", "m/.last", "zebra/.last"] {
        done(store.compare_and_swap(record, None, b"x"))?;
    }
    expect(
        "list of all",
        done(store.list(""))?,
        names(&["hats", "m", "zebra"]),
    )?;
    let below = done(store.list("m"))?;
    expect(
        "list of a model",
        below,
        names(&[".last", "aliases.json", "versions"]),
    )?;
    let below = done(store.list("m/versions"))?;
    expect("list of versions", below, names(&["v1", "v10", "v2"]))?;
    expect(
        "list of a prefix that is no key",
        done(store.list("m/vers"))?,
        vec![],
    )?;
    expect("list below a record", done(store.list("m/.last"))?, vec![])
}

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(|n| (*n).to_owned()).collect()
}

fn odd_keys(store: &dyn RegistryStore) -> Outcome {
    let long = "x".repeat(128);
    for name in ["-", "_", "...", ".last", "v1.0-rc_2", "CON", "0", &long] {
        let (entry, record) = (format!("{name}/{name}"), format!("{name}/r"));
        expect(name, done(store.put(&entry, &[(name, b"part")]))?, true)?;
        expect(name, done(store.get(&entry, name))?, Some(b"part".to_vec()))?;
        expect(
            name,
            done(store.compare_and_swap(&record, None, b"r"))?,
            true,
        )?;
        expect(name, done(store.read(&record))?, Some(b"r".to_vec()))?;
    }
    let before = done(store.list(""))?;
    let longer = "x".repeat(129);
    let refused = [
        "", "/", "/m", "m/", "m//v", ".", "..", "../m", "m/../n", "a b", "a\\b", "a\0", "\u{e4}",
        "a:b", ".lock", "m/.lock", ".tmp-1", "m/.tmp-1", &longer,
    ];
    for key in refused {
        let put = store.put(key, &[("a", b"x")]);
        expect(&format!("put of {key:?} fails"), put.is_err(), true)?;
        let swapped = store.compare_and_swap(key, None, b"x");
        expect(&format!("swap of {key:?} fails"), swapped.is_err(), true)?;
        let part = store.put("m/odd", &[("a", b"x"), (key, b"y")]);
        expect(&format!("part {key:?} fails"), part.is_err(), true)?;
        let unread = [
            store.get(key, "a").is_err(),
            store.get("m/odd", key).is_err(),
            store.size(key, "a").is_err(),
            store.read(key).is_err(),
            key.is_empty() || store.list(key).is_err(),
        ];
        expect(&format!("reading of {key:?} fails"), unread, [true; 5])?;
    }
    let twice = store.put("m/odd", &[("a", b"x"), ("a", b"y")]);
    expect("two parts of one name fail", twice.is_err(), true)?;
    let nested = store.put("m/odd", &[("a/b", b"x")]);
    expect("a part below a part fails", nested.is_err(), true)?;
    expect(
        "what failed is not there",
        done(store.get("m/odd", "a"))?,
        None,
    )?;
    expect("list of all", done(store.list(""))?, before)
}

fn any_bytes(store: &dyn RegistryStore) -> Outcome {
    let every: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = (0..4_u32 << 20).map(|i| (i % 251) as u8).collect();
    for (at, bytes) in [&[][..], &every, b"\r\n\0", &large].into_iter().enumerate() {
        let (entry, record) = (format!("m/v{at}"), format!("m/r{at}"));
        expect("put", done(store.put(&entry, &[("a", bytes)]))?, true)?;
        let size = done(store.size(&entry, "a"))?;
        expect("size", size, Some(bytes.len() as u64))?;
        let same = done(store.get(&entry, "a"))?.as_deref() == Some(bytes);
        expect("bytes of a part are kept", same, true)?;
        expect(
            "swap",
            done(store.compare_and_swap(&record, None, bytes))?,
            true,
        )?;
        let same = done(store.read(&record))?.as_deref() == Some(bytes);
        expect("bytes of a record are kept", same, true)?;
    }
    expect("entry without parts", done(store.put("m/none", &[]))?, true)
}

/// Runs a task on every thread at once.
fn race<T: Send>(
    task: impl Fn(u8) -> std::result::Result<T, String> + Sync,
) -> std::result::Result<Vec<T>, String> {
    let task = &task;
    let gate = &std::sync::Barrier::new(usize::from(THREADS));
    std::thread::scope(|scope| {
        let run = |thread| {
            scope.spawn(move || {
                gate.wait();
                task(thread)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(run).collect();
        let ended = threads.into_iter().map(|t| t.join());
        ended
            .map(|t| t.unwrap_or_else(|_| Err("a thread panicked".into())))
            .collect()
    })
}

fn racing_swaps(store: &dyn RegistryStore) -> Outcome {
    for round in 0..10_u8 {
        let before = round.checked_sub(1).map(|r| [r, 0]);
        let swap = |thread| {
            let new = [round, thread];
            done(store.compare_and_swap("m/r", before.as_ref().map(|b| &b[..]), &new))
        };
        let won = race(swap)?;
        expect("winners of a swap", won.iter().filter(|w| **w).count(), 1)?;
        let now = done(store.read("m/r"))?.unwrap_or_default();
        let winner = won.iter().position(|w| *w).unwrap_or(0) as u8;
        expect("the winner's bytes", &now[..], &[round, winner])?;
        // The next round starts from bytes that all know.
        done(store.compare_and_swap("m/r", Some(&now), &[round, 0]))?;
    }
    // A counter that everybody raises: no step is lost.
    let steps = 20_u32;
    let count = |_| -> Outcome {
        for _ in 0..steps {
            loop {
                let before = done(store.read("m/n"))?;
                let n = before.as_deref().map_or(0, |b| b.len()) + 1;
                if done(store.compare_and_swap("m/n", before.as_deref(), &vec![1; n]))? {
                    break;
                }
            }
        }
        Ok(())
    };
    race(count)?;
    let counted = done(store.read("m/n"))?.map_or(0, |b| b.len());
    expect(
        "steps of a counter",
        counted,
        steps as usize * usize::from(THREADS),
    )
}

fn racing_puts(store: &dyn RegistryStore) -> Outcome {
    for round in 0..10 {
        let entry = format!("m/v{round}");
        let put = |thread| {
            let bytes = vec![thread; 1000];
            done(store.put(&entry, &[("a", &bytes), ("b", &bytes)]))
        };
        let won = race(put)?;
        expect("winners of a put", won.iter().filter(|w| **w).count(), 1)?;
        let winner = won.iter().position(|w| *w).unwrap_or(0) as u8;
        for part in ["a", "b"] {
            let found = done(store.get(&entry, part))?;
            expect("the winner's part", found, Some(vec![winner; 1000]))?;
        }
    }
    Ok(())
}

fn readers_beside_writers(store: &dyn RegistryStore) -> Outcome {
    let ended = AtomicBool::new(false);
    let write = || -> Outcome {
        let mut before: Option<Vec<u8>> = None;
        for round in 1..=40_u8 {
            let bytes = vec![round; 500 * usize::from(round)];
            done(store.put(&format!("m/v/v{round}"), &[("a", &bytes), ("b", &bytes)]))?;
            done(store.compare_and_swap("m/r", before.as_deref(), &bytes))?;
            before = Some(bytes);
        }
        Ok(())
    };
    let whole = |bytes: &[u8]| {
        let first = bytes.first().copied().unwrap_or(0);
        bytes.len() == 500 * usize::from(first) && bytes.iter().all(|b| *b == first)
    };
    let look = || -> Outcome {
        for name in done(store.list("m/v"))? {
            let entry = format!("m/v/{name}");
            let parts = [done(store.get(&entry, "a"))?, done(store.get(&entry, "b"))?];
            let [Some(a), Some(b)] = parts else {
                return Err(format!("{name} is listed and has not all of its parts"));
            };
            expect("parts of an entry are whole", whole(&a) && a == b, true)?;
        }
        let record = done(store.read("m/r"))?;
        let record = record.is_none_or(|bytes| whole(&bytes));
        expect("a record is whole", record, true)
    };
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| -> Outcome {
                    while !ended.load(Ordering::Acquire) {
                        look()?;
                    }
                    look()
                })
            })
            .collect();
        let written = write();
        ended.store(true, Ordering::Release);
        let mut outcomes = vec![written];
        for reader in readers {
            outcomes.push(
                reader
                    .join()
                    .unwrap_or_else(|_| Err("a reader panicked".into())),
            );
        }
        outcomes.into_iter().collect()
    })
}
