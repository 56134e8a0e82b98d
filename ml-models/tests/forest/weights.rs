//! Weights of rows and classes, and input that is refused.

use super::*;

#[test]
fn bad_input_is_refused_by_name() {
    let x = vec![vec![1.0], vec![2.0]];
    let fail = |sample: &Sample<Dense<f64>, Real, Train>, forest: &RandomForest| {
        let fitted: Result<FittedForest> = forest.fit(sample);
        fitted.unwrap_err().to_string()
    };
    let good = real(&x, &[1.0, 2.0]);
    assert!(fail(&good, &RandomForest::new().n_estimators(0)).contains("`n_estimators` = 0"));
    let samples = RandomForest::new()
        .bootstrap(false)
        .max_samples(MaxSamples::Count(1));
    assert!(fail(&good, &samples).contains("`max_samples`"));
    let huge = fail(&real(&x, &[1.0, -1e101]), &RandomForest::new());
    assert!(huge.contains("label") && huge.contains("row 1"), "{huge}");
    let nothing = Dataset::<_, Real>::new(dense(&x), RealLabels::new(vec![1.0, 2.0]).unwrap())
        .unwrap()
        .with_weights(vec![0.0, 0.0]);
    let message = match nothing {
        Ok(data) => fail(&data.into_train(), &RandomForest::new()),
        Err(e) => e.to_string(),
    };
    assert!(!message.is_empty());
}

#[test]
fn class_weights_are_weights_of_the_rows() {
    let (x, y) = rare();
    let (n, positive) = (200.0, y.iter().filter(|&&y| y == 1).count() as f64);
    let balanced = [n / (2.0 * (n - positive)), n / (2.0 * positive)];
    let test = dense(&x);
    let predicted = |forest: &DecisionTree, sample: &Sample<_, Binary, Train>| {
        let model: FittedForest = forest.fit(sample).unwrap();
        model.predict(&test).unwrap().0
    };
    let tree = DecisionTree::new().max_depth(Some(2));
    let plain = binary(&x, &y, None);
    for (wanted, each) in [
        (ClassWeight::Balanced, balanced),
        (ClassWeight::Each(vec![0.5, 3.25]), [0.5, 3.25]),
    ] {
        let by_row = y.iter().map(|&y| each[usize::from(y)]).collect();
        let of_rows = predicted(&tree, &binary(&x, &y, Some(by_row)));
        let of_classes = predicted(&tree.clone().class_weight(Some(wanted.clone())), &plain);
        for (a, b) in of_rows.iter().zip(&of_classes) {
            assert!((a - b).abs() < 1e-9, "{wanted:?}: {a} {b}");
        }
        assert_ne!(of_classes, predicted(&tree, &plain));
    }
    // Several classes know the same factors.
    let codes: Vec<f64> = y.iter().map(|&y| f64::from(y)).collect();
    let several: FittedForestClassifier = tree
        .clone()
        .class_weight(Some(ClassWeight::Balanced))
        .fit(&class(&x, &codes))
        .unwrap();
    let p = several.predict(&test).unwrap();
    let of_two = predicted(&tree.class_weight(Some(ClassWeight::Balanced)), &plain);
    for (p, want) in p.values().chunks(2).zip(&of_two) {
        assert!((p[1] - want).abs() < 1e-9);
    }
}

#[test]
fn class_weights_that_do_not_fit_are_refused() {
    let (x, y) = rare();
    let three = RandomForest::new().class_weight(Some(ClassWeight::Each(vec![1.0; 3])));
    let fitted: Result<FittedForest> = three.fit(&binary(&x, &y, None));
    let message = fitted.unwrap_err().to_string();
    assert!(
        message.contains("class_weight") && message.contains("3 factors for 2"),
        "{message}"
    );
    let numbers: Vec<f64> = y.iter().map(|&y| f64::from(y)).collect();
    let balanced = RandomForest::new().class_weight(Some(ClassWeight::Balanced));
    let fitted: Result<FittedForest> = balanced.fit(&real(&x, &numbers));
    assert!(fitted.unwrap_err().to_string().contains("class_weight"));
}

#[test]
fn whole_weights_of_a_tree_are_repeated_rows_and_real_ones_scale() {
    let (x, y) = rare();
    let w: Vec<f64> = (0..200).map(|i| f64::from(i % 4)).collect();
    let (mut more_x, mut more_y) = (Vec::new(), Vec::new());
    for ((row, y), w) in x.iter().zip(&y).zip(&w) {
        for _ in 0..*w as usize {
            more_x.push(row.clone());
            more_y.push(*y);
        }
    }
    let tree = DecisionTree::new().max_depth(Some(3));
    let fit = |sample: &Sample<_, Binary, Train>| -> FittedForest { tree.fit(sample).unwrap() };
    let (weighted, repeated) = (
        fit(&binary(&x, &y, Some(w.clone()))),
        fit(&binary(&more_x, &more_y, None)),
    );
    assert_eq!(weighted.trees(), repeated.trees());
    // Half of each weight: the same splits and shares, half the weight.
    let half = fit(&binary(&x, &y, Some(w.iter().map(|w| w / 2.0).collect())));
    let test = dense(&x);
    let predicted = |m: &FittedForest| m.predict(&test).unwrap().0;
    for (a, b) in predicted(&half).iter().zip(predicted(&weighted)) {
        assert!((a - b).abs() < 1e-12);
    }
    let weight = |m: &FittedForest| m.trees()[0].nodes()[0].weight;
    assert!((weight(&half) * 2.0 - weight(&weighted)).abs() < 1e-9);
}
