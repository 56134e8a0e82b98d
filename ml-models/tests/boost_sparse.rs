//! Boosting on rows without their zeros: trees and predictions are those of the same rows with
//! them, bit by bit.
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::Error;
use ml_data::contract::{Estimator, Fit, LearnValid, Predict};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, Names, Repr, Rows, Sparse, SparseRow, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Prediction, Real, RealLabels, Relevance,
    RelevanceLabels, Sample, Scores, Target, Train, Valid,
};
use ml_models::boost::{
    Boost, DataSampleStrategy, FitBinned, FittedBoost, FittedBoostClassifier, Objective,
};
use ml_models::tree::{Ensemble, Scratch};

const WIDTH: usize = 40;

/// Two columns of numbers, one of categories, and one-hot codes; some values missing, some zeros
/// negative.
fn values(n: usize, stage: &str) -> Vec<f64> {
    let mut rng = generator(3, stage, 0);
    let mut values = vec![0.0; n * WIDTH];
    for row in values.chunks_mut(WIDTH) {
        row[0] = rng.random_range(-2.0..2.0);
        row[1] = match rng.random_range(0..10) {
            0 => f64::NAN,
            1..4 => f64::from(rng.random_range(1..300)),
            4 => -0.0,
            _ => 0.0,
        };
        row[2] = f64::from(rng.random_range(0..4));
        row[3 + rng.random_range(0..WIDTH - 3)] = 1.0;
    }
    values
}

fn dense(values: &[f64]) -> Dense {
    Dense::from_rows(WIDTH, values.to_vec()).unwrap()
}

fn sparse(values: &[f64]) -> Sparse {
    let rows = values.len() / WIDTH;
    Sparse::collect(Names::numbered(WIDTH), rows, &mut |i, row| {
        for (c, &v) in (0..).zip(&values[i * WIDTH..][..WIDTH]) {
            // Some zeros are stored.
            if v != 0.0 || (i + c as usize).is_multiple_of(11) {
                row.indices.push(c);
                row.values.push(v);
            }
        }
        Ok(())
    })
    .unwrap()
}

/// The signal of the labels, and a little noise.
fn signal(values: &[f64], stage: &str) -> Vec<f64> {
    let mut rng = generator(5, stage, 0);
    let of_row = |row: &[f64]| {
        let hot = row[3..].iter().position(|&v| v != 0.0).unwrap_or(0);
        let number = if row[1].is_nan() { 2.0 } else { row[1] / 100.0 };
        row[0] + number + f64::from(u8::from(row[2] == 1.0)) + (hot % 5) as f64 / 2.0
    };
    values
        .chunks(WIDTH)
        .map(|row| of_row(row) + rng.random_range(-0.3..0.3))
        .collect()
}

trait Labelled: Target {
    type Model: serde::Serialize;
    fn labels(signal: &[f64]) -> Self::Labels;
    fn ensemble(model: &Self::Model) -> &Ensemble;
}

macro_rules! labelled {
    ($target:ty, $model:ty, $y:ident => $labels:expr) => {
        impl Labelled for $target {
            type Model = $model;
            fn labels($y: &[f64]) -> Self::Labels {
                $labels
            }
            fn ensemble(model: &$model) -> &Ensemble {
                model.ensemble()
            }
        }
    };
}
labelled!(Real, FittedBoost, y => RealLabels::new(y).unwrap());
labelled!(Binary, FittedBoost, y => {
    BinaryLabels::new(y.iter().map(|&y| u8::from(y > 1.5)).collect::<Vec<_>>(), "1").unwrap()
});
labelled!(Class, FittedBoostClassifier, y => {
    let names = ["a", "b", "c"].map(Box::from).to_vec();
    ClassLabels::new(y.iter().map(|&y| y.clamp(0.0, 2.0) as u32).collect::<Vec<_>>(), names).unwrap()
});
labelled!(Relevance, FittedBoost, y => {
    let grades: Vec<f32> = y.iter().map(|&y| y.clamp(0.0, 4.0).floor() as f32).collect();
    let queries = (0..y.len() as u32).map(|i| i / 20).collect::<Vec<_>>();
    RelevanceLabels::new(grades, queries).unwrap()
});

fn sample<R: Repr, Y: Labelled>(
    x: R,
    values: &[f64],
    stage: &str,
    weighted: bool,
) -> Dataset<R, Y> {
    let data = Dataset::new(x, Y::labels(&signal(values, stage))).unwrap();
    if !weighted {
        return data;
    }
    let weights = (0..values.len() / WIDTH).map(|i| (i % 4) as f64 / 2.0);
    data.with_weights(weights.collect::<Vec<_>>()).unwrap()
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(12)
        .num_leaves(15)
        .categorical_feature(["x2"])
}

/// Fits both ways, with and without validation rows, and compares everything that was learned and
/// is predicted.
fn same<Y>(boost: &Boost, weighted: bool)
where
    Y: Labelled,
    Boost: LearnValid<Dense, Y> + LearnValid<Sparse, Y>,
    Boost: Estimator<Dense, Y, Model = Y::Model> + Estimator<Sparse, Y, Model = Y::Model>,
    Y::Model: Predict<Dense, Prediction = Y::Prediction, Scratch = Scratch>,
    Y::Model: Predict<Sparse, Prediction = Y::Prediction, Scratch = Scratch>,
    Y::Prediction: PartialEq + std::fmt::Debug,
{
    let (train, valid) = (values(3000, "train"), values(800, "valid"));
    let a: Sample<Dense, Y, Train> = sample(dense(&train), &train, "train", weighted).into_train();
    let b: Sample<Sparse, Y, Train> =
        sample(sparse(&train), &train, "train", weighted).into_train();
    let va: Sample<Dense, Y, Valid> = sample(dense(&valid), &valid, "valid", false).into_valid();
    let vb: Sample<Sparse, Y, Valid> = sample(sparse(&valid), &valid, "valid", false).into_valid();
    let text = |model: &Y::Model| serde_json::to_string(model).unwrap();
    let (x, y) = (boost.fit(&a).unwrap(), boost.fit(&b).unwrap());
    assert_eq!(text(&x), text(&y));
    assert!(
        Y::ensemble(&x)
            .split_importance()
            .iter()
            .filter(|s| **s > 0)
            .count()
            > 2
    );
    let early = boost
        .clone()
        .early_stopping_round(Some(2))
        .learning_rate(0.5);
    let (x, y) = (
        early.fit_valid(&a, &va).unwrap(),
        early.fit_valid(&b, &vb).unwrap(),
    );
    assert_eq!(text(&x), text(&y));

    let (xs, ys) = (dense(&valid), sparse(&valid));
    let (xs, ys) = (View::all(&xs), View::all(&ys));
    let batch = x.predict(xs).unwrap();
    assert_eq!(batch, x.predict(ys).unwrap());
    assert_eq!(
        Y::ensemble(&x).leaves(xs).unwrap(),
        Y::ensemble(&x).leaves(ys).unwrap()
    );
    // Rows alone carry no names of classes.
    assert_eq!(batch.values(), one_by_one::<Dense, Y>(&x, xs).values());
    assert_eq!(batch.values(), one_by_one::<Sparse, Y>(&x, ys).values());
}

fn one_by_one<R: Repr, Y: Labelled>(model: &Y::Model, x: View<'_, R>) -> Y::Prediction
where
    Y::Model: Predict<R, Prediction = Y::Prediction, Scratch = Scratch>,
{
    let (mut out, mut scratch) = (Y::Prediction::default(), Scratch::default());
    let mut buf = <Y::Prediction as Rows>::Buf::default();
    for row in x.iter() {
        <Y::Prediction as Rows>::clear(&mut buf);
        model.predict_row(row, &mut scratch, &mut buf).unwrap();
        out.push(&buf);
    }
    out
}

#[test]
fn every_target_has_the_bits_of_dense_rows() {
    same::<Real>(&boost(), false);
    same::<Binary>(&boost(), true);
    same::<Class>(&boost(), false);
    same::<Relevance>(&boost().min_data_in_leaf(5), false);
}

#[test]
fn every_way_of_training_has_the_bits_of_dense_rows() {
    same::<Real>(&boost().bagging_fraction(0.6).bagging_freq(1), true);
    same::<Real>(&boost().objective(Objective::RegressionL1), false);
    same::<Binary>(
        &boost()
            .data_sample_strategy(DataSampleStrategy::Goss)
            .learning_rate(0.4),
        false,
    );
    same::<Binary>(&boost().extra_trees(true), false);
    same::<Binary>(&boost().enable_bundle(false), false);
    same::<Real>(&boost().max_bin(20).feature_fraction(0.7), false);
    same::<Real>(&boost().max_bin(1000).bin_construct_sample_cnt(2500), false);
}

#[test]
fn models_go_on_and_are_refitted() {
    let v = values(2000, "train");
    let a: Sample<Dense, Real, Train> = sample(dense(&v), &v, "train", false).into_train();
    let b: Sample<Sparse, Real, Train> = sample(sparse(&v), &v, "train", false).into_train();
    let whole: FittedBoost = boost().fit(&b).unwrap();
    let half: FittedBoost = boost().num_iterations(6).fit(&b).unwrap();
    let on = boost().init_model(half.clone()).fit(&b).unwrap();
    assert_eq!(on.trees(), whole.trees());
    let x = boost().refit(half.clone()).fit(&a).unwrap();
    let y = boost().refit(half).fit(&b).unwrap();
    assert_eq!(x, y);
}

#[test]
fn bins_are_shared_by_both() {
    let (v, w) = (values(2000, "train"), values(500, "valid"));
    let train: Sample<Sparse, Real, Train> = sample(sparse(&v), &v, "train", true).into_train();
    let dense: Sample<Dense, Real, Valid> = sample(dense(&w), &w, "valid", false).into_valid();
    let sparse: Sample<Sparse, Real, Valid> = sample(sparse(&w), &w, "valid", false).into_valid();
    let boost = boost().early_stopping_round(Some(3));
    let want: FittedBoost = boost.fit_valid(&train, &sparse).unwrap();
    let bins = boost.bin_rows(&train).unwrap();
    assert_eq!(bins.len(), 1500);
    assert_eq!(boost.fit_binned_valid(&bins, &sparse).unwrap(), want);
    assert_eq!(boost.fit_binned_valid(&bins, &dense).unwrap(), want);
}

#[test]
fn a_checkpoint_knows_its_rows() {
    let folder = std::env::temp_dir().join(format!("boost-sparse-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("checkpoint");
    let v = values(500, "train");
    let train: Sample<Sparse, Real, Train> = sample(sparse(&v), &v, "train", false).into_train();
    let whole: FittedBoost = boost().fit(&train).unwrap();
    let _: FittedBoost = boost()
        .num_iterations(5)
        .checkpoint(&file, 2)
        .fit(&train)
        .unwrap();
    let on: FittedBoost = boost().checkpoint(&file, 2).fit(&train).unwrap();
    assert_eq!(on, whole);
    let mut other = v.clone();
    other[40] += 1.0;
    let changed: Sample<Sparse, Real, Train> =
        sample(sparse(&other), &v, "train", false).into_train();
    let refused: Result<FittedBoost, Error> = boost()
        .num_iterations(20)
        .checkpoint(&file, 2)
        .fit(&changed);
    assert!(refused.unwrap_err().to_string().contains("checkpoint"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn other_columns_are_refused() {
    let v = values(300, "train");
    let train: Sample<Sparse, Real, Train> = sample(sparse(&v), &v, "train", false).into_train();
    let model: FittedBoost = boost().fit(&train).unwrap();
    let narrow = Sparse::new(Names::numbered(3), vec![0, 1], vec![2], vec![1.0]).unwrap();
    assert!(matches!(model.predict(&narrow), Err(Error::Schema(_))));
    let predict = |indices: &[u32], values: &[f64]| {
        let row = SparseRow { indices, values };
        let mut out = 0.0;
        Predict::<Sparse>::predict_row(&model, row, &mut Scratch::default(), &mut out).map(|()| out)
    };
    let error = predict(&[2, 40], &[1.0, 1.0]).unwrap_err().to_string();
    assert!(
        error.contains("expected column numbers below 40, found 40"),
        "{error}"
    );
    assert!(predict(&[2], &[1.0, 1.0]).is_err());
    let empty = predict(&[], &[]).unwrap();
    let zeros = dense(&[0.0; WIDTH]);
    assert_eq!(Scores(vec![empty]), model.predict(&zeros).unwrap());
}

#[test]
fn rows_without_any_value_and_columns_without_any_row() {
    let x: Sparse<f32> = Sparse::new(Names::numbered(5), vec![0; 61], vec![], vec![]).unwrap();
    let y = RealLabels::new((0..60).map(f64::from).collect::<Vec<_>>()).unwrap();
    let train = Dataset::<_, Real>::new(x, y).unwrap().into_train();
    let model: FittedBoost = Boost::new().num_iterations(3).fit(&train).unwrap();
    assert_eq!(model.base_score(), 29.5);
    assert_eq!(model.predict(train.x()).unwrap(), Scores(vec![29.5; 60]));
}
