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

/// Refuses more than a limit allows; `raise` says how the limit is raised.
///
/// # Errors
/// [`Error::Limit`].
pub fn within_limit(
    place: &str,
    limit: &'static str,
    allowed: u64,
    found: u64,
    raise: impl FnOnce() -> String,
) -> Result<()> {
    if found <= allowed {
        return Ok(());
    }
    Err(Error::Limit {
        place: place.into(),
        limit,
        allowed,
        found,
        raise: raise(),
    })
}

/// Refuses NaN and infinities; `what` names the values in the error.
///
/// # Errors
/// [`Error::Cell`] with the first bad row.
#[inline]
pub fn finite<T: Copy + Into<f64>>(what: &str, values: &[T]) -> Result<()> {
    let bad = |v: &T| !Into::<f64>::into(*v).is_finite();
    if !values.iter().fold(false, |any, v| any | bad(v)) {
        return Ok(());
    }
    first_bad(what, values, "a finite number", bad)
}

/// Refuses NaN, infinities and numbers below 0; gives the largest value, 0 for none.
///
/// # Errors
/// [`Error::Cell`] with the first bad row.
#[inline]
pub fn non_negative<T: Copy + Into<f64>>(what: &str, values: &[T]) -> Result<f64> {
    let bad = |v: &T| {
        let v: f64 = (*v).into();
        !(0.0..f64::INFINITY).contains(&v)
    };
    let (any, largest) = values.iter().fold((false, 0.0), |(any, most), v| {
        let value: f64 = (*v).into();
        (any | bad(v), if value > most { value } else { most })
    });
    if !any {
        return Ok(largest);
    }
    first_bad(what, values, "a finite number of at least 0", bad).map(|()| largest)
}

/// Refuses weights that are not one a row, or not finite and at least 0; gives the largest.
///
/// ```
/// use ml_data::validate::weights;
/// assert_eq!(weights(&[1.0, 0.0, 2.5], 3)?, 2.5);
/// let e = weights(&[1.0, -1.0], 2).unwrap_err();
/// assert_eq!(
///     e.to_string(),
///     "column `weight`, row 1: expected a finite number of at least 0, found -1"
/// );
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::Length`], or [`Error::Cell`] with the first bad row.
pub fn weights(weights: &[f64], rows: usize) -> Result<f64> {
    Error::check_len("weights", rows, weights.len())?;
    non_negative("weight", weights)
}

/// The checks above read all values without an early exit, so that their loops are vectorised;
/// the row is looked for in failure only.
#[cold]
fn first_bad<T: Copy + Into<f64>>(
    what: &str,
    values: &[T],
    expected: &str,
    bad: impl Fn(&T) -> bool,
) -> Result<()> {
    match values.iter().position(bad) {
        Some(row) => {
            let found: f64 = values[row].into();
            // A single in its own digits: -0.1, not -0.10000000149011612.
            let single = found as f32;
            let found = match f64::from(single) == found {
                true => single.to_string(),
                false => found.to_string(),
            };
            Err(Error::cell(what, row, expected, found))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_numbers_are_named_with_their_row() {
        assert!(finite("x", &[1.0_f32, -2.0]).is_ok());
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for at in [0, 7, 16] {
                let mut values = vec![1.0; 17];
                values[at] = bad;
                let text = |e: Error| e.to_string();
                let named = format!("column `x`, row {at}: expected a finite number");
                assert!(text(finite("x", &values).unwrap_err()).starts_with(&named));
                assert!(text(non_negative("x", &values).unwrap_err()).starts_with(&named));
            }
        }
    }

    #[test]
    fn numbers_are_told_in_their_own_digits() {
        let e = non_negative("grade", &[-0.1_f32]).unwrap_err().to_string();
        assert!(e.ends_with("found -0.1"), "{e}");
        let e = non_negative("grade", &[-0.1_f64 - 1e-9])
            .unwrap_err()
            .to_string();
        assert!(e.ends_with("found -0.100000001"), "{e}");
    }

    #[test]
    fn weights_are_one_a_row_and_at_least_zero() {
        assert_eq!(weights(&[], 0).unwrap(), 0.0);
        assert_eq!(weights(&[0.0, 3.0, -0.0], 3).unwrap(), 3.0);
        let e = weights(&[1.0], 2).unwrap_err().to_string();
        assert_eq!(e, "weights: expected 2 entries, found 1");
        let e = weights(&[1.0, -1e-300], 2).unwrap_err().to_string();
        assert!(e.starts_with("column `weight`, row 1: expected a finite number of at least 0"));
    }
}
