//! Checks that every crate of the family makes of its input.

use crate::error::{Error, Result};
use foldhash::HashMap;

/// Refuses a name that is there twice.
///
/// ```
/// use ml_data::validate::distinct;
/// assert!(distinct("column", ["age", "city"]).is_ok());
/// let e = distinct("column", ["age", "city", "age"]).unwrap_err();
/// assert_eq!(e.to_string(), "duplicate column `age`, at 0 and 2");
/// ```
///
/// # Errors
/// [`Error::Duplicate`] with the positions of the first pair.
pub fn distinct<'a>(what: &str, names: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashMap::default();
    for (second, name) in names.into_iter().enumerate() {
        if let Some(first) = seen.insert(name, second) {
            return Err(Error::Duplicate {
                what: what.into(),
                name: name.into(),
                first,
                second,
            });
        }
    }
    Ok(())
}
