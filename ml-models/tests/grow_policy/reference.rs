//! Trees of XGBoost and CatBoost.
//!
//! XGBoost learns the side of missing values as this library does. CatBoost takes them for lower
//! than all others, and scores splits of a log loss by weights, not hessians: its cases have data
//! on which both ways choose the same splits (`golden/grow_policy.py`).

use super::*;

#[test]
fn depth_wise_trees_are_xgboosts_and_symmetric_ones_catboosts() {
    let golden: Golden = ml_data::testkit::golden!("grow_policy").unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for case in &golden.cases {
        let rows = golden.x.iter();
        let cells = rows.flat_map(|row| case.columns.iter().map(|&c| row[c]));
        let x = cells.map(|cell| cell.unwrap_or(f64::NAN)).collect();
        let x = Dense::from_rows(case.columns.len(), x).unwrap();
        let boost = Boost::new()
            .set("grow_policy", &case.policy)
            .unwrap()
            .num_iterations(8)
            .num_leaves(1000)
            .min_data_in_leaf(0)
            .min_sum_hessian_in_leaf(0.0)
            .min_data_in_bin(1)
            .boost_from_average(false);
        let boost = (case.params.iter()).fold(boost, |b, (k, v)| b.set(k, &v.to_string()).unwrap());
        let classes = match case.labels.as_str() {
            "two" => Some(&golden.two),
            "steps" => Some(&golden.steps),
            _ => None,
        };
        let model: FittedBoost = if let Some(classes) = classes {
            let labels = BinaryLabels::new(classes.clone(), "1").unwrap();
            let data = Dataset::<_, Binary>::new(x.clone(), labels).unwrap();
            boost
                .fit(&weighted(data, case.weighted.then_some(&golden.weights)).into_train())
                .unwrap()
        } else {
            let labels = RealLabels::new(golden.y.clone()).unwrap();
            let data = Dataset::<_, Real>::new(x.clone(), labels).unwrap();
            boost
                .fit(&weighted(data, case.weighted.then_some(&golden.weights)).into_train())
                .unwrap()
        };
        if let Some(leaves) = &case.leaves {
            let found: Vec<usize> = model.trees().iter().map(|t| t.leaves().len()).collect();
            assert_eq!(&found, leaves, "{}", case.name);
        }
        let scores = model.ensemble().raw_scores(View::all(&x)).unwrap();
        for (row, (got, want)) in scores.iter().zip(&case.scores).enumerate() {
            let close = (got - want).abs() < 2e-5 * want.abs().max(1.0);
            assert!(close, "{} {row}: {got} {want}", case.name);
        }
        seen.insert((case.policy.as_str(), classes.is_some(), case.columns.len()));
    }
    // Both policies have squares, log loss and missing values; the symmetric ones each alone, too.
    assert_eq!((golden.cases.len(), seen.len()), (10, 6));
}
