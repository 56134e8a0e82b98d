//! Made data with a known truth: what a method recovers can be compared with what was put in.
//!
//! [`shop`] simulates two years of a messy web shop: people with tastes, a catalogue with seasons
//! and prices, their clicks, carts, purchases and returns, and every data defect a real shop's
//! files have, each one logged.

pub mod shop;
