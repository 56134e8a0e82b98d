//! The loss that parameters and labels ask for.

use ml_data::Result;

use super::objective::Objective;
use super::objective::custom::{Custom, CustomObjective};
use super::objective::loss::Loss;
use super::objective::registry::{Classes, Grades, Labels};
use super::params::BoostParams;
use super::rows::{LabelsRef, Rows, SampleRef};

/// The objective on the labels of these rows; by default squared error, log loss or LambdaMART.
pub(super) fn loss<'a>(
    rows: &Rows,
    params: &BoostParams,
    custom: Option<&'a dyn CustomObjective>,
    sample: &SampleRef<'_>,
) -> Result<Box<dyn Loss + 'a>> {
    if let Some(objective) = custom {
        return Ok(Box::new(Custom {
            objective,
            labels: rows.numbers(sample)?,
            rows: rows.kept.clone(),
        }));
    }
    let objective = |default| params.objective.unwrap_or(default);
    let kept = || rows.kept.iter().map(|&i| i as usize);
    match sample.labels {
        LabelsRef::Real(_) => {
            let labels = Labels {
                values: rows.numbers(sample)?,
                rows: &rows.kept,
            };
            objective(Objective::Regression).of_numbers(params, labels)
        }
        LabelsRef::Binary(labels) => {
            let positive = kept().map(|i| labels.values()[i] == 1).collect();
            objective(Objective::Binary).of_two_classes(params, positive)
        }
        LabelsRef::Class(labels) => {
            let classes = Classes {
                codes: kept().map(|i| labels.codes()[i]).collect(),
                classes: labels.classes().len(),
            };
            objective(Objective::Multiclass).of_classes(params, classes)
        }
        LabelsRef::Relevance(labels) => {
            let grades = Grades {
                values: kept().map(|i| labels.grades()[i]).collect(),
                query_offsets: rows.query_offsets.clone(),
                rows: &rows.kept,
            };
            objective(Objective::Lambdarank).of_rankings(params, grades)
        }
    }
}
