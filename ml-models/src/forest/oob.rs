//! Out of bag: what trees say of the rows that they were not grown on.

use ml_data::repr::Float;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fit::{Rows, drawn};
use super::settings::Settings;
use crate::tree::Tree;

/// Out-of-bag predictions: of rows by the trees that were not grown on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Oob {
    /// None if no row was out of bag.
    pub(super) score: Option<f64>,
    /// Row after row of the sample; none of rows that are in all bags or of weight 0.
    pub(super) prediction: Vec<Option<f64>>,
}

/// Judges the predictions of some rows, given with their weights; one number an output and row.
pub(super) type Score<'a> = &'a dyn Fn(&[(usize, f64)], &[f64]) -> f64;

/// Trees asked at a time.
const TREES: usize = 16;

/// The mean prediction of each row over the trees that were not grown on it.
pub(super) fn ask<F: Float>(
    settings: &Settings,
    rows: &Rows<'_, F>,
    outputs: usize,
    trees: &[Vec<Tree>],
    score: Score<'_>,
) -> Oob {
    let n = rows.x.len();
    let (mut sums, mut counts) = (vec![0.0; n * outputs], vec![0_u32; n]);
    for (block, some) in trees.chunks(TREES).enumerate() {
        let leaves: Vec<Vec<Option<u32>>> = some
            .par_iter()
            .enumerate()
            .map(|(k, trees)| {
                let bag = drawn(settings, n, (block * TREES + k) as u64);
                let outside = |row: usize| bag.as_ref().is_some_and(|b| b[row] == 0);
                let leaf = |row: usize| {
                    let row = rows.x.row(row);
                    trees[0].leaf_of(|f| row[f].f64()) as u32
                };
                (0..n).map(|row| outside(row).then(|| leaf(row))).collect()
            })
            .collect();
        for (trees, leaves) in some.iter().zip(&leaves) {
            for (row, leaf) in leaves.iter().enumerate() {
                let Some(leaf) = leaf else { continue };
                counts[row] += 1;
                for (sum, tree) in sums[row * outputs..].iter_mut().zip(trees) {
                    *sum += tree.leaves[*leaf as usize].value;
                }
            }
        }
    }
    let mut prediction = vec![None; rows.of * outputs];
    let (mut asked, mut said) = (Vec::new(), Vec::new());
    for row in (0..n).filter(|&row| counts[row] > 0) {
        asked.push((row, rows.weights.of(row)));
        let at = rows.kept[row] as usize * outputs;
        for k in 0..outputs {
            let mean = sums[row * outputs + k] / f64::from(counts[row]);
            prediction[at + k] = Some(mean);
            said.push(mean);
        }
    }
    Oob {
        score: (!asked.is_empty()).then(|| score(&asked, &said)),
        prediction,
    }
}

/// The weighted mean of something about each row.
fn mean(rows: &[(usize, f64)], of: impl Fn(usize, usize) -> f64) -> f64 {
    let weight: f64 = rows.iter().map(|(_, w)| w).sum();
    let terms = rows.iter().enumerate().map(|(k, &(row, w))| w * of(k, row));
    terms.sum::<f64>() / weight
}

/// The share of the variance that is explained; 0 where there is none.
pub(super) fn r2(truth: &[f64]) -> impl Fn(&[(usize, f64)], &[f64]) -> f64 {
    |rows, said| {
        let centre = mean(rows, |_, row| truth[row]);
        let all = mean(rows, |_, row| (truth[row] - centre).powi(2));
        let left = mean(rows, |k, row| (truth[row] - said[k]).powi(2));
        match (all > 0.0, left > 0.0) {
            (true, _) => 1.0 - left / all,
            (false, true) => 0.0,
            (false, false) => 1.0,
        }
    }
}

/// The share of rows whose more likely class of two is right.
pub(super) fn accuracy_of_two(truth: &[u32]) -> impl Fn(&[(usize, f64)], &[f64]) -> f64 {
    |rows, said| {
        let right = |k: usize, row: usize| (said[k] > 0.5) == (truth[row] == 1);
        mean(rows, |k, row| f64::from(u8::from(right(k, row))))
    }
}

/// The share of rows whose most likely class is right; of equally likely ones the first.
pub(super) fn accuracy(truth: &[u32], classes: usize) -> impl Fn(&[(usize, f64)], &[f64]) -> f64 {
    move |rows, said| {
        let right = |k: usize, row: usize| {
            let said = &said[k * classes..][..classes];
            let first = (1..said.len()).fold(0, |a, b| if said[b] > said[a] { b } else { a });
            first == truth[row] as usize
        };
        mean(rows, |k, row| f64::from(u8::from(right(k, row))))
    }
}
