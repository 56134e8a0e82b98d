use ml_data::contract::Fit;
use ml_data::repr::{Names, Rows};
use ml_data::sample::Dataset;

use super::grow::average_path_length;
use super::*;
use crate::tree::{Child, Condition, Leaf, MissingType, Node, Tree};

#[derive(Deserialize)]
struct Golden {
    trees: Vec<Sklearn>,
    rows: Vec<f64>,
    scores: Vec<f64>,
    many: Vec<f64>,
    auc: f64,
}

/// A tree of scikit-learn: -1 stands for no child.
#[derive(Deserialize)]
struct Sklearn {
    left: Vec<i32>,
    right: Vec<i32>,
    feature: Vec<i32>,
    threshold: Vec<f64>,
    count: Vec<u64>,
}

fn golden() -> Golden {
    ml_data::testkit::golden!("isolation").unwrap()
}

impl Sklearn {
    fn tree(&self) -> Tree {
        let leaf = |n: usize| self.left[n] < 0;
        let place = |n: usize| (0..n).filter(|&m| leaf(m) == leaf(n)).count() as u32;
        let child = |n: i32| match n as usize {
            n if leaf(n) => Child::Leaf(place(n)),
            n => Child::Node(place(n)),
        };
        let mut depths = vec![0; self.left.len()];
        let (mut nodes, mut leaves) = (Vec::new(), Vec::new());
        for n in 0..self.left.len() {
            let count = self.count[n];
            let value = f64::from(depths[n]) + average_path_length(count as usize);
            if leaf(n) {
                leaves.push(Leaf {
                    value,
                    weight: 0.0,
                    count,
                });
                continue;
            }
            depths[self.left[n] as usize] = depths[n] + 1;
            depths[self.right[n] as usize] = depths[n] + 1;
            nodes.push(Node {
                feature: self.feature[n] as u32,
                test: Condition::Threshold(self.threshold[n]),
                missing: MissingType::Nan,
                missing_left: false,
                left: child(self.left[n]),
                right: child(self.right[n]),
                gain: 0.0,
                value,
                weight: 0.0,
                count,
            });
        }
        Tree::new(nodes, leaves, 1.0).unwrap()
    }
}

fn fit(forest: &IsolationForest, x: &Dense<f64>) -> Result<FittedIsolationForest> {
    forest.fit(&Dataset::unlabelled(x.clone())?.into_train())
}

#[test]
fn scores_of_the_same_trees_equal_scikit_learn() {
    let g = golden();
    let trees = g.trees.iter().map(Sklearn::tree).collect();
    let forest = FittedIsolationForest::of(Names::numbered(3), trees, 32).unwrap();
    let x = Dense::from_rows(3, g.rows).unwrap();
    let scores = forest.predict(&x).unwrap().0;
    for (got, want) in scores.iter().zip(&g.scores) {
        assert!((got - want).abs() < 1e-12, "{got} {want}");
    }
}

#[test]
fn outliers_are_found_as_well_as_by_scikit_learn() {
    let g = golden();
    let x = Dense::from_rows(4, g.many).unwrap();
    let auc = |seed| {
        let forest = fit(&IsolationForest::new().seed(seed), &x).unwrap();
        let scores = forest.predict(&x).unwrap().0;
        let (inside, outside) = scores.split_at(570);
        let above = |s: &f64| inside.iter().filter(|&i| i < s).count();
        outside.iter().map(above).sum::<usize>() as f64 / (570.0 * 30.0)
    };
    let mean = (0..5).map(auc).sum::<f64>() / 5.0;
    assert!((mean - g.auc).abs() < 0.02, "{mean} {}", g.auc);
    let share = IsolationForest::new().contamination(Contamination::Share(0.05));
    let forest = fit(&share, &x).unwrap();
    let scores = forest.predict(&x).unwrap().0;
    let outliers = scores.iter().filter(|s| **s > forest.threshold()).count();
    assert_eq!(outliers, 30);
}

#[test]
fn unusual_rows_do_not_stop_it() {
    let forest = IsolationForest::new().n_estimators(10);
    let cells = (0..60).map(|i| match i % 3 {
        0 => 1.0,
        1 if i < 30 => f64::NAN,
        _ => f64::from(i / 7),
    });
    let x = Dense::from_rows(3, cells.collect()).unwrap();
    let scores = fit(&forest, &x).unwrap().predict(&x).unwrap().0;
    assert!(scores.iter().all(|s| *s > 0.0 && *s < 1.0));
    let far = Dense::from_rows(1, vec![1.0, f64::INFINITY]).unwrap();
    assert!(fit(&forest, &far).unwrap_err().to_string().contains("x0"));
    let bad = |forest: IsolationForest| fit(&forest, &x).unwrap_err().to_string();
    assert!(bad(IsolationForest::new().n_estimators(0)).contains("n_estimators"));
    let share = Contamination::Share(0.7);
    assert!(bad(IsolationForest::new().contamination(share)).contains("contamination"));
}

/// scikit-learn 1.9: `-score_samples` is 0.5 and `predict` 1 for each.
#[test]
fn case_m6_samples_of_one_row_find_no_outliers() {
    let x = Dense::from_rows(1, vec![1.0, 1.1, 0.9, 50.0]).unwrap();
    let one = Dense::from_rows(1, vec![3.0]).unwrap();
    for contamination in [Contamination::Auto, Contamination::Share(0.25)] {
        let forest = IsolationForest::new().contamination(contamination);
        let models = [
            fit(&forest, &one).unwrap(),
            fit(&forest.clone().max_samples(1), &x).unwrap(),
        ];
        for model in models {
            let scores = model.predict(&x).unwrap().0;
            assert_eq!(scores, [0.5; 4]);
            assert_eq!(model.threshold(), 0.5);
        }
    }
}

/// All rows go into each tree here, so that its counts can be taken again by sending them down.
#[test]
fn trees_split_all_rows_between_the_values_of_a_column() {
    let cells: Vec<f64> = (0..50_i32)
        .flat_map(|i| {
            let missing = if i % 5 == 0 { f64::NAN } else { 2.0 };
            [f64::from(i * 7 % 50), 3.0, missing, f64::from(i % 4)]
        })
        .collect();
    let x = Dense::from_rows(4, cells).unwrap();
    let forest = IsolationForest::new().n_estimators(60).max_samples(50);
    let forest = fit(&forest, &x).unwrap();
    let (mut columns, mut places, mut lefts) = ([0; 4], vec![], 0);
    for tree in forest.ensemble().trees() {
        let root = Child::Node(0);
        let mut waiting = vec![(root, (0..50).collect::<Vec<usize>>(), 0)];
        while let Some((child, rows, depth)) = waiting.pop() {
            let value = f64::from(depth) + average_path_length(rows.len());
            assert!(depth <= 6 && !rows.is_empty());
            let node = match child {
                Child::Leaf(l) => {
                    let leaf = &tree.leaves()[l as usize];
                    assert_eq!((leaf.count, leaf.value), (rows.len() as u64, value));
                    assert_eq!(leaf.weight, leaf.count as f64);
                    assert!(rows.len() == 1 || depth == 6);
                    continue;
                }
                Child::Node(n) => &tree.nodes()[n as usize],
            };
            assert_eq!((node.count, node.value), (rows.len() as u64, value));
            assert_eq!(node.weight, node.count as f64);
            let cell = |r: &usize| x.row(*r)[node.feature as usize];
            let (low, high) = rows
                .iter()
                .map(cell)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
                    (l.min(v), h.max(v))
                });
            match &node.test {
                Condition::Threshold(t) => {
                    assert!(low <= *t && *t < high);
                    places.push((t - low) / (high - low));
                    lefts += usize::from(node.missing_left);
                }
                test => assert_eq!((test, node.feature), (&Condition::Present, 2)),
            }
            columns[node.feature as usize] += usize::from(depth == 0);
            let (left, right) = rows.into_iter().partition(|r| node.goes_left(cell(r)));
            waiting.push((node.left, left, depth + 1));
            waiting.push((node.right, right, depth + 1));
        }
    }
    // Each column that can be split is as likely as the others, thresholds are uniform.
    assert!(
        columns[1] == 0 && [0, 2, 3].iter().all(|&c| columns[c] > 10),
        "{columns:?}"
    );
    let mean = places.iter().sum::<f64>() / places.len() as f64;
    assert!(places.len() > 1000 && (mean - 0.5).abs() < 0.03, "{mean}");
    let share = lefts as f64 / places.len() as f64;
    assert!((share - 0.5).abs() < 0.05, "{share}");
}

#[test]
fn rows_of_a_tree_are_drawn_without_replacement() {
    let x = Dense::from_rows(1, (0..40).map(f64::from).collect()).unwrap();
    let forest = IsolationForest::new().n_estimators(200).max_samples(5);
    let forest = fit(&forest, &x).unwrap();
    // A tree of five different values is at most three deep and tells them apart as far.
    let trees = forest.ensemble().trees();
    assert!(trees.iter().all(|t| t.nodes()[0].count == 5));
    assert!(
        trees
            .iter()
            .all(|t| t.leaves().iter().all(|l| l.count <= 2))
    );
    // Every row is drawn: the lowest threshold and the highest are near the ends.
    let thresholds = trees.iter().flat_map(|t| t.nodes()).map(|n| match n.test {
        Condition::Threshold(t) => t,
        _ => f64::NAN,
    });
    let (low, high) = thresholds.fold((f64::MAX, f64::MIN), |(l, h), t| (l.min(t), h.max(t)));
    assert!(low < 2.0 && high > 37.0, "{low} {high}");
    let few = fit(&IsolationForest::new().n_estimators(3).max_samples(99), &x).unwrap();
    assert!(
        few.ensemble()
            .trees()
            .iter()
            .all(|t| t.nodes()[0].count == 40)
    );
    assert_eq!(few.ensemble().trees().len(), 3);
}

#[test]
fn quantiles_lie_between_neighbours() {
    let of = |q| quantile(&[1.0, 2.0, 4.0], q);
    assert_eq!(
        [0.0, 0.25, 0.5, 0.75, 1.0].map(of),
        [1.0, 1.5, 2.0, 3.0, 4.0]
    );
    assert_eq!(quantile(&[7.0], 0.9), 7.0);
}

#[test]
fn parameters_have_their_documented_defaults_and_limits() {
    let want = serde_json::json!({
        "n_estimators": 100, "max_samples": 256, "contamination": "Auto", "seed": 0,
    });
    assert_eq!(serde_json::to_value(IsolationForest::new()).unwrap(), want);
    let share = |s| IsolationForest::new().contamination(Contamination::Share(s));
    let set = share(0.5).n_estimators(1).max_samples(1).seed(4);
    let want = serde_json::json!({
        "n_estimators": 1, "max_samples": 1, "contamination": { "Share": 0.5 }, "seed": 4,
    });
    assert_eq!(serde_json::to_value(&set).unwrap(), want);
    set.check().unwrap();
    assert_eq!(set.name(), "IsolationForest");
    for bad in [
        share(0.0),
        share(0.500_001),
        share(f64::NAN),
        set.max_samples(0),
    ] {
        assert!(bad.check().is_err(), "{bad:?}");
    }
    // The column and the row of the infinity.
    let far = vec![1.0, 2.0, 3.0, f64::NEG_INFINITY];
    let error = fit(&share(0.5), &Dense::from_rows(2, far).unwrap()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("x1") && text.contains("row 1") && text.contains("-inf"),
        "{text}"
    );
}
