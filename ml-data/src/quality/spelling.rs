//! Texts that mean the same and are written differently.

use crate::time::TimeFormat;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

/// Spellings that differ only in case and blanks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpellingGroup {
    /// The most frequent spelling (the first in the alphabet among equals).
    pub usual: String,
    /// All spellings with their number of rows, most frequent first.
    pub spellings: Vec<(String, usize)>,
}

/// Shape of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CellFormat {
    /// A number.
    Number,
    /// A date or time of this format.
    Time(TimeFormat),
    /// Anything else.
    Words,
}

impl CellFormat {
    pub(super) fn of(text: &str) -> Self {
        match TimeFormat::detect(text.as_bytes()) {
            Some(format) => Self::Time(format),
            None if text.trim().parse::<f64>().is_ok() => Self::Number,
            None => Self::Words,
        }
    }
}

/// A text without case, blanks around it, and repeated blanks inside.
pub(crate) fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

/// Groups of distinct texts (with their counts) that differ only in case and blanks; largest first.
pub(super) fn groups(counted: &[(&str, usize)]) -> Vec<SpellingGroup> {
    let mut by_form: HashMap<String, Vec<usize>> = HashMap::default();
    for (i, (text, _)) in counted.iter().enumerate() {
        by_form.entry(normal(text)).or_default().push(i);
    }
    let mut out: Vec<SpellingGroup> = by_form
        .into_values()
        .filter(|group| group.len() > 1)
        .map(|group| {
            let mut spellings: Vec<(String, usize)> = group
                .into_iter()
                .map(|i| (counted[i].0.to_owned(), counted[i].1))
                .collect();
            spellings.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            SpellingGroup {
                usual: spellings[0].0.clone(),
                spellings,
            }
        })
        .collect();
    let rows = |g: &SpellingGroup| g.spellings.iter().map(|s| s.1).sum::<usize>();
    out.sort_by(|a, b| rows(b).cmp(&rows(a)).then_with(|| a.usual.cmp(&b.usual)));
    out
}

/// Numbers of rows that look like numbers, like times of each format, like words; largest first.
/// Empty when most are words: then words are the format.
pub(super) fn formats(counted: &[(&str, usize)]) -> Vec<(CellFormat, usize)> {
    let mut out: Vec<(CellFormat, usize)> = Vec::new();
    for (text, n) in counted {
        let format = CellFormat::of(text);
        match out.iter_mut().find(|(f, _)| *f == format) {
            Some(entry) => entry.1 += n,
            None => out.push((format, *n)),
        }
    }
    out.sort_by_key(|f| std::cmp::Reverse(f.1));
    if out.first().is_some_and(|f| f.0 == CellFormat::Words) {
        Vec::new()
    } else {
        out
    }
}
