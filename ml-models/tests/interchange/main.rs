//! Models that cross the border: files of other libraries, ours in their hands, and damaged ones.

mod golden;
mod lightgbm;
mod live;
mod random;
