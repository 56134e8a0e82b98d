//! The report as a person reads it.

use super::column::ColumnQuality;
use super::{CellFormat, QualityReport};
use crate::table::Kind;
use crate::time::TimeFormat;
use std::fmt;

impl fmt::Display for QualityReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, width) = (self.rows, self.columns.len());
        writeln!(
            f,
            "{rows} rows x {width} columns; {} complete, {} repeat an earlier row",
            self.complete_rows, self.duplicate_rows
        )?;
        let mut lines = vec![
            [
                "column", "kind", "missing", "distinct", "min", "max", "mean", "notes",
            ]
            .map(String::from),
        ];
        lines.extend(self.columns.iter().map(line));
        grid(f, &lines, &[2, 3, 4, 5, 6])?;
        if !self.rules.is_empty() {
            writeln!(f)?;
            let mut lines = vec![["rule", "checked", "broken", "for example"].map(String::from)];
            for r in &self.rules {
                let example = r
                    .examples
                    .first()
                    .map_or(String::new(), |e| format!("row {}: {}", e.row, e.value));
                lines.push([
                    r.rule.to_string(),
                    r.checked.to_string(),
                    r.violations.to_string(),
                    example,
                ]);
            }
            grid(f, &lines, &[1, 2])?;
        }
        Ok(())
    }
}

fn line(c: &ColumnQuality) -> [String; 8] {
    let number = |x: f64| {
        if x == x.trunc() && x.abs() < 1e15 {
            format!("{x}")
        } else {
            format!("{x:.4}")
        }
    };
    let value = |x: f64| {
        if c.kind == Kind::Time {
            TimeFormat::Iso.format(x as i64)
        } else {
            number(x)
        }
    };
    let (min, max) = c
        .range
        .map_or_else(Default::default, |(a, b)| (value(a), value(b)));
    let missing = format!("{} ({:.1} %)", c.missing, 100.0 * (1.0 - c.completeness()));
    let mean = c.mean.map_or(String::new(), number);
    [
        c.name.clone(),
        c.kind.to_string(),
        missing,
        c.distinct.to_string(),
        min,
        max,
        mean,
        notes(c),
    ]
}

fn notes(c: &ColumnQuality) -> String {
    let mut out = Vec::new();
    let mut note = |n: usize, what: &str| {
        if n > 0 {
            out.push(format!("{n} {what}"));
        }
    };
    note(c.negative, "negative");
    note(c.zero, "zero");
    note(c.infinite, "infinite");
    note(c.future, "in the future");
    note(c.untrimmed, "untrimmed");
    note(c.blank, "blank");
    note(c.spellings.len(), "groups of spellings");
    if let Some(group) = c.spellings.first() {
        let all: Vec<String> = group
            .spellings
            .iter()
            .take(3)
            .map(|s| format!("{:?}", s.0))
            .collect();
        out.push(format!("such as {}", all.join(" ")));
    }
    if c.is_mixed() {
        let all = c.formats.iter().map(|(format, n)| match format {
            CellFormat::Time(t) => format!("{n} {t:?}"),
            other => format!("{n} {other:?}"),
        });
        out.push(format!(
            "mixed formats: {}",
            all.collect::<Vec<_>>().join(", ")
        ));
    }
    out.join("; ")
}

/// Lines of cells below each other; the columns listed are aligned to the right.
pub(crate) fn grid<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    lines: &[[String; N]],
    right: &[usize],
) -> fmt::Result {
    let widths: [usize; N] = std::array::from_fn(|c| {
        lines
            .iter()
            .map(|l| l[c].chars().count())
            .max()
            .unwrap_or(0)
    });
    for l in lines {
        let mut text = String::new();
        for (c, (cell, w)) in l.iter().zip(widths).enumerate() {
            text += &if right.contains(&c) {
                format!("{cell:>w$}  ")
            } else {
                format!("{cell:<w$}  ")
            };
        }
        writeln!(f, "{}", text.trim_end())?;
    }
    Ok(())
}
