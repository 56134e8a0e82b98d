use super::*;
use crate::error::Error;
use std::fs;
use std::path::Path;

fn publish(dir: &Path, all: &[&[u8]]) -> Registry {
    let registry = Registry::open(dir).unwrap().by("tests");
    for bytes in all {
        let published = registry.publish("shop", bytes, Metadata::default());
        published.unwrap();
    }
    registry
}

fn pass() -> GateOutcome {
    GateOutcome::pass(["better"])
}

#[test]
fn case_v5_the_number_of_a_deleted_version_is_not_given_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let registry = publish(dir.path(), &[b"one", b"two", b"three"]);
    for gone in ["v3", "v2"] {
        fs::remove_dir_all(dir.path().join("shop/versions").join(gone)).unwrap();
    }
    let next = registry.publish("shop", b"four", Metadata::default());
    assert_eq!(next.unwrap(), Version(4));
    assert_eq!(registry.versions("shop").unwrap(), [Version(1), Version(4)]);
    // A registry that was written before numbers were remembered: what its aliases mention was
    // given out.
    let (v4, path) = (Version(4), dir.path().join("shop"));
    registry.promote("shop", v4, "champion", &pass()).unwrap();
    fs::remove_file(path.join(".last")).unwrap();
    fs::remove_dir_all(path.join("versions/v4")).unwrap();
    let next = registry.publish("shop", b"five", Metadata::default());
    assert_eq!(next.unwrap(), Version(5));
}

#[test]
fn case_v5_an_alias_serves_the_bytes_it_was_pointed_at_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let registry = publish(dir.path(), &[b"one", b"two"]);
    for v in [1, 2] {
        registry
            .promote("shop", Version(v), "champion", &pass())
            .unwrap();
    }
    // The same version of another registry is whole in itself, and not what was promoted.
    let other = tempfile::tempdir().unwrap();
    publish(other.path(), &[b"other one", b"other two"]);
    let swap = |v: &str| {
        let (to, from) = (
            dir.path().join("shop/versions").join(v),
            other.path().join("shop/versions").join(v),
        );
        fs::remove_dir_all(&to).unwrap();
        fs::rename(from, to).unwrap();
    };
    swap("v2");
    let damaged = |e: Error| matches!(&e, Error::Damaged { expected, .. } if expected.ends_with("of the promotion"));
    assert!(damaged(registry.load("shop", "champion").unwrap_err()));
    assert!(damaged(registry.manifest("shop", "champion").unwrap_err()));
    assert!(damaged(
        registry
            .promote("shop", Version(2), "champion", &pass())
            .unwrap_err()
    ));
    swap("v1");
    assert!(damaged(registry.rollback("shop", "champion").unwrap_err()));
    assert_eq!(registry.aliases("shop").unwrap()["champion"], Version(2));
}

#[test]
fn case_v5_registries_written_before_digests_were_kept_still_open() {
    let dir = tempfile::tempdir().unwrap();
    let registry = publish(dir.path(), &[b"one", b"two"]);
    let home = dir.path().join("shop");
    // As 0.1.0 wrote it.
    let old = r#"{"aliases": {"champion": {"version": "v2", "before": ["v1"]}}, "history": [
        {"at": "2026-01-01T00:00:00.000Z", "by": "job", "alias": "champion", "kind": "promoted", "from": null, "to": "v1", "reasons": ["first"]}]}"#;
    fs::write(home.join("aliases.json"), old).unwrap();
    fs::remove_file(home.join(".last")).unwrap();
    assert_eq!(registry.load("shop", "champion").unwrap().artifact, b"two");
    assert_eq!(registry.rollback("shop", "champion").unwrap(), Version(1));
    assert_eq!(registry.history("shop").unwrap().len(), 2);
    let next = registry.publish("shop", b"three", Metadata::default());
    assert_eq!(next.unwrap(), Version(3));
}

#[test]
fn case_v5_what_dead_writers_left_is_swept_and_names_do_not_collide() {
    let dir = tempfile::tempdir().unwrap();
    let registry = publish(dir.path(), &[b"one"]);
    let home = dir.path().join("shop");
    // A name that a writer of 0.1.0 with this process number would have used.
    let stale = format!(".tmp-{}-0", std::process::id());
    fs::create_dir(home.join("versions").join(&stale)).unwrap();
    fs::write(
        home.join("versions").join(&stale).join("artifact.bin"),
        b"half",
    )
    .unwrap();
    fs::write(home.join(&stale), b"half").unwrap();
    let next = registry.publish("shop", b"two", Metadata::default());
    assert_eq!(next.unwrap(), Version(2));
    let names = |path: &Path| -> Vec<String> {
        let all = fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name());
        let mut all: Vec<String> = all.map(|n| n.into_string().unwrap()).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(names(&home.join("versions")), ["v1", "v2"]);
    assert_eq!(names(&home), [".last", ".lock", "versions"]);
    let drawn: std::collections::HashSet<String> =
        (0..1000).map(|_| files::scratch_name()).collect();
    assert_eq!(drawn.len(), 1000);
    let digits = |n: &String| n.len() == 37 && n[5..].bytes().all(|b| b.is_ascii_hexdigit());
    assert!(drawn.iter().all(digits), "128 bits each");
}

#[test]
fn case_v5_after_the_highest_number_publishing_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let registry = publish(dir.path(), &[b"one"]);
    let versions = dir.path().join("shop/versions");
    fs::create_dir(versions.join("v4294967294")).unwrap();
    let last = registry.publish("shop", b"last", Metadata::default());
    assert_eq!(last.unwrap(), Version(u32::MAX));
    let e = registry
        .publish("shop", b"more", Metadata::default())
        .unwrap_err();
    assert!(
        matches!(&e, Error::VersionsExhausted { model, last } if model == "shop" && last == "v4294967295"),
        "{e}"
    );
    assert_eq!(registry.versions("shop").unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn case_v5_links_and_pipes_are_refused() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let registry = publish(dir.path(), &[b"one", b"two"]);
    let home = dir.path().join("shop");
    let is = |e: Error, name: &str, what: &str| {
        let found = matches!(&e, Error::FileKind { path, found, .. } if path.ends_with(name) && *found == what);
        assert!(found, "{e}");
    };
    let pipe = |path: &Path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    };
    let outside = dir.path().join("outside.bin");
    for name in ["artifact.bin", "manifest.json", "SHA256SUMS"] {
        let path = home.join("versions/v1").join(name);
        fs::rename(&path, &outside).unwrap();
        symlink(&outside, &path).unwrap();
        is(
            registry.load("shop", "v1").unwrap_err(),
            name,
            "a symbolic link",
        );
        fs::remove_file(&path).unwrap();
        pipe(&path);
        is(
            registry.load("shop", "v1").unwrap_err(),
            name,
            "a pipe, socket or device",
        );
        is(
            registry.manifest("shop", "v1").unwrap_err(),
            name,
            "a pipe, socket or device",
        );
        fs::remove_file(&path).unwrap();
        fs::rename(&outside, &path).unwrap();
    }
    // Whatever else lies there, and the version itself.
    let more = home.join("versions/v1/more");
    pipe(&more);
    is(
        registry.load("shop", "v1").unwrap_err(),
        "more",
        "a pipe, socket or device",
    );
    fs::remove_file(&more).unwrap();
    fs::rename(home.join("versions/v2"), dir.path().join("v2")).unwrap();
    symlink(dir.path().join("v2"), home.join("versions/v2")).unwrap();
    is(
        registry.load("shop", "v2").unwrap_err(),
        "v2",
        "a symbolic link",
    );
    // The files beside them.
    pipe(&home.join("aliases.json"));
    is(
        registry.aliases("shop").unwrap_err(),
        "aliases.json",
        "a pipe, socket or device",
    );
    fs::remove_file(home.join(".lock")).unwrap();
    pipe(&home.join(".lock"));
    let e = registry.publish("shop", b"x", Metadata::default());
    is(e.unwrap_err(), ".lock", "a pipe, socket or device");
    assert_eq!(registry.load("shop", "v1").unwrap().artifact, b"one");
}

#[test]
fn case_v8_a_promotion_that_nobody_decided_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let registry = publish(dir.path(), &[b"one"]);
    let nobody = [
        GateOutcome::pass([""; 0]),
        GateOutcome::pass(["", " \t"]),
        serde_json::from_str(r#"{"passed": true, "reasons": []}"#).unwrap(),
    ];
    for gate in nobody {
        let e = registry
            .promote("shop", Version(1), "champion", &gate)
            .unwrap_err();
        assert!(
            matches!(&e, Error::Undecided { version, .. } if version == "v1"),
            "{e}"
        );
    }
    assert!(registry.aliases("shop").unwrap().is_empty());
    assert!(registry.history("shop").unwrap().is_empty());
    let promoted = registry.promote("shop", Version(1), "champion", &pass());
    assert_eq!(promoted.unwrap(), None);
}
