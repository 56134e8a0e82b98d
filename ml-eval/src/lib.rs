//! Evaluation: what models are worth, how sure that is, and whether one may go to production.
//!
//! * [`metric`]: classification, regression and ranking metrics, as functions on slices and as
//!   `ml_data` metrics;
//! * [`bootstrap`]: confidence intervals by user, and of the paired difference between two models;
//! * [`compare`]: a board of several models on the same rows, with intervals and paired differences
//!   of every metric;
//! * [`holdout`]: the held-out queries of a recommender, scored by all models on the same users;
//! * [`explain`]: what a model relies on, by permutation importance;
//! * [`goal`]: the problem, the success criteria, the feasibility check and the promotion gate;
//! * [`sequential`]: tests that may be looked at at any time, by user or by request.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod bootstrap;
mod check;
pub mod compare;
mod error;
pub mod explain;
pub mod goal;
mod grid;
pub mod holdout;
pub mod limits;
pub mod metric;
mod radix;
mod reduce;
mod score;
pub mod sequential;
