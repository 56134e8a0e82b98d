//! Growth of single trees.

use super::*;

#[test]
fn splits_that_gain_nothing_by_themselves_are_made() {
    let x: Vec<Vec<f64>> = (0..40)
        .map(|i| vec![f64::from(i / 2 % 2), f64::from(i % 2)])
        .collect();
    let y: Vec<u8> = x.iter().map(|r| u8::from(r[0] != r[1])).collect();
    let train = Dataset::<_, Binary>::new(dense(&x), BinaryLabels::new(y.clone(), "odd").unwrap())
        .unwrap()
        .into_train();
    let model: FittedForest = DecisionTree::new().fit(&train).unwrap();
    let predicted = model.predict(&dense(&x)).unwrap().0;
    assert!(predicted.iter().zip(&y).all(|(p, y)| *p == f64::from(*y)));
    assert_eq!(model.trees()[0].leaves().len(), 4);
    assert_eq!(model.trees()[0].nodes()[0].test, Ask::Threshold(0.5));
}

#[test]
fn nodes_whose_drawn_columns_are_constant_draw_more() {
    // One column tells, 30 are constant below the first split.
    let x: Vec<Vec<f64>> = (0..64)
        .map(|i| {
            (0..31)
                .map(|c| {
                    if c == 30 {
                        f64::from(i)
                    } else {
                        f64::from(i % 2)
                    }
                })
                .collect()
        })
        .collect();
    let y: Vec<f64> = (0..64).map(f64::from).collect();
    let forest = RandomForest::new()
        .max_features(MaxFeatures::Count(1))
        .bootstrap(false)
        .n_estimators(4);
    let model: FittedForest = forest.fit(&real(&x, &y)).unwrap();
    assert!(model.trees().iter().all(|t| t.leaves().len() == 64));
    assert_eq!(model.predict(&dense(&x)).unwrap().0, y);
}

#[test]
fn drawn_rows_and_leaves_are_counted() {
    let x: Vec<Vec<f64>> = (0..100)
        .map(|i| vec![f64::from(i), f64::from(i * i % 17)])
        .collect();
    let y: Vec<f64> = (0..100).map(|i| f64::from(i % 10)).collect();
    let forest = RandomForest::new()
        .n_estimators(5)
        .max_samples(MaxSamples::Count(30))
        .min_samples_leaf(3)
        .max_leaf_nodes(Some(6));
    let model: FittedForest = forest.fit(&real(&x, &y)).unwrap();
    for tree in model.trees() {
        assert_eq!(tree.nodes()[0].count, 30);
        assert_eq!(tree.leaves().iter().map(|l| l.count).sum::<u64>(), 30);
        assert!(tree.leaves().len() <= 6 && tree.leaves().iter().all(|l| l.count >= 3));
    }
    let other: FittedForest = forest.seed(1).fit(&real(&x, &y)).unwrap();
    assert_ne!(other.trees(), model.trees());
}

#[test]
fn several_classes_share_the_splits_and_sum_to_one() {
    let golden = &golden()["forests"];
    let (x, code) = (matrix(&golden["x"]), numbers(&golden["code"]));
    let train = class(&x[..200], &code[..200]);
    let model: FittedForestClassifier = RandomForest::new()
        .n_estimators(10)
        .max_depth(Some(4))
        .fit(&train)
        .unwrap();
    let parts = model.ensemble().parts();
    assert_eq!(
        (parts.outputs, parts.combine, parts.trees.len()),
        (3, Combine::Mean, 30)
    );
    for trees in parts.trees.chunks(3) {
        let tests = |k: usize| {
            trees[k]
                .nodes()
                .iter()
                .map(|n| (n.feature, n.test.clone()))
                .collect::<Vec<_>>()
        };
        assert!(tests(0) == tests(1) && tests(0) == tests(2));
    }
    let test = dense(&x[400..]);
    let p = model.predict(&test).unwrap();
    assert!(
        p.values()
            .chunks(3)
            .all(|p| (p.iter().sum::<f64>() - 1.0).abs() < 1e-12)
    );
    // What features add to the probabilities goes from the mean to the prediction.
    let some = RowSet::Range(0, 5);
    let shap = model.ensemble().shap(View::new(&test, some)).unwrap();
    let raw = model.ensemble().raw_scores(View::new(&test, some)).unwrap();
    for (row, want) in raw.chunks(3).enumerate() {
        for (k, want) in want.iter().enumerate() {
            let sum: f64 = shap.get(row, k).unwrap().iter().sum::<f64>();
            assert!((sum - want).abs() < 1e-9, "{sum} {want}");
        }
    }
    // The first three columns and the fourth matter most; the last three not at all.
    let gain = model.gain_importance();
    let noise = gain[5..].iter().copied().fold(0.0, f64::max);
    assert!(
        gain[0] > 2.0 * noise && gain[1] > 2.0 * noise && gain[3] > 2.0 * noise,
        "{gain:?}"
    );
}

#[test]
fn one_row_and_one_class_are_a_leaf() {
    let one: FittedForest = RandomForest::new()
        .n_estimators(3)
        .oob_score(true)
        .fit(&real(&[vec![2.0, f64::NAN]], &[7.25]))
        .unwrap();
    assert!(one.trees().iter().all(|t| t.nodes().is_empty()));
    assert_eq!(
        one.predict(&dense(&[vec![f64::NAN, 9.0]])).unwrap().0,
        [7.25]
    );
    // The only row is in every bag.
    assert_eq!((one.oob_score(), one.oob_prediction()), (None, &[None][..]));
    let (x, _) = rare();
    for class_weight in [None, Some(ClassWeight::Balanced)] {
        let all: FittedForest = ExtraTrees::new()
            .n_estimators(3)
            .class_weight(class_weight)
            .fit(&binary(&x, &[1; 200], None))
            .unwrap();
        assert!(all.trees().iter().all(|t| t.nodes().is_empty()));
        assert!(all.predict(&dense(&x)).unwrap().0.iter().all(|p| *p == 1.0));
    }
}
