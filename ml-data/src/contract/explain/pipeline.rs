//! Pipelines that explain in the names of the columns that they read.

use super::attributions::Attributions;
use super::importances::{FeatureImportances, ImportanceKind, Importances};
use super::model::Explain;
use super::origins::Groups;
use crate::contract::pipeline::BLOCK;
use crate::contract::{Apply, FittedPipeline, Predict};
use crate::error::{Error, Result};
use crate::repr::{Repr, View};

impl<R: Repr, T: Apply<R>, M: Explain<T::Out>> Explain<R> for FittedPipeline<R, T, M> {
    type Prepared = M::Prepared;

    fn prepare(&self) -> M::Prepared {
        self.model.prepare()
    }

    fn raw_scores(&self, x: View<'_, R>) -> Result<Vec<f64>> {
        x.data().check(self.input())?;
        let mut scores = Vec::new();
        for (b, block) in x.blocks(BLOCK).enumerate() {
            let here = |e: Error| e.offset_row(b * BLOCK);
            let rows = self.steps.apply(block).map_err(here)?;
            scores.extend(self.model.raw_scores(View::all(&rows)).map_err(here)?);
        }
        Ok(scores)
    }

    /// The attributions of the columns that the model reads, added up by the columns of the input
    /// that they are made of ([`Apply::origins`]). A column that is made of several, or of none,
    /// keeps its name, after those of the input.
    fn explain_with(&self, prepared: &M::Prepared, x: View<'_, R>) -> Result<Attributions> {
        x.data().check(self.input())?;
        let groups = Groups::new(&self.steps, self.input())?;
        let explained = |block: View<'_, R>| {
            let rows = self.steps.apply(block)?;
            let parts = self.model.explain_with(prepared, View::all(&rows))?;
            parts.sum_columns(groups.names.clone(), &groups.of)
        };
        let mut blocks = x.blocks(BLOCK);
        let none = || View::new(x.data(), x.rows().slice(0, 0));
        let first = explained(blocks.next().unwrap_or_else(none))?;
        blocks.enumerate().try_fold(first, |all, (b, block)| {
            let here = |e: Error| e.offset_row((b + 1) * BLOCK);
            all.extend(explained(block).map_err(here)?)
        })
    }
}

impl<R: Repr, T: Apply<R>, M: Predict<T::Out> + FeatureImportances> FeatureImportances
    for FittedPipeline<R, T, M>
{
    fn importances(&self, kind: ImportanceKind) -> Result<Importances> {
        let groups = Groups::new(&self.steps, self.input())?;
        let group = |name: &str| {
            let at = groups.outputs.iter().position(|o| &**o == name)?;
            Some(groups.names.get(groups.of[at]).into())
        };
        self.model.importances(kind)?.grouped(group)
    }
}
