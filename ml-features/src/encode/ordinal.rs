//! One whole number for each level.

use super::levels::{HandleUnknown, Infrequent, MinFrequency, Seen, absent_level};
use crate::cell::{CellFn, CodeCell, CodeColumn, PerColumn, Refused, checked_on_load, fit_codes};
use ml_data::contract::{Apply, Params, Transformer};
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Sample, Target, Train};
use ml_data::table::{MISSING_CODE, Table};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// The order in which levels are numbered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CategoryOrder {
    /// Alphabetical, as scikit-learn's `categories="auto"`.
    #[default]
    Sorted,
    /// The most frequent level is 0 (by weight); equally frequent ones are in alphabetical order.
    Frequency,
}

/// Numbers the levels of a category from 0 on.
///
/// For models that split categories themselves: name the output columns as their categorical
/// features. A linear model or a network takes the numbers for amounts; give it
/// [`OneHotEncoder`](super::OneHotEncoder) or [`TargetEncoder`](super::TargetEncoder). Output
/// columns keep their names.
///
/// Parameters are those of scikit-learn's `OrdinalEncoder`. The default answers: `NaN` for levels
/// that training did not see and for missing values.
///
/// # Missing values
/// Get `encoded_missing_value`, by default `NaN`; where training had none they are treated as
/// unknown levels. They have no number of their own, and do not count towards `max_categories`.
///
/// # Weights
/// Levels are counted by weight.
///
/// # Errors
/// A column that is not categorical; an unknown level under [`HandleUnknown::Error`] (column and
/// row); an unknown value that is the number of a level.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let city = Column::cat([Some("Riga"), Some("Oslo"), None, Some("Riga")]);
/// let table = Table::new([("city", city)])?;
/// let train = table.unlabelled()?.into_train();
/// let (_, x) = OrdinalEncoder::new().fit_transform(&train)?;
/// assert_eq!(x.values()[..2], [1.0, 0.0]);
/// assert!(x.values()[2].is_nan());
/// let by_count = OrdinalEncoder::new()
///     .categories(CategoryOrder::Frequency)
///     .encoded_missing_value(-1.0);
/// assert_eq!(by_count.fit_transform(&train)?.1.values(), [0.0, 1.0, -1.0, 0.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrdinalEncoder {
    categories: CategoryOrder,
    handle_unknown: HandleUnknown,
    unknown_value: Value,
    encoded_missing_value: Value,
    infrequent: Infrequent,
}

impl Default for OrdinalEncoder {
    fn default() -> Self {
        Self {
            categories: CategoryOrder::default(),
            handle_unknown: HandleUnknown::default(),
            unknown_value: Value::Nan,
            encoded_missing_value: Value::Nan,
            infrequent: Infrequent::default(),
        }
    }
}

impl OrdinalEncoder {
    /// Levels in alphabetical order, `NaN` for unknown and missing ones.
    pub fn new() -> Self {
        Self::default()
    }
    /// The order in which levels are numbered.
    #[must_use]
    pub fn categories(mut self, order: CategoryOrder) -> Self {
        self.categories = order;
        self
    }
    /// The treatment of levels that training did not see.
    #[must_use]
    pub fn handle_unknown(mut self, how: HandleUnknown) -> Self {
        self.handle_unknown = how;
        self
    }
    /// The code of levels that training did not see: `NaN` (the default) or a number that is no
    /// level's.
    #[must_use]
    pub fn unknown_value(mut self, value: f64) -> Self {
        self.unknown_value = Value::of(value);
        self
    }
    /// The code of missing values: `NaN` (the default) or a number that is no level's.
    #[must_use]
    pub fn encoded_missing_value(mut self, value: f64) -> Self {
        self.encoded_missing_value = Value::of(value);
        self
    }
    /// Levels seen in fewer than so many rows, or in less than this share of them (by weight),
    /// share the last number: `.min_frequency(5)`, `.min_frequency(0.01)`.
    #[must_use]
    pub fn min_frequency(mut self, least: impl Into<MinFrequency>) -> Self {
        self.infrequent.min_frequency = Some(least.into());
        self
    }
    /// At most this many numbers for a category, the one of infrequent levels included; of equally
    /// frequent levels the alphabetically later ones stay, as in scikit-learn.
    #[must_use]
    pub fn max_categories(mut self, numbers: usize) -> Self {
        self.infrequent.max_categories = Some(numbers);
        self
    }

    fn learn(&self, column: &CodeColumn<'_>) -> Result<OrdinalLevels> {
        let seen = Seen::of(column);
        let rare = self.infrequent.among(&seen.levels, seen.total);
        let part = |which: bool| {
            let chosen = seen.levels.iter().zip(&rare);
            chosen.filter(move |(_, r)| **r == which).map(|(l, _)| *l)
        };
        let mut frequent: Vec<(u32, f64)> = part(false).collect();
        if self.categories == CategoryOrder::Frequency {
            frequent.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
        let bucket = frequent.len() as f64;
        let mut numbers = vec![None; column.levels.len()];
        for (number, (code, _)) in frequent.iter().enumerate() {
            numbers[*code as usize] = Some(number as f64);
        }
        part(true).for_each(|(code, _)| numbers[code as usize] = Some(bucket));
        let any_rare = rare.contains(&true);
        let count = frequent.len() + usize::from(any_rare);
        let unknown = match self.handle_unknown {
            HandleUnknown::Error => Value::Refused,
            HandleUnknown::InfrequentIfExist if any_rare => Value::Number(bucket),
            _ => self.apart("unknown_value", self.unknown_value, count, column)?,
        };
        let missing = if seen.missing > 0.0 {
            let value = self.encoded_missing_value;
            self.apart("encoded_missing_value", value, count, column)?
        } else {
            unknown
        };
        Ok(OrdinalLevels {
            numbers,
            unknown,
            missing,
        })
    }

    /// Refuses a value that is also the number of a level.
    fn apart(
        &self,
        parameter: &str,
        value: Value,
        count: usize,
        column: &CodeColumn<'_>,
    ) -> Result<Value> {
        match value {
            Value::Number(x) if x.fract() == 0.0 && (0.0..count as f64).contains(&x) => {
                Err(Error::Fit {
                    step: column.step,
                    reason: format!(
                        "`{parameter}` = {x} is the number of a level of column `{}`, which has {count}",
                        column.name
                    ),
                })
            }
            value => Ok(value),
        }
    }
}

impl Params for OrdinalEncoder {
    fn name(&self) -> &'static str {
        "OrdinalEncoder"
    }
    fn check(&self) -> Result<()> {
        self.infrequent.check("OrdinalEncoder")
    }
}

impl<Y: Target> Transformer<Table, Y> for OrdinalEncoder {
    type Out = Dense<f64>;
    type Fitted = FittedOrdinalEncoder;
    fn fit_transform(
        &self,
        train: &Sample<Table, Y, Train>,
    ) -> Result<(FittedOrdinalEncoder, Dense<f64>)> {
        self.check()?;
        let fitted = fit_codes(train, |c| self.learn(c))?;
        let out = fitted.apply(train.x())?;
        Ok((fitted, out))
    }
}

/// A fitted ordinal encoder.
pub type FittedOrdinalEncoder = PerColumn<OrdinalLevels>;

/// The code of something without a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Value {
    Refused,
    Nan,
    Number(f64),
}

impl Value {
    fn of(x: f64) -> Self {
        if x.is_nan() {
            Self::Nan
        } else {
            Self::Number(x)
        }
    }
}

/// The number of each level of a category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct OrdinalLevels {
    /// By the level's code; none for levels that did not occur in training.
    numbers: Vec<Option<f64>>,
    unknown: Value,
    missing: Value,
}

checked_on_load!(OrdinalLevels, |levels| {
    let n = levels.numbers.len() as f64;
    let whole = |x: &f64| x.fract() == 0.0 && (0.0..n).contains(x);
    match levels.numbers.iter().flatten().find(|x| !whole(x)) {
        Some(x) => Err(format!(
            "OrdinalEncoder: expected a whole number below {n} for a level, found {x}"
        )),
        None => Ok(()),
    }
});

impl OrdinalLevels {
    /// Number of codes: they run from 0 up to one less.
    pub fn len(&self) -> usize {
        let highest = self
            .numbers
            .iter()
            .flatten()
            .fold(-1.0, |a: f64, b| a.max(*b));
        (highest + 1.0) as usize
    }
    /// True when no level occurred in training.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The number of a level's code, if it occurred in training.
    pub fn number(&self, code: u32) -> Option<f64> {
        self.numbers.get(code as usize).copied().flatten()
    }
}

impl CellFn for OrdinalLevels {
    type In = CodeCell;
    const STEP: &'static str = "OrdinalEncoder";

    #[inline]
    fn width(&self) -> usize {
        1
    }
    #[inline]
    fn cell<F: Float>(&self, code: u32, out: &mut [F]) -> Result<(), Refused> {
        let absent = || match code {
            MISSING_CODE => self.missing,
            _ => self.unknown,
        };
        out[0] = match self.number(code).map_or_else(absent, Value::Number) {
            Value::Number(x) => F::of(x),
            Value::Nan => F::nan(),
            Value::Refused => return Err(absent_level(code)),
        };
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.push(column.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::prelude::*;
    use ml_data::table::{Cell, TableRow};

    fn fit(step: OrdinalEncoder, levels: &[Option<&str>]) -> Result<FittedOrdinalEncoder> {
        let t = Table::new([("c", Column::cat(levels.iter().copied()))])?;
        Ok(step.fit_transform(&t.unlabelled()?.into_train())?.0)
    }

    fn cell(f: &FittedOrdinalEncoder, cell: Cell<'_>) -> Result<f64> {
        let (cells, mut out) = ([cell], Vec::new());
        Apply::<Table>::apply_row(f, TableRow::of_cells(&cells), &mut (), &mut out)?;
        Ok(out[0])
    }

    const LEVELS: [Option<&str>; 6] = [Some("b"), Some("a"), Some("c"), Some("c"), None, Some("b")];

    #[test]
    fn what_training_did_not_see() {
        let f = fit(OrdinalEncoder::new(), &LEVELS).unwrap();
        assert!(cell(&f, Cell::Code(9)).unwrap().is_nan());
        assert!(cell(&f, Cell::Missing).unwrap().is_nan());
        assert_eq!(f.names().iter().collect::<Vec<_>>(), ["c"]);
        let step = OrdinalEncoder::new()
            .unknown_value(-2.0)
            .encoded_missing_value(-1.0);
        let f = fit(step, &LEVELS).unwrap();
        assert_eq!(cell(&f, Cell::Code(9)).unwrap(), -2.0);
        assert_eq!(cell(&f, Cell::Missing).unwrap(), -1.0);
        let f = fit(step, &LEVELS[..4]).unwrap();
        assert_eq!(cell(&f, Cell::Missing).unwrap(), -2.0);
        let strict = OrdinalEncoder::new().handle_unknown(HandleUnknown::Error);
        let f = fit(strict, &LEVELS[..4]).unwrap();
        let e = cell(&f, Cell::Code(9)).unwrap_err().to_string();
        assert_eq!(
            e,
            "column `c`, row 0: expected a level seen in training, found an unseen level"
        );
        assert!(cell(&f, Cell::Missing).is_err());
        let rare = OrdinalEncoder::new()
            .handle_unknown(HandleUnknown::InfrequentIfExist)
            .min_frequency(2);
        let f = fit(rare, &LEVELS).unwrap();
        assert_eq!(cell(&f, Cell::Code(9)).unwrap(), 2.0);
        assert_eq!(f.column("c").unwrap().len(), 3);
    }

    #[test]
    fn by_frequency_the_most_common_level_comes_first() {
        let step = OrdinalEncoder::new().categories(CategoryOrder::Frequency);
        let f = fit(step, &LEVELS).unwrap();
        let learned = f.column("c").unwrap();
        // Codes follow the first occurrence: b, a, c.
        assert_eq!(
            [0, 1, 2].map(|c| learned.number(c).unwrap()),
            [0.0, 2.0, 1.0]
        );
    }

    #[test]
    fn a_column_without_values_has_no_numbers() {
        let f = fit(OrdinalEncoder::new(), &[None, None]).unwrap();
        assert!(f.column("c").unwrap().is_empty());
        assert!(cell(&f, Cell::Missing).unwrap().is_nan());
    }

    #[test]
    fn values_that_are_numbers_of_levels_are_refused() {
        let e = fit(OrdinalEncoder::new().unknown_value(2.0), &LEVELS).unwrap_err();
        assert_eq!(
            e.to_string(),
            "OrdinalEncoder: `unknown_value` = 2 is the number of a level of column `c`, which has 3"
        );
        assert!(fit(OrdinalEncoder::new().encoded_missing_value(0.0), &LEVELS).is_err());
        assert!(fit(OrdinalEncoder::new().unknown_value(3.0), &LEVELS).is_ok());
        assert!(OrdinalEncoder::new().min_frequency(1.5).check().is_err());
    }
}
