//! A digest of everything that a model is learned from, besides the parameters.

use ml_data::Result;
use ml_data::artifact::digest;
use ml_data::repr::AnyView;
use rayon::prelude::*;

use super::rows::{LabelsRef, SampleRef};
use super::task::Task;
use crate::tree::matrix::row_bytes;

/// Rows hashed together.
const BLOCK: usize = 1 << 12;

/// The SHA-256 of all rows, labels, weights, queries and initial scores; of the names of columns,
/// classes and what the user brought; and of a model that training goes on from.
pub(super) fn of(task: &Task<'_>) -> Result<String> {
    let mut parts = vec![sample(&task.train)?];
    parts.push(task.valid.as_ref().map_or(Ok(String::new()), sample)?);
    parts.push(task.custom.map_or("", |c| c.name()).into());
    parts.push(
        task.eval_metric
            .as_ref()
            .map_or("", |j| j.measure.name)
            .into(),
    );
    if let Some((model, evals)) = task.warm_start {
        parts.push(digest(format!("{:?}{evals:?}", model.parts()).as_bytes()));
    }
    Ok(digest(parts.join("\n").as_bytes()))
}

fn sample(sample: &SampleRef<'_>) -> Result<String> {
    let names: Vec<&str> = sample.x.names().iter().collect();
    let mut parts = vec![
        digest(format!("{names:?}").as_bytes()),
        sample.x.len().to_string(),
        matrix(sample.x.rows("a checkpoint")?),
    ];
    let numbers = |values: &[f64]| blocks(values, |v| v.to_bits().to_le_bytes());
    match sample.labels {
        LabelsRef::Real(labels) => parts.push(numbers(labels.values())),
        LabelsRef::Binary(labels) => parts.push(digest(labels.values())),
        LabelsRef::Class(labels) => {
            parts.push(digest(format!("{:?}", labels.classes()).as_bytes()));
            parts.push(blocks(labels.codes(), |c| c.to_le_bytes()));
        }
        LabelsRef::Relevance(labels) => {
            parts.push(blocks(labels.grades(), |g| g.to_bits().to_le_bytes()));
            parts.push(blocks(labels.query_ids(), |q| q.to_le_bytes()));
        }
    }
    parts.push(sample.weights.map_or_else(String::new, numbers));
    parts.push(sample.init_score.map_or_else(String::new, numbers));
    Ok(digest(parts.join("\n").as_bytes()))
}

fn matrix(x: AnyView<'_>) -> String {
    let starts: Vec<usize> = (0..x.len()).step_by(BLOCK).collect();
    let digests: Vec<String> = starts
        .into_par_iter()
        .map(|from| {
            let rows = from..x.len().min(from + BLOCK);
            let mut bytes = Vec::new();
            rows.for_each(|i| row_bytes(x, i, &mut bytes));
            digest(&bytes)
        })
        .collect();
    digest(digests.concat().as_bytes())
}

fn blocks<T: Copy + Sync, const N: usize>(
    values: &[T],
    bytes: impl Fn(T) -> [u8; N] + Sync,
) -> String {
    let digests: Vec<String> = values
        .par_chunks(BLOCK)
        .map(|block| digest(&block.iter().flat_map(|&v| bytes(v)).collect::<Vec<u8>>()))
        .collect();
    digest(digests.concat().as_bytes())
}
