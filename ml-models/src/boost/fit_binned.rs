//! Fitting on rows in bins.

use ml_data::Result;
use ml_data::contract::Metric;
use ml_data::repr::Dense;
use ml_data::sample::{Binary, Class, Real, Relevance, Sample, Target, Valid};

use super::Boost;
use super::binned::Binned;
use super::estimator::{Learnable, More, WithMetric, WithObjective, go_on, learn, learn_judged};
use super::model::{FittedBoost, FittedBoostClassifier};
use super::objective::CustomObjective;
use super::rows::{Known, Source};
use crate::tree::Matrix;

/// Fitting on rows in bins.
pub trait FitBinned<Y: Target> {
    /// What it has learned.
    type Model;

    /// Learns from rows in bins.
    ///
    /// # Errors
    /// As [`Fit::fit`](ml_data::contract::Fit::fit); parameters of the bins (`max_bin`, `min_data_in_bin`,
    /// `bin_construct_sample_cnt`, `categorical_feature`, `enable_bundle`, `seed`) other than those they were made with; a
    /// checkpoint, which needs the numbers.
    fn fit_binned(&self, train: &Binned<Y>) -> Result<Self::Model>;

    /// Learns while watching validation rows, which are held as numbers, dense or sparse.
    ///
    /// # Errors
    /// As [`FitBinned::fit_binned`].
    fn fit_binned_valid<R: Matrix>(
        &self,
        train: &Binned<Y>,
        valid: &Sample<R, Y, Valid>,
    ) -> Result<Self::Model>;
}

fn known<R: Matrix, Y: Learnable>(train: &Binned<Y>) -> Known<'_, R> {
    Known {
        x: Source::Bins(&train.bins),
        answers: Y::answers(&train.labels),
        weights: train.weights.as_deref(),
        init_score: train.init_score.as_deref(),
    }
}

macro_rules! fits_binned {
    ($target:ty, $model:ty) => {
        impl FitBinned<$target> for Boost {
            type Model = $model;

            fn fit_binned(&self, train: &Binned<$target>) -> Result<$model> {
                let (known, y) = (known(train), &train.labels);
                learn::<Dense<f32>, $target>(self, More::default(), known, y, None, &mut go_on)
            }

            fn fit_binned_valid<R: Matrix>(
                &self,
                train: &Binned<$target>,
                valid: &Sample<R, $target, Valid>,
            ) -> Result<$model> {
                let (known, y) = (known(train), &train.labels);
                learn::<R, $target>(self, More::default(), known, y, Some(valid), &mut go_on)
            }
        }

        impl<M: Metric<$target>> FitBinned<$target> for WithMetric<M> {
            type Model = $model;

            fn fit_binned(&self, train: &Binned<$target>) -> Result<$model> {
                self.boost.fit_binned(train)
            }

            fn fit_binned_valid<R: Matrix>(
                &self,
                train: &Binned<$target>,
                valid: &Sample<R, $target, Valid>,
            ) -> Result<$model> {
                let (known, y) = (known(train), &train.labels);
                learn_judged(&self.boost, &self.metric, known, y, valid, &mut go_on)
            }
        }
    };
}
fits_binned!(Real, FittedBoost);
fits_binned!(Binary, FittedBoost);
fits_binned!(Relevance, FittedBoost);
fits_binned!(Class, FittedBoostClassifier);

macro_rules! fits_binned_custom {
    ($target:ty) => {
        impl<O: CustomObjective> FitBinned<$target> for WithObjective<O> {
            type Model = FittedBoost;

            fn fit_binned(&self, train: &Binned<$target>) -> Result<FittedBoost> {
                let (known, y) = (known(train), &train.labels);
                learn::<Dense<f32>, $target>(&self.boost, self.more(), known, y, None, &mut go_on)
            }

            fn fit_binned_valid<R: Matrix>(
                &self,
                train: &Binned<$target>,
                valid: &Sample<R, $target, Valid>,
            ) -> Result<FittedBoost> {
                let (known, y) = (known(train), &train.labels);
                learn::<R, $target>(&self.boost, self.more(), known, y, Some(valid), &mut go_on)
            }
        }
    };
}
fits_binned_custom!(Real);
fits_binned_custom!(Binary);
