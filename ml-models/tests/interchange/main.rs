//! Models that cross the border: files of other libraries, ours in their hands, and damaged ones.

#![allow(clippy::unwrap_used)] // helpers of tests

mod damaged;
mod golden;
mod lightgbm;
mod lightgbm_lines;
mod live;
mod random;
mod xgboost;
mod xgboost_fields;
