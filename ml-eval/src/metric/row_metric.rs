//! Metrics that are a function of predictions, labels and weights, as values.

/// A metric value of a function `(predicted, labels, weights) -> Result<f64>`: its name is the
/// function's, and it scores samples of one target through `ml_data`'s `Metric`.
macro_rules! row_metric {
    ($(#[$doc:meta])* $metric:ident: $target:ident, $function:ident, $direction:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize,
        )]
        pub struct $metric;

        impl ml_data::contract::Metric<ml_data::sample::$target> for $metric {
            fn name(&self) -> &str {
                stringify!($function)
            }
            fn direction(&self) -> ml_data::contract::Direction {
                ml_data::contract::Direction::$direction
            }
            fn score(
                &self,
                truth: &<ml_data::sample::$target as ml_data::sample::Target>::Labels,
                predicted: &ml_data::sample::Scores,
                weights: Option<&[f64]>,
            ) -> $crate::error::Result<f64> {
                $function(&predicted.0, truth.values(), weights)
            }
        }
    };
}

pub(super) use row_metric;
