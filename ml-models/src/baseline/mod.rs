//! Baselines: what every model has to beat.
//!
//! [`Popularity`] recommends what most people take, overall, lately, or in the user's own segment.

mod popularity;
mod ranker;

pub use popularity::{Count, FittedPopularity, ItemEvent, Popularity};
pub use ranker::{Anyone, PopularityScratch};
