//! The pipeline: numbers as they are, categories as codes, times as their parts, then boosting.

use ml_data::contract::{Apply, FittedPipeline, Params, Pipeline, Transformer};
use ml_data::error::Result;
use ml_data::repr::{Dense, Names, View};
use ml_data::sample::{Sample, Target, Train};
use ml_data::schema::Schema;
use ml_data::table::{Table, TableRow};
use ml_features::cell::PerColumn;
use ml_features::columns::{ColumnTransformer, FittedColumnTransformer, On};
use ml_features::encode::{CategoryOrder, FittedOrdinalEncoder, OrdinalEncoder};
use ml_features::scale::{Passthrough, Same};
use ml_features::time::{Calendar, FittedCalendar};
use ml_models::boost::Boost;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The encoding of a column as numbers. Boosting reads missing values itself, so nothing is
/// imputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnStep {
    /// A number as it is; truth values are 0 and 1.
    Number,
    /// Codes of categories, the most frequent first; boosting splits them by sets.
    Category,
    /// Parts of the calendar.
    Time,
}

/// The steps on columns, and the model.
pub type AutoPipeline = Pipeline<ColumnTransformer<Vec<On<ColumnStep>>>, Boost>;
/// The fitted form.
pub type FittedAutoPipeline<M> =
    FittedPipeline<Table, FittedColumnTransformer<Vec<FittedColumnStep>>, M>;

/// The pipeline on these columns.
pub(super) fn pipeline(columns: &[(String, ColumnStep)], boost: Boost) -> AutoPipeline {
    let on = |(name, step): &(String, ColumnStep)| On(name.clone().into(), *step);
    let categories = columns.iter().filter(|c| c.1 == ColumnStep::Category);
    let categories: Vec<&str> = categories.map(|c| c.0.as_str()).collect();
    Pipeline::new(
        ColumnTransformer::list(columns.iter().map(on).collect()),
        boost.categorical_feature(categories),
    )
}

impl Params for ColumnStep {
    fn name(&self) -> &'static str {
        "auto"
    }
}

impl<Y: Target> Transformer<Table, Y> for ColumnStep {
    type Out = Dense<f64>;
    type Fitted = FittedColumnStep;

    fn fit_transform(
        &self,
        train: &Sample<Table, Y, Train>,
    ) -> Result<(FittedColumnStep, Dense<f64>)> {
        match self {
            ColumnStep::Number => {
                let (fitted, x) = Passthrough.fit_transform(train)?;
                Ok((FittedColumnStep::Number(fitted), x))
            }
            ColumnStep::Category => {
                let step = OrdinalEncoder::new().categories(CategoryOrder::Frequency);
                let (fitted, x) = step.fit_transform(train)?;
                Ok((FittedColumnStep::Category(fitted), x))
            }
            ColumnStep::Time => {
                let (fitted, x) = Calendar::new().fit_transform(train)?;
                Ok((FittedColumnStep::Time(fitted), x))
            }
        }
    }
}

/// A fitted [`ColumnStep`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FittedColumnStep {
    /// Numbers as they are.
    Number(PerColumn<Same>),
    /// Codes of categories.
    Category(FittedOrdinalEncoder),
    /// Parts of the calendar.
    Time(FittedCalendar),
}

impl Apply<Table> for FittedColumnStep {
    type Out = Dense<f64>;
    type Scratch = ();

    fn header(&self, _: &Arc<Schema>) -> Names {
        match self {
            Self::Number(f) => f.names(),
            Self::Category(f) => f.names(),
            Self::Time(f) => f.names(),
        }
    }
    fn origins(&self, input: &Arc<Schema>) -> Result<Vec<Option<usize>>> {
        match self {
            Self::Number(f) => Apply::<Table>::origins(f, input),
            Self::Category(f) => f.origins(input),
            Self::Time(f) => f.origins(input),
        }
    }
    fn apply_row(&self, row: TableRow<'_>, s: &mut (), out: &mut Vec<f64>) -> Result<()> {
        match self {
            Self::Number(f) => Apply::<Table>::apply_row(f, row, s, out),
            Self::Category(f) => f.apply_row(row, s, out),
            Self::Time(f) => f.apply_row(row, s, out),
        }
    }
    fn apply(&self, x: View<'_, Table>) -> Result<Dense<f64>> {
        match self {
            Self::Number(f) => f.apply(x),
            Self::Category(f) => f.apply(x),
            Self::Time(f) => f.apply(x),
        }
    }
}
