//! Forests as estimators of numbers, two classes and several.

use ml_data::Result;
use ml_data::contract::Estimator;
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Binary, Class, Real, Sample, Train};

use super::fit::{Answers, Known, fit};
use super::model::{FittedForest, FittedForestClassifier};
use super::params::{DecisionTree, ExtraTrees, RandomForest};

macro_rules! estimates {
    ($forest:ident, $target:ident, $model:ty, $labels:ident => $($classes:tt)*) => {
        impl<F: Float> Estimator<Dense<F>, $target> for $forest {
            type Model = $model;

            fn learn(&self, train: &Sample<Dense<F>, $target, Train>) -> Result<$model> {
                let $labels = train.y();
                let known = Known {
                    x: train.x(),
                    answers: Answers::$target($labels),
                    weights: train.weights(),
                };
                let learned = fit(Self::STEP, &self.settings, &known)?;
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
