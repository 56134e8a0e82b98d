#![cfg_attr(docsrs, feature(doc_cfg))]
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
///
/// # Several models, compared
/// Models of any types behind the same steps; every metric with its interval, and the paired
/// difference to the first model. The best is saved, and loaded by a program that knows both types:
///
/// ```
/// # #[cfg(all(feature = "features", feature = "models", feature = "eval"))]
/// # fn main() -> ml_pipeline::data::Result<()> {
/// use ml_pipeline::prelude::*;
///
/// fn steps() -> impl Transformer<Table, Binary, Out = Dense> {
///     ColumnTransformer::new()
///         .with("age", StandardScaler::new())
///         .with("city", OneHotEncoder::new())
/// }
/// let boosting = || steps().model(Boost::new().num_iterations(20));
/// let forest = || steps().model(RandomForest::new().n_estimators(10));
///
/// let n = 300;
/// let table = Table::new([
///     ("age", Column::num((0..n).map(|i| f64::from(i % 60)))),
///     ("city", Column::cat((0..n).map(|i| Some(["Riga", "Oslo"][i as usize % 2])))),
///     ("bought", Column::bool((0..n).map(|i| Some(i % 60 + i % 2 * 20 > 40)))),
/// ])?;
/// let split = Split::holdout(0.3).stratified();
/// let TrainTest { train, test } = table.binary("bought", "true")?.train_test_split(split)?;
/// let (trees, woods) = (boosting().fit(&train)?, forest().fit(&train)?);
///
/// let models: Models<'_, Table, Scores> = &[("boosting", &trees), ("forest", &woods)];
/// let board = test.evaluate_by(models, &Comparison::new(&[&RocAuc, &Accuracy]))?;
/// println!("{board}");
/// let bytes = match board.best("roc_auc")? {
///     "boosting" => artifact::save("boosting/1", &trees)?,
///     _ => artifact::save("forest/1", &woods)?,
/// };
/// let loader = Loader::<Table, Binary>::new()
///     .with("boosting/1", boosting)
///     .with("forest/1", forest);
/// let model = loader.load(&bytes, None)?;
/// #[derive(serde::Serialize)]
/// struct Person { age: u32, city: &'static str }
/// assert!(model.predict_one(&Person { age: 55, city: "Oslo" })? > 0.5);
/// # Ok(())
/// # }
/// # #[cfg(not(all(feature = "features", feature = "models", feature = "eval")))]
/// # fn main() {}
/// ```
pub mod prelude {
    #[doc(no_inline)]
    pub use ml_data::prelude::*;
    #[cfg(feature = "eval")]
    #[doc(no_inline)]
    pub use ml_eval::compare::Comparison;
    #[cfg(feature = "eval")]
    #[doc(no_inline)]
    pub use ml_eval::holdout::Holdout;
    #[cfg(feature = "eval")]
    #[doc(no_inline)]
    pub use ml_eval::metric::{
        Accuracy, LogLoss, Mae, MeanAveragePrecision, MultiLogLoss, Ndcg, PrecisionAtK, R2,
        RecallAtK, Rmse, RocAuc, RocAucOvr,
    };
    #[cfg(feature = "features")]
    #[doc(no_inline)]
    pub use ml_features::columns::{ColumnTransformer, Remainder};
    #[cfg(feature = "features")]
    #[doc(no_inline)]
    pub use ml_features::encode::{OneHotEncoder, TargetEncoder};
    #[cfg(feature = "features")]
    #[doc(no_inline)]
    pub use ml_features::impute::SimpleImputer;
    #[cfg(feature = "features")]
    #[doc(no_inline)]
    pub use ml_features::scale::{FunctionTransformer, NumFn, Passthrough, StandardScaler};
    #[cfg(feature = "models")]
    #[doc(no_inline)]
    pub use ml_models::baseline::Popularity;
    #[cfg(feature = "models")]
    #[doc(no_inline)]
    pub use ml_models::boost::Boost;
    #[cfg(all(feature = "models", feature = "linalg"))]
    #[doc(no_inline)]
    pub use ml_models::factor::ImplicitAls;
    #[cfg(feature = "models")]
    #[doc(no_inline)]
    pub use ml_models::factor::Interactions;
    #[cfg(feature = "models")]
    #[doc(no_inline)]
    pub use ml_models::forest::RandomForest;
    #[cfg(all(feature = "models", feature = "linalg"))]
    #[doc(no_inline)]
    pub use ml_models::neural::Mlp;
}

/// Pages for people who come from elsewhere.
#[cfg(all(feature = "features", feature = "models", feature = "eval"))]
pub mod docs {
    #[doc = include_str!("docs/scikit_learn.md")]
    pub mod coming_from_scikit_learn {}

    /// The programs of `examples/`, one job each.
    #[doc = concat!("# `classification`\n```ignore\n", include_str!("../examples/classification.rs"), "```\n")]
    #[doc = concat!("# `recommender`\n```ignore\n", include_str!("../examples/recommender.rs"), "```\n")]
    #[doc = concat!("# `embedded_service`\n```ignore\n", include_str!("../examples/embedded_service.rs"), "```\n")]
    #[doc = concat!("# `early_stopping`\n```ignore\n", include_str!("../examples/early_stopping.rs"), "```\n")]
    #[doc = concat!("# `own_parts`\n```ignore\n", include_str!("../examples/own_parts.rs"), "```\n")]
    #[doc = concat!("# `regression_in_time`\n```ignore\n", include_str!("../examples/regression_in_time.rs"), "```\n")]
    #[doc = concat!("# `explain`\n```ignore\n", include_str!("../examples/explain.rs"), "```\n")]
    #[doc = concat!("# `arrays`\n```ignore\n", include_str!("../examples/arrays.rs"), "```\n")]
    #[doc = concat!("# `tabular`\n```ignore\n", include_str!("../examples/tabular.rs"), "```\n")]
    #[doc = concat!("# `drift`\n```ignore\n", include_str!("../examples/drift.rs"), "```\n")]
    pub mod examples {}
}
