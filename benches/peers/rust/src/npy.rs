//! Arrays of single-precision numbers in NumPy's file format 1.0.

use crate::case::Matrix;
use std::path::Path;

/// Bytes before the header: magic, version, length of the header.
const PRELUDE: usize = 10;

pub(crate) fn read(path: &Path) -> Result<Matrix, String> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|e| format!("{name}: {e}"))?;
    parse(&bytes).ok_or_else(|| format!("{name}: not an array of 32-bit floats in row order"))
}

fn parse(bytes: &[u8]) -> Option<Matrix> {
    if !bytes.starts_with(b"\x93NUMPY\x01\x00") {
        return None;
    }
    let length = usize::from(u16::from_le_bytes([*bytes.get(8)?, *bytes.get(9)?]));
    let header = std::str::from_utf8(bytes.get(PRELUDE..PRELUDE + length)?).ok()?;
    if !header.contains("'<f4'") || header.contains("'fortran_order': True") {
        return None;
    }
    let shape = header.split_once("'shape': (")?.1.split_once(')')?.0;
    let shape: Vec<usize> = shape
        .split(',')
        .filter_map(|d| d.trim().parse().ok())
        .collect();
    let (items, rest) = bytes[PRELUDE + length..].as_chunks::<4>();
    let rows = *shape.first()?;
    let columns = shape.iter().skip(1).product();
    let values: Vec<f64> = items
        .iter()
        .map(|b| f64::from(f32::from_le_bytes(*b)))
        .collect();
    (rest.is_empty() && values.len() == rows * columns).then_some(Matrix {
        rows,
        columns,
        values,
    })
}
