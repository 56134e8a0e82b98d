//! Every store keeps the duties of stores, the suite notices stores that do not, and a registry
//! does the same in any of them.

use super::*;
use crate::testkit::check_registry_store;
use crate::{Error, Result};
use std::path::PathBuf;
use std::sync::Mutex;

#[test]
fn the_folder_is_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let made = Mutex::new(0);
    let report = check_registry_store("folder", || {
        let mut made = made.lock().unwrap();
        *made += 1;
        FolderStore::open(dir.path().join(made.to_string())).unwrap()
    });
    assert!(report.passed(), "{report}");
    assert_eq!(report.checked().len(), 11);
}

#[test]
fn memory_is_a_store() {
    let report = check_registry_store("memory", MemoryStore::new);
    assert!(report.passed(), "{report}");
}

/// A store in memory with a fault.
#[derive(Debug)]
struct Faulty(MemoryStore, Fault);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Overwrites,
    LosesSwaps,
    ListsBackwards,
    ListsTwice,
    ForgetsParts,
    TakesAnyKey,
    CutsOff,
    SaysZero,
}

impl RegistryStore for Faulty {
    fn put(&self, entry: &str, parts: &[(&str, &[u8])]) -> Result<bool> {
        match self.1 {
            Fault::ForgetsParts => self.0.put(entry, &parts[..parts.len().min(1)]),
            Fault::TakesAnyKey if parts.len() < 2 => self.0.put(entry, parts).or(Ok(true)),
            Fault::Overwrites => self.0.put(entry, parts).map(|_| true),
            _ => self.0.put(entry, parts),
        }
    }
    fn get(&self, entry: &str, part: &str) -> Result<Option<Vec<u8>>> {
        let found = self.0.get(entry, part)?;
        Ok(match self.1 {
            Fault::CutsOff => found.map(|b| b[..b.len().min(1 << 20)].to_vec()),
            _ => found,
        })
    }
    fn size(&self, entry: &str, part: &str) -> Result<Option<u64>> {
        match self.1 {
            Fault::SaysZero => Ok(Some(0)),
            _ => self.0.size(entry, part),
        }
    }
    fn list(&self, below: &str) -> Result<Vec<String>> {
        let mut names = self.0.list(below)?;
        match self.1 {
            Fault::ListsBackwards => names.reverse(),
            Fault::ListsTwice => names.extend(names.last().cloned()),
            _ => {}
        }
        Ok(names)
    }
    fn read(&self, record: &str) -> Result<Option<Vec<u8>>> {
        self.0.read(record)
    }
    fn compare_and_swap(&self, record: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<bool> {
        if self.1 != Fault::LosesSwaps {
            return self.0.compare_and_swap(record, expected, new);
        }
        // Compares, and swaps later, whatever is there by then.
        let now = self.0.read(record)?;
        if now.as_deref() != expected {
            return Ok(false);
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
        let now = self.0.read(record)?;
        self.0.compare_and_swap(record, now.as_deref(), new)?;
        Ok(true)
    }
    fn location(&self, key: &str) -> PathBuf {
        self.0.location(key)
    }
}

#[test]
fn the_suite_notices_faults() {
    use Fault::*;
    for fault in [
        Overwrites,
        LosesSwaps,
        ListsBackwards,
        ListsTwice,
        ForgetsParts,
        TakesAnyKey,
        CutsOff,
        SaysZero,
    ] {
        let report = check_registry_store("faulty", || Faulty(MemoryStore::new(), fault));
        assert!(!report.passed(), "{fault:?}: {report}");
    }
}

/// A link in the place of a model's folder, or of its versions, could lead out of the registry.
#[cfg(unix)]
#[test]
fn links_to_folders_are_not_followed() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let (outside, inside) = (dir.path().join("outside"), dir.path().join("inside"));
    let other = Registry::open(&outside).unwrap();
    let publish = |to: &Registry, model| to.publish(model, b"bytes", Metadata::default());
    let gate = GateOutcome::pass(["good"]);
    let v1 = publish(&other, "shop").unwrap();
    other.promote("shop", v1, "champion", &gate).unwrap();
    let registry = Registry::open(&inside).unwrap();
    publish(&registry, "own").unwrap();
    symlink(outside.join("shop"), inside.join("shop")).unwrap();
    std::fs::create_dir(inside.join("half")).unwrap();
    symlink(outside.join("shop/versions"), inside.join("half/versions")).unwrap();
    symlink(dir.path().join("nowhere"), inside.join("dangling")).unwrap();

    let refused = |done: Result<()>, what: &str| {
        let link = |e: &Error| {
            matches!(
                e,
                Error::FileKind {
                    found: "a symbolic link",
                    ..
                }
            )
        };
        assert!(done.as_ref().is_err_and(link), "{what}: {done:?}");
    };
    for model in ["shop", "half"] {
        refused(registry.load(model, v1).map(drop), model);
        refused(registry.load(model, "v1").map(drop), model);
        refused(registry.manifest(model, v1).map(drop), model);
        refused(registry.versions(model).map(drop), model);
        refused(publish(&registry, model).map(drop), model);
        let promoted = registry.promote(model, v1, "champion", &gate);
        refused(promoted.map(drop), model);
    }
    refused(registry.load("shop", "champion").map(drop), "champion");
    refused(registry.aliases("shop").map(drop), "aliases");
    refused(publish(&registry, "dangling").map(drop), "dangling");
    assert_eq!(other.versions("shop").unwrap(), [v1], "nothing was written");
    assert_eq!(other.history("shop").unwrap().len(), 1);
    assert!(!registry.models().unwrap().contains(&"shop".to_owned()));
    // The folder that was opened may be a link.
    symlink(&inside, dir.path().join("linked")).unwrap();
    let linked = Registry::open(dir.path().join("linked")).unwrap();
    assert_eq!(linked.load("own", "v1").unwrap().artifact, b"bytes");
}

/// The life of a model, in a folder and in memory, with writers at the same moment.
#[test]
fn a_registry_does_the_same_in_any_store() {
    let dir = tempfile::tempdir().unwrap();
    for registry in [
        Registry::open(dir.path()).unwrap(),
        Registry::new(MemoryStore::new()),
    ] {
        let pass = GateOutcome::pass(["better"]);
        assert!(registry.models().unwrap().is_empty());
        let unknown = registry.load("shop", "v1").unwrap_err();
        assert!(matches!(unknown, Error::UnknownModel { .. }), "{unknown}");
        std::thread::scope(|scope| {
            for writer in 0..3u8 {
                let (registry, pass) = (registry.clone().by(format!("writer {writer}")), &pass);
                scope.spawn(move || {
                    for round in 0..4u8 {
                        let artifact = [writer, round];
                        let v = registry.publish("shop", &artifact, Metadata::default());
                        let v = v.unwrap();
                        assert_eq!(registry.load("shop", v).unwrap().artifact, artifact);
                        registry.promote("shop", v, "champion", pass).unwrap();
                    }
                });
            }
        });
        let versions: Vec<Version> = (1..=12).map(Version).collect();
        assert_eq!(registry.versions("shop").unwrap(), versions);
        let history = registry.history("shop").unwrap();
        assert_eq!(history.len(), 12);
        assert!(history.windows(2).all(|w| w[1].from == Some(w[0].to)));
        let before = registry.previous("shop", "champion").unwrap();
        assert_eq!(registry.rollback("shop", "champion").unwrap(), before);
        assert_eq!(registry.models().unwrap(), ["shop"]);
        let refused = GateOutcome::refuse(["auc fell"]);
        let refused = registry.promote("shop", Version(1), "champion", &refused);
        assert!(matches!(refused, Err(Error::Refused { .. })));
        assert_eq!(registry.aliases("shop").unwrap()["champion"], before);
        let e = registry.load("shop", "v99").unwrap_err();
        assert!(e.to_string().contains("no version v99"), "{e}");
    }
}

/// A version that can not be written takes no number, the first one of a model neither.
#[test]
fn numbers_of_failed_publications_are_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::open(dir.path()).unwrap();
    let publish = || registry.publish("shop", b"x", Metadata::default());
    let versions = dir.path().join("shop/versions");
    std::fs::create_dir(dir.path().join("shop")).unwrap();
    std::fs::write(&versions, b"").unwrap();
    assert!(publish().is_err());
    std::fs::remove_file(&versions).unwrap();
    assert_eq!(publish().unwrap(), Version(1));
    std::fs::rename(&versions, dir.path().join("away")).unwrap();
    std::fs::write(&versions, b"").unwrap();
    assert!(publish().is_err());
    std::fs::remove_file(&versions).unwrap();
    std::fs::rename(dir.path().join("away"), &versions).unwrap();
    assert_eq!(publish().unwrap(), Version(2));
}

/// A version that is in the way is passed over.
#[test]
fn versions_in_the_way_are_passed_over() {
    let store = MemoryStore::new();
    let registry = Registry::new(store.clone());
    let publish = || registry.publish("shop", b"x", Metadata::default());
    assert_eq!(publish().unwrap(), Version(1));
    // A record where the next version should be.
    let swapped = store.compare_and_swap("shop/versions/v2", None, b"");
    assert!(swapped.unwrap());
    // It is a version to the listing, so the next number follows it.
    assert_eq!(publish().unwrap(), Version(3));
}

/// A write that fails after its version is there keeps the number.
#[test]
fn numbers_of_versions_that_are_there_are_kept() {
    #[derive(Debug, Clone)]
    struct FailsAtTheEnd(MemoryStore, std::sync::Arc<std::sync::atomic::AtomicBool>);
    impl RegistryStore for FailsAtTheEnd {
        fn put(&self, entry: &str, parts: &[(&str, &[u8])]) -> Result<bool> {
            let put = self.0.put(entry, parts)?;
            if self.1.swap(false, std::sync::atomic::Ordering::Relaxed) {
                let source = std::io::Error::other("not synced");
                let path = PathBuf::from(entry);
                return Err(Error::NotWritable { path, source });
            }
            Ok(put)
        }
        fn get(&self, entry: &str, part: &str) -> Result<Option<Vec<u8>>> {
            self.0.get(entry, part)
        }
        fn size(&self, entry: &str, part: &str) -> Result<Option<u64>> {
            self.0.size(entry, part)
        }
        fn list(&self, below: &str) -> Result<Vec<String>> {
            self.0.list(below)
        }
        fn read(&self, record: &str) -> Result<Option<Vec<u8>>> {
            self.0.read(record)
        }
        fn compare_and_swap(&self, record: &str, old: Option<&[u8]>, new: &[u8]) -> Result<bool> {
            self.0.compare_and_swap(record, old, new)
        }
        fn location(&self, key: &str) -> PathBuf {
            self.0.location(key)
        }
    }
    let store = FailsAtTheEnd(MemoryStore::new(), std::sync::Arc::default());
    store.1.store(true, std::sync::atomic::Ordering::Relaxed);
    let registry = Registry::new(store.clone());
    let publish = || registry.publish("shop", b"x", Metadata::default());
    assert!(publish().is_err());
    assert_eq!(store.read("shop/.last").unwrap().unwrap(), b"v1\n");
    assert_eq!(publish().unwrap(), Version(2));
}

/// A folder that may not be read is nobody's model. (The superuser reads everything.)
#[cfg(unix)]
#[test]
fn unreadable_folders_hide_no_models() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::open(dir.path()).unwrap();
    registry.publish("shop", b"x", Metadata::default()).unwrap();
    let other = dir.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o000)).unwrap();
    assert_eq!(registry.models().unwrap(), ["shop"]);
    let unknown = registry.load("hats", "v1").unwrap_err();
    assert!(matches!(unknown, Error::UnknownModel { .. }), "{unknown}");
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o700)).unwrap();
}
