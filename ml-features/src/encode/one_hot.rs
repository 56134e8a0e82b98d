//! One column of 0 and 1 for each level.

use super::levels::{HandleUnknown, Infrequent, MinFrequency, Seen, absent_level};
use super::missing::HandleMissing;
use crate::cell::{CellFn, CodeCell, CodeColumn, PerColumn, Refused, checked_on_load, fit_codes};
use ml_data::contract::{Apply, Params, Transformer};
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Sample, Target, Train};
use ml_data::table::{MISSING_CODE, Table};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// The level without a column of its own, so that the columns of one category do not add up to a
/// constant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DropCategory {
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
/// For categories with few levels; for many levels use [`TargetEncoder`](super::TargetEncoder).
/// Columns are named `city=Riga`, in alphabetical order of the levels seen in training;
/// then `city:missing`, then the infrequent levels together, `city:infrequent`.
///
/// # Missing values
/// A level of their own when training had some ([`HandleMissing::Level`]), or all zeros
/// ([`HandleMissing::Ignore`]). Missing values that appear only later are treated as unknown
/// levels. The level of its own may become infrequent like any other.
///
/// # Weights
/// Levels are counted by weight.
///
/// # Errors
/// A column that is not categorical; an unknown level under [`HandleUnknown::Error`] (column and
/// row).
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([("city", Column::cat(["Riga", "Oslo", "Riga", "Bonn"].map(Some)))])?;
/// let train = table.unlabelled()?.into_train();
/// let (fitted, x) = OneHotEncoder::new().min_frequency(2).fit_transform(&train)?;
/// assert_eq!(fitted.names().iter().collect::<Vec<_>>(), ["city=Riga", "city:infrequent"]);
/// assert_eq!(x.row(1), [0.0, 1.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct OneHotEncoder {
    handle_unknown: HandleUnknown,
    infrequent: Infrequent,
    drop: DropCategory,
    handle_missing: HandleMissing,
}

impl OneHotEncoder {
    /// Every level seen in training, unknown ones all zero.
    pub fn new() -> Self {
        Self::default()
    }
    /// The treatment of levels that training did not see.
    #[must_use]
    pub fn handle_unknown(mut self, how: HandleUnknown) -> Self {
        self.handle_unknown = how;
        self
    }
    /// Levels seen in fewer than so many rows, or in less than this share of them (by weight),
    /// share one column: `.min_frequency(5)`, `.min_frequency(0.01)`.
    #[must_use]
    pub fn min_frequency(mut self, least: impl Into<MinFrequency>) -> Self {
        self.infrequent.min_frequency = Some(least.into());
        self
    }
    /// At most this many columns for a category, the one of infrequent levels included; of equally
    /// frequent levels the alphabetically later ones stay, as in scikit-learn.
    #[must_use]
    pub fn max_categories(mut self, columns: usize) -> Self {
        self.infrequent.max_categories = Some(columns);
        self
    }
    /// The level without a column.
    #[must_use]
    pub fn drop(mut self, which: DropCategory) -> Self {
        self.drop = which;
        self
    }
    /// The treatment of missing values.
    #[must_use]
    pub fn handle_missing(mut self, how: HandleMissing) -> Self {
        self.handle_missing = how;
        self
    }

    fn learn(&self, column: &CodeColumn<'_>) -> Result<OneHotLevels> {
        let Seen {
            levels: mut seen,
            missing,
            total,
        } = Seen::of(column);
        if self.handle_missing == HandleMissing::Level && missing > 0.0 {
            seen.push((MISSING_CODE, missing));
        }
        if seen.is_empty() {
            return Err(no_levels(column));
        }
        let infrequent = self.infrequent.among(&seen, total);
        let part = |which: bool| -> Vec<u32> {
            let levels = seen.iter().zip(&infrequent);
            let part = levels.filter(|(_, infrequent)| **infrequent == which);
            part.map(|((code, _), _)| *code).collect()
        };
        let (frequent, rare) = (part(false), part(true));
        let bucket = !rare.is_empty();
        let dropped = match self.drop {
            DropCategory::First => 1,
            DropCategory::IfBinary => usize::from(frequent.len() + usize::from(bucket) == 2),
            DropCategory::None => 0,
        };
        // Slots count output columns; a dropped first column is a slot that is not written.
        let slot = |at: usize| at.checked_sub(dropped).map_or(ZERO, |at| at as u32);
        let rare_slot = slot(frequent.len());
        let unknown = match self.handle_unknown {
            HandleUnknown::Error => REFUSE,
            HandleUnknown::InfrequentIfExist if bucket => rare_slot,
            _ => ZERO,
        };
        let mut slots = vec![unknown; column.levels.len()];
        let mut missing = match self.handle_missing {
            HandleMissing::Ignore => ZERO,
            HandleMissing::Level => unknown,
        };
        let mut place = |code: u32, to: u32| match slots.get_mut(code as usize) {
            Some(s) => *s = to,
            None => missing = to,
        };
        (0..)
            .zip(&frequent)
            .for_each(|(i, &code)| place(code, slot(i)));
        rare.iter().for_each(|&code| place(code, rare_slot));
        let named = frequent.iter().map(|&c| match column.levels.name(c) {
            Some(level) => format!("={level}"),
            None => ":missing".into(),
        });
        let suffixes = named
            .chain(bucket.then(|| ":infrequent".into()))
            .skip(dropped)
            .map(Into::into)
            .collect();
        Ok(OneHotLevels {
            slots,
            missing,
            unknown,
            suffixes,
        })
    }
}

fn no_levels(column: &CodeColumn<'_>) -> Error {
    Error::Fit {
        step: column.step,
        reason: format!("column `{}` has no levels to learn from", column.name),
    }
}

impl Params for OneHotEncoder {
    fn name(&self) -> &'static str {
        "OneHotEncoder"
    }
    fn check(&self) -> Result<()> {
        self.infrequent.check("OneHotEncoder")
    }
}

impl<Y: Target> Transformer<Table, Y> for OneHotEncoder {
    type Out = Dense<f64>;
    type Fitted = FittedOneHotEncoder;
    fn fit_transform(
        &self,
        train: &Sample<Table, Y, Train>,
    ) -> Result<(FittedOneHotEncoder, Dense<f64>)> {
        self.check()?;
        let fitted = fit_codes(train, |c| self.learn(c))?;
        let out = fitted.apply(train.x())?;
        Ok((fitted, out))
    }
}

/// A fitted one-hot encoder.
pub type FittedOneHotEncoder = PerColumn<OneHotLevels>;

/// No column is set.
const ZERO: u32 = u32::MAX;
/// The value is refused.
const REFUSE: u32 = u32::MAX - 1;

/// The output column that each level of a category sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct OneHotLevels {
    slots: Vec<u32>,
    missing: u32,
    unknown: u32,
    suffixes: Vec<Box<str>>,
}

checked_on_load!(OneHotLevels, |hot| {
    let width = hot.suffixes.len();
    let fits = |slot: u32| slot >= REFUSE || (slot as usize) < width;
    let mut all = hot.slots.iter().copied().chain([hot.missing, hot.unknown]);
    match all.find(|slot| !fits(*slot)) {
        Some(slot) => Err(format!(
            "OneHotEncoder: a level sets column {slot} of {width}"
        )),
        None => Ok(()),
    }
});

impl CellFn for OneHotLevels {
    type In = CodeCell;
    const STEP: &'static str = "OneHotEncoder";

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

    fn fit(step: OneHotEncoder, levels: &[Option<&str>]) -> FittedOneHotEncoder {
        let t = Table::new([("c", Column::cat(levels.iter().copied()))]).unwrap();
        step.fit_transform(&t.unlabelled().unwrap().into_train())
            .unwrap()
            .0
    }

    fn row(f: &FittedOneHotEncoder, cell: Cell<'_>) -> Result<Vec<f64>> {
        let (cells, mut out) = ([cell], Vec::new());
        Apply::<Table>::apply_row(f, TableRow::of_cells(&cells), &mut (), &mut out)?;
        Ok(out)
    }

    #[test]
    fn unknown_levels_follow_the_policy() {
        let levels = [Some("b"), Some("a"), Some("a"), None];
        let f = fit(OneHotEncoder::new(), &levels);
        assert_eq!(row(&f, Cell::Code(9)).unwrap(), [0.0, 0.0, 0.0]);
        assert_eq!(row(&f, Cell::Missing).unwrap(), [0.0, 0.0, 1.0]);
        let f = fit(
            OneHotEncoder::new().handle_unknown(HandleUnknown::Error),
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
            OneHotEncoder::new()
                .handle_unknown(HandleUnknown::Error)
                .handle_missing(HandleMissing::Ignore),
            &levels,
        );
        assert_eq!(row(&f, Cell::Missing).unwrap(), [0.0, 0.0]);
        let f = fit(
            OneHotEncoder::new()
                .handle_unknown(HandleUnknown::InfrequentIfExist)
                .min_frequency(2),
            &levels[..3],
        );
        assert_eq!(row(&f, Cell::Code(9)).unwrap(), [0.0, 1.0]);
    }

    #[test]
    fn a_dropped_level_is_all_zeros() {
        let f = fit(
            OneHotEncoder::new().drop(DropCategory::IfBinary),
            &[Some("yes"), Some("no")],
        );
        assert_eq!(f.names().iter().collect::<Vec<_>>(), ["c=yes"]);
        assert_eq!(row(&f, Cell::Code(1)).unwrap(), [0.0]);
        assert_eq!(
            fit(
                OneHotEncoder::new().drop(DropCategory::IfBinary),
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
        let (f, x) = OneHotEncoder::new().fit_transform(&train).unwrap();
        assert_eq!(f.names().iter().collect::<Vec<_>>(), ["c=a"]);
        assert_eq!(x.values(), [1.0, 0.0]);
    }

    #[test]
    fn parameters_are_checked() {
        let e = OneHotEncoder::new().min_frequency(1.5).check().unwrap_err();
        assert_eq!(
            e.to_string(),
            "OneHotEncoder: parameter `min_frequency` = 1.5: must be a share in (0, 1), or a whole number of rows"
        );
        assert!(OneHotEncoder::new().max_categories(0).check().is_err());
        assert!(OneHotEncoder::new().min_frequency(0).check().is_err());
    }
}
