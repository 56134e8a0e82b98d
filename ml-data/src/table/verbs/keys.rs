//! Values as integers that are equal, or ordered, as the values are.

use crate::arrow::array::{Array, StringArray};
use crate::schema::{Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME};
use crate::table::Column;
use foldhash::HashMap;

/// The key of a missing value, above all others.
pub(super) const MISSING: u64 = u64::MAX;

/// Keys with the order of the values: numbers by size, categories and text by their letters (bytes
/// of UTF-8), times, `false` before `true`; missing last.
pub(super) fn ordered(column: &Column) -> Vec<u64> {
    match column {
        Column::Cat(codes, levels) => {
            let rank = ranks(levels);
            let key = |&code: &u32| match code {
                MISSING_CODE => MISSING,
                // A code past the dictionary has no letters: behind all that have.
                _ => rank.get(code as usize).copied().unwrap_or(code.into()),
            };
            codes.iter().map(key).collect()
        }
        Column::Text(texts) => by_letters(texts),
        other => equal(other),
    }
}

/// Keys that are equal where the values are; both zeros are, and missing values are among
/// themselves.
pub(super) fn equal(column: &Column) -> Vec<u64> {
    match column {
        Column::Num(values) => values.iter().map(|&v| of_number(v)).collect(),
        Column::Cat(codes, _) => {
            let key = |&code: &u32| match code {
                MISSING_CODE => MISSING,
                _ => code.into(),
            };
            codes.iter().map(key).collect()
        }
        Column::Text(texts) => {
            let mut known = HashMap::<&str, u64>::default();
            let mut keys = Vec::with_capacity(texts.len());
            for text in texts {
                let next = known.len() as u64;
                keys.push(text.map_or(MISSING, |t| *known.entry(t).or_insert(next)));
            }
            keys
        }
        // The earliest instant stands for missing, so that one key is free at the end.
        Column::Time(times) => {
            let key = |&t: &i64| match t {
                MISSING_TIME => MISSING,
                _ => (t as u64 ^ (1 << 63)) - 1,
            };
            times.iter().map(key).collect()
        }
        Column::Bool(values) => {
            let key = |&b: &u8| match b {
                MISSING_BOOL => MISSING,
                _ => u64::from(b != 0),
            };
            values.iter().map(key).collect()
        }
    }
}

/// The integer that orders like a number: its bits, all flipped below zero, else the sign's.
fn of_number(v: f64) -> u64 {
    if v.is_nan() {
        return MISSING;
    }
    let bits = (v + 0.0).to_bits(); // -0.0 + 0.0 is 0.0
    bits ^ (((bits as i64 >> 63) as u64) | 1 << 63)
}

/// The place of each level in alphabetical order.
fn ranks(levels: &Levels) -> Vec<u64> {
    let names = levels.names();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_unstable_by_key(|&i| &names[i]);
    let mut rank = vec![0; names.len()];
    order.iter().zip(0..).for_each(|(&i, r)| rank[i] = r);
    rank
}

/// The place of each text among the distinct ones in alphabetical order.
fn by_letters(texts: &StringArray) -> Vec<u64> {
    let mut rows: Vec<usize> = (0..texts.len()).filter(|&i| texts.is_valid(i)).collect();
    rows.sort_unstable_by_key(|&i| texts.value(i));
    let mut keys = vec![MISSING; texts.len()];
    let mut rank = 0;
    for (at, &row) in rows.iter().enumerate() {
        let before = at.checked_sub(1).map(|b| texts.value(rows[b]));
        rank += u64::from(before.is_some_and(|b| b != texts.value(row)));
        keys[row] = rank;
    }
    keys
}

/// Numbers the distinct rows of some columns by first appearance: the number of each row, and the
/// first row of each number.
pub(super) fn distinct_rows(columns: &[&Column], rows: usize) -> (Vec<u32>, Vec<u32>) {
    let (mut ids, mut first) = (vec![0_u32; rows], Vec::new());
    for column in columns {
        let mut known = HashMap::<(u32, u64), u32>::default();
        first.clear();
        for (row, (id, key)) in (0_u32..).zip(ids.iter_mut().zip(equal(column))) {
            let next = first.len() as u32;
            let found = *known.entry((*id, key)).or_insert(next);
            if found == next {
                first.push(row);
            }
            *id = found;
        }
    }
    (ids, first)
}
