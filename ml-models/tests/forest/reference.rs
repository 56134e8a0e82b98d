//! Forests of scikit-learn: single trees number by number, forests by their scores over seeds.

use super::*;

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
            (model.predict(&test).unwrap().0, leaves)
        } else {
            let mut data =
                Dataset::<_, Class>::new(dense(&x[..400]), classes(&code[..400])).unwrap();
            if let Some(w) = weights {
                data = data.with_weights(w).unwrap();
            }
            let model: FittedForestClassifier = tree.fit(&data.into_train()).unwrap();
            let leaves = model.trees()[0].leaves().len();
            let p = model.predict(&test).unwrap();
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

/// The mean score of eight forests lies close to the mean score of twenty of scikit-learn: within
/// 0.01 of an R² of about 0.85, within 0.015 of an accuracy of about 0.7. Scores of single forests
/// differ by about as much from seed to seed.
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
                let predicted = model.predict(&test).unwrap().0;
                scores.push(r2(&y[400..], &predicted));
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
                let predicted = model.predict(&test).unwrap();
                scores.push(accuracy(&code[400..], predicted.values()));
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
