//! Sparse columns that share a byte: the trees are those of columns on their own, to the last bit.
#![allow(clippy::unwrap_used)]

use ml_data::contract::Fit;
use ml_data::random::{RngExt, generator};
use ml_data::repr::Dense;
use ml_data::sample::{Dataset, Real, RealLabels, Sample, Train, Valid};
use ml_models::boost::{Boost, DataSampleStrategy, FittedBoost};

/// Levels of a column that is given as one-hot codes.
const LEVELS: usize = 40;
/// Sparse numbers: some of both signs, some with missing values, one mostly missing, one that meets
/// others in rare rows.
const SPARSE: usize = 6;

fn rows(n: usize, seed: u64) -> Dataset<Dense<f64>, Real> {
    let mut rng = generator(seed, "bundles", 0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let dense = rng.random::<f64>();
        let level = (rng.random::<f64>() * LEVELS as f64) as usize;
        let active = (rng.random::<f64>() * 3.0 * SPARSE as f64) as usize;
        let value = (rng.random::<f64>() * 9.0).round() - 4.0;
        x.push(dense);
        x.extend((0..LEVELS).map(|l| f64::from(u8::from(l == level))));
        for s in 0..SPARSE {
            let met = s == 5 && rng.random::<f64>() < 0.01;
            x.push(match s {
                4 if s != active => f64::NAN,
                _ if s == active || met => value,
                3 if active == 7 => f64::NAN,
                _ => 0.0,
            });
        }
        let of_level = (level as f64).sin();
        let of_value = if active < SPARSE {
            value * (active as f64 - 2.0)
        } else {
            0.0
        };
        y.push(dense * of_level + 0.3 * of_value + 0.1 * rng.random::<f64>());
    }
    let x = Dense::from_rows(1 + LEVELS + SPARSE, x).unwrap();
    Dataset::new(x, RealLabels::new(y).unwrap()).unwrap()
}

type Rows<P> = Sample<Dense<f64>, Real, P>;

fn parts() -> (Rows<Train>, Rows<Valid>) {
    (rows(3000, 1).into_train(), rows(500, 2).into_valid())
}

fn bits(model: &FittedBoost) -> String {
    format!("{:?} {:?}", model.trees(), model.history())
}

#[test]
fn bundles_change_no_bit() {
    let (train, valid) = parts();
    let plain = Boost::new()
        .num_iterations(25)
        .num_leaves(20)
        .min_data_in_leaf(5);
    let one_hot: Vec<String> = (1..=3).map(|c| format!("x{c}")).collect();
    for boost in [
        plain.clone(),
        // Columns that meet in no sampled row, but in others.
        plain.clone().bin_construct_sample_cnt(150),
        plain
            .clone()
            .feature_fraction(0.5)
            .feature_fraction_bynode(0.5),
        plain.clone().bagging_fraction(0.6).bagging_freq(1),
        plain.clone().data_sample_strategy(DataSampleStrategy::Goss),
        plain.clone().max_bin(7),
        plain.categorical_feature(one_hot),
    ] {
        let alone = boost
            .clone()
            .enable_bundle(false)
            .fit_valid(&train, &valid)
            .unwrap();
        let bundled = boost.fit_valid(&train, &valid).unwrap();
        assert!(bits(&alone) == bits(&bundled), "{boost:?}");
        assert!(bundled.history().last() < bundled.history().first());
    }
}
