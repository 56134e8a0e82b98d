//! Steps: learn from training rows, then change rows one at a time or in batches.

use crate::error::Result;
use crate::repr::{Repr, Rows, View};
use crate::sample::{HeldOut, Sample, Target, Train};
use serde::{Serialize, de::DeserializeOwned};

/// Common part of every step and model: a name, and parameters that can be checked before any work.
pub trait Params: Send + Sync {
    /// The name in messages.
    fn name(&self) -> &'static str;
    /// Refuses parameters outside their domain.
    ///
    /// # Errors
    /// The parameter, its value and the rule.
    fn check(&self) -> Result<()> {
        Ok(())
    }
    /// Whether learning can start from the sample's initial scores; where not, a sample that
    /// carries some is refused. Default no.
    fn takes_init_score(&self) -> bool {
        false
    }
}

/// A step that learns from training rows.
///
/// # Sample weights
/// The duty of an [`Estimator`](super::Estimator): statistics honour [`Sample::weights`], or a
/// weighted sample is refused with [`Error::Unsupported`](crate::Error::Unsupported). The rule
/// "sample weights" of `testkit::check_step` compares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not transform `{R}` rows of a `{Y}` sample",
    label = "does not fit here",
    note = "the step before it must produce the rows it reads (see `type Out`); a target-aware step needs labels"
)]
pub trait Transformer<R: Repr, Y: Target>: Params {
    /// The rows it produces.
    type Out: Repr;
    /// The fitted step.
    type Fitted: Apply<R, Out = Self::Out>;
    /// Learns, and returns the training rows as the next step must see them (cross-fitted where
    /// labels are used).
    ///
    /// # Errors
    /// Columns it can not read, or data it can not learn from.
    fn fit_transform(&self, train: &Sample<R, Y, Train>) -> Result<(Self::Fitted, Self::Out)>;
}

/// A fitted step. The row path defines it; a batch override must give the same bits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not fitted: it cannot transform `{R}` rows",
    label = "not fitted",
    note = "fit it inside a pipeline, or call `fit_transform(&train)`, which returns the fitted step"
)]
pub trait Apply<R: Repr>: Send + Sync + Serialize + DeserializeOwned + 'static {
    /// The rows it produces.
    type Out: Repr;
    /// Per-thread working memory, reused from row to row.
    type Scratch: Default + Send + 'static;
    /// The columns it produces for these input columns.
    fn header(&self, input: &R::Header) -> <Self::Out as Repr>::Header;
    /// For each output column, the position of the one input column that it is made of; `None`
    /// where it is made of several or of none. Explanations are given in the input's names by it. A
    /// step that does not say (the default) makes columns that explanations know by their own
    /// names.
    ///
    /// # Errors
    /// Output columns that can not be described: two of one name.
    fn origins(&self, input: &R::Header) -> Result<Vec<Option<usize>>> {
        let outputs = <Self::Out as Repr>::schema_of(&self.header(input))?;
        Ok(vec![None; outputs.len()])
    }
    /// Appends the transformed row to `out`. A warm call allocates nothing.
    ///
    /// # Errors
    /// A value the step was configured to refuse.
    fn apply_row(
        &self,
        row: R::Row<'_>,
        scratch: &mut Self::Scratch,
        out: &mut <Self::Out as Rows>::Buf,
    ) -> Result<()>;
    /// Transforms all rows of a view.
    ///
    /// # Errors
    /// As [`Apply::apply_row`].
    fn apply(&self, x: View<'_, R>) -> Result<Self::Out> {
        let mut scratch = Self::Scratch::default();
        let header = self.header(x.data().header());
        Self::Out::collect(header, x.len(), &mut |i, out| {
            self.apply_row(x.row(i), &mut scratch, out)
        })
    }
}

/// Transforming held-out samples with a fitted step.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not fitted: it cannot transform `{R}` rows",
    label = "not fitted",
    note = "fit it inside a pipeline, or call `fit_transform(&train)`, which returns the fitted step"
)]
pub trait ApplyExt<R: Repr>: Apply<R> {
    /// The transformed rows with the sample's labels, weights, times and groups.
    ///
    /// # Errors
    /// As [`Apply::apply_row`].
    fn transform<Y: Target, P: HeldOut>(
        &self,
        sample: &Sample<R, Y, P>,
    ) -> Result<Sample<Self::Out, Y, P>> {
        sample.with_x(self.apply(sample.x())?)
    }
}
impl<R: Repr, T: Apply<R>> ApplyExt<R> for T {}
