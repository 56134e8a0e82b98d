//! Board of a run of the suite: both sides of each work, their spread, and what may be said of
//! them.
//!
//! Results are JSON lines; `build` pairs them, `Board` is what is stored, and the other modules
//! show it: Markdown, the table of README, a page with plots.

mod build;
mod line;
mod machine;
mod markdown;
mod number;
mod page;
mod plot;
mod quality;
mod readme;
mod stats;
mod store;
mod why;
mod work;
mod works;

pub(crate) use build::{Board, Entry, HERE, build};
pub(crate) use line::Line;
pub(crate) use machine::Machine;
pub(crate) use markdown::markdown;
pub(crate) use number::{scaled, short, with_rows};
pub(crate) use page::page;
pub(crate) use quality::{Judgement, Quality, compare};
pub(crate) use readme::{named_board, rewrite, table};
pub(crate) use stats::{Spread, Verdict, verdict};
pub(crate) use store::{Key, Store, finished};
pub(crate) use why::{Bound, bounds};
pub(crate) use work::{Metric, Op, Peer, Side, Work};
pub(crate) use works::WORKS;
