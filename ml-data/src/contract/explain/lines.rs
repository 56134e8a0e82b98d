//! Text tables: columns as wide as their widest cell.

use crate::figure;

/// Lines of rows of cells, the first `left` columns to the left and the others to the right.
pub(super) fn text(rows: &[Vec<String>], left: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |c: usize| {
        let cells = rows.iter().filter_map(|row| row.get(c));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, (cell, &w)) in row.iter().zip(&widths).enumerate() {
            let gap = if c > 0 { "  " } else { "" };
            line.push_str(&match c < left {
                true => format!("{gap}{cell:<w$}"),
                false => format!("{gap}{cell:>w$}"),
            });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A number with its sign.
pub(super) fn signed(value: f64) -> String {
    match value > 0.0 {
        true => format!("+{}", figure(value)),
        false => figure(value),
    }
}
