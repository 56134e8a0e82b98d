//! Permutation importance: how much worse a model gets when a column is shuffled.

use ml_data::contract::{Direction, Importances, Metric, Predict};
use ml_data::random::{generator, permutation};
use ml_data::sample::{Readable, Sample, Target};
use ml_data::{Error, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::permute::Permute;
use crate::limits;

/// Permutation importance of the columns of any model, under any metric.
///
/// Each column is shuffled `n_repeats` times, the others left as they are; its importance is how
/// much the metric falls behind that of the rows as they were. Measure it on rows that the model
/// was not fitted on. Columns that say the same share their importance badly: shuffling one of them
/// leaves the other, and both look unimportant.
///
/// # Formula
///
/// `importance_c = metric(rows) - mean over repeats of metric(rows with column c shuffled)`, with
/// the sign turned for metrics of which lower is better.
///
/// # Missing values
///
/// They are shuffled like all others.
///
/// # Weights
///
/// The sample's weights go to the metric; they stay with their rows.
///
/// # References
///
/// Breiman, *Random forests*, Machine Learning 45 (2001),
/// [doi:10.1023/A:1010933404324](https://doi.org/10.1023/A:1010933404324).
///
/// ```
/// use ml_data::contract::Predict;
/// use ml_data::prelude::*;
/// use ml_data::sample::Scores;
/// use ml_data::repr::Names;
/// use ml_eval::{explain::PermutationImportance, metric::Rmse};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct TwiceTheFirst(Names);
/// impl Predict<Dense<f64>> for TwiceTheFirst {
///     type Prediction = Scores;
///     type Scratch = ();
///     fn input(&self) -> &Names {
///         &self.0
///     }
///     fn predict_row(&self, row: &[f64], _: &mut (), out: &mut f64) -> ml_data::Result<()> {
///         *out = 2.0 * row[0];
///         Ok(())
///     }
/// }
///
/// let x = Dense::from_rows(2, (0..40).map(f64::from).collect())?;
/// let y: Vec<f64> = (0..20).map(|i| 4.0 * f64::from(i)).collect();
/// let model = TwiceTheFirst(x.names().clone());
/// let sample = Dataset::regression(x, y)?.into_train();
/// let found = PermutationImportance::new().of(&model, &sample, &Rmse)?;
/// assert_eq!(found.baseline(), 0.0);
/// assert!(found.mean()[0] > 10.0);
/// assert_eq!(found.mean()[1], 0.0);
/// assert_eq!(&*found.named()?.iter().next().unwrap().column, "x0");
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PermutationImportance {
    n_repeats: usize,
    seed: u64,
}

impl Default for PermutationImportance {
    fn default() -> Self {
        Self {
            n_repeats: 5,
            seed: 0,
        }
    }
}

/// The importance of each column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermutationImportances {
    metric: String,
    baseline: f64,
    names: Vec<String>,
    importances: Vec<Vec<f64>>,
}

impl PermutationImportance {
    /// Five repeats, seed 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of times that each column is shuffled. Default 5.
    #[must_use]
    pub fn n_repeats(mut self, n_repeats: usize) -> Self {
        self.n_repeats = n_repeats;
        self
    }

    /// Decides how the columns are shuffled. Default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The importance of every column.
    ///
    /// # Errors
    /// No repeats, no rows, or what the model and the metric do not take.
    pub fn of<R, Y, P, M>(
        &self,
        model: &M,
        sample: &Sample<R, Y, P>,
        metric: &dyn Metric<Y>,
    ) -> Result<PermutationImportances>
    where
        R: Permute,
        Y: Target,
        P: Readable,
        M: Predict<R, Prediction = Y::Prediction>,
        Y::Labels: Sync,
    {
        let order = |column: usize, repeat: usize| {
            let index = (column * self.n_repeats + repeat) as u64;
            permutation(
                sample.len(),
                &mut generator(self.seed, "permutation importance", index),
            )
        };
        self.with(model, sample, metric, &order)
    }

    /// With the order of the rows for each column and repeat.
    fn with<R, Y, P, M>(
        &self,
        model: &M,
        sample: &Sample<R, Y, P>,
        metric: &dyn Metric<Y>,
        order: &(dyn Fn(usize, usize) -> Vec<u32> + Sync),
    ) -> Result<PermutationImportances>
    where
        R: Permute,
        Y: Target,
        P: Readable,
        M: Predict<R, Prediction = Y::Prediction>,
        Y::Labels: Sync,
    {
        if !(1..=limits::REPEATS).contains(&self.n_repeats) {
            return Err(Error::parameter(
                "PermutationImportance",
                "n_repeats",
                self.n_repeats,
                "1 to 100,000 (limits::REPEATS)",
            ));
        }
        let (truth, weights) = (sample.y(), sample.weights());
        let score = |x: &R| metric.score(truth, &model.predict(x)?, weights);
        let x = R::gathered(sample.x());
        let baseline = score(&x)?;
        let names = x.column_names();
        let importances = (0..names.len())
            .into_par_iter()
            .map_init(
                || x.clone(),
                |copy, column| {
                    let repeats = (0..self.n_repeats).map(|repeat| {
                        copy.set_column(column, &x, Some(&order(column, repeat)))?;
                        let shuffled = score(copy)?;
                        Ok(match metric.direction() {
                            Direction::HigherIsBetter => baseline - shuffled,
                            Direction::LowerIsBetter => shuffled - baseline,
                        })
                    });
                    let repeats: Result<Vec<f64>> = repeats.collect();
                    copy.set_column(column, &x, None)?;
                    repeats
                },
            )
            .collect::<Result<_>>()?;
        Ok(PermutationImportances {
            metric: metric.name().to_owned(),
            baseline,
            names,
            importances,
        })
    }
}

impl PermutationImportances {
    /// The metric's name.
    #[must_use]
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// The metric of the rows as they are.
    #[must_use]
    pub fn baseline(&self) -> f64 {
        self.baseline
    }

    /// Names of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// For each column, how much worse the metric was in each repeat; negative where it was better.
    #[must_use]
    pub fn importances(&self) -> &[Vec<f64>] {
        &self.importances
    }

    /// The mean over the repeats, for each column.
    #[must_use]
    pub fn mean(&self) -> Vec<f64> {
        self.importances.iter().map(|of| mean(of)).collect()
    }

    /// The standard deviation over the repeats (divided by their number), for each column.
    #[must_use]
    pub fn sd(&self) -> Vec<f64> {
        let sd = |of: &Vec<f64>| {
            let middle = mean(of);
            let squares: Vec<f64> = of.iter().map(|v| (v - middle).powi(2)).collect();
            mean(&squares).sqrt()
        };
        self.importances.iter().map(sd).collect()
    }

    /// The means by name, the most important column first.
    ///
    /// # Errors
    /// Two columns of one name; a metric that is not finite.
    pub fn named(&self) -> Result<Importances> {
        let means = self.names.iter().map(String::as_str).zip(self.mean());
        Importances::new(self.metric.clone(), means)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use ml_data::repr::{Dense, Names};
    use ml_data::sample::{Dataset, Real, RealLabels, Scores, Train};

    use super::*;
    use crate::metric::{R2, Rmse};

    #[derive(Serialize, Deserialize)]
    struct Linear(Vec<f64>, Names);

    impl Predict<Dense<f64>> for Linear {
        type Prediction = Scores;
        type Scratch = ();

        fn input(&self) -> &Names {
            &self.1
        }

        fn predict_row(&self, row: &[f64], _: &mut (), out: &mut f64) -> Result<()> {
            *out = row.iter().zip(&self.0).map(|(x, w)| x * w).sum();
            Ok(())
        }
    }

    #[derive(Deserialize)]
    struct Golden {
        x: Vec<f64>,
        y: Vec<f64>,
        weights: Vec<f64>,
        coef: Vec<f64>,
        orders: Vec<Vec<u32>>,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        weighted: bool,
        metric: String,
        importances: Vec<Vec<f64>>,
        mean: Vec<f64>,
        sd: Vec<f64>,
    }

    fn golden() -> Golden {
        ml_data::testkit::golden!("permutation").unwrap()
    }

    fn sample(g: &Golden) -> (Linear, Sample<Dense<f64>, Real, Train>) {
        let x = Dense::from_rows(g.coef.len(), g.x.clone()).unwrap();
        let model = Linear(g.coef.clone(), x.names().clone());
        let y = RealLabels::new(g.y.clone()).unwrap();
        (model, Dataset::new(x, y).unwrap().into_train())
    }

    #[test]
    fn importances_equal_scikit_learn() {
        let g = golden();
        let (model, plain) = sample(&g);
        let x = Dense::from_rows(g.coef.len(), g.x.clone()).unwrap();
        let y = RealLabels::new(g.y.clone()).unwrap();
        let weighted = Dataset::<_, Real>::new(x, y)
            .and_then(|d| d.with_weights(g.weights.clone()))
            .unwrap()
            .into_train();
        let repeats = PermutationImportance::new().n_repeats(g.orders.len());
        let order = |_: usize, repeat: usize| g.orders[repeat].clone();
        for case in &g.cases {
            let sample = if case.weighted { &weighted } else { &plain };
            let metric: &dyn Metric<Real> = if case.metric == "r2" { &R2 } else { &Rmse };
            let found = repeats.with(&model, sample, metric, &order).unwrap();
            let close = |a: &[f64], b: &[f64]| {
                assert_eq!(a.len(), b.len());
                a.iter().zip(b).for_each(|(a, b)| {
                    assert!((a - b).abs() < 1e-12 * b.abs().max(1.0), "{a} {b}");
                });
            };
            for (got, want) in found.importances().iter().zip(&case.importances) {
                close(got, want);
            }
            close(&found.mean(), &case.mean);
            close(&found.sd(), &case.sd);
        }
    }

    #[test]
    fn shuffles_are_repeatable_and_rank_the_columns() {
        let g = golden();
        let (model, sample) = sample(&g);
        let of = |seed| {
            PermutationImportance::new()
                .seed(seed)
                .of(&model, &sample, &R2)
        };
        let found = of(1).unwrap();
        assert_eq!(found, of(1).unwrap());
        assert_ne!(found, of(2).unwrap());
        let named = found.named().unwrap();
        let first: Vec<&str> = named.iter().take(2).map(|i| &*i.column).collect();
        assert_eq!(first, ["x0", "x1"]);
        assert_eq!(
            (named.get("x1"), named.kind()),
            (Some(found.mean()[1]), "r2")
        );
        assert_eq!(found.importances()[0].len(), 5);
        assert_eq!(found.metric(), "r2");
        let none = PermutationImportance::new().n_repeats(0);
        let error = none.of(&model, &sample, &R2).unwrap_err();
        assert!(error.to_string().contains("n_repeats"));
    }
}
