//! From values to bins: where numbers are cut ([`bounds`]), which [`categories`] count, the columns and their bins
//! ([`layout`]), which of them share a byte ([`bundle`], [`slots`]), and the matrix of small whole
//! numbers ([`cells`]) in [`aligned`] rows, and how it is filled ([`find`], [`fill`]).

mod aligned;
mod bounds;
mod bundle;
mod categories;
mod cells;
mod fill;
mod find;
mod keys;
mod layout;
mod slots;

pub(crate) use cells::Cells;
pub(crate) use layout::{Binning, Bins, Column, Layout};
pub(crate) use slots::Share;
