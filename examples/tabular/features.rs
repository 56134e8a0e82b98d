//! The default pipeline: numbers as they are, categories as codes, times as their parts, then
//! boosting.

use super::select::Features;
use ml_pipeline::data::table::{Schema, TableRow};
use ml_pipeline::features::cell::PerColumn;
use ml_pipeline::features::columns::{ColumnTransformer, FittedColumnTransformer, On};
use ml_pipeline::features::encode::{CategoryOrder, FittedOrdinalEncoder, OrdinalEncoder};
use ml_pipeline::features::scale::{Passthrough, Same};
use ml_pipeline::features::time::{Calendar, FittedCalendar};
use ml_pipeline::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The encoding of a column as numbers. Boosting reads missing values itself, so nothing is
/// imputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    Number,
    Category,
    Moment,
}

/// The steps on columns, and the model.
pub type Tabular = Pipeline<ColumnTransformer<Vec<On<Step>>>, Boost>;
/// The fitted form.
pub type Fitted<M> = FittedPipeline<Table, FittedColumnTransformer<Vec<FittedStep>>, M>;

/// The pipeline on these features.
pub fn pipeline(features: &Features, boost: Boost) -> Tabular {
    let on = |(name, step): &(String, Step)| On(name.clone().into(), *step);
    let columns = ColumnTransformer::list(features.chosen.iter().map(on).collect());
    columns.model(boost.categorical_feature(features.categories()))
}

/// Names the type of the pipeline to whoever loads it.
pub fn shape() -> Tabular {
    ColumnTransformer::list(Vec::new()).model(Boost::new())
}

impl Params for Step {
    fn name(&self) -> &'static str {
        "Step"
    }
}

impl<Y: Target> Transformer<Table, Y> for Step {
    type Out = Dense<f64>;
    type Fitted = FittedStep;

    fn fit_transform(&self, train: &Sample<Table, Y, Train>) -> Result<(FittedStep, Dense<f64>)> {
        match self {
            Step::Number => {
                let (fitted, x) = Passthrough.fit_transform(train)?;
                Ok((FittedStep::Number(fitted), x))
            }
            Step::Category => {
                let step = OrdinalEncoder::new().categories(CategoryOrder::Frequency);
                let (fitted, x) = step.fit_transform(train)?;
                Ok((FittedStep::Category(fitted), x))
            }
            Step::Moment => {
                let (fitted, x) = Calendar::new().fit_transform(train)?;
                Ok((FittedStep::Moment(fitted), x))
            }
        }
    }
}

/// A fitted [`Step`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FittedStep {
    Number(PerColumn<Same>),
    Category(FittedOrdinalEncoder),
    Moment(FittedCalendar),
}

impl Apply<Table> for FittedStep {
    type Out = Dense<f64>;
    type Scratch = ();

    fn header(&self, _: &Arc<Schema>) -> Names {
        match self {
            Self::Number(f) => f.names(),
            Self::Category(f) => f.names(),
            Self::Moment(f) => f.names(),
        }
    }
    fn apply_row(&self, row: TableRow<'_>, s: &mut (), out: &mut Vec<f64>) -> Result<()> {
        match self {
            Self::Number(f) => Apply::<Table>::apply_row(f, row, s, out),
            Self::Category(f) => f.apply_row(row, s, out),
            Self::Moment(f) => f.apply_row(row, s, out),
        }
    }
    fn apply(&self, x: View<'_, Table>) -> Result<Dense<f64>> {
        match self {
            Self::Number(f) => f.apply(x),
            Self::Category(f) => f.apply(x),
            Self::Moment(f) => f.apply(x),
        }
    }
}
