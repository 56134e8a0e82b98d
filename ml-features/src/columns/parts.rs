//! The parts of a column-wise composition: a nested list of `On<step>`, or a vector of them when
//! they come from configuration.

use super::select::Select;
use ml_data::Result;
use ml_data::contract::{Apply, Params, Transformer};
use ml_data::repr::{Dense, View};
use ml_data::sample::{Sample, Target, Train};
use ml_data::table::{Schema, Table, TableRow};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// No part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nil;

/// A step and the columns it works on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct On<T>(
    /// The columns.
    pub Select,
    /// The step.
    pub T,
);

/// Parts, and one more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct And<A, B>(
    /// The parts before.
    pub A,
    /// The last part.
    pub B,
);

/// The result of fitting parts: the fitted parts, and the training rows of each.
#[derive(Debug)]
pub struct Fitting {
    /// The output of each part.
    pub(super) outputs: Vec<Dense<f64>>,
    /// Positions that some part reads.
    pub(super) read: Vec<usize>,
}

/// Parts whose parameters can be checked, whatever the target.
pub trait PartParams: Send + Sync {
    /// Checks the parameters of every step.
    ///
    /// # Errors
    /// The first parameter outside its domain.
    fn check_parts(&self) -> Result<()>;
}

/// Parts that learn from samples with targets of kind `Y`.
#[diagnostic::on_unimplemented(
    message = "these parts do not learn from table columns of a `{Y}` sample",
    label = "does not fit here",
    note = "each step must read `Table` rows and produce `Dense<f64>` rows; a target-aware step needs labels"
)]
pub trait ColumnParts<Y: Target>: PartParams {
    /// The fitted parts.
    type Fitted: FittedParts;
    /// Fits every part on a projection of the sample.
    ///
    /// # Errors
    /// Columns a part can not find or read, or data it can not learn from.
    fn fit_parts(
        &self,
        train: &Sample<Table, Y, Train>,
        fitting: &mut Fitting,
    ) -> Result<Self::Fitted>;
}

/// Fitted parts: one row or one block of rows through each of them, in order.
pub trait FittedParts: Send + Sync + Serialize + DeserializeOwned + 'static {
    /// Per-thread working memory.
    type Scratch: Default + Send + 'static;
    /// Appends the [origins](Apply::origins) of the output columns.
    ///
    /// # Errors
    /// Output columns of a part that can not be described.
    fn origins_into(&self, input: &Arc<Schema>, out: &mut Vec<Option<usize>>) -> Result<()>;
    /// Appends one row.
    ///
    /// # Errors
    /// A value a step was configured to refuse.
    fn row_into(
        &self,
        row: TableRow<'_>,
        scratch: &mut Self::Scratch,
        out: &mut Vec<f64>,
    ) -> Result<()>;
    /// Gives the output of each part for the rows of a view to `sink`.
    ///
    /// # Errors
    /// A value a step was configured to refuse.
    fn block(&self, x: View<'_, Table>, sink: &mut dyn FnMut(&Dense<f64>)) -> Result<()>;
}

impl PartParams for Nil {
    fn check_parts(&self) -> Result<()> {
        Ok(())
    }
}
impl<Y: Target> ColumnParts<Y> for Nil {
    type Fitted = Nil;
    fn fit_parts(&self, _: &Sample<Table, Y, Train>, _: &mut Fitting) -> Result<Nil> {
        Ok(Nil)
    }
}
impl FittedParts for Nil {
    type Scratch = ();
    fn origins_into(&self, _: &Arc<Schema>, _: &mut Vec<Option<usize>>) -> Result<()> {
        Ok(())
    }
    fn row_into(&self, _: TableRow<'_>, (): &mut (), _: &mut Vec<f64>) -> Result<()> {
        Ok(())
    }
    fn block(&self, _: View<'_, Table>, _: &mut dyn FnMut(&Dense<f64>)) -> Result<()> {
        Ok(())
    }
}

fn fit_part<T, Y>(
    part: &On<T>,
    train: &Sample<Table, Y, Train>,
    fitting: &mut Fitting,
) -> Result<T::Fitted>
where
    Y: Target,
    T: Transformer<Table, Y, Out = Dense<f64>>,
{
    let positions = part.0.positions(part.1.name(), train.x().data())?;
    let (fitted, out) = part.1.fit_transform(&train.project(&positions))?;
    fitting.outputs.push(out);
    fitting.read.extend(positions);
    Ok(fitted)
}

impl<A: PartParams, T: Params> PartParams for And<A, On<T>> {
    fn check_parts(&self) -> Result<()> {
        self.0.check_parts()?;
        self.1.1.check()
    }
}
impl<Y: Target, A: ColumnParts<Y>, T: Transformer<Table, Y, Out = Dense<f64>>> ColumnParts<Y>
    for And<A, On<T>>
{
    type Fitted = And<A::Fitted, T::Fitted>;
    fn fit_parts(
        &self,
        train: &Sample<Table, Y, Train>,
        fitting: &mut Fitting,
    ) -> Result<Self::Fitted> {
        let before = self.0.fit_parts(train, fitting)?;
        Ok(And(before, fit_part(&self.1, train, fitting)?))
    }
}
impl<A: FittedParts, T: Apply<Table, Out = Dense<f64>>> FittedParts for And<A, T> {
    type Scratch = (A::Scratch, T::Scratch);
    fn origins_into(&self, input: &Arc<Schema>, out: &mut Vec<Option<usize>>) -> Result<()> {
        self.0.origins_into(input, out)?;
        out.extend(self.1.origins(input)?);
        Ok(())
    }
    #[inline]
    fn row_into(&self, row: TableRow<'_>, s: &mut Self::Scratch, out: &mut Vec<f64>) -> Result<()> {
        self.0.row_into(row, &mut s.0, out)?;
        self.1.apply_row(row, &mut s.1, out)
    }
    fn block(&self, x: View<'_, Table>, sink: &mut dyn FnMut(&Dense<f64>)) -> Result<()> {
        self.0.block(x, sink)?;
        sink(&self.1.apply(x)?);
        Ok(())
    }
}

impl<T: Params> PartParams for Vec<On<T>> {
    fn check_parts(&self) -> Result<()> {
        self.iter().try_for_each(|p| p.1.check())
    }
}
impl<Y: Target, T: Transformer<Table, Y, Out = Dense<f64>>> ColumnParts<Y> for Vec<On<T>> {
    type Fitted = Vec<T::Fitted>;
    fn fit_parts(
        &self,
        train: &Sample<Table, Y, Train>,
        fitting: &mut Fitting,
    ) -> Result<Self::Fitted> {
        self.iter().map(|p| fit_part(p, train, fitting)).collect()
    }
}
impl<T: Apply<Table, Out = Dense<f64>>> FittedParts for Vec<T> {
    type Scratch = Vec<T::Scratch>;
    fn origins_into(&self, input: &Arc<Schema>, out: &mut Vec<Option<usize>>) -> Result<()> {
        self.iter().try_for_each(|p| {
            out.extend(p.origins(input)?);
            Ok(())
        })
    }
    fn row_into(&self, row: TableRow<'_>, s: &mut Self::Scratch, out: &mut Vec<f64>) -> Result<()> {
        s.resize_with(self.len(), Default::default);
        self.iter()
            .zip(s)
            .try_for_each(|(p, s)| p.apply_row(row, s, out))
    }
    fn block(&self, x: View<'_, Table>, sink: &mut dyn FnMut(&Dense<f64>)) -> Result<()> {
        self.iter()
            .try_for_each(|p| p.apply(x).map(|out| sink(&out)))
    }
}
