//! Forests explain their means by Shapley values, isolation forests the logarithm of their scores.

use ml_data::Result;
use ml_data::contract::{Attributions, Explain, OutlierScore};
use ml_data::repr::{Dense, Float, View};

use super::isolation::FittedIsolationForest;
use super::model::{FittedForest, FittedForestClassifier};
use crate::tree::{Explainer, explains};

explains!(<F: Float> Dense<F>, FittedForest, |_model| ["score"]);
explains!(<F: Float> Dense<F>, FittedForestClassifier, |model| model
    .classes()
    .iter()
    .map(|c| &**c));

impl<F: Float> OutlierScore<Dense<F>> for FittedIsolationForest {
    fn threshold(&self) -> f64 {
        self.threshold
    }
}

/// The raw score is the binary logarithm of the anomaly score, `-h / c`: the mean depth `h` of the
/// row's leaves against the usual one `c`. What adds to it makes the row more abnormal.
impl<F: Float> Explain<Dense<F>> for FittedIsolationForest {
    type Prepared = Explainer;

    fn prepare(&self) -> Explainer {
        Explainer::new(self.ensemble())
    }

    fn raw_scores(&self, x: View<'_, Dense<F>>) -> Result<Vec<f64>> {
        let depths = self.ensemble().raw_scores(x)?;
        Ok(depths
            .into_iter()
            .map(|depth| self.log_score(depth))
            .collect())
    }

    fn explain_with(&self, prepared: &Explainer, x: View<'_, Dense<F>>) -> Result<Attributions> {
        let depths = prepared.attributions(["score"], x)?;
        // Without a usual depth every row has the same score, and nothing adds to it.
        let part = |depth: &f64| match self.usual > 0.0 {
            true => -depth / self.usual,
            false => 0.0,
        };
        let values = depths.values().iter().map(part).collect();
        let expected = vec![self.log_score(depths.expected()[0])];
        Attributions::new(
            depths.columns().clone(),
            ["score"],
            expected,
            depths.len(),
            values,
        )
    }
}

#[cfg(test)]
mod tests {
    use ml_data::prelude::*;

    use super::super::{Contamination, IsolationForest};
    use super::*;

    #[test]
    fn an_outlier_is_explained_by_the_column_that_sets_it_apart() {
        let mut cells: Vec<f64> = (0..200)
            .flat_map(|i| [f64::from(i % 7), f64::from(i % 11)])
            .collect();
        cells.extend([3.0, 400.0]);
        let x = Dense::from_rows(2, cells).unwrap();
        let train = Dataset::unlabelled(x.clone()).unwrap().into_train();
        let forest = IsolationForest::new().contamination(Contamination::Share(0.01));
        let forest = forest.fit(&train).unwrap();
        let (scores, outliers) = (
            forest.predict(&x).unwrap().0,
            forest.outliers(View::all(&x)).unwrap(),
        );
        assert!(outliers[200] && scores[200] > OutlierScore::<Dense>::threshold(&forest));
        assert!(outliers.iter().filter(|o| **o).count() <= 2);
        let why = forest.explain_row(&x, 200).unwrap();
        assert_eq!(&*why.reasons()[0].column, "x1");
        assert!(why.reasons()[0].attribution > 0.0);
        // The sum is the logarithm of the score.
        assert!((why.score().exp2() - scores[200]).abs() < 1e-12);
    }

    /// Trees of one row each: every score is 0.5, and no column has a part in it.
    #[test]
    fn trees_of_one_row_have_no_reasons() {
        let x = Dense::from_rows(1, vec![1.0, 2.0, 30.0]).unwrap();
        let train = Dataset::unlabelled(x.clone()).unwrap().into_train();
        let forest = IsolationForest::new().max_samples(1).fit(&train).unwrap();
        let why = forest.explain_row(&x, 2).unwrap();
        assert_eq!((why.score(), why.reasons().len()), (-1.0, 0));
    }
}
