//! Numbers as sortable keys, and how often each occurs.

/// Unsigned integers in the order of the numbers.
pub(super) fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 {
        bits | 1 << 63
    } else {
        !bits
    }
}

/// The number of a key.
pub(super) fn from_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 0 {
        !key
    } else {
        key & !(1 << 63)
    })
}

/// Different keys in ascending order, each with its number of rows: those given for each key, or 1
/// each where none are.
pub(super) fn tally(mut keys: Vec<u64>, rows: Vec<u32>) -> Vec<(u64, u32)> {
    let mut out: Vec<(u64, u32)> = Vec::new();
    let mut add = |key: u64, rows: u32| match out.last_mut() {
        Some((last, count)) if *last == key => *count += rows,
        _ => out.push((key, rows)),
    };
    if rows.is_empty() {
        sort(&mut keys);
        keys.into_iter().for_each(|key| add(key, 1));
    } else {
        let mut both: Vec<(u64, u32)> = keys.into_iter().zip(rows).collect();
        both.sort_unstable_by_key(|b| b.0);
        both.into_iter().for_each(|(key, rows)| add(key, rows));
    }
    out
}

/// Below this length a comparison sort is faster.
const SMALL: usize = 2048;

/// Sorts by the lowest byte first; bytes that are the same in all keys cost nothing, and numbers
/// that come from `f32` have many of them.
fn sort(keys: &mut Vec<u64>) {
    if keys.len() < SMALL {
        return keys.sort_unstable();
    }
    let mut counts = [[0_u32; 256]; 8];
    for key in &*keys {
        for (count, byte) in counts.iter_mut().zip(key.to_le_bytes()) {
            count[byte as usize] += 1;
        }
    }
    let mut other = vec![0; keys.len()];
    for (byte, count) in counts.iter_mut().enumerate() {
        if count.contains(&(keys.len() as u32)) {
            continue;
        }
        let mut start = 0;
        for slot in count.iter_mut() {
            start += std::mem::replace(slot, start);
        }
        for &key in &*keys {
            let slot = &mut count[usize::from(key.to_le_bytes()[byte])];
            other[*slot as usize] = key;
            *slot += 1;
        }
        std::mem::swap(keys, &mut other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_like_numbers() {
        let sorted = [
            f64::NEG_INFINITY,
            -3.5,
            -1e-300,
            0.0,
            1e-300,
            2.0,
            f64::INFINITY,
        ];
        assert!(sorted.windows(2).all(|w| key(w[0]) < key(w[1])));
        assert!(sorted.iter().all(|&v| from_key(key(v)) == v));
    }

    #[test]
    fn equal_keys_are_counted() {
        for n in [100_u64, 30_000] {
            let keys: Vec<u64> = (0..n).map(|i| ((i * 2_654_435_761) % 977) << 33).collect();
            let counted = tally(keys.clone(), Vec::new());
            assert!(counted.windows(2).all(|w| w[0].0 < w[1].0));
            assert_eq!(counted.iter().map(|c| u64::from(c.1)).sum::<u64>(), n);
            let doubled = tally(keys, vec![2; n as usize]);
            let twice: Vec<(u64, u32)> = counted.into_iter().map(|(k, c)| (k, 2 * c)).collect();
            assert_eq!(doubled, twice);
        }
    }
}
