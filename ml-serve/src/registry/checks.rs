//! Checks of names and metadata before anything is written, and of digests after anything is read.

use super::manifest::Metadata;
use crate::error::{Error, Result};
use ml_data::artifact::digest;
use std::path::Path;

/// The digest of a file in a list as `sha256sum` writes it.
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

/// Refuses bytes of another digest.
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
