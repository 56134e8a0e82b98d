#![doc = include_str!("../README.md")]

pub use ml_data as data;
#[cfg(all(feature = "features", feature = "models", feature = "eval"))]
pub mod auto;
#[cfg(all(feature = "features", feature = "models", feature = "eval"))]
pub use auto::auto;

#[cfg(feature = "eval")]
pub use ml_eval as eval;
#[cfg(feature = "features")]
pub use ml_features as features;
#[cfg(feature = "models")]
pub use ml_models as models;
#[cfg(feature = "monitor")]
pub use ml_monitor as monitor;
#[cfg(feature = "serve")]
pub use ml_serve as serve;

#[cfg(all(feature = "models", feature = "eval"))]
pub mod recommender;

/// Imports of most programs: the contracts, and the steps, models and metrics of a first pipeline.
pub mod prelude {
    pub use ml_data::prelude::*;
    #[cfg(feature = "eval")]
    pub use ml_eval::compare::Comparison;
    #[cfg(feature = "eval")]
    pub use ml_eval::holdout::Holdout;
    #[cfg(feature = "eval")]
    pub use ml_eval::metric::{
        Accuracy, LogLoss, Mae, MeanAveragePrecision, Ndcg, PrecisionAtK, RecallAtK, Rmse, RocAuc,
    };
    #[cfg(feature = "features")]
    pub use ml_features::columns::{ColumnTransformer, Remainder};
    #[cfg(feature = "features")]
    pub use ml_features::encode::{OneHotEncoder, TargetEncoder};
    #[cfg(feature = "features")]
    pub use ml_features::impute::SimpleImputer;
    #[cfg(feature = "features")]
    pub use ml_features::scale::{FunctionTransformer, NumFn, Passthrough, StandardScaler};
    #[cfg(feature = "models")]
    pub use ml_models::baseline::Popularity;
    #[cfg(feature = "models")]
    pub use ml_models::boost::Boost;
    #[cfg(all(feature = "models", feature = "linalg"))]
    pub use ml_models::factor::ImplicitAls;
    #[cfg(feature = "models")]
    pub use ml_models::factor::Interactions;
    #[cfg(feature = "models")]
    pub use ml_models::forest::RandomForest;
    #[cfg(all(feature = "models", feature = "linalg"))]
    pub use ml_models::neural::Mlp;
}

/// Pages for people who come from elsewhere.
#[cfg(all(feature = "features", feature = "models", feature = "eval"))]
pub mod docs {
    #[doc = include_str!("docs/scikit_learn.md")]
    pub mod coming_from_scikit_learn {}
}
