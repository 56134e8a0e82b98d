//! Rows scored through `ml_data`'s `Metric`: each target has its metrics.

use super::*;
use ml_data::contract::{Direction, Metric};
use ml_data::sample::{BinaryLabels, RealLabels, Scores};

#[test]
fn each_target_has_its_metric() {
    let labels = BinaryLabels::new(&[0u8, 0, 1, 1][..], "yes").unwrap();
    let scores = Scores(vec![0.1, 0.4, 0.35, 0.8]);
    assert_eq!(RocAuc.score(&labels, &scores, None).unwrap(), 0.75);
    assert!(
        (LogLoss.score(&labels, &scores, None).unwrap() - 0.472_287_953_809_176_15).abs() < 1e-12
    );
    let real = RealLabels::new(&[0.0, 2.0][..]).unwrap();
    assert_eq!(
        Rmse.score(&real, &Scores(vec![1.0, 1.0]), None).unwrap(),
        1.0
    );
}

#[test]
fn losses_are_to_fall_and_shares_to_rise() {
    assert_eq!(LogLoss.direction(), Direction::LowerIsBetter);
    assert_eq!(RocAuc.direction(), Direction::HigherIsBetter);
}
