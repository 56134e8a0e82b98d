//! Trees of XGBoost and CatBoost.

use super::*;

#[test]
fn depth_wise_trees_are_xgboosts_and_symmetric_ones_catboosts() {
    let golden: Golden = ml_data::testkit::golden!("grow_policy").unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for case in &golden.cases {
        let columns: &[usize] = if case.policy == "Depthwise" {
            &[0, 1, 2, 3]
        } else {
            &FULL
        };
        let cells = golden
            .x
            .iter()
            .flat_map(|row| columns.iter().map(|&c| row[c]));
        let x = cells.map(|cell| cell.unwrap_or(f64::NAN)).collect();
        let x = Dense::from_rows(columns.len(), x).unwrap();
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
        let model: FittedBoost = if case.two {
            let labels = BinaryLabels::new(golden.two.clone(), "1").unwrap();
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
        seen.insert(case.policy.as_str());
    }
    assert_eq!((golden.cases.len(), seen.len()), (7, 2));
}
