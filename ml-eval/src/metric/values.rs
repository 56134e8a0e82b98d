//! The metrics as values that score samples through `ml_data`'s `Metric`.

use super::ranking::{queries_of, settings_of};
use super::{
    MeanAveragePrecision, Ndcg, PrecisionAtK, RecallAtK, log_loss, mae, r2, rmse, roc_auc,
};
use crate::error::Result;
use ml_data::contract::{Direction, Metric};
use ml_data::sample::{Binary, BinaryLabels, Real, RealLabels, Relevance, RelevanceLabels, Scores};
use serde::{Deserialize, Serialize};

/// Metrics of rows: a value that hands the numbers to a function.
macro_rules! of_rows {
    ($($(#[$doc:meta])* $metric:ident: $target:ty, $labels:ty, $function:ident, $direction:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $metric;

        impl Metric<$target> for $metric {
            fn name(&self) -> &str {
                stringify!($function)
            }
            fn direction(&self) -> Direction {
                Direction::$direction
            }
            fn score(&self, truth: &$labels, predicted: &Scores, weights: Option<&[f64]>) -> Result<f64> {
                $function(&predicted.0, truth.values(), weights)
            }
        }
    )*};
}

of_rows! {
    /// [`roc_auc`] of a binary sample; "roc_auc", higher is better.
    RocAuc: Binary, BinaryLabels, roc_auc, HigherIsBetter;
    /// [`log_loss`] of a binary sample; "log_loss", lower is better.
    LogLoss: Binary, BinaryLabels, log_loss, LowerIsBetter;
    /// [`rmse`] of a regression sample; "rmse", lower is better.
    Rmse: Real, RealLabels, rmse, LowerIsBetter;
    /// [`mae`] of a regression sample; "mae", lower is better.
    Mae: Real, RealLabels, mae, LowerIsBetter;
    /// [`r2`] of a regression sample; "r2", higher is better.
    R2: Real, RealLabels, r2, HigherIsBetter;
}

/// The ranking metrics score by query; rows of a query need not be adjacent.
macro_rules! by_query {
    ($($metric:ty),*) => {$(
        impl Metric<Relevance> for $metric {
            fn name(&self) -> &str {
                &settings_of(self).name
            }
            fn direction(&self) -> Direction {
                Direction::HigherIsBetter
            }
            fn score(&self, truth: &RelevanceLabels, predicted: &Scores, weights: Option<&[f64]>) -> Result<f64> {
                queries_of(self, &predicted.0, truth.grades(), truth.query_ids(), weights)
            }
        }
    )*};
}

by_query!(PrecisionAtK, RecallAtK, MeanAveragePrecision, Ndcg);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::RankingMetric;

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
            Metric::name(&Ndcg::at(10).gain(crate::metric::Gain::Linear)),
            "ndcg_linear@10"
        );
        assert_eq!(LogLoss.direction(), Direction::LowerIsBetter);
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

    #[test]
    fn each_target_has_its_metric() {
        let labels = BinaryLabels::new(&[0u8, 0, 1, 1][..], "yes").unwrap();
        let scores = Scores(vec![0.1, 0.4, 0.35, 0.8]);
        assert_eq!(RocAuc.score(&labels, &scores, None).unwrap(), 0.75);
        assert!(
            (LogLoss.score(&labels, &scores, None).unwrap() - 0.472_287_953_809_176_15).abs()
                < 1e-12
        );
        let real = RealLabels::new(&[0.0, 2.0][..]).unwrap();
        assert_eq!(
            Rmse.score(&real, &Scores(vec![1.0, 1.0]), None).unwrap(),
            1.0
        );
    }
}
