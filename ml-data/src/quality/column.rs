//! The quality of one column.

use super::duplicates::bits;
use super::spelling::{CellFormat, SpellingGroup, formats, groups};
use crate::arrow::array::Array;
use crate::table::{Column, Kind, MISSING_TIME};
use foldhash::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

/// Statistics of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnQuality {
    /// Its name.
    pub name: String,
    /// Kind of its values.
    pub kind: Kind,
    /// Rows.
    pub rows: usize,
    /// Rows without a value.
    pub missing: usize,
    /// Different values, the missing one apart.
    pub distinct: usize,
    /// Smallest and largest finite number, or time in microseconds since 1970.
    pub range: Option<(f64, f64)>,
    /// Mean of the finite numbers.
    pub mean: Option<f64>,
    /// Numbers below zero.
    pub negative: usize,
    /// Numbers that are zero.
    pub zero: usize,
    /// Numbers that are infinite.
    pub infinite: usize,
    /// Times after the moment given as now.
    pub future: usize,
    /// Texts with blanks at an end.
    pub untrimmed: usize,
    /// Texts that are empty or all blanks (and not missing).
    pub blank: usize,
    /// Groups of texts that differ only in case and blanks.
    pub spellings: Vec<SpellingGroup>,
    /// For a text column of numbers or times: which formats occur, with rows.
    pub formats: Vec<(CellFormat, usize)>,
}

impl ColumnQuality {
    /// The share of rows that have a value; 1 for a table without rows.
    #[must_use]
    pub fn completeness(&self) -> f64 {
        if self.rows == 0 {
            1.0
        } else {
            (self.rows - self.missing) as f64 / self.rows as f64
        }
    }

    /// True when a text column holds numbers or times in more than one format.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        self.formats.len() > 1
    }

    pub(super) fn of(name: &str, column: &Column, now: Option<i64>) -> Self {
        let mut out = Self {
            name: name.to_owned(),
            kind: column.kind(),
            rows: column.len(),
            missing: column.missing(),
            distinct: 0,
            range: None,
            mean: None,
            negative: 0,
            zero: 0,
            infinite: 0,
            future: 0,
            untrimmed: 0,
            blank: 0,
            spellings: Vec::new(),
            formats: Vec::new(),
        };
        match column {
            Column::Num(v) => out.numbers(v),
            Column::Time(v) => out.times(v, now),
            Column::Bool(v) => {
                out.distinct = [0, 1].iter().filter(|b| v.contains(b)).count();
            }
            Column::Cat(codes, levels) => {
                let mut counts = vec![0; levels.len()];
                // Codes past the dictionary's end are missing, or levels without a name.
                for &code in codes.iter() {
                    if let Some(count) = counts.get_mut(code as usize) {
                        *count += 1;
                    }
                }
                let names = levels.names().iter().map(|n| &**n);
                out.texts(&names.zip(counts).filter(|t| t.1 > 0).collect::<Vec<_>>());
            }
            Column::Text(v) => {
                let mut counts: HashMap<&str, usize> = HashMap::default();
                (0..v.len())
                    .filter(|&i| v.is_valid(i))
                    .for_each(|i| *counts.entry(v.value(i)).or_default() += 1);
                let mut counted: Vec<(&str, usize)> = counts.into_iter().collect();
                counted.sort_unstable();
                out.texts(&counted);
            }
        }
        out
    }

    fn numbers(&mut self, values: &[f64]) {
        let mut distinct = HashSet::default();
        let (mut low, mut high, mut sum, mut finite) =
            (f64::INFINITY, f64::NEG_INFINITY, 0.0, 0_usize);
        for &x in values.iter().filter(|x| !x.is_nan()) {
            distinct.insert(bits(x));
            self.negative += usize::from(x < 0.0);
            self.zero += usize::from(x == 0.0);
            if x.is_finite() {
                (low, high) = (low.min(x), high.max(x));
                sum += x;
                finite += 1;
            } else {
                self.infinite += 1;
            }
        }
        self.distinct = distinct.len();
        self.range = (low <= high).then_some((low, high));
        self.mean = (finite > 0).then(|| mean(values, sum, finite as f64));
    }

    fn times(&mut self, values: &[i64], now: Option<i64>) {
        let known = || values.iter().copied().filter(|t| *t != MISSING_TIME);
        self.distinct = known().collect::<HashSet<_>>().len();
        self.range = known()
            .min()
            .zip(known().max())
            .map(|(a, b)| (a as f64, b as f64));
        self.future = now.map_or(0, |now| known().filter(|t| *t > now).count());
    }

    fn texts(&mut self, counted: &[(&str, usize)]) {
        self.distinct = counted.len();
        for (text, n) in counted {
            self.untrimmed += if text.trim() == *text { 0 } else { *n };
            self.blank += if text.trim().is_empty() { *n } else { 0 };
        }
        self.spellings = groups(counted);
        self.formats = formats(counted);
    }
}

/// The mean of `n` finite numbers among `values`, whose sum may overflow: their shares do not.
fn mean(values: &[f64], sum: f64, n: f64) -> f64 {
    if sum.is_finite() {
        return sum / n;
    }
    let known = values.iter().filter(|x| x.is_finite());
    known.map(|x| x / n).sum()
}
