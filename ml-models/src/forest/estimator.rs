//! Forests as estimators of numbers, two classes and several.

use ml_data::Result;
use ml_data::contract::{Estimator, OnRound};
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Binary, Class, Real, Sample, Target, Train};

use super::fit::{Answers, Known, Learned, fit};
use super::model::{FittedForest, FittedForestClassifier};
use super::params::{DecisionTree, ExtraTrees, RandomForest};
use super::settings::Settings;

/// The trees of a sample, whose labels are given apart.
fn grown<F: Float, Y: Target>(
    step: &'static str,
    settings: &Settings,
    train: &Sample<Dense<F>, Y, Train>,
    answers: Answers<'_>,
    on: Option<OnRound<'_>>,
) -> Result<Learned> {
    let known = Known {
        x: train.x(),
        answers,
        weights: train.weights(),
    };
    fit(step, settings, &known, on)
}

macro_rules! estimates {
    ($forest:ident, $target:ident, $model:ty, $labels:ident => $($classes:tt)*) => {
        impl<F: Float> Estimator<Dense<F>, $target> for $forest {
            type Model = $model;

            fn learn(&self, train: &Sample<Dense<F>, $target, Train>) -> Result<$model> {
                let $labels = train.y();
                let answers = Answers::$target($labels);
                let learned = grown(Self::STEP, &self.settings, train, answers, None)?;
                <$model>::new(Self::STEP, learned $($classes)*)
            }

            fn learn_watched(
                &self,
                train: &Sample<Dense<F>, $target, Train>,
                on: OnRound<'_>,
            ) -> Result<$model> {
                let $labels = train.y();
                let answers = Answers::$target($labels);
                let learned = grown(Self::STEP, &self.settings, train, answers, Some(on))?;
                <$model>::new(Self::STEP, learned $($classes)*)
            }
        }
    };
}

macro_rules! all {
    ($forest:ident) => {
        estimates!($forest, Real, FittedForest, labels => );
        estimates!($forest, Binary, FittedForest, labels => );
        estimates!($forest, Class, FittedForestClassifier, labels => , labels.classes().to_vec());
    };
}
all!(RandomForest);
all!(ExtraTrees);
all!(DecisionTree);
