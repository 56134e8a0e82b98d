//! Mean average precision as an objective of lists.

use super::*;

#[test]
fn lambdamart_climbs_mean_average_precision() {
    let (train, valid) = (graded(2000, 1).into_train(), graded(1000, 5).into_valid());
    let map = boost().set("objective", "rank:map").unwrap().eval_at(10);
    assert_eq!(map, boost().objective(Objective::RankMap).eval_at(10));
    let model = map
        .clone()
        .num_iterations(60)
        .fit_valid(&train, &valid)
        .unwrap();
    let history = model.history();
    // Mean average precision of scores, by its definition.
    let of = |scores: &[f64]| {
        let lists = scores.chunks(10).zip(valid.y().grades().chunks(10));
        let each: Vec<f64> = lists
            .map(|(scores, grades)| {
                let mut order: Vec<usize> = (0..10).collect();
                order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
                let hits: Vec<usize> = (0..10).filter(|&k| grades[order[k]] == 1.0).collect();
                let sum: f64 = (1..)
                    .zip(&hits)
                    .map(|(h, k)| f64::from(h) / (k + 1) as f64)
                    .sum();
                if hits.is_empty() {
                    1.0
                } else {
                    sum / hits.len() as f64
                }
            })
            .collect();
        each.iter().sum::<f64>() / each.len() as f64
    };
    let (last, chance) = (history[history.len() - 1], of(&vec![0.0; 1000]));
    assert!((last - of(&model.predict(valid.x()).unwrap().0)).abs() < 1e-12);
    let truth: Vec<f64> = (0..1000).map(|i| merit(valid.x().row(i))).collect();
    let best = of(&truth);
    assert!(
        last > chance + 0.8 * (best - chance),
        "{chance} {last} {best}"
    );
    let stopped = map
        .clone()
        .num_iterations(500)
        .early_stopping_round(Some(10));
    let stopped = stopped.fit_valid(&train, &valid).unwrap();
    let best = stopped.history().iter().copied().fold(0.0, f64::max);
    assert_eq!(
        stopped.history()[stopped.best_iteration().unwrap() - 1],
        best
    );
    let refused = |grade: f32| {
        let (x, mut grades, queries) = lists(2000, 1);
        grades[13] = grade;
        let labels = RelevanceLabels::new(grades, queries).unwrap();
        let train = Dataset::<_, Relevance>::new(x, labels)
            .unwrap()
            .into_train();
        message(map.fit::<_, FittedBoost>(&train))
    };
    for grade in [2.0, 0.5] {
        assert!(refused(grade).contains("13"), "{}", refused(grade));
    }
    let numbers = message(map.fit::<_, FittedBoost>(&real(0.0).into_train()));
    assert!(numbers.contains("RankMap"), "{numbers}");
}
