//! Steps of the `ml-pipeline` family that turn raw columns into numbers: imputation, encoding,
//! scaling, column-wise composition and point-in-time aggregates of event logs.
//!
//! Every step is learned with `fit_transform` on a training sample and applied row by row or in
//! batches, with the same bits.
//!
//! ```
//! use ml_data::prelude::*;
//! use ml_features::prelude::*;
//!
//! let table = Table::new([
//!     ("price", Column::num([1.0, f64::NAN, 3.0, 5.0])),
//!     ("city", Column::cat([Some("Riga"), Some("Oslo"), None, Some("Riga")])),
//! ])?;
//! let columns = ColumnTransformer::new()
//!     .with(Kind::Num, SimpleImputer::median().then(StandardScaler::new()))
//!     .with("city", OneHotEncoder::new());
//! let (fitted, x) = columns.fit_transform(&table.unlabelled()?.into_train())?;
//! let names: Vec<&str> = fitted.names().iter().collect();
//! assert_eq!(names, ["price", "city=Oslo", "city=Riga", "city:missing"]);
//! assert_eq!(x.row(1)[1..], [1.0, 0.0, 0.0]);
//! # Ok::<(), ml_data::Error>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod aggregate;
pub mod cell;
pub mod columns;
pub mod encode;
pub mod impute;
pub mod scale;
pub mod time;

/// The steps most programs use.
pub mod prelude {
    pub use crate::aggregate::{AsOf, EventLog, Of};
    pub use crate::columns::{ColumnTransformer, Remainder, Select};
    pub use crate::encode::{
        CategoryOrder, DropCategory, HandleMissing, HandleUnknown, MinFrequency, OneHotEncoder,
        OrderedTargetEncoder, OrdinalEncoder, Smooth, TargetEncoder,
    };
    pub use crate::impute::{ImputeStrategy, SimpleImputer};
    pub use crate::scale::{FunctionTransformer, NumFn, Passthrough, StandardScaler};
    pub use crate::time::Calendar;
}
