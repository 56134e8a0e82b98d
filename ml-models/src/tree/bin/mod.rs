//! From values to bins: where numbers are cut ([`bounds`]), which [`categories`] count, the columns
//! and their bins ([`layout`], learned in [`learn`] from all rows, in [`survey`] from rows that go
//! by), which of them share a byte ([`bundle`], [`slots`]), and the matrix of small whole numbers
//! ([`cells`]) in [`aligned`] rows, and how it is filled ([`find`], [`fill`]); all of it for rows
//! of mostly zeros ([`sparse`]).

mod aligned;
mod bounds;
mod bundle;
mod categories;
mod cells;
mod fill;
mod find;
mod keys;
mod layout;
mod learn;
mod rows;
mod slots;
mod sparse;
mod survey;

pub(crate) use cells::Cells;
pub(crate) use fill::Filler;
pub(crate) use layout::{Bins, Column, Layout};
pub(crate) use learn::Binning;
pub(crate) use rows::learn_layout;
pub(crate) use slots::Share;
pub(crate) use survey::Survey;
