//! What is checked before anything is written, and after anything is read.

use super::manifest::Metadata;
use crate::error::{Error, Result};
use ml_data::artifact::digest;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

pub(super) fn published_sum(sums: &str, name: &str, path: &Path) -> Result<String> {
    let line = sums
        .lines()
        .find_map(|l| l.strip_suffix(name)?.strip_suffix("  "));
    line.filter(|s| s.len() == 64)
        .map(Into::into)
        .ok_or_else(|| Error::Manifest {
            path: path.to_path_buf(),
            reason: format!("truncated: no digest of {name}"),
        })
}

pub(super) fn verify(path: &Path, bytes: &[u8], expected: &str) -> Result<()> {
    let found = digest(bytes);
    if found == expected {
        return Ok(());
    }
    let (expected, found) = (format!("SHA-256 {expected}"), format!("SHA-256 {found}"));
    Err(Error::Damaged {
        path: path.to_path_buf(),
        expected,
        found,
    })
}

/// Reads a regular file, and nothing else: a link could lead out of the registry, a pipe would
/// never end.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    read_if_there(path)?.ok_or_else(|| Error::Manifest {
        path: path.to_path_buf(),
        reason: "the file is missing".into(),
    })
}

/// As [`read`]; `None` when there is no such file.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    let bytes = regular(path).and_then(|_| {
        fs::read(path).map_err(|e| Error::io(format!("reading {}", path.display()), e))
    });
    match bytes {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// The length of a regular file; what is none is refused without being opened.
pub(super) fn regular(path: &Path) -> Result<u64> {
    let known = fs::symlink_metadata(path)
        .map_err(|e| Error::io(format!("reading {}", path.display()), e))?;
    if known.is_file() {
        return Ok(known.len());
    }
    Err(Error::FileKind {
        path: path.to_path_buf(),
        expected: "a regular file",
        found: kind(known.file_type()),
    })
}

/// A folder of a version: a folder itself, not a link to one, with regular files only.
pub(super) fn plain_folder(path: &Path) -> Result<()> {
    let known = fs::symlink_metadata(path)
        .map_err(|e| Error::io(format!("reading {}", path.display()), e))?;
    if !known.is_dir() {
        return Err(Error::FileKind {
            path: path.to_path_buf(),
            expected: "a folder",
            found: kind(known.file_type()),
        });
    }
    list(path)?
        .iter()
        .try_for_each(|name| regular(&path.join(name)).map(drop))
}

fn kind(of: fs::FileType) -> &'static str {
    if of.is_symlink() {
        "a symbolic link"
    } else if of.is_dir() {
        "a folder"
    } else if of.is_file() {
        "a regular file"
    } else {
        "a pipe, socket or device"
    }
}

pub(super) fn list(folder: &Path) -> Result<Vec<String>> {
    let fail = |e| Error::io(format!("listing {}", folder.display()), e);
    let entries = fs::read_dir(folder)
        .map_err(fail)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(fail)?;
    Ok(entries
        .into_iter()
        .filter_map(|e| e.file_name().into_string().ok())
        .collect())
}

pub(super) fn check_name(what: &'static str, name: &str) -> Result<()> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if (1..=128).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with('.') {
        return Ok(());
    }
    let rule = "1 to 128 of the characters a-z A-Z 0-9 - _ . and not start with a dot";
    Err(Error::Name {
        what,
        name: name.into(),
        rule,
    })
}

pub(super) fn check_alias(alias: &str) -> Result<()> {
    check_name("alias", alias)?;
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if alias == "latest" || alias.strip_prefix('v').is_some_and(digits) {
        let rule = "neither `latest` nor look like a version";
        return Err(Error::Name {
            what: "alias",
            name: alias.into(),
            rule,
        });
    }
    Ok(())
}

pub(super) fn check_metadata(artifact: &[u8], metadata: &Metadata) -> Result<()> {
    if artifact.is_empty() {
        return Err(ml_data::Error::Empty("the artifact".into()).into());
    }
    match metadata.metrics.iter().find(|(_, v)| !v.is_finite()) {
        Some((name, v)) => {
            let value = format!("{name}: {v}");
            Err(ml_data::Error::parameter("Registry", "metrics", value, "finite numbers").into())
        }
        None => Ok(()),
    }
}
