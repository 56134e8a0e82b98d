//! Configuring and fitting a column-wise composition.

use super::fitted::{FittedColumnTransformer, distinct, place};
use super::parts::{And, ColumnParts, Fitting, Nil, On, PartParams};
use super::select::Select;
use crate::cell::{PerColumn, spread};
use crate::scale::Passthrough;
use ml_data::contract::{Params, Transformer};
use ml_data::repr::{Dense, Float, Names, Repr};
use ml_data::sample::{Sample, Target, Train};
use ml_data::table::Table;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// The treatment of feature columns that no part reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Remainder {
    /// Fitting refuses, naming them: nothing is lost by accident.
    #[default]
    Error,
    /// They are left out.
    Drop,
    /// Numeric and boolean ones are appended unchanged; others are refused.
    Passthrough,
}

/// Different steps for different columns, side by side in one matrix: the `ColumnTransformer`.
///
/// Output columns follow the order of the parts and keep names that tell where they come from:
/// `price`, `price:missing`, `city=Riga`, `merchant:target`. A part may be any step on tables with
/// dense output, also a target-aware one, a chain or another `ColumnTransformer`.
///
/// # Missing values
/// As each part treats them.
///
/// # Weights
/// As each part treats them: the parts see the sample with its weights, groups and times.
///
/// # Errors
/// A column that is not there (the nearest name is offered) or of another kind, a selection without
/// columns, feature columns that no part reads, or two output columns with one name.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([
///     ("price", Column::num([2.0, f64::NAN, 6.0])),
///     ("city", Column::cat(["Riga", "Oslo", "Riga"].map(Some))),
/// ])?;
/// let train = table.unlabelled()?.into_train();
/// let (fitted, x) = ColumnTransformer::new()
///     .with("price", SimpleImputer::median().add_indicator(true))
///     .with(Kind::Cat, OneHotEncoder::new())
///     .f32()
///     .fit_transform(&train)?;
/// let names: Vec<&str> = fitted.names().iter().collect();
/// assert_eq!(names, ["price", "price:missing", "city=Oslo", "city=Riga"]);
/// assert_eq!(x.row(1), [4.0_f32, 1.0, 1.0, 0.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Serialize, Deserialize)]
#[serde(bound = "P: Serialize + serde::de::DeserializeOwned")]
pub struct ColumnTransformer<P = Nil, F = f64> {
    parts: P,
    remainder: Remainder,
    #[serde(skip)]
    output: PhantomData<fn() -> F>,
}

impl<P: Clone, F> Clone for ColumnTransformer<P, F> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            remainder: self.remainder,
            output: PhantomData,
        }
    }
}

impl<P: std::fmt::Debug, F> std::fmt::Debug for ColumnTransformer<P, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnTransformer")
            .field("parts", &self.parts)
            .field("remainder", &self.remainder)
            .finish()
    }
}

impl Default for ColumnTransformer {
    fn default() -> Self {
        Self {
            parts: Nil,
            remainder: Remainder::default(),
            output: PhantomData,
        }
    }
}

impl ColumnTransformer {
    /// No parts yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Parts of one type, for compositions read from configuration.
    pub fn list<T>(parts: Vec<On<T>>) -> ColumnTransformer<Vec<On<T>>> {
        ColumnTransformer {
            parts,
            remainder: Remainder::default(),
            output: PhantomData,
        }
    }
}

impl<P, F> ColumnTransformer<P, F> {
    /// Adds a step on some columns: names, a [`Kind`](ml_data::table::Kind), or [`Select::All`].
    #[must_use]
    pub fn with<T>(
        self,
        select: impl Into<Select>,
        step: T,
    ) -> ColumnTransformer<And<P, On<T>>, F> {
        let parts = And(self.parts, On(select.into(), step));
        ColumnTransformer {
            parts,
            remainder: self.remainder,
            output: PhantomData,
        }
    }
    /// The treatment of feature columns that no part reads.
    #[must_use]
    pub fn remainder(mut self, what: Remainder) -> Self {
        self.remainder = what;
        self
    }
    /// Output in `f32`: half the memory for large training matrices.
    #[must_use]
    pub fn f32(self) -> ColumnTransformer<P, f32> {
        ColumnTransformer {
            parts: self.parts,
            remainder: self.remainder,
            output: PhantomData,
        }
    }

    /// The step for columns no part reads, if they are passed on.
    fn rest<Y: Target>(
        &self,
        train: &Sample<Table, Y, Train>,
        fitting: &mut Fitting,
    ) -> Result<Option<PerColumn<crate::scale::Same>>> {
        let table = train.x().data();
        let left: Vec<usize> = table
            .features()
            .into_iter()
            .filter(|p| !fitting.read.contains(p))
            .collect();
        if left.is_empty() || self.remainder == Remainder::Drop {
            return Ok(None);
        }
        if self.remainder == Remainder::Error {
            let name = |&p: &usize| table.schema().field(p).name().to_owned();
            return Err(Error::ExtraColumns {
                step: "ColumnTransformer".into(),
                columns: left.iter().map(name).collect(),
                advice: "no part reads them; name them, or set `.remainder(Remainder::Drop)`"
                    .into(),
            });
        }
        let (fitted, out) = Passthrough.fit_transform(&train.project(&left))?;
        fitting.outputs.push(out);
        Ok(Some(fitted))
    }
}

impl<P: PartParams, F: Float> Params for ColumnTransformer<P, F> {
    fn name(&self) -> &'static str {
        "ColumnTransformer"
    }
    fn check(&self) -> Result<()> {
        self.parts.check_parts()
    }
}

impl<Y: Target, P: ColumnParts<Y>, F: Float> Transformer<Table, Y> for ColumnTransformer<P, F> {
    type Out = Dense<F>;
    type Fitted = FittedColumnTransformer<P::Fitted, F>;

    fn fit_transform(&self, train: &Sample<Table, Y, Train>) -> Result<(Self::Fitted, Dense<F>)> {
        self.check()?;
        let mut fitting = Fitting {
            outputs: Vec::new(),
            read: Vec::new(),
        };
        let parts = self.parts.fit_parts(train, &mut fitting)?;
        let rest = self.rest(train, &mut fitting)?;
        let names = Names::new(
            fitting
                .outputs
                .iter()
                .flat_map(|o| o.names().iter().map(Box::<str>::from)),
        );
        distinct(&names)?;
        let width = names.len();
        let values = spread(train.len(), width, |first, rows, out| {
            let mut offset = 0;
            for part in &fitting.outputs {
                let w = part.width();
                place(
                    &part.values()[first * w..(first + rows) * w],
                    w,
                    out,
                    width,
                    offset,
                );
                offset += w;
            }
            Ok(())
        })?;
        let out = Dense::new(names.clone(), values)?;
        let fitted = FittedColumnTransformer::new(parts, rest, names);
        out.check(fitted.names())?;
        Ok((fitted, out))
    }
}
