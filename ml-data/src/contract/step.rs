//! Steps: learn from training rows, then change rows one at a time or in batches.

use crate::error::Result;
use crate::repr::{Repr, Rows, View};
use crate::sample::{HeldOut, Sample, Target, Train};
use serde::{Serialize, de::DeserializeOwned};

/// Common part of every step and model: a name, and parameters that can be checked before any work.
///
/// ```
/// use ml_data::prelude::*;
/// /// Limits numbers to a range.
/// struct Clip { lower: f64, upper: f64 }
/// impl Params for Clip {
///     fn check(&self) -> Result<()> {
///         if self.lower <= self.upper {
///             return Ok(());
///         }
///         Err(Error::parameter("Clip", "lower", self.lower, "at most `upper`"))
///     }
/// }
/// let clip = Clip { lower: 2.0, upper: 1.0 };
/// assert_eq!(clip.name(), "Clip");
/// let e = clip.check().unwrap_err();
/// assert_eq!(e.to_string(), "Clip: parameter `lower` = 2: must be at most `upper`");
/// ```
pub trait Params: Send + Sync {
    /// The name in messages. Default the type's, without its path.
    fn name(&self) -> &'static str {
        type_name::<Self>()
    }
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

/// The name of a type without its path and parameters.
#[doc(hidden)]
#[must_use]
pub fn type_name<T: ?Sized>() -> &'static str {
    let full = std::any::type_name::<T>();
    let path = full.split('<').next().unwrap_or(full);
    path.rsplit(':').next().unwrap_or(path)
}

/// A step that learns from training rows.
///
/// A function of one number, which learns nothing, needs no step of its own: `FunctionTransformer`
/// of `ml_features`. What a step learns is a type that implements [`Apply`]:
///
/// ```
/// use ml_data::prelude::*;
/// use serde::{Deserialize, Serialize};
/// /// Takes its training mean from each column.
/// struct Center;
/// #[derive(Serialize, Deserialize)]
/// struct FittedCenter(Vec<f64>);
///
/// impl Params for Center {}
/// impl<Y: Target> Transformer<Dense, Y> for Center {
///     type Out = Dense;
///     type Fitted = FittedCenter;
///     fn fit_transform(&self, train: &Sample<Dense, Y, Train>) -> Result<(FittedCenter, Dense)> {
///         let total: f64 = (0..train.len()).map(|i| train.weight(i)).sum();
///         let mut means = vec![0.0; train.x().data().width()];
///         for (i, row) in train.x().iter().enumerate() {
///             means.iter_mut().zip(row).for_each(|(m, v)| *m += train.weight(i) / total * v);
///         }
///         let fitted = FittedCenter(means);
///         let rows = fitted.apply(train.x())?;
///         Ok((fitted, rows))
///     }
/// }
/// impl Apply<Dense> for FittedCenter {
///     type Out = Dense;
///     type Scratch = ();
///     fn header(&self, input: &Names) -> Names {
///         input.clone()
///     }
///     fn apply_row(&self, row: &[f64], (): &mut (), out: &mut Vec<f64>) -> Result<()> {
///         out.extend(row.iter().zip(&self.0).map(|(v, mean)| v - mean));
///         Ok(())
///     }
/// }
///
/// let x = Dense::from_rows(1, vec![1.0, 2.0, 6.0])?;
/// let train = Dataset::regression(x, vec![0.0, 0.0, 0.0])?.into_train();
/// let (fitted, rows) = Center.fit_transform(&train)?;
/// assert_eq!(rows.values(), [-2.0, -1.0, 3.0]);
/// let new = Dense::from_rows(1, vec![5.0])?;
/// assert_eq!(fitted.apply(View::all(&new))?.values(), [2.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
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
///
/// [`Transformer`] has one that keeps the columns. One that makes other columns says their names:
///
/// ```
/// use ml_data::prelude::*;
/// /// The sum and the largest of each row.
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Summary;
/// impl Apply<Dense> for Summary {
///     type Out = Dense;
///     type Scratch = ();
///     fn header(&self, _: &Names) -> Names {
///         Names::new(["sum", "max"])
///     }
///     fn apply_row(&self, row: &[f64], (): &mut (), out: &mut Vec<f64>) -> Result<()> {
///         out.push(row.iter().sum());
///         out.push(row.iter().copied().fold(f64::NEG_INFINITY, f64::max));
///         Ok(())
///     }
/// }
/// let x = Dense::from_rows(3, vec![1.0, 5.0, 3.0])?;
/// let made = Summary.apply(View::all(&x))?;
/// assert_eq!((made.names().get(1), made.values()), ("max", &[9.0, 5.0][..]));
/// # Ok::<(), ml_data::Error>(())
/// ```
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
