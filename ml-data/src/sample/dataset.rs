//! A data set before it is split.

use super::carried::{Carried, InitScore};
use super::labels::{
    Binary, BinaryLabels, Class, ClassLabels, Labels, NoLabels, Real, RealLabels, Target,
    Unlabelled,
};
use super::part::Sample;
use super::role::{Test, Train, Valid};
use super::split::{Split, TrainTestSplit};
use crate::error::{Error, Result};
#[cfg(feature = "table")]
use crate::repr::{Dense, Float};
use crate::repr::{IntoData, Repr};
use crate::schema::MISSING_TIME;
#[cfg(feature = "table")]
use crate::table::{Schema, Table};
use crate::validate;
use std::sync::Arc;

/// Rows with labels, not yet split: explore it, split it. It can not be fitted and not be cloned.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::table::{Column, Table};
/// let table = Table::new([
///     ("x", Column::num((0..100).map(f64::from))),
///     ("y", Column::num((0..100).map(|i| f64::from(i) * 2.0))),
/// ])?;
/// let how = Split::random(0.2, 0.2).seed(1);
/// let TrainValidTest { train, valid, test } = table.regression("y")?.split(how)?;
/// assert_eq!(train.len() + valid.len() + test.len(), 100);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub struct Dataset<R, Y: Target> {
    data: Arc<R>,
    carried: Carried<Y>,
}

/// Training, validation and test samples of a split.
#[derive(Debug)]
pub struct TrainValidTest<R, Y: Target> {
    /// To learn from.
    pub train: Sample<R, Y, Train>,
    /// To choose with.
    pub valid: Sample<R, Y, Valid>,
    /// To state the result with, once.
    pub test: Sample<R, Y, Test>,
}

/// Training and test samples of a split.
#[derive(Debug)]
pub struct TrainTest<R, Y: Target> {
    /// To learn from.
    pub train: Sample<R, Y, Train>,
    /// To state the result with, once.
    pub test: Sample<R, Y, Test>,
}

impl<R: Repr> Dataset<R, Unlabelled> {
    /// Rows without labels.
    ///
    /// # Errors
    /// As [`Dataset::new`].
    pub fn unlabelled(data: impl IntoData<Repr = R>) -> Result<Self> {
        let data = data.into_data();
        let labels = NoLabels(data.len());
        Self::new(data, labels)
    }
}

impl<R: Repr> Dataset<R, Real> {
    /// Rows with a number each. [`Table::regression`](crate::table::Table::regression) takes the
    /// numbers from a column.
    ///
    /// ```
    /// use ml_data::ndarray::array;
    /// use ml_data::prelude::*;
    /// let x = array![[1.0_f32, 2.0], [3.0, 4.0]]; // or a `Dense`
    /// let data = Dataset::regression(x, vec![10.0, 20.0])?;
    /// assert_eq!(data.data().row(1), [3.0, 4.0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// Different lengths, or a label that is missing or infinite, with its row.
    pub fn regression(
        data: impl IntoData<Repr = R>,
        labels: impl Into<Arc<[f64]>>,
    ) -> Result<Self> {
        Self::new(data, RealLabels::new(labels)?)
    }
}

impl<R: Repr> Dataset<R, Binary> {
    /// Rows of two classes: 1 for the one called `positive`, 0 for the other.
    ///
    /// ```
    /// use ml_data::ndarray::array;
    /// use ml_data::prelude::*;
    /// let data = Dataset::binary(array![[1.0], [3.0]], vec![0, 1], "spam")?;
    /// assert_eq!(data.labels().positive(), "spam");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// Different lengths, or another label than 0 and 1, with its row.
    pub fn binary(
        data: impl IntoData<Repr = R>,
        labels: impl Into<Arc<[u8]>>,
        positive: &str,
    ) -> Result<Self> {
        Self::new(data, BinaryLabels::new(labels, positive)?)
    }
}

impl<R: Repr> Dataset<R, Class> {
    /// Rows of several classes, each with the name of its class; classes are coded in the order of
    /// their sorted names.
    ///
    /// ```
    /// use ml_data::ndarray::array;
    /// use ml_data::prelude::*;
    /// let data = Dataset::classes(array![[1.0], [3.0], [4.0]], ["oak", "yew", "oak"])?;
    /// assert_eq!(data.labels().codes(), [0, 1, 0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// Different lengths.
    pub fn classes<S: AsRef<str>>(
        data: impl IntoData<Repr = R>,
        labels: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let labels: Vec<Box<str>> = labels.into_iter().map(|l| l.as_ref().into()).collect();
        Self::new(data, ClassLabels::of_names(&labels)?)
    }
    /// The same rows with classes coded as elsewhere, `train.y().classes()`: a held-out set that
    /// was read on its own may lack a class, and would code the others differently.
    ///
    /// # Errors
    /// A row whose class is not among them.
    pub fn with_classes(mut self, classes: &[Box<str>]) -> Result<Self> {
        self.carried.labels = self.carried.labels.recode(classes)?;
        Ok(self)
    }
}

impl<R: Repr, Y: Target> Dataset<R, Y> {
    /// Rows (a table, a matrix, an array of ndarray) with their labels. Data sets of matrices have
    /// shorter ways: [`Dataset::regression`], [`Dataset::binary`], [`Dataset::classes`].
    ///
    /// # Errors
    /// Different lengths.
    pub fn new(data: impl IntoData<Repr = R>, labels: Y::Labels) -> Result<Self> {
        let data = data.into_data();
        Error::check_len("labels", data.len(), labels.len())?;
        Ok(Self {
            data: Arc::new(data),
            carried: Carried::new(labels),
        })
    }
    /// Sets how much each row counts.
    ///
    /// # Errors
    /// Another length, or a weight that is negative, infinite or missing (named by row).
    pub fn with_weights(mut self, weights: impl Into<Arc<[f64]>>) -> Result<Self> {
        let weights = weights.into();
        validate::weights(&weights, self.data.len())?;
        self.carried.weights = Some(weights);
        Ok(self)
    }
    /// Sets when each row happened (microseconds since 1970).
    ///
    /// # Errors
    /// Another length, or a missing time.
    pub fn with_times(mut self, times: impl Into<Arc<[i64]>>) -> Result<Self> {
        let times = times.into();
        Error::check_len("times", self.data.len(), times.len())?;
        if let Some(row) = times.iter().position(|t| *t == MISSING_TIME) {
            return Err(Error::cell("time", row, "an instant", "a missing value"));
        }
        self.carried.times = Some(times);
        Ok(self)
    }
    /// Sets the group of each row (a user, a session), kept together by group splits.
    ///
    /// # Errors
    /// Another length.
    pub fn with_groups(mut self, groups: impl Into<Arc<[u32]>>) -> Result<Self> {
        let groups = groups.into();
        Error::check_len("groups", self.data.len(), groups.len())?;
        self.carried.groups = Some(groups);
        Ok(self)
    }
    /// Sets the scores that learning starts from (LightGBM's `init_score`): what another model
    /// already says of each row, before it becomes a probability or a rate. One number a row, or
    /// one an output (a class), row after row. The model learns what is missing, and **its
    /// predictions do not contain these scores**: add them yourself. Models that can not start from
    /// scores refuse the sample. In a table, columns with the role
    /// [`Role::InitScore`](crate::table::Role::InitScore) are taken.
    ///
    /// # Errors
    /// A length that is no multiple of the number of rows, or a score that is not finite (named by
    /// row).
    pub fn with_init_score(mut self, scores: impl Into<Arc<[f64]>>) -> Result<Self> {
        let values = scores.into();
        let rows = self.data.len();
        let width = (values.len() / rows.max(1)).max(1);
        if values.len() != width * rows {
            return Err(Error::Length {
                what: "init_score (one a row and output)".into(),
                expected: rows * width,
                found: values.len(),
            });
        }
        if let Some(at) = values.iter().position(|s| !s.is_finite()) {
            let row = at / width;
            return Err(Error::cell(
                "init_score",
                row,
                "a finite number",
                values[at],
            ));
        }
        self.carried.init_score = Some(InitScore { values, width });
        Ok(self)
    }
    /// The rows, to explore.
    pub fn data(&self) -> &R {
        &self.data
    }
    /// The labels, to explore.
    pub fn labels(&self) -> &Y::Labels {
        &self.carried.labels
    }
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.data.len()
    }
    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }
    /// Splits into three parts and uses the data set up.
    ///
    /// # Errors
    /// Shares that leave a part without rows, or a split that needs times, groups or classes the
    /// data does not carry.
    pub fn split(self, how: Split) -> Result<TrainValidTest<R, Y>> {
        let [train, valid, test] = self.carried.divided(|input| how.rows(input))?;
        Ok(TrainValidTest {
            train: Sample::assemble(self.data.clone(), Some(train.into()), &self.carried),
            valid: Sample::assemble(self.data.clone(), Some(valid.into()), &self.carried),
            test: Sample::assemble(self.data.clone(), Some(test.into()), &self.carried),
        })
    }
    /// Splits into training and test rows and uses the data set up: scikit-learn's
    /// `train_test_split`.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([
    ///     ("x", Column::num((0..40).map(f64::from))),
    ///     ("sold", Column::bool((0..40).map(|i| Some(i % 4 == 0)))),
    /// ])?;
    /// let how = Split::holdout(0.25).stratified().seed(7);
    /// let TrainTest { train, test } = table.binary("sold", "true")?.train_test_split(how)?;
    /// assert_eq!((train.len(), test.len()), (30, 10));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`TrainTestSplit::rows`].
    pub fn train_test_split(self, how: TrainTestSplit) -> Result<TrainTest<R, Y>> {
        let [train, test] = self.carried.divided(|input| how.rows(input))?;
        Ok(TrainTest {
            train: Sample::assemble(self.data.clone(), Some(train.into()), &self.carried),
            test: Sample::assemble(self.data.clone(), Some(test.into()), &self.carried),
        })
    }
    /// Every row as training rows: for the refit after all choices are made.
    pub fn into_train(self) -> Sample<R, Y, Train> {
        Sample::assemble(self.data, None, &self.carried)
    }
    /// Every row as validation rows: for data that was split elsewhere.
    pub fn into_valid(self) -> Sample<R, Y, Valid> {
        Sample::assemble(self.data, None, &self.carried)
    }
    /// Every row as test rows: for data that was split elsewhere.
    pub fn into_test(self) -> Sample<R, Y, Test> {
        Sample::assemble(self.data, None, &self.carried)
    }
}

#[cfg(feature = "table")]
impl<Y: Target> Dataset<Table, Y> {
    /// The same data set with the columns of a trained schema: see [`Table::conform`].
    ///
    /// # Errors
    /// As [`Table::conform`].
    pub fn conform(self, to: &Arc<Schema>) -> Result<Self> {
        Ok(Self {
            data: Arc::new(self.data.conform(to)?),
            carried: self.carried,
        })
    }
    /// The features of the same rows as a matrix: see [`Table::dense`].
    ///
    /// # Errors
    /// A column that is neither of numbers nor of booleans.
    pub fn dense<F: Float>(&self) -> Result<Dataset<Dense<F>, Y>> {
        Ok(Dataset {
            data: Arc::new(self.data.dense()?),
            carried: self.carried.clone(),
        })
    }
}

impl<R, Y: Target> std::fmt::Debug for Dataset<R, Y> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dataset({} rows)", self.carried.labels.len())
    }
}
