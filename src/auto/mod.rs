//! A model of any table: the name of a column in, a typed, inspectable pipeline out.
//!
//! [`auto`] finds the task by the target's values, takes each column as its kind asks (numbers as
//! they are, categories as codes that boosting splits by sets, times as parts of the calendar;
//! missing values are read by the trees), holds out a tenth of the rows (a fifth of fewer than
//! 5,000) to stop early, and fits once more on all of them. What it decides and leaves out it tells
//! ([`AutoModel::notes`]); what it made is a pipeline as one would write it
//! ([`AutoModel::pipeline`]).
//!
//! ```
//! use ml_pipeline::auto;
//! use ml_pipeline::prelude::*;
//!
//! let n = 400;
//! let rooms = (0..n).map(|i| f64::from(1 + i % 5));
//! let city = (0..n).map(|i| Some(["Riga", "Oslo", "Bonn"][i as usize % 3]));
//! let rent = (0..n).map(|i| f64::from(200 * (1 + i % 5) + 150 * (i % 3) + i % 7));
//! let flats = Table::new([
//!     ("rooms", Column::num(rooms)),
//!     ("city", Column::cat(city)),
//!     ("rent", Column::num(rent)),
//! ])?;
//!
//! let model = auto(&flats, "rent")?;
//! assert_eq!(model.task(), auto::Task::Regression);
//! assert!(model.score("r2").unwrap_or(0.0) > 0.95);
//!
//! let bytes = model.to_bytes()?;
//! let loaded = auto::AutoModel::from_bytes(&bytes)?;
//! let flat = Table::new([("city", Column::cat([Some("Oslo")])), ("rooms", Column::num([3.0]))])?;
//! let predicted = loaded.predict(&flat)?;
//! assert!((predicted.numbers()[0] - 753.0).abs() < 60.0);
//! # Ok::<(), Error>(())
//! ```

mod columns;
mod explain;
mod fit;
mod hold_out;
mod labels;
mod learn;
mod model;
mod notes;
mod prediction;
mod select;
mod target;
mod task;

pub use columns::{AutoPipeline, ColumnStep, FittedAutoPipeline, FittedColumnStep};
pub use fit::{Auto, auto};
pub use model::{AutoModel, FittedAuto};
pub use prediction::AutoPrediction;
pub use target::AutoScore;
pub use task::Task;
