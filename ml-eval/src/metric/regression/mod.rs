//! Metrics of numbers: mean absolute error, root mean squared error, coefficient of determination.

mod mae;
mod r2;
mod residuals;
mod rmse;

pub use mae::{Mae, mae};
pub use r2::{R2, r2};
pub use rmse::{Rmse, rmse};
