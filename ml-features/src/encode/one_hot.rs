//! One column of 0 and 1 for each level.

use super::levels::{HandleUnknown, Rare, Seen, absent_level};
use super::missing::Missing;
use crate::cell::{CellFn, CodeCell, CodeColumn, PerColumn, Refused, checked_on_load, fit_codes};
use ml_data::contract::{Apply, Params, Transformer};
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Sample, Target, Train};
use ml_data::table::{MISSING_CODE, Table};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which level gets no column of its own, so that the columns of one category do not add up to a constant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Drop {
    /// Every level has a column.
    #[default]
    None,
    /// The first one has none.
    First,
    /// The first of exactly two has none.
    IfBinary,
}

/// One-hot encoding of categorical columns.
///
/// For categories with few levels; for many levels use [`TargetEncoder`](super::TargetEncoder). Columns are named
/// `city=Riga`, in alphabetical order of the levels seen in training; then `city:missing`, then the rare bucket
/// `city:infrequent`.
///
/// # Missing values
/// A level of their own when training had some ([`Missing::Level`]), or all zeros ([`Missing::Neutral`]). Missing values that
/// appear only later are treated as unknown levels. The level of its own may become rare like any other.
///
/// # Weights
/// Levels are counted by weight.
///
/// # Errors
/// A column that is not categorical; an unknown level under [`HandleUnknown::Error`] (column and row).
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([("city", Column::cat(["Riga", "Oslo", "Riga", "Bonn"].map(Some)))])?;
/// let (fitted, x) = OneHot::new().min_count(2.0).fit_transform(&table.unlabelled()?.into_train())?;
/// assert_eq!(fitted.names().iter().collect::<Vec<_>>(), ["city=Riga", "city:infrequent"]);
/// assert_eq!(x.row(1), [0.0, 1.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OneHot {
    handle_unknown: HandleUnknown,
    rare: Rare,
    max_categories: Option<usize>,
    drop: Drop,
    missing: Missing,
}

impl Default for OneHot {
    fn default() -> Self {
        Self {
            handle_unknown: HandleUnknown::default(),
            rare: Rare::Never,
            max_categories: None,
            drop: Drop::default(),
            missing: Missing::default(),
        }
    }
}

impl OneHot {
    /// Every level seen in training, unknown ones all zero.
    pub fn new() -> Self {
        Self::default()
    }
    /// What happens to levels that training did not see.
    #[must_use]
    pub fn handle_unknown(mut self, how: HandleUnknown) -> Self {
        self.handle_unknown = how;
        self
    }
    /// Levels seen fewer than `count` times (by weight) share one column: scikit-learn's `min_frequency` as a whole number.
    #[must_use]
    pub fn min_count(mut self, count: impl Into<f64>) -> Self {
        self.rare = Rare::Count(count.into());
        self
    }
    /// Levels with less than this share of the rows (by weight) share one column.
    #[must_use]
    pub fn min_frequency(mut self, share: f64) -> Self {
        self.rare = Rare::Share(share);
        self
    }
    /// At most this many columns for a category, the rare bucket included; of equally frequent levels the alphabetically
    /// later ones stay, as in scikit-learn.
    #[must_use]
    pub fn max_categories(mut self, columns: usize) -> Self {
        self.max_categories = Some(columns);
        self
    }
    /// Which level gets no column.
    #[must_use]
    pub fn drop(mut self, which: Drop) -> Self {
        self.drop = which;
        self
    }
    /// What a missing category means.
    #[must_use]
    pub fn missing(mut self, means: Missing) -> Self {
        self.missing = means;
        self
    }

    fn learn(&self, column: &CodeColumn<'_>) -> Result<HotLevels> {
        let Seen {
            mut levels,
            missing,
            total,
        } = Seen::of(column);
        if self.missing == Missing::Level && missing > 0.0 {
            levels.push((MISSING_CODE, missing));
        }
        let seen = levels;
        if seen.is_empty() {
            let reason = format!("column `{}` has no levels to learn from", column.name);
            return Err(Error::Fit {
                step: column.step,
                reason,
            });
        }
        let rare = self.rare.among(&seen, total, self.max_categories);
        let frequent: Vec<u32> = seen
            .iter()
            .zip(&rare)
            .filter(|(_, r)| !**r)
            .map(|((c, _), _)| *c)
            .collect();
        let bucket = rare.contains(&true);
        let columns = frequent.len() + usize::from(bucket);
        let dropped = match self.drop {
            Drop::None => 0,
            Drop::First => 1,
            Drop::IfBinary => usize::from(columns == 2),
        };
        // Slots count output columns; a dropped first column is a slot that is not written.
        let slot = |before: usize| {
            if before < dropped {
                ZERO
            } else {
                (before - dropped) as u32
            }
        };
        let rare_slot = slot(frequent.len());
        let unknown = match self.handle_unknown {
            HandleUnknown::Ignore => ZERO,
            HandleUnknown::InfrequentIfExist => {
                if bucket {
                    rare_slot
                } else {
                    ZERO
                }
            }
            HandleUnknown::Error => REFUSE,
        };
        let mut slots = vec![unknown; column.levels.len()];
        let mut missing = if self.missing == Missing::Neutral {
            ZERO
        } else {
            unknown
        };
        let mut place = |code: u32, to: u32| match slots.get_mut(code as usize) {
            Some(s) => *s = to,
            None => missing = to,
        };
        frequent
            .iter()
            .enumerate()
            .for_each(|(i, &code)| place(code, slot(i)));
        seen.iter()
            .zip(&rare)
            .filter(|(_, r)| **r)
            .for_each(|((code, _), _)| place(*code, rare_slot));
        let named = frequent.iter().map(|&c| match column.levels.name(c) {
            Some(level) => format!("={level}"),
            None => ":missing".into(),
        });
        let suffixes = named
            .chain(bucket.then(|| ":infrequent".into()))
            .skip(dropped)
            .map(Into::into)
            .collect();
        Ok(HotLevels {
            slots,
            missing,
            unknown,
            suffixes,
        })
    }
}

impl Params for OneHot {
    fn name(&self) -> &'static str {
        "OneHot"
    }
    fn check(&self) -> Result<()> {
        self.rare.check("OneHot", self.max_categories)
    }
}

impl<Y: Target> Transformer<Table, Y> for OneHot {
    type Out = Dense<f64>;
    type Fitted = FittedOneHot;
    fn fit_transform(&self, train: &Sample<Table, Y, Train>) -> Result<(FittedOneHot, Dense<f64>)> {
        self.check()?;
        let fitted = fit_codes(train, |c| self.learn(c))?;
        let out = fitted.apply(train.x())?;
        Ok((fitted, out))
    }
}

/// A fitted one-hot encoder.
pub type FittedOneHot = PerColumn<HotLevels>;

/// No column is set.
const ZERO: u32 = u32::MAX;
/// The value is refused.
const REFUSE: u32 = u32::MAX - 1;

/// Which output column each level of a category sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct HotLevels {
    slots: Vec<u32>,
    missing: u32,
    unknown: u32,
    suffixes: Vec<Box<str>>,
}

checked_on_load!(HotLevels, |hot| {
    let width = hot.suffixes.len();
    let fits = |slot: u32| slot >= REFUSE || (slot as usize) < width;
    let mut all = hot.slots.iter().copied().chain([hot.missing, hot.unknown]);
    match all.find(|slot| !fits(*slot)) {
        Some(slot) => Err(format!("OneHot: a level sets column {slot} of {width}")),
        None => Ok(()),
    }
});

impl CellFn for HotLevels {
    type In = CodeCell;
    const STEP: &'static str = "OneHot";

    #[inline]
    fn width(&self) -> usize {
        self.suffixes.len()
    }
    #[inline]
    fn cell<F: Float>(&self, code: u32, out: &mut [F]) -> Result<(), Refused> {
        let absent = if code == MISSING_CODE {
            self.missing
        } else {
            self.unknown
        };
        let slot = self.slots.get(code as usize).copied().unwrap_or(absent);
        if let Some(hot) = out.get_mut(slot as usize) {
            *hot = F::one();
        } else if slot == REFUSE {
            return Err(absent_level(code));
        }
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.extend(self.suffixes.iter().map(|s| format!("{column}{s}").into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::prelude::*;
    use ml_data::table::Cell;
    use ml_data::table::TableRow;

    fn fit(step: OneHot, levels: &[Option<&str>]) -> FittedOneHot {
        let t = Table::new([("c", Column::cat(levels.iter().copied()))]).unwrap();
        step.fit_transform(&t.unlabelled().unwrap().into_train())
            .unwrap()
            .0
    }

    fn row(f: &FittedOneHot, cell: Cell<'_>) -> Result<Vec<f64>> {
        let (cells, mut out) = ([cell], Vec::new());
        Apply::<Table>::apply_row(f, TableRow::of_cells(&cells), &mut (), &mut out)?;
        Ok(out)
    }

    #[test]
    fn unknown_levels_follow_the_policy() {
        let levels = [Some("b"), Some("a"), Some("a"), None];
        let f = fit(OneHot::new(), &levels);
        assert_eq!(row(&f, Cell::Code(9)).unwrap(), [0.0, 0.0, 0.0]);
        assert_eq!(row(&f, Cell::Missing).unwrap(), [0.0, 0.0, 1.0]);
        let f = fit(
            OneHot::new().handle_unknown(HandleUnknown::Error),
            &levels[..3],
        );
        let e = row(&f, Cell::Code(9)).unwrap_err().to_string();
        assert_eq!(
            e,
            "column `c`, row 0: expected a level seen in training, found an unseen level"
        );
        assert!(
            row(&f, Cell::Missing)
                .unwrap_err()
                .to_string()
                .contains("found a missing value")
        );
        let f = fit(
            OneHot::new()
                .handle_unknown(HandleUnknown::Error)
                .missing(Missing::Neutral),
            &levels,
        );
        assert_eq!(row(&f, Cell::Missing).unwrap(), [0.0, 0.0]);
        let f = fit(
            OneHot::new()
                .handle_unknown(HandleUnknown::InfrequentIfExist)
                .min_count(2.0),
            &levels[..3],
        );
        assert_eq!(row(&f, Cell::Code(9)).unwrap(), [0.0, 1.0]);
    }

    #[test]
    fn a_dropped_level_is_all_zeros() {
        let f = fit(
            OneHot::new().drop(Drop::IfBinary),
            &[Some("yes"), Some("no")],
        );
        assert_eq!(f.names().iter().collect::<Vec<_>>(), ["c=yes"]);
        assert_eq!(row(&f, Cell::Code(1)).unwrap(), [0.0]);
        assert_eq!(
            fit(
                OneHot::new().drop(Drop::IfBinary),
                &[Some("x"), Some("y"), Some("z")]
            )
            .width(),
            3
        );
    }

    #[test]
    fn levels_of_weight_zero_are_unknown() {
        let t = Table::new([("c", Column::cat(["a", "b"].map(Some)))]).unwrap();
        let train = t
            .unlabelled()
            .unwrap()
            .with_weights(vec![1.0, 0.0])
            .unwrap()
            .into_train();
        let (f, x) = OneHot::new().fit_transform(&train).unwrap();
        assert_eq!(f.names().iter().collect::<Vec<_>>(), ["c=a"]);
        assert_eq!(x.values(), [1.0, 0.0]);
    }

    #[test]
    fn parameters_are_checked() {
        let e = OneHot::new().min_frequency(1.5).check().unwrap_err();
        assert_eq!(
            e.to_string(),
            "OneHot: parameter `min_frequency` = 1.5: must be in (0, 1)"
        );
        assert!(OneHot::new().max_categories(0).check().is_err());
        assert!(OneHot::new().min_count(0.0).check().is_err());
    }
}
