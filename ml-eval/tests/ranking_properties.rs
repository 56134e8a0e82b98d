//! Properties of the ranking metrics that hold for any input.
#![allow(clippy::unwrap_used, clippy::panic)] // tests may

use ml_eval::metric::{
    Denominator, Gain, MeanAveragePrecision, Ndcg, NoRelevant, PrecisionAtK, RankingMetric,
    RecallAtK, Relevant,
};
use proptest::prelude::*;

fn documents() -> impl Strategy<Value = Vec<(f64, u8)>> {
    prop::collection::vec(
        ((-20i32..20).prop_map(|s| f64::from(s) / 4.0), 0u8..5),
        1..40,
    )
}

fn split(rows: &[(f64, u8)]) -> (Vec<f64>, Vec<u8>) {
    rows.iter().copied().unzip()
}

/// Every metric under one roof; they share a trait with generic methods, so no `dyn`.
fn each(scores: &[f64], grades: &[u8], k: usize) -> Vec<Option<f64>> {
    vec![
        Ndcg::at(k).query(scores, grades).unwrap(),
        Ndcg::at(k)
            .gain(Gain::Linear)
            .query(scores, grades)
            .unwrap(),
        MeanAveragePrecision::at(k).query(scores, grades).unwrap(),
        MeanAveragePrecision::at(k)
            .denominator(Denominator::AllRelevant)
            .query(scores, grades)
            .unwrap(),
        RecallAtK::at(k).query(scores, grades).unwrap(),
        RecallAtK::at(k)
            .denominator(Denominator::Reachable)
            .query(scores, grades)
            .unwrap(),
        PrecisionAtK::at(k).query(scores, grades).unwrap(),
    ]
}

fn close(a: &[Option<f64>], b: &[Option<f64>]) -> bool {
    a.iter().zip(b).all(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-12,
        (a, b) => a == b,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn values_lie_in_the_unit_interval(rows in documents(), k in 1usize..50) {
        let (s, g) = split(&rows);
        for value in each(&s, &g, k) {
            prop_assert_eq!(value.is_none(), g.iter().all(|g| *g == 0));
            prop_assert!(value.is_none_or(|v| (0.0..=1.0 + 1e-12).contains(&v)), "{:?}", value);
        }
    }

    #[test]
    fn the_perfect_order_is_worth_one(rows in documents(), k in 1usize..50) {
        let (_, g) = split(&rows);
        prop_assume!(g.iter().any(|g| *g > 0));
        let s: Vec<f64> = g.iter().map(|g| f64::from(*g)).collect();
        for gain in [Gain::Linear, Gain::Exponential] {
            prop_assert!((Ndcg::at(k).gain(gain).query(&s, &g).unwrap().unwrap() - 1.0).abs() < 1e-12);
        }
        prop_assert!((MeanAveragePrecision::at(k).query(&s, &g).unwrap().unwrap() - 1.0).abs() < 1e-12);
        prop_assert!((RecallAtK::at(k).denominator(Denominator::Reachable).query(&s, &g).unwrap().unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_the_rows_is_free(rows in documents(), k in 1usize..50, by in any::<u64>()) {
        let (s, g) = split(&rows);
        let mut other: Vec<_> = rows.iter().copied().enumerate().collect();
        other.sort_by_key(|(i, _)| (*i as u64 + 1).wrapping_mul(by | 1));
        let (os, og) = split(&other.into_iter().map(|(_, r)| r).collect::<Vec<_>>());
        prop_assert!(close(&each(&s, &g, k), &each(&os, &og, k)));
    }

    #[test]
    fn many_queries_have_the_bits_of_one(rows in documents(), k in 1usize..50) {
        // many queries run compiled for wider vectors, one does not
        let (s, g) = split(&rows);
        let one = Ndcg::at(k).query(&s, &g).unwrap();
        let many = Ndcg::at(k).queries(&[s.clone(), s].concat(), &[g.clone(), g].concat(), &[rows.len(); 2]).unwrap();
        prop_assert_eq!(many, vec![one; 2]);
    }

    #[test]
    fn a_monotone_transform_changes_nothing(rows in documents(), k in 1usize..50) {
        let (s, g) = split(&rows);
        let bent: Vec<f64> = s.iter().map(|v| v.exp() * 2.0 - 100.0).collect();
        prop_assert_eq!(each(&s, &g, k), each(&bent, &g, k));
    }

    #[test]
    fn a_list_equals_the_scored_documents_it_came_from(rows in documents(), k in 1usize..50) {
        // distinct scores, so that there is one order
        let (_, g) = split(&rows);
        let s: Vec<f64> = (0..g.len()).map(|i| ((i * 7919) % 104_729) as f64).collect();
        let mut order: Vec<u32> = (0..g.len() as u32).collect();
        order.sort_by(|a, b| s[*b as usize].total_cmp(&s[*a as usize]));
        let items: Vec<u32> = (0..g.len() as u32).collect();
        let grades: Vec<f64> = g.iter().map(|g| f64::from(*g)).collect();
        let relevant = Relevant::graded(&items, &grades).unwrap();
        let lists = vec![
            Ndcg::at(k).list(&order, &relevant).unwrap(),
            Ndcg::at(k).gain(Gain::Linear).list(&order, &relevant).unwrap(),
            MeanAveragePrecision::at(k).list(&order, &relevant).unwrap(),
            MeanAveragePrecision::at(k).denominator(Denominator::AllRelevant).list(&order, &relevant).unwrap(),
            RecallAtK::at(k).list(&order, &relevant).unwrap(),
            RecallAtK::at(k).denominator(Denominator::Reachable).list(&order, &relevant).unwrap(),
            PrecisionAtK::at(k).list(&order, &relevant).unwrap(),
        ];
        prop_assert!(close(&each(&s, &g, k), &lists));
    }

    #[test]
    fn a_weight_repeats_its_query(queries in prop::collection::vec((documents(), 0u8..4), 1..8)) {
        prop_assume!(queries.iter().any(|q| q.1 > 0));
        let flat = |list: &[(Vec<(f64, u8)>, u8)]| {
            let rows: Vec<(f64, u8)> = list.iter().flat_map(|q| q.0.clone()).collect();
            let sizes: Vec<usize> = list.iter().map(|q| q.0.len()).collect();
            let weights: Vec<f64> = list.iter().flat_map(|q| vec![f64::from(q.1); q.0.len()]).collect();
            (split(&rows), sizes, weights)
        };
        let ((s, g), sizes, w) = flat(&queries);
        let repeated: Vec<_> = queries.iter().flat_map(|q| std::iter::repeat_n(q.clone(), usize::from(q.1))).collect();
        let ((rs, rg), rsizes, _) = flat(&repeated);
        let metric = Ndcg::at(5);
        let weighted = metric.mean(&s, &g, &sizes, Some(&w)).unwrap();
        prop_assert!((weighted - metric.mean(&rs, &rg, &rsizes, None).unwrap()).abs() < 1e-12);
    }
}

#[test]
fn a_constant_score_gains_nothing_from_the_order_of_the_rows() {
    let mut grades = vec![1u8; 5];
    grades.extend([0; 95]);
    let value = PrecisionAtK::at(10)
        .query(&vec![0.5; 100], &grades)
        .unwrap()
        .unwrap();
    assert!((value - 0.05).abs() < 1e-15);
}

#[test]
fn same_bits_for_any_pool() {
    let n = 3_000usize;
    let scores: Vec<f32> = (0..n * 20).map(|i| ((i * 7919) % 997) as f32).collect();
    let grades: Vec<u8> = (0..n * 20).map(|i| ((i * 31) % 11 / 8) as u8).collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            Ndcg::at(10)
                .mean(&scores, &grades, &vec![20; n], None)
                .unwrap()
        })
        .to_bits()
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(4));
}

#[test]
fn bad_input_names_what_is_wrong() {
    let metric = Ndcg::at(3);
    let text = |r: Result<f64, _>| -> String {
        let error: Box<dyn std::error::Error> = Box::new(r.unwrap_err() as ml_data::Error);
        error.to_string()
    };
    assert!(
        text(metric.mean::<f64, f64>(&[], &[], &[], None)).contains("queries to score is empty")
    );
    assert!(
        text(metric.mean(&[1.0, 2.0, f64::NAN], &[1u8, 0, 1], &[1, 2], None)).contains("row 2")
    );
    assert!(
        text(metric.mean(&[1.0, 2.0, 3.0], &[1.0, 0.0, -1.0], &[1, 2], None)).contains("row 2")
    );
    assert!(
        text(metric.mean(&[1.0, 2.0, 3.0], &[1u8, 0, 1], &[1, 3], None)).contains("expected 3")
    );
    assert!(text(metric.mean(&[1.0, 2.0, 3.0], &[1u8, 0], &[1, 2], None)).contains("grades"));
    assert!(
        text(metric.mean(
            &[1.0, 2.0, 3.0],
            &[1u8, 0, 1],
            &[1, 2],
            Some(&[1.0, 1.0, 2.0])
        ))
        .contains("row 2")
    );
    assert!(text(Ndcg::at(0).mean(&[1.0], &[1u8], &[1], None)).contains("`k`"));
    assert!(
        text(
            metric
                .clone()
                .no_relevant(NoRelevant::Skip)
                .mean(&[1.0], &[0u8], &[1], None)
        )
        .contains("no query has a relevant")
    );
    let large = text(metric.mean(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2000.0], &[1, 2], None));
    assert!(
        large.contains("row 2") && large.contains("found 2000"),
        "{large}"
    );
    assert_eq!(metric.mean(&[1.0], &[0u8], &[1], None).unwrap(), 0.0);
    assert!(
        metric
            .list(&[3, 3], &Relevant::new(&[1]).unwrap())
            .unwrap_err()
            .to_string()
            .contains("item `3`")
    );
    assert!(
        Relevant::new(&[2, 1])
            .unwrap_err()
            .to_string()
            .contains("ascending")
    );
    assert_eq!(
        metric.list(&[3, 4], &Relevant::new(&[]).unwrap()).unwrap(),
        None
    );
    assert_eq!(
        metric.list(&[], &Relevant::new(&[1]).unwrap()).unwrap(),
        Some(0.0)
    );
}

/// Documents with equal scores count as the mean over all their orders, also where their grades and
/// gains differ.
#[test]
fn ties_of_grades_are_the_mean_over_their_orders() {
    let (scores, grades) = ([5.0, 3.0, 3.0, 3.0, 1.0], [1u8, 0, 3, 1, 2]);
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for gain in [Gain::Exponential, Gain::Linear] {
        for k in 1..=6 {
            let metric = Ndcg::at(k).gain(gain);
            let of_order = |order: &[usize; 3]| {
                let tied = order.map(|i| 3.0 - i as f64 / 10.0);
                let scores = [5.0, tied[0], tied[1], tied[2], 1.0];
                metric.query(&scores, &grades).unwrap().unwrap()
            };
            let mean = orders.iter().map(of_order).sum::<f64>() / 6.0;
            let found = metric.query(&scores, &grades).unwrap().unwrap();
            assert!((found - mean).abs() < 1e-12, "{gain:?} {k}: {found} {mean}");
        }
    }
    // Five documents in two places, by hand: (7 + 1/log2(3)) / (7 + 3/log2(3)) if 3 comes first.
    let first = Ndcg::at(2)
        .query(&[9.0, 5.0, 1.0], &[3u8, 1, 2])
        .unwrap()
        .unwrap();
    let log = 3.0_f64.log2();
    assert!((first - (7.0 + 1.0 / log) / (7.0 + 3.0 / log)).abs() < 1e-12);
}
