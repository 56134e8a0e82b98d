//! The loss of an objective, from parameters and labels.

use ml_data::{Error, Result};

use super::loss::Loss;
use super::{Objective, with_objectives};
use crate::boost::parameter::ParameterValue;
use crate::boost::params::{BoostParams, STEP};

/// An objective's names, and the loss behind it.
pub(super) struct Entry {
    /// Names in LightGBM, XGBoost and scikit-learn.
    pub(super) aliases: &'static [&'static str],
    pub(super) build: Build,
    /// Whether leaf values are found anew from residuals after a tree is grown.
    pub(super) renews_leaves: bool,
}

/// The constructor of a loss, by the labels it is for.
pub(super) enum Build {
    Real(fn(&BoostParams, Labels<'_>) -> Result<Box<dyn Loss>>),
    Binary(fn(&BoostParams, Vec<bool>) -> Box<dyn Loss>),
    Class(fn(&BoostParams, Classes) -> Box<dyn Loss>),
    Ranking(fn(&BoostParams, Grades<'_>) -> Result<Box<dyn Loss>>),
}

/// Labels that are numbers.
pub(crate) struct Labels<'a> {
    pub(crate) values: Vec<f64>,
    /// Their rows in the sample, which errors name.
    pub(crate) rows: &'a [u32],
}

/// Codes of classes, and how many classes there are.
pub(crate) struct Classes {
    pub(crate) codes: Vec<u32>,
    pub(crate) classes: usize,
}

/// Grades of documents, query after query.
pub(crate) struct Grades<'a> {
    pub(crate) values: Vec<f32>,
    /// Where each query begins, and the end.
    pub(crate) query_offsets: Vec<u32>,
    /// Their rows in the sample, which errors name.
    pub(crate) rows: &'a [u32],
}

macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident => $module:ident,)*) => {
        impl Objective {
            pub(super) fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$name => &super::$module::ENTRY,)*
                }
            }
        }
    };
}
with_objectives!(entries);

impl ParameterValue for Option<Objective> {
    const KIND: &'static str = "an objective: regression, regression_l1, huber, fair, poisson, \
        quantile, mape, gamma, tweedie, binary, multiclass, multiclassova, lambdarank, \
        rank:map, rank_xendcg, yeti_rank, or an alias of one";
    fn parse(text: &str) -> Option<Self> {
        Objective::named(text).map(Some)
    }
}

impl Objective {
    /// The objective of a name in LightGBM, XGBoost or scikit-learn.
    pub(in crate::boost) fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|o| o.aliases().contains(&name));
        found.copied()
    }

    /// Names in LightGBM, XGBoost and scikit-learn.
    pub(in crate::boost) fn aliases(self) -> &'static [&'static str] {
        self.entry().aliases
    }

    /// Whether leaf values are found anew from residuals after a tree is grown.
    pub(in crate::boost) fn renews_leaves(self) -> bool {
        self.entry().renews_leaves
    }

    /// The loss of labels that are numbers.
    pub(in crate::boost) fn of_numbers(
        self,
        params: &BoostParams,
        labels: Labels<'_>,
    ) -> Result<Box<dyn Loss>> {
        match self.entry().build {
            Build::Real(build) => build(params, labels),
            _ => Err(self.refused("a loss of numbers for real labels")),
        }
    }

    /// The loss of two classes.
    pub(in crate::boost) fn of_two_classes(
        self,
        params: &BoostParams,
        positive: Vec<bool>,
    ) -> Result<Box<dyn Loss>> {
        match self.entry().build {
            Build::Binary(build) => Ok(build(params, positive)),
            _ => Err(self.refused("Binary for binary labels")),
        }
    }

    /// The loss of classes.
    pub(in crate::boost) fn of_classes(
        self,
        params: &BoostParams,
        classes: Classes,
    ) -> Result<Box<dyn Loss>> {
        match self.entry().build {
            Build::Class(build) => Ok(build(params, classes)),
            _ => Err(self.refused("Multiclass or MulticlassOva for classes")),
        }
    }

    /// The loss of graded documents.
    pub(in crate::boost) fn of_rankings(
        self,
        params: &BoostParams,
        grades: Grades<'_>,
    ) -> Result<Box<dyn Loss>> {
        match self.entry().build {
            Build::Ranking(build) => build(params, grades),
            _ => Err(self.refused("Lambdarank or another objective of rankings for grades")),
        }
    }

    fn refused(self, rule: &'static str) -> Error {
        Error::parameter(STEP, "objective", format!("{self:?}"), rule)
    }
}
