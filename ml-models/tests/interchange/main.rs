//! Models that cross the border: files of other libraries, ours in their hands, and damaged ones.

mod lightgbm;
mod live;
mod random;
