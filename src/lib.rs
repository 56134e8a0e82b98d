#![doc = include_str!("../README.md")]

pub use ml_data as data;
pub use ml_eval as eval;
pub use ml_features as features;
pub use ml_models as models;
pub use ml_monitor as monitor;
pub use ml_serve as serve;

/// Imports of most programs: the contracts, and the steps, models and metrics of a first pipeline.
pub mod prelude {
    pub use ml_data::prelude::*;
    pub use ml_eval::metric::{
        LogLoss, MeanAveragePrecision, Ndcg, PrecisionAtK, RecallAtK, Rmse, RocAuc,
    };
    pub use ml_features::columns::{ColumnTransformer, Remainder};
    pub use ml_features::encode::{OneHotEncoder, TargetEncoder};
    pub use ml_features::impute::SimpleImputer;
    pub use ml_features::scale::StandardScaler;
    pub use ml_models::boost::Boost;
    pub use ml_models::factor::ImplicitAls;
    pub use ml_models::neural::Mlp;
}
