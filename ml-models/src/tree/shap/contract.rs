//! [`Explain`](ml_data::contract::Explain) for models of trees.

/// Implements the contracts of explanations for a fitted model with an `ensemble()`; the outputs
/// have the names that the closure gives. The rows are those that it predicts.
macro_rules! explains {
    (<$of:ident: $bound:ident> $rows:ty, $model:ty, |$self:ident| $outputs:expr) => {
        impl<$of: $bound> ml_data::contract::Explain<$rows> for $model {
            type Prepared = $crate::tree::Explainer;

            fn prepare(&self) -> Self::Prepared {
                $crate::tree::Explainer::new(self.ensemble())
            }

            fn raw_scores(&self, x: ml_data::repr::View<'_, $rows>) -> ml_data::Result<Vec<f64>> {
                self.ensemble().raw_scores(x)
            }

            fn explain_with(
                &self,
                prepared: &Self::Prepared,
                x: ml_data::repr::View<'_, $rows>,
            ) -> ml_data::Result<ml_data::contract::Attributions> {
                let $self = self;
                prepared.attributions($outputs, x)
            }
        }

        impl ml_data::contract::FeatureImportances for $model {
            fn importances(
                &self,
                kind: ml_data::contract::ImportanceKind,
            ) -> ml_data::Result<ml_data::contract::Importances> {
                self.ensemble().importances(kind)
            }
        }
    };
}
pub(crate) use explains;

impl ml_data::contract::FeatureImportances for crate::tree::Ensemble {
    fn importances(
        &self,
        kind: ml_data::contract::ImportanceKind,
    ) -> ml_data::Result<ml_data::contract::Importances> {
        use ml_data::contract::{ImportanceKind, Importances};
        let values = match kind {
            ImportanceKind::Gain => self.gain_importance(),
            ImportanceKind::Split => self.split_importance().iter().map(|n| *n as f64).collect(),
            other => {
                return Err(ml_data::Error::undefined(
                    format!("importance `{other}`"),
                    "trees have none",
                ));
            }
        };
        Importances::new(kind.to_string(), self.names().iter().zip(values))
    }
}
