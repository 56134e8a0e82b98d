//! Ensembles, ready to explain.

use ml_data::Result;
use ml_data::contract::Attributions;
use ml_data::for_any;
use ml_data::repr::{Dense, Float, Names, View};
use rayon::prelude::*;

use super::contributions::{Contributions, InteractionValues};
use super::interactions::Pairs;
use super::program::{Program, Scratch};
use crate::tree::kernel::{LANES, Lanes, ROWS};
use crate::tree::predict::Ranks;
use crate::tree::predict::rows::in_blocks;
use crate::tree::{Combine, Ensemble, Matrix};

/// An ensemble compiled for explanations.
///
/// A feature's contribution is its Shapley value: how much knowing the feature changes the score on
/// average over all orders in which features may become known, where unknown features follow the
/// training rows down the trees ("path-dependent" TreeSHAP, as LightGBM's `pred_contrib`). In trees
/// whose rows were not counted, which come from XGBoost's files, they follow the sums of hessians,
/// as in its `pred_contribs`. Contributions and the expected score add up to the score, before the
/// link.
///
/// The values are exact. Each is the integral from 0 to 1 of a polynomial, one factor a feature of
/// the path, and a Gauss-Legendre rule of half as many points as a path has features is exact for
/// it; so a tree of `L` leaves and `D` different features on its longest path costs a row `O(L D)`,
/// not `O(L D^2)`, and eight rows are worked on at a time.
///
/// # Missing values
///
/// As in prediction.
///
/// # References
///
/// * Lundberg et al., *From local explanations to global understanding with explainable AI for
///   trees*, Nature Machine Intelligence 2 (2020),
///   [doi:10.1038/s42256-019-0138-9](https://doi.org/10.1038/s42256-019-0138-9).
/// * Yu et al., *Linear TreeShap* (NeurIPS 2022),
///   [doi:10.48550/arXiv.2209.08192](https://doi.org/10.48550/arXiv.2209.08192): polynomials kept
///   at a few points.
/// * Mitchell, Frank and Holmes, *GPUTreeShap*, PeerJ Computer Science 8 (2022),
///   [doi:10.7717/peerj-cs.880](https://doi.org/10.7717/peerj-cs.880): paths and rows side by side.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::{boost::Boost, tree::Explainer};
/// let x = Dense::from_rows(2, (0..80).map(|i| f64::from(i % 7)).collect())?;
/// let y: Vec<f64> = (0..40).map(|i| x.row(i)[0] * 2.0).collect();
/// let train = Dataset::regression(x.clone(), y)?.into_train();
/// let model = Boost::new().num_iterations(20).min_data_in_leaf(1).fit(&train)?;
/// let explainer = Explainer::new(model.ensemble());
/// let shap = explainer.shap(View::all(&x))?;
/// let score = model.raw_scores(View::all(&x))?[3];
/// let parts = shap.get(3, 0).unwrap();
/// assert_eq!(parts.len(), 3);
/// assert!((parts.iter().sum::<f64>() - score).abs() < 1e-9);
/// let why = explainer.attributions(["score"], View::all(&x))?.explanation(3, 0)?;
/// assert_eq!(&*why.reasons()[0].column, "x0");
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Explainer {
    names: Names,
    /// Columns that trees use, ascending.
    used: Vec<u32>,
    ranks: Ranks,
    programs: Vec<Program>,
    pairs: Pairs,
    /// Of each output.
    expected: Vec<f64>,
    /// Factor of sums over trees.
    factor: f64,
}

impl Explainer {
    /// Compiles an ensemble.
    #[must_use]
    pub fn new(ensemble: &Ensemble) -> Self {
        let trees = ensemble.trees();
        let mut used: Vec<u32> = (trees.iter())
            .flat_map(|t| t.nodes().iter().map(|n| n.feature))
            .collect();
        used.sort_unstable();
        used.dedup();
        let (ranks, questions) = Ranks::new(trees);
        let feature = |f: u32| used.partition_point(|&u| u < f) as u32;
        let programs: Vec<_> = trees
            .par_iter()
            .zip(&questions.trees)
            .map(|(tree, asked)| Program::new(tree, asked, &questions.sets, feature))
            .collect();
        let outputs = ensemble.outputs();
        let factor = match ensemble.parts().combine {
            Combine::Sum => 1.0,
            Combine::Mean => 1.0 / (trees.len() / outputs).max(1) as f64,
        };
        let mut expected = ensemble.parts().base_score.clone();
        for (t, program) in programs.iter().enumerate() {
            expected[t % outputs] += program.expected;
        }
        expected.iter_mut().for_each(|e| *e *= factor);
        Self {
            names: ensemble.names().clone(),
            pairs: Pairs::new(trees),
            used,
            ranks,
            programs,
            expected,
            factor,
        }
    }

    /// The expected score of each output: its mean over the rows that the trees were grown on,
    /// weighted by their hessians where they were not counted.
    #[must_use]
    pub fn expected(&self) -> &[f64] {
        &self.expected
    }

    /// Contributions of the features to each score of each row.
    ///
    /// # Errors
    /// Other columns than the trained ones.
    pub fn shap<R: Matrix>(&self, x: View<'_, R>) -> Result<Contributions> {
        let x = R::any_view(x);
        x.check(&self.names)?;
        let values = for_any!(
            AnyView,
            x,
            x => self.values(x),
            in_blocks(x, |x| self.values(x))?
        );
        Ok(Contributions {
            values,
            outputs: self.expected.len(),
            width: self.names.len() + 1,
        })
    }

    /// The contributions to each score of each row, row after row.
    fn values<F: Float>(&self, x: View<'_, Dense<F>>) -> Vec<f64> {
        let (outputs, width) = (self.expected.len(), self.names.len() + 1);
        let mut values = vec![0.0; x.len() * outputs * width];
        // Few rows are divided, too.
        let share = x.len().div_ceil(4 * rayon::current_num_threads());
        let block = share.next_multiple_of(LANES).clamp(LANES, ROWS);
        values
            .par_chunks_mut(block * outputs * width)
            .enumerate()
            .for_each_init(Buffers::default, |buffers, (k, out)| {
                self.ranks.of_block(
                    x,
                    k * block,
                    out.len() / (outputs * width),
                    &mut buffers.ranks,
                );
                self.block(buffers, out);
            });
        values
    }

    /// The contributions of a block of rows, whose ranks are in the buffers.
    fn block(&self, buffers: &mut Buffers, out: &mut [f64]) {
        let Buffers {
            ranks,
            scratch,
            sums,
        } = buffers;
        let (outputs, width) = (self.expected.len(), self.names.len() + 1);
        let groups = (out.len() / (outputs * width)).div_ceil(LANES);
        let used = self.used.len();
        sums.clear();
        sums.resize(outputs * groups * used, [0.0; LANES]);
        if used > 0 {
            for (t, program) in self.programs.iter().enumerate() {
                let sums = &mut sums[t % outputs * groups * used..][..groups * used];
                program.add(ranks, scratch, used, sums);
            }
        }
        for (i, row) in out.chunks_exact_mut(outputs * width).enumerate() {
            for (k, row) in row.chunks_exact_mut(width).enumerate() {
                let sums = &sums[(k * groups + i / LANES) * used..][..used];
                for (&feature, sum) in self.used.iter().zip(sums) {
                    row[feature as usize] = sum[i % LANES] * self.factor;
                }
                row[width - 1] = self.expected[k];
            }
        }
    }

    /// The same as [`shap`](Self::shap), as attributions of named columns and outputs.
    ///
    /// # Errors
    /// Other columns than the trained ones; another number of outputs than the model's.
    pub fn attributions<R: Matrix, S: Into<Box<str>>>(
        &self,
        outputs: impl IntoIterator<Item = S>,
        x: View<'_, R>,
    ) -> Result<Attributions> {
        self.shap(x)?
            .attributions(&self.names, outputs, &self.expected)
    }

    /// Contributions of the pairs of features to each score of each row: a square of features for
    /// each row and output, whose rows add up to the features' contributions. Pairs are given half
    /// on either side of the diagonal, as in shap.
    ///
    /// # Errors
    /// Other columns than the trained ones.
    pub fn interactions<F: Float>(&self, x: View<'_, Dense<F>>) -> Result<InteractionValues> {
        let shap = self.shap(x)?;
        let (outputs, features) = (self.expected.len(), self.names.len());
        let mut values = vec![0.0; x.len() * outputs * features * features];
        values
            .par_chunks_mut((outputs * features * features).max(1))
            .enumerate()
            .for_each(|(i, out)| {
                let row = x.row(i);
                self.pairs.add(|f| row[f].f64(), outputs, features, out);
                out.iter_mut().for_each(|v| *v *= self.factor);
                for (k, square) in out.chunks_exact_mut(features * features).enumerate() {
                    let whole = shap.get(i, k).unwrap_or(&[]);
                    for (a, row) in square.chunks_exact_mut(features).enumerate() {
                        row[a] = whole[a] - row.iter().sum::<f64>();
                    }
                }
            });
        Ok(InteractionValues {
            values,
            outputs,
            features,
        })
    }
}

/// Buffers of one thread.
#[derive(Debug, Default)]
struct Buffers {
    ranks: Vec<crate::tree::kernel::Bytes>,
    scratch: Scratch,
    /// By output, group of rows and feature in use.
    sums: Vec<Lanes>,
}

impl Ensemble {
    /// Contributions of the features to each score of each row (LightGBM's `pred_contrib`). Where
    /// rows come one by one, keep an [`Explainer`].
    ///
    /// # Errors
    /// Other columns than the trained ones.
    pub fn shap<R: Matrix>(&self, x: View<'_, R>) -> Result<Contributions> {
        Explainer::new(self).shap(x)
    }
}
