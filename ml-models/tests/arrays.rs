//! Models on ndarray arrays: the same bits as on a `Dense` of the same values, in any memory order.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::ndarray::{Array2, s};
use ml_data::prelude::*;
use ml_models::boost::{Boost, Objective};
use ml_models::forest::RandomForest;

fn values(rows: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, 3), |(i, j)| ((i * (7 + j) + j * j) % 23) as f64)
}

#[test]
fn boosting_predicts_arrays_of_both_precisions_and_any_order() {
    let x = values(120);
    let y: Vec<f64> = x.rows().into_iter().map(|r| r[0] - 2.0 * r[2]).collect();
    let names = Names::new(["a", "b", "c"]);
    let dense = Dense::from(x.view()).with_names(names).unwrap();
    let train = Dataset::regression(dense, y).unwrap().into_train();
    let model = Boost::new()
        .num_iterations(20)
        .num_leaves(7)
        .fit(&train)
        .unwrap();
    let want = model.predict(train.x()).unwrap();
    assert_eq!(model.predict(&x).unwrap(), want);
    assert_eq!(model.predict(x.view()).unwrap(), want);
    let columns_first = x.t().to_owned();
    assert_eq!(model.predict(columns_first.t()).unwrap(), want);
    assert_eq!(model.predict(&x.mapv(|v| v as f32)).unwrap(), want);
    let part = model.predict(x.slice(s![10..50;2, ..])).unwrap();
    let every_second: Vec<f64> = want.0[10..50].iter().copied().step_by(2).collect();
    assert_eq!(part.array().to_vec(), every_second);
    let e = model.predict(x.slice(s![.., 1..])).unwrap_err();
    assert_eq!(e.to_string(), "schema changed: expected 3 columns, found 2");
    assert!(
        model
            .predict(&Array2::<f32>::zeros((0, 3)))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn classifiers_name_the_classes_of_their_predictions() {
    let x = values(90);
    let species = ["oak", "pine", "yew"];
    let labels: Vec<&str> = (0..90).map(|i| species[(x[[i, 0]] as usize) % 3]).collect();
    let train = Dataset::classes(x.clone(), &labels).unwrap().into_train();
    let forest = RandomForest::new().n_estimators(20).fit(&train).unwrap();
    let boost = Boost::new()
        .objective(Objective::Multiclass)
        .num_iterations(60)
        .min_data_in_leaf(1);
    let boost = boost.fit(&train).unwrap();
    for p in [forest.predict(&x).unwrap(), boost.predict(&x).unwrap()] {
        let right = p
            .labels()
            .unwrap()
            .iter()
            .zip(&labels)
            .filter(|(a, b)| a == b)
            .count();
        assert!(right > 80, "{right} of 90");
        assert_eq!(p.array().unwrap().dim(), (90, 3));
        let first = p.argmax()[0];
        assert!(p.row(0).iter().all(|v| *v <= p.row(0)[first]));
    }
}
