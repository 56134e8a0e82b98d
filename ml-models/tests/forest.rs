//! Forests against scikit-learn: single trees number by number, forests and isolation by how well they do over seeds.
#![allow(clippy::unwrap_used)]

use ml_data::prelude::*;
use ml_data::sample::{BinaryLabels, ClassLabels, RealLabels};
use ml_models::forest::{
    ClassWeight, DecisionTree, ExtraTrees, FittedForest, FittedForestClassifier, MaxFeatures,
    MaxSamples, RandomForest,
};
use ml_models::tree::{Combine, Condition as Ask};
use serde_json::Value;

fn golden() -> Value {
    ml_data::testkit::golden!("forest").unwrap()
}

fn numbers(v: &Value) -> Vec<f64> {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    v.as_array().unwrap().iter().map(number).collect()
}

fn matrix(v: &Value) -> Vec<Vec<f64>> {
    v.as_array().unwrap().iter().map(numbers).collect()
}

fn dense(rows: &[Vec<f64>]) -> Dense<f64> {
    Dense::from_rows(rows[0].len(), rows.concat()).unwrap()
}

fn real(rows: &[Vec<f64>], y: &[f64]) -> Sample<Dense<f64>, Real, Train> {
    Dataset::<_, Real>::new(dense(rows), RealLabels::new(y).unwrap())
        .unwrap()
        .into_train()
}

fn classes(codes: &[f64]) -> ClassLabels {
    let codes: Vec<u32> = codes.iter().map(|&c| c as u32).collect();
    let n = codes.iter().max().unwrap() + 1;
    let names: Vec<Box<str>> = (0..n).map(|k| k.to_string().into()).collect();
    ClassLabels::new(codes, names).unwrap()
}

fn class(rows: &[Vec<f64>], codes: &[f64]) -> Sample<Dense<f64>, Class, Train> {
    Dataset::<_, Class>::new(dense(rows), classes(codes))
        .unwrap()
        .into_train()
}

#[test]
fn trees_equal_scikit_learns() {
    let golden = &golden()["trees"];
    let (y, code, w) = (
        numbers(&golden["y"]),
        numbers(&golden["code"]),
        numbers(&golden["w"]),
    );
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 10);
    for case in cases {
        let x = matrix(&golden[case["matrix"].as_str().unwrap()]);
        let size = |name: &str| case["params"][name].as_u64().map(|v| v as usize);
        let tree = DecisionTree::new()
            .max_depth(size("max_depth"))
            .max_leaf_nodes(size("max_leaf_nodes"))
            .min_samples_leaf(size("min_samples_leaf").unwrap_or(1))
            .min_samples_split(size("min_samples_split").unwrap_or(2));
        let test = dense(&x[400..]);
        let weights = case["weighted"]
            .as_bool()
            .unwrap()
            .then(|| w[..400].to_vec());
        let (got, leaves) = if case["target"] == "numbers" {
            let mut data =
                Dataset::<_, Real>::new(dense(&x[..400]), RealLabels::new(&y[..400]).unwrap())
                    .unwrap();
            if let Some(w) = weights {
                data = data.with_weights(w).unwrap();
            }
            let model: FittedForest = tree.fit(&data.into_train()).unwrap();
            let leaves = model.trees()[0].leaves().len();
            (model.predict(View::all(&test)).unwrap().0, leaves)
        } else {
            let mut data =
                Dataset::<_, Class>::new(dense(&x[..400]), classes(&code[..400])).unwrap();
            if let Some(w) = weights {
                data = data.with_weights(w).unwrap();
            }
            let model: FittedForestClassifier = tree.fit(&data.into_train()).unwrap();
            let leaves = model.trees()[0].leaves().len();
            let p = model.predict(View::all(&test)).unwrap();
            (p.values().to_vec(), leaves)
        };
        assert_eq!(
            leaves as u64,
            case["leaves"].as_u64().unwrap(),
            "{}",
            case["params"]
        );
        let want = numbers(&case["predictions"]);
        assert_eq!(got.len(), want.len());
        for (k, (got, want)) in got.iter().zip(&want).enumerate() {
            assert!(
                (got - want).abs() < 1e-9,
                "{} {} {k}: {got} {want}",
                case["params"],
                case["matrix"]
            );
        }
    }
}

fn mean(v: &[f64]) -> f64 {
    v.iter().sum::<f64>() / v.len() as f64
}

fn r2(truth: &[f64], said: &[f64]) -> f64 {
    let centre = mean(truth);
    let all: f64 = truth.iter().map(|y| (y - centre).powi(2)).sum();
    let left: f64 = truth.iter().zip(said).map(|(y, p)| (y - p).powi(2)).sum();
    1.0 - left / all
}

fn accuracy(truth: &[f64], said: &[f64]) -> f64 {
    let k = said.len() / truth.len();
    let right = truth.iter().zip(said.chunks(k)).filter(|(y, p)| {
        let first = (1..k).fold(0, |a, b| if p[b] > p[a] { b } else { a });
        first == **y as usize
    });
    right.count() as f64 / truth.len() as f64
}

/// The mean score of eight forests lies close to the mean score of twenty of scikit-learn: within 0.01 of an R² of about 0.85, within
/// 0.015 of an accuracy of about 0.7. Scores of single forests differ by about as much from seed to seed.
#[test]
fn forests_do_as_well_as_scikit_learns() {
    let golden = &golden()["forests"];
    let (x, y, code) = (
        matrix(&golden["x"]),
        numbers(&golden["y"]),
        numbers(&golden["code"]),
    );
    let test = dense(&x[400..]);
    let seeds = 0..8;
    for case in golden["cases"].as_array().unwrap() {
        let random = case["model"] == "RandomForest";
        let (mut scores, mut oobs) = (Vec::new(), Vec::new());
        let tolerance = if case["target"] == "numbers" {
            let train = real(&x[..400], &y[..400]);
            for seed in seeds.clone() {
                let model: FittedForest = if random {
                    RandomForest::new().seed(seed).oob_score(true).fit(&train)
                } else {
                    ExtraTrees::new().seed(seed).fit(&train)
                }
                .unwrap();
                let said = model.predict(View::all(&test)).unwrap().0;
                scores.push(r2(&y[400..], &said));
                oobs.push(model.oob_score().unwrap_or(0.0));
            }
            0.01
        } else {
            let train = class(&x[..400], &code[..400]);
            for seed in seeds.clone() {
                let model: FittedForestClassifier = if random {
                    RandomForest::new().seed(seed).oob_score(true).fit(&train)
                } else {
                    ExtraTrees::new().seed(seed).fit(&train)
                }
                .unwrap();
                let said = model.predict(View::all(&test)).unwrap();
                scores.push(accuracy(&code[400..], said.values()));
                oobs.push(model.oob_score().unwrap_or(0.0));
            }
            0.015
        };
        for (name, got) in [("test", mean(&scores)), ("oob", mean(&oobs))] {
            let want = case[name].as_f64().unwrap();
            println!(
                "{} {} {name}: {got:.4} scikit-learn {want:.4}",
                case["model"], case["target"]
            );
            assert!(
                (got - want).abs() < tolerance,
                "{} {} {name}: {got} {want}",
                case["model"],
                case["target"]
            );
        }
    }
}

#[test]
fn out_of_bag_predictions_are_those_of_trees_that_do_not_know_the_row() {
    let x: Vec<Vec<f64>> = (0..60).map(|i| vec![f64::from(i)]).collect();
    let y: Vec<f64> = (0..60).map(|i| f64::from(i % 7)).collect();
    let forest = RandomForest::new().n_estimators(3).oob_score(true);
    let model: FittedForest = forest.fit(&real(&x, &y)).unwrap();
    let said = model.oob_prediction();
    assert_eq!(said.len(), 60);
    let unknown = said.iter().filter(|p| p.is_none()).count();
    assert!(
        (5..30).contains(&unknown),
        "about (1 - 1/e)^3 of the rows are in all bags: {unknown}"
    );
    // A pure leaf of one row gives its label back: only trees that do not know the row are wrong.
    let wrong = said
        .iter()
        .zip(&y)
        .filter(|(p, y)| p.is_some_and(|p| p != **y));
    assert!(wrong.count() > 30);
    let (truth, of_known): (Vec<f64>, Vec<f64>) = y
        .iter()
        .zip(said)
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
fn splits_that_gain_nothing_by_themselves_are_made() {
    let x: Vec<Vec<f64>> = (0..40)
        .map(|i| vec![f64::from(i / 2 % 2), f64::from(i % 2)])
        .collect();
    let y: Vec<u8> = x.iter().map(|r| u8::from(r[0] != r[1])).collect();
    let train = Dataset::<_, Binary>::new(dense(&x), BinaryLabels::new(y.clone(), "odd").unwrap())
        .unwrap()
        .into_train();
    let model: FittedForest = DecisionTree::new().fit(&train).unwrap();
    let said = model.predict(View::all(&dense(&x))).unwrap().0;
    assert!(said.iter().zip(&y).all(|(p, y)| *p == f64::from(*y)));
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
    assert_eq!(model.predict(View::all(&dense(&x))).unwrap().0, y);
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
    let p = model.predict(View::all(&test)).unwrap();
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

/// Binary labels, with weights if there are any.
fn binary(rows: &[Vec<f64>], y: &[u8], w: Option<Vec<f64>>) -> Sample<Dense<f64>, Binary, Train> {
    let data =
        Dataset::<_, Binary>::new(dense(rows), BinaryLabels::new(y.to_vec(), "yes").unwrap())
            .unwrap();
    match w {
        Some(w) => data.with_weights(w).unwrap().into_train(),
        None => data.into_train(),
    }
}

/// Two columns of few values, and two classes, one of them rare.
fn rare() -> (Vec<Vec<f64>>, Vec<u8>) {
    let x: Vec<Vec<f64>> = (0..200)
        .map(|i| vec![f64::from(i * 7 % 11), f64::from(i * 5 % 13)])
        .collect();
    let y = x.iter().map(|r| u8::from(r[0] + r[1] > 18.0)).collect();
    (x, y)
}

#[test]
fn class_weights_are_weights_of_the_rows() {
    let (x, y) = rare();
    let (n, positive) = (200.0, y.iter().filter(|&&y| y == 1).count() as f64);
    let balanced = [n / (2.0 * (n - positive)), n / (2.0 * positive)];
    let test = dense(&x);
    let said = |forest: &DecisionTree, sample: &Sample<_, Binary, Train>| {
        let model: FittedForest = forest.fit(sample).unwrap();
        model.predict(View::all(&test)).unwrap().0
    };
    let tree = DecisionTree::new().max_depth(Some(2));
    let plain = binary(&x, &y, None);
    for (wanted, each) in [
        (ClassWeight::Balanced, balanced),
        (ClassWeight::Each(vec![0.5, 3.25]), [0.5, 3.25]),
    ] {
        let by_row = y.iter().map(|&y| each[usize::from(y)]).collect();
        let of_rows = said(&tree, &binary(&x, &y, Some(by_row)));
        let of_classes = said(&tree.clone().class_weight(Some(wanted.clone())), &plain);
        for (a, b) in of_rows.iter().zip(&of_classes) {
            assert!((a - b).abs() < 1e-9, "{wanted:?}: {a} {b}");
        }
        assert_ne!(of_classes, said(&tree, &plain));
    }
    // Several classes know the same factors.
    let codes: Vec<f64> = y.iter().map(|&y| f64::from(y)).collect();
    let several: FittedForestClassifier = tree
        .clone()
        .class_weight(Some(ClassWeight::Balanced))
        .fit(&class(&x, &codes))
        .unwrap();
    let p = several.predict(View::all(&test)).unwrap();
    let of_two = said(&tree.class_weight(Some(ClassWeight::Balanced)), &plain);
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
    let said = |m: &FittedForest| m.predict(View::all(&test)).unwrap().0;
    for (a, b) in said(&half).iter().zip(said(&weighted)) {
        assert!((a - b).abs() < 1e-12);
    }
    let weight = |m: &FittedForest| m.trees()[0].nodes()[0].weight;
    assert!((weight(&half) * 2.0 - weight(&weighted)).abs() < 1e-9);
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
        one.predict(View::all(&dense(&[vec![f64::NAN, 9.0]])))
            .unwrap()
            .0,
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
        assert!(
            all.predict(View::all(&dense(&x)))
                .unwrap()
                .0
                .iter()
                .all(|p| *p == 1.0)
        );
    }
}

#[test]
fn missing_values_take_the_better_side_and_columns_without_values_none() {
    // The first column says all where it is there; the second is never there; missing rows belong with the high ones.
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
    assert_eq!(model.predict(View::all(&new)).unwrap().0, [1.0, 0.0, 1.0]);
    let nothing: Vec<Vec<f64>> = vec![vec![f64::NAN, f64::NAN]; 4];
    let flat: FittedForest = RandomForest::new()
        .bootstrap(false)
        .n_estimators(2)
        .fit(&binary(&nothing, &[0, 1, 1, 1], None))
        .unwrap();
    assert_eq!(flat.predict(View::all(&new)).unwrap().0, [0.75; 3]);
}

#[test]
fn infinities_and_numbers_never_seen_have_a_side() {
    // Codes of categories are numbers to a forest: one that was never seen falls between its neighbours.
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
    let said = tree
        .predict(View::all(&dense(&at.map(|v| vec![v]))))
        .unwrap()
        .0;
    assert_eq!(
        [said[0], said[2], said[3], said[4], said[5], said[7]],
        [1.0, 2.0, 2.0, 3.0, 3.0, 4.0]
    );
    assert!(said[1] <= 2.0 && said[6] >= 3.0);
    assert!(
        tree.trees()[0]
            .nodes()
            .iter()
            .all(|n| matches!(n.test, Ask::Threshold(t) if t.is_finite()))
    );
}

#[test]
fn out_of_bag_accuracy_is_that_of_new_rows() {
    let golden = &golden()["forests"];
    let (x, code) = (matrix(&golden["x"]), numbers(&golden["code"]));
    let y: Vec<u8> = code.iter().map(|&c| u8::from(c > 0.0)).collect();
    let forest = RandomForest::new().oob_score(true);
    let model: FittedForest = forest.fit(&binary(&x[..400], &y[..400], None)).unwrap();
    let said = model.predict(View::all(&dense(&x[400..]))).unwrap().0;
    let right = said
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
