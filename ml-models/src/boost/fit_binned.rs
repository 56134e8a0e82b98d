//! Fitting on rows in bins.

use ml_data::Result;
use ml_data::contract::OnRound;
use ml_data::sample::{Sample, Target, Valid};

use super::binned::Binned;
use super::estimator::never_stop;
use super::fit::fit;
use super::params::Boost;
use super::rows::{SampleRef, Source};
use super::target::{BoostTarget, sample_ref};
use super::task::Task;
use super::with::{BoostWith, InitModelSlot, MetricSlot, ObjectiveSlot};
use crate::tree::Matrix;

/// Fitting on rows in bins.
pub trait FitBinned<Y: Target> {
    /// The fitted model.
    type Model;

    /// Learns from rows in bins.
    ///
    /// # Errors
    /// As [`Fit::fit`](ml_data::contract::Fit::fit); parameters of the bins (`max_bin`,
    /// `min_data_in_bin`, `bin_construct_sample_cnt`, `categorical_feature`, `enable_bundle`,
    /// `seed`) other than those they were made with; a checkpoint or an initial model, which need
    /// the numbers.
    fn fit_binned(&self, train: &Binned<Y>) -> Result<Self::Model> {
        self.fit_binned_watched(train, &mut never_stop)
    }

    /// As [`FitBinned::fit_binned`], calling `on` after each round; it may end the training, as in
    /// [`Fit::fit_watched`](ml_data::contract::Fit::fit_watched).
    ///
    /// # Errors
    /// As [`FitBinned::fit_binned`].
    #[doc(alias = "callbacks")]
    fn fit_binned_watched(&self, train: &Binned<Y>, on: OnRound<'_>) -> Result<Self::Model>;

    /// Learns while watching validation rows, which are held as numbers, dense or sparse.
    ///
    /// # Errors
    /// As [`FitBinned::fit_binned`].
    fn fit_binned_valid<R: Matrix>(
        &self,
        train: &Binned<Y>,
        valid: &Sample<R, Y, Valid>,
    ) -> Result<Self::Model> {
        self.fit_binned_valid_watched(train, valid, &mut never_stop)
    }

    /// As [`FitBinned::fit_binned_valid`], calling `on` after each round.
    ///
    /// # Errors
    /// As [`FitBinned::fit_binned`].
    #[doc(alias = "callbacks")]
    fn fit_binned_valid_watched<R: Matrix>(
        &self,
        train: &Binned<Y>,
        valid: &Sample<R, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<Self::Model>;
}

/// The training rows of a task.
fn binned_ref<Y: BoostTarget>(train: &Binned<Y>) -> SampleRef<'_> {
    SampleRef {
        x: Source::Bins(&train.bins),
        labels: Y::labels(&train.labels),
        weights: train.weights.as_deref(),
        init_score: train.init_score.as_deref(),
    }
}

impl<Y: BoostTarget> FitBinned<Y> for Boost {
    type Model = Y::Model;

    fn fit_binned_watched(&self, train: &Binned<Y>, on: OnRound<'_>) -> Result<Y::Model> {
        let task = Task::new(binned_ref(train));
        Y::model(fit(self, &task, on)?, &train.labels)
    }

    fn fit_binned_valid_watched<R: Matrix>(
        &self,
        train: &Binned<Y>,
        valid: &Sample<R, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<Y::Model> {
        let mut task = Task::new(binned_ref(train));
        task.valid = Some(sample_ref(valid));
        Y::model(fit(self, &task, on)?, &train.labels)
    }
}

impl<Y, M, O, I> FitBinned<Y> for BoostWith<M, O, I>
where
    Y: BoostTarget,
    M: MetricSlot<Y>,
    O: ObjectiveSlot<Y>,
    I: InitModelSlot<Y>,
{
    type Model = Y::Model;

    fn fit_binned_watched(&self, train: &Binned<Y>, on: OnRound<'_>) -> Result<Y::Model> {
        let task = self.task::<Y>(binned_ref(train), &train.labels)?;
        Y::model(fit(&self.boost, &task, on)?, &train.labels)
    }

    fn fit_binned_valid_watched<R: Matrix>(
        &self,
        train: &Binned<Y>,
        valid: &Sample<R, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<Y::Model> {
        let mut task = self.task::<Y>(binned_ref(train), &train.labels)?;
        task.valid = Some(sample_ref(valid));
        task.eval_metric = self.metric.eval_metric(valid);
        Y::model(fit(&self.boost, &task, on)?, &train.labels)
    }
}
