use super::*;
use crate::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn two_versions(dir: &Path) -> Registry {
    let registry = Registry::open(dir).unwrap().by("tests");
    for bytes in [&b"one"[..], b"two"] {
        registry
            .publish("shop", bytes, Metadata::default().metric("auc", 0.5))
            .unwrap();
    }
    registry
}

#[test]
fn versions_are_numbered_and_carry_their_lineage() {
    let dir = folder();
    let registry = two_versions(dir.path());
    let lineage = Lineage {
        data_digest: "d1".into(),
        code_version: "1.2".into(),
        seed: 7,
        ..Lineage::default()
    };
    let metadata = Metadata::default()
        .metric("auc", 0.75)
        .gate(serde_json::json!({"passed": true}))
        .lineage(lineage);
    let v3 = registry
        .publish("shop", b"three", metadata.clone())
        .unwrap();
    assert_eq!(
        registry.versions("shop").unwrap(),
        [Version(1), Version(2), Version(3)]
    );
    assert_eq!(registry.models().unwrap(), ["shop"]);
    let back = registry.load("shop", v3).unwrap();
    assert_eq!(
        (back.artifact.as_slice(), &back.manifest.metadata),
        (&b"three"[..], &metadata)
    );
    assert_eq!(
        (back.manifest.published_by.as_str(), back.manifest.bytes),
        ("tests", 5)
    );
    let digest_of_three = "8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f";
    assert_eq!(back.manifest.sha256, digest_of_three);
}

#[test]
fn promotion_needs_the_gate_and_rollback_goes_back() {
    let dir = folder();
    let registry = two_versions(dir.path());
    let pass = GateOutcome::pass(["better"]);
    assert_eq!(
        registry
            .promote("shop", Version(1), "champion", &pass)
            .unwrap(),
        None
    );
    let refused = registry
        .promote(
            "shop",
            Version(2),
            "champion",
            &GateOutcome::refuse(["auc fell"]),
        )
        .unwrap_err();
    assert!(
        matches!(&refused, Error::Refused { reasons, .. } if reasons == &["auc fell"]),
        "{refused}"
    );
    assert_eq!(
        registry.load("shop", "champion").unwrap().version,
        Version(1)
    );
    assert_eq!(
        registry
            .promote("shop", Version(2), "champion", &pass)
            .unwrap(),
        Some(Version(1))
    );
    assert_eq!(
        registry
            .promote("shop", Version(2), "champion", &pass)
            .unwrap(),
        Some(Version(2)),
        "again is harmless"
    );
    assert_eq!(registry.rollback("shop", "champion").unwrap(), Version(1));
    assert!(matches!(
        registry.rollback("shop", "champion"),
        Err(Error::NothingToRollBack { .. })
    ));
    let kinds: Vec<AliasMoveKind> = registry
        .history("shop")
        .unwrap()
        .iter()
        .map(|m| m.kind)
        .collect();
    use AliasMoveKind::{Promoted, Refused, RolledBack};
    assert_eq!(kinds, [Promoted, Refused, Promoted, Promoted, RolledBack]);
    assert_eq!(registry.history("shop").unwrap()[4].from, Some(Version(2)));
    assert_eq!(registry.aliases("shop").unwrap()["champion"], Version(1));
}

#[test]
fn unknown_things_are_named() {
    let dir = folder();
    let registry = two_versions(dir.path());
    let e = registry.load("shop", "v9").unwrap_err();
    assert_eq!(
        e.to_string(),
        "model `shop` has no version v9; there are: v1, v2"
    );
    let e = registry.load("shop", "champion").unwrap_err();
    assert_eq!(
        e.to_string(),
        "model `shop` has no alias `champion`; there are none"
    );
    assert!(matches!(
        registry.rollback("shop", "champion"),
        Err(Error::UnknownAlias { .. })
    ));
    assert!(matches!(
        registry.load("other", "v1"),
        Err(Error::UnknownModel { .. })
    ));
    for bad in ["", "../up", "a/b", ".hidden", "a b"] {
        assert!(
            matches!(
                registry.publish(bad, b"x", Metadata::default()),
                Err(Error::Name { .. })
            ),
            "{bad}"
        );
        assert!(
            matches!(registry.load(bad, "v1"), Err(Error::Name { .. })),
            "{bad}"
        );
    }
    for bad in ["latest", "v3", "v0", ""] {
        let promoted = registry.promote("shop", Version(1), bad, &GateOutcome::pass([""; 0]));
        assert!(matches!(promoted, Err(Error::Name { .. })), "{bad}");
    }
}

#[test]
fn aliases_that_look_like_versions_are_refused() {
    use super::checks::check_alias;
    for alias in ["champion", "v", "vip", "v1b", "1"] {
        assert!(check_alias(alias).is_ok(), "{alias}");
    }
    for alias in ["latest", "v1", "v007", "", ".x", "a b"] {
        assert!(check_alias(alias).is_err(), "{alias}");
    }
}

/// A missing file is none; a file where a folder should be is a fault, as is a folder that can not
/// be made durable.
#[cfg(unix)]
#[test]
fn only_missing_files_are_none() {
    use super::files::{read_if_there, sync_folder};
    let dir = folder();
    let file = dir.path().join("file");
    assert!(read_if_there(&file).unwrap().is_none());
    fs::write(&file, b"x").unwrap();
    assert_eq!(read_if_there(&file).unwrap().as_deref(), Some(&b"x"[..]));
    assert!(read_if_there(&file.join("below")).is_err());
    assert!(sync_folder(dir.path()).is_ok());
    assert!(sync_folder(&dir.path().join("none")).is_err());
}

/// A whole version in the place of another, of another model, and one whose sums name another
/// artifact: each is a contradiction of its own.
#[test]
fn a_description_of_something_else_is_refused() {
    let dir = folder();
    let registry = two_versions(dir.path());
    registry
        .publish("hats", b"one", Metadata::default())
        .unwrap();
    let home = |of: &str| dir.path().join(of);
    let put = |from: &str, to: &str| {
        for file in fs::read_dir(home(from)).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), home(to).join(file.file_name())).unwrap();
        }
    };
    let at = registry
        .load("shop", Version(1))
        .unwrap()
        .manifest
        .published_at;
    assert!(
        at.len() == 24 && at.starts_with("20") && at.ends_with('Z'),
        "{at}"
    );
    let refused = |version| {
        let e = registry.load("shop", version).unwrap_err();
        assert!(matches!(e, Error::Manifest { .. }), "{e}");
        e.to_string()
    };
    put("shop/versions/v1", "shop/versions/v2");
    assert!(refused(Version(2)).contains("it describes shop v1"));
    put("hats/versions/v1", "shop/versions/v1");
    assert!(refused(Version(1)).contains("it describes hats v1"));
}

#[test]
fn bad_metadata_is_refused_before_anything_is_written() {
    let dir = folder();
    let registry = Registry::open(dir.path()).unwrap();
    assert!(
        registry
            .publish("shop", b"x", Metadata::default().metric("auc", f64::NAN))
            .is_err()
    );
    assert!(registry.publish("shop", b"", Metadata::default()).is_err());
    assert!(registry.models().unwrap().is_empty());
}

#[test]
fn every_flipped_byte_of_every_file_is_noticed() {
    let dir = folder();
    let registry = two_versions(dir.path());
    let home = dir.path().join("shop/versions/v2");
    for name in ["artifact.bin", "manifest.json", "SHA256SUMS"] {
        let path = home.join(name);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            flip(&path, at);
            let e = registry.load("shop", Version(2)).unwrap_err();
            assert!(
                matches!(e, Error::Damaged { .. } | Error::Manifest { .. }),
                "{name} byte {at}: {e}"
            );
            fs::write(&path, &whole).unwrap();
        }
    }
    assert!(registry.load("shop", Version(2)).is_ok());
}

#[test]
fn truncation_is_called_truncation() {
    let dir = folder();
    let registry = two_versions(dir.path());
    let manifest = dir.path().join("shop/versions/v1/manifest.json");
    let whole = fs::read(&manifest).unwrap();
    fs::write(&manifest, &whole[..whole.len() / 2]).unwrap();
    let e = registry.load("shop", Version(1)).unwrap_err();
    assert!(
        matches!(&e, Error::Manifest { reason, .. } if reason.starts_with("truncated")),
        "{e}"
    );
    fs::write(dir.path().join("shop/versions/v2/artifact.bin"), b"tw").unwrap();
    let e = registry.load("shop", Version(2)).unwrap_err();
    assert!(
        matches!(&e, Error::Damaged { found, .. } if found == "2 bytes"),
        "{e}"
    );
    fs::write(dir.path().join("shop/aliases.json"), b"{\"aliases\": {").unwrap();
    assert!(matches!(
        registry.aliases("shop"),
        Err(Error::Manifest { .. })
    ));
    let promoted = registry.promote("shop", Version(1), "champion", &GateOutcome::pass(["x"]));
    assert!(promoted.is_err(), "a damaged alias file is not overwritten");
}

#[test]
fn a_damaged_version_is_neither_promoted_nor_rolled_back_to() {
    let dir = folder();
    let registry = two_versions(dir.path());
    let pass = GateOutcome::pass(["ok"]);
    registry
        .promote("shop", Version(1), "champion", &pass)
        .unwrap();
    registry
        .promote("shop", Version(2), "champion", &pass)
        .unwrap();
    flip(&dir.path().join("shop/versions/v1/artifact.bin"), 0);
    assert!(matches!(
        registry.rollback("shop", "champion"),
        Err(Error::Damaged { .. })
    ));
    assert!(matches!(
        registry.promote("shop", Version(1), "challenger", &pass),
        Err(Error::Damaged { .. })
    ));
    assert_eq!(
        registry.load("shop", "champion").unwrap().version,
        Version(2)
    );
}

/// Permission bits do not stop the superuser, so a path below a regular file and a file system that
/// refuses every writer stand in for a read-only folder.
#[test]
fn a_folder_that_can_not_be_written_is_typed() {
    let dir = folder();
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    for path in [
        file.join("registry"),
        file.clone(),
        "/proc/self/registry".into(),
    ] {
        let e = Registry::open(&path).unwrap_err();
        assert!(
            matches!(&e, Error::NotWritable { path: p, .. } if *p == path),
            "{e}"
        );
    }
    if Path::new("/proc/self").is_dir() {
        let registry = Registry::open("/proc/self").unwrap();
        let e = registry
            .publish("shop", b"x", Metadata::default())
            .unwrap_err();
        assert!(matches!(e, Error::NotWritable { .. }), "{e}");
    }
}

#[test]
fn many_publishers_and_readers_see_whole_versions() {
    let dir = folder();
    let registry = Registry::open(dir.path()).unwrap();
    let first = registry.publish("shop", b"0", Metadata::default()).unwrap();
    registry
        .promote("shop", first, "champion", &GateOutcome::pass(["first"]))
        .unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4u8 {
            let registry = registry.clone().by(format!("writer {writer}"));
            scope.spawn(move || {
                for round in 0..5u8 {
                    let v = registry
                        .publish("shop", &[writer, round], Metadata::default())
                        .unwrap();
                    registry
                        .promote("shop", v, "champion", &GateOutcome::pass(["next"]))
                        .unwrap();
                }
            });
        }
        for _ in 0..2 {
            let registry = registry.clone();
            scope.spawn(move || {
                for _ in 0..100 {
                    registry.load("shop", "champion").unwrap();
                }
            });
        }
    });
    let versions = registry.versions("shop").unwrap();
    assert_eq!(versions, (1..=21).map(Version).collect::<Vec<_>>());
    let history = registry.history("shop").unwrap();
    assert_eq!(history.len(), 21, "no move was lost");
    assert!(
        history.windows(2).all(|w| w[1].from == Some(w[0].to)),
        "each move starts where the last one ended"
    );
}

#[test]
fn a_lock_that_is_held_is_reported_and_a_crashed_publish_leaves_no_version() {
    let dir = folder();
    two_versions(dir.path());
    let store = FolderStore::open(dir.path()).unwrap();
    let registry = Registry::new(store.lock_timeout(Duration::from_millis(20)));
    let held = fs::OpenOptions::new()
        .write(true)
        .open(dir.path().join("shop/.lock"))
        .unwrap();
    held.lock().unwrap();
    assert!(matches!(
        registry.publish("shop", b"x", Metadata::default()),
        Err(Error::Locked { .. })
    ));
    drop(held);
    fs::create_dir(dir.path().join("shop/versions/.tmp-1-1")).unwrap();
    assert_eq!(registry.versions("shop").unwrap().len(), 2);
    assert_eq!(
        registry.publish("shop", b"x", Metadata::default()).unwrap(),
        Version(3)
    );
}
