//! Missing and infinite values.

use super::*;

#[test]
fn missing_values_take_the_better_side_and_columns_without_values_none() {
    // The first column says all where it is there; the second is never there; missing rows belong
    // with the high ones.
    let x: Vec<Vec<f64>> = (0..90)
        .map(|i| match i % 3 {
            0 => vec![1.0, f64::NAN],
            1 => vec![5.0, f64::NAN],
            _ => vec![f64::NAN, f64::NAN],
        })
        .collect();
    let y: Vec<u8> = (0..90).map(|i| u8::from(i % 3 > 0)).collect();
    let model: FittedForest = DecisionTree::new().fit(&binary(&x, &y, None)).unwrap();
    let nodes = model.trees()[0].nodes();
    assert_eq!(nodes.len(), 1);
    assert!(
        nodes[0].feature == 0 && !nodes[0].missing_left && nodes[0].test == Ask::Threshold(3.0)
    );
    // A value where there never was one changes nothing; infinities are the ends.
    let new = dense(&[
        vec![f64::NAN, 4.0],
        vec![f64::NEG_INFINITY, 4.0],
        vec![f64::INFINITY, f64::NAN],
    ]);
    assert_eq!(model.predict(&new).unwrap().0, [1.0, 0.0, 1.0]);
    let nothing: Vec<Vec<f64>> = vec![vec![f64::NAN, f64::NAN]; 4];
    let flat: FittedForest = RandomForest::new()
        .bootstrap(false)
        .n_estimators(2)
        .fit(&binary(&nothing, &[0, 1, 1, 1], None))
        .unwrap();
    assert_eq!(flat.predict(&new).unwrap().0, [0.75; 3]);
}

#[test]
fn infinities_and_numbers_never_seen_have_a_side() {
    // Codes of categories are numbers to a forest: one that was never seen falls between its
    // neighbours.
    let x: Vec<Vec<f64>> = (0..60)
        .map(|i| vec![[f64::NEG_INFINITY, 2.0, 4.0, f64::INFINITY][i % 4]])
        .collect();
    let y: Vec<f64> = (0..60).map(|i| [1.0, 2.0, 3.0, 4.0][i % 4]).collect();
    let tree: FittedForest = DecisionTree::new().fit(&real(&x, &y)).unwrap();
    let at = [
        f64::NEG_INFINITY,
        -1e308,
        2.0,
        2.9,
        3.1,
        4.0,
        1e308,
        f64::INFINITY,
    ];
    let predicted = tree.predict(&dense(&at.map(|v| vec![v]))).unwrap().0;
    assert_eq!(
        [
            predicted[0],
            predicted[2],
            predicted[3],
            predicted[4],
            predicted[5],
            predicted[7]
        ],
        [1.0, 2.0, 2.0, 3.0, 3.0, 4.0]
    );
    assert!(predicted[1] <= 2.0 && predicted[6] >= 3.0);
    assert!(
        tree.trees()[0]
            .nodes()
            .iter()
            .all(|n| matches!(n.test, Ask::Threshold(t) if t.is_finite()))
    );
}
