//! The ranking metrics as `ml_data` metrics: names, queries by id, errors that name rows.

use super::*;
use ml_data::contract::Metric;
use ml_data::sample::{Relevance, RelevanceLabels, Scores};

#[test]
fn names_carry_their_parameters() {
    let all: [&dyn Metric<Relevance>; 4] = [
        &Ndcg::at(10),
        &PrecisionAtK::at(5),
        &RecallAtK::at(5),
        &MeanAveragePrecision::at(3),
    ];
    assert_eq!(
        all.map(|m| m.name().to_owned()),
        ["ndcg@10", "precision@5", "recall@5", "map@3"]
    );
    assert_eq!(
        Metric::name(&Ndcg::at(10).gain(Gain::Linear)),
        "ndcg_linear@10"
    );
}

#[test]
fn rows_of_a_query_need_not_be_adjacent() {
    let grades = [1.0f32, 0.0, 0.0, 2.0, 0.0, 1.0];
    let ids = [7u32, 3, 7, 3, 7, 3];
    let scores = [0.1, 0.9, 0.5, 0.2, 0.3, 0.4];
    let truth = RelevanceLabels::new(&grades[..], &ids[..]).unwrap();
    let found = Ndcg::at(2)
        .score(&truth, &Scores(scores.to_vec()), None)
        .unwrap();
    // queries 3 and 7 gathered by hand
    let expected = Ndcg::at(2)
        .mean(
            &[0.9, 0.2, 0.4, 0.1, 0.5, 0.3],
            &[0.0, 2.0, 1.0, 1.0, 0.0, 0.0],
            &[3, 3],
            None,
        )
        .unwrap();
    assert!((found - expected).abs() < 1e-15);
    let weights = [2.0, 1.0, 2.0, 1.0, 2.0, 1.0];
    let found = Ndcg::at(2)
        .score(&truth, &Scores(scores.to_vec()), Some(&weights))
        .unwrap();
    let one = |s: &[f64], g: &[f64]| Ndcg::at(2).query(s, g).unwrap().unwrap();
    let expected = (one(&[0.9, 0.2, 0.4], &[0.0, 2.0, 1.0])
        + 2.0 * one(&[0.1, 0.5, 0.3], &[1.0, 0.0, 0.0]))
        / 3.0;
    assert!((found - expected).abs() < 1e-15);
}

#[test]
fn the_row_in_an_error_is_the_row_of_the_sample() {
    let truth = RelevanceLabels::new(&[1.0f32, 0.0, 1.0][..], &[2u32, 1, 2][..]).unwrap();
    let text = |scores: [f64; 3], weights: Option<&[f64]>| {
        Ndcg::at(2)
            .score(&truth, &Scores(scores.to_vec()), weights)
            .unwrap_err()
            .to_string()
    };
    assert!(text([0.1, 0.2, f64::NAN], None).contains("row 2"));
    assert!(text([f64::NAN, 0.2, 0.3], None).contains("row 0"));
    assert!(text([0.1, 0.2, 0.3], Some(&[1.0, 1.0, 3.0])).contains("row 2"));
}
