//! Out-of-bag predictions and scores.

use super::*;

#[test]
fn out_of_bag_predictions_are_those_of_trees_that_do_not_know_the_row() {
    let x: Vec<Vec<f64>> = (0..60).map(|i| vec![f64::from(i)]).collect();
    let y: Vec<f64> = (0..60).map(|i| f64::from(i % 7)).collect();
    let forest = RandomForest::new().n_estimators(3).oob_score(true);
    let model: FittedForest = forest.fit(&real(&x, &y)).unwrap();
    let predicted = model.oob_prediction();
    assert_eq!(predicted.len(), 60);
    let unknown = predicted.iter().filter(|p| p.is_none()).count();
    assert!(
        (5..30).contains(&unknown),
        "about (1 - 1/e)^3 of the rows are in all bags: {unknown}"
    );
    // A pure leaf of one row gives its label back: only trees that do not know the row are wrong.
    let wrong = predicted
        .iter()
        .zip(&y)
        .filter(|(p, y)| p.is_some_and(|p| p != **y));
    assert!(wrong.count() > 30);
    let (truth, of_known): (Vec<f64>, Vec<f64>) = y
        .iter()
        .zip(predicted)
        .filter_map(|(y, p)| p.map(|p| (*y, p)))
        .unzip();
    let got = model.oob_score().unwrap();
    assert!((got - r2(&truth, &of_known)).abs() < 1e-12);
    let silent: FittedForest = RandomForest::new()
        .n_estimators(3)
        .fit(&real(&x, &y))
        .unwrap();
    assert!(silent.oob_score().is_none() && silent.oob_prediction().is_empty());
    assert_eq!(silent.trees(), model.trees());
}

#[test]
fn out_of_bag_accuracy_is_that_of_new_rows() {
    let golden = &golden()["forests"];
    let (x, code) = (matrix(&golden["x"]), numbers(&golden["code"]));
    let y: Vec<u8> = code.iter().map(|&c| u8::from(c > 0.0)).collect();
    let forest = RandomForest::new().oob_score(true);
    let model: FittedForest = forest.fit(&binary(&x[..400], &y[..400], None)).unwrap();
    let predicted = model.predict(&dense(&x[400..])).unwrap().0;
    let right = predicted
        .iter()
        .zip(&y[400..])
        .filter(|(p, y)| (**p > 0.5) == (**y == 1));
    let of_new = right.count() as f64 / 400.0;
    let oob = model.oob_score().unwrap();
    assert!((oob - of_new).abs() < 0.05 && oob < 1.0, "{oob} {of_new}");
    // Rows of weight 0 are not asked.
    let w = (0..400).map(|i| f64::from(u8::from(i > 0))).collect();
    let model: FittedForest = forest.fit(&binary(&x[..400], &y[..400], Some(w))).unwrap();
    assert_eq!(model.oob_prediction()[0], None);
    assert!(model.oob_prediction()[1..].iter().all(Option::is_some));
}
