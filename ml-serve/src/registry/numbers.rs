//! Numbers of versions: each is given out once, also when its version is deleted.

use super::aliases::Aliases;
use super::checks::read_if_there;
use super::files::replace;
use super::manifest::Version;
use crate::error::{Error, Result};
use std::path::Path;

const LAST: &str = ".last";

/// The number after the highest that is there, was given out; registries that do not know the
/// latter yet have the numbers that their aliases mention.
pub(super) fn next(model: &str, home: &Path, there: Option<Version>) -> Result<Version> {
    let given = match given(home)? {
        Some(last) => Some(last),
        None => Aliases::read(&home.join("aliases.json"))?.highest(),
    };
    let Some(last) = there.max(given) else {
        return Ok(Version(1));
    };
    let next = last.0.checked_add(1).map(Version);
    next.ok_or_else(|| Error::VersionsExhausted {
        model: model.into(),
        last: last.to_string(),
    })
}

/// Writes down that a number is given out; before its version is there, so that a crash between the
/// two only skips one.
pub(super) fn remember(home: &Path, version: Version) -> Result<()> {
    replace(&home.join(LAST), format!("{version}\n").as_bytes())
}

/// The highest number given out; registries written before it was kept do not know.
fn given(home: &Path) -> Result<Option<Version>> {
    let path = home.join(LAST);
    let Some(bytes) = read_if_there(&path)? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    let last = Version::parse(text.trim());
    last.map(Some).ok_or_else(|| Error::Manifest {
        path,
        reason: format!("`{}` is not a version like v3", text.trim()),
    })
}
