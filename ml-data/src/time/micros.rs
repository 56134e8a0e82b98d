//! A time as a field of a record.

use serde::{Deserialize, Serialize};

/// The name under which [`Micros`] is serialised: records tell it from an integer by that.
#[cfg(feature = "table")]
pub(crate) const MICROS: &str = "ml_data::time::Micros";

/// Microseconds since 1970-01-01 UTC: a time, where a plain `i64` would be a number. JSON has it as
/// an integer.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::time::Micros;
/// #[derive(serde::Serialize)]
/// struct Sale { at: Micros, price: i64 }
/// let sales = Table::from_records(&[Sale { at: Micros(1_000_000), price: 5 }])?;
/// assert_eq!(sales.time("at")?, [1_000_000]);
/// assert_eq!(sales.num("price")?, [5.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename = "ml_data::time::Micros")]
pub struct Micros(pub i64);
