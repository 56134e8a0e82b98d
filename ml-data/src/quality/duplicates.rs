//! Rows that repeat an earlier row.

use crate::arrow::array::Array;
use crate::error::Result;
use crate::table::{Column, Table};
use foldhash::HashMap;
use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// For each row whether it equals an earlier row in the columns named (all, if none is named):
/// pandas' `DataFrame.duplicated(keep="first")`. Two missing values are equal; so are 0 and -0.
///
/// ```
/// use ml_data::quality::duplicated;
/// use ml_data::table::{Column, Table};
/// let table = Table::new([
///     ("user", Column::cat(["a", "b", "a"].map(Some))),
///     ("price", Column::num([f64::NAN, 1.0, f64::NAN])),
/// ])?;
/// assert_eq!(duplicated(&table, &[])?, [false, false, true]);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Errors
/// A column that is not there.
pub fn duplicated(table: &Table, columns: &[&str]) -> Result<Vec<bool>> {
    let chosen: Vec<&Column> = if columns.is_empty() {
        table.columns().iter().collect()
    } else {
        columns
            .iter()
            .map(|n| table.column_named(n))
            .collect::<Result<_>>()?
    };
    let n = table.rows();
    let mut keys = vec![0_u64; n];
    chosen.iter().for_each(|c| mix(c, &mut keys));
    // Rows of one hash are chained: `next[row]` is the earlier row of the same hash.
    let mut last: HashMap<u64, u32> = HashMap::default();
    let mut next = vec![u32::MAX; n];
    let mut out = vec![false; n];
    for row in 0..n {
        let head = last.get(&keys[row]).copied().unwrap_or(u32::MAX);
        let mut other = head;
        while other != u32::MAX && !out[row] {
            out[row] = chosen.iter().all(|c| same(c, row, other as usize));
            other = next[other as usize];
        }
        if !out[row] {
            next[row] = head;
            last.insert(keys[row], row as u32);
        }
    }
    Ok(out)
}

/// Folds a column into the hash of each row.
fn mix(column: &Column, keys: &mut [u64]) {
    fn fold<T>(keys: &mut [u64], values: impl Iterator<Item = T>, hash: impl Fn(T) -> u64) {
        for (key, v) in keys.iter_mut().zip(values) {
            *key = (key.rotate_left(5) ^ hash(v)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
    let state = FixedState::with_seed(1);
    match column {
        Column::Num(v) => fold(keys, v.iter(), |x| bits(*x)),
        Column::Cat(v, _) => fold(keys, v.iter(), |x| u64::from(*x)),
        Column::Time(v) => fold(keys, v.iter(), |x| *x as u64),
        Column::Bool(v) => fold(keys, v.iter(), |x| u64::from(*x)),
        Column::Text(v) => {
            fold(keys, 0..v.len(), |i| {
                if v.is_valid(i) {
                    state.hash_one(v.value(i))
                } else {
                    u64::MAX
                }
            });
        }
    }
}

/// The bits of a number, one pattern for all `NaN` and one for both zeros.
pub(super) fn bits(x: f64) -> u64 {
    if x.is_nan() {
        f64::NAN.to_bits()
    } else if x == 0.0 {
        0
    } else {
        x.to_bits()
    }
}

fn same(column: &Column, a: usize, b: usize) -> bool {
    match column {
        Column::Num(v) => bits(v[a]) == bits(v[b]),
        Column::Cat(v, _) => v[a] == v[b],
        Column::Time(v) => v[a] == v[b],
        Column::Bool(v) => v[a] == v[b],
        Column::Text(v) => {
            v.is_valid(a) == v.is_valid(b) && (!v.is_valid(a) || v.value(a) == v.value(b))
        }
    }
}
