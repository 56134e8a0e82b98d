//! One spelling for texts that mean the same.

use super::cleaning::Cleaning;
use crate::arrow::array::Array;
use crate::error::Result;
use crate::quality::normal;
use crate::table::{Column, MISSING_CODE};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Spelling of a text; blanks at the ends are cut and blanks inside made single in every
/// case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Case {
    /// As it is, blanks apart.
    Keep,
    /// `garden tools`.
    Lower,
    /// `GARDEN TOOLS`.
    Upper,
    /// `Garden Tools`.
    Title,
    /// The most frequent spelling among those that differ only in case and blanks (the first in the
    /// alphabet among equals).
    Usual,
}

impl Case {
    /// A text in this case. [`Case::Usual`] needs the whole column; for one text it is
    /// [`Case::Keep`].
    #[must_use]
    pub fn apply(self, text: &str) -> String {
        let words = || text.split_whitespace();
        let joined = || words().collect::<Vec<_>>().join(" ");
        match self {
            Self::Keep | Self::Usual => joined(),
            Self::Lower => joined().to_lowercase(),
            Self::Upper => joined().to_uppercase(),
            Self::Title => {
                let title = |w: &str| {
                    let mut letters = w.chars();
                    let first = letters.next().into_iter().flat_map(char::to_uppercase);
                    first
                        .chain(letters.flat_map(char::to_lowercase))
                        .collect::<String>()
                };
                words().map(title).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

impl Cleaning {
    /// Spells the texts or categories of a column alike; texts of blanks alone become missing.
    ///
    /// # Errors
    /// A column that is not there or holds no text.
    pub fn standardise(self, column: &str, case: Case) -> Result<Self> {
        let usual = if case == Case::Usual {
            self.usual(column)?
        } else {
            HashMap::default()
        };
        self.replace_text(
            &format!("spell {column} alike ({case:?})"),
            column,
            |text| {
                let out = match usual.get(&normal(text)) {
                    Some(spelling) => Case::Keep.apply(spelling),
                    None => case.apply(text),
                };
                if out.is_empty() {
                    None
                } else {
                    Some(Cow::Owned(out))
                }
            },
        )
    }

    /// The most frequent spelling of each text without case and blanks.
    fn usual(&self, column: &str) -> Result<HashMap<String, String>> {
        let mut counts: HashMap<&str, usize> = HashMap::default();
        match self.table.column_named(column)? {
            Column::Cat(codes, levels) => {
                let known = codes
                    .iter()
                    .filter(|c| **c != MISSING_CODE)
                    .filter_map(|c| levels.name(*c));
                known.for_each(|name| *counts.entry(name).or_default() += 1);
            }
            Column::Text(v) => {
                (0..v.len())
                    .filter(|&r| v.is_valid(r))
                    .for_each(|r| *counts.entry(v.value(r)).or_default() += 1);
            }
            _ => {}
        }
        // Spellings that differ only in blanks at the ends count together.
        let mut trimmed: HashMap<String, usize> = HashMap::default();
        counts
            .into_iter()
            .for_each(|(text, n)| *trimmed.entry(Case::Keep.apply(text)).or_default() += n);
        let mut best: HashMap<String, (usize, String)> = HashMap::default();
        for (text, n) in trimmed {
            let entry = best.entry(normal(&text)).or_default();
            if n > entry.0 || n == entry.0 && text < entry.1 {
                *entry = (n, text);
            }
        }
        Ok(best
            .into_iter()
            .map(|(form, (_, text))| (form, text))
            .collect())
    }
}
