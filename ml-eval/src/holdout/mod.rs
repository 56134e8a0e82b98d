//! The held-out set of a recommender: queries, candidates and what turned out to be relevant.
//!
//! A [`Holdout`] of the validation window may be scored as often as needed; one of the test window
//! is consumed by the single call that scores all models of a comparison, so a second look is a
//! compile error. Every model answers the same queries from the same candidates. The answer is a
//! [`RankingBoard`] with confidence intervals by user.

mod board;
mod evaluate;
mod query;
mod set;

pub use board::{RankingBoard, RankingRow};
pub use query::{HeldQuery, VisitBuf};
pub use set::{Among, Holdout};
