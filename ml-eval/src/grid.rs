//! Cells as a table: the first line is the head, the first column names the lines.

/// A table in Markdown, a line break at its end.
pub(crate) fn markdown(cells: &[Vec<String>]) -> String {
    let line = |row: &[String]| format!("| {} |\n", row.join(" | "));
    let mut lines = cells.iter().map(|row| line(row));
    let mut text = lines.next().unwrap_or_default();
    let marks = (0..cells.first().map_or(0, Vec::len))
        .map(|i| if i == 0 { "---" } else { "---:" }.to_owned());
    text += &line(&marks.collect::<Vec<_>>());
    lines.for_each(|l| text += &l);
    text
}

/// Aligned columns, names to the left and figures to the right, without a line break at its end.
pub(crate) fn text(cells: &[Vec<String>]) -> String {
    let width = |c: usize| {
        let all = cells.iter().filter_map(|row| row.get(c));
        all.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..cells.first().map_or(0, Vec::len)).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(c, (cell, &w))| match c {
            0 => format!("{cell:<w$}"),
            _ => format!("  {cell:>w$}"),
        });
        cells.collect::<String>()
    };
    cells.iter().map(line).collect::<Vec<_>>().join("\n")
}
