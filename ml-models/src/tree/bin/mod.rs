//! From values to bins: where numbers are cut ([`bounds`]), which [`categories`] count, the columns and their bins
//! ([`layout`]), and the matrix of small whole numbers ([`cells`]) in [`aligned`] rows.

mod aligned;
mod bounds;
mod categories;
mod cells;
mod keys;
mod layout;

pub(crate) use cells::Cells;
pub(crate) use layout::{Binning, Bins, Column, Layout};
