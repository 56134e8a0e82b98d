//! Baselines: what every model has to beat.
//!
//! [`Popularity`] recommends what most people take, overall, lately, or in the user's own segment.

mod fitted;
mod popularity;
mod ranker;

pub use fitted::FittedPopularity;
pub use popularity::{Count, ItemEvent, Popularity};
pub use ranker::{Anyone, PopularityScratch};
