//! Golden values: what a reference implementation computed, as JSON beside the tests of a crate.

use crate::error::{Error, Result};
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads `tests/golden/NAME.json` of the crate that calls it, as any type that serde can read.
///
/// ```no_run
/// let values: Vec<f64> = ml_data::testkit::golden!("metrics").unwrap();
/// ```
///
/// # Errors
/// As [`golden_of`](crate::testkit::golden_of).
#[macro_export]
#[doc(hidden)]
macro_rules! __golden {
    ($name:expr) => {
        $crate::testkit::golden_of(env!("CARGO_MANIFEST_DIR"), $name)
    };
}
pub use __golden as golden;

/// Reads `tests/golden/NAME.json` below the folder of a crate.
///
/// # Errors
/// A file that is not there, with its path; text that is no JSON, or of another shape, with its
/// line.
pub fn golden_of<T: DeserializeOwned>(folder: &str, name: &str) -> Result<T> {
    let path = Path::new(folder).join(format!("tests/golden/{name}.json"));
    let text = std::fs::read_to_string(&path)
        .map_err(|e| Error::io(format!("golden values {}", path.display()), e))?;
    serde_json::from_str(&text).map_err(|e| Error::Source {
        path: path.display().to_string(),
        line: Some(e.line() as u64),
        reason: format!("not the golden values that the test reads: {e}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_and_another_shape_are_named() {
        let none = golden!("no_such").map(|_: Vec<f64>| ()).unwrap_err();
        assert!(none.is_io());
        assert!(
            none.to_string().contains("tests/golden/no_such.json"),
            "{none}"
        );
        let other = golden!("fence").map(|_: String| ()).unwrap_err();
        assert!(
            other
                .to_string()
                .contains("tests/golden/fence.json, line 1: not the golden"),
            "{other}"
        );
        let read: serde_json::Value = golden!("fence").unwrap();
        assert!(read.is_array());
    }
}
