//! Inputs that stay near something valid: edits of a base, or the fuzzer's bytes as they are.
//!
//! Formats with checksums, lengths and footers refuse random bytes at their first gate. Here the
//! fuzzer's bytes are a list of edits instead: `base, (operation, position, operand)*`. Coverage
//! guides the edits as it would guide the bytes.

pub mod artifacts;
pub mod trees;

/// The fuzzer's bytes themselves when the first one is 0, else one of the bases, edited.
pub fn edited(bases: &[Vec<u8>], data: &[u8]) -> Vec<u8> {
    let Some((&which, edits)) = data.split_first() else {
        return Vec::new();
    };
    if which == 0 || bases.is_empty() {
        return edits.to_vec();
    }
    let mut bytes = bases[(which as usize - 1) % bases.len()].clone();
    for edit in edits.chunks_exact(6) {
        apply(&mut bytes, edit);
    }
    bytes
}

/// One edit: operation, position (three bytes, little-endian), length or count, value.
fn apply(bytes: &mut Vec<u8>, edit: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let wanted = u32::from_le_bytes([edit[1], edit[2], edit[3], 0]) as usize;
    let at = wanted % bytes.len();
    let end = (at + 1 + edit[4] as usize % 16).min(bytes.len());
    match edit[0] % 7 {
        0 => bytes[at] = edit[5],
        1 => bytes[at] ^= 1 << (edit[5] % 8),
        2 => bytes.insert(at, edit[5]),
        3 => drop(bytes.drain(at..end)),
        4 => bytes[at..end].fill(edit[5]),
        5 => {
            let part = bytes[at..end].to_vec();
            let to = edit[5] as usize * bytes.len() / 256;
            bytes.splice(to..to, part);
        }
        _ => bytes.truncate(at),
    }
}

/// Rows of `width` numbers: ordinary, missing, infinite and beyond every bound.
pub fn strange_rows(width: usize) -> Vec<f64> {
    let values = [
        0.0,
        1.0,
        -1.0,
        0.5,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e300,
        -1e-300,
    ];
    (0..4 * width)
        .map(|i| values[(i + i / width.max(1)) % values.len()])
        .collect()
}
